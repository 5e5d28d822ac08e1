"""The first day of a run: `2026-01-01`, `today`, `now-30d`."""

from __future__ import annotations

import datetime as dt
import re

from footfall.errors import UsageError, shown
from footfall.units import zones
from footfall.units.dates import FIRST_YEAR, LAST_YEAR

_RELATIVE = re.compile(r"(?:now|today)(?:-(?P<count>[0-9]{1,5})(?P<unit>[dw]))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS = {"d": 1, "w": 7}
ACCEPTED = "a date like 2026-01-01, or now-30d (also now-4w, today)"


def resolve_start(
    written: str | dt.date | None, time_zone: str, today: dt.date | None = None
) -> dt.date | None:
    """Return the first day of a run.

    Args:
        written: A date, its text, or days or weeks before today; None keeps the scenario's.
        time_zone: The scenario's: where it is today.
        today: Instead of the clock's.

    Raises:
        UsageError: The text is none of these, or the day lies outside of the years that scenarios know.
    """
    if written is None:
        return None
    relative = None if isinstance(written, dt.date) else _RELATIVE.fullmatch(written)
    if relative is None:
        day = written if isinstance(written, dt.date) else _date(str(written))
        return _in_range(day, str(written))
    day = today or dt.datetime.now(zones.zone(time_zone)).date()
    before = int(relative["count"] or 0) * _DAYS[relative["unit"] or "d"]
    # Further back than any date there is, the first one stands for it, and is refused.
    return _in_range(day - dt.timedelta(days=min(before, day.toordinal() - 1)), str(written))


def _in_range(day: dt.date, written: str) -> dt.date:
    """Return a first day that a scenario's own may have; refuse another."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UsageError(
            f"a start of {shown(written)} lies outside {FIRST_YEAR}..{LAST_YEAR}\n"
            f"  accepted: a date from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31, such as 2026-01-31"
        )
    return day


def depends_on_today(written: str | dt.date | None) -> bool:
    """Return whether a start is another day tomorrow."""
    return isinstance(written, str) and _RELATIVE.fullmatch(written) is not None


def _date(written: str) -> dt.date:
    try:
        # Without the pattern 20260101 and 2026-W01-1 would pass too, which no page mentions.
        return dt.date.fromisoformat(written if _DATE.fullmatch(written) else "")
    except ValueError:
        raise UsageError(f"a start of {shown(written)}\n  accepted: {ACCEPTED}") from None
