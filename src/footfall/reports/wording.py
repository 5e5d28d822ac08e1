"""Numbers as people read them; the same in the terminal and on the page."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from footfall.reports.intervals import Interval
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

NONE = "–"
_SPANS = (
    ("ms", 1, SECOND_MS),
    ("s", SECOND_MS, MINUTE_MS),
    ("min", MINUTE_MS, HOUR_MS),
    ("h", HOUR_MS, 2 * DAY_MS),
)


def count(number: int | None) -> str:
    """Return an integer with thousands separators."""
    return NONE if number is None else f"{number:,}"


def people(number: int) -> str:
    """Return a number of people, and the verb that goes on with it."""
    return "1 person has" if number == 1 else f"{number:,} people have"


def percent(share: float | None) -> str:
    """Return a share in percent with one digit, without the sign; one that is not 0 is never shown as 0."""
    if share is None:
        return NONE
    return "<0.1" if 0 < share < 0.0005 else f"{100 * share:.1f}"


def percent_interval(interval: Interval | None) -> str:
    """Return an interval of a share in percent: `61.1–63.0`."""
    return NONE if interval is None else f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"


def rounded_interval(interval: Interval | None) -> str:
    """Return an interval of a share in percent, with a digit only below 10: `3.1–5.6`, `9.2–14`."""
    if interval is None:
        return NONE
    return "–".join(
        f"{100 * end:.{1 if end < 0.0995 else 0}f}" for end in (interval.low, interval.high)
    )


def mean(value: float) -> str:
    """Return a mean: two digits below 10, one below 1,000, none beyond."""
    return f"{value:,.{_digits(value)}f}"


def mean_with_arm(value: float, interval: Interval | None) -> str:
    """Return a mean and half the width of its interval, to the same digit: `23.1 ±1.2`."""
    if interval is None:
        return mean(value)
    return f"{mean(value)} ±{interval.high - value:,.{_digits(value)}f}"


def mean_interval(value: float, interval: Interval | None) -> str:
    """Return the interval of a mean, to the digit of the mean: `21.9–24.3`."""
    if interval is None:
        return NONE
    return "–".join(f"{end:,.{_digits(value)}f}" for end in (interval.low, interval.high))


def _digits(value: float) -> int:
    return 2 if value < 10 else 1 if value < 1000 else 0


def money(minor: float, minor_digits: int) -> str:
    """Return an amount in major units, without the currency; fractions only below 1,000."""
    major = minor / 10**minor_digits
    return f"{major:,.{minor_digits if abs(major) < 1000 else 0}f}"


def duration(ms: int | None) -> str:
    """Return a time span in the unit that fits: ms, s, min, h (up to two days), days."""
    if ms is None:
        return NONE
    for unit, size, limit in _SPANS:
        if ms < limit:
            return _amount(ms / size, unit)
    return _amount(ms / DAY_MS, "days")


def _amount(value: float, unit: str) -> str:
    return f"{value:,.{0 if value >= 9.95 or unit == 'ms' else 1}f} {unit}"


def factor(value: float | None) -> str:
    """Return a factor: two digits after the point, three below 0.1, four below 0.01."""
    return NONE if value is None else f"{value:,.{_factor_digits(value)}f}"


def factor_interval(interval: Interval | None) -> str:
    """Return the interval of a factor, to the digit of its upper end: `0.53–0.57`."""
    if interval is None:
        return NONE
    return "–".join(
        f"{end:,.{_factor_digits(interval.high)}f}" for end in (interval.low, interval.high)
    )


def _factor_digits(value: float) -> int:
    return 2 if value >= 0.0995 or not value else 3 if value >= 0.00995 else 4


def amount(value: float | None, kind: str) -> str:
    """Return a mean of one kind: a `wait` (in ms) as a time span, anything else as a number."""
    if value is None:
        return NONE
    return duration(round(value)) if kind == "wait" else mean(value)


def ranks(best_and_worst: tuple[int, int] | None) -> str:
    """Return a rank, or the range of ranks that can be meant."""
    if best_and_worst is None:
        return NONE
    best, worst = best_and_worst
    return str(best) if best == worst else f"{best}–{worst}"


def date(start_ms: int) -> str:
    """Return the ISO date of a day: that of its middle in UTC, so that days from most local midnights get theirs."""
    return datetime.fromtimestamp((start_ms + DAY_MS // 2) / 1000, UTC).date().isoformat()


def days(number: float) -> str:
    """Return a number of days."""
    return "1 day" if number == 1 else f"{number:,.4g} days"


def clean(name: str) -> str:
    """Return a name fit to be shown: control and format characters could move the cursor or turn the line around.

    The two joiners stay, since Indic and Persian names are written with them.
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_unseen(c) else c for c in name)


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and character not in "\u200c\u200d"
    )
