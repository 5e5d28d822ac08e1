"""Times as others write them: numbers in any unit, and texts.

Sizes tell units apart: of the times between 1973 and 5138 no two units share a number.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from footfall.foreign.vendor_records import Unit
from footfall.units import DAY_MS

SECONDS_BELOW = 10**11
"""Numbers below it are seconds: as milliseconds they would lie before 1973."""
MICROSECONDS_FROM = 10**14
"""Numbers from it on are finer than milliseconds: as such they would lie after 5138."""
NANOSECONDS_FROM = 10**17
"""Numbers from it on are nanoseconds: as microseconds they would lie after 5138."""
UNITS: dict[Unit, str] = {
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
}
_PER_SECOND: dict[Unit, int] = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
READ_FORMS = (
    "2026-01-31T12:00:00, or numbers since 1970 in s, ms, µs or ns; "
    "31.01.2026 12:00 in all rows of CSV separated by semicolons"
)
"""The forms in which times of logs are read."""
REWRITE = "rewrite the column as 2026-01-31 10:00"
"""The way out of times in another form."""
_LONGEST = 40
_DIGITS = re.compile(r"-?\d{8,20}(\.\d{1,9})?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
_MOST_MS = 2_932_897 * DAY_MS  # the year 10000


def unit_of(number: float) -> Unit:
    """Return the unit that a number is a time in, by its size."""
    size = abs(number)
    if size < SECONDS_BELOW:
        return "s"
    if size < MICROSECONDS_FROM:
        return "ms"
    return "us" if size < NANOSECONDS_FROM else "ns"


def time_of(value: Any) -> tuple[int | None, Unit | None]:
    """Return a time as milliseconds since the epoch, and the unit of a number.

    Args:
        value: A number, or a text: digits, or a date and time of ISO 8601. Without an offset it is UTC.

    Returns:
        None for what is no time, or lies after the year 9999; the unit is None for texts.
    """
    if isinstance(value, str):
        # `fromisoformat` reads any text to its end: a megabyte of digits is not looked at.
        if len(value) > _LONGEST:
            return None, None
        # Most texts are dates, which their first dash tells.
        if value[4:5] == "-" or not _DIGITS.fullmatch(value):
            return _of_text(value), None
        value = float(value) if "." in value else int(value)
    # Not `isinstance`: true and false are integers for it.
    if type(value) not in (int, float):
        return None, None
    unit = unit_of(value)
    per_ms = 1000 / _PER_SECOND[unit]
    if per_ms < 1 and type(value) is int:
        return _within(value // (_PER_SECOND[unit] // 1000)), unit
    return _within(round(value * per_ms)), unit


def _of_text(text: str) -> int | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        if (plain := text.strip().removesuffix(" UTC")) != text:
            return _of_text(plain)
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    try:
        return _within((aware - _EPOCH) // _MILLISECOND)
    except OverflowError:  # an offset leads out of the calendar
        return None


def _within(ms: int) -> int | None:
    return ms if -_MOST_MS < ms < _MOST_MS else None
