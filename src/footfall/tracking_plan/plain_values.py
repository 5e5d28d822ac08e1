"""Allowed values of a plan in the one way that scenarios write them: `49,00 €` is 49, `yes` is true."""

from __future__ import annotations

from dataclasses import replace

from footfall.scenario.allowed_values import NUMBERS
from footfall.scenario.constraints import number_text
from footfall.tracking_plan.cells import is_no, is_yes
from footfall.tracking_plan.plan import Plan, PlanProperty
from footfall.tracking_plan.written_numbers import LARGEST, written_numbers


def with_plain_values(plan: Plan, digits: int) -> Plan:
    """Return a plan whose allowed values are plain, wherever all of a property are values of its type.

    Args:
        plan: The plan.
        digits: After the point, of money.
    """

    def plain(planned: PlanProperty) -> PlanProperty:
        fields = tuple(map(plain, planned.fields))
        values = plain_values(planned, digits) or planned.values
        return replace(planned, fields=fields, values=values)

    events = (
        replace(event, properties=tuple(map(plain, event.properties))) for event in plan.events
    )
    users = tuple(map(plain, plan.user_properties))
    return replace(plan, events=tuple(events), user_properties=users)


def plain_values(planned: PlanProperty, digits: int | None = None) -> tuple[str, ...]:
    """Return the allowed values of a property; none where one of them is no value of its type.

    Args:
        planned: The property; of a list these are values of its elements.
        digits: After the point, of money.
    """
    kind = planned.item if planned.type == "list" else planned.type
    if kind in ("text", "any"):
        return planned.values
    if kind == "boolean":
        return _truths(planned.values)
    return _numbers(planned.values, kind, digits) if kind in NUMBERS else ()


def _truths(values: tuple[str, ...]) -> tuple[str, ...]:
    is_each_one = all(is_yes(value) or is_no(value) for value in values)
    found = dict.fromkeys("true" if is_yes(value) else "false" for value in values)
    return tuple(found) if is_each_one else ()


def _numbers(values: tuple[str, ...], kind: str, digits: int | None) -> tuple[str, ...]:
    found = written_numbers(values, digits=digits if kind == "money" else None)
    # What is so large is an id.
    numbers = [number.value for number in found if number and abs(number.value) < LARGEST]
    is_whole = kind != "integer" or all(number == int(number) for number in numbers)
    texts = dict.fromkeys(map(number_text, numbers))
    return tuple(texts) if is_whole and len(numbers) == len(values) else ()
