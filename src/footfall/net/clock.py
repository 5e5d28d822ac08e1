"""The clock of everything that sends or waits; tests put another one in its place."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A clock: time of day, spans, waits. Spans never use the time of day, which may be set back."""

    def wall_ms(self) -> int:
        """Return the time of day, ms since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""
        ...

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        """Wait, or less when `wake` is set."""
        ...


class SystemClock:
    """The clock of this machine."""

    def wall_ms(self) -> int:
        """Return the time of day, ms since the epoch."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""
        return time.monotonic()

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        """Wait, or less when `wake` is set."""
        if wake is None:
            time.sleep(max(seconds, 0.0))
        else:
            wake.wait(max(seconds, 0.0))
