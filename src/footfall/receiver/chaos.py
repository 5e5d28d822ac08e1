"""Chaos: misbehaviour on purpose. The same seed does the same to the n-th request, every time.

docs/receiver.md says what each kind does. Whatever it does, what was acknowledged with 2xx is stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from footfall.errors import UsageError, shown
from footfall.receiver.request_parts import App, Message, Receive, Scope, Send

Kind = Literal["5xx", "429", "timeout", "slow", "cut", "partial", "duplicate"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HALF = "footfall.half"
"""In a request's scope: store the first half of the events only."""
LONGEST_STORM = 4
"""Requests after a 429 that get one too."""
PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class ChaosProfile:
    """A profile of chaos: which kinds, how often.

    Args:
        kinds: What may happen.
        share: Of requests to which something happens, from 0 to 1.
        seed: Another seed, other requests.
        hang_s: How long a request hangs that is never answered.
        slow_s: How long a slow answer takes.
    """

    kinds: tuple[Kind, ...] = KINDS
    share: float = 0.2
    seed: int = 1
    hang_s: float = 60.0
    slow_s: float = 2.0

    def of(self, number: int) -> tuple[Kind | None, int]:
        """Return the kind that happens to the n-th request, and a number to choose its variant by."""
        # A hash of its number, so a request's fate does not depend on those before it; other
        # bytes for each question, so the answers are independent.
        drawn = hashlib.sha256(f"{self.seed}/{number}".encode()).digest()
        if int.from_bytes(drawn[:8], "big") >= self.share * 2**64:
            return None, 0
        return self.kinds[int.from_bytes(drawn[8:16], "big") % len(self.kinds)], int.from_bytes(
            drawn[16:20], "big"
        )


def kinds_of(text: str) -> tuple[Kind, ...]:
    """Return the kinds that a text names: `all`, or some of them, separated by commas.

    Raises:
        UsageError: One is none.
    """
    if text == "all":
        return KINDS
    names = [name.strip() for name in text.split(",")]
    wrong = next((name for name in names if name not in KINDS), None)
    if wrong is not None:
        raise UsageError(
            f"--chaos {shown(wrong)}\n  accepted: all, or some of {', '.join(KINDS)}, with commas between"
        )
    return tuple(kind for kind in KINDS if kind in names)


@dataclass
class Chaos:
    """Chaos between a listener and an app: it happens to some requests that bring events.

    Args:
        app: What answers the others.
        profile: How bad it is.
        cut: Closes the connection of a request.
        done: Kind → how often it has happened.
    """

    app: App
    profile: ChaosProfile
    cut: Callable[[Scope], None]
    done: MutableMapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._storm = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or do not."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        kind, variant = self.profile.of(next(self._numbers))
        # The number is drawn in a storm too, so that what follows does not depend on how long it was.
        if self._storm:
            self._storm, kind = self._storm - 1, "429"
        if kind is None:
            await self.app(scope, receive, send)
            return
        self.done[kind] = self.done.get(kind, 0) + 1
        act = getattr(self, f"_do_{kind}")
        await act(scope, receive, send, variant)

    async def _do_5xx(self, scope: Scope, receive: Receive, send: Send, variant: int) -> None:
        """Fail before storing, behind a proxy, while overloaded, or after storing."""
        status = (500, 502, 503, 504)[variant % 4]
        # 504 is the hard one: the events are stored, and the sender must not know.
        if status == 504:
            await self.app(scope, receive, _Kept())
        body = (
            PROXY_PAGE
            if status == 502
            else json.dumps({"code": status, "error": "chaos"}).encode()
        )
        await _respond(send, status, body, "text/html" if status == 502 else "application/json")

    async def _do_429(self, scope: Scope, receive: Receive, send: Send, variant: int) -> None:
        """Refuse this request and some of the next ones."""
        del scope, receive
        if (
            not self._storm
        ):  # a storm begins no other one, or few requests would ever get through
            self._storm = variant % LONGEST_STORM
        body = {
            "code": 429,
            "error": "Too many requests for some devices and users",
            "eps_threshold": 30,
        }
        await _respond(send, 429, json.dumps(body).encode(), headers=[(b"retry-after", b"1")])

    async def _do_timeout(
        self, scope: Scope, receive: Receive, send: Send, variant: int
    ) -> None:
        """Never answer, having stored or not."""
        del send
        if variant % 2:
            await self.app(scope, receive, _Kept())
        # Cut at the end: where an app says nothing, uvicorn would answer with a 500 of its own.
        await asyncio.sleep(self.profile.hang_s)
        self.cut(scope)

    async def _do_slow(self, scope: Scope, receive: Receive, send: Send, variant: int) -> None:
        """Read late and answer byte by byte."""
        del variant
        await asyncio.sleep(self.profile.slow_s / 2)
        kept = _Kept()
        await self.app(scope, receive, kept)
        await send(kept.start)
        pause = self.profile.slow_s / 2 / max(len(kept.body), 1)
        for place in range(len(kept.body)):
            await send(
                {
                    "type": "http.response.body",
                    "body": kept.body[place : place + 1],
                    "more_body": True,
                }
            )
            await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": b""})

    async def _do_cut(self, scope: Scope, receive: Receive, send: Send, variant: int) -> None:
        """Close the connection: at once, after storing, or in the middle of the answer."""
        if variant % 3:
            kept = _Kept()
            await self.app(scope, receive, kept)
            if variant % 3 == 2:
                await send(kept.start)
                await send(
                    {
                        "type": "http.response.body",
                        "body": kept.body[: len(kept.body) // 2],
                        "more_body": True,
                    }
                )
        self.cut(scope)

    async def _do_partial(
        self, scope: Scope, receive: Receive, send: Send, variant: int
    ) -> None:
        """Store the first half of the events, then fail."""
        del variant
        scope[HALF] = True
        await self.app(scope, receive, _Kept())
        await _respond(send, 500, json.dumps({"code": 500, "error": "chaos"}).encode())

    async def _do_duplicate(
        self, scope: Scope, receive: Receive, send: Send, variant: int
    ) -> None:
        """Take the request twice, as a receiver behind a queue that delivers at least once."""
        del variant
        body = await _read_all(receive)
        await self.app(scope, _again(body), _Kept())
        await self.app(scope, _again(body), send)


class _Kept:
    """An answer that is kept, not sent."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


async def _read_all(receive: Receive) -> bytes:
    """Return a body, up to twice the longest that is taken; the handler behind refuses it then."""
    pieces, size, more = [], 0, True
    while more and size < 40_000_000:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
    return b"".join(pieces)


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _respond(
    send: Send,
    status: int,
    body: bytes,
    kind: str = "application/json",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    fixed: list[tuple[bytes, Any]] = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send(
        {"type": "http.response.start", "status": status, "headers": [*fixed, *(headers or [])]}
    )
    await send({"type": "http.response.body", "body": body})
