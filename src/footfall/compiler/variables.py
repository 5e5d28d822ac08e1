"""Declares what holds state: user properties, session properties, and the variables of journeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footfall.compiler import tables as laws
from footfall.compiler.naming import key
from footfall.compiler.symbols import Columns, ElementVariable, ListVariable, Scope, Symbol, Table, TypeOf, Variable
from footfall.compiler.typing import Typer
from footfall.errors import Mark
from footfall.model import program
from footfall.model.model import Initial
from footfall.model.program import Key
from footfall.model.values import NULLS, Kind
from footfall.scenario.records import Draw, Either, Guard, ListType, Maybe, Pick, PickOne, Property, Repeat, Step, Text
from footfall.units import minor_digits

SCALARS: tuple[Kind, ...] = ("text", "integer", "number", "boolean", "money", "time", "id")
_SHIFTS: dict[Kind, int] = {"integer": 8, "money": 0, "number": 24, "time": 0}


class Declarer:
    """Allocates columns for declared names.

    Args:
        seed: Of the stream.
    """

    def __init__(self, typer: Typer, columns: Columns, currency: str, seed: int) -> None:
        self.typer = typer
        self.columns = columns
        self.seed = seed
        self._digits = minor_digits(currency)

    # --- types -------------------------------------------------------------------------------------------------------

    def type_named(self, name: str, at: Mark) -> TypeOf | None:
        """Return the type that a name stands for: a scalar or a catalogue's rows; noted when there is none."""
        if name in SCALARS:
            return TypeOf(name)
        if name in self.typer.tables:
            return TypeOf("row", name)
        accepted = ", ".join([*SCALARS, *self.typer.tables])
        self.typer.problems.add(at, f'no type "{name}"', f"types: {accepted}")
        return None

    def _type_of(self, declared: Property) -> TypeOf | None:
        if declared.type is not None:
            return self.type_named(declared.type, declared.at)
        if declared.values:
            return TypeOf("text")
        if declared.draw is not None:
            return TypeOf(_kind_of_draw(declared.draw))
        if declared.start is not None and not declared.start.is_null:
            return TypeOf(_kind_of_text(declared.start))
        return None

    # --- declarations ------------------------------------------------------------------------------------------------

    def declare(self, declared: Property, prefix: str, property_number: int = -1) -> Symbol | None:
        """Allocate columns for a declared property or variable; noted and None when its type is unknown."""
        if declared.list_type is not None:
            return self._list(declared, declared.list_type, prefix, property_number)
        of = self._type_of(declared)
        if of is None:
            self.typer.problems.add(
                declared.at,
                f'the type of "{declared.name}" is not plain from what is written',
                "type: " + ", ".join(SCALARS),
                "add type:",
            )
            return None
        column = self.columns.add(prefix + declared.name, of.kind)
        return Variable(declared.name, of, column, property_number, declared.values)

    def _list(self, declared: Property, of: ListType, prefix: str, property_number: int) -> ListVariable | None:
        named = dict(of.fields) if of.of is None else {"": of.of}
        fields = {}
        for name, type_name in named.items():
            kind = self.type_named(type_name, declared.at)
            if kind is None:
                return None
            column = self.columns.add(f"{prefix}{declared.name}.{name}", kind.kind, of.at_most)
            fields[name] = Variable(name, kind, column)
        length = self.columns.add(f"{prefix}{declared.name}.count", "integer", 0, 0)
        return ListVariable(declared.name, length, fields, of.at_most, property_number)

    def derived(self, declared: Property, prefix: str, scope: Scope, number: int) -> Variable | None:
        """Allocate a column for a property that follows from others, its type inferred from the expression."""
        assert declared.derived is not None
        wanted = self._type_of(declared)
        op = self.typer.compile(declared.derived, scope, wanted)
        if op is None:
            return None
        op = op if wanted is not None else self.typer.plain(op)
        kind = wanted or TypeOf(op.kind, op.of)
        column = self.columns.add(prefix + declared.name, kind.kind)
        return Variable(declared.name, kind, column, number, declared.values)

    def initial(
        self, declared: Property, variable: Variable, scope: Scope, address: str, counter: int
    ) -> Initial | None:
        """Return how a property begins; None when it begins as null."""
        if declared.derived is not None:
            op = self.typer.compile(declared.derived, scope, variable.type)
            return None if op is None else Initial(variable.column, variable.type.kind, op)
        if declared.draw is not None:
            name = key(self.seed, "property", address, variable.name)
            draw = self.draw(declared.draw, variable, Key(name, counter))
            return None if draw is None else Initial(variable.column, variable.type.kind, draw)
        if declared.start is None or declared.start.is_null:
            return None
        value = self.constant(declared.start, variable)
        if value is None:
            return None
        from footfall.model.ops import Op

        return Initial(variable.column, variable.type.kind, Op("const", variable.type.kind, value=value))

    # --- values ------------------------------------------------------------------------------------------------------

    def constant(self, text: Text, variable: Variable) -> int | float | None:
        """Return a written constant as a value of a variable's kind; noted and None when it is not one."""
        if text.is_null:
            return NULLS[variable.type.kind]
        if variable.values and text.text not in variable.values:
            self._not_allowed(text, variable)
            return None
        value = _parse(text.text, variable.type, self.typer, self._digits)
        if value is None:
            self.typer.problems.add(
                text.at, f'"{text.text}" is no {variable.type} for "{variable.name}"', str(variable.type)
            )
        return value

    def _not_allowed(self, text: Text, variable: Variable) -> None:
        from footfall.compiler.typing import nearest_hint

        accepted = ", ".join(variable.values)
        hint = nearest_hint(text.text, variable.values)
        self.typer.problems.add(text.at, f'"{text.text}" is not among the values of "{variable.name}"', accepted, hint)

    def draw(self, written: Draw, variable: Variable, name: Key) -> program.Draw | None:
        """Compile a random value; noted and None when its constants are not of the variable's kind."""
        if written.kind == "pick":
            values = [self.constant(text, variable) for text, _ in written.choices]
            if any(v is None for v in values):
                return None
            law = laws.categorical([w for _, w in written.choices], len(values))
            return program.Draw(name, variable.type.kind, law, tuple(v for v in values if v is not None))
        return self._continuous(written, variable, name)

    def _continuous(self, written: Draw, variable: Variable, name: Key) -> program.Draw | None:
        kind = variable.type.kind
        if kind not in ("integer", "number", "money"):
            self.typer.problems.add(
                written.at, f'"{variable.name}" is {kind}; {written.kind} draws numbers', "integer, number, money"
            )
            return None
        scale = 10**self._digits if kind == "money" else 1
        shift = _SHIFTS[kind]
        if written.kind == "normal":
            law = laws.normal(written.a * scale, written.b * scale, shift)
        elif written.kind == "lognormal":
            law = laws.lognormal(written.a * scale, written.b, shift)
        else:
            law = laws.uniform(written.a * scale, written.b * scale, shift)
        low, high = (b * scale for b in written.between) if written.between else (None, None)
        number = float if kind == "number" else int
        return program.Draw(
            name, kind, law, (), None if low is None else number(low), None if high is None else number(high)
        )


def _parse(text: str, of: TypeOf, typer: Typer, digits: int) -> int | float | None:
    from footfall import units

    try:
        if of.kind == "text":
            return typer.texts.code(text)
        if of.kind == "boolean":
            return {"true": 1, "false": 0}.get(text)
        if of.kind == "integer":
            return units.parse_integer(text)
        if of.kind == "number":
            return float(units.parse_number(text))
        if of.kind == "money":
            return int(units.parse_number(text) * 10**digits)
    except units.UnitError:
        return None
    return _row(text, of, typer)


def _row(text: str, of: TypeOf, typer: Typer) -> int | None:
    table = typer.tables.get(of.of)
    if table is None:
        return None
    firsts = [str(row[0]) for row in table.source.rows]
    return firsts.index(text) if text in firsts else None


def _kind_of_text(text: Text) -> Kind:
    if not text.is_quoted:
        if text.text in ("true", "false"):
            return "boolean"
        if text.text.replace("_", "").lstrip("-").isdigit():
            return "integer"
        if text.text.replace("_", "").lstrip("-").replace(".", "", 1).isdigit():
            return "number"
    return "text"


def _kind_of_draw(draw: Draw) -> Kind:
    if draw.kind != "pick":
        return "number"
    kinds = {_kind_of_text(text) for text, _ in draw.choices if not text.is_null}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "text"


def picks(steps: Iterable[Step]) -> Iterator[PickOne]:
    """Yield every pick in the steps of a journey."""
    for step in steps:
        if isinstance(step, Pick):
            yield from step.picks
        if isinstance(step, Maybe | Guard):
            yield from picks((*step.steps, *step.otherwise))
        if isinstance(step, Repeat):
            yield from picks(step.steps)
        if isinstance(step, Either):
            for option in step.options:
                yield from picks(option.steps)


def element(name: str, source: ListVariable, columns: Columns, prefix: str) -> ElementVariable:
    """Allocate columns for an element of a list."""
    fields = {
        field: Variable(field, v.type, columns.add(f"{prefix}{name}.{field}", v.type.kind))
        for field, v in source.fields.items()
    }
    place = columns.add(f"{prefix}{name}.place", "integer")
    return ElementVariable(name, source.name, place, fields)


def row(name: str, table: Table, columns: Columns, prefix: str) -> Variable:
    """Allocate a column for a row of a catalogue."""
    return Variable(name, TypeOf("row", table.source.name), columns.add(prefix + name, "row"))
