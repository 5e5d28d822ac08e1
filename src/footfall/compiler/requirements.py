"""Required properties and allowed values: computed once for everybody.

The compiler holds what it knows of values against it, the tracking plan tells it to people, and
`validate --against SCENARIO` holds events against it. What a scenario declares counts first; of
`required` the rest is proven from the program, of `values` it is read from draws and catalogues.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from footfall.compiler.always_present import ELEMENT, Path, Presence, presence_of
from footfall.data.schema import Field
from footfall.model.model import Model
from footfall.scenario.allowed_values import NUMBERS, written_values
from footfall.scenario.leaf_records import FREE, Constraint, Expression, ListType, RecordField
from footfall.scenario.records import Catalogue, Event, EventProperty, Property, Scenario
from footfall.scenario.step_traits import traits, walk

MOST_VALUES = 1_000
"""Of a catalogue with more texts than these, none is asked for: each would stand in a query."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """The demands on the values of one property.

    Args:
        is_required: Never left out, never null.
        values: The allowed values (of a list: of its elements) as they are written, in order;
            empty when any will do.
        fields: For a list of records: what is known of their fields, by name.
        constraint: On its values, or on the elements of a list.
        elements: Of a list: how many there are.
        is_filled: Of a list: no element of it is null.
        about: What a field of records says; of properties it stands where they are declared.
    """

    is_required: bool = False
    values: tuple[str, ...] = ()
    fields: Mapping[str, Requirement] = field(default_factory=dict)
    constraint: Constraint = FREE
    elements: Constraint = FREE
    is_filled: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Requirements:
    """The demands on the values of all properties, by the names under which they are written.

    Args:
        events: Event → property → what it must be; properties without a type are left out.
        people: User property → what it must be; a person may always be without one.
    """

    events: Mapping[str, Mapping[str, Requirement]]
    people: Mapping[str, Requirement]


class DeclaredProperties:
    """Event properties as declared: by the event, else by the description of the property.

    Args:
        described: What stands once under `properties`.
    """

    def __init__(self, described: Iterable[EventProperty]) -> None:
        self._described = {one.name: one for one in described}

    def description(self, declared: EventProperty) -> EventProperty | None:
        """Return the description of an event's property, if there is one."""
        return self._described.get(declared.name)

    def value(self, declared: EventProperty) -> Expression | None:
        """Return where a property's value comes from."""
        described = self.description(declared)
        return declared.value or (described.value if described else None)

    def values(self, declared: EventProperty) -> tuple[str, ...]:
        """Return the values that are written for a property; none where any is allowed."""
        described = self.description(declared)
        return declared.values or (described.values if described else ())

    def constraint(self, declared: EventProperty) -> Constraint:
        """Return the constraint on a property's values."""
        described = self.description(declared)
        return declared.constraint or (described.constraint if described else FREE)

    def elements(self, declared: EventProperty) -> Constraint:
        """Return how many elements a list has."""
        described = self.description(declared)
        return declared.elements or (described.elements if described else FREE)

    def fields(self, declared: EventProperty) -> tuple[EventProperty, ...]:
        """Return the fields of a record; none of what is no record."""
        described = self.description(declared)
        if declared.fields or declared.value or described is None:
            return declared.fields
        return described.fields

    def required(self, declared: EventProperty) -> bool | None:
        """Return whether a property must be there as it is written; None where nothing is said."""
        described = self.description(declared)
        if declared.required is not None or described is None:
            return declared.required
        return described.required

    def written(self, declared: EventProperty) -> str:
        """Return the name under which an event has a property."""
        described = self.description(declared)
        return declared.alias or (described.alias if described else "") or declared.name

    def about(self, declared: EventProperty) -> str:
        """Return what is said of a property."""
        described = self.description(declared)
        return declared.about or (described.about if described else "")

    def with_value(self) -> Iterator[str]:
        """Yield the names whose description says where the value comes from."""
        return (n for n, one in self._described.items() if one.value is not None or one.fields)


_NOTHING_DESCRIBED = DeclaredProperties(())
"""Fields of records have names of their own: what is described under `properties` is no field's."""


def requirements_of(scenario: Scenario, model: Model) -> Requirements:
    """Return what the properties of a scenario must be.

    Args:
        scenario: As loaded.
        model: What it is compiled to.
    """
    finder = _Finder(scenario, presence_of(model))
    schema = model.stream.schema
    types = {known.name: known for known in schema.event_properties}
    declared = {one.written: one for one in scenario.people.properties}
    return Requirements(
        events={event.written: finder.of_event(event, types) for event in scenario.events},
        people={
            known.name: Requirement(
                values=_of_type(known, finder.of_person(declared[known.name])),
                fields=finder.of_records(declared[known.name].list_type, known),
                constraint=declared[known.name].constraint,
                elements=declared[known.name].elements,
            )
            for known in schema.user_properties
        },
    )


def drawn_values(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return what properties of people and sessions are drawn from that never get another value."""
    steps = (step for journey in scenario.journeys for step in walk(journey.steps))
    changed = {name for step in steps for name in traits(step).sets}
    # A journey's variable of the same name hides the property wherever the journey looks for it.
    changed |= {variable.name for journey in scenario.journeys for variable in journey.carries}
    declared = (*scenario.people.properties, *scenario.session_properties)
    return {
        one.name: tuple(choice.text for choice, _ in one.draw.choices if not choice.is_null)
        for one in declared
        if one.draw and one.draw.kind == "pick" and one.name not in changed
    }


class _Finder:
    """Finds what a scenario says of its properties, and what follows from it."""

    def __init__(self, scenario: Scenario, presence: Presence) -> None:
        self._declared = DeclaredProperties(scenario.properties)
        self._presence = presence
        self._catalogues = {one.name: one for one in scenario.catalogues}
        self._people = {one.name: one for one in scenario.people.properties}
        carried = [one for journey in scenario.journeys for one in journey.carries]
        self._variables = [*carried, *scenario.session_properties]
        self._drawn = drawn_values(scenario)

    def of_event(self, event: Event, types: Mapping[str, Field]) -> dict[str, Requirement]:
        """Return what the properties of an event must be, by name."""
        proven = self._presence.of_events.get(event.written, frozenset())
        found = {}
        for declared in event.properties:
            name = self._declared.written(declared)
            if name in types:
                path = (event.written, name)
                found[name] = self._of(declared, types[name], path, proven, self._declared)
        return found

    def _of(
        self,
        declared: EventProperty,
        known: Field,
        path: Path,
        proven: Collection[str],
        described: DeclaredProperties,
    ) -> Requirement:
        """Return what a property of an event, or a field of its records, must be.

        Args:
            path: That leads to it.
            proven: What is always there, beside it.
            described: What is said of properties besides.
        """
        asked = described.required(declared)
        return Requirement(
            path[-1] in proven if asked is None else asked,
            _of_type(known, self._of_property(declared, described)),
            self._of_fields(declared, known, path, described),
            described.constraint(declared),
            described.elements(declared),
            ELEMENT in self._presence.of_records.get(path, ()),
            described.about(declared),
        )

    def of_person(self, declared: Property) -> tuple[str, ...]:
        """Return the values that a user property may have."""
        of = declared.list_type.of if declared.list_type else declared.type
        catalogue = self._catalogues.get(of or "")
        return (
            declared.values
            or self._drawn.get(declared.name, ())
            or (column_texts(catalogue, catalogue.columns[0]) if catalogue else ())
        )

    def _of_property(
        self, declared: EventProperty, described: DeclaredProperties
    ) -> tuple[str, ...]:
        written, value = described.values(declared), described.value(declared)
        return written or (self._of_expression(value.text.strip()) if value else ())

    def _of_expression(self, text: str) -> tuple[str, ...]:
        """Return the values that a name can have: of a column, a user or a session property."""
        text = (
            text.removeprefix("before(").removesuffix(")")
            if text.startswith("before(")
            else text
        )
        name, dot, column = text.partition(".")
        others = [one for one in self._variables if one.name == name]
        if dot:
            others += [one for one in self._people.values() if one.name == name]
            is_hidden = any(one.list_type or one.type not in (None, name) for one in others)
            if is_hidden or name not in self._catalogues:
                return ()
            return column_texts(self._catalogues[name], column)
        if name in self._drawn:
            return self._drawn[name]
        return () if others or name not in self._people else self.of_person(self._people[name])

    def _of_fields(
        self,
        declared: EventProperty,
        known: Field,
        path: Path,
        described: DeclaredProperties,
    ) -> dict[str, Requirement]:
        present = self._presence.of_records.get(path, frozenset())
        if known.type == "record":
            fields = {one.alias or one.name: one for one in described.fields(declared)}
            return {
                inner.name: self._of(
                    fields[inner.name], inner, (*path, inner.name), present, _NOTHING_DESCRIBED
                )
                for inner in known.fields
            }
        value = described.value(declared)
        listed = self._list_called(value.text.strip() if value else "")
        return self.of_records(listed, known, present)

    def of_records(
        self, listed: ListType | None, known: Field, present: Collection[str] = ()
    ) -> dict[str, Requirement]:
        """Return what the fields of a list's records must be: those of a catalogue's row have its texts.

        Args:
            listed: The list's type.
            known: The list.
            present: Fields that are proven to be there.
        """
        texts: dict[str, tuple[str, ...]] = {}
        # Whether an element was there to be appended is not proven where it came from another list,
        # so a column without empty cells counts as well.
        always = set(present)
        for catalogue in self._rows_in(listed):
            for number, column in enumerate(catalogue.columns):
                texts[column] = column_texts(catalogue, column)
                if all(row[number] is not None for row in catalogue.rows):
                    always.add(column)
        written = {one.written: one for one in (listed.described if listed else ())}
        found = {}
        for inner in known.fields:
            said = written.get(inner.name, RecordField(inner.name, "", inner.name))
            found[inner.name] = Requirement(
                inner.name in always if said.required is None else said.required,
                _of_type(inner, said.values or texts.get(inner.name, ())),
                constraint=said.constraint,
                about=said.about,
            )
        return found

    def _list_called(self, name: str) -> ListType | None:
        known = (*self._variables, *self._people.values())
        listed = (one.list_type for one in known if one.name == name and one.list_type)
        return next(listed, None)

    def _rows_in(self, listed: ListType | None) -> Iterator[Catalogue]:
        """Yield the catalogues whose rows stand in a list."""
        if listed is not None:
            kinds = [listed.of] if listed.of else [kind for _, kind in listed.fields]
            yield from (self._catalogues[kind] for kind in kinds if kind in self._catalogues)


def column_texts(catalogue: Catalogue, column: str) -> tuple[str, ...]:
    """Return the different texts of a catalogue's column; none if they are no texts or too many."""
    names: Sequence[str] = catalogue.columns
    if column not in names or catalogue.types[names.index(column)] != "text":
        return ()
    number = names.index(column)
    texts = dict.fromkeys(str(row[number]) for row in catalogue.rows if row[number] is not None)
    return tuple(texts) if len(texts) <= MOST_VALUES else ()


_BOTH = {"true", "false"}


def _of_type(known: Field, values: Iterable[str]) -> tuple[str, ...]:
    """Return values as they are written where they say something of the type: a boolean of both may be any."""
    kind = known.item or known.type
    if kind not in ("text", "boolean", *NUMBERS):
        return ()
    found = tuple(dict.fromkeys(written_values(values, kind)))
    return () if kind == "boolean" and set(found) == _BOTH else found
