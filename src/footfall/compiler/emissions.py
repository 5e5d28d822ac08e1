"""The taxonomy: the properties of events at each place of emission, and their types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.compiler.checks.broken_constraints import check_kind, check_listed, check_value
from footfall.compiler.checks.promises import check_promises
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.fields import list_field, listing, value_field
from footfall.compiler.id_prefixes import prefix_of
from footfall.compiler.requirements import DeclaredProperties
from footfall.compiler.symbols import ListVariable, Scope, TypeOf
from footfall.compiler.variables import Declarer
from footfall.data.schema import Field
from footfall.errors import SourceLocation
from footfall.model.operations import Op
from footfall.model.program import Emission, ListValue, StageRule
from footfall.scenario.expressions import ExpressionProblem
from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Event, EventProperty, Stage
from footfall.units import nearest_hint


@dataclass(frozen=True, slots=True)
class _Draft:
    """A place before all types are known; properties by name."""

    event: int
    properties: tuple[tuple[str, Op | ListValue], ...]
    revenue: Op | None
    in_session: bool
    identifies: bool
    stages: tuple[StageRule, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """A property's type, where the property is named, and where its event is emitted."""

    field: Field
    declared: SourceLocation
    emitted: SourceLocation


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
        if self._declared.value(declared) is None:
            self._typer.problems.add(
                declared.at,
                f'event "{event.name}": property "{declared.name}" has no value',
                f"{declared.name}: EXPRESSION here, or a value under properties",
                nearest_hint(declared.name, list(self._declared.with_value())),
            )
        self._wanted(declared)

    def _wanted(self, declared: EventProperty) -> TypeOf | None:
        for written in (declared, self._declared.description(declared)):
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
        self._drafts.append(
            _Draft(number, properties, revenue, in_session, event.identifies, rules)
        )
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
    ) -> Op | ListValue | None:
        expression = self._declared.value(declared)
        if expression is None:
            return None
        value = self._listed_or_single(declared, expression, event, scope, at)
        if value is not None:
            self._check_promises(declared, event, expression, value)
            self._check_kind(declared, event)
        return value

    def _check_kind(self, declared: EventProperty, event: Event) -> None:
        """Note constraints that say nothing of the property's type, and listed values that break them."""
        if declared.name not in self._uses:
            return
        field = self._uses[declared.name].field
        what, constraint = f'event "{event.name}": property "{declared.name}"', self._declared
        kind = field.type if field.type != "list" else field.item or "record"
        of_values = constraint.constraint(declared)
        check_kind(
            self._typer,
            what,
            declared.at,
            kind,
            of_values,
            constraint.elements(declared),
            is_list=field.type == "list",
        )
        values = self._declared.values(declared)
        check_listed(self._typer, what, declared.at, of_values, values)

    def _listed_or_single(
        self,
        declared: EventProperty,
        expression: Expression,
        event: Event,
        scope: Scope,
        at: SourceLocation,
    ) -> Op | ListValue | None:
        listed = scope.find(expression.text.strip())
        if isinstance(listed, ListVariable):
            name, identifier = self._names(declared)
            field = list_field(name, listed, self._typer, identifier)
            self._use(_Use(field, declared.at, at))
            return listing(listed, self._typer)
        op = self._compiled(expression, self._wanted(declared), scope, event, at)
        op = None if op is None else self._typer.values.plain(op)
        return None if op is None else self._typed(declared, op, expression, at)

    def _check_promises(
        self,
        declared: EventProperty,
        event: Event,
        expression: Expression,
        value: Op | ListValue,
    ) -> None:
        what = f'event "{event.name}": property "{declared.name}"'
        constraint = self._declared.constraint(declared)
        check_value(self._typer, what, expression.at, value, constraint)
        check_promises(
            self._typer,
            what,
            expression.at,
            value,
            values=self._declared.values(declared),
            is_required=bool(self._declared.required(declared)),
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

    def _typed(
        self, declared: EventProperty, op: Op, expression: Expression, at: SourceLocation
    ) -> Op | None:
        try:
            name, identifier = self._names(declared)
            field = value_field(name, op, identifier)
        except ExpressionProblem as problem:
            self._typer.note(expression.at, problem)
            return None
        self._use(_Use(field, declared.at, at))
        return op

    def _names(self, declared: EventProperty) -> tuple[str, str]:
        """Return the name under which a property is written, and what it is called here if not so."""
        written = self._declared.written(declared)
        return written, "" if written == declared.name else declared.name

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
            _compiled_emission(draft, numbers, prefixes, always) for draft in self._drafts
        )
        self._check_prefixes(fields, emissions)
        return fields, emissions

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
    draft: _Draft, numbers: dict[str, int], prefixes: dict[int, str], always: set[int]
) -> Emission:
    properties = tuple(
        (numbers[name], with_prefix(value, prefixes))
        for name, value in draft.properties
        if name in numbers
    )
    # Columns whose values are kept at once: people go on before the event is assembled.
    captures = always if draft.revenue is None else always | draft.revenue.columns()
    for _, value in properties:
        captures = captures | _columns(value)
    return Emission(
        event=draft.event,
        properties=properties,
        captures=tuple(sorted(captures)),
        revenue=draft.revenue,
        in_session=draft.in_session,
        identifies=draft.identifies,
        stages=draft.stages,
    )


def _columns(value: Op | ListValue) -> set[int]:
    if isinstance(value, Op):
        return value.columns()
    return {value.length, *(column for item in value.items for column in item.columns())}


def with_prefix(value: Op | ListValue, prefixes: dict[int, str]) -> Op | ListValue:
    """Give ids that are read from a column the prefix that they are drawn with."""
    if isinstance(value, Op) and value.kind == "id":
        return replace(value, of=prefix_of(value, prefixes) or "id")
    return value
