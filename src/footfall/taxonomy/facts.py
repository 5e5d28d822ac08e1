"""What is decided about a plan before a scenario is written of it: names, types, where values come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from footfall.errors import UnitError
from footfall.scenario.names import BUILT_IN, MOST_IDENTIFIER, folded
from footfall.taxonomy.cells import split_list
from footfall.taxonomy.laws import Law, law_of
from footfall.taxonomy.naming import ALWAYS_THERE, Names, names_of, unique, variable
from footfall.taxonomy.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.units import minor_digits, parse_currency

CURRENCY = "USD"
ListedType = tuple[PlanType, PlanType | None]
"""Type, and that of a list's elements: None for records, and for what is no list."""
_IDENTIFIES = re.compile(r"log.?in|sign.?in|sign.?up|regist|account|auth|вход|логин|регистр|авториз", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """What a list's elements are made of: a field (or the element itself), and the variable that holds its value."""

    field: str
    variable: str
    known: PlanProperty


@dataclass(frozen=True, slots=True)
class Facts:
    """A plan, and what is decided about it.

    Args:
        users: Properties of people by the plan's name, without those that every scenario has.
        described: Properties of events by the plan's name, with what is said of them where most is said.
        types: Property of events → its one type in all events.
        elements: Property of events that is a list → what its elements are made of.
        identifying: Event by which a person becomes known.
    """

    plan: Plan
    names: Names
    users: dict[str, PlanProperty]
    described: dict[str, PlanProperty]
    types: dict[str, ListedType]
    elements: dict[str, tuple[Element, ...]]
    currency: str
    identifying: str

    def value(self, name: str) -> str:
        """Return the expression that gives a property of events its value."""
        kind, _ = self.types[name]
        if name in self.users and kind != "list" and type_of_property(self.users[name]) == self.types[name]:
            return self.names.users[name]
        if folded(name) in ALWAYS_THERE and kind == "text":
            return folded(name)
        return self.names.variables[name]

    def is_drawn(self, name: str) -> bool:
        """Return whether a property of events has a variable of its own."""
        return self.value(name) == self.names.variables[name]

    def law(self, known: PlanProperty) -> Law:
        """Return where a scalar property's values come from."""
        return law_of(known, type_of_property(known)[0], minor_digits(self.currency))

    def of_category(self, category: str) -> list[PlanEvent]:
        """Return the events of a category, in order."""
        return [event for event in self.plan.events if event.category == category]


def facts_of(plan: Plan) -> Facts:
    """Return what is decided about a plan, which must have events."""
    names = names_of(plan)
    described, types = _described(plan)
    return Facts(
        plan=plan,
        names=names,
        users={p.name: p for p in plan.user_properties if p.name in names.users},
        described=described,
        types=types,
        elements=_elements(names, described, types),
        currency=_currency(plan),
        identifying=_identifying(plan.events),
    )


def _currency(plan: Plan) -> str:
    try:
        return parse_currency(plan.currency)
    except UnitError:
        return CURRENCY


def _identifying(events: Sequence[PlanEvent]) -> str:
    """Return the event that identifies: the one that is said to, else one called so, else the first."""
    said = [event.name for event in events if event.identifies]
    called = [event.name for event in events if _IDENTIFIES.search(event.name)]
    return next(iter((*said, *called, *(event.name for event in events))), "")


def _described(plan: Plan) -> tuple[dict[str, PlanProperty], dict[str, ListedType]]:
    found: dict[str, list[PlanProperty]] = {}
    for event in plan.events:
        for p in event.properties:
            found.setdefault(p.name, []).append(p)
    types = {name: _one_type([type_of_property(p) for p in places]) for name, places in found.items()}
    return {name: _one_property(places, types[name]) for name, places in found.items()}, types


def _one_type(kinds: Iterable[ListedType]) -> ListedType:
    """Return the type that all of some can be: a property has the same wherever it is used."""
    different = set(kinds)
    if len(different) == 1:
        return different.pop()
    return ("number", None) if all(kind in ("integer", "number", "money") for kind, _ in different) else ("text", None)


def _one_property(places: Sequence[PlanProperty], kind: ListedType) -> PlanProperty:
    """Return a property as one, with the examples and fields of all places."""
    best = max(places, key=lambda p: (bool(p.about), bool(p.values)))
    examples = tuple(dict.fromkeys(example for p in places for example in p.examples))
    fields = tuple({f.name: f for p in places for f in p.fields}.values())
    return replace(best, type=kind[0], item=kind[1], examples=examples, fields=fields)


def type_of_property(known: PlanProperty) -> ListedType:
    """Return a property's type as a scenario has it: text where a plan does not say; a list of records has fields."""
    if known.type != "list":
        return ("text" if known.type == "any" else known.type), None
    if known.item is None and known.fields:
        return "list", None
    return "list", "text" if known.item in (None, "any", "list") else known.item


def _elements(
    names: Names, described: dict[str, PlanProperty], types: dict[str, ListedType]
) -> dict[str, tuple[Element, ...]]:
    taken = {*names.variables.values(), *names.users.values(), *BUILT_IN}
    found: dict[str, tuple[Element, ...]] = {}
    for name, (kind, item) in types.items():
        if kind == "list":
            parts = [_element(described[name])] if item else list(described[name].fields)
            fields = unique((p.name for p in parts), variable, MOST_IDENTIFIER)
            stem = names.variables[name]
            used = unique(
                (f"{stem}_{fields[p.name] if item is None else 'element'}" for p in parts),
                variable,
                MOST_IDENTIFIER,
                taken,
            )
            taken |= set(used.values())
            found[name] = tuple(Element(fields[p.name], v, p) for p, v in zip(parts, used.values(), strict=True))
    return found


def _element(known: PlanProperty) -> PlanProperty:
    """Return the element of a list as a property: its examples are those within the list's."""
    inside = [text[1:-1] for text in known.examples if text.startswith("[") and text.endswith("]")]
    parts = dict.fromkeys(element.strip("'\"") for text in inside for element in split_list(text))
    examples = tuple(part for part in parts if part and not part.startswith("{"))
    return PlanProperty(known.name, known.item or "text", values=known.values, examples=examples)
