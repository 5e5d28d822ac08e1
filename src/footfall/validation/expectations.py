"""What events ought to be: a small neutral record, made from a scenario (or from any other plan)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from footfall.data.schema import Field, FieldType
from footfall.model.program import ActNode
from footfall.validation.carried import Carried, carried_of

if TYPE_CHECKING:
    from footfall.model.model import Model
    from footfall.scenario.leaf_records import Expression
    from footfall.scenario.records import Catalogue, Event, EventProperty, Property, Scenario

MOST_VALUES = 1000
ExpectedType = FieldType | Literal["any"]
"""`any`: nothing is declared; a plan may say no more than a name."""


@dataclass(frozen=True, slots=True)
class ExpectedProperty:
    """A property as declared.

    Args:
        type: As in `events.schema.Field`, or `any`.
        item: For a list: type of its elements, None for records.
        is_required: Never left out, never null.
        values: The allowed texts (of a list: of its elements); empty when any.
        changes: A user property that changes in the course of a life.
        fields: For a list of records: their fields, by name.
    """

    name: str
    type: ExpectedType
    item: FieldType | None = None
    is_required: bool = False
    values: tuple[str, ...] = ()
    changes: bool = False
    fields: Mapping[str, ExpectedProperty] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """An event type as declared; `properties` by name."""

    name: str
    category: str = ""
    properties: Mapping[str, ExpectedProperty] = field(default_factory=dict)
    has_revenue: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedStage:
    """A stage of the critical path, and the events that always take a person there."""

    name: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectations:
    """All that events are held against.

    Args:
        name: Of the scenario or plan.
        events: By name.
        user_properties: By name.
        stages: The critical path, in order.
        cities: City → its countries (a name may occur in several); empty when any city will do.
        carried: What events of one process share.
        tells_of_people: Whether user properties are declared at all; else any will do.
    """

    name: str
    events: Mapping[str, ExpectedEvent]
    user_properties: Mapping[str, ExpectedProperty] = field(default_factory=dict)
    stages: tuple[ExpectedStage, ...] = ()
    cities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    carried: tuple[Carried, ...] = ()
    tells_of_people: bool = True


def of_scenario(scenario: Scenario) -> Expectations:
    """Return what a scenario declares.

    Raises:
        ScenarioError: It cannot be compiled; types of properties follow from that.
    """
    from footfall.compiler import compile_scenario

    model = compile_scenario(scenario)
    allowed = _Allowed(scenario)
    schema = model.stream.schema
    always = _always(model)
    fields = {f.name: f for f in schema.event_properties}
    return Expectations(
        name=scenario.name,
        events={e.name: _event(e, fields, allowed, always) for e in scenario.events},
        user_properties=_of_people(model, allowed),
        stages=tuple(
            ExpectedStage(s.name, tuple(on.text for on in s.on) if s.when is None else ())
            for s in scenario.stages
        ),
        cities=_cities(scenario),
        carried=carried_of(scenario, allowed.value_of),
    )


def _of_people(model: Model, allowed: _Allowed) -> dict[str, ExpectedProperty]:
    actions = [
        action for node in model.nodes if isinstance(node, ActNode) for action in node.actions
    ]
    changing = {getattr(action, "property", -1) for action in actions}
    fields = model.stream.schema.user_properties
    return {
        f.name: replace(
            _expected(f, allowed.of_people.get(f.name, ())), changes=number in changing
        )
        for number, f in enumerate(fields)
    }


def _expected(
    found: Field,
    values: tuple[str, ...],
    *,
    is_required: bool = False,
    fields: Mapping[str, ExpectedProperty] = MappingProxyType({}),
) -> ExpectedProperty:
    inner = {f.name: fields.get(f.name) or _expected(f, ()) for f in found.fields}
    return ExpectedProperty(
        found.name, found.type, found.item, is_required, values, fields=inner
    )


def _event(
    event: Event, fields: Mapping[str, Field], allowed: _Allowed, always: Mapping[str, set[str]]
) -> ExpectedEvent:
    properties = {}
    for declared in event.properties:
        if declared.name in fields:
            inferred = declared.name in always.get(event.name, ())
            asked = allowed.required(declared)
            required = inferred if asked is None else asked
            properties[declared.name] = _expected(
                fields[declared.name],
                allowed.of_event(declared),
                is_required=required,
                fields=allowed.of_records(declared, fields[declared.name]),
            )
    return ExpectedEvent(event.name, event.category, properties, event.revenue is not None)


def _always(model: Model) -> dict[str, set[str]]:
    """Return event type → properties that are never null, wherever it is emitted."""
    found: dict[str, set[str]] = {}
    names = [f.name for f in model.stream.schema.event_properties]
    for emission in model.emissions:
        here = {
            names[number]
            for number, value in emission.properties
            if not getattr(value, "is_nullable", False)
        }
        event = model.events[emission.event][0]
        found[event] = found.get(event, here) & here
    return found


def _cities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    home = next(c for c in scenario.catalogues if c.name == scenario.people.home.text)
    city, country = home.columns.index("city"), home.columns.index("country")
    found: dict[str, tuple[str, ...]] = {}
    for row in home.rows:
        found[str(row[city])] = (*found.get(str(row[city]), ()), str(row[country]))
    return found


class _Allowed:
    """Finds which texts a property may have: those declared, or those of the column of a catalogue that it reads."""

    def __init__(self, scenario: Scenario) -> None:
        self._described = {p.name: p for p in scenario.properties}
        self._catalogues = {c.name: c for c in scenario.catalogues}
        self._variables = [v for j in scenario.journeys for v in j.carries] + list(
            scenario.session_properties
        )
        self._people = scenario.people.properties
        people = ((p.name, self._of_property(p)) for p in scenario.people.properties)
        self.of_people = {name: values for name, values in people if values}

    def required(self, declared: EventProperty) -> bool | None:
        """Tell whether a property must be there; None where nothing is said."""
        described = self._described.get(declared.name)
        asked = declared.required
        return described.required if asked is None and described is not None else asked

    def of_event(self, declared: EventProperty) -> tuple[str, ...]:
        """Return the texts that a property of an event may have."""
        described = self._described.get(declared.name)
        for written in (declared, described):
            if written is not None and written.values:
                return written.values
        expression = self.value_of(declared)
        return self._of_expression(expression.text.strip()) if expression else ()

    def value_of(self, declared: EventProperty) -> Expression | None:
        """Return where a property's value comes from, as the event says it or the description."""
        described = self._described.get(declared.name)
        return declared.value or (described.value if described else None)

    def of_records(self, declared: EventProperty, listed: Field) -> dict[str, ExpectedProperty]:
        """Return the fields of records that come from a catalogue's row: with its texts, and whether always there."""
        expression = self.value_of(declared)
        name = expression.text.strip() if expression else ""
        of = next(
            (
                v.list_type
                for v in (*self._variables, *self._people)
                if v.name == name and v.list_type
            ),
            None,
        )
        named = [of.of] if of and of.of else [kind for _, kind in of.fields] if of else []
        rows = [self._catalogues[kind] for kind in named if kind in self._catalogues]
        found = {f.name: f for f in listed.fields}
        return {
            column: _expected(
                found[column],
                column_texts(rows_of, column),
                is_required=_is_filled(rows_of, number),
            )
            for rows_of in rows
            for number, column in enumerate(rows_of.columns)
            if column in found
        }

    def _of_expression(self, text: str) -> tuple[str, ...]:
        name, dot, column = text.partition(".")
        if any(v.name == name and v.type not in (None, name) for v in self._variables):
            return ()
        if dot and name in self._catalogues:
            return column_texts(self._catalogues[name], column)
        return (
            ()
            if dot or any(v.name == name for v in self._variables)
            else self.of_people.get(name, ())
        )

    def _of_property(self, declared: Property) -> tuple[str, ...]:
        of = declared.list_type.of if declared.list_type else declared.type
        catalogue = self._catalogues.get(of or "")
        return declared.values or (
            column_texts(catalogue, catalogue.columns[0]) if catalogue else ()
        )


def column_texts(catalogue: Catalogue, column: str) -> tuple[str, ...]:
    """Return the different texts of a catalogue's column, none if it is no column of text or has very many."""
    names: Sequence[str] = catalogue.columns
    if column not in names or catalogue.types[names.index(column)] != "text":
        return ()
    texts = different(str(row[names.index(column)]) for row in catalogue.rows)
    return texts if len(texts) <= MOST_VALUES else ()


def _is_filled(catalogue: Catalogue, number: int) -> bool:
    """Tell whether no cell of a column is empty."""
    return all(row[number] is not None for row in catalogue.rows)


def different(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts once each, in order."""
    return tuple(dict.fromkeys(texts))
