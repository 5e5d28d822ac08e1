"""Durations in whole milliseconds, and waits: `30 min`, `90 days`, `about 10 s`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from footfall.errors import UnitError, shown
from footfall.units.hints import nearest
from footfall.units.milliseconds import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS
from footfall.units.numbers import EXACT, NUMBER_THEN_WORD, exact_decimal, is_number

UNIT_MS = {
    "ms": 1,
    "s": SECOND_MS,
    "min": MINUTE_MS,
    "h": HOUR_MS,
    "day": DAY_MS,
    "week": WEEK_MS,
}
UNIT_MS |= {"days": UNIT_MS["day"], "weeks": UNIT_MS["week"]}
LONGEST_DAYS = 36_525
"""100 years: longer than any run, and 3.2e12 ms leave room for sums and factors in 63 bits."""
DEFAULT_SPREAD = Decimal("0.8")
"""Of `about 10 s`: half of the waits lie between 5.8 s and 17 s, one in ten is above 28 s."""
WIDEST_SPREAD = 10

# For hints alone: `5 m` may be minutes or months to who wrote it.
_UNIT_SYNONYMS = {
    "millisecond": "ms", "milliseconds": "ms", "msec": "ms",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks",
}  # fmt: skip
UNIT_MONTHS = {"month": 1, "months": 1, "year": 12, "years": 12}
MOST_MONTHS = 1200
MONTHS_ACCEPT = "write 1 month to 100 years, such as 3 months"
# No units of a duration, since a month has no length of its own: they give a hint in days.
_VAGUE_DAYS = {"month": 30, "months": 30, "year": 365, "years": 365}

DURATION_ACCEPTS = "write a number with ms, s, min, h, days or weeks, such as 30 min"
DAYS_ACCEPTS = "write whole days or weeks, such as 90 days"
WAIT_ACCEPTS = "write 10 s, about 10 s, 5 s to 20 s, 1 month, {median: 10 s, spread: 0.5}, or {until: next('25th')}"


@dataclass(frozen=True, slots=True)
class WaitParts:
    """A wait as written.

    Args:
        kind: `exact`, `about` (log-normal) or `uniform`.
        low_ms: The exact value, the median, or the lower end.
        high_ms: The upper end of `uniform`; else equal to `low_ms`.
        spread: Standard deviation of the logarithm of `about`; else 0.
    """

    kind: Literal["exact", "about", "uniform"]
    low_ms: int
    high_ms: int
    spread: Decimal


def is_unit_of_time(word: str) -> bool:
    """Return whether a word is a unit of time, here or elsewhere.

    Examples:
        >>> is_unit_of_time("days"), is_unit_of_time("months"), is_unit_of_time("lessons")
        (True, True, False)
    """
    return any(word in units for units in (UNIT_MS, _UNIT_SYNONYMS, _VAGUE_DAYS))


def parse_duration(text: str) -> int:
    """Return whole milliseconds, from 0 to 100 years, of `30 min`, `1.5 h` or `250 ms`.

    Raises:
        UnitError: Not a duration, negative, too long, or not whole milliseconds.

    Examples:
        >>> parse_duration("1.5 h"), parse_duration("250 ms")
        (5400000, 250)
        >>> parse_duration("2 months")
        Traceback (most recent call last):
        footfall.errors.UnitError: "2 months" has the unknown unit "months"...
    """
    number, unit = _number_and_unit(text)
    duration_ms = EXACT.multiply(number, Decimal(UNIT_MS[unit]))
    if not 0 <= duration_ms <= LONGEST_DAYS * DAY_MS:
        raise UnitError(f"{shown(text)} is outside 0 s..100 years", DURATION_ACCEPTS)
    if duration_ms != duration_ms.to_integral_value():
        raise UnitError(
            f"{shown(text)} is not a whole number of milliseconds", DURATION_ACCEPTS
        )
    return int(duration_ms)


def _number_and_unit(text: str) -> tuple[Decimal, str]:
    matched = NUMBER_THEN_WORD.fullmatch(text.strip())
    if not matched:
        raise UnitError(f"{shown(text)} is not a duration", DURATION_ACCEPTS)
    number, unit = exact_decimal(matched[1], "a duration", DURATION_ACCEPTS), matched[2]
    if unit not in UNIT_MS:
        raise UnitError(
            _unit_message(text, unit), DURATION_ACCEPTS, _unit_hint(matched[1], unit)
        )
    return number, unit


def _unit_message(text: str, unit: str) -> str:
    return (
        f"{shown(text)} has the unknown unit {shown(unit)}"
        if unit
        else f"{shown(text)} has no unit"
    )


def _unit_hint(number: str, unit: str) -> str:
    if unit.lower() in _VAGUE_DAYS:
        days = Decimal(number) * _VAGUE_DAYS[unit.lower()]
        return (
            f"{unit.rstrip('s')}s differ in length; write {days:f} days"
            if 0 < days <= LONGEST_DAYS
            else ""
        )
    meant = "s" if not unit else _UNIT_SYNONYMS.get(unit.lower()) or nearest(unit, UNIT_MS)
    return f"did you mean {number} {meant}?" if meant else ""


def parse_months(text: str) -> int | None:
    """Return the months of `1 month` or `2 years`, which have no length of their own; None of anything else.

    Raises:
        UnitError: No whole number of months, or more than 100 years.

    Examples:
        >>> parse_months("1 month"), parse_months("2 years"), parse_months("3 days")
        (1, 24, None)
    """
    matched = NUMBER_THEN_WORD.fullmatch(text.strip())
    if not matched or matched[2] not in UNIT_MONTHS:
        return None
    number = exact_decimal(matched[1], "a number of months", MONTHS_ACCEPT)
    months = number * UNIT_MONTHS[matched[2]]
    if months != months.to_integral_value() or not 1 <= months <= MOST_MONTHS:
        raise UnitError(f"{shown(text)} is not a whole number of months", MONTHS_ACCEPT)
    return int(months)


def parse_days(text: str) -> int:
    """Return whole days, from 1 to 36,525, of `90 days`, `12 weeks` or `1 day`.

    Raises:
        UnitError: Not a duration, or not whole days.

    Examples:
        >>> parse_days("12 weeks"), parse_days("24 h")
        (84, 1)
    """
    # Where the unit is missing, `parse_duration` would guess seconds.
    if is_number(text):
        raise UnitError(
            f"{shown(text)} has no unit", DAYS_ACCEPTS, f"did you mean {text.strip()} days?"
        )
    duration_ms = parse_duration(text)
    if duration_ms % DAY_MS or not duration_ms:
        raise UnitError(
            f"{shown(text)} is not a whole number of days of at least 1", DAYS_ACCEPTS
        )
    return duration_ms // DAY_MS


def parse_wait(text: str) -> WaitParts:
    """Return the parts of `10 s`, `about 10 s` or `5 s to 20 s`.

    Raises:
        UnitError: Not a wait, an upper end not above the lower one, or a median of 0.

    Examples:
        >>> parse_wait("about 10 s")
        WaitParts(kind='about', low_ms=10000, high_ms=10000, spread=Decimal('0.8'))
        >>> parse_wait("5 s to 20 s").kind
        'uniform'
    """
    stripped = text.strip()
    if stripped.startswith("about "):
        return about(parse_duration(stripped.removeprefix("about ")), DEFAULT_SPREAD)
    low, to, high = stripped.partition(" to ")
    if to:
        return _uniform(text, parse_duration(low), parse_duration(high))
    exact_ms = _exact_wait(text)
    return WaitParts("exact", exact_ms, exact_ms, Decimal(0))


def about(median_ms: int, spread: Decimal) -> WaitParts:
    """Return a log-normal wait of this median and this standard deviation of the logarithm.

    Raises:
        UnitError: The median is 0, or the spread is outside 0..10.

    Examples:
        >>> about(60_000, Decimal("0.5")).spread
        Decimal('0.5')
    """
    if median_ms == 0:
        raise UnitError(
            "a median of 0 leaves no wait", "write a median above 0, such as about 10 s"
        )
    if not 0 <= spread <= WIDEST_SPREAD:
        raise UnitError(
            f"a spread of {spread} is outside 0..{WIDEST_SPREAD}",
            "a usual spread is 0.3 (narrow) to 1.5 (wide)",
        )
    return WaitParts("about", median_ms, median_ms, spread)


def _uniform(text: str, low_ms: int, high_ms: int) -> WaitParts:
    if low_ms >= high_ms:
        raise UnitError(
            f"{shown(text)} ends before it begins",
            "write the shorter wait first, such as 5 s to 20 s",
        )
    return WaitParts("uniform", low_ms, high_ms, Decimal(0))


def _exact_wait(text: str) -> int:
    try:
        return parse_duration(text)
    except UnitError as error:
        raise UnitError(
            error.message.replace("is not a duration", "is not a wait"),
            WAIT_ACCEPTS,
            error.hint,
        ) from None
