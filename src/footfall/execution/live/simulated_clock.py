"""The clock of live runs: simulated time against the machine's, when to stop, and how late events were."""

from __future__ import annotations

import math
import threading

import numpy as np
import numpy.typing as npt

from footfall.execution.pipeline import LinkedEvent
from footfall.net.clock import Clock

Ints = npt.NDArray[np.int64]
# Later events count as ten minutes late, so the histogram has a fixed size.
MOST_LAG_MS = 600_000


class SimulatedClock:
    """Simulated time, which passes with the clock, some times faster.

    It follows the monotonic clock, so that setting the time of day makes no difference.

    Args:
        clock: Of this machine, or a test's.
        at_ms: Simulated time now.
        speed: Simulated seconds per second.
    """

    def __init__(self, clock: Clock, at_ms: int, speed: float) -> None:
        self._clock, self._at_ms, self._speed = clock, at_ms, speed
        self._begun = clock.monotonic()

    def now_ms(self) -> int:
        """Return the simulated time."""
        return self._at_ms + int((self._clock.monotonic() - self._begun) * self._speed * 1000)

    def seconds_until(self, time_ms: int) -> float:
        """Return how long it takes until a simulated time; less than 0 when it has passed."""
        return (
            (time_ms - self._at_ms) / (self._speed * 1000)
            + self._begun
            - self._clock.monotonic()
        )

    def lags_ms(self, times_ms: Ints) -> Ints:
        """Return how long ago events were due, in ms of the clock, at least 0."""
        now = self._at_ms + (self._clock.monotonic() - self._begun) * self._speed * 1000
        lags: Ints = np.maximum((now - times_ms) / self._speed, 0).astype(np.int64)
        return lags


class Deadline(LinkedEvent):
    """A user's stop that also counts as set once its time has passed by the clock.

    Args:
        stop: Set by the user.
        clock: Of this machine, or a test's.
        after_s: Seconds from now on; None is never.
    """

    def __init__(self, stop: threading.Event, clock: Clock, after_s: float | None) -> None:
        super().__init__(stop)
        self._clock = clock
        self._at = math.inf if after_s is None else clock.monotonic() + after_s

    def is_set(self) -> bool:
        """Return whether the user has set it, or its time has passed."""
        return super().is_set() or self._clock.monotonic() >= self._at


class LagHistogram:
    """A histogram of lags by the millisecond: 5 MB, however long a run lasts."""

    def __init__(self) -> None:
        self._counts = np.zeros(MOST_LAG_MS + 1, np.int64)
        self._end = 0

    def add(self, lags_ms: Ints) -> None:
        """Count some."""
        counts = np.bincount(np.minimum(lags_ms, MOST_LAG_MS))
        self._counts[: len(counts)] += counts
        self._end = max(self._end, len(counts))

    def clear(self) -> None:
        """Forget all."""
        self._counts[: self._end] = 0
        self._end = 0

    def quantile_ms(self, share: float) -> int | None:
        """Return the lag that a share of the events has not exceeded; None of no events."""
        up_to = np.cumsum(self._counts[: self._end])
        # The least lag within which at least ⌈share · n⌉ events have come.
        return int(np.searchsorted(up_to, np.ceil(share * up_to[-1]))) if self._end else None
