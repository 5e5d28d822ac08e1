"""Chances, factors, weights and rates: `25%`, `0.25`, `150%`, `8 %/month`, `zipf 0.8`."""

from __future__ import annotations

import re
from decimal import Decimal

from footfall.errors import UnitError, shown
from footfall.units.hints import nearest_hint
from footfall.units.numbers import EXACT, NUMBER_PATTERN, ROUNDED, exact_decimal, number_hint

# A year of the Julian calendar, and a twelfth of it.
PERIOD_DAYS = {
    "day": Decimal(1),
    "week": Decimal(7),
    "month": Decimal("30.4375"),
    "year": Decimal("365.25"),
}
LARGEST_FACTOR = 1_000_000

_CONSTANT_CHANCE = re.compile(rf"{NUMBER_PATTERN}\s*%?")
_RATE = re.compile(r"(.+?)\s*(?:/|\bper\b)\s*(.+)", re.DOTALL)

CHANCE_ACCEPTS = "write a chance from 0 to 1, such as 25% or 0.25"
FACTOR_ACCEPTS = "write a factor of 0 or more, such as 150% or 1.5"
WEIGHT_ACCEPTS = "write a weight of 0 or more, such as 30 or 0.5"
RATE_ACCEPTS = "write a percentage per day, week, month or year, such as 8 %/month"
POPULARITY_ACCEPTS = "write zipf and an exponent from 0 to 10, such as zipf 0.8"


def is_constant_chance(text: str) -> bool:
    """Return whether a text is a constant, however miswritten, and not an expression."""
    return bool(_CONSTANT_CHANCE.fullmatch(text.strip()) or number_hint(text.strip()))


def parse_chance(text: str) -> Decimal:
    """Return a chance from 0 to 1, of `25%`, `25 %` or `0.25`.

    Raises:
        UnitError: Not a chance, or outside 0..1.

    Examples:
        >>> parse_chance("25 %"), parse_chance("0.05")
        (Decimal('0.25'), Decimal('0.05'))
        >>> parse_chance("25")
        Traceback (most recent call last):
        footfall.errors.UnitError: "25" is outside 0..1...
    """
    chance = _share(text, "a chance", CHANCE_ACCEPTS)
    if not 0 <= chance <= 1:
        raise UnitError(
            f"{shown(text)} is outside 0..1", CHANCE_ACCEPTS, _percent_hint(text, chance)
        )
    return chance


def parse_factor(text: str) -> Decimal:
    """Return a factor of 0 or more, of `150%` or `1.5`.

    Raises:
        UnitError: Not a factor, with a sign, or above 1,000,000.

    Examples:
        >>> parse_factor("150%"), parse_factor("0.5")
        (Decimal('1.5'), Decimal('0.5'))
    """
    factor = _share(text, "a factor", FACTOR_ACCEPTS)
    # "+20 %" means 120 % to whoever writes it. Read as 20 % it would turn a rise into a fall.
    if text.strip()[:1] in ("+", "-") and is_percent(text):
        changed = f"{(100 * (1 + factor)).normalize():f}"
        hint = (
            f"did you mean {changed}%? A factor of 100% changes nothing" if factor > -1 else ""
        )
        raise UnitError(f"{shown(text)} is a change, not a factor", FACTOR_ACCEPTS, hint)
    if not 0 <= factor <= LARGEST_FACTOR:
        raise UnitError(f"{shown(text)} is outside 0..{LARGEST_FACTOR:,}", FACTOR_ACCEPTS)
    return factor


def parse_weight(text: str) -> Decimal:
    """Return a weight of 0 or more; `30%` is the weight 0.3.

    Raises:
        UnitError: Not a number, or negative.

    Examples:
        >>> parse_weight("30"), parse_weight("30%")
        (Decimal('30'), Decimal('0.3'))
    """
    weight = _share(text, "a weight", WEIGHT_ACCEPTS)
    if weight < 0:
        raise UnitError(f"{shown(text)} is negative", WEIGHT_ACCEPTS)
    return weight


def is_percent(text: str) -> bool:
    """Return whether a share is written with a percent sign."""
    return text.rstrip().endswith("%")


def parse_rate(text: str) -> Decimal:
    """Return the growth per day of a rate such as `8 %/month`, compounded, to 28 digits.

    8 % a month are 1.08 ** (1 / 30.4375) - 1 a day. By decimals, since floats' `**` is not the
    same on every C library, and a stream must be.

    Raises:
        UnitError: Not a rate, an unknown period, or a loss of all or more.

    Examples:
        >>> parse_rate("8 %/month")
        Decimal('0.002531693501940591734455620194')
        >>> parse_rate("0 % per year")
        Decimal('0')
    """
    matched = _RATE.fullmatch(text.strip())
    if not matched:
        hint = f"write {text.strip()}/month" if _CONSTANT_CHANCE.fullmatch(text.strip()) else ""
        raise UnitError(f"{shown(text)} is not a rate", RATE_ACCEPTS, hint)
    growth, period = _share(matched[1], "a rate", RATE_ACCEPTS), matched[2].strip()
    if period not in PERIOD_DAYS:
        raise UnitError(
            f"{shown(period)} is not a period of a rate",
            RATE_ACCEPTS,
            nearest_hint(period, PERIOD_DAYS),
        )
    if not -1 < growth <= 1000:
        raise UnitError(f"{shown(text)} is outside -100%..100,000%", RATE_ACCEPTS)
    return _compounded(growth, PERIOD_DAYS[period])


def _compounded(growth: Decimal, days: Decimal) -> Decimal:
    # 60 digits on the way, 28 at the end: the last digit that is kept is right.
    logarithm = EXACT.ln(EXACT.add(1, growth))
    daily = EXACT.exp(EXACT.divide(logarithm, days))
    return ROUNDED.plus(EXACT.subtract(daily, 1)) if growth else Decimal(0)


def _share(text: str, what: str, accepts: str) -> Decimal:
    stripped = text.strip()
    if stripped.endswith("%"):
        return EXACT.divide(exact_decimal(stripped[:-1], what, accepts), Decimal(100))
    return exact_decimal(stripped, what, accepts)


def _percent_hint(text: str, chance: Decimal) -> str:
    return (
        f"did you mean {text.strip()}%?" if 2 <= chance <= 100 and not is_percent(text) else ""
    )


def parse_popularity(text: str) -> Decimal:
    """Return the exponent S of `zipf S`, from 0 to 10: row k has weight 1 / k ** S.

    Raises:
        UnitError: Not such a distribution.

    Examples:
        >>> parse_popularity("zipf 0.8")
        Decimal('0.8')
    """
    words = text.split()
    if len(words) != 2 or words[0] != "zipf":
        raise UnitError(f"{shown(text)} is not a popularity", POPULARITY_ACCEPTS)
    exponent = exact_decimal(words[1], "an exponent", POPULARITY_ACCEPTS)
    if not 0 <= exponent <= 10:
        raise UnitError(f"{shown(text)} is outside zipf 0..10", POPULARITY_ACCEPTS)
    return exponent
