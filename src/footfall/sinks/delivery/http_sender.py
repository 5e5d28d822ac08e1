"""The HTTP sender: threads that carry requests, one connection each.

A dispatcher decides what is sent next, and what an answer means; it has neither threads nor a network. So all
decisions can be tested without either, and none needs a lock of its own: they are made under the sender's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from footfall.errors import FootfallError, SinkError
from footfall.net import address_guard
from footfall.net.clock import Clock
from footfall.net.http_client import HttpConnection, Reply
from footfall.net.target import Target

LOOK_UP_S = 0.5
"""How often overdue exchanges are broken off, and how late a stop is noticed at most."""
LEAVE_S = 3.0
"""How long answers are waited for once somebody wants to leave: a request that was taken should be noted as such."""


@dataclass(slots=True)
class Request:
    """A request: the bytes that go over the wire.

    Args:
        body: The bytes.
        headers: Beside those of every request.
        what: For the dispatcher that made it.
    """

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    what: Any = field(repr=False, default=None)


class Dispatcher(Protocol):
    """The decisions of a delivery; called by one thread at a time."""

    def next(self) -> Request | float | None:
        """Return what is to be sent now, or how many seconds to wait, or None when there is nothing left to do."""
        ...

    def handle(self, request: Request, reply: Reply) -> None:
        """Take in an answer."""
        ...

    def fail(self, problem: FootfallError) -> None:
        """Send no more: it is pointless."""
        ...


class HttpSender:
    """A sender that carries a dispatcher's requests over several connections at once.

    Args:
        connections: One per thread.
        clock: For waiting.
    """

    def __init__(self, connections: list[HttpConnection], clock: Clock) -> None:
        self._connections, self._clock = connections, clock
        self._changed = threading.Condition()
        self._stop: threading.Event | None = None

    @classmethod
    def to(
        cls,
        target: Target,
        clock: Clock,
        *,
        n_connections: int,
        is_trusted: bool,
        whole_s: float,
        resolver: address_guard.Resolver = address_guard.resolve,
        stop: threading.Event | None = None,
    ) -> HttpSender:
        """Return a sender to a target.

        Args:
            target, clock, is_trusted, whole_s, resolver: See `HttpConnection`.
            n_connections: Requests at once.
            stop: See `stop_on`.
        """
        connections = [
            HttpConnection(
                target, clock, is_trusted=is_trusted, whole_s=whole_s, resolver=resolver
            )
            for _ in range(n_connections)
        ]
        sender = cls(connections, clock)
        sender.stop_on(stop)
        return sender

    def stop_on(self, stop: threading.Event | None) -> None:
        """Send nothing more once an event is set, and leave within seconds: what is in flight is taken in still."""
        self._stop = stop

    def run(self, dispatcher: Dispatcher) -> None:
        """Carry until there is nothing left to do, or until some seconds after it was told to stop."""
        halt = threading.Event()
        threads = [
            threading.Thread(target=self._work, args=(c, dispatcher, halt), daemon=True)
            for c in self._connections
        ]
        for thread in threads:
            thread.start()
        try:
            self._watch(threads, halt)
        except BaseException:
            halt.set()
            self._wake()
            raise

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.close()

    def _watch(self, threads: list[threading.Thread], halt: threading.Event) -> None:
        """Wait for the threads; break off what takes too long; once told to stop, leave within some seconds."""
        leave_at: float | None = None
        while (
            alive := next((thread for thread in threads if thread.is_alive()), None)
        ) is not None:
            alive.join(LOOK_UP_S)
            for connection in self._connections:
                connection.expire()
            now = self._clock.monotonic()
            if leave_at is None and self._is_told_to_stop:
                leave_at = now + LEAVE_S
            if leave_at is not None and now > leave_at:
                with self._changed:
                    halt.set()
                    self._changed.notify_all()
                return

    @property
    def _is_told_to_stop(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(
        self, connection: HttpConnection, dispatcher: Dispatcher, halt: threading.Event
    ) -> None:
        """Carry one request after the other; a thread's whole life."""
        while (request := self._next(dispatcher, halt)) is not None:
            problem: SinkError | None = None
            reply = Reply(0, reason="not sent")
            try:
                reply = connection.post(request.body, request.headers)
            except SinkError as error:
                problem = error
            # The exchange ran without the lock; deciding is under it, and an answer may make room for
            # requests that other threads wait for.
            with self._changed:
                if halt.is_set():  # nobody waits for the answer any more
                    return
                self._guarded(dispatcher, lambda r=request, a=reply: dispatcher.handle(r, a))  # type: ignore[misc]
                if problem is not None:
                    dispatcher.fail(problem)
                self._changed.notify_all()

    def _next(self, dispatcher: Dispatcher, halt: threading.Event) -> Request | None:
        with self._changed:
            while not halt.is_set() and not self._is_told_to_stop:
                decided: list[Request | float | None] = []
                self._guarded(dispatcher, lambda: decided.append(dispatcher.next()))  # noqa: B023 - called at once
                step = decided[0] if decided else None
                if not isinstance(step, float):
                    self._changed.notify_all()
                    return step
                self._changed.wait(min(max(step, 0.001), LOOK_UP_S))
        return None

    def _guarded(self, dispatcher: Dispatcher, call: Callable[[], object]) -> None:
        """Let a fault of ours end the delivery, not leave a thread hanging."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - told by the owner
            with suppress(Exception):
                dispatcher.fail(
                    SinkError(f"a fault while sending: {type(error).__name__}: {error}")
                )


def carry_out(dispatcher: Dispatcher, answer: Callable[[Request], Reply], clock: Clock) -> None:
    """Carry a dispatcher's requests in this thread, one at a time; for tests and dry runs.

    Args:
        answer: Takes a request's place on the wire.
    """
    while (step := dispatcher.next()) is not None:
        if isinstance(step, Request):
            dispatcher.handle(step, answer(step))
        else:
            clock.sleep(step)
