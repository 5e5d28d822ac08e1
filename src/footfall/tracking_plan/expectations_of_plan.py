"""A plan as what events ought to be: `footfall validate EVENTS --against PLAN`."""

from __future__ import annotations

from footfall.data.schema import FieldType
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty, ExpectedStage


def of_plan(plan: Plan) -> Expectations:
    """Return what a plan declares; of people without user properties, and of homes, it says nothing."""
    return Expectations(
        name=plan.name,
        events={event.name: _event(event) for event in plan.events},
        user_properties={p.name: _property(p) for p in plan.user_properties},
        stages=tuple(
            ExpectedStage(s.name, () if s.condition else s.events) for s in plan.stages
        ),
        tells_of_people=bool(plan.user_properties),
    )


def _event(event: PlanEvent) -> ExpectedEvent:
    properties = {p.name: _property(p) for p in event.properties}
    return ExpectedEvent(event.name, event.category, properties, event.has_revenue)


def _property(known: PlanProperty) -> ExpectedProperty:
    kind = known.item if known.type == "list" else known.type
    values = (
        known.values if kind == "text" else ()
    )  # of numbers `1` and `1.0` are one value, so texts do not tell
    fields = {field.name: _property(field) for field in known.fields}
    return ExpectedProperty(
        known.name,
        known.type,
        _item(known.item),
        known.is_required,
        values,
        known.changes,
        fields,
    )


def _item(kind: PlanType | None) -> FieldType | None:
    return None if kind is None or kind == "any" else kind
