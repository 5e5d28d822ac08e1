"""The only place where text becomes a quantity: whole milliseconds, exact decimals, dates, waits, money.

Every function is pure, uses no float, and raises `UnitError` with the value, what is accepted and an example.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from difflib import get_close_matches
from typing import Literal

from footfall.currencies import MINOR_DIGITS
from footfall.errors import UnitError, shown

UNIT_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "day": 86_400_000, "week": 604_800_000}
UNIT_MS |= {"days": UNIT_MS["day"], "weeks": UNIT_MS["week"]}
DAY_MS = UNIT_MS["day"]
PERIOD_DAYS = {"day": Decimal(1), "week": Decimal(7), "month": Decimal("30.4375"), "year": Decimal("365.25")}
DEFAULT_SPREAD = Decimal("0.8")
LONGEST_MS = 36_525 * DAY_MS
LARGEST = Decimal(10) ** 18
MOST_DIGITS = 34
FIRST_YEAR, LAST_YEAR = 1970, 2199
LEAP_YEAR = 2000

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
ROUNDED = Context(prec=28, rounding=ROUND_HALF_EVEN)

_NUMBER = r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER_ONLY = re.compile(_NUMBER)
_NUMBER_THEN_WORD = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)
_CONSTANT_CHANCE = re.compile(rf"{_NUMBER}\s*%?")
_RATE = re.compile(r"(.+?)\s*(?:/|\bper\b)\s*(.+)", re.DOTALL)
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:\s+|T)([0-9]{1,2}):([0-9]{2}))?")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_DAY_NUMBER = re.compile(r"day\s+([0-9]{1,6})(?:\s+([0-9]{1,2}):([0-9]{2}))?")

_UNIT_SYNONYMS = {
    "millisecond": "ms", "milliseconds": "ms", "msec": "ms",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks",
    "month": "days", "months": "days", "year": "days", "years": "days",
}  # fmt: skip

NUMBER_ACCEPTS = "write a finite number, such as 12, 0.5 or 1_000"
INTEGER_ACCEPTS = "write a whole number, such as 12 or 10_000"
DURATION_ACCEPTS = "write a number with ms, s, min, h, days or weeks, such as 30 min"
DAYS_ACCEPTS = "write whole days or weeks, such as 90 days"
CHANCE_ACCEPTS = "write a chance from 0 to 1, such as 25% or 0.25"
FACTOR_ACCEPTS = "write a factor of 0 or more, such as 150% or 1.5"
WEIGHT_ACCEPTS = "write a weight of 0 or more, such as 30 or 0.5"
RATE_ACCEPTS = "write a percentage per day, week, month or year, such as 8 %/month"
MONEY_ACCEPTS = "write an amount, such as 12.50 or 12.50 EUR"
CURRENCY_ACCEPTS = "write an ISO 4217 code, such as USD, EUR or JPY"
DATE_ACCEPTS = "write a date from 1970 to 2199, such as 2026-01-31"
MOMENT_ACCEPTS = "write 2026-01-31, 2026-01-31 09:30, day 60 or day 40 09:00 (day 1 is the first)"
DAY_OF_YEAR_ACCEPTS = "write a date, such as 2026-01-01, or 01-01 for every year"
TIME_ZONE_ACCEPTS = "write an IANA name, such as Europe/Paris or UTC"
WAIT_ACCEPTS = "write 10 s, about 10 s, 5 s to 20 s, or {median: 10 s, spread: 0.5}"
POPULARITY_ACCEPTS = "write zipf and an exponent from 0 to 10, such as zipf 0.8"


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


@dataclass(frozen=True, slots=True)
class MomentParts:
    """A point in time as written: a 1-based `day` and its minute, or `local` (year, month, day, hour, minute)."""

    day: int | None = None
    minute_of_day: int = 0
    local: tuple[int, int, int, int, int] | None = None


# --- numbers ---------------------------------------------------------------------------------------------------------


def parse_number(text: str, low: Decimal | int | None = None, high: Decimal | int | None = None) -> Decimal:
    """Return a finite number from `low` to `high`, exactly as written.

    Raises:
        UnitError: Not a number, more than 34 digits, 10**18 or more, or outside the limits.
    """
    number = _decimal(text, "a number", NUMBER_ACCEPTS)
    _check_limits(text, number, low, high)
    return number


def parse_integer(text: str, low: int | None = None, high: int | None = None) -> int:
    """Return a whole number from `low` to `high`; `1_000` and `1e6` are whole numbers too.

    Raises:
        UnitError: Not a whole number, or outside the limits.
    """
    number = _decimal(text, "a whole number", INTEGER_ACCEPTS)
    if number != number.to_integral_value():
        raise UnitError(f"{shown(text)} is not a whole number", INTEGER_ACCEPTS)
    _check_limits(text, number, low, high)
    return int(number)


def _decimal(text: str, what: str, accepts: str) -> Decimal:
    stripped = text.strip()
    if not _NUMBER_ONLY.fullmatch(stripped):
        raise UnitError(f"{shown(text)} is not {what}", accepts, _number_hint(stripped))
    number = Decimal(stripped.replace("_", ""))
    if number.is_zero():
        return Decimal(0)
    if len(number.as_tuple().digits) > MOST_DIGITS or abs(number) >= LARGEST or number.adjusted() < -MOST_DIGITS:
        raise UnitError(f"{shown(text)} is too large or too fine a number", f"below 1e18, at most {MOST_DIGITS} digits")
    return number


def _number_hint(text: str) -> str:
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]{1,2}", text):
        return f"write {text.replace(',', '.')}, with a point"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:[, '][0-9]{3})+(?:\.[0-9]+)?", text):
        return "write " + re.sub("[, ']", "", text) + ", without separators"
    return ""


def _check_limits(text: str, number: Decimal, low: Decimal | int | None, high: Decimal | int | None) -> None:
    if low is not None and number < low:
        raise UnitError(f"{shown(text)} is too small", f"write a number {_limits(low, high)}")
    if high is not None and number > high:
        raise UnitError(f"{shown(text)} is too large", f"write a number {_limits(low, high)}")


def _limits(low: Decimal | int | None, high: Decimal | int | None) -> str:
    if low is None:
        return f"of {high} or less"
    return f"of {low} or more" if high is None else f"from {low} to {high}"


# --- chances, factors, weights, rates --------------------------------------------------------------------------------


def is_constant_chance(text: str) -> bool:
    """Return whether a text is meant as a constant chance (a number, with or without %) and not as an expression."""
    return bool(_CONSTANT_CHANCE.fullmatch(text.strip()))


def parse_chance(text: str) -> Decimal:
    """Return a chance from 0 to 1, of `25%`, `25 %` or `0.25`.

    Raises:
        UnitError: Not a chance, or outside 0..1.
    """
    chance = _share(text, "a chance", CHANCE_ACCEPTS)
    if not 0 <= chance <= 1:
        raise UnitError(f"{shown(text)} is outside 0..1", CHANCE_ACCEPTS, _percent_hint(text, chance))
    return chance


def parse_factor(text: str) -> Decimal:
    """Return a factor of 0 or more, of `150%` or `1.5`.

    Raises:
        UnitError: Not a factor, negative, or above 1,000,000.
    """
    factor = _share(text, "a factor", FACTOR_ACCEPTS)
    if not 0 <= factor <= 1_000_000:
        raise UnitError(f"{shown(text)} is outside 0..1,000,000", FACTOR_ACCEPTS)
    return factor


def parse_weight(text: str) -> Decimal:
    """Return a weight of 0 or more; `30%` is the weight 0.3.

    Raises:
        UnitError: Not a number, or negative.
    """
    weight = _share(text, "a weight", WEIGHT_ACCEPTS)
    if weight < 0:
        raise UnitError(f"{shown(text)} is negative", WEIGHT_ACCEPTS)
    return weight


def is_percent(text: str) -> bool:
    """Return whether a share is written with a percent sign."""
    return text.rstrip().endswith("%")


def parse_rate(text: str) -> Decimal:
    """Return the growth per day of a rate such as `8 %/month`, compounded: 1.08 ** (1 / 30.4375) - 1, to 28 digits.

    Raises:
        UnitError: Not a rate, an unknown period, or a loss of all or more.
    """
    matched = _RATE.fullmatch(text.strip())
    if not matched:
        hint = f"write {text.strip()}/month" if _CONSTANT_CHANCE.fullmatch(text.strip()) else ""
        raise UnitError(f"{shown(text)} is not a rate", RATE_ACCEPTS, hint)
    growth, period = _share(matched[1], "a rate", RATE_ACCEPTS), matched[2].strip()
    if period not in PERIOD_DAYS:
        raise UnitError(f"{shown(period)} is not a period of a rate", RATE_ACCEPTS, nearest_hint(period, PERIOD_DAYS))
    if not -1 < growth <= 1000:
        raise UnitError(f"{shown(text)} is outside -100%..100,000%", RATE_ACCEPTS)
    return _compounded(growth, PERIOD_DAYS[period])


def _compounded(growth: Decimal, days: Decimal) -> Decimal:
    logarithm = EXACT.ln(EXACT.add(1, growth))
    daily = EXACT.exp(EXACT.divide(logarithm, days))
    return ROUNDED.plus(EXACT.subtract(daily, 1)) if growth else Decimal(0)


def _share(text: str, what: str, accepts: str) -> Decimal:
    stripped = text.strip()
    if stripped.endswith("%"):
        return EXACT.divide(_decimal(stripped[:-1], what, accepts), Decimal(100))
    return _decimal(stripped, what, accepts)


def _percent_hint(text: str, chance: Decimal) -> str:
    return f"did you mean {text.strip()}%?" if 1 < chance <= 100 and not is_percent(text) else ""


def parse_popularity(text: str) -> Decimal:
    """Return the exponent S of `zipf S`, from 0 to 10: row k has weight 1 / k ** S.

    Raises:
        UnitError: Not such a law.
    """
    words = text.split()
    if len(words) != 2 or words[0] != "zipf":
        raise UnitError(f"{shown(text)} is not a popularity", POPULARITY_ACCEPTS)
    exponent = _decimal(words[1], "an exponent", POPULARITY_ACCEPTS)
    if not 0 <= exponent <= 10:
        raise UnitError(f"{shown(text)} is outside zipf 0..10", POPULARITY_ACCEPTS)
    return exponent


# --- durations and waits ---------------------------------------------------------------------------------------------


def parse_duration(text: str) -> int:
    """Return whole milliseconds, from 0 to 100 years, of `30 min`, `1.5 h` or `250 ms`.

    Raises:
        UnitError: Not a duration, negative, too long, or not whole milliseconds.
    """
    number, unit = _number_and_unit(text)
    duration_ms = EXACT.multiply(number, Decimal(UNIT_MS[unit]))
    if not 0 <= duration_ms <= LONGEST_MS:
        raise UnitError(f"{shown(text)} is outside 0 s..100 years", DURATION_ACCEPTS)
    if duration_ms != duration_ms.to_integral_value():
        raise UnitError(f"{shown(text)} is not a whole number of milliseconds", DURATION_ACCEPTS)
    return int(duration_ms)


def _number_and_unit(text: str) -> tuple[Decimal, str]:
    matched = _NUMBER_THEN_WORD.fullmatch(text.strip())
    if not matched:
        raise UnitError(f"{shown(text)} is not a duration", DURATION_ACCEPTS)
    number, unit = _decimal(matched[1], "a duration", DURATION_ACCEPTS), matched[2]
    if unit not in UNIT_MS:
        raise UnitError(_unit_message(text, unit), DURATION_ACCEPTS, _unit_hint(matched[1], unit))
    return number, unit


def _unit_message(text: str, unit: str) -> str:
    return f"{shown(text)} has the unknown unit {shown(unit)}" if unit else f"{shown(text)} has no unit"


def _unit_hint(number: str, unit: str) -> str:
    meant = "s" if not unit else _UNIT_SYNONYMS.get(unit.lower()) or nearest(unit, UNIT_MS)
    return (
        f"did you mean {number} {meant}?" if meant and unit.lower() not in ("month", "months", "year", "years") else ""
    )


def parse_days(text: str) -> int:
    """Return whole days, from 1 to 36,525, of `90 days`, `12 weeks` or `1 day`.

    Raises:
        UnitError: Not a duration, or not whole days.
    """
    if _NUMBER_ONLY.fullmatch(text.strip()):
        raise UnitError(f"{shown(text)} has no unit", DAYS_ACCEPTS, f"did you mean {text.strip()} days?")
    duration_ms = parse_duration(text)
    if duration_ms % DAY_MS or not duration_ms:
        raise UnitError(f"{shown(text)} is not a whole number of days of at least 1", DAYS_ACCEPTS)
    return duration_ms // DAY_MS


def parse_wait(text: str) -> WaitParts:
    """Return the parts of `10 s`, `about 10 s` or `5 s to 20 s`.

    Raises:
        UnitError: Not a wait, an upper end not above the lower one, or a median of 0.
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
    """
    if median_ms == 0:
        raise UnitError("a median of 0 leaves no wait", "write a median above 0, such as about 10 s")
    if not 0 <= spread <= 10:
        raise UnitError(f"a spread of {spread} is outside 0..10", "a usual spread is 0.3 (narrow) to 1.5 (wide)")
    return WaitParts("about", median_ms, median_ms, spread)


def _uniform(text: str, low_ms: int, high_ms: int) -> WaitParts:
    if low_ms >= high_ms:
        raise UnitError(f"{shown(text)} ends before it begins", "write the shorter wait first, such as 5 s to 20 s")
    return WaitParts("uniform", low_ms, high_ms, Decimal(0))


def _exact_wait(text: str) -> int:
    try:
        return parse_duration(text)
    except UnitError as error:
        raise UnitError(error.message.replace("is not a duration", "is not a wait"), WAIT_ACCEPTS, error.hint) from None


# --- money -----------------------------------------------------------------------------------------------------------


def minor_digits(code: str) -> int:
    """Return the digits after the point of a currency: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises:
        UnitError: Not a currency in use.
    """
    if code not in MINOR_DIGITS:
        is_close = code.upper() in MINOR_DIGITS
        hint = f"did you mean {code.upper()}?" if is_close else nearest_hint(code.upper(), MINOR_DIGITS)
        raise UnitError(f"{shown(code)} is not a currency", CURRENCY_ACCEPTS, hint)
    return MINOR_DIGITS[code]


def parse_currency(text: str) -> str:
    """Return the ISO 4217 code of a currency in use.

    Raises:
        UnitError: Not such a code.
    """
    minor_digits(text.strip())
    return text.strip()


def parse_money(text: str, currency: str) -> Decimal:
    """Return an amount in major units of `currency`, of `12.50` or `12.50 EUR`.

    Raises:
        UnitError: Not an amount, another currency, 10**12 or more, or finer than the currency's minor unit.
    """
    matched = _NUMBER_THEN_WORD.fullmatch(text.strip())
    if not matched:
        raise UnitError(f"{shown(text)} is not an amount of money", MONEY_ACCEPTS, _number_hint(text.strip()))
    if matched[2] and matched[2] != currency:
        raise UnitError(f"{shown(text)} is not in {currency}", f"write {matched[1]} or {matched[1]} {currency}")
    return _amount(text, _decimal(matched[1], "an amount of money", MONEY_ACCEPTS), currency)


def _amount(text: str, amount: Decimal, currency: str) -> Decimal:
    digits = minor_digits(currency)
    if abs(amount) >= 10**12:
        raise UnitError(f"{shown(text)} is too much money", "write an amount below 1e12")
    try:
        return amount.quantize(Decimal(1).scaleb(-digits), context=Context(prec=40, traps=[Inexact]))
    except Inexact:
        accepts = f"{currency} has {digits} digits after the point" if digits else f"{currency} has no minor unit"
        raise UnitError(f"{shown(text)} is finer than {currency} can be paid", accepts) from None


# --- dates -----------------------------------------------------------------------------------------------------------


def parse_date(text: str) -> tuple[int, int, int]:
    """Return (year, month, day) of a date such as `2026-01-31`.

    Raises:
        UnitError: Not a date from 1970 to 2199.
    """
    matched = _DATE.fullmatch(text.strip())
    if not matched or matched[4]:
        raise UnitError(f"{shown(text)} is not a date", DATE_ACCEPTS)
    return _checked_date(text, int(matched[1]), int(matched[2]), int(matched[3]))


def parse_holiday(text: str) -> tuple[int | None, int, int]:
    """Return (year, month, day) of `2026-01-01`, or (None, month, day) of `01-01`, which is every year.

    Raises:
        UnitError: Neither.
    """
    yearly = _DAY_OF_YEAR.fullmatch(text.strip())
    if yearly:
        _, month, day = _checked_date(text, LEAP_YEAR, int(yearly[1]), int(yearly[2]))
        return None, month, day
    if not _DATE.fullmatch(text.strip()):
        raise UnitError(f"{shown(text)} is not a holiday's date", DAY_OF_YEAR_ACCEPTS)
    return parse_date(text)


def parse_moment(text: str) -> MomentParts:
    """Return the parts of `2026-01-31`, `2026-01-31 09:30`, `day 60` or `day 40 09:00`.

    Raises:
        UnitError: None of these, or a date or time that does not exist.
    """
    numbered = _DAY_NUMBER.fullmatch(text.strip())
    if numbered:
        return MomentParts(day=_day_number(text, numbered[1]), minute_of_day=_minute(text, numbered[2], numbered[3]))
    dated = _DATE.fullmatch(text.strip())
    if not dated:
        raise UnitError(f"{shown(text)} is not a time", MOMENT_ACCEPTS)
    year, month, day = _checked_date(text, int(dated[1]), int(dated[2]), int(dated[3]))
    hour, minute = divmod(_minute(text, dated[4], dated[5]), 60)
    return MomentParts(local=(year, month, day, hour, minute))


def _day_number(text: str, digits: str) -> int:
    day = int(digits)
    if not 1 <= day <= LONGEST_MS // DAY_MS:
        raise UnitError(f"{shown(text)} is outside day 1..day {LONGEST_MS // DAY_MS}", MOMENT_ACCEPTS)
    return day


def _minute(text: str, hour: str | None, minute: str | None) -> int:
    if hour is None or minute is None:
        return 0
    if int(hour) > 23 or int(minute) > 59:
        raise UnitError(f"{shown(text)} has no such time of day", "write a time from 00:00 to 23:59")
    return int(hour) * 60 + int(minute)


def _checked_date(text: str, year: int, month: int, day: int) -> tuple[int, int, int]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnitError(f"{shown(text)} lies outside {FIRST_YEAR}..{LAST_YEAR}", DATE_ACCEPTS)
    try:
        datetime.date(year, month, day)
    except ValueError:
        raise UnitError(f"{shown(text)} is not in the calendar", DATE_ACCEPTS) from None
    return year, month, day


def parse_time_zone(text: str) -> str:
    """Return a name that the `tzdata` package knows; the system's time zones are never asked.

    Raises:
        UnitError: Unknown there.
    """
    name = text.strip()
    if name not in time_zones():
        raise UnitError(f"{shown(text)} is not a time zone", TIME_ZONE_ACCEPTS, nearest_hint(name, time_zones()))
    return name


@functools.cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones of the `tzdata` package."""
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


# --- hints -----------------------------------------------------------------------------------------------------------


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the name of `known` that is written most like a word, or nothing."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.lower(), list(by_lower), n=1)
    return by_lower[found[0]] if found else ""


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …?` for the nearest of some names, or nothing."""
    meant = nearest(word, known)
    return f"did you mean {meant}?" if meant else ""
