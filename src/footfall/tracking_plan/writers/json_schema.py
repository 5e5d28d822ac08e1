"""A plan as JSON Schema: the form of an event as footfall writes it into files and sends it.

Only keywords that drafts from 6 to 2020-12 share are used, so that other tools can read it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from footfall.foreign.json_pointer import escaped
from footfall.scenario.leaf_records import Constraint
from footfall.text import first_names
from footfall.tracking_plan.all_properties import unfolded
from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plain_values import plain_values
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType

DRAFT = "https://json-schema.org/draft/2020-12/schema"
USER_PROPERTIES = "user_properties"
MOST_FILE_NAME = 50
MOST_NAMED = 5
Schema = dict[str, Any]

_TYPES: dict[PlanType, str] = {
    "text": "string", "integer": "integer", "number": "number", "money": "number", "boolean": "boolean",
    "time": "string", "list": "array",
}  # fmt: skip


def render_json_schema(plan: Plan, sections: Sequence[Section] = ()) -> bytes:  # noqa: ARG001 - as all writers
    """Return one schema that any event of the plan matches: one of the schemas under `$defs`."""
    events = {f"event:{event.name}": event_schema(event) for event in plan.events}
    bundle: Schema = {
        "$schema": DRAFT,
        "title": plan.title or plan.name,
        **({"description": plan.about} if plan.about else {}),
        "oneOf": [{"$ref": _reference(name)} for name in events],
        "properties": {USER_PROPERTIES: {"$ref": _reference(USER_PROPERTIES)}},
        "$defs": {USER_PROPERTIES: user_schema(plan), **events},
    }
    return _text(bundle)


def json_schema_files(plan: Plan) -> dict[str, bytes]:
    """Return a schema per event and one of the user properties: name of the file → content."""
    files = {f"{USER_PROPERTIES}.json": _text({"$schema": DRAFT, **user_schema(plan)})}
    for event in plan.events:
        files[_file_name(event.name, files)] = _text({"$schema": DRAFT, **event_schema(event)})
    return files


def event_schema(event: PlanEvent) -> Schema:
    """Return the schema of an event: its type, its category, and its properties under `event_properties`."""
    properties = _object(event.properties, is_open=event.is_open)
    found: Schema = {"title": event.name, "description": event.about, "type": "object"}
    found["properties"] = {"event_type": {"enum": [event.name]}, "event_properties": properties}
    if event.category:
        found["properties"]["category"] = {"enum": [event.category]}
    found["required"] = [
        "event_type",
        *(["event_properties"] if "required" in properties else []),
    ]
    return _filled(found)


def user_schema(plan: Plan) -> Schema:
    """Return the schema of what an event says of the person: any of the user properties."""
    return {
        "title": "User properties",
        **_object(plan.user_properties, is_open=plan.has_open_people),
    }


def _object(properties: Iterable[PlanProperty], *, is_open: bool) -> Schema:
    planned = tuple(properties)
    required = [p.name for p in planned if p.is_required]
    schema: Schema = {"type": "object", "properties": {p.name: _property(p) for p in planned}}
    return {
        **schema,
        **({"required": required} if required else {}),
        "additionalProperties": is_open,
    }


def not_in_json_schema(plan: Plan) -> Iterator[str]:
    """Yield the allowed values of which one is no value of the type, so that no schema can list them."""
    of_events = (p for event in plan.events for p in event.properties)
    unlisted = {
        f"{planned.name}: allowed values: {first_names(planned.values, MOST_NAMED)}": None
        for planned in unfolded((*of_events, *plan.user_properties))
        if planned.values and not _enum(planned)
    }
    yield from unlisted


def _enum(planned: PlanProperty) -> tuple[str, ...]:
    """Return the allowed values as a schema lists them; none where nobody knows of which type they are."""
    return () if "any" in (planned.type, planned.item) else plain_values(planned)


def _property(planned: PlanProperty) -> Schema:
    """Return a property's schema; one that may be left out may be null too."""
    schema = _list(planned) if planned.type == "list" else _value(planned)
    schema = {"description": planned.about, **schema, "examples": _examples(planned)}
    if not planned.is_required and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        # Without null among them `enum` would refuse what `type` allows.
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return _filled(schema)


def _list(planned: PlanProperty) -> Schema:
    items: Schema = {"type": "object"}
    if planned.fields:
        items = _object(planned.fields, is_open=planned.is_open)
    elif planned.item:
        items = _value(replace(planned, type=planned.item, item=None))
    schema: Schema = {"type": "array", **({"items": items} if items else {})}
    return schema | _counts(planned.length, "minItems", "maxItems")


def _value(planned: PlanProperty) -> Schema:
    """Return the schema of a value that is no list; of an element, if that is what is planned."""
    kind = planned.type
    if kind == "record":
        return _object(planned.fields, is_open=planned.is_open)
    schema: Schema = {"type": _TYPES[kind]} if kind in _TYPES else {}
    if kind == "time":
        schema["format"] = "date-time"
    if values := _enum(planned):
        schema["enum"] = list(values) if kind == "text" else list(map(json.loads, values))
    return schema | _constrained(planned.constraint)


def _constrained(constraint: Constraint) -> Schema:
    low, high = constraint.minimum, constraint.maximum
    schema: Schema = {}
    if low is not None:
        key = "exclusiveMinimum" if constraint.excludes_minimum else "minimum"
        schema[key] = _number(low)
    if high is not None:
        key = "exclusiveMaximum" if constraint.excludes_maximum else "maximum"
        schema[key] = _number(high)
    schema |= _counts(constraint, "minLength", "maxLength")
    texts = {"pattern": constraint.pattern, "format": constraint.format}
    return schema | {key: text for key, text in texts.items() if text}


def _counts(counted: Constraint, least: str, most: str) -> Schema:
    pairs = ((least, counted.least), (most, counted.most))
    return {key: count for key, count in pairs if count is not None}


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _examples(planned: PlanProperty) -> list[Any]:
    """Return the examples as values; lists, which stand as text in a plan, are left out."""
    if planned.type in ("list", "record", "any"):
        return []
    if planned.type in ("text", "time"):
        return list(planned.examples)
    return [value for value in map(_parsed, planned.examples) if value is not None]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        return None


def _filled(schema: Schema) -> Schema:
    """Return a schema without empty descriptions and examples."""
    return {name: value for name, value in schema.items() if value not in ("", [])}


def _reference(name: str) -> str:
    # A JSON pointer (RFC 6901) in the fragment of a URL: escaped for the one, then quoted for
    # the other.
    return "#/$defs/" + quote(escaped(name), safe="")


def _file_name(event: str, in_use: Iterable[str]) -> str:
    """Return a name that any file system takes, and that none of the others has."""
    stem = re.sub(r"[^\w.-]+", "_", event).strip("._")[:MOST_FILE_NAME] or "event"
    # Windows and macOS ignore case: `Order` and `order` would be one file.
    folded = {name.casefold() for name in in_use}
    candidates = (
        f"{stem}{f'-{number}' if number else ''}.json" for number in range(len(folded) + 1)
    )
    return next(name for name in candidates if name.casefold() not in folded)


def _text(schema: Schema) -> bytes:
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
