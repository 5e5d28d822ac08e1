"""The rate limit of everything that sends: a token bucket, shallow enough that a pause makes no burst."""

from __future__ import annotations

from footfall.net.clock import Clock


class RateLimit:
    """A token bucket: so much per second, and after a pause little more.

    Nothing is refilled by a timer. It keeps the one moment at which the bucket will be back to empty
    ("virtual scheduling", as ATM's generic cell rate algorithm), so a limit costs two floats, needs
    no thread, and tests drive it with a clock of theirs. An amount may exceed the bucket's depth: it goes
    out whole, and the next one waits the longer.

    Args:
        clock: Measures.
        per_s: Amount per second: events, requests, bytes; 0 is no limit.
        burst_s: Depth of the bucket, in seconds of the rate: how much of a pause can be made up for.

    Example:
        >>> from footfall.net.clock import SystemClock
        >>> limit = RateLimit(SystemClock(), per_s=100)
        >>> limit.take(50)
        >>> 0.3 < limit.wait_s() < 0.5
        True

    Source:
        ITU-T I.371, annex A: the generic cell rate algorithm, virtual scheduling.
    """

    def __init__(self, clock: Clock, per_s: float, burst_s: float = 0.1) -> None:
        self._clock, self._per_s, self._burst_s = clock, per_s, burst_s
        self._free_at = clock.monotonic()

    def wait_s(self) -> float:
        """Return how long to wait before anything more may go out."""
        return max(self._free_at - self._clock.monotonic(), 0.0) if self._per_s else 0.0

    def take(self, amount: float) -> None:
        """Note that so much goes out now."""
        if self._per_s:
            full_at = self._clock.monotonic() - self._burst_s
            self._free_at = max(self._free_at, full_at) + amount / self._per_s
