"""The taxonomy: what each event carries at each place where it is emitted, and the types that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.compiler.symbols import ListVariable, Scope, TypeOf
from footfall.compiler.typing import Typer, describe, load, nearest_hint
from footfall.errors import Mark
from footfall.events.schema import Field, FieldType
from footfall.model.ops import Op
from footfall.model.program import Listing, Site, StageRule
from footfall.model.values import Kind
from footfall.scenario.expressions import ExpressionProblem
from footfall.scenario.records import Event, EventProperty, Expression, Stage

SCALAR_TYPES = ("text", "integer", "number", "boolean", "money", "time", "id")


@dataclass(frozen=True, slots=True)
class _Draft:
    event: int
    properties: tuple[tuple[str, Op | Listing], ...]
    revenue: Op | None
    in_session: bool
    identifies: bool
    stages: tuple[StageRule, ...]


class Sites:
    """Collects the places where events are emitted.

    Args:
        events: The taxonomy.
        described: Event properties by name, as described once.
        stages: The critical path.
    """

    def __init__(
        self, events: tuple[Event, ...], described: tuple[EventProperty, ...], stages: tuple[Stage, ...], typer: Typer
    ) -> None:
        self._events = events
        self._numbers = {event.name: number for number, event in enumerate(events)}
        self._described = {p.name: p for p in described}
        self._stages = stages
        self._typer = typer
        self._drafts: list[_Draft] = []
        self._fields: dict[str, tuple[Field, Mark]] = {}
        self.emitted: set[str] = set()
        self._check_stages()

    def _check_stages(self) -> None:
        for stage in self._stages:
            for event in stage.on:
                if event.text not in self._numbers:
                    self._unknown(event.text, event.at)

    def _unknown(self, name: str, at: Mark) -> None:
        known = list(self._numbers)
        self._typer.problems.add(at, f'no event "{name}"', "events: " + ", ".join(known), nearest_hint(name, known))

    def add(self, name: str, at: Mark, scope: Scope, in_session: bool) -> int | None:
        """Add a place where an event is emitted; None when there is no such event, which is noted."""
        number = self._numbers.get(name)
        if number is None:
            self._unknown(name, at)
            return None
        self.emitted.add(name)
        event = self._events[number]
        values = [(p.name, self._value(p, event, scope, at)) for p in event.properties]
        revenue = None
        if event.revenue is not None:
            revenue = self._typer.compile(event.revenue, scope, TypeOf("money"))
        properties = tuple((n, v) for n, v in values if v is not None)
        rules = tuple(self._rules(name, scope))
        self._drafts.append(_Draft(number, properties, revenue, in_session, event.identifies, rules))
        return len(self._drafts) - 1

    def _rules(self, event: str, scope: Scope) -> list[StageRule]:
        return [
            StageRule(number, self._typer.condition(stage.when, scope))
            for number, stage in enumerate(self._stages)
            if any(on.text == event for on in stage.on)
        ]

    # --- properties --------------------------------------------------------------------------------------------------

    def _value(self, declared: EventProperty, event: Event, scope: Scope, at: Mark) -> Op | Listing | None:
        described = self._described.get(declared.name)
        expression = declared.value or (described.value if described is not None else None)
        if expression is None:
            self._typer.problems.add(
                declared.at,
                f'event "{event.name}": property "{declared.name}" has no value',
                f"{declared.name}: EXPRESSION here, or a value under properties",
                nearest_hint(declared.name, self._described),
            )
            return None
        of = declared.type or (described.type if described is not None else None)
        value = self._compiled(expression, of, scope, event, at)
        return None if value is None else self._consistent(declared, value, scope, expression)

    def _compiled(
        self, expression: Expression, of: str | None, scope: Scope, event: Event, at: Mark
    ) -> Op | Listing | None:
        listed = scope.find(expression.text.strip())
        if isinstance(listed, ListVariable):
            return listing(listed, self._typer)
        before = len(self._typer.problems.found)
        wanted = TypeOf(of) if of in SCALAR_TYPES else None  # type: ignore[arg-type]
        op = self._typer.compile(expression, scope, wanted)
        if len(self._typer.problems.found) > before:
            self._say_where(before, event, at)
        return None if op is None else self._typer.plain(op)

    def _say_where(self, first: int, event: Event, at: Mark) -> None:
        problems = self._typer.problems.found
        for number in range(first, len(problems)):
            message = f'event "{event.name}", emitted in line {at.line}: {problems[number].message}'
            problems[number] = replace(problems[number], message=message)

    # --- types -------------------------------------------------------------------------------------------------------

    def _consistent(
        self, declared: EventProperty, value: Op | Listing, scope: Scope, expression: Expression
    ) -> Op | Listing | None:
        try:
            field = self._field(declared.name, value, scope, expression)
        except ExpressionProblem as problem:
            self._typer.note(expression.at, problem)
            return None
        first, at = self._fields.setdefault(declared.name, (field, declared.at))
        if first != field:
            self._typer.problems.add(
                declared.at,
                f'property "{declared.name}" is {field.type} here and {first.type} in line {at.line}',
                "one type wherever the name is used",
            )
        return value

    def _field(self, name: str, value: Op | Listing, scope: Scope, expression: Expression) -> Field:
        if isinstance(value, Op):
            return Field(name, _field_type(value))
        listed = scope.find(expression.text.strip())
        assert isinstance(listed, ListVariable)
        return list_field(name, listed, self._typer)

    def finish(self, prefixes: dict[int, str], always: set[int]) -> tuple[tuple[Field, ...], tuple[Site, ...]]:
        """Return the event properties in the taxonomy's order, and the places.

        Args:
            prefixes: Of ids, by column.
            always: Columns that are kept with every event.
        """
        names = [p.name for event in self._events for p in event.properties]
        fields = tuple(self._fields[n][0] for n in dict.fromkeys(names) if n in self._fields)
        numbers = {field.name: number for number, field in enumerate(fields)}
        return fields, tuple(_site(draft, numbers, prefixes, always) for draft in self._drafts)


def listing(listed: ListVariable, typer: Typer) -> Listing:
    """Return a list variable as a value: rows of catalogues in it as their columns."""
    items: list[Op] = []
    for variable in listed.fields.values():
        op = load(variable, is_list=True)
        table = typer.tables.get(op.of) if op.kind == "row" else None
        if table is None or table.scalar_column is not None:
            items.append(typer.plain(op))
        else:
            items.extend(typer.column(op, table, column) for column in table.columns)
    return Listing(listed.length, tuple(items))


def list_field(name: str, listed: ListVariable, typer: Typer) -> Field:
    """Return a list variable as the field of a schema."""
    fields = []
    for variable in listed.fields.values():
        kind = variable.type
        table = typer.tables.get(kind.of) if kind.kind == "row" else None
        if table is None:
            fields.append(Field(variable.name, _scalar(kind.kind)))
        elif table.scalar_column is not None:
            fields.append(Field(variable.name, _scalar(table.columns[table.scalar_column][1])))
        else:
            fields.extend(Field(column, _scalar(k)) for column, (_, k) in table.columns.items())
    if listed.is_plain and len(fields) == 1:
        return Field(name, "list", fields[0].type)
    return Field(name, "list", None, tuple(fields))


def _scalar(kind: Kind) -> FieldType:
    return kind  # type: ignore[return-value]


def _field_type(op: Op) -> FieldType:
    if op.is_list:
        raise ExpressionProblem(f"{describe(op)} as an event property", 0, "one value, or the name of a list")
    if op.kind == "null":
        raise ExpressionProblem("null as an event property has no type", 0, hint="add type:")
    if op.kind == "row":
        raise ExpressionProblem(f"{describe(op)} as an event property", 0, f"one of its columns: {op.of}.…")
    return _scalar(op.kind)


def _site(draft: _Draft, numbers: dict[str, int], prefixes: dict[int, str], always: set[int]) -> Site:
    properties = tuple(
        (numbers[name], with_prefix(value, prefixes)) for name, value in draft.properties if name in numbers
    )
    captures = always if draft.revenue is None else always | draft.revenue.columns()
    for _, value in properties:
        if isinstance(value, Op):
            captures = captures | value.columns()
        else:
            captures = captures | {value.length, *(c for item in value.items for c in item.columns())}
    return Site(
        draft.event,
        properties,
        tuple(sorted(captures)),
        draft.revenue,
        draft.in_session,
        draft.identifies,
        draft.stages,
    )


def with_prefix(value: Op | Listing, prefixes: dict[int, str]) -> Op | Listing:
    """Give ids that are read from a column the prefix that they are drawn with."""
    if isinstance(value, Op) and value.kind == "id" and value.op == "load" and isinstance(value.value, int):
        return replace(value, of=prefixes.get(value.value, "id"))
    return value
