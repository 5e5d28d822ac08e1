"""Expectations of a plan, for `footfall validate EVENTS --against PLAN`."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.tracking_plan.plain_values import plain_values, with_plain_values
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.plan_facts import currency_of
from footfall.units import minor_digits
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty, ExpectedStage
from footfall.validation.expectations import ExpectedType, allowed_values


def of_plan(plan: Plan) -> Expectations:
    """Return what a plan declares.

    Of people without user properties, and of homes, it says nothing.
    """
    plan = with_plain_values(plan, minor_digits(currency_of(plan)))
    # A stage with a condition can be reached, or not, by the same event: no check can hold its
    # events to an order.
    return Expectations(
        name=plan.name,
        events={event.name: _event(event) for event in plan.events},
        user_properties={p.name: _property(p) for p in plan.user_properties},
        stages=tuple(_stages(plan)),
        tells_of_people=bool(plan.user_properties),
        has_open_people=plan.has_open_people,
    )


def _stages(plan: Plan) -> Iterator[ExpectedStage]:
    """Yield the stages; before one of them the latest that nobody passes over has been reached."""
    n_before = 0
    for number, stage in enumerate(plan.stages):
        yield ExpectedStage(stage.name, () if stage.condition else stage.events, n_before)
        n_before = n_before if stage.is_optional else number + 1


def _event(event: PlanEvent) -> ExpectedEvent:
    properties = {p.name: _property(p) for p in event.properties}
    return ExpectedEvent(
        event.name, event.category, properties, event.has_revenue, event.is_open
    )


def _property(planned: PlanProperty) -> ExpectedProperty:
    item = planned.item
    kind = item if planned.type == "list" else planned.type
    fields = {field.name: _property(field) for field in planned.fields}
    return ExpectedProperty(
        planned.name,
        _expected(planned, planned.type),
        None if item is None or item == "any" else _expected(planned, item),
        planned.is_required,
        changes=planned.changes,
        fields=fields,
        constraint=planned.constraint,
        length=planned.length,
        is_filled=True,
        is_open=planned.is_open,
        **allowed_values(kind or "record", plain_values(planned)),
    )


def _expected(planned: PlanProperty, kind: PlanType) -> ExpectedType:
    return "date-time" if kind == "time" and planned.is_text else kind
