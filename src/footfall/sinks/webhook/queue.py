"""What is sent to a webhook next, and what its answers mean; no thread, no network, no clock but the one given."""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from footfall.errors import SinkError, TransientSinkError
from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.retry import backoff_s, retry_after_s
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.row_texts import RowTexts
from footfall.sinks.protocol import Progress
from footfall.sinks.webhook import signature

Meaning = Literal["accepted", "again", "split", "refused", "over"]
SAME_FAILURES = 20
"""So many refusals in a row, and nothing accepted: it is not the events that are wrong."""
UNKNOWN_OUTCOME = 0


def meaning_of(status: int) -> Meaning:
    """Return what a status means for what was sent.

    Source:
        Standard Webhooks 1.0.0, "Deliverability and reliability": 2xx is success, all else failure, 3xx is not
        followed, 410 disables, 429, 502 and 504 throttle. RFC 9110 and RFC 8470: 408 and 425 ask to try again, 413 is
        about size.
    """
    if 200 <= status < 300:
        return "accepted"
    if status in (401, 403, 407, 410) or 300 <= status < 400:
        return "over"
    if status == 413:
        return "split"
    if status in (408, 425, 429) or not 400 <= status < 500:
        return "again"
    return "refused"


@dataclass(slots=True)
class WebhookBatch:
    """Some rows that are sent together.

    Args:
        first, end: Half-open range of rows.
        time_ms: Time of the last event, ms since the epoch.
        attempts: How often it was sent.
    """

    rows: RowTexts = field(repr=False)
    first: int
    end: int
    time_ms: int
    attempts: int = 0

    def halves(self) -> list[WebhookBatch]:
        """Return two parcels of half the rows each."""
        middle = (self.first + self.end) // 2
        spans = ((self.first, middle), (middle, self.end))
        return [WebhookBatch(self.rows, first, end, self.time_ms) for first, end in spans]

    @property
    def n_events(self) -> int:
        """Number of rows."""
        return self.end - self.first


def batches_of(
    rows: RowTexts, times_ms: Sequence[int], most_rows: int, most_bytes: int
) -> list[WebhookBatch]:
    """Return rows cut into parcels."""
    return [
        WebhookBatch(rows, first, end, times_ms[end - 1])
        for first, end in rows.cuts(most_rows, most_bytes)
    ]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """How a parcel becomes a request.

    Args:
        run: Id of the run.
        keys: For signatures; none leaves them out.
        agent: The header User-Agent.
        is_single: Events are sent one by one, without a list around them.
    """

    run: str
    keys: Sequence[bytes] = field(repr=False)
    agent: str
    is_single: bool = False

    def request(self, batch: WebhookBatch, now_s: int) -> Request:
        """Return the request: the same body and id for every attempt, another timestamp and signature."""
        body = self.body(batch)
        name = "ff_" + hashlib.sha256(body).hexdigest()[:40]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self.agent,
            signature.ID: name,
            signature.TIMESTAMP: str(now_s),
        }
        if self.keys:
            headers[signature.SIGNATURE] = signature.sign(self.keys, name, now_s, body)
        return Request(body, headers, batch)

    def body(self, batch: WebhookBatch) -> bytes:
        """Return the body. Source: Standard Webhooks 1.0.0, "Payload structure": type, timestamp, data."""
        time = dt.datetime.fromtimestamp(batch.time_ms / 1000, dt.UTC).isoformat(
            timespec="milliseconds"
        )
        kind = "event" if self.is_single else "events"
        head = f'{{"type":"footfall.{kind}","timestamp":"{time[:-6]}Z","data":'
        rows = batch.rows.joined(batch.first, batch.end)
        if self.is_single:
            return b"".join((head.encode(), rows, b"}"))
        return b"".join((f'{head}{{"run":"{self.run}","events":['.encode(), rows, b"]}}"))


class WebhookQueue:
    """The parcels of a part on their way.

    A parcel waits → is in flight → is accepted, or refused into the letters, or split in two, or waits again.

    Args:
        batches: What is to be sent.
        envelope: Makes requests.
        outage: How long it is tried while everything fails.
        clock: Tells the time.
        paces: Limits of requests and of events per second.
        most_refusals: So many in a row, and nothing accepted, end it; 0 never does.
    """

    def __init__(
        self,
        batches: Iterable[WebhookBatch],
        envelope: RequestForm,
        outage: Outage,
        clock: Clock,
        paces: tuple[RateLimit, RateLimit],
        most_refusals: int = SAME_FAILURES,
    ) -> None:
        self._todo, self._envelope, self._outage, self._clock = (
            deque(batches),
            envelope,
            outage,
            clock,
        )
        self._paces, self._most_refusals = paces, most_refusals
        self._later: list[tuple[float, int, WebhookBatch]] = []
        self._numbers = itertools.count()
        self._in_flight = 0
        self._events_in_flight = 0
        self._held_until = 0.0
        self._refusals = 0
        self.accepted = 0
        self.retries = 0
        self.size_bytes = 0
        self.dead_letters: list[DeadLetter] = []
        self.problem: SinkError | None = None
        self.is_hopeless = False

    @property
    def is_done(self) -> bool:
        """Whether everything is accepted or refused."""
        return self.problem is None and not (self._todo or self._later or self._in_flight)

    @property
    def is_failing(self) -> bool:
        """Whether nothing gets through."""
        return self._outage.is_on

    @property
    def progress(self) -> Progress:
        """What has become of the rows so far."""
        return Progress(
            self._events_in_flight, self.accepted, len(self.dead_letters), self.retries
        )

    def next(self) -> Request | float | None:
        """Return what is to be sent now, or how many seconds to wait, or None when there is nothing left to do."""
        if self.problem is not None or self.is_done:
            return None
        self._outage.look()
        pace_s = max(pace.wait_s() for pace in self._paces)
        if pace_s > 0:  # our own doing, which has nothing to do with patience
            return pace_s
        held_s = self._held_until - self._clock.monotonic()
        batch = held_s if held_s > 0 else self._take()
        if not isinstance(batch, float):
            return self._sent(batch)
        return self._outage.patient(batch, is_in_flight=self._in_flight > 0, give_up=self.fail)

    def handle(self, request: Request, reply: Reply) -> None:
        """Take in an answer."""
        batch: WebhookBatch = request.what
        self._in_flight -= 1
        self._events_in_flight -= batch.n_events
        batch.attempts += 1
        meaning = meaning_of(reply.status)
        getattr(self, f"_{meaning}")(batch, reply, request.headers[signature.ID])

    def fail(self, problem: SinkError) -> None:
        """Send no more."""
        self.problem = self.problem or problem
        self.is_hopeless |= not isinstance(problem, TransientSinkError)

    def _take(self) -> WebhookBatch | float:
        now = self._clock.monotonic()
        if self._later and self._later[0][0] <= now:
            return heapq.heappop(self._later)[2]
        if self._todo:
            return self._todo.popleft()
        return self._later[0][0] - now if self._later else 60.0

    def _sent(self, batch: WebhookBatch) -> Request:
        self._in_flight += 1
        self._events_in_flight += batch.n_events
        self.retries += batch.attempts > 0
        request = self._envelope.request(batch, self._clock.wall_ms() // 1000)
        for pace, amount in zip(self._paces, (1, batch.n_events), strict=True):
            pace.take(amount)
        self.size_bytes += len(request.body)
        return request

    def _accepted(self, batch: WebhookBatch, reply: Reply, name: str) -> None:
        del reply, name
        self.accepted += batch.n_events
        self._refusals = 0
        self._outage.worked()

    def _again(self, batch: WebhookBatch, reply: Reply, name: str) -> None:
        now = self._clock.monotonic()
        asked = retry_after_s(reply.headers.get("retry-after"), self._clock.wall_ms())
        if asked is not None:  # it is meant for everything that goes there
            self._held_until = max(self._held_until, now + asked)
        due = now + max(backoff_s(name, batch.attempts), asked or 0.0)
        heapq.heappush(self._later, (due, next(self._numbers), batch))
        self._outage.failed(reply.gist, str(reply))
        if self._outage.left_s <= 0:
            self.fail(self._outage.given_up())

    def _split(self, batch: WebhookBatch, reply: Reply, name: str) -> None:
        if batch.n_events == 1:
            self._refused(batch, reply, name)
        else:
            self._todo.extendleft(reversed(batch.halves()))

    def _refused(self, batch: WebhookBatch, reply: Reply, name: str) -> None:
        del name
        self._refusals += 1
        self._outage.worked()
        reason = f"refused with {reply.status}"
        texts = (batch.rows.text(row) for row in range(batch.first, batch.end))
        self.dead_letters += [DeadLetter.of(text, reason, reply) for text in texts]
        if self._most_refusals and self._refusals >= self._most_refusals and not self.accepted:
            self.fail(SinkError(f"every request fails the same way: {reply}"))

    def _over(self, batch: WebhookBatch, reply: Reply, name: str) -> None:
        del batch, name
        told = {
            401: f"it does not accept our signature ({signature.SECRET_NAME}) or credentials",
            403: "it forbids what we do",
            407: "a proxy wants credentials",
            410: "it is gone and wants no more events",
        }
        place = reply.fit(reply.headers.get("location", "an unknown place"))
        moved = f"it has moved to {place}; redirects are not followed"
        self.fail(SinkError(f"{told.get(reply.status, moved)} (status {reply.status})"))
