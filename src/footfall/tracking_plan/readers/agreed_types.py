"""Types that events agree on: a property has one wherever it is used, as a column of a store has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from footfall.errors import shown
from footfall.scenario.constraints import clauses, count_text
from footfall.scenario.leaf_records import FREE
from footfall.text import first_names
from footfall.tracking_plan.cells import FIELD, type_text
from footfall.tracking_plan.plan import PlanEvent, PlanProperty, PlanType

MOST_NAMED = 5
_NUMBERS = ("integer", "number", "money")
Placed = tuple[str, PlanProperty]
"""Name of an event, and a property of it or a field."""
Say = Callable[[str], None]
"""Takes a sentence on what was merged."""


def agreed(events: Sequence[PlanEvent], say: Say) -> list[PlanEvent]:
    """Return events whose properties of one name have types that values can have at once.

    Where two contradict each other there is no such type: it is any then, and a sentence says so.
    """
    placed = [(event.name, p) for event in events for p in event.properties]
    found = iter(_agreed(placed, "", say))
    return [
        replace(event, properties=tuple(next(found) for _ in event.properties))
        for event in events
    ]


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
    kinds = {type_text(p): (event, p) for event, p in reversed(places) if p.type != "any"}
    common = _common([planned for _, planned in kinds.values()])
    properties = [planned for _, planned in places]
    if common is not None:
        (first, one), (second, other) = list(reversed(kinds.values()))[:2]
        kind = type_text(common)
        same = [_as(common, planned) for planned in properties]
        lost = "; ".join(_lost(places, same))
        say(
            f"property {shown(path)} is {type_text(one)} in event {shown(first)}, {type_text(other)} in event "
            f"{shown(second)}; {kind} is taken, as it has one type wherever it is used"
            + (f"; not kept: {lost}" if lost else "")
        )
        return same
    fields = iter(
        _agreed(
            [(event, field) for event, p in places for field in p.fields], f"{path}{FIELD}", say
        )
    )
    same = [replace(p, fields=tuple(next(fields) for _ in p.fields)) for p in properties]
    return _with_all_fields(
        [(event, p) for (event, _), p in zip(places, same, strict=True)], path, say
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
                f"property {shown(path)} has in event {shown(event)} fewer fields than elsewhere; {listed} "
                "may be there too, as it has one type wherever it is used"
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
    if types <= set(_NUMBERS) or (
        len(types) == 1 and (items <= set(_NUMBERS) or len(items) == 1)
    ):
        return None
    if types == {"text", "time"}:
        return PlanProperty("", "text")
    if types == {"list"} and None not in items:
        return PlanProperty("", "list", "any")
    return PlanProperty("", "any")


def _as(common: PlanProperty, planned: PlanProperty) -> PlanProperty:
    return replace(
        planned,
        type=common.type,
        item=common.item,
        fields=(),
        values=planned.values if common.type == "text" else (),
        constraint=planned.constraint if common.type == "text" else FREE,
        length=planned.length if common.type == "list" else FREE,
    )
