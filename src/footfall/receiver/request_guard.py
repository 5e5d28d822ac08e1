"""The guard before every request: who may ask at all. It sees the raw request, before any routing.

A page in somebody's browser can reach 127.0.0.1: under another name (DNS rebinding), or by sending a form across sites.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field

from footfall.html import security_policy
from footfall.net.secrets import Secret
from footfall.receiver import page
from footfall.receiver.origins import AllowedOrigins, is_preflight, preflight_headers
from footfall.receiver.refused_requests import HEADER_BYTES, REASONS, RefusedRequests
from footfall.receiver.request_parts import (
    App,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    bare,
    values_of,
)

MOST_BODY_BYTES = 128_000_000
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ENCODINGS = frozenset({b"", b"identity", b"gzip", b"deflate"})

# The page's own policy, for every answer; who may frame it can be said in a header alone.
_POLICY = f"{security_policy(page.STYLE)}; frame-ancestors 'none'"

HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


@dataclass(frozen=True, slots=True)
class RequestGuard:
    """A guard that lets requests through to an app, or answers them itself.

    Args:
        app: What is guarded.
        port: The port that is listened on; a name without it is only right for port 80.
        token: Must come with every request if set: then names do not matter, since no other page knows it.
        has_signatures: Webhooks are signed, and need no token.
        ways_in: Paths that take events, without a slash at their ends.
        self_guarded: Those of them whose body carries the key that is checked.
        origins: Who besides may send events there from a browser.
        refused: Counts what does not pass.
    """

    app: App
    port: int
    token: Secret | None = None
    has_signatures: bool = False
    ways_in: frozenset[str] = frozenset()
    self_guarded: frozenset[str] = frozenset()
    origins: AllowedOrigins = field(default_factory=AllowedOrigins)
    refused: RefusedRequests = field(default_factory=RefusedRequests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_way_in = bare(scope["path"]) in self.ways_in
        shared = self.origins.headers(scope) if is_way_in else []
        refusal = self._refusal(scope, is_way_in=is_way_in, is_shared=bool(shared))
        if refusal is not None:
            self.refused.add(refusal)
            await answer_with(send, refusal, shared)
        elif shared and is_preflight(scope):
            await answer_with(send, 204, shared + preflight_headers(scope))
        else:
            await self.app(scope, receive, _with_headers(send, shared))

    def _refusal(self, scope: Scope, *, is_way_in: bool, is_shared: bool) -> int | None:
        """Return the status of the answer to a request that must not pass.

        Source:
            RFC 9110, 15.5.20 (421) for another host; Fetch Metadata, and Go 1.25 `CrossOriginProtection`, for 403;
            RFC 6585, 5 (431).
        """
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
            return 431
        if self.token is None and not self._is_own_host(scope):
            return 421
        if is_way_in and is_preflight(scope):
            # It brings nothing, and browsers send no token with it.
            return None if is_shared else self._cross_site(scope)
        # What takes events by GET is not safe either: a picture of another page would do.
        is_safe = scope["method"] in SAFE_METHODS and not (
            is_way_in and scope["method"] == "GET"
        )
        if not is_safe and not is_shared and self._is_cross_site(scope):
            return self._cross_site(scope)
        encodings = values_of(scope, b"content-encoding")
        if any(value.strip().lower() not in ENCODINGS for value in encodings):
            return 415
        return None if self._has_token(scope) else 401

    def _cross_site(self, scope: Scope) -> int:
        self.origins.refuse(scope)
        return 403

    def _is_own_host(self, scope: Scope) -> bool:
        hosts = values_of(scope, b"host")
        names = {f"{name}:{self.port}".encode() for name in LOOPBACK}
        names |= {name.encode() for name in LOOPBACK} if self.port == 80 else set()
        is_path = scope.get("raw_path", b"/").startswith(
            b"/"
        )  # an absolute target would name another host
        # Two Host headers are refused: which one a proxy on the way has looked at is not known.
        return len(hosts) == 1 and hosts[0].lower() in names and is_path

    def _is_cross_site(self, scope: Scope) -> bool:
        # Browsers send Sec-Fetch-Site, which no page can set; older ones send Origin alone.
        # With neither it is no browser, and no other site has sent it.
        sites, origins = values_of(scope, b"sec-fetch-site"), values_of(scope, b"origin")
        if sites:
            return sites not in ([b"same-origin"], [b"none"])
        own = {b"http://" + host for host in values_of(scope, b"host")}
        return bool(origins) and (len(origins) > 1 or origins[0] not in own)

    def _has_token(self, scope: Scope) -> bool:
        path = scope["path"]
        if (
            self.token is None
            or bare(path) in self.self_guarded
            or (path == "/webhook" and self.has_signatures)
        ):
            return True
        given = [_credential(value) for value in values_of(scope, b"authorization")]
        return len(given) == 1 and hmac.compare_digest(given[0], self.token.value.encode())


class OverBudget(Exception):  # noqa: N818 - reads as what the receiver is
    """More is being read than fits."""


@dataclass
class ByteBudget:
    """A bound on the bytes of all bodies that are in memory at once: `OverBudget` beyond.

    Args:
        app: What reads them; a body is given back when its request is answered.
    """

    app: App
    in_memory: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        own = 0

        async def counted() -> Message:
            nonlocal own
            message = await receive()
            size = len(message.get("body", b""))
            own, self.in_memory = own + size, self.in_memory + size
            if self.in_memory > MOST_BODY_BYTES:
                raise OverBudget
            return message

        try:
            await self.app(scope, counted, send)
        finally:
            self.in_memory -= (
                own  # however it ended: a budget that leaks would refuse everything one day
            )


def _credential(header: bytes) -> bytes:
    """Return the token of `Bearer TOKEN`, or the password of `Basic`, which browsers ask for."""
    scheme, _, rest = header.partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip()
    try:
        return (
            base64.b64decode(rest, validate=True).partition(b":")[2]
            if scheme.lower() == b"basic"
            else b""
        )
    except binascii.Error:
        return b""


async def answer_with(send: Send, status: int, more: Headers, why: str = "") -> None:
    """Answer with a status and, where it is a refusal, why. Source: RFC 9457."""
    problem = {"status": status, "title": why or REASONS.get(status, "")}
    body = b"" if status == 204 else json.dumps(problem).encode()
    headers = [*HEADERS, *more, (b"content-length", str(len(body)).encode())]
    if body:
        headers.append((b"content-type", b"application/problem+json"))
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="footfall", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send, more: Headers) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS, *more]
        await send(message)

    return wrapped
