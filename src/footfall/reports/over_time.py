"""Over time: newcomers, active people, visits, events and revenue, day by day and week by week."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pyarrow as pa

from footfall.text import date
from footfall.units import DAY_MS

WEEK, MONTH = 7, 28
"""Days of the trailing windows in which people count as active."""


@dataclass(frozen=True, slots=True)
class TimeCounts:
    """Counts of a day, or of a week.

    Args:
        day: The first day, from 0.
        n_days: How many days.
        newcomers: People who arrived.
        active: People with an event.
        active_7, active_28: People with an event in the 7 or 28 days that end with the last one; fewer days at the
            beginning of a run.
        visits: Sessions that began.
        revenue: In minor units.
    """

    day: int
    n_days: int
    newcomers: int
    active: int
    active_7: int
    active_28: int
    visits: int
    events: int
    revenue: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """A run day by day. Days have 24 hours and are counted from the start of the run.

    Args:
        start_ms: Start of day 0, ms since the epoch, UTC.
        currency: ISO code.
        minor_digits: Of the currency.
        is_cut_short: The last day is not whole.
        days: All days of the run.
    """

    start_ms: int
    currency: str
    minor_digits: int
    is_cut_short: bool
    days: tuple[TimeCounts, ...]

    def date(self, counts: TimeCounts) -> str:
        """Return the ISO date of the first day."""
        return date(self.start_ms + counts.day * DAY_MS)

    @property
    def weeks(self) -> tuple[TimeCounts, ...]:
        """Whole weeks from the start, then the days that are left, one by one."""
        n_whole = len(self.days) // WEEK * WEEK
        made = [_week(self.days[first : first + WEEK]) for first in range(0, n_whole, WEEK)]
        return (*made, *self.days[n_whole:])

    def to_arrow(self) -> pa.Table:
        """Return one row per day: its date and its counts; revenue in minor units."""
        rows = [{"date": self.date(day), **asdict(day)} for day in self.days]
        names = (
            "newcomers",
            "active",
            "active_7",
            "active_28",
            "visits",
            "events",
            "revenue",
        )
        columns = [("date", pa.string()), *((name, pa.int64()) for name in names)]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _week(days: tuple[TimeCounts, ...]) -> TimeCounts:
    last = days[-1]
    return TimeCounts(
        day=days[0].day,
        n_days=len(days),
        newcomers=sum(day.newcomers for day in days),
        # The window of seven days that ends with the week is the week.
        active=last.active_7,
        active_7=last.active_7,
        active_28=last.active_28,
        visits=sum(day.visits for day in days),
        events=sum(day.events for day in days),
        revenue=sum(day.revenue for day in days),
    )
