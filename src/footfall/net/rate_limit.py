"""Not faster than so much per second, without bursts after a pause."""

from __future__ import annotations

from footfall.net.clock import Clock


class RateLimit:
    """Spreads an amount per second evenly.

    Args:
        clock: Measures.
        per_s: Amount per second; 0 is no limit.
        ahead_s: How much of a pause can be made up for.
    """

    def __init__(self, clock: Clock, per_s: float, ahead_s: float = 0.1) -> None:
        self._clock, self._per_s, self._ahead_s = clock, per_s, ahead_s
        self._free_at = clock.monotonic()

    def wait_s(self) -> float:
        """Return how long to wait before the next is due."""
        return max(self._free_at - self._clock.monotonic(), 0.0) if self._per_s else 0.0

    def take(self, amount: float) -> None:
        """Note that so much goes out now."""
        if self._per_s:
            now = self._clock.monotonic()
            self._free_at = max(self._free_at, now - self._ahead_s) + amount / self._per_s
