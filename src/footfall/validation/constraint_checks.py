"""Checks of constraints: ranges, lengths, patterns and formats of values, lengths of lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from footfall.scenario.constraints import unchecked
from footfall.store.dialect import literal
from footfall.validation.audit import Audit
from footfall.validation.constraint_rules import (
    ClauseRule,
    clause_rules,
    length_rule,
    number_rule,
    truth_rule,
)
from footfall.validation.expectations import ExpectedProperty
from footfall.validation.property_kinds import kind_of_type

MOST_TOGETHER = 50
"""Clauses that are counted in one scan."""
MOST_NAMED = 3
_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
_SKIPS = {"pattern": "text_pattern", "format": "text_format"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A clause, asked of a property in some events (of people: in "")."""

    column: str
    name: str
    clause: ClauseRule
    events: tuple[str, ...]


def check_constraints(audit: Audit) -> None:
    """Count values that break a clause, and name the clauses that nothing is held against."""
    for column in ("ep", "up"):
        asked = list(_asked(audit, column))
        for first in range(0, len(asked), MOST_TOGETHER):
            _count(audit, column, asked[first : first + MOST_TOGETHER])
    _name_unchecked(audit)


def _asked(audit: Audit, column: str) -> Iterator[_Asked]:
    """Yield each clause once for all events that have it alike."""
    found: dict[tuple[str, ClauseRule], list[str]] = defaultdict(list)
    for event, declared in _declared(audit, column):
        for clause in _clauses(audit, column, declared):
            found[declared.name, clause].append(event)
    for (name, clause), events in found.items():
        yield _Asked(column, name, clause, tuple(events))


def _declared(audit: Audit, column: str) -> Iterator[tuple[str, ExpectedProperty]]:
    if column == "up":
        yield from (("", declared) for declared in audit.expected.user_properties.values())
        return
    for event in audit.expected.events.values():
        yield from ((event.name, declared) for declared in event.properties.values())


def _clauses(audit: Audit, column: str, declared: ExpectedProperty) -> Iterator[ClauseRule]:
    says_any = declared.constraint or declared.length or declared.numbers
    if not says_any and declared.truth is None:
        return
    fields, value = audit.source.properties[column], audit.source.value(column, declared.name)
    if fields is None:
        text = f"CASE WHEN json_type({value}) = 'VARCHAR' THEN ({value} ->> '$') END"
        number = f"TRY_CAST(({value} ->> '$') AS DOUBLE)"
        number = f"CASE WHEN json_type({value}) IN {_NUMBERS} THEN {number} END"
        n_elements = (
            f"CASE WHEN json_type({value}) = 'ARRAY' THEN json_array_length({value}) END"
        )
        is_true = (
            f"CASE WHEN json_type({value}) = 'BOOLEAN' THEN ({value} ->> '$') = 'true' END"
        )
        kinds = {"text", "number", "list", "boolean"}
    elif declared.name in fields:
        kind = kind_of_type(fields[declared.name])
        kinds = {"number" if kind in ("integer", "fraction") else kind}
        text, number = f"CAST({value} AS VARCHAR)", f"CAST({value} AS DOUBLE)"
        n_elements, is_true = f"len({value})", value
    else:
        return
    if declared.type == "list":
        rule = length_rule(declared.length, n_elements) if "list" in kinds else None
        yield from [rule] if rule else []
        return
    allowed = number_rule(declared.numbers, number) if "number" in kinds else None
    only = truth_rule(declared.truth, is_true) if "boolean" in kinds else None
    yield from filter(None, (allowed, only))
    for clause in clause_rules(declared.constraint, text, number):
        if ("number" if clause.check == "value_range" else "text") in kinds:
            yield clause


def _count(audit: Audit, column: str, asked: Sequence[_Asked]) -> None:
    event = "event_type" if column == "ep" else "''"
    counts = ", ".join(f"count(*) FILTER (WHERE {one.clause.where})" for one in asked)
    for of, *found in audit.source.rows(
        f"SELECT {event}, {counts} FROM e WHERE {event} IS NOT NULL GROUP BY ALL ORDER BY 1"
    ):
        for one, count in zip(asked, found, strict=True):
            if of in one.events:
                _note(audit, one, str(of), count)


def _note(audit: Audit, one: _Asked, event: str, count: int) -> None:
    is_event = one.column == "ep"
    subject = f"{event}.{one.name}" if is_event else f"user property {one.name}"
    of_event = f"event_type = {literal(event)} AND " if is_event else ""
    value, clause = audit.source.value(one.column, one.name), one.clause
    audit.add(clause.check, subject, count, clause.detail, f"{of_event}{clause.where}", value)


# --- what cannot be checked ------------------------------------------------------------------------------------------


def _name_unchecked(audit: Audit) -> None:
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for column in ("ep", "up"):
        for event, declared in _declared(audit, column):
            for path, inner in _with_inner(declared, f"{event}.{declared.name}".lstrip(".")):
                for clause in unchecked(inner.constraint):
                    named[clause.partition(":")[0]][
                        f"{clause.partition(': ')[2]} of {path}"
                    ] = None
    for key, clauses in named.items():
        check = _SKIPS[key]
        shown = list(clauses)[:MOST_NAMED]
        more = f" and {len(clauses) - MOST_NAMED} more" if len(clauses) > MOST_NAMED else ""
        audit.skipped[check] = f"{', '.join(shown)}{more}"


def _with_inner(
    declared: ExpectedProperty, path: str
) -> Iterator[tuple[str, ExpectedProperty]]:
    yield path, declared
    step = "[]." if declared.type == "list" else "."
    for inner in declared.fields.values():
        yield from _with_inner(inner, f"{path}{step}{inner.name}")
