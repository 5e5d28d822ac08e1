"""The frame of every HTTP sink's queue: what is sent next, what is in flight, and when to try again."""

from __future__ import annotations

import heapq
import itertools
import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.retry import backoff_s, retry_after_s
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.delivery import Delivery
from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.protocol import Progress

IDLE_S = 60.0
"""How long nothing needs to be asked for while answers are waited for: they wake whoever waits."""


class Batch(Protocol):
    """Events that one request carries.

    Attributes:
        attempts: How often exactly this was sent.
    """

    attempts: int

    @property
    def n_events(self) -> int:
        """Number of events."""
        ...

    @property
    def name(self) -> str:
        """Something that tells it from others: the jitter of its waits is drawn from that."""
        ...


B = TypeVar("B", bound=Batch)


class RequestQueue(Delivery, Generic[B]):
    """The events of one part on their way; a dispatcher of `HttpSender`.

    A batch waits → is in flight → is accepted, or refused into the dead letters, or split, or waits again.
    No thread, no network, no clock but the one given: a test answers requests by hand (`carry_out`).

    Args:
        outage: How long it is tried while everything fails.
        clock: Tells the time.
        limits: Rate limits, all of which a request waits for.

    Attributes:
        requests: That were sent.
    """

    def __init__(self, outage: Outage, clock: Clock, limits: Sequence[RateLimit]) -> None:
        super().__init__()
        self._outage, self._clock, self._limits = outage, clock, limits
        self._retries: list[tuple[float, int, B]] = []
        self._numbers = itertools.count()  # breaks ties in heaps, where batches do not compare
        self._in_flight = self._events_in_flight = 0
        self._held_until = -math.inf
        self.requests = 0

    # What a vendor brings.

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """Whether there are events that were in no request yet."""

    @abstractmethod
    def next_batch(self, now: float) -> B | float:
        """Return a batch to be sent now, or how many seconds to wait until there is one; asked while `has_more`."""

    @abstractmethod
    def request(self, batch: B) -> Request:
        """Return the request of a batch."""

    @abstractmethod
    def costs(self, batch: B) -> Sequence[float]:
        """Return what a batch takes of each rate limit."""

    @abstractmethod
    def answered(self, batch: B, reply: Reply) -> None:
        """Take in an answer: call `accept`, `refuse`, `retry` or `retry_as_asked`, `requeue` or `fail`."""

    def all_answered(self) -> None:
        """Take in that nothing is waiting or in flight any more; may `fail`."""

    # What it gets.

    @property
    def is_done(self) -> bool:
        """Whether everything is accepted or refused."""
        is_waiting = self._retries or self._in_flight or self.has_more
        return self.problem is None and not is_waiting

    @property
    def progress(self) -> Progress:
        """The progress of the events so far."""
        n_refused = len(self.dead_letters)
        return Progress(self._events_in_flight, self.accepted, n_refused, self.retries)

    def next(self) -> Request | float | None:
        """Return what is to be sent now, or how many seconds to wait, or None when there is nothing left to do."""
        if self.problem is not None:
            return None
        if self.is_done:
            self.all_answered()
            return None
        self._outage.look()
        # A wait of our own making comes first: it says nothing about the other side, so it does
        # not use up the patience.
        limit_s = max(limit.wait_s() for limit in self._limits)
        if limit_s > 0:
            return limit_s
        now = self._clock.monotonic()
        batch = self._held_until - now if self._held_until > now else self._take(now)
        if not isinstance(batch, float):
            return self._sent(batch)
        return self._outage.patient(batch, is_in_flight=self._in_flight > 0, give_up=self.fail)

    def handle(self, request: Request, reply: Reply) -> None:
        """Take in an answer."""
        batch: B = request.what
        self._in_flight -= 1
        self._events_in_flight -= batch.n_events
        batch.attempts += 1
        self.answered(batch, reply)
        self.note_answers()

    def accept(self, rows: Sequence[int]) -> None:
        """Take in that events are accepted."""
        self.take_accepted(rows)
        self._outage.worked()

    def refuse(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Keep events that will never be taken; an answer that says so is one from a service that works."""
        self.take_refused(dead_letters)
        self._outage.worked()

    def retry(self, batch: B, reply: Reply, *, least_s: float = 0.0) -> float:
        """Send exactly this again, later: of an answer like this nobody knows whether it was taken.

        Args:
            least_s: What the other side has asked for.

        Returns:
            After how many seconds.
        """
        pause_s = max(backoff_s(batch.name, batch.attempts), least_s)
        self.requeue(batch, pause_s)
        self._outage.failed(reply.gist, str(reply))
        if self._outage.left_s <= 0:
            self.fail(self._outage.given_up())
        return pause_s

    def retry_as_asked(self, batch: B, reply: Reply) -> None:
        """Send exactly this again, later, and nothing else before that either where `Retry-After` asks for it."""
        asked_s = retry_after_s(reply.headers.get("retry-after"), self._clock.wall_ms())
        if asked_s is not None:  # it means the sender, not this batch
            self.hold(asked_s)
        self.retry(batch, reply, least_s=asked_s or 0.0)

    def requeue(self, batch: B, pause_s: float = 0.0) -> None:
        """Have a batch sent after a pause."""
        at = self._clock.monotonic() + pause_s
        heapq.heappush(self._retries, (at, next(self._numbers), batch))

    def hold(self, seconds: float) -> None:
        """Send nothing at all for so long: what is asked for is meant for everything that goes there."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def _take(self, now: float) -> B | float:
        """Return a batch that is to be sent now, those that failed before first, or seconds to wait."""
        retry_s = self._retries[0][0] - now if self._retries else math.inf
        if retry_s <= 0:
            return heapq.heappop(self._retries)[2]
        batch = self.next_batch(now) if self.has_more else IDLE_S
        return min(batch, retry_s) if isinstance(batch, float) else batch

    def _sent(self, batch: B) -> Request:
        if not self._in_flight:
            self._outage.tried()
        self._in_flight += 1
        self._events_in_flight += batch.n_events
        self.retries += batch.attempts > 0
        self.requests += 1
        request = self.request(batch)
        for limit, cost in zip(self._limits, self.costs(batch), strict=True):
            limit.take(cost)
        self.size_bytes += len(request.body)
        return request
