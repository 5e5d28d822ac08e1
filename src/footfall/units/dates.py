"""Dates, times and time zones: `2026-01-31 09:30`, `day 40 09:00`, `Europe/Paris`."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass
from importlib.resources import files

from footfall.errors import UnitError, shown
from footfall.units.durations import LONGEST_DAYS
from footfall.units.hints import nearest_hint

FIRST_YEAR, LAST_YEAR = 1970, 2199
LEAP_YEAR = 2000
"""A day of every year is checked against a year that has a 29 February."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:\s+|T)([0-9]{1,2}):([0-9]{2}))?")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_DAY_NUMBER = re.compile(r"day\s+([0-9]{1,6})(?:\s+([0-9]{1,2}):([0-9]{2}))?")

DATE_ACCEPTS = f"write a date from {FIRST_YEAR} to {LAST_YEAR}, such as 2026-01-31"
MOMENT_ACCEPTS = (
    "write 2026-01-31, 2026-01-31 09:30, day 60 or day 40 09:00 (day 1 is the first)"
)
HOLIDAY_ACCEPTS = "write a date, such as 2026-01-01, or 01-01 for every year"
TIME_ZONE_ACCEPTS = "write an IANA name, such as Europe/Paris or UTC"


@dataclass(frozen=True, slots=True)
class MomentParts:
    """Point in time as written: by the number of a day, or by the local calendar.

    Args:
        day: Counts from 1, the first day of the run; None for a local time.
        minute_of_day: On that day.
        local: Year, month, day, hour, minute; None for a numbered day.
    """

    day: int | None = None
    minute_of_day: int = 0
    local: tuple[int, int, int, int, int] | None = None


def parse_date(text: str) -> tuple[int, int, int]:
    """Return (year, month, day) of a date such as `2026-01-31`.

    Raises:
        UnitError: Not a date from 1970 to 2199.

    Examples:
        >>> parse_date("2026-01-31")
        (2026, 1, 31)
        >>> parse_date("31.1.2026")
        Traceback (most recent call last):
        footfall.errors.UnitError: "31.1.2026" is not a date...
    """
    matched = _DATE.fullmatch(text.strip())
    # A time of day is right in a moment, not in a date.
    if not matched or matched[4]:
        raise UnitError(f"{shown(text)} is not a date", DATE_ACCEPTS, _date_hint(text.strip()))
    return _checked_date(text, int(matched[1]), int(matched[2]), int(matched[3]))


def _date_hint(text: str) -> str:
    """Return how to write a date whose order of year, month and day is plain, or nothing."""
    # 31.01.2026 has one reading; 01/02/2026 has two, and gets no hint.
    dotted = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text)
    if dotted:
        return f"did you mean {dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}?"
    parted = re.fullmatch(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})", text)
    return (
        f"did you mean {parted[1]}-{int(parted[2]):02}-{int(parted[3]):02}?" if parted else ""
    )


def parse_holiday(text: str) -> tuple[int | None, int, int]:
    """Return (year, month, day) of `2026-01-01`, or (None, month, day) of `01-01`.

    Raises:
        UnitError: Neither.

    Examples:
        >>> parse_holiday("2026-12-25"), parse_holiday("02-29")
        ((2026, 12, 25), (None, 2, 29))
    """
    yearly = _DAY_OF_YEAR.fullmatch(text.strip())
    if yearly:
        _, month, day = _checked_date(text, LEAP_YEAR, int(yearly[1]), int(yearly[2]))
        return None, month, day
    if not _DATE.fullmatch(text.strip()):
        raise UnitError(f"{shown(text)} is not a holiday's date", HOLIDAY_ACCEPTS)
    return parse_date(text)


def parse_moment(text: str) -> MomentParts:
    """Return the parts of `2026-01-31`, `2026-01-31 09:30`, `day 60` or `day 40 09:00`.

    Raises:
        UnitError: None of these, or a date or time that does not exist.

    Examples:
        >>> parse_moment("day 40 09:00")
        MomentParts(day=40, minute_of_day=540, local=None)
        >>> parse_moment("2026-01-31 09:30").local
        (2026, 1, 31, 9, 30)
    """
    numbered = _DAY_NUMBER.fullmatch(text.strip())
    if numbered:
        return MomentParts(
            day=_day_number(text, numbered[1]),
            minute_of_day=_minute(text, numbered[2], numbered[3]),
        )
    dated = _DATE.fullmatch(text.strip())
    if not dated:
        raise UnitError(
            f"{shown(text)} is not a time", MOMENT_ACCEPTS, _date_hint(text.strip())
        )
    year, month, day = _checked_date(text, int(dated[1]), int(dated[2]), int(dated[3]))
    hour, minute = divmod(_minute(text, dated[4], dated[5]), 60)
    return MomentParts(local=(year, month, day, hour, minute))


def _day_number(text: str, digits: str) -> int:
    day = int(digits)
    if not 1 <= day <= LONGEST_DAYS:
        raise UnitError(f"{shown(text)} is outside day 1..day {LONGEST_DAYS}", MOMENT_ACCEPTS)
    return day


def _minute(text: str, hour: str | None, minute: str | None) -> int:
    if hour is None or minute is None:
        return 0
    if int(hour) > 23 or int(minute) > 59:
        raise UnitError(
            f"{shown(text)} has no such time of day", "write a time from 00:00 to 23:59"
        )
    return int(hour) * 60 + int(minute)


def _checked_date(text: str, year: int, month: int, day: int) -> tuple[int, int, int]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnitError(f"{shown(text)} lies outside {FIRST_YEAR}..{LAST_YEAR}", DATE_ACCEPTS)
    try:
        dt.date(year, month, day)
    except ValueError:
        raise UnitError(f"{shown(text)} is not in the calendar", DATE_ACCEPTS) from None
    return year, month, day


def parse_time_zone(text: str) -> str:
    """Return a name that the `tzdata` package knows; the system's time zones are never asked.

    A run must not depend on the machine it is made on, and its id names the package's version.

    Raises:
        UnitError: Unknown there.

    Examples:
        >>> parse_time_zone("Asia/Kolkata")
        'Asia/Kolkata'
    """
    name = text.strip()
    if name not in time_zones():
        raise UnitError(
            f"{shown(text)} is not a time zone",
            TIME_ZONE_ACCEPTS,
            nearest_hint(name, time_zones()),
        )
    return name


@functools.cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones of the `tzdata` package."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
