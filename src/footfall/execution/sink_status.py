"""The status of one sink while a run is going on, for those who watch it."""

from __future__ import annotations

from dataclasses import dataclass

Lag = tuple[int, int]
"""Median and 99th percentile of how late events were, ms."""
HEADERS = ("per s", "queue", "flight", "resent", "accepted", "rejected")
"""Columns of the figures, see `SinkStatus.figures`."""


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """The status of a sink at a moment.

    Args:
        name: As after `--to`.
        queued: Events that it has not begun with.
        in_flight: Events that were handed to it, and of which nothing is known yet.
        retries: Requests that it has sent once more.
        accepted, rejected: Events in all, by this call.
        reached: How many steps are done in it, with a share of the one that it is at; None if it waits for none.
        problem: Reason why it gets no more, once it has failed.
        events_per_s: Events taken per second, lately.
        lag_ms: Live: how late events were, lately; None of no events.
    """

    name: str
    queued: int = 0
    in_flight: int = 0
    retries: int = 0
    accepted: int = 0
    rejected: int = 0
    reached: float | None = None
    problem: BaseException | None = None
    events_per_s: float = 0.0
    lag_ms: Lag | None = None

    @property
    def figures(self) -> tuple[str, ...]:
        """Its counts as texts, one per column of `HEADERS`."""
        counts = (self.queued, self.in_flight, self.retries, self.accepted, self.rejected)
        return tuple(f"{count:,.0f}" for count in (self.events_per_s, *counts))
