"""The rate at which events come, over the last minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from footfall.net.clock import Clock

BIN_S = 5
N_BINS = 60
"""Five minutes."""


class EventRate:
    """Counts events over the last minutes, in bins of some seconds.

    Args:
        clock: Tells the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bins: deque[list[int]] = deque(maxlen=N_BINS + 1)

    def add(self, n_events: int) -> None:
        """Count events that are stored now."""
        now = self._now()
        if not self._bins or self._bins[-1][0] != now:
            self._bins.append([now, 0])
        self._bins[-1][1] += n_events

    def per_second(self) -> Sequence[float]:
        """Return events per second by bin, the oldest first, up to the last bin that is over."""
        last = self._now() - 1
        rates = [0.0] * N_BINS
        for number, n_events in self._bins:
            if last - N_BINS < number <= last:
                rates[number - last - 1] = n_events / BIN_S
        return rates

    def _now(self) -> int:
        return int(self._clock.monotonic()) // BIN_S
