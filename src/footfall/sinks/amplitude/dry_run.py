"""Dry runs: everything is checked and counted, nothing is sent, and waiting takes no time."""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
from pathlib import Path

from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.sinks.amplitude.queue import AmplitudeQueue
from footfall.sinks.delivery.http_sender import Request, carry_out


class DryRun:
    """Takes the place of the wire: accepts every request, and counts.

    Args:
        clock: Of the machine.

    Attributes:
        folder: For a ledger that is thrown away.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = DryRunClock(clock)
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name) / "ledger"
        self._n_requests = self._n_bytes = self._n_refused = 0

    def send(self, queue: AmplitudeQueue) -> None:
        """Answer all requests of a queue as if they were accepted."""
        carry_out(queue, self.answer, self.clock)
        self._n_requests += queue.requests
        self._n_bytes += queue.size_bytes
        self._n_refused += len(queue.dead_letters)

    def answer(self, request: Request) -> Reply:
        """Return what Amplitude answers when it accepts a request."""
        del request
        return Reply(200, b'{"code":200}')

    def close(self) -> None:
        """Throw the ledger away."""
        self._temporary.cleanup()

    def summary(self) -> str:
        """Return what was checked; empty where nothing was: `live` opens a sink only to look at it."""
        if not self._n_requests + self._n_refused:
            return ""
        return (
            f"nothing was sent: {self._n_requests:,} requests, {self._n_bytes:,} bytes, "
            f"{self._n_refused:,} refused before sending; it would take about {duration(self.clock.passed_s)}"
        )


class DryRunClock:
    """A clock for dry runs: waiting takes no time, but is counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.passed_s = clock, 0.0

    def wall_ms(self) -> int:
        """Return the time of day, ms since the epoch."""
        return self._clock.wall_ms()

    def monotonic(self) -> float:
        """Return the seconds that were waited for."""
        return self.passed_s

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        """Count some seconds."""
        del wake
        # At least a microsecond: a wait too short for a float to tell would never come to its end.
        self.passed_s += max(seconds, 1e-6)


def duration(seconds: float) -> str:
    """Return a duration as `H:MM:SS`, of a second at least."""
    return str(dt.timedelta(seconds=max(round(seconds), 1)))
