"""A plan as the CSV files that Amplitude Data imports: events with their properties, and user properties.

Source: amplitude.com/docs/data/csv-import-export. A row of an event is followed by those of its
properties. What Amplitude has no place for is left out: changes of state, examples, the
critical path, fields of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from footfall.scenario.constraints import number_text
from footfall.text import first_names
from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.writers.csv_table import csv_text

MOST_NAMED = 5
_CONSTRAINTS = (
    "Enum values", "Const value", "Property regex", "String property value min length",
    "String property value max length", "Number is integer", "Number property value min", "Number property value max",
    "Array min items", "Array max items", "Array unique items",
)  # fmt: skip
EVENT_HEADER = (
    "Action", "Object type", "Object name", "Object owner", "Object description", "Event category",
    "Event display name", "Event activity", "Event hidden from dropdowns", "Event hidden from persona results",
    "Event hidden from pathfinder", "Event hidden from timeline", "Event source", "Tags", "Property type",
    "Property group names", "Event property name", "Property description", "Property value type", "Property required",
    "Property visibility", "Property is array", *_CONSTRAINTS,
)  # fmt: skip
USER_HEADER = (
    "Action", "Property type", "Property name", "Property description", "Property visibility", "Property value type",
    "Property is array", *_CONSTRAINTS,
)  # fmt: skip
_TYPES: Mapping[PlanType, str] = {
    "text": "string", "integer": "number", "number": "number", "money": "number", "boolean": "boolean",
    "time": "string", "list": "any", "record": "any", "any": "any",
}  # fmt: skip

Cells = Mapping[str, str]


def render_amplitude_events(plan: Plan, sections: Sequence[Section] = ()) -> bytes:  # noqa: ARG001 - as all writers
    """Return the file for events and event properties."""
    return _csv(EVENT_HEADER, (row for event in plan.events for row in _event(event)))


def render_amplitude_users(plan: Plan, sections: Sequence[Section] = ()) -> bytes:  # noqa: ARG001 - as all writers
    """Return the file for user properties."""
    return _csv(USER_HEADER, map(_user_property, plan.user_properties))


def not_in_amplitude_events(plan: Plan) -> Iterator[str]:
    """Yield what the events say of values, and the file has no place for."""
    yield from dict.fromkeys(
        text for event in plan.events for p in event.properties for text in _not_in(p)
    )
    yield from (
        f"{event.name}: properties that are not declared are welcome"
        for event in plan.events
        if event.is_open
    )


def not_in_amplitude_users(plan: Plan) -> Iterator[str]:
    """Yield what user properties say of values, and the file has no place for."""
    yield from dict.fromkeys(text for p in plan.user_properties for text in _not_in(p))


def _not_in(planned: PlanProperty) -> Iterator[str]:
    if planned.values and not _shared(planned)["Enum values"]:
        yield f"{planned.name}: allowed values: {first_names(planned.values, MOST_NAMED)}"
    if planned.fields:
        names = first_names([field.name for field in planned.fields], MOST_NAMED)
        yield f"{planned.name}: fields: {names}"


def _csv(header: Sequence[str], rows: Iterable[Cells]) -> bytes:
    return csv_text(
        [header, *([row.get(title, "") for title in header] for row in rows)]
    ).encode()


def _event(event: PlanEvent) -> list[Cells]:
    own = {
        "Object type": "Event",
        "Object name": event.name,
        "Object description": event.about,
        "Event category": event.category,
    }
    return [own, *map(_event_property, event.properties)]


def _event_property(planned: PlanProperty) -> Cells:
    return {
        "Property type": "Event Property",
        "Event property name": planned.name,
        "Property required": _truth(planned.is_required),
        **_shared(planned),
    }


def _user_property(planned: PlanProperty) -> Cells:
    return {"Property type": "User property", "Property name": planned.name, **_shared(planned)}


def _shared(planned: PlanProperty) -> Cells:
    is_list = planned.type == "list"
    kind = (planned.item or "any") if is_list else planned.type
    is_enum = kind == "text" and not is_list and _can_be_enum(planned.values)
    return {
        "Property description": planned.about,
        "Property value type": "enum" if is_enum else _TYPES[kind],
        "Property visibility": "VISIBLE",
        "Property is array": _truth(is_list),
        "Enum values": ",".join(planned.values) if is_enum else "",
        "Number is integer": "True" if kind == "integer" else "",
        **_constrained(planned),
    }


def _constrained(planned: PlanProperty) -> Cells:
    """Return the cells of a constraint.

    Numbers there lie between two that belong to them; of whole ones the next is one.
    """
    constraint = planned.constraint
    is_whole = "integer" in (planned.type, planned.item)
    low = _end(constraint.minimum, constraint.excludes_minimum, 1 if is_whole else None)
    high = _end(constraint.maximum, constraint.excludes_maximum, -1 if is_whole else None)
    return {
        "Property regex": constraint.pattern,
        "String property value min length": _count(constraint.least),
        "String property value max length": _count(constraint.most),
        "Number property value min": low,
        "Number property value max": high,
        "Array min items": _count(planned.length.least),
        "Array max items": _count(planned.length.most),
    }


def _end(number: Decimal | None, is_excluded: bool, step: int | None) -> str:
    if number is None or (is_excluded and step is None):
        return ""
    return number_text(number + (step or 0) * is_excluded)


def _count(count: int | None) -> str:
    return "" if count is None else str(count)


def _can_be_enum(values: Sequence[str]) -> bool:
    """Return whether Amplitude can hold the values: it separates them by commas and knows no way to quote one."""
    return bool(values) and all(
        value == value.strip() and "," not in value and "\n" not in value for value in values
    )


def _truth(is_so: bool) -> str:
    return "True" if is_so else "False"
