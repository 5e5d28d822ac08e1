"""The taxonomy: the properties of events at each place of emission, and their types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from footfall.compiler.checks.broken_constraints import check_kind, check_listed, check_value
from footfall.compiler.checks.promises import check_promises
from footfall.compiler.event_memories import EventMemories
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.fields import list_field, listing, value_field
from footfall.compiler.id_prefixes import prefixed
from footfall.compiler.requirements import DeclaredProperties
from footfall.compiler.symbols import ListVariable, Scope, TypeOf
from footfall.compiler.variables import Declarer
from footfall.data.schema import Field
from footfall.errors import SourceLocation
from footfall.model.emitted_values import (
    Emission,
    EmittedValue,
    RecordValue,
    StageRule,
    mapped,
)
from footfall.model.operations import Op
from footfall.scenario.expressions import ExpressionProblem
from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Event, EventProperty, Stage
from footfall.units import nearest_hint


@dataclass(frozen=True, slots=True)
class _Draft:
    """A place before all types are known; properties by name."""

    event: int
    properties: tuple[tuple[str, EmittedValue], ...]
    revenue: Op | None
    in_session: bool
    stages: tuple[StageRule, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """A property's type, where the property is named, and where its event is emitted."""

    field: Field
    declared: SourceLocation
    emitted: SourceLocation


Typed = tuple[Field, EmittedValue]
"""A property as the field of a schema, and its value."""
_NOTHING_DESCRIBED = DeclaredProperties(())


@dataclass(frozen=True, slots=True)
class _Place:
    """A place where an event is emitted, and what is known of the properties in it.

    Args:
        at: The step.
        known: What is described besides.
        inside: Records that a property is in: `shipping.`.
    """

    event: Event
    scope: Scope
    at: SourceLocation
    known: DeclaredProperties
    inside: str = ""

    def names(self, declared: EventProperty) -> tuple[str, str]:
        """Return the name under which a property is written, and what it is called here if not so."""
        written = self.known.written(declared)
        return written, "" if written == declared.name else declared.name


class Emissions:
    """Collects the places where events are emitted.

    Args:
        events: The taxonomy.
        described: Event properties by name, as described once.
        stages: The critical path.
    """

    def __init__(
        self,
        events: tuple[Event, ...],
        described: tuple[EventProperty, ...],
        stages: tuple[Stage, ...],
        declarer: Declarer,
    ) -> None:
        self._events = events
        self._numbers = {event.name: number for number, event in enumerate(events)}
        self._declared = DeclaredProperties(described)
        self._stages = stages
        self._declarer = declarer
        self._typer: Typer = declarer.typer
        self._drafts: list[_Draft] = []
        self._uses: dict[str, _Use] = {}
        self.emitted: set[str] = set()

    def check(self) -> None:
        """Note stages of undeclared events, and properties without a value or a known type."""
        for on in (on for stage in self._stages for on in stage.on):
            if on.text not in self._numbers:
                self._unknown(on.text, on.at)
        for event in self._events:
            for declared in event.properties:
                self._check_property(declared, event)

    def _check_property(self, declared: EventProperty, event: Event) -> None:
        fields = self._declared.fields(declared)
        if self._declared.value(declared) is None and not fields:
            self._typer.problems.add(
                declared.at,
                f'event "{event.name}": property "{declared.name}" has no value',
                f"{declared.name}: EXPRESSION here, or a value under properties",
                nearest_hint(declared.name, list(self._declared.with_value())),
            )
        self._wanted(declared, self._declared)

    def _wanted(self, declared: EventProperty, known: DeclaredProperties) -> TypeOf | None:
        for written in (declared, known.description(declared)):
            if written is not None and written.type is not None:
                return self._declarer.type_named(written.type, written.at)
        return None

    def _unknown(self, name: str, at: SourceLocation) -> None:
        known = list(self._numbers)
        verb = next(
            (word for word in sorted(STEP_WORDS, key=len) if name.startswith(f"{word} ")), ""
        )
        hint = (
            f"did you mean {verb}:{name.removeprefix(verb)}?"
            if verb
            else nearest_hint(name, known)
        )
        self._typer.problems.add(at, f'no event "{name}"', "events: " + ", ".join(known), hint)

    # --- places ------------------------------------------------------------------------------------------------------

    def add(self, name: str, at: SourceLocation, scope: Scope, in_session: bool) -> int | None:
        """Add a place where an event is emitted; None when there is no such event, and noted."""
        number = self._numbers.get(name)
        if number is None:
            self._unknown(name, at)
            return None
        self.emitted.add(name)
        event = self._events[number]
        values = [
            (self._declared.written(p), self._value(p, event, scope, at))
            for p in event.properties
        ]
        revenue = None
        if event.revenue is not None:
            revenue = self._compiled(event.revenue, TypeOf("money"), scope, event, at)
        properties = tuple((n, v) for n, v in values if v is not None)
        rules = tuple(self._rules(name, scope))
        # A draft: numbers of properties and prefixes of ids are known once all journeys are
        # compiled.
        self._drafts.append(_Draft(number, properties, revenue, in_session, rules))
        return len(self._drafts) - 1

    def _rules(self, event: str, scope: Scope) -> list[StageRule]:
        # Compiled at each place, since names mean there what they do in its journey.
        return [
            StageRule(number, self._typer.condition(stage.when, scope))
            for number, stage in enumerate(self._stages)
            if any(on.text == event for on in stage.on)
        ]

    def _value(
        self, declared: EventProperty, event: Event, scope: Scope, at: SourceLocation
    ) -> EmittedValue | None:
        found = self._typed(declared, _Place(event, scope, at, self._declared))
        if found is None:
            return None
        field, value = found
        self._use(_Use(field, declared.at, at))
        return value

    def _typed(self, declared: EventProperty, place: _Place) -> Typed | None:
        """Return a property as the field of a schema, and its value; None where something is wrong, and noted."""
        fields, expression = place.known.fields(declared), place.known.value(declared)
        if fields:
            found = self._record(declared, fields, place)
        elif expression is None:
            return None
        else:
            found = self._listed_or_single(declared, expression, place)
        if found is not None:
            self._check(declared, expression, place, *found)
        return found

    def _record(
        self, declared: EventProperty, fields: Iterable[EventProperty], place: _Place
    ) -> Typed | None:
        # Fields have names of their own: what is described under `properties` is no field's.
        within = replace(
            place, known=_NOTHING_DESCRIBED, inside=f"{place.inside}{declared.name}."
        )
        found = [self._typed(inner, within) for inner in fields]
        right = [each for each in found if each is not None]
        if len(right) < len(found):
            return None
        name, identifier = place.names(declared)
        inner_fields = tuple(field for field, _ in right)
        value = RecordValue(tuple(value for _, value in right))
        return Field(name, "record", None, inner_fields, identifier), value

    def _listed_or_single(
        self, declared: EventProperty, expression: Expression, place: _Place
    ) -> Typed | None:
        name, identifier = place.names(declared)
        listed = place.scope.find(expression.text.strip())
        if isinstance(listed, ListVariable):
            field = list_field(name, listed, self._typer, identifier)
            return field, listing(listed, self._typer)
        wanted = self._wanted(declared, place.known)
        op = self._compiled(expression, wanted, place.scope, place.event, place.at)
        op = None if op is None else self._typer.values.plain(op)
        if op is None:
            return None
        try:
            return value_field(name, op, identifier), op
        except ExpressionProblem as problem:
            self._typer.note(expression.at, problem)
            return None

    def _check(
        self,
        declared: EventProperty,
        expression: Expression | None,
        place: _Place,
        field: Field,
        value: EmittedValue,
    ) -> None:
        """Note values that break what is declared of them, and constraints that say nothing of the type."""
        what = f'event "{place.event.name}": property "{place.inside}{declared.name}"'
        known = place.known
        constraint, values = known.constraint(declared), known.values(declared)
        elements, is_list = known.elements(declared), field.type == "list"
        kind = (field.item or "record") if is_list else field.type
        check_kind(self._typer, what, declared.at, kind, constraint, elements, is_list=is_list)
        check_listed(self._typer, what, declared.at, kind, constraint, values)
        if expression is not None and not isinstance(value, RecordValue):
            is_required = bool(known.required(declared))
            check_value(self._typer, what, expression.at, value, constraint)
            check_promises(
                self._typer,
                what,
                expression.at,
                value,
                values=values,
                is_required=is_required,
            )

    def _compiled(
        self,
        expression: Expression,
        wanted: TypeOf | None,
        scope: Scope,
        event: Event,
        at: SourceLocation,
    ) -> Op | None:
        """Compile an expression of the taxonomy; its problems name the place of emission."""
        # An expression is compiled anew at each place, in its scope, so it may be wrong at one
        # alone.
        problems = self._typer.problems.found
        before = len(problems)
        op = self._typer.compile(expression, scope, wanted)
        for number in range(before, len(problems)):
            message = (
                f'event "{event.name}", emitted in line {at.line}: {problems[number].message}'
            )
            problems[number] = replace(problems[number], message=message)
        return op

    # --- types -------------------------------------------------------------------------------------------------------

    def _use(self, use: _Use) -> None:
        """Note a property that has another type somewhere else."""
        other = self._uses.setdefault(use.field.name, use)
        if other.field == use.field:
            return
        is_elsewhere = other.declared != use.declared
        # The later one in the file is at fault, whichever was compiled first.
        first, second = sorted(
            (other, use),
            key=lambda u: (
                u.declared.line,
                u.declared.column,
                u.emitted.line,
                u.emitted.column,
            ),
        )
        at, line = (
            (second.declared, first.declared.line)
            if is_elsewhere
            else (second.emitted, first.emitted.line)
        )
        where = "in" if is_elsewhere else "as emitted in"
        self._typer.problems.add(
            at,
            f'property "{use.field.name}" is {second.field.type} here and {first.field.type} {where} line {line}',
            "one type wherever the name is used",
            "call one of them otherwise",
        )

    def finish(
        self, prefixes: dict[int, str], always: set[int]
    ) -> tuple[tuple[Field, ...], tuple[Emission, ...]]:
        """Return the event properties in the taxonomy's order, and the places.

        Args:
            prefixes: Of ids, by column.
            always: Columns that are kept with every event.
        """
        names = [self._declared.written(p) for e in self._events for p in e.properties]
        fields = tuple(self._uses[n].field for n in dict.fromkeys(names) if n in self._uses)
        numbers = {field.name: number for number, field in enumerate(fields)}
        emissions = tuple(
            self._emission(draft, numbers, prefixes, always) for draft in self._drafts
        )
        self._check_prefixes(fields, emissions)
        return fields, emissions

    def _emission(
        self, draft: _Draft, numbers: dict[str, int], prefixes: dict[int, str], always: set[int]
    ) -> Emission:
        properties = tuple(
            (numbers[name], mapped(value, lambda op: prefixed(op, prefixes)))
            for name, value in draft.properties
            if name in numbers
        )
        memories, event = self._typer.memories, self._events[draft.event]
        compiled = _compiled_emission(draft, properties, always, memories)
        return replace(
            compiled,
            memories=memories.of(event.name, in_session=draft.in_session),
            sign=event.sign,
        )

    def _check_prefixes(
        self, fields: tuple[Field, ...], emissions: tuple[Emission, ...]
    ) -> None:
        """Note properties whose ids begin differently at different places."""
        begin: dict[int, str] = {}
        for number, value in (pair for emission in emissions for pair in emission.properties):
            if (
                isinstance(value, Op)
                and value.kind == "id"
                and begin.setdefault(number, value.of) != value.of
            ):
                use = self._uses[fields[number].name]
                message = f'property "{use.field.name}" is {begin[number]}-… at one place and {value.of}-… at another'
                self._typer.problems.add(
                    use.declared, message, "ids of one kind", "call one of them otherwise"
                )


def _compiled_emission(
    draft: _Draft,
    properties: tuple[tuple[int, EmittedValue], ...],
    always: set[int],
    memories: EventMemories,
) -> Emission:
    counted: dict[int, Op] = {}
    settle = partial(memories.settled, counted=counted)
    revenue = None if draft.revenue is None else settle(draft.revenue)
    properties = tuple((number, mapped(value, settle)) for number, value in properties)
    # Columns whose values are kept at once: people go on before the event is assembled.
    captures = always if revenue is None else always | revenue.columns()
    for _, value in properties:
        captures = captures | _columns(value)
    return Emission(
        event=draft.event,
        properties=properties,
        captures=tuple(sorted(captures)),
        revenue=revenue,
        in_session=draft.in_session,
        stages=draft.stages,
        counted=tuple(counted.items()),
    )


def _columns(value: EmittedValue) -> set[int]:
    if isinstance(value, Op):
        return value.columns()
    if isinstance(value, RecordValue):
        return set().union(*map(_columns, value.fields))
    return {value.length, *(column for item in value.items for column in item.columns())}
