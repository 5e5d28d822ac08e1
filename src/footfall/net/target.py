"""URLs as a user writes them after `webhook+https:` or as a base, with options behind `#`, which are never sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from footfall.errors import UsageError, shown
from footfall.net.address_guard import is_loopback

LONGEST_URL = 2000
SHORTEST_SECRET = 8
"""Characters of a part of a path that may be a secret; shorter ones are words such as `webhook`."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that requests go to. Its path and query may be secret: no message shows them, except for this machine.

    Args:
        scheme: `http` or `https`.
        host: Without brackets.
        path: With the query.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is written as this machine."""
        return is_loopback(self.host)

    @property
    def authority(self) -> str:
        """The header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The target, fit for messages: the path is shown for this machine, else a digest tells targets apart."""
        if self.is_local:
            return f"{self.scheme}://{self.authority}{self.path}"
        return f"{self.scheme}://{self.authority}/…{self.digest[:6]}"

    @property
    def secrets(self) -> list[str]:
        """Texts that are masked in answers: the path of a target that is not this machine's, and what is long in it."""
        if self.is_local:
            return []
        # An answer may repeat the path, or the one token of it that matters: both are masked, the longest first.
        parts = {part for part in re.split("[/?&=]", self.path) if len(part) >= SHORTEST_SECRET}
        return sorted(
            {self.path, self.path.partition("?")[0], *parts} - {"/"}, key=len, reverse=True
        )

    @property
    def digest(self) -> str:
        """16 hex digits that stand for the target."""
        return hashlib.sha256(
            f"{self.scheme}://{self.authority}{self.path}".encode()
        ).hexdigest()[:16]


def read_target(text: str, scheme: str) -> tuple[Target, dict[str, str]]:
    """Return the target and the options of a URL.

    Args:
        text: What follows the scheme's colon: `//host:port/path?query#option=value&option=value`.
        scheme: `http` or `https`.

    Raises:
        UsageError: It is no such URL, or names a user, whose password would be shown to everybody.
    """
    if (
        not text.isascii()
        or not text.isprintable()
        or " " in text
        or "\\" in text
        or len(text) > LONGEST_URL
    ):
        raise _bad(scheme, "contains blanks, backslashes or characters that URLs do not have")
    try:
        parts = urlsplit(f"{scheme}:{text}")
        port = parts.port
    except ValueError as error:
        raise _bad(scheme, str(error)) from None
    if not text.startswith("//") or not parts.hostname:
        raise _bad(scheme, "has no host")
    if port == 0:
        raise _bad(scheme, "names port 0, on which nobody listens")
    if parts.username is not None or parts.password is not None:
        raise _bad(scheme, "names a user: everybody on this machine could read the password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = (443 if scheme == "https" else 80) if port is None else port
    return Target(scheme, parts.hostname, port, path), read_options(parts.fragment)


def _bad(scheme: str, why: str) -> UsageError:
    return UsageError(
        f"the URL {why}\n  accepted: {scheme}://HOST:PORT/PATH, with options behind #"
    )


def read_options(text: str) -> dict[str, str]:
    """Return options written as `a=1&b`; one without a value is `yes`."""
    return {name: value or "yes" for name, value in parse_qsl(text, keep_blank_values=True)}


class Options:
    """Options behind `#`, read one by one; what is given and was never asked for is an error.

    Args:
        given: As written.
        sink: For messages.
    """

    def __init__(self, given: Mapping[str, str], sink: str) -> None:
        self._given, self._sink, self._accepted = dict(given), sink, dict[str, str]()

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number.

        Raises:
            UsageError: It is none, or out of range.
        """
        accepted = self._accepted[name] = f"{low} to {high:,}"
        text = self._given.get(name, str(default))
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1
        if not low <= number <= high:
            raise UsageError(
                f"{self._sink}: option {name} is {shown(text)}\n  accepted: a whole number, {accepted}"
            )
        return number

    def choice(self, name: str, default: str, *others: str) -> str:
        """Return one of some texts.

        Raises:
            UsageError: It is none of them.
        """
        accepted = self._accepted[name] = " or ".join((default, *others))
        text = self._given.get(name, default)
        if text not in (default, *others):
            raise UsageError(
                f"{self._sink}: option {name} is {shown(text)}\n  accepted: {accepted}"
            )
        return text

    def flag(self, name: str) -> bool:
        """Return whether an option is set."""
        return self.choice(name, "no", "yes") == "yes"

    def text(self, name: str, meaning: str) -> str:
        """Return a text, empty if it is not given."""
        self._accepted[name] = meaning
        return self._given.get(name, "")

    def check(self) -> None:
        """Check that all that is given was asked for.

        Raises:
            UsageError: Something was not.
        """
        unknown = next((name for name in self._given if name not in self._accepted), None)
        if unknown is not None:
            all_accepted = ", ".join(
                f"{name} ({accepted})" for name, accepted in self._accepted.items()
            )
            raise UsageError(
                f"{self._sink} has no option {shown(unknown)}\n  accepted: {all_accepted}"
            )
