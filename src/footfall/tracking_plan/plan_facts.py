"""What is decided about a plan before a scenario is written of it: names, types, where values come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from footfall.errors import UnitError
from footfall.scenario.names import BUILT_IN, MOST_IDENTIFIER, folded
from footfall.tracking_plan.cells import split_list
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.plan_names import (
    ALWAYS_THERE,
    PlanNames,
    names_of,
    unique,
    variable,
)
from footfall.tracking_plan.value_sources import ValueSource, value_source_of
from footfall.units import minor_digits, parse_currency

CURRENCY = "USD"
ListedType = tuple[PlanType, PlanType | None]
"""Type, and that of a list's elements: None for records, and for what is no list."""
_KNOWN = re.compile(
    r"(?:log|sign)(?:ged|ed)?[ _-]?(?:in|up)\b|registered|account.?created|вход|логин|авториз",
    re.IGNORECASE,
)
_MAY_BE_KNOWN = re.compile(
    r"log.?in|sign.?in|sign.?up|regist|account|auth|регистр", re.IGNORECASE
)
_INTENDS = re.compile(r"click|tap|press|open|view|start|нажа|откры", re.IGNORECASE)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "руб": "RUB", "₹": "INR", "¥": "JPY"}
_CODES = re.compile(r"\b(?:EUR|USD|GBP|RUB|INR|JPY|CHF|CAD|AUD|CNY|BRL|PLN|SEK|KZT)\b")


@dataclass(frozen=True, slots=True)
class Element:
    """What a list's elements are made of: a field (or the element itself), and the variable that holds its value."""

    field: str
    variable: str
    known: PlanProperty


@dataclass(frozen=True, slots=True)
class PropertySource:
    """Where a property of events has its value from.

    Args:
        known: The property, with its one type in all events and the examples of all.
        value: The expression.
        is_drawn: The expression is a variable of the property's own, which is filled from a law.
        elements: What a list's elements are made of.
    """

    known: PlanProperty
    value: str
    is_drawn: bool
    elements: tuple[Element, ...] = ()


Key = tuple[str, tuple[str, ...]]
"""A property's name, and its allowed values: where these differ between events, there are several of one name."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A plan, and what is decided about it.

    Args:
        users: Properties of people by the plan's name, without those that every scenario has.
        described: Properties of events by the plan's name, with what is said of them where most is said.
        sources: Where they have their values from.
        identifying: Events by which a person becomes known, at least one.
    """

    plan: Plan
    names: PlanNames
    users: dict[str, PlanProperty]
    described: dict[str, PlanProperty]
    sources: dict[Key, PropertySource]
    currency: str
    identifying: tuple[str, ...]

    def source(self, known: PlanProperty) -> PropertySource:
        """Return where a property of an event has its value from."""
        return self.sources[known.name, known.values]

    def distribution(self, known: PlanProperty) -> ValueSource:
        """Return where a scalar property's values come from."""
        return value_source_of(known, type_of_property(known)[0], minor_digits(self.currency))

    def of_category(self, category: str) -> list[PlanEvent]:
        """Return the events of a category, in order."""
        return [event for event in self.plan.events if event.category == category]


def facts_of(plan: Plan) -> Facts:
    """Return what is decided about a plan."""
    names = names_of(plan)
    users = {p.name: p for p in plan.user_properties if p.name in names.users}
    plan = _with_mentions(plan)
    places = _places(plan)
    described = {name: _one_property(found) for name, found in places.items()}
    return Facts(
        plan=plan,
        names=names,
        users=users,
        described=described,
        sources=_sources(names, users, places, described),
        currency=_currency(plan),
        identifying=_identifying(plan.events),
    )


def _places(plan: Plan) -> dict[str, list[PlanProperty]]:
    places: dict[str, list[PlanProperty]] = {}
    for event in plan.events:
        for p in event.properties:
            places.setdefault(p.name, []).append(p)
    return places


def _with_mentions(plan: Plan) -> Plan:
    """Return a plan in which properties that an event only mentions are as they are described in another event."""
    first = {
        name: next(filter(_is_described, found), found[0])
        for name, found in _places(plan).items()
    }

    def meant(p: PlanProperty) -> PlanProperty:
        known = first[p.name]
        is_mention = not _is_described(p) and p.type in ("any", known.type)
        return replace(known, is_required=p.is_required) if is_mention else p

    events = (
        replace(event, properties=tuple(map(meant, event.properties))) for event in plan.events
    )
    return replace(plan, events=tuple(events))


def _is_described(known: PlanProperty) -> bool:
    return bool(known.about or known.values or known.examples or known.fields)


def _currency(plan: Plan) -> str:
    """Return the plan's currency: the one that it names, else the only one among what it says of money."""
    try:
        return parse_currency(plan.currency)
    except UnitError:
        money = (p for event in plan.events for p in event.properties if p.type == "money")
        said = " ".join(text for p in money for text in (p.about, *p.examples))
        found = {code for sign, code in _SIGNS.items() if sign in said} | set(
            _CODES.findall(said)
        )
        return found.pop() if len(found) == 1 else CURRENCY


def _identifying(events: Sequence[PlanEvent]) -> tuple[str, ...]:
    """Return the events that identify: those said to, else all called so, else one that may, else the first."""
    said = [event.name for event in events if event.identifies]
    called = [
        event.name
        for event in events
        if _KNOWN.search(event.name) and not _INTENDS.search(event.name)
    ]
    likely = [event.name for event in events if _MAY_BE_KNOWN.search(event.name)]
    return tuple(said or called or likely[:1] or [event.name for event in events[:1]])


def _one_type(kinds: Iterable[ListedType]) -> ListedType:
    """Return the type that all of some can be: a property has the same wherever it is used."""
    different = set(kinds)
    if len(different) == 1:
        return different.pop()
    return (
        ("number", None)
        if all(kind in ("integer", "number", "money") for kind, _ in different)
        else ("text", None)
    )


def _one_property(places: Sequence[PlanProperty]) -> PlanProperty:
    """Return a property as one, with one type, and the examples and fields of all places.

    An event can allow fewer values than are told of a property, but not more: so none are told where one allows any.
    """
    kind, item = _one_type(map(type_of_property, places))
    best = max(places, key=lambda p: (not p.values, bool(p.about)))
    examples = tuple(dict.fromkeys(example for p in places for example in p.examples))
    fields = tuple({f.name: f for p in places for f in p.fields}.values())
    return replace(best, type=kind, item=item, examples=examples, fields=fields)


def type_of_property(known: PlanProperty) -> ListedType:
    """Return a property's type as a scenario has it: text where a plan does not say; a list of records has fields."""
    if known.type != "list":
        return ("text" if known.type == "any" else known.type), None
    if known.item is None and known.fields:
        return "list", None
    return "list", "text" if known.item in (None, "any", "list") else known.item


# --- where values come from ------------------------------------------------------------------------------------------


def _sources(
    names: PlanNames,
    users: Mapping[str, PlanProperty],
    places: Mapping[str, Sequence[PlanProperty]],
    described: Mapping[str, PlanProperty],
) -> dict[Key, PropertySource]:
    taken = {*names.users.values(), *BUILT_IN}
    found: dict[Key, PropertySource] = {}
    for name, one in described.items():
        for values in dict.fromkeys((one.values, *(p.values for p in places[name]))):
            alike = [p for p in places[name] if p.values == values]
            known = replace(
                _one_property(alike), type=one.type, item=one.item, fields=one.fields
            )
            shared = _shared(known, users, names)
            value = shared or next(
                iter(unique([name], variable, MOST_IDENTIFIER, taken).values())
            )
            taken.add(value)
            elements = _elements(known, value, taken)
            taken |= {element.variable for element in elements}
            found[name, values] = PropertySource(known, value, not shared, elements)
    return found


def _shared(known: PlanProperty, users: Mapping[str, PlanProperty], names: PlanNames) -> str:
    """Return what expressions call a property of people that is the same as one of events, "" where there is none."""
    person = users.get(known.name)
    if (
        person is not None
        and known.type != "list"
        and type_of_property(person) == type_of_property(known)
    ):
        is_within = not known.values or set(person.values) == set(known.values)
        return names.users[known.name] if is_within else ""
    return (
        folded(known.name)
        if folded(known.name) in ALWAYS_THERE and known.type == "text" and not known.values
        else ""
    )


def _elements(known: PlanProperty, stem: str, taken: Iterable[str]) -> tuple[Element, ...]:
    if known.type != "list":
        return ()
    parts = (
        [_element(known)]
        if known.item
        else [replace(p, type=field_type(p)) for p in known.fields]
    )
    fields = unique((p.name for p in parts), variable, MOST_IDENTIFIER)
    wanted = [f"{stem}_{fields[p.name] if known.item is None else 'element'}" for p in parts]
    used = unique(wanted, variable, MOST_IDENTIFIER, taken)
    return tuple(
        Element(fields[p.name], used[name], p) for p, name in zip(parts, wanted, strict=True)
    )


def field_type(known: PlanProperty) -> PlanType:
    """Return the type of a record's field: a text where it is a list itself, which no scenario can say."""
    kind, _ = type_of_property(known)
    return "text" if kind == "list" else kind


def _element(known: PlanProperty) -> PlanProperty:
    """Return the element of a list as a property: its examples are those within the list's."""
    inside = [
        text[1:-1] for text in known.examples if text.startswith("[") and text.endswith("]")
    ]
    parts = dict.fromkeys(
        element.strip("'\"") for text in inside for element in split_list(text)
    )
    examples = tuple(part for part in parts if part and not part.startswith("{"))
    return PlanProperty(
        known.name, known.item or "text", values=known.values, examples=examples
    )
