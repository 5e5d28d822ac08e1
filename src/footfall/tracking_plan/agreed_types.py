"""Types that the events of a scenario agree on: a property has one in all of them, as a column of a store has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from footfall.errors import shown
from footfall.scenario.allowed_values import NUMBERS
from footfall.scenario.constraints import clauses, count_text
from footfall.scenario.leaf_records import FREE
from footfall.text import first_names
from footfall.tracking_plan.cells import FIELD, type_text
from footfall.tracking_plan.plain_values import plain_values
from footfall.tracking_plan.plan import Plan, PlanProperty, PlanType
from footfall.tracking_plan.scenario_types import one_type, type_of_property

MOST_NAMED = 5
Placed = tuple[str, PlanProperty]
"""Name of an event, and a property of it or a field."""
Say = Callable[[str], None]
"""Takes a sentence on what a scenario cannot say."""


def agreed(plan: Plan, say: Say) -> Plan:
    """Return a plan whose events give the properties of one name types that values can have at once.

    Where two contradict each other there is no such type: it is text then, and a sentence says so.
    """
    placed = [(event.name, p) for event in plan.events for p in event.properties]
    found = iter(_agreed(placed, "", say))
    events = (
        replace(event, properties=tuple(next(found) for _ in event.properties))
        for event in plan.events
    )
    return replace(plan, events=tuple(events))


def _agreed(placed: Sequence[Placed], within: str, say: Say) -> list[PlanProperty]:
    """Return properties, or fields of records, in their order."""
    alike: dict[str, list[int]] = {}
    for number, (_, planned) in enumerate(placed):
        alike.setdefault(planned.name, []).append(number)
    result = [planned for _, planned in placed]
    for name, numbers in alike.items():
        if len(numbers) > 1:
            same = _of_one_name([placed[n] for n in numbers], f"{within}{name}", say)
            for number, planned in zip(numbers, same, strict=True):
                result[number] = planned
    return result


def _of_one_name(places: Sequence[Placed], path: str, say: Say) -> list[PlanProperty]:
    typed = {type_text(p): (event, p) for event, p in reversed(places) if p.type != "any"}
    common = _common([planned for _, planned in typed.values()])
    if common is not None:
        return _of_common_type(common, list(reversed(typed.values())), places, path, say)
    # What may be anything may be what it is elsewhere.
    first = next((planned for _, planned in places if planned.type != "any"), None)
    same = [_typed(p, first) if first and p.type == "any" else p for _, p in places]
    same = _narrowed(
        [(event, p) for (event, _), p in zip(places, same, strict=True)], path, say
    )
    inner = [(event, f) for (event, _), p in zip(places, same, strict=True) for f in p.fields]
    fields = iter(_agreed(inner, f"{path}{FIELD}", say))
    same = [replace(p, fields=tuple(next(fields) for _ in p.fields)) for p in same]
    return _with_all_fields(
        [(event, p) for (event, _), p in zip(places, same, strict=True)], path, say
    )


def _of_common_type(
    common: PlanProperty,
    different: Sequence[Placed],
    places: Sequence[Placed],
    path: str,
    say: Say,
) -> list[PlanProperty]:
    """Return properties with a type that all can be written in, and say what has no room in it."""
    (first, one), (second, other) = different[:2]
    same = [_as(common, planned) for _, planned in places]
    lost = "; ".join(_lost(places, same))
    say(
        f"{path}: {type_text(one)} in event {shown(first)}, {type_text(other)} in event {shown(second)}; "
        f"{type_text(common)} is taken, as a property of a scenario has one type"
        + (f"; without {lost}" if lost else "")
    )
    return same


def _narrowed(places: Sequence[Placed], path: str, say: Say) -> list[PlanProperty]:
    """Return numbers without those allowed values that the narrowest of their types has no room for."""
    kind, item = one_type(type_of_property(planned) for _, planned in places)
    same = []
    for event, planned in places:
        is_number = kind in NUMBERS or item in NUMBERS
        narrow = replace(planned, type=kind, item=item)
        if is_number and planned.values and not plain_values(narrow):
            listed = first_names(planned.values, MOST_NAMED)
            what = type_text(narrow)
            say(
                f"{path}: {what} in another event; without allowed values: {listed} in event {shown(event)}"
            )
            same.append(replace(planned, values=()))
        else:
            same.append(planned)
    return same


def _typed(planned: PlanProperty, first: PlanProperty) -> PlanProperty:
    fields = tuple(replace(field, is_required=False) for field in first.fields)
    return replace(
        planned, type=first.type, item=first.item, fields=fields, is_open=first.is_open
    )


def _lost(places: Sequence[Placed], same: Sequence[PlanProperty]) -> Iterator[str]:
    """Yield what events say of values, and the one type leaves no room for."""
    for (event, before), after in zip(places, same, strict=True):
        said = dict(clauses(before.constraint)) if before.constraint != after.constraint else {}
        if before.length != after.length:
            said["elements"] = count_text(before.length)
        if before.values != after.values:
            said["allowed values"] = first_names(before.values, MOST_NAMED)
        names = [shown(field.name) for field in before.fields]
        if names and not after.fields:
            said["fields"] = first_names(names, MOST_NAMED)
        texts = ", ".join(f"{key}: {text}" for key, text in said.items())
        if texts:
            yield f"{texts} in event {shown(event)}"


def _with_all_fields(places: Sequence[Placed], path: str, say: Say) -> list[PlanProperty]:
    """Return records with the fields of all: as columns of one type they have the same ones."""
    every = {field.name: field for _, p in reversed(places) for field in p.fields}
    lacking = [
        (event, every.keys() - {f.name for f in p.fields}) for event, p in places if p.fields
    ]
    for event, names in lacking:
        if names:
            listed = first_names([shown(name) for name in every if name in names], MOST_NAMED)
            say(
                f"{path}: fewer fields in event {shown(event)} than elsewhere; {listed} may be there too, "
                "as a property of a scenario has one type"
            )
            break
    return [_with_fields(p, every.values()) if p.fields else p for _, p in places]


def _with_fields(planned: PlanProperty, every: Iterable[PlanProperty]) -> PlanProperty:
    own = {field.name for field in planned.fields}
    others = (replace(field, is_required=False) for field in every if field.name not in own)
    return replace(planned, fields=(*planned.fields, *others))


def _common(planned: Sequence[PlanProperty]) -> PlanProperty | None:
    """Return the type that several are, as a property; None where they agree as they are."""
    types: set[PlanType] = {each.type for each in planned}
    items = {each.item for each in planned}
    # Of numbers a value can be all at once; lists without fields are lists of something.
    is_one_list = len(types) == 1 and (items <= set(NUMBERS) or len(items) == 1)
    if types <= set(NUMBERS) or is_one_list:
        return None
    is_list = types == {"list"} and None not in items
    return PlanProperty("", "list", "text") if is_list else PlanProperty("", "text")


def _as(common: PlanProperty, planned: PlanProperty) -> PlanProperty:
    is_text = (planned.item or planned.type) == "text"
    return replace(
        planned,
        type=common.type,
        item=common.item,
        fields=(),
        values=planned.values if is_text else (),
        constraint=planned.constraint if is_text else FREE,
        length=planned.length if common.type == planned.type else FREE,
    )
