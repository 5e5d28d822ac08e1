"""Checks of the fields in lists of records, such as the lines of an order: `products[].price`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from footfall.store.dialect import literal, literals, quote
from footfall.validation.audit import Audit, nearest
from footfall.validation.expectations import ExpectedEvent, ExpectedProperty
from footfall.validation.json_pointer import pointer
from footfall.validation.property_checks import accepted_texts, type_word
from footfall.validation.property_kinds import ACCEPTED, kind_of_type

_INTEGERS = "('BIGINT', 'UBIGINT', 'HUGEINT')"
MOST_KEYS = 1000
"""Unknown fields that are looked at: the keys of foreign records may be as many as the records."""


@dataclass(frozen=True, slots=True)
class _Records:
    """A list of records as it is stored; every record is `r` in SQL.

    Args:
        of: SQL for the list.
        stored: Name of a field → DuckDB's type; None where the list is JSON.
    """

    of: str
    stored: Mapping[str, str] | None

    def value(self, name: str) -> str:
        """Return SQL for a field of a record."""
        if self.stored is None:
            return f"json_extract(r, {literal(pointer(name))})"
        return f"r.{quote(name)}"

    def is_null(self, name: str) -> str:
        """Return SQL for whether a record lacks a field."""
        if self.stored is None:
            return f"coalesce(json_type({self.value(name)}), 'NULL') = 'NULL'"
        return f"{self.value(name)} IS NULL" if name in self.stored else "true"

    def is_wrong(self, declared: ExpectedProperty) -> str:
        """Return SQL for whether a field has a value of another type than declared.

        Nothing if it cannot.
        """
        value = self.value(declared.name)
        if self.stored is None:
            is_right = f"coalesce({_is_right(declared, value)}, false)"
            return f"NOT {self.is_null(declared.name)} AND NOT {is_right}"
        if declared.name not in self.stored:
            return ""
        base = kind_of_type(self.stored[declared.name])
        if base == "fraction" and declared.type == "integer":
            return f"{value} <> floor({value})"
        return "" if base in ACCEPTED[declared.type] else f"{value} IS NOT NULL"

    def is_outside(self, declared: ExpectedProperty) -> str:
        """Return SQL for whether a field has a text outside the declared.

        Nothing if any will do.
        """
        value, texts = self.value(declared.name), literals(declared.values)
        if not declared.values or declared.type == "list":
            return ""
        if self.stored is None:
            return f"json_type({value}) = 'VARCHAR' AND ({value} ->> '$') NOT IN ({texts})"
        is_text = kind_of_type(self.stored.get(declared.name, "")) == "text"
        return f"{value} NOT IN ({texts})" if is_text else ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A mistake that a record may hold: `where` holds of `r` then, and `value` is what to show."""

    check: str
    field: str
    detail: str
    where: str
    value: str


def check_lists(audit: Audit) -> None:
    """Check the fields within lists of records: unknown ones, types, required ones, values."""
    events: dict[str, list[ExpectedEvent]] = {}
    for event in audit.expected.events.values():
        for declared in event.properties.values():
            if declared.fields:
                events.setdefault(declared.name, []).append(event)
    for name, of in events.items():
        records = _records(audit, name)
        if records is not None:
            _make_records(audit, records, [event.name for event in of])
            for event in of:
                _check_list(audit, event.name, event.properties[name], records)


def _records(audit: Audit, name: str) -> _Records | None:
    fields = audit.source.properties["ep"]
    if fields is None:
        # `$[*]` takes the elements of a list, and none of what is no list.
        return _Records(
            f"json_extract(json_extract(ep, {literal(pointer(name))}), '$[*]')", None
        )
    if not (fields.get(name, "").startswith("STRUCT") and fields[name].endswith("[]")):
        return (
            None  # there is none, or it is no list of records: a finding of the property's type
        )
    of = f"ep.{quote(name)}"
    rows = audit.source.rows(
        f"DESCRIBE SELECT unnest(r) FROM (SELECT unnest({of}) AS r FROM e)"
    )
    return _Records(of, {str(row[0]): str(row[1]) for row in rows})


def _make_records(audit: Audit, records: _Records, events: Sequence[str]) -> None:
    """Make the table of the different records in events: far fewer than events, and each is looked at once."""
    audit.source.rows(
        "CREATE OR REPLACE TEMP TABLE records AS "
        "SELECT DISTINCT event_type, r FROM "
        f"(SELECT event_type, unnest({records.of}) AS r FROM e "
        f"WHERE event_type IN ({literals(events)}))"
    )


def _check_list(
    audit: Audit, event: str, declared: ExpectedProperty, records: _Records
) -> None:
    """Look for what is wrong among the different records, and count events only where something is."""
    rules = [*_rules(declared, records), *_unknown(audit, event, declared, records)]
    of_event = f"event_type = {literal(event)}"
    if not rules:
        return
    # A null among the records holds of no rule; without `coalesce` it would be the answer.
    asked = ", ".join(f"coalesce(bool_or({rule.where}), false)" for rule in rules)
    (found,) = audit.source.rows(f"SELECT {asked} FROM records WHERE {of_event}")
    for rule, is_found in zip(rules, found, strict=True):
        if is_found:
            where = f"{of_event} AND {_some(records, rule)}"
            ((count,),) = audit.source.rows(f"SELECT count(*) FROM e WHERE {where}")
            wrong = f"list_filter({records.of}, lambda r: {rule.where})"
            value = f"list_transform({wrong}, lambda r: {rule.value})[1]"
            subject = f"{event}.{declared.name}[]" + (f".{rule.field}" if rule.field else "")
            audit.add(rule.check, subject, count, rule.detail, where, value)


def _some(records: _Records, rule: _Rule) -> str:
    return f"len(list_filter({records.of}, lambda r: coalesce({rule.where}, false))) > 0"


def _rules(declared: ExpectedProperty, records: _Records) -> Iterator[_Rule]:
    if records.stored is None:
        yield _Rule(
            "property_type", "", "declared a list of records", "json_type(r) <> 'OBJECT'", "r"
        )
    for field in declared.fields.values():
        value = records.value(field.name)
        if wrong := records.is_wrong(field):
            yield _Rule(
                "property_type", field.name, f"declared {type_word(field.type)}", wrong, value
            )
        if outside := records.is_outside(field):
            yield _Rule(
                "value_undeclared", field.name, accepted_texts(field.values), outside, value
            )
        if field.is_required:
            where = f"{records.is_null(field.name)} AND ({_others_are_there(declared, field, records)})"
            detail = "other fields of the record are there"
            yield _Rule("property_missing", field.name, detail, where, "NULL")


def _others_are_there(
    declared: ExpectedProperty, field: ExpectedProperty, records: _Records
) -> str:
    """Return SQL for whether a record has another field, a required one if there are some.

    Without it a list of nothing but nulls, as exports write an empty one, would lack each of
    its fields.
    """
    others = [other for other in declared.fields.values() if other.name != field.name]
    names = [other.name for other in others if other.is_required]
    beside = names or [other.name for other in others]
    return " OR ".join(f"NOT {records.is_null(name)}" for name in beside) or "true"


def _unknown(
    audit: Audit, event: str, declared: ExpectedProperty, records: _Records
) -> Iterator[_Rule]:
    if records.stored is None:
        objects = f"event_type = {literal(event)} AND json_type(r) = 'OBJECT'"
        rows = audit.source.rows(
            f"SELECT DISTINCT unnest(json_keys(r)) AS k FROM records WHERE {objects} ORDER BY k"
        )
        names = [str(name) for (name,) in rows[:MOST_KEYS]]
    else:
        names = list(records.stored)
    for name in names:
        if name not in declared.fields:
            check = "property_unknown" if name == name.strip() else "key_spaces"
            yield _Rule(
                check,
                name,
                nearest(name, list(declared.fields)),
                f"NOT {records.is_null(name)}",
                records.value(name),
            )


def _is_right(declared: ExpectedProperty, value: str) -> str:
    """Return SQL for whether a JSON value is of a declared type."""
    kind = f"json_type({value})"
    number = f"TRY_CAST(({value} ->> '$') AS DOUBLE)"
    match declared.type:
        case "integer":
            return (
                f"({kind} IN {_INTEGERS} OR ({kind} = 'DOUBLE' AND {number} = floor({number})))"
            )
        case "number" | "money":
            return f"({kind} IN {_INTEGERS} OR {kind} = 'DOUBLE')"
        case "time":
            return f"({kind} IN {_INTEGERS} OR TRY_CAST(({value} ->> '$') AS TIMESTAMPTZ) IS NOT NULL)"
        case "boolean":
            return f"{kind} = 'BOOLEAN'"
        case "list":
            return f"{kind} = 'ARRAY'"
        case "any":
            return "true"
    return f"{kind} = 'VARCHAR'"
