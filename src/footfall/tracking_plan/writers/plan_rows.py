"""A plan as the rows of its tables: what a workbook and a CSV file have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from footfall.scenario.constraints import clauses, count_text
from footfall.tracking_plan.all_properties import open_places, unfolded
from footfall.tracking_plan.cells import (
    FIELD,
    NO,
    YES,
    braced,
    in_quotes,
    joined,
    joined_values,
    name_text,
    type_text,
)
from footfall.tracking_plan.plan import ExampleStep, Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.sheet_columns import PLAN_ROWS

Row = tuple[str, ...]
NO_CATEGORY = "Other events"


def event_rows(plan: Plan) -> list[Row]:
    """Return the rows below `EVENT_COLUMNS`: one per property, the event repeated.

    One for an event without any.
    """
    return [
        (*_event(event), *cells)
        for event in plan.events
        for cells in property_rows(event.properties) or [("",) * 6]
    ]


def property_rows(properties: Iterable[PlanProperty]) -> list[Row]:
    """Return rows of name, type, required, allowed values, example and description of an event's properties."""
    return [
        (
            _name(p.name),
            type_text(p),
            _yes(p.is_required),
            allowed_text(p),
            joined(p.examples),
            p.about,
        )
        for p in unfolded(properties)
    ]


def user_rows(plan: Plan) -> list[Row]:
    """Return the rows below `USER_COLUMNS`."""
    return [
        (
            _name(p.name),
            type_text(p),
            p.start,
            _yes(p.changes),
            allowed_text(p),
            joined(p.examples),
            p.about,
        )
        for p in unfolded(plan.user_properties)
    ]


def path_rows(plan: Plan) -> list[Row]:
    """Return the rows below `PATH_COLUMNS`."""
    steps = {step.stage: step for step in plan.example}
    return [
        _stage(stage, stage.name == plan.goal, steps.get(stage.name)) for stage in plan.stages
    ]


def plan_rows(plan: Plan) -> list[Row]:
    """Return the rows below `PLAN_COLUMNS`."""
    texts = zip(PLAN_ROWS, (plan.name, plan.title, plan.about, plan.currency), strict=True)
    return [(what, text) for what, text in texts if text]


def category_rows(plan: Plan) -> list[Row]:
    """Return the rows below `CATEGORY_COLUMNS`."""
    return [(name, about) for name, about in plan.categories if about]


def by_category(plan: Plan) -> list[tuple[str, str, list[PlanEvent]]]:
    """Return (name, description, events) for each category.

    Events without one come last, under `NO_CATEGORY`.
    """
    about = dict(plan.categories)
    found: dict[str, list[PlanEvent]] = {name: [] for name in about if name}
    for event in sorted(plan.events, key=lambda event: not event.category):
        found.setdefault(event.category or NO_CATEGORY, []).append(event)
    return [(name, about.get(name, ""), events) for name, events in found.items()]


def allowed_text(planned: PlanProperty) -> str:
    """Return which values are allowed as one text: those that are listed, else the constraint.

    Of numbers it is `1 to 10`, else its clauses: `length: 2 to 40; format: email`.
    """
    if planned.values:
        return joined_values(planned.values)
    said = dict(clauses(planned.constraint))
    if elements := count_text(planned.length):
        said["elements"] = elements
    if list(said) == ["range"]:
        return said["range"]
    # A pattern may hold what separates, so it stands last.
    pattern = said.pop("pattern", "")
    said |= {"pattern": pattern} if pattern else {}
    return "; ".join(f"{key}: {text}" for key, text in said.items())


def not_in_tables(plan: Plan) -> Iterator[str]:
    """Yield what the tables have no cell for: beside allowed values no constraint has room."""
    of_events = (p for event in plan.events for p in event.properties)
    yield from dict.fromkeys(not_in_cells((*of_events, *plan.user_properties)))
    yield from open_places(plan)


def not_in_cells(properties: Iterable[PlanProperty]) -> Iterator[str]:
    """Yield what some properties say for which there is no cell."""
    for planned in unfolded(properties):
        if planned.values and (rest := allowed_text(replace(planned, values=()))):
            yield f"{planned.name}: {rest}, beside allowed values"


def _name(name: str) -> str:
    """Return a property's name; those of fields keep their brackets, in quotes as a whole if need be."""
    is_plain = all(name_text(part) == part for part in name.split(FIELD))
    return name if is_plain else in_quotes(name)


def _yes(is_so: bool) -> str:
    return YES if is_so else NO


def _event(event: PlanEvent) -> Row:
    flags = map(_yes, (event.is_optional, event.has_revenue, event.identifies))
    return (event.category, name_text(event.name), event.about, *flags, braced(event.changes))


def _stage(stage: PlanStage, is_goal: bool, step: ExampleStep | None) -> Row:
    example: Row = ("", "", "", "")
    if step:
        properties = joined(f"{name} = {value}" for name, value in step.properties)
        example = (step.user_id, step.event, step.time, properties)
    flags = (_yes(stage.is_optional), _yes(is_goal))
    return (stage.name, joined(stage.events), stage.condition, *flags, *example)
