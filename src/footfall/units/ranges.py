"""Ranges of numbers and of counts: `1 to 10`, `at least 18`, `above 0 and at most 1`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from footfall.errors import UnitError, shown
from footfall.units.numbers import NUMBER_PATTERN, exact_decimal, is_number

RANGE_ACCEPTS = (
    "write 1 to 10, at least 18, at most 99, above 0, below 1, or above 0 and at most 1"
)
COUNT_ACCEPTS = "write 3, 2 to 40, at least 2 or at most 40"
MOST_COUNTED = 10**9

_BOTH = re.compile(rf"({NUMBER_PATTERN})\s+to\s+({NUMBER_PATTERN})")
_LOW = ("at least", "above")
_HIGH = ("at most", "below")
_BOUND = re.compile(r"(at\s+least|above|at\s+most|below)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class RangeParts:
    """A range as written; None where a side is open.

    Args:
        excludes_low: The number lies strictly above `low`.
        excludes_high: The number lies strictly below `high`.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    excludes_low: bool = False
    excludes_high: bool = False


def parse_range(text: str) -> RangeParts:
    """Return a range of numbers; both ends belong to `1 to 10`, and `5` is that number alone.

    Raises:
        UnitError: It is no range, or holds no number.

    Examples:
        >>> found = parse_range("18 to 99")
        >>> str(found.low), str(found.high)
        ('18', '99')
    """
    stripped = text.strip()
    both = _BOTH.fullmatch(stripped)
    ends = (both[1], both[2]) if both else (stripped, stripped)
    found = _between(*ends) if both or is_number(stripped) else _bounds(text)
    if found.low is not None and found.high is not None:
        is_open = found.excludes_low or found.excludes_high
        if found.low > found.high or (is_open and found.low == found.high):
            raise UnitError(f"{shown(text)} holds no number", RANGE_ACCEPTS)
    return found


def parse_count(text: str) -> tuple[int | None, int | None]:
    """Return the least and the most of a count: `3`, `2 to 40`, `at least 2`.

    Raises:
        UnitError: It is no range of whole numbers from 0 on.

    Examples:
        >>> parse_count("3"), parse_count("2 to 40"), parse_count("at least 2")
        ((3, 3), (2, 40), (2, None))
    """
    try:
        found = parse_range(text)
    except UnitError as error:
        raise UnitError(error.message, COUNT_ACCEPTS) from None
    for bound in (found.low, found.high):
        if bound is not None and (bound != int(bound) or not 0 <= bound <= MOST_COUNTED):
            raise UnitError(f"{shown(text)} counts nothing", COUNT_ACCEPTS)
    if found.excludes_low or found.excludes_high:
        raise UnitError(f"{shown(text)} is no count", COUNT_ACCEPTS)
    return _whole(found.low), _whole(found.high)


def _whole(bound: Decimal | None) -> int | None:
    return None if bound is None else int(bound)


def _between(low: str, high: str) -> RangeParts:
    return RangeParts(_number(low), _number(high))


def _bounds(text: str) -> RangeParts:
    """Return a range written side by side: one bound, or a lower and an upper one."""
    found: dict[str, tuple[Decimal, bool]] = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        bound = _BOUND.fullmatch(part)
        word = " ".join(bound[1].split()) if bound else ""
        side = "low" if word in _LOW else "high"
        if bound is None or side in found:
            raise UnitError(f"{shown(text)} is not a range", RANGE_ACCEPTS, _hint(text))
        found[side] = _number(bound[2]), word in ("above", "below")
    low, is_above = found.get("low", (None, False))
    high, is_below = found.get("high", (None, False))
    return RangeParts(low, high, is_above, is_below)


# As people write them elsewhere: for hints alone.
_SIGNS = {
    ">=": "at least",
    "≥": "at least",
    ">": "above",
    "<=": "at most",
    "≤": "at most",
    "<": "below",
}


def _hint(text: str) -> str:
    """Return how to write `1-5`, `0..100`, `18+` or `>= 10`, or nothing."""
    both = re.fullmatch(rf"({NUMBER_PATTERN})\s*(?:-|–|\.\.\.?|…)\s*({NUMBER_PATTERN})", text)
    if both:
        return f"write {both[1]} to {both[2]}"
    more = re.fullmatch(rf"({NUMBER_PATTERN})\s*\+", text)
    if more:
        return f"write at least {more[1]}"
    signed = re.fullmatch(rf"(>=|<=|[<>≥≤])\s*({NUMBER_PATTERN})", text)
    return f"write {_SIGNS[signed[1]]} {signed[2]}" if signed else ""


def _number(text: str) -> Decimal:
    return exact_decimal(text, "a number", RANGE_ACCEPTS)
