"""How a live run stands: counted sink by sink, and told once a second, also while a sink keeps everybody waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from footfall.run.pace import Lags
from footfall.run.result import Balance
from footfall.sinks import Sink
from footfall.sinks.delivery.clock import Clock
from footfall.sinks.sink import Progress, Telling

EVERY_S = 1.0
Lag = tuple[int, int]
"""Median and 99th percentile of how late events were, ms."""


@dataclass(frozen=True, slots=True)
class SinkStanding:
    """How one sink of a live run stands.

    Args:
        name: As after `--to`.
        events_per_s: Taken over the last second or so.
        queued: Events that are simulated and were not handed to it yet; most are not due.
        in_flight: Events that were handed to it, and of which nothing is known yet.
        retries: Requests that it has sent once more.
        accepted, rejected: Events, by this call.
        lag_ms: How late events were, over the last second or so; None of no events.
    """

    name: str
    events_per_s: float
    queued: int
    in_flight: int
    retries: int
    accepted: int
    rejected: int
    lag_ms: Lag | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a live run stands, for somebody who watches.

    Args:
        at_ms: Simulated time up to which all is delivered.
        events: Delivered by this call, to all sinks.
        replayed: Share of the past that is lived through; 1 when events are being delivered.
        sinks: One by one.
    """

    at_ms: int
    events: int = 0
    replayed: float = 1.0
    sinks: Sequence[SinkStanding] = ()


Watch = Callable[[Standing], None]


def nobody(_: Standing) -> None:
    """Watch nothing."""


@dataclass(slots=True)
class _Counts:
    """Of one sink, since the watcher was told."""

    sink: Sink
    balance: Balance
    has_window: bool = False
    sending: int = 0
    events: int = 0
    lags: Lags = field(default_factory=Lags)


class Meter:
    """Adds up what is delivered.

    Used as a context, in which a thread tells the watcher when nothing else does.

    Args:
        clock: Of this machine, or a test's.
        watch: Told about once a second.
        sinks, balances: What was delivered to, and what came of it so far; counted elsewhere.
        queued: Returns how many events are simulated, and not taken to be delivered.
        at_ms: Simulated time up to which all is delivered.
    """

    def __init__(
        self,
        clock: Clock,
        watch: Watch,
        sinks: Sequence[Sink],
        balances: Sequence[Balance],
        queued: Callable[[], int],
        at_ms: int,
    ) -> None:
        self._clock, self._watch, self._queued, self._at_ms = clock, watch, queued, at_ms
        self._counts = [_Counts(sink, balance) for sink, balance in zip(sinks, balances, strict=True)]
        self._since = clock.monotonic()
        self._n_window = 0
        self.events = 0
        self.lags = Lags()
        self._lock, self._end = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._tell_now_and_then, name="footfall-meter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def begin(self, n_events: int) -> None:
        """Note that a window of so many events is taken to be delivered."""
        with self._lock:
            self._n_window = n_events
            for counts in self._counts:
                counts.has_window = False

    def hand_over(self, place: int) -> None:
        """Note that a sink is given the window."""
        with self._lock:
            self._counts[place].has_window, self._counts[place].sending = True, self._n_window

    def take(self, place: int, lags_ms: npt.NDArray[np.int64]) -> None:
        """Note that a sink has taken the window, and how late what has a lag was."""
        with self._lock:
            counts = self._counts[place]
            counts.sending = 0
            counts.events += self._n_window
            counts.lags.add(lags_ms)

    def end(self, at_ms: int, lags_ms: npt.NDArray[np.int64]) -> None:
        """Note that all sinks have the window, and tell, if it is time."""
        with self._lock:
            self._at_ms = at_ms
            self.events += self._n_window
            self.lags.add(lags_ms)
            self._n_window = 0
            self._tell()

    def _tell_now_and_then(self) -> None:
        while not self._end.wait(EVERY_S / 4):
            with self._lock:
                self._tell()

    def _tell(self) -> None:
        seconds = self._clock.monotonic() - self._since
        if seconds < EVERY_S:
            return
        queued = self._queued()
        standings = [self._standing(counts, seconds, queued) for counts in self._counts]
        self._since = self._clock.monotonic()
        self._watch(Standing(self._at_ms, self.events, 1.0, standings))

    def _standing(self, counts: _Counts, seconds: float, queued: int) -> SinkStanding:
        half, most = counts.lags.quantile_ms(0.5), counts.lags.quantile_ms(0.99)
        is_sending = counts.sending > 0
        told = counts.sink.progress() if isinstance(counts.sink, Telling) else Progress(counts.sending)
        standing = SinkStanding(
            counts.balance.name,
            counts.events / seconds,
            queued if counts.has_window else queued + self._n_window,
            told.in_flight if is_sending else 0,
            told.retries,
            counts.balance.accepted + (told.accepted if is_sending else 0),
            counts.balance.rejected + (told.rejected if is_sending else 0),
            None if half is None or most is None else (half, most),
        )
        counts.events = 0
        counts.lags.clear()
        return standing
