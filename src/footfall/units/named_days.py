"""Days as people call them: `25th`, `last friday`, `first business day`, `12-24`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from footfall.errors import UnitError, shown
from footfall.units.dates import parse_holiday
from footfall.units.hints import nearest_hint

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_NUMBERED = re.compile(r"([0-9]{1,2})(st|nd|rd|th)?")
_LAST_OF_MONTH = 31
NAMED_DAY_ACCEPTS = (
    "write 25th, first day, last day, friday, first monday, last friday, business day, first business day, "
    "last business day, or 12-24 for every year"
)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that comes again and again.

    Args:
        kind: What it is called by; of `month`, `weekday` and `business` one comes every month if `place` is not 0.
        place: Day of the month (31 is the last); else which of the month's, -1 being the last, and 0 any.
        weekday: Of `weekday`: Monday is 0.
        month: Of `year`: from 1.
    """

    kind: Literal["month", "weekday", "business", "year"]
    place: int = 0
    weekday: int = 0
    month: int = 0


def parse_named_day(text: str) -> NamedDay:
    """Return the day that a text calls by a name.

    Raises:
        UnitError: None that is known, or no day of any month.

    Examples:
        >>> parse_named_day("the 25th")
        NamedDay(kind='month', place=25, weekday=0, month=0)
        >>> parse_named_day("last friday of the month")
        NamedDay(kind='weekday', place=-1, weekday=4, month=0)
        >>> parse_named_day("12-24")
        NamedDay(kind='year', place=24, weekday=0, month=12)
        >>> parse_named_day("business days").place
        Traceback (most recent call last):
        footfall.errors.UnitError: "business days" is no day of the calendar...
    """
    name = " ".join(text.lower().split()).removeprefix("the ").removesuffix(" of the month")
    numbered = _NUMBERED.fullmatch(name)
    if numbered and 1 <= int(numbered[1]) <= _LAST_OF_MONTH:
        return NamedDay("month", int(numbered[1]))
    if re.fullmatch(r"[0-9]+-[0-9]+", name):
        _, month, day = parse_holiday(name)
        return NamedDay("year", day, month=month)
    found = _in_words(name)
    if found is None:
        known = [*WEEKDAY_NAMES, "business day", "last day", "first day", "last friday"]
        raise UnitError(
            f"{shown(text)} is no day of the calendar",
            NAMED_DAY_ACCEPTS,
            nearest_hint(name, known),
        )
    return found


def _in_words(name: str) -> NamedDay | None:
    first, _, rest = name.partition(" ")
    place, what = (_PLACES[first], rest) if first in _PLACES else (0, name)
    if what in WEEKDAY_NAMES:
        return NamedDay("weekday", place, WEEKDAY_NAMES.index(what))
    if what == "business day" and abs(place) <= 1:
        return NamedDay("business", place)
    if what == "day" and abs(place) == 1:
        return NamedDay("month", 1 if place == 1 else _LAST_OF_MONTH)
    return None
