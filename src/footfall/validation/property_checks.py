"""Checks of properties: unknown ones, wrong types, missing ones, values outside the declared, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from footfall.store.dialect import literal
from footfall.text import first_names
from footfall.validation.audit import Audit, nearest
from footfall.validation.expectations import ExpectedProperty, ExpectedType
from footfall.validation.property_kinds import (
    ACCEPTED,
    STAGE,
    Declared,
    KindCount,
    kind_counts,
    own_category,
    where_kind,
)

MOST_LISTED = 6
Properties = Mapping[str, ExpectedProperty]
"""Name → property, as it is declared in one place."""
_KIND_WORDS = {
    "digits": "a number sent as text",
    "fraction": "a number with a fraction",
    "endless": "no number that is finite",
    "integer": "a whole number",
    "whole": "a number",
    "list": "a list",
    "object": "an object",
    "text": "a text",
    "boolean": "true or false",
}
_TYPE_WORDS = {"id": "text", "money": "number"}


def check_properties(audit: Audit) -> None:
    """Check the properties of events and of users."""
    everywhere = _by_type(audit)
    counts = list(kind_counts(audit, "ep", everywhere))
    for counted in counts:
        event = audit.expected.events.get(counted.event)
        if event is not None:
            declared = {**own_category(event.category), **event.properties}
            subject = f"{counted.event}.{counted.key}"
            judged = _Judged("ep", counted, subject, event.is_open)
            _judge(audit, judged, declared, everywhere)
    _check_missing(audit, counts)
    if not audit.expected.tells_of_people:
        return
    stages = tuple(stage.name for stage in audit.expected.stages)
    people = {STAGE: ExpectedProperty(STAGE, "text", values=stages)}
    people |= audit.expected.user_properties
    everywhere = {name: (declared,) for name, declared in people.items()}
    for counted in kind_counts(audit, "up", everywhere):
        subject = f"user property {counted.key}"
        judged = _Judged("up", counted, subject, audit.expected.has_open_people)
        _judge(audit, judged, people, everywhere)


def _by_type(audit: Audit) -> dict[str, tuple[ExpectedProperty, ...]]:
    """Return the properties of all events by name, one for each type that events give them."""
    found: dict[str, dict[tuple[ExpectedType, str | None], ExpectedProperty]] = {}
    for event in audit.expected.events.values():
        for name, declared in event.properties.items():
            found.setdefault(name, {}).setdefault((declared.type, declared.item), declared)
    return {name: tuple(of.values()) for name, of in found.items()}


@dataclass(frozen=True, slots=True)
class _Judged:
    """Values of one kind: of events (`ep`) or users (`up`), and what findings call them.

    Args:
        is_open: Values under other keys than the declared ones are welcome there.
    """

    column: str
    counted: KindCount
    subject: str
    is_open: bool


def _judge(audit: Audit, of: _Judged, properties: Properties, everywhere: Declared) -> None:
    """Note a finding where a kind of value is not what is declared under its key.

    Args:
        audit: What is audited.
        of: The values.
        properties: What is declared where they stand.
        everywhere: What they were counted by.
    """
    counted = of.counted
    if of.is_open and counted.key not in properties:
        return
    found = _fault(audit, counted, properties)
    if found is not None:
        where, value = where_kind(audit, of.column, counted, everywhere)
        audit.add(found[0], of.subject, counted.count, found[1], where, value)


def _fault(audit: Audit, counted: KindCount, properties: Properties) -> tuple[str, str] | None:
    """Return the check that values fail and the detail of it; None where they are right."""
    declared = properties.get(counted.key)
    if counted.key != counted.key.strip():
        return "key_spaces", f"written {counted.key!r}"
    if declared is None:
        # A table has a cell for every column in every row.
        is_absent = counted.kind == "null" or _is_vendors_own(counted.key)
        if audit.source.is_foreign and is_absent:
            return None
        return "property_unknown", nearest(counted.key, list(properties))
    if counted.kind == "outside":
        return "value_undeclared", accepted_texts(declared.values)
    if counted.kind == "repeats" and declared.item is not None:
        return "list_repeats", ""
    kind = "list" if counted.kind == "repeats" else counted.kind
    if kind == "null" or kind in ACCEPTED[declared.type]:
        return None
    return _wrong_type(declared, kind)


def _is_vendors_own(key: str) -> bool:
    """Return whether a property is one that SDKs of vendors put into each event, whatever a plan says."""
    return key.startswith(("$", "mp_")) or key == "token"


def _wrong_type(declared: ExpectedProperty, kind: str) -> tuple[str, str]:
    found = _KIND_WORDS.get(kind, f"a {kind}")
    check = "list_is_text" if declared.type == "list" and kind == "text" else "property_type"
    return check, f"{found}; declared {type_word(declared.type)}"


def type_word(of: ExpectedType) -> str:
    """Return what a declared type is called in findings."""
    return _TYPE_WORDS.get(of, of)


def accepted_texts(values: tuple[str, ...]) -> str:
    """Return a sentence with the accepted texts, the first ones if they are many."""
    more = f", … ({len(values)} in all)" if len(values) > MOST_LISTED else ""
    return "accepted: " + ", ".join(values[:MOST_LISTED]) + more


# --- missing ones ----------------------------------------------------------------------------------------------------


def _check_missing(audit: Audit, counts: Iterable[KindCount]) -> None:
    """Count events without a required property: all of the type, less those in which it has a value."""
    present: Counter[tuple[str, str]] = Counter()
    for counted in counts:
        if counted.kind != "null":
            present[counted.event, counted.key] += counted.count
    totals = dict(
        audit.source.rows(
            "SELECT event_type, count(*) FROM e WHERE event_type IS NOT NULL GROUP BY ALL"
        )
    )
    taken: dict[str, str] = {}
    for event in audit.expected.events.values():
        for declared in event.properties.values():
            missing = totals.get(event.name, 0) - present[event.name, declared.name]
            if not declared.is_required or missing <= 0:
                continue
            role = audit.source.roles.get(declared.name)
            if role and not present[event.name, declared.name]:
                taken[declared.name] = f"{declared.name} is read as the {role}"
            else:
                is_absent = _is_absent(audit, declared.name)
                audit.add(
                    "property_missing",
                    f"{event.name}.{declared.name}",
                    missing,
                    "declared as required",
                    f"event_type = {literal(event.name)} AND {is_absent}",
                )
    if taken:
        audit.skipped["property_missing"] = first_names(list(taken.values()), MOST_LISTED)


def _is_absent(audit: Audit, name: str) -> str:
    fields = audit.source.properties["ep"]
    if fields is None:
        # A member that is missing has no type at all, one that is null the type NULL.
        return f"coalesce(json_type({audit.source.value('ep', name)}), 'NULL') = 'NULL'"
    return f"{audit.source.value('ep', name)} IS NULL" if name in fields else "true"
