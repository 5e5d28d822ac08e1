"""Draws of numbers within the range that a plan allows, near its examples where it has some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from footfall.scenario.constraints import is_within, number_text
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.yaml_text import Pairs, listed, mapped

MEDIAN, SPREAD = Decimal(20), "0.5"
"""Of numbers of which nothing is known."""
WIDEST = 10_000
"""Of a range that is drawn from end to end; in a wider one a person would never see two values alike."""
FINEST = Decimal("0.000001")
_FAR = 10
Ends = tuple[Decimal | None, Decimal | None]


def whole_ends(constraint: Constraint, step: Decimal = Decimal(1)) -> Ends | None:
    """Return the lowest and highest number of a range, both within it; None where it holds none.

    Args:
        constraint: The range.
        step: Between two numbers: 1 of whole ones, 0.01 of amounts with two digits.
    """
    low, high = constraint.minimum, constraint.maximum
    if low is not None:
        low = (low / step).to_integral_value(ROUND_CEILING) * step
        low += step * (constraint.excludes_minimum and low == constraint.minimum)
    if high is not None:
        high = (high / step).to_integral_value(ROUND_FLOOR) * step
        high -= step * (constraint.excludes_maximum and high == constraint.maximum)
    return None if low is not None and high is not None and low > high else (low, high)


def integer_draw(seen: Sequence[int], constraint: Constraint) -> Pairs:
    """Return a draw of whole numbers within a range that holds some.

    Args:
        seen: Examples.
        constraint: The range.
    """
    low, high = whole_ends(constraint) or (None, None)
    fitting = [number for number in seen if is_within(constraint, Decimal(number))]
    first, last = _first_and_last(fitting, low, high)
    first = first if low is None else max(first, int(low))
    last = last if high is None else min(last, int(high))
    if first >= last:
        return (("pick", listed([str(first)])),)
    return (("uniform", listed([str(first), str(last)])),)


def _first_and_last(
    seen: Sequence[int], low: Decimal | None, high: Decimal | None
) -> tuple[int, int]:
    if low is not None and high is not None and (not seen or high - low <= _FAR):
        if high - low <= WIDEST:
            return int(low), int(high)
        return int(low), int(low) + WIDEST
    if seen:
        # Around the examples; signs stay, and there is more than one number in it.
        first, last = min(seen), max(seen)
        return (first * 3 // 5 if first > 1 else first), max(last + last // 2, first + 1)
    if low is not None:
        return int(low), int(low) + max(4, abs(int(low)))
    if high is not None:
        return (1 if high > 1 else int(high) - 5), int(high)
    return 1, 5


def number_draw(seen: Sequence[Decimal], constraint: Constraint, step: Decimal | None) -> Pairs:
    """Return a draw of numbers within a range that holds some.

    Args:
        seen: Examples, rising.
        constraint: The range; open where the plan says none.
        step: Between two amounts of money; None for numbers.
    """
    low, high = whole_ends(constraint, step or FINEST) or (None, None)
    fitting = [number for number in seen if is_within(constraint, number)]
    is_low_open = low is None or low <= 0
    is_positive = bool(fitting) and fitting[0] > 0
    if low is not None and high is not None and not (is_positive and _is_far(fitting, high)):
        return _uniform(low, high)
    if fitting and not is_positive:
        first, last = fitting[0], max(fitting[-1], fitting[0] + 1)
        return _uniform(first, last if high is None else min(last, high))
    if not fitting and high is not None:
        # No lower end: from 0, or from below where the upper end is.
        return _uniform(Decimal(0) if high > 0 else high - _FAR, high)
    # Amounts are skewed, so a log-normal draw is right for them.
    usual = MEDIAN if low is None else max(MEDIAN, low * 3 / 2)
    median = fitting[len(fitting) // 2] if fitting else usual
    parameters = mapped((("median", number_text(median)), ("spread", SPREAD)))
    drawn: Pairs = (("lognormal", parameters),)
    if (is_low_open and not constraint.excludes_minimum) and high is None:
        return drawn
    first = max(low or Decimal(0), Decimal(0))
    last = high if high is not None else max(median, first) * _FAR
    return (*drawn, ("between", listed([number_text(first), number_text(last)])))


def _is_far(seen: Sequence[Decimal], high: Decimal) -> bool:
    """Return whether a range goes so far beyond its examples that a draw from end to end is unlike them."""
    return high > seen[-1] * _FAR


def _uniform(low: Decimal, high: Decimal) -> Pairs:
    if low >= high:
        return (("pick", listed([number_text(low)])),)
    return (("uniform", listed([number_text(low), number_text(high)])),)


def without_range(constraint: Constraint) -> Constraint:
    """Return a constraint without its range."""
    return replace(
        constraint, minimum=None, maximum=None, excludes_minimum=False, excludes_maximum=False
    )
