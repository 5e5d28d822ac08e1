"""Expectations of a plan, for `footfall validate EVENTS --against PLAN`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from footfall.data.schema import FieldType
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.written_numbers import LARGEST, written_numbers
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty, ExpectedStage


def of_plan(plan: Plan) -> Expectations:
    """Return what a plan declares.

    Of people without user properties, and of homes, it says nothing.
    """
    # A stage with a condition can be reached, or not, by the same event: no check can hold its
    # events to an order.
    return Expectations(
        name=plan.name,
        events={event.name: _event(event) for event in plan.events},
        user_properties={p.name: _property(p) for p in plan.user_properties},
        stages=tuple(_stages(plan)),
        tells_of_people=bool(plan.user_properties),
    )


def _stages(plan: Plan) -> Iterator[ExpectedStage]:
    """Yield the stages; before one of them the latest that nobody passes over has been reached."""
    n_before = 0
    for number, stage in enumerate(plan.stages):
        yield ExpectedStage(stage.name, () if stage.condition else stage.events, n_before)
        n_before = n_before if stage.is_optional else number + 1


def _event(event: PlanEvent) -> ExpectedEvent:
    properties = {p.name: _property(p) for p in event.properties}
    return ExpectedEvent(event.name, event.category, properties, event.has_revenue)


def _property(planned: PlanProperty) -> ExpectedProperty:
    kind = planned.item if planned.type == "list" else planned.type
    # Values are compared as texts, and of numbers `1` and `1.0` are one value.
    values = planned.values if kind == "text" else ()
    fields = {field.name: _property(field) for field in planned.fields}
    return ExpectedProperty(
        planned.name,
        planned.type,
        _item(planned.item),
        planned.is_required,
        values,
        planned.changes,
        fields,
        planned.constraint,
        planned.length,
        is_filled=True,
        numbers=_numbers(planned.values, kind) if kind in ("integer", "number") else (),
    )


def _numbers(values: Sequence[str], kind: str) -> tuple[Decimal, ...]:
    """Return allowed values as numbers; none where one of them is none of the type, or so large that it is an id."""
    numbers = [number.value for number in written_numbers(values) if number]
    is_whole = kind != "integer" or all(number == int(number) for number in numbers)
    is_known = len(numbers) == len(values) and all(abs(n) < LARGEST for n in numbers)
    return tuple(numbers) if is_known and is_whole else ()


def _item(kind: PlanType | None) -> FieldType | None:
    return None if kind is None or kind == "any" else kind
