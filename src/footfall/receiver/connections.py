"""The connections of the receiver: bounds on their number, and on how long they may keep it waiting."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from footfall.receiver.refused_requests import NO_HTTP, TOO_MANY, RefusedRequests
from footfall.receiver.request_guard import answer_with
from footfall.receiver.request_parts import Receive, Scope, Send

HEADER_TIME_S = 10.0
"""Seconds for all headers of a request, also for who sends a byte now and then (slow loris)."""
MOST_CONNECTIONS = 200
"""Beyond, the one that has waited longest for its client makes way; where all are at work, the new one gets a 503, and
beyond twice as many is cut off: each costs a file descriptor, of which a process has 1,024 as a rule."""


class GuardedConnection(H11Protocol):
    """HTTP/1.1 whose connections end when headers dribble, or make way when connections pile up.

    waits for its client (idle, or a request that is not whole yet) → at work → waits again → ...

    Attributes:
        transports: Client address → its connection, so that one can be cut on purpose.
        refused: Counts requests that never get to the app.
        since: Time of the loop at which it began to wait.
    """

    transports: ClassVar[dict[Any, asyncio.Transport]] = {}
    refused: ClassVar[RefusedRequests] = RefusedRequests()
    _timer: asyncio.TimerHandle | None = None
    since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for headers."""
        super().connection_made(transport)
        self.transports[self.client] = transport
        self._watch()
        if len(self.connections) > MOST_CONNECTIONS:
            self._find_room()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; while they are not all of the headers yet, the time for these runs on."""
        if self._timer is None and self._is_idle:
            self.since = self.loop.time()  # a request begins, after a rest
        super().data_received(data)
        # IDLE: no request has begun, or its headers are not whole yet; the timer is not begun anew then.
        if self.conn.their_state is h11.IDLE:
            self._watch()
        else:
            self._unwatch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._unwatch()
        self.transports.pop(self.client, None)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no request."""
        self.refused.add(400, NO_HTTP)
        super().send_400_response(msg)

    @property
    def is_at_work(self) -> bool:
        """Whether a request is whole, and its answer is not."""
        return not self._is_idle and not self.cycle.more_body

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _find_room(self) -> None:
        """Close the connection that has waited longest for its client, or refuse what comes by this one."""
        others = [
            each
            for each in self.connections
            if isinstance(each, GuardedConnection)
            and each is not self
            and not each.transport.is_closing()
        ]
        if len(others) < MOST_CONNECTIONS:
            return
        waiting = [each for each in others if not each.is_at_work]
        if waiting:
            min(waiting, key=lambda each: each.since).transport.close()
        elif len(others) < 2 * MOST_CONNECTIONS:
            self.app = self._refuse
        else:
            self.transport.abort()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        self.refused.add(503, TOO_MANY)
        await answer_with(
            send, 503, [(b"retry-after", b"5"), (b"connection", b"close")], TOO_MANY
        )

    @classmethod
    def cut(cls, scope: Scope) -> None:
        """Cut the connection of a request."""
        transport = cls.transports.get(scope["client"])
        if transport is not None:
            transport.abort()

    def _watch(self) -> None:
        if self._timer is None:
            self.since = self.loop.time()
            self._timer = self.loop.call_later(HEADER_TIME_S, self.transport.abort)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
