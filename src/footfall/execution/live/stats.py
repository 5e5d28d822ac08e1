"""The stats of a live run: counted sink by sink, and shown once a second."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from footfall.execution.live.simulated_clock import LagHistogram, SimulatedClock
from footfall.execution.pipeline import Pipeline
from footfall.execution.sink_status import SinkStatus
from footfall.net.clock import Clock

EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """The status of a live run at a moment.

    Args:
        at_ms: Simulated time up to which all is delivered, to every sink that has not failed.
        events: Events delivered to each of them by this call.
        replayed: Share of the past that is replayed; 1 when events are being delivered.
        sinks: Per sink, its status.
    """

    at_ms: int
    events: int = 0
    replayed: float = 1.0
    sinks: Sequence[SinkStatus] = ()


Watch = Callable[[LiveStatus], None]


def watch_nothing(_: LiveStatus) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A window that is to be delivered.

    Args:
        until_ms: Simulated time of its end.
        n_events: Events in it.
        times_ms: Shape (n,), int64: times of those events whose lag counts; what had happened
            before this call has none.
    """

    until_ms: int
    n_events: int
    times_ms: npt.NDArray[np.int64]


@dataclass(slots=True)
class _Counts:
    """The counts of one sink.

    Args:
        pipeline: The sink's.
        reached_ms: Simulated time up to which it has everybody.
        coming: Events that are due, and do not wait in its pipeline yet.
        due: Windows that it has not taken, in order.
        events, recent: Events taken since the last status, and their lags.
        lags: Lags of all that was taken.
    """

    pipeline: Pipeline
    reached_ms: int
    coming: int = 0
    due: deque[DueWindow] = field(default_factory=deque)
    events: int = 0
    recent: LagHistogram = field(default_factory=LagHistogram)
    lags: LagHistogram = field(default_factory=LagHistogram)

    @property
    def problem(self) -> BaseException | None:
        return self.pipeline.balance.problem


class LiveStats:
    """The stats of a live run.

    made → begun, when time begins to pass → used as a context, in which a thread of its own
    looks too: the owner waits while a queue is full, and the watcher wants to see just that.

    Owner, sinks' threads and that thread count here; one lock guards all counts.

    Args:
        clock: Of this machine, or a test's.
        watch: Called about once a second.
        pipelines: One per sink.
        positions: Per sink: simulated time up to which it has everybody.
    """

    _simulated_clock: SimulatedClock
    _queued: Callable[[], int]
    _since: float

    def __init__(
        self,
        clock: Clock,
        watch: Watch,
        pipelines: Sequence[Pipeline],
        positions: Sequence[int],
    ) -> None:
        self._clock, self._watch = clock, watch
        self._counts = [
            _Counts(pipeline, at_ms)
            for pipeline, at_ms in zip(pipelines, positions, strict=True)
        ]
        self._due: deque[tuple[DueWindow, frozenset[int]]] = deque()
        self._events = 0
        self._lock, self._end = threading.Lock(), threading.Event()
        self._thread = threading.Thread(
            target=self._tell_now_and_then, name="footfall-meter", daemon=True
        )

    def begin(self, simulated_clock: SimulatedClock, queued: Callable[[], int]) -> Self:
        """Begin to count.

        Args:
            simulated_clock: Tells lags.
            queued: Returns the number of events that are simulated, and not due yet.
        """
        self._simulated_clock, self._queued, self._since = (
            simulated_clock,
            queued,
            self._clock.monotonic(),
        )
        return self

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def take(self, due: DueWindow, places: Collection[int]) -> None:
        """Note that a window is due, and which sinks are to have it."""
        with self._lock:
            self._due.append((due, frozenset(places)))
            for place in places:
                self._counts[place].coming = due.n_events
                self._counts[place].due.append(due)

    def handed_over(self, place: int) -> None:
        """Note that the window is in a sink's pipeline."""
        with self._lock:
            self._counts[place].coming = 0

    def delivered(self, place: int) -> None:
        """Note that a sink has taken the next window."""
        with self._lock:
            counts = self._counts[place]
            # A sink delivers windows in the order in which it got them.
            due = counts.due.popleft()
            lags_ms = self._simulated_clock.lags_ms(due.times_ms)
            counts.reached_ms = due.until_ms
            counts.events += due.n_events
            counts.recent.add(lags_ms)
            counts.lags.add(lags_ms)

    @property
    def reached_ms(self) -> list[int]:
        """Per sink: simulated time up to which it has everybody."""
        with self._lock:
            return [counts.reached_ms for counts in self._counts]

    @property
    def lags(self) -> list[LagHistogram]:
        """Per sink: lags of the events that were due while this ran."""
        return [counts.lags for counts in self._counts]

    @property
    def events(self) -> int:
        """Events that every sink has that has not failed."""
        with self._lock:
            return self._settle()[1]

    def look(self) -> None:
        """Show the status, if a second has passed."""
        with self._lock:
            seconds = self._clock.monotonic() - self._since
            if seconds < EVERY_S:
                return
            queued = self._queued()
            statuses = [self._status(counts, seconds, queued) for counts in self._counts]
            self._since = self._clock.monotonic()
            at_ms, events = self._settle()
            # Under the lock: the owner and the thread both look, and one of them draws at a
            # time.
            self._watch(LiveStatus(at_ms, events, 1.0, statuses))

    def _tell_now_and_then(self) -> None:
        # Four looks per second shown: a status is a quarter of a second late at most.
        while not self._end.wait(EVERY_S / 4):
            self.look()

    def _settle(self) -> tuple[int, int]:
        """Return the time up to which all working sinks have all, and the events up to it.

        If all have failed, all count: the run stands where the slowest of them has got.
        """
        working = [counts for counts in self._counts if counts.problem is None] or self._counts
        at_ms = min(counts.reached_ms for counts in working)
        while self._due and self._due[0][0].until_ms <= at_ms:
            due, places = self._due.popleft()
            # What failed sinks alone lacked was delivered to nobody, but for what they had taken before.
            if any(self._counts[place].reached_ms >= due.until_ms for place in places):
                self._events += due.n_events
        return at_ms, self._events

    def _status(self, counts: _Counts, seconds: float, queued: int) -> SinkStatus:
        half, most = counts.recent.quantile_ms(0.5), counts.recent.quantile_ms(0.99)
        status = counts.pipeline.status
        status_now = replace(
            status,
            events_per_s=counts.events / seconds,
            queued=queued + counts.coming + status.queued,
            lag_ms=None if half is None or most is None else (half, most),
        )
        counts.events = 0
        counts.recent.clear()
        return status_now
