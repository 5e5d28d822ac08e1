"""A clock for tests: it stands until it is told to go on; waiting makes it go on."""

from __future__ import annotations

import threading


class FakeClock:
    """Time of day and time that rises, apart: the first can be set back."""

    def __init__(self, wall_ms: int = 1_795_000_000_000) -> None:
        self.wall, self.now = wall_ms, 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def wall_ms(self) -> int:
        return self.wall

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        if wake is not None and wake.is_set():
            return
        with self._lock:
            self.slept.append(seconds)
        self.advance(max(seconds, 0.0))

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self.wall += int(seconds * 1000)
