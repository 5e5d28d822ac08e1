"""Constraints as SQL: what a text, a number or a list breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from footfall.data.patterns import FORMATS, is_checkable, re2_of
from footfall.scenario.constraints import count_text, number_text, range_text
from footfall.scenario.leaf_records import Constraint
from footfall.store.dialect import literal
from footfall.text import first_names

MOST_LISTED = 6


@dataclass(frozen=True, slots=True)
class ClauseRule:
    """A clause of a constraint: the check that it is, what it asks for, and SQL for what breaks it."""

    check: str
    detail: str
    where: str


def clause_rules(constraint: Constraint, text: str, number: str) -> Iterator[ClauseRule]:
    """Yield the clauses that can be checked.

    Args:
        constraint: On a value.
        text: SQL for the value as text, null where it is none.
        number: SQL for the value as a number, null where it is none.
    """
    if where := _outside(constraint, number):
        yield ClauseRule("value_range", f"accepted: {range_text(constraint)}", where)
    if counted := length_rule(constraint, f"length({text})"):
        detail = f"accepted: {count_text(constraint)} characters"
        yield ClauseRule("text_length", detail, counted.where)
    if constraint.pattern and is_checkable(constraint.pattern):
        detail = f"accepted: {constraint.pattern}"
        yield ClauseRule("text_pattern", detail, _lacks(text, constraint.pattern))
    if constraint.format in FORMATS:
        where = _lacks(text, FORMATS[constraint.format])
        yield ClauseRule("text_format", f"declared {constraint.format}", where)


def number_rule(numbers: Sequence[Decimal], number: str) -> ClauseRule | None:
    """Return what a number outside of those that are allowed breaks; None where any will do.

    Args:
        numbers: The allowed ones.
        number: SQL for the value as a number, null where it is none.
    """
    if not numbers:
        return None
    texts = list(map(number_text, numbers))
    where = f"{number} NOT IN ({', '.join(map(_double, texts))})"
    return ClauseRule("value_undeclared", f"accepted: {first_names(texts, MOST_LISTED)}", where)


def truth_rule(truth: bool | None, is_true: str) -> ClauseRule | None:
    """Return what the other truth value breaks; None where both will do.

    Args:
        truth: The only one that is allowed.
        is_true: SQL for the value as a boolean, null where it is none.
    """
    if truth is None:
        return None
    word = "true" if truth else "false"
    return ClauseRule("value_undeclared", f"accepted: {word}", f"{is_true} <> {word}")


def length_rule(length: Constraint, counted: str) -> ClauseRule | None:
    """Return what a list of another length breaks; None where any will do.

    Args:
        length: How many elements there may be.
        counted: SQL for how many there are.
    """
    parts = []
    if length.least is not None:
        parts.append(f"{counted} < {length.least}")
    if length.most is not None:
        parts.append(f"{counted} > {length.most}")
    detail = f"accepted: {count_text(length)} elements"
    return ClauseRule("list_length", detail, f"({' OR '.join(parts)})") if parts else None


def _outside(constraint: Constraint, number: str) -> str:
    parts = []
    if constraint.minimum is not None:
        sign = "<=" if constraint.excludes_minimum else "<"
        parts.append(f"{number} {sign} {_double(number_text(constraint.minimum))}")
    if constraint.maximum is not None:
        sign = ">=" if constraint.excludes_maximum else ">"
        parts.append(f"{number} {sign} {_double(number_text(constraint.maximum))}")
    return f"({' OR '.join(parts)})" if parts else ""


def _double(text: str) -> str:
    return f"CAST({literal(text)} AS DOUBLE)"


def _lacks(text: str, pattern: str) -> str:
    return f"NOT regexp_matches({text}, {literal(re2_of(pattern))})"
