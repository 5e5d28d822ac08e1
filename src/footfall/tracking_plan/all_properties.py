"""All properties of a plan, the fields of records and lists included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from footfall.tracking_plan.cells import FIELD
from footfall.tracking_plan.plan import Plan, PlanProperty


def unfolded(properties: Iterable[PlanProperty]) -> Iterator[PlanProperty]:
    """Yield properties, the fields of each right after it: `list[].field`, `record.field`."""
    for declared in properties:
        yield declared
        joint = FIELD if declared.type == "list" else "."
        fields = (replace(f, name=f"{declared.name}{joint}{f.name}") for f in declared.fields)
        yield from unfolded(fields)


def open_places(plan: Plan) -> Iterator[str]:
    """Yield where a plan welcomes what it does not declare: JSON Schemas can say it, nothing else."""
    for event in plan.events:
        if event.is_open:
            yield f"{event.name}: properties that are not declared are welcome"
    records = (p for event in plan.events for p in event.properties)
    every = unfolded((*records, *plan.user_properties))
    for name in dict.fromkeys(planned.name for planned in every if planned.is_open):
        yield f"{name}: fields that are not declared are welcome"
    if plan.has_open_people:
        yield "user properties that are not declared are welcome"
