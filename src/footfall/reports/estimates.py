"""Estimates as people read them: shares, means and factors with their intervals."""

from __future__ import annotations

from footfall.reports.asked_and_got import Case, Tally, got_effect
from footfall.reports.intervals import Interval
from footfall.text import NONE, duration, mean, mean_digits, percent, span


def percent_interval(interval: Interval | None) -> str:
    """Return an interval of a share in percent: `61.1–63.0`."""
    return NONE if interval is None else span(100 * interval.low, 100 * interval.high, 1)


def with_share_interval(share: float, interval: Interval | None) -> str:
    """Return a share in percent with its interval, which has a digit only below 10: `11.0 (9.2–14)`."""
    if interval is None:
        return percent(share)
    # 9.95 % is where one digit would show three places: 10.0.
    low, high = (int(end < 0.0995) for end in (interval.low, interval.high))
    return f"{percent(share)} ({span(100 * interval.low, 100 * interval.high, (low, high))})"


def with_interval(value: float, interval: Interval | None, unit: int = 1) -> str:
    """Return a mean with its interval, both to the digits of the mean: `23.1 (21.9–24.6)`."""
    if interval is None:
        return mean(value / unit)
    digits = mean_digits(value / unit)
    return f"{mean(value / unit)} ({span(interval.low / unit, interval.high / unit, digits)})"


def factor(value: float | None) -> str:
    """Return a factor: two digits after the point, three below 0.1, four below 0.01."""
    return NONE if value is None else f"{value:,.{_factor_digits(value)}f}"


def factor_interval(interval: Interval | None) -> str:
    """Return the interval of a factor, to the digit of its upper end: `0.53–0.57`."""
    if interval is None:
        return NONE
    return span(interval.low, interval.high, _factor_digits(interval.high))


def effect_texts(case: Case[Tally]) -> tuple[str, str, str]:
    """Return what was declared of an effect on a chance, what came out, and its interval.

    A factor on the odds is a number, one on the chance has its word, and a chance is in percent.
    """
    got, interval = got_effect(case) or (None, None)
    if case.kind == "chance":
        return f"{percent(case.factor)} %", _percent_sign(got), percent_interval(interval)
    word = "times " if case.kind == "times" else ""
    return f"{word}{factor(case.factor)}", factor(got), factor_interval(interval)


def _percent_sign(share: float | None) -> str:
    return NONE if share is None else f"{percent(share)} %"


def _factor_digits(value: float) -> int:
    return 2 if value >= 0.0995 or not value else 3 if value >= 0.00995 else 4


def amount(value: float | None, kind: str) -> str:
    """Return a mean of one kind: a `wait` (in ms) as a duration, anything else as a number."""
    if value is None:
        return NONE
    return duration(round(value)) if kind == "wait" else mean(value)
