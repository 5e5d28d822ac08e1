"""The limit per user and device that Amplitude documents: a moving average over whole seconds.

Not a `RateLimit` of `footfall.net`, which makes one sender wait: this one refuses, for any number of ids, all or
nothing, and has to answer with the rate that it measured, which a token bucket does not know.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from footfall.net.clock import Clock


class Throttle:
    """Counts events per id over the last seconds.

    Args:
        clock: Tells the time.
        events_per_s: Greatest average.
        average_s: Over how many seconds.
    """

    def __init__(self, clock: Clock, events_per_s: int, average_s: int) -> None:
        self._clock, self._most, self._average_s = clock, events_per_s * average_s, average_s
        self._sums: Counter[str] = Counter()
        self._seconds: deque[tuple[int, Counter[str]]] = deque()

    def over(self, ids: Sequence[str]) -> dict[str, int]:
        """Count events, unless some ids would be too fast: then nothing is counted.

        Args:
            ids: Owners of the events, each as often as it occurs.

        Returns:
            The ids that are too fast, with their events per second.
        """
        self._forget()
        counts = Counter(ids)
        sums, most = self._sums, self._most
        over = {
            i: (sums[i] + n) // self._average_s for i, n in counts.items() if sums[i] + n > most
        }
        # A refused request must not count: whoever sends it again and again would never get through.
        if not over:
            self._count(counts)
        return over

    def _count(self, counts: Counter[str]) -> None:
        now = int(self._clock.monotonic())
        if not self._seconds or self._seconds[-1][0] != now:
            self._seconds.append((now, Counter()))
        self._seconds[-1][1].update(counts)
        self._sums.update(counts)

    def _forget(self) -> None:
        """Take the seconds that have left the window out of the sums, which never hold an id at 0."""
        first = int(self._clock.monotonic()) - self._average_s
        while self._seconds and self._seconds[0][0] <= first:
            for i, n in self._seconds.popleft()[1].items():
                self._sums[i] -= n
                if not self._sums[i]:
                    del self._sums[i]
