"""Plan facts: names, types and sources of values, decided before a scenario is written of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from footfall.errors import UnitError
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.scenario.names import BUILT_IN, BUILT_IN_TYPES, MOST_IDENTIFIER, folded
from footfall.tracking_plan.agreed_types import agreed
from footfall.tracking_plan.cells import split_list
from footfall.tracking_plan.plain_values import with_plain_values
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.plan_names import (
    ALWAYS_THERE,
    KnownNames,
    PlanNames,
    identifier,
    names_of,
    unique,
    variable,
)
from footfall.tracking_plan.scenario_types import (
    field_type,
    one_type,
    single_fields,
    type_of_property,
)
from footfall.tracking_plan.value_sources import ValueSource, one_of_several, value_source_of
from footfall.tracking_plan.written_numbers import currencies_in, written_numbers
from footfall.units import minor_digits, parse_currency

CURRENCY = "USD"
MOST_APPENDED = 20
"""Elements beyond which a list is not filled: each is a step of its own in the scenario."""
_KNOWN = re.compile(
    r"(?:log|sign)(?:ged|ed)?[ _-]?(?:in|up)\b|registered|account.?created|вход|логин|авториз",
    re.IGNORECASE,
)
_MAY_BE_KNOWN = re.compile(
    r"log.?in|sign.?in|sign.?up|regist|account|auth|регистр", re.IGNORECASE
)
# `click_sign_up` opens a form: nobody is known by it yet.
_INTENDS = re.compile(r"click|tap|press|open|view|start|нажа|откры", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListElement:
    """A part of a list's elements: a field (or the element itself), and the variable that holds its value."""

    field: str
    variable: str
    planned: PlanProperty


@dataclass(frozen=True, slots=True)
class PropertySource:
    """The source of a property's value in events.

    Args:
        planned: The property, with its one type in all events and the examples of all.
        value: The expression.
        is_drawn: The expression is a variable of the property's own, which is filled by a draw.
        elements: What a list's elements are made of.
        fields: Of a record: (name in the scenario, source of its value); the record itself has
            none.
    """

    planned: PlanProperty
    value: str
    is_drawn: bool
    elements: tuple[ListElement, ...] = ()
    fields: tuple[tuple[str, PropertySource], ...] = ()

    def leaves(self) -> Iterator[PropertySource]:
        """Yield the sources of values: of a record those of its fields, at any depth."""
        if not self.fields:
            yield self
        for _, field in self.fields:
            yield from field.leaves()


Key = tuple[str, tuple[str, ...], Constraint, Constraint]
"""A property's name, and what it allows: where that differs between events, there are several of one name."""


def _key(planned: PlanProperty) -> Key:
    return planned.name, planned.values, planned.constraint, planned.length


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan, with what is decided about it.

    Args:
        plan: With properties that have one type in all events.
        not_agreed: Sentences on properties to which events give types that contradict each other.
        users: Properties of people by the plan's name, without those that every scenario has.
        described: Properties of events by the plan's name, each as the event describes it that
            says most.
        sources: Where they have their values from.
        identifying: Events by which a person becomes known, at least one.
    """

    plan: Plan
    not_agreed: tuple[str, ...]
    names: PlanNames
    users: dict[str, PlanProperty]
    described: dict[str, PlanProperty]
    sources: dict[Key, PropertySource]
    currency: str
    identifying: tuple[str, ...]

    def source(self, planned: PlanProperty) -> PropertySource:
        """Return where a property of an event has its value from."""
        return self.sources[_key(planned)]

    def distribution(self, planned: PlanProperty) -> ValueSource:
        """Return where a scalar property's values come from."""
        return value_source_of(
            planned, type_of_property(planned)[0], minor_digits(self.currency)
        )

    def element(self, planned: PlanProperty, number: int, of: PlanProperty) -> ValueSource:
        """Return where the value of a list's element comes from, or of a field of it.

        Args:
            planned: The element or field.
            number: Which of the elements that are put into the list.
            of: The list; single values of it are never alike.
        """
        count = n_appended(of) if of.item is not None else 1
        if count < 2:
            return self.distribution(planned)
        kind = type_of_property(planned)[0]
        return one_of_several(planned, kind, minor_digits(self.currency), number, count)

    def variable_type(self, planned: PlanProperty) -> str:
        """Return the type of the variable that holds a scalar property's value: `id` where each has one of its own."""
        is_id = self.distribution(planned).expression.startswith("id(")
        return "id" if is_id else type_of_property(planned)[0]

    def of_category(self, category: str) -> list[PlanEvent]:
        """Return the events of a category, in order."""
        return [event for event in self.plan.events if event.category == category]


def facts_of(plan: Plan, known: KnownNames | None = None) -> PlanFacts:
    """Return what is decided about a plan.

    Args:
        plan: The plan.
        known: Names that a scenario has already for parts of it.
    """
    names = names_of(plan, known)
    currency = currency_of(plan)
    plan = with_plain_values(plan, minor_digits(currency))
    # A record of people is what no scenario can hold.
    scalars = (p for p in plan.user_properties if p.type != "record")
    users = {p.name: p for p in scalars if p.name in names.users}
    not_agreed: list[str] = []
    plan = _with_mentions(agreed(plan, not_agreed.append))
    places = _places(plan)
    described = {name: _one_property(found) for name, found in places.items()}
    return PlanFacts(
        plan=plan,
        not_agreed=tuple(not_agreed),
        names=names,
        users=users,
        described=described,
        sources=_sources(names, users, places, described),
        currency=currency,
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
        planned = first[p.name]
        is_mention = not _is_described(p) and p.type in ("any", planned.type)
        return replace(planned, is_required=p.is_required) if is_mention else p

    events = (
        replace(event, properties=tuple(map(meant, event.properties))) for event in plan.events
    )
    return replace(plan, events=tuple(events))


def _is_described(planned: PlanProperty) -> bool:
    said = (planned.about, planned.values, planned.examples, planned.fields)
    return any(said) or bool(planned.constraint or planned.length)


def currency_of(plan: Plan) -> str:
    """Return the plan's currency: the one that it names, else the only one among what it says of money."""
    try:
        return parse_currency(plan.currency)
    except UnitError:
        properties = [p for event in plan.events for p in event.properties]
        money = (p for p in properties if p.type == "money")
        found = currencies_in(" ".join(text for p in money for text in (p.about, *p.examples)))
        # Of other numbers only what stands with the amounts themselves.
        numbers = (p for p in properties if p.type in ("integer", "number"))
        amounts = written_numbers([text for p in numbers for text in (*p.values, *p.examples)])
        found |= {amount.currency for amount in amounts if amount and amount.currency}
        return found.pop() if len(found) == 1 else CURRENCY


def _identifying(events: Sequence[PlanEvent]) -> tuple[str, ...]:
    """Return the events that identify: those marked so, else all called so, else one that may, else the first.

    A scenario needs one: without an account no event would ever have a `user_id`.
    """
    marked = [event.name for event in events if event.identifies]
    called = [
        event.name
        for event in events
        if _KNOWN.search(event.name) and not _INTENDS.search(event.name)
    ]
    likely = [event.name for event in events if _MAY_BE_KNOWN.search(event.name)]
    return tuple(marked or called or likely[:1] or [event.name for event in events[:1]])


def _one_property(places: Sequence[PlanProperty]) -> PlanProperty:
    """Return a property as one, with one type, and the examples and fields of all places.

    An event can allow fewer values than the property declares, but not more: so none are
    declared where one allows any.
    """
    kind, item = one_type(map(type_of_property, places))
    # `max` keeps the first of equals: places come in the plan's order.
    best = max(places, key=lambda p: (not p.values, bool(p.about)))
    examples = tuple(dict.fromkeys(example for p in places for example in p.examples))
    fields = tuple({f.name: f for p in places for f in p.fields}.values())
    return replace(
        best,
        type=kind,
        item=item,
        examples=examples,
        fields=fields,
        constraint=_common(p.constraint for p in places),
        length=_common(p.length for p in places),
    )


def _common(constraints: Iterable[Constraint]) -> Constraint:
    """Return the constraint that all places have alike; an event can have one of its own."""
    different = set(constraints)
    return different.pop() if len(different) == 1 else FREE


# --- where values come from ------------------------------------------------------------------------------------------


def _sources(
    names: PlanNames,
    users: Mapping[str, PlanProperty],
    places: Mapping[str, Sequence[PlanProperty]],
    described: Mapping[str, PlanProperty],
) -> dict[Key, PropertySource]:
    # Expressions share one space of names: properties of people, built-in ones, and the
    # variables that are made here.
    # Types stand where a variable's name may stand too, which would be taken first.
    in_use = {*names.users.values(), *BUILT_IN, *BUILT_IN_TYPES}
    found: dict[Key, PropertySource] = {}
    for name, one in described.items():
        for key in dict.fromkeys(map(_key, (one, *places[name]))):
            alike = [p for p in places[name] if _key(p) == key] or [one]
            planned = replace(
                _one_property(alike), type=one.type, item=one.item, fields=one.fields
            )
            shared = _shared(planned, users, names)
            value = shared or unique([name], variable, MOST_IDENTIFIER, in_use)[name]
            found[key] = _source(planned, value, in_use, is_drawn=not shared)
    return found


def _source(
    planned: PlanProperty, value: str, in_use: set[str], *, is_drawn: bool
) -> PropertySource:
    """Return the source of a property's value under a name, and take the names that it needs.

    Args:
        planned: The property.
        value: What expressions call it.
        in_use: Names that nothing else may have.
        is_drawn: It is a variable of the property's own.
    """
    in_use.add(value)
    if planned.type != "record":
        elements = _elements(planned, value, in_use)
        in_use |= {element.variable for element in elements}
        return PropertySource(planned, value, is_drawn, elements)
    names = unique((p.name for p in planned.fields), identifier, MOST_IDENTIFIER)
    fields = []
    for inner in planned.fields:
        kind, item = type_of_property(inner)
        stem = f"{value}_{names[inner.name]}"
        name = unique([stem], variable, MOST_IDENTIFIER, in_use)[stem]
        typed = replace(inner, type=kind, item=item)
        fields.append((names[inner.name], _source(typed, name, in_use, is_drawn=True)))
    return PropertySource(planned, value, is_drawn, fields=tuple(fields))


def _shared(planned: PlanProperty, users: Mapping[str, PlanProperty], names: PlanNames) -> str:
    """Return what expressions call a property of people that is the same as one of events, "" where there is none."""
    person = users.get(planned.name)
    if (
        person is not None
        and planned.type not in ("list", "record")
        and type_of_property(person) == type_of_property(planned)
    ):
        is_within = not planned.values or set(person.values) == set(planned.values)
        is_within = is_within and planned.constraint in (FREE, person.constraint)
        return names.users[planned.name] if is_within else ""
    name = folded(planned.name)
    is_free = planned.type == "text" and not planned.values and not planned.constraint
    return name if name in ALWAYS_THERE and is_free else ""


def _elements(
    planned: PlanProperty, stem: str, in_use: Iterable[str]
) -> tuple[ListElement, ...]:
    if planned.type != "list":
        return ()
    parts = (
        [element_of(planned)]
        if planned.item
        else [replace(p, type=field_type(p)) for p in single_fields(planned)]
    )
    fields = unique((p.name for p in parts), variable, MOST_IDENTIFIER)
    wanted = [f"{stem}_{fields[p.name] if planned.item is None else 'element'}" for p in parts]
    used = unique(wanted, variable, MOST_IDENTIFIER, in_use)
    return tuple(
        ListElement(fields[p.name], used[name], p)
        for p, name in zip(parts, wanted, strict=True)
    )


def n_appended(planned: PlanProperty) -> int:
    """Return how many elements are put into a list: as few as it may have, and one where it may have one."""
    if planned.length.most == 0:
        return 0
    return min(max(planned.length.least or 1, 1), MOST_APPENDED)


def element_of(planned: PlanProperty) -> PlanProperty:
    """Return the element of a list as a property: its examples are those within the list's."""
    inside = [
        text[1:-1] for text in planned.examples if text.startswith("[") and text.endswith("]")
    ]
    parts = dict.fromkeys(
        element.strip("'\"") for text in inside for element in split_list(text)
    )
    examples = tuple(part for part in parts if part and not part.startswith("{"))
    return PlanProperty(
        planned.name,
        planned.item or "text",
        values=planned.values,
        examples=examples,
        constraint=planned.constraint,
    )
