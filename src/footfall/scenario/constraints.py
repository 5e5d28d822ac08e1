"""Constraints as scenarios, plans and messages write them, and values that break them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from footfall.data.patterns import FORMATS, is_checkable, matches
from footfall.scenario.leaf_records import Constraint


def range_text(constraint: Constraint) -> str:
    """Return the range of a number: `1 to 10`, `above 0 and at most 1`; "" where it has none."""
    low, high = constraint.minimum, constraint.maximum
    is_open = constraint.excludes_minimum or constraint.excludes_maximum
    if low is not None and low == high:
        return number_text(low)
    if low is not None and high is not None and not is_open:
        return f"{number_text(low)} to {number_text(high)}"
    parts = []
    if low is not None:
        word = "above" if constraint.excludes_minimum else "at least"
        parts.append(f"{word} {number_text(low)}")
    if high is not None:
        word = "below" if constraint.excludes_maximum else "at most"
        parts.append(f"{word} {number_text(high)}")
    return " and ".join(parts)


def count_text(constraint: Constraint) -> str:
    """Return how many characters or elements there may be: `3`, `2 to 40`; "" for any."""
    least, most = constraint.least, constraint.most
    if least is not None and least == most:
        return str(least)
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"at least {least}"
    return "" if most is None else f"at most {most}"


def number_text(number: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def clauses(constraint: Constraint) -> Iterator[tuple[str, str]]:
    """Yield what a constraint says, as (key, text): `range`, `1 to 10`."""
    pairs = (
        ("range", range_text(constraint)),
        ("length", count_text(constraint)),
        ("pattern", constraint.pattern),
        ("format", constraint.format),
    )
    yield from ((key, text) for key, text in pairs if text)


def broken(constraint: Constraint, value: str | Decimal) -> str:
    """Return the clause that a value breaks, `range: 1 to 10`; "" if it breaks none.

    Args:
        constraint: On the value.
        value: A text, or a number; clauses on the other of the two say nothing of it.
    """
    found = dict(clauses(constraint))
    is_right = dict.fromkeys(found, True)
    if isinstance(value, Decimal):
        is_right["range"] = is_within(constraint, value)
    else:
        is_right["length"] = counts(constraint, len(value))
        is_right["pattern"] = _is_found(constraint.pattern, value)
        is_right["format"] = _is_found(FORMATS.get(constraint.format, ""), value)
    return next((f"{key}: {text}" for key, text in found.items() if not is_right[key]), "")


def is_within(constraint: Constraint, number: Decimal) -> bool:
    """Return whether a number lies in the range."""
    low, high = constraint.minimum, constraint.maximum
    is_low = low is not None and (
        number <= low if constraint.excludes_minimum else number < low
    )
    is_high = high is not None and (
        number >= high if constraint.excludes_maximum else number > high
    )
    return not is_low and not is_high


def counts(constraint: Constraint, number: int) -> bool:
    """Return whether there may be so many characters, or elements."""
    least, most = constraint.least, constraint.most
    return (least is None or number >= least) and (most is None or number <= most)


def _is_found(pattern: str, text: str) -> bool:
    found = matches(pattern, [text]) if pattern else None
    return found is None or found[0]


def unchecked(constraint: Constraint) -> Iterator[str]:
    """Yield the clauses that nothing can hold values against: patterns beyond RE2, formats unknown."""
    if constraint.pattern and not is_checkable(constraint.pattern):
        yield f"pattern: {constraint.pattern}"
    if constraint.format and constraint.format not in FORMATS:
        yield f"format: {constraint.format}"
