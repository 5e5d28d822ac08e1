"""Types of a plan's properties as a scenario has them."""

from __future__ import annotations

from collections.abc import Iterable

from footfall.tracking_plan.plan import PlanProperty, PlanType

ListedType = tuple[PlanType, PlanType | None]
"""Type, and that of a list's elements: None for records, and for what is no list."""
_NARROWEST_FIRST: tuple[PlanType, ...] = ("integer", "money", "number")
_NUMBERS: set[ListedType] = {(kind, None) for kind in _NARROWEST_FIRST}
_LISTS_OF_NUMBERS: set[ListedType] = {("list", kind) for kind in _NARROWEST_FIRST}


def type_of_property(planned: PlanProperty) -> ListedType:
    """Return a property's type as a scenario has it: text where a plan does not say.

    A list of records has fields.
    """
    if planned.type != "list":
        return ("text" if planned.type == "any" else planned.type), None
    if planned.item is None and single_fields(planned):
        return "list", None
    return "list", "text" if planned.item in (None, "any", "list") else planned.item


def single_fields(planned: PlanProperty) -> list[PlanProperty]:
    """Return the fields of a list's records that hold single values; lists and records there no scenario can say."""
    return [p for p in planned.fields if p.type not in ("list", "record")]


def field_type(planned: PlanProperty) -> PlanType:
    """Return the type of the field of a list's records."""
    return type_of_property(planned)[0]


def one_type(kinds: Iterable[ListedType]) -> ListedType:
    """Return the type that all of some can be: a property has the same wherever it is used."""
    different = set(kinds)
    if len(different) == 1:
        return different.pop()
    # Of numbers the narrowest is right for all: an integer is a number, and an amount of money.
    for number in _NARROWEST_FIRST:
        if (number, None) in different and different <= _NUMBERS:
            return number, None
        if ("list", number) in different and different <= _LISTS_OF_NUMBERS:
            return "list", number
    return "text", None
