"""Builds properties of people, sessions and events, and the variables of journeys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from footfall.errors import shown
from footfall.scenario import names
from footfall.scenario.draws import draw_of
from footfall.scenario.forms import MapEntry
from footfall.scenario.leaf_records import (
    FREE,
    Constraint,
    Draw,
    Expression,
    ListType,
    RecordField,
    Text,
)
from footfall.scenario.reader import Fields, Reader, builds
from footfall.scenario.records import EventProperty, Property
from footfall.scenario.vocabulary import DISTRIBUTION_NAMES
from footfall.scenario.written_names import Written, refuse_written_twice


@builds("property")
def _property(reader: Reader, fields: Fields) -> Property:
    assert fields.name
    start = fields.get("start")
    draw = draw_of(reader, fields)
    return Property(
        name=fields.name.text,
        at=fields.at,
        # With a type alone, such as `{type: money}`, it begins as null.
        start=start
        if isinstance(start, Text)
        else _null(fields)
        if _has_no_value(fields)
        else None,
        draw=draw if isinstance(draw, Draw) else None,
        derived=fields.get("derived"),
        is_empty_list=isinstance(start, list),
        alias=fields.get("as", ""),
        fake=fields.get("fake", ""),
        **_typed(reader, fields),
    )


def _has_no_value(fields: Fields) -> bool:
    return not any(fields.has(key) for key in ("start", *DISTRIBUTION_NAMES, "derived", "fake"))


def _null(fields: Fields) -> Text:
    return Text("null", fields.at, is_null=True)


@builds("variable")
def _variable(reader: Reader, fields: Fields) -> Property:
    assert fields.name
    return Property(
        name=fields.name.text, at=fields.at, start=_null(fields), **_typed(reader, fields)
    )


def _typed(reader: Reader, fields: Fields) -> dict[str, Any]:
    return {
        "type": fields.get("type"),
        "list_type": _list_type(reader, fields),
        "values": _allowed(reader, fields),
        "constraint": _constraint(fields),
        "elements": fields.get("elements", FREE),
        "about": fields.get("about", ""),
        "example": fields.get("example", ""),
    }


def _list_type(reader: Reader, fields: Fields) -> ListType | None:
    start = fields.get("start")
    if fields.has("of") != fields.has("at_most"):
        lacking = "at_most" if fields.has("of") else "of"
        reader.note(
            fields.at,
            f"{fields.label} has no `{lacking}`",
            "a list has both: {of: direction, at_most: 5}",
        )
    elif isinstance(start, list) != fields.has("of") and "start" in fields.read:
        accepts = "a list starts as [], and says what it is a list of: {start: [], of: direction, at_most: 5}"
        reader.note(
            fields.place("start"), f"`start` of {fields.label} does not fit its `of`", accepts
        )
    if "of" not in fields.read or "at_most" not in fields.read:
        return None
    of = fields.get("of")
    if isinstance(of, str):
        return ListType(fields.get("at_most"), of)
    return _record_list(reader, fields, of)


def _record_list(reader: Reader, fields: Fields, of: Sequence[MapEntry]) -> ListType:
    read = [_in_long_form(entry) for entry in of]
    written = [
        Written(one.name, one.written, at.key.at) for one, at in zip(read, of, strict=True)
    ]
    refuse_written_twice(reader, f"two fields of {fields.label}", written)
    plain = [RecordField(one.name, one.type, one.written) for one in read]
    return ListType(
        fields.get("at_most"),
        None,
        tuple((one.name, one.type) for one in read),
        tuple((one.name, one.written) for one in read if one.written != one.name),
        tuple(one for one, bare in zip(read, plain, strict=True) if one != bare),
    )


def _in_long_form(entry: MapEntry) -> RecordField:
    if isinstance(entry.value, RecordField):
        return entry.value
    return RecordField(entry.name, entry.value, entry.name)


def _constraint(fields: Fields) -> Constraint:
    """Return what the keys of a property say of its values, but for those of its list."""
    ranged: Constraint = fields.get("range", FREE)
    counted: Constraint = fields.get("length", FREE)
    return replace(
        ranged,
        least=counted.least,
        most=counted.most,
        pattern=fields.get("pattern", ""),
        format=fields.get("format", ""),
    )


@builds("field")
def _record_field(reader: Reader, fields: Fields) -> RecordField:
    assert fields.name
    return RecordField(
        fields.name.text,
        fields.get("type"),
        fields.get("as", "") or fields.name.text,
        _allowed(reader, fields),
        _constraint(fields),
        fields.get("required"),
        fields.get("about", ""),
    )


def _allowed(reader: Reader, fields: Fields) -> tuple[str, ...]:
    values: Sequence[Text] = fields.get("values", [])
    reader.refuse_twins(((value.text, value.at) for value in values), "value", is_folded=False)
    for value in values:
        if value.is_null:
            reader.note(
                value.at,
                f"`values` of {fields.label} hold null",
                "null is always allowed; leave it out",
            )
    return tuple(value.text for value in values)


@builds("event property")
def _event_property(reader: Reader, fields: Fields) -> EventProperty:
    assert fields.name
    return EventProperty(
        name=fields.name.text,
        at=fields.at,
        value=fields.get("value"),
        type=fields.get("type"),
        values=_allowed(reader, fields),
        constraint=_constraint(fields),
        elements=fields.get("elements", FREE),
        about=fields.get("about", ""),
        example=fields.get("example", ""),
        required=fields.get("required"),
        alias=fields.get("as", ""),
        fields=_inner(reader, fields),
    )


def _inner(reader: Reader, fields: Fields) -> tuple[EventProperty, ...]:
    """Return the fields of a record."""
    inner = event_properties(fields.get("fields", []))
    for one in inner:
        if one.value is None and not one.fields:
            reader.note(
                one.at,
                f"field {shown(one.name)} of {fields.label} has no value",
                f"{one.name}: EXPRESSION, or {{value: EXPRESSION}}",
            )
    named = (Written(one.name, one.alias or one.name, one.at) for one in inner)
    refuse_written_twice(reader, f"two fields of {fields.label}", named)
    return tuple(inner)


def event_properties(read: Iterable[Any]) -> list[EventProperty]:
    """Return event properties of each way to write them.

    Names alone, name → expression, name → the long form, or a list of these.
    """
    made = []
    for item in read:
        if isinstance(item, list):
            made += event_properties(item)
        elif isinstance(item, MapEntry):
            made.append(_short(item) if isinstance(item.value, Expression) else item.value)
        else:
            made.append(item)
    return made


def _short(entry: MapEntry) -> EventProperty:
    return EventProperty(entry.name, entry.key.at, value=entry.value)


def check_variables(
    reader: Reader, properties: Iterable[Property], what: str, taken: Iterable[str] = ()
) -> None:
    """Note properties that are called like something that expressions always have."""
    known = {names.folded(name) for name in (*names.BUILT_IN, *taken)}
    for item in properties:
        if names.folded(item.name) in known:
            hint = (
                f"call it {what.split(maxsplit=1)[0]}_{item.name}"
                if " " in what
                else f"call it my_{item.name}"
            )
            reader.note(
                item.at,
                f"{shown(item.name)} cannot be a {what}: expressions have it already",
                hint=hint,
            )
