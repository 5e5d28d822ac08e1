"""Expectations of events: a small neutral record, made from a scenario or any other plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypedDict

from footfall.data.schema import Field, FieldType
from footfall.model.program_flow import actions_of, changed_property
from footfall.scenario.allowed_values import NUMBERS
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.validation.carried import Carried, carried_of

if TYPE_CHECKING:
    from footfall.compiler.requirements import Requirement, Requirements
    from footfall.model.model import Model
    from footfall.scenario.records import Scenario


class AllowedValues(TypedDict, total=False):
    """The fields of an `ExpectedProperty` that say which values are allowed."""

    values: tuple[str, ...]
    numbers: tuple[Decimal, ...]
    truth: bool


ExpectedType = FieldType | Literal["any", "date-time"]
"""`any`: nothing is declared; a plan may say no more than a name. `date-time`: a time that is sent as text."""


@dataclass(frozen=True, slots=True)
class ExpectedProperty:
    """A property as declared.

    Args:
        type: As in `events.schema.Field`, or `any`.
        item: For a list: type of its elements, None for records.
        is_required: Never left out, never null.
        values: The allowed texts (of a list: of its elements); empty when any.
        changes: A user property that changes in the course of a life.
        fields: For a record or a list of records: their fields, by name.
        constraint: On its values, or on the elements of a list.
        length: Of a list: how many elements it has.
        is_filled: Of a list: no element of it is null.
        numbers: The allowed numbers, of a list of its elements; empty when any.
        is_open: Of a record or a list of records: fields that are not declared are welcome.
        truth: The only truth value that is allowed, of a list of its elements; None: both.
    """

    name: str
    type: ExpectedType
    item: ExpectedType | None = None
    is_required: bool = False
    values: tuple[str, ...] = ()
    changes: bool = False
    fields: Mapping[str, ExpectedProperty] = field(default_factory=dict)
    constraint: Constraint = FREE
    length: Constraint = FREE
    is_filled: bool = False
    numbers: tuple[Decimal, ...] = ()
    truth: bool | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """An event type as declared.

    Args:
        properties: By name.
        is_open: Properties that are not declared are welcome.
    """

    name: str
    category: str = ""
    properties: Mapping[str, ExpectedProperty] = field(default_factory=dict)
    has_revenue: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedStage:
    """A stage of the critical path, and the events that always take a person there.

    Args:
        n_before: How many stages everybody has reached before its events, the first one included,
            where journeys may pass over some; None where it is all that stand before it.
    """

    name: str
    events: tuple[str, ...] = ()
    n_before: int | None = None


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
        has_open_people: User properties that are not declared are welcome.
        shares_devices: Several users may have one device: of one household, or of one person.
    """

    name: str
    events: Mapping[str, ExpectedEvent]
    user_properties: Mapping[str, ExpectedProperty] = field(default_factory=dict)
    stages: tuple[ExpectedStage, ...] = ()
    cities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    carried: tuple[Carried, ...] = ()
    tells_of_people: bool = True
    has_open_people: bool = False
    shares_devices: bool = False


def of_scenario(scenario: Scenario) -> Expectations:
    """Return what a scenario declares.

    Raises:
        ScenarioError: It cannot be compiled; types of properties follow from that.
    """
    from footfall.compiler import compile_scenario

    return of_model(scenario, compile_scenario(scenario))


def of_model(scenario: Scenario, model: Model) -> Expectations:
    """Return what a scenario declares, given what it is compiled to."""
    from footfall.compiler.requirements import DeclaredProperties, requirements_of

    required, declared = (
        requirements_of(scenario, model),
        DeclaredProperties(scenario.properties),
    )
    fields = {known.name: known for known in model.stream.schema.event_properties}
    events = {
        event.written: ExpectedEvent(
            event.written,
            event.category,
            {
                name: _expected(fields[name], requirement)
                for name, requirement in required.events[event.written].items()
            },
            event.revenue is not None,
        )
        for event in scenario.events
    }
    return Expectations(
        name=scenario.name,
        events=events,
        user_properties=_of_people(model, required),
        stages=_stages(scenario),
        cities=_cities(scenario),
        carried=carried_of(scenario, declared),
        shares_devices=model.devices.shared is not None or model.most_accounts > 1,
    )


def _stages(scenario: Scenario) -> tuple[ExpectedStage, ...]:
    """Return the stages; where journeys may pass over one, no event needs it to be reached before."""
    from footfall.diagrams.certain_stages import stages_before

    least, written = stages_before(scenario), scenario.event_types
    found = []
    for number, stage in enumerate(scenario.stages):
        events = tuple(on.text for on in stage.on) if stage.when is None else ()
        before = min((least.get(event, number - 1) + 1 for event in events), default=number)
        types = tuple(written[event] for event in events)
        found.append(ExpectedStage(stage.name, types, min(before, number)))
    return tuple(found)


def _of_people(model: Model, required: Requirements) -> dict[str, ExpectedProperty]:
    changing = {changed_property(action) for action in actions_of(model.nodes)}
    return {
        known.name: replace(
            _expected(known, required.people[known.name]), changes=number in changing
        )
        for number, known in enumerate(model.stream.schema.user_properties)
    }


def _expected(known: Field, requirement: Requirement) -> ExpectedProperty:
    return ExpectedProperty(
        known.name,
        known.type,
        known.item,
        requirement.is_required,
        fields={
            inner.name: _expected(inner, requirement.fields[inner.name])
            for inner in known.fields
            if inner.name in requirement.fields
        },
        constraint=requirement.constraint,
        length=requirement.elements,
        is_filled=requirement.is_filled,
        **allowed_values(known.item or known.type, requirement.values),
    )


def allowed_values(kind: str, values: Sequence[str]) -> AllowedValues:
    """Return the allowed values of a property by their type.

    Args:
        kind: Type of the property, or of a list's elements.
        values: As scenarios write them.
    """
    if kind in NUMBERS:
        return {"numbers": tuple(map(Decimal, values))}
    if kind == "boolean" and len(values) == 1:
        return {"truth": values[0] == "true"}
    return {"values": tuple(values)} if kind == "text" else {}


def _cities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    home = next(c for c in scenario.catalogues if c.name == scenario.people.home.text)
    city, country = home.columns.index("city"), home.columns.index("country")
    found: dict[str, tuple[str, ...]] = {}
    for row in home.rows:
        found[str(row[city])] = (*found.get(str(row[city]), ()), str(row[country]))
    return found
