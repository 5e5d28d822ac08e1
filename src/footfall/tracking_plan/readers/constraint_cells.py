"""Constraints as cells write them: `1-5`, `up to 40 characters`, `/^[A-Z]{3}$/`, `length: 2 to 40; format: email`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.plan import PlanType
from footfall.tracking_plan.readers.format_words import format_of
from footfall.tracking_plan.written_numbers import range_of, written_number

_CLAUSES = re.compile(r";\s*(?=(?:range|length|elements|pattern|format)\s*:)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(range|length|pattern|format|regex|regexp)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL
)
_CHARACTERS = re.compile(
    r"(.+?)\s*(?:characters?|chars?|letters|symbols|digits long|символ\w*|знак\w*|"
    r"caracteres|zeichen|caractères)"
    r"(?:\s+long)?",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:max(?:imum)?\.?|length|len|до|máx\.?)\s*(?:length|len)?\s*[:=]?\s*(\d{1,9})",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"/(\^.*\$?|.*\$)/|(\^.+\$)")
_NUMERIC = ("integer", "number", "money")


def joined_constraints(one: Constraint, other: Constraint) -> Constraint:
    """Return a constraint with what another says besides."""
    said = ((key, getattr(other, key)) for key in Constraint.__dataclass_fields__)
    # An end at 0 is one too.
    changes: dict[str, Any] = {
        key: value
        for key, value in said
        if value is not None and value is not False and value != ""
    }
    return replace(one, **changes)


def constraint_of(text: str, kind: PlanType) -> Constraint | None:
    """Return the constraint that a cell says, None where it says something else.

    Args:
        text: Such as `1-5`, `up to 40 characters`, `/^[A-Z]{3}$/`, `length: 2 to 40; format: email`.
        kind: Type of the property; `any` where nobody knows it.
    """
    found = FREE
    for part in _CLAUSES.split(text.strip()):
        clause = _CLAUSE.fullmatch(part)
        more = (
            _of_clause(clause[1].lower(), clause[2].strip()) if clause else _plain(part, kind)
        )
        if more is None:
            return None
        found = joined_constraints(found, more)
    return found or None


def _of_clause(key: str, text: str) -> Constraint | None:
    match key:
        case "range":
            number = written_number(text)
            return range_of(text) or (
                Constraint(number.value, number.value) if number else None
            )
        case "length":
            return length_of(text, is_most=False)
        case "format":
            name = format_of(text)
            return Constraint(format=name) if name else None
    return Constraint(pattern=text)


def _plain(text: str, kind: PlanType) -> Constraint | None:
    if kind in _NUMERIC or kind == "any":
        found = range_of(text)
        if found:
            return found
    if kind in ("text", "any"):
        slashed = _SLASHED.fullmatch(text.strip())
        if slashed:
            return Constraint(pattern=slashed[1] or slashed[2])
        counted = _CHARACTERS.fullmatch(text.strip())
        if counted:
            return length_of(counted[1])
        limit = _LIMIT.fullmatch(text.strip())
        return Constraint(most=int(limit[1])) if limit else None
    return None


def length_of(text: str, *, is_most: bool = True) -> Constraint | None:
    """Return how long a text may be: `2 to 40`, `at most 40`; one number is the most, or exactly that many.

    Args:
        is_most: A number alone is the most, as in a column of limits.
    """
    number = written_number(text)
    if number and number.is_whole and 0 <= number.value < 10**9:
        n_characters = int(number.value)
        return Constraint(least=None if is_most else n_characters, most=n_characters)
    found = range_of(text)
    if not found:
        return None
    least, most = (None if end is None else int(end) for end in (found.minimum, found.maximum))
    return Constraint(least=least, most=most)
