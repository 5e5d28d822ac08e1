"""Origins whose pages may send events: what their browsers ask, and what answers say. Source: Fetch, "CORS"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from footfall.errors import UsageError, shown
from footfall.receiver.request_parts import Headers, Scope, values_of

LONGEST_HEADERS = 1024
KEPT_S = 600
MOST_TOLD = 8
_FORM = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:\s*,\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*")


@dataclass(frozen=True, slots=True)
class AllowedOrigins:
    """Origins whose pages may send events.

    Args:
        names: Exact ones; none by default.
        tell: Is told once of each origin that was refused.
    """

    names: frozenset[bytes] = frozenset()
    tell: Callable[[str], None] = lambda _: None
    _told: set[bytes] = field(default_factory=set)

    def headers(self, scope: Scope) -> Headers:
        """Return what an answer says to a page that may send; nothing where none may, or another one asks."""
        origins = values_of(scope, b"origin")
        if len(origins) != 1 or origins[0] not in self.names:
            return []
        return [
            (b"access-control-allow-origin", origins[0]),
            # Some SDKs send cookies along; none of our answers depends on any.
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"Origin"),
        ]

    def refuse(self, scope: Scope) -> None:
        """Tell of a page that is refused, once: what its browser shows does not say what to do."""
        for origin in values_of(scope, b"origin")[:1]:
            if origin in self._told or len(self._told) >= MOST_TOLD:
                continue
            self._told.add(origin)
            name = origin.decode("ascii", "replace")
            if _FORM.fullmatch(name):
                self.tell(
                    f"a page of {name} is refused; --allow-origin {name} lets its events in"
                )


def is_preflight(scope: Scope) -> bool:
    """Tell whether a browser asks whether a page may send something."""
    return scope["method"] == "OPTIONS" and bool(
        values_of(scope, b"access-control-request-method")
    )


def preflight_headers(scope: Scope) -> Headers:
    """Return what the answer to a pre-flight says besides."""
    asked = b",".join(values_of(scope, b"access-control-request-headers"))
    allowed = (
        asked if len(asked) <= LONGEST_HEADERS and _NAMES.fullmatch(asked) else b"content-type"
    )
    headers = [
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", allowed),
        (b"access-control-max-age", str(KEPT_S).encode()),
    ]
    # A page of a public address asks whether it may reach this machine. Source: Private Network Access, 3.2.
    if values_of(scope, b"access-control-request-private-network") == [b"true"]:
        headers.append((b"access-control-allow-private-network", b"true"))
    return headers


def origin_of(text: str) -> bytes:
    """Return an origin as browsers write it.

    Raises:
        UsageError: It is none.
    """
    plain = text.strip().lower()
    if _FORM.fullmatch(plain) and not re.search(r"^http://.*:80$|^https://.*:443$", plain):
        return plain.encode()
    raise UsageError(
        f"--allow-origin {shown(text)}\n"
        "  accepted: one origin as browsers write it: http://localhost:3000, https://shop.example\n"
        "  hint: without a path, a slash at the end, or the scheme's own port; repeat the option for several"
    )
