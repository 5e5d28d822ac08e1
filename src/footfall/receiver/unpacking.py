"""Compressed bodies, unpacked as they are read: no further than a path's limit, whatever they would become."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from footfall.receiver.intake import MalformedBody
from footfall.receiver.request_parts import App, Message, Receive, Scope, Send, values_of

PACKED = (b"gzip", b"deflate")
PIECE_BYTES = 1 << 18
_GZIP = b"\x1f\x8b"
_EITHER = zlib.MAX_WBITS | 32
"""Gzip and zlib's own form, told apart by their first bytes."""


@dataclass(frozen=True, slots=True)
class Unpacking:
    """A layer that hands compressed bodies on unpacked, in pieces; what reads them counts them, and stops.

    Browsers' SDKs send gzip without saying so. No JSON begins like it, so it is seen by its first bytes.

    Args:
        app: What reads the bodies.
    """

    app: App

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        said = values_of(scope, b"content-encoding")
        is_packed = any(value.strip().lower() in PACKED for value in said)
        await self.app(scope, _Pieces(receive, is_packed=is_packed), send)


class _Pieces:
    """A body, piece by piece: plain, packed, or not known yet."""

    def __init__(self, receive: Receive, *, is_packed: bool) -> None:
        self._receive = receive
        self._is_packed, self._is_known = is_packed, is_packed
        self._member: zlib._Decompress | None = None
        self._waiting: Iterator[Message] = iter(())

    async def __call__(self) -> Message:
        """Return the next piece."""
        while True:
            piece = next(self._waiting, None)
            if piece is not None:
                return piece
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            body, more = message.get("body", b""), bool(message.get("more_body", False))
            if body and not self._is_known:
                self._is_known, self._is_packed = True, body.startswith(_GZIP)
            if not self._is_packed:
                return message
            self._waiting = self._unpacked(body, more=more)

    def _unpacked(self, body: bytes, *, more: bool) -> Iterator[Message]:
        """Give what a part of the packed body becomes, so much at a time."""
        is_full = False
        while body or is_full:
            member = self._member = self._member or zlib.decompressobj(_EITHER)
            try:
                piece = member.decompress(body, PIECE_BYTES)
            except zlib.error:
                raise MalformedBody("the body is neither gzip nor deflate") from None
            if piece:
                yield {"type": "http.request", "body": piece, "more_body": True}
            # A member may hold back what it has no room for, though it has read all of its input.
            body, is_full = member.unconsumed_tail, len(piece) == PIECE_BYTES
            if member.eof:
                # Files of gzip that were put together are one: another member may follow.
                body, is_full, self._member = member.unused_data, False, None
        if not more:
            if self._member is not None:
                raise MalformedBody("the compressed body ends too early")
            yield {"type": "http.request", "body": b"", "more_body": False}
