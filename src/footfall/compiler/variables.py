"""Declares what holds state: user properties, session properties, and the variables of journeys."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from footfall import units
from footfall.compiler import distributions
from footfall.compiler.addresses import key
from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.checks.broken_constraints import (
    check_draw,
    check_kind,
    check_listed,
    check_value,
    note_nothing_within,
)
from footfall.compiler.constants import SCALARS, constant, kind_of_draw, kind_of_text
from footfall.compiler.expressions.typed_values import (
    NUMERIC,
    OF_TIME_HINTS,
    describe,
    is_constant,
)
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.fakes import FAKES, FakePlace, is_right
from footfall.compiler.own_weights import own_weights
from footfall.compiler.symbols import (
    Columns,
    ElementVariable,
    ListVariable,
    Scope,
    Symbol,
    TypeOf,
    Variable,
)
from footfall.errors import SourceLocation
from footfall.model import program
from footfall.model.model import InitialValue
from footfall.model.operations import Op
from footfall.model.program import DrawKey
from footfall.model.tables import InverseCdf, Uniform
from footfall.scenario.allowed_values import written_values
from footfall.scenario.leaf_records import Draw, Expression, ListType
from footfall.scenario.records import Property

_LAWS: dict[str, Callable[..., InverseCdf | Uniform | None]] = {
    "normal": distributions.normal,
    "lognormal": distributions.lognormal,
    "uniform": distributions.uniform,
}


class Declarer:
    """Allocates columns for declared names, and says how they begin.

    Args:
        seed: Of the stream.
    """

    def __init__(self, typer: Typer, columns: Columns, seed: int) -> None:
        self.typer = typer
        self.columns = columns
        self.seed = seed

    # --- types -------------------------------------------------------------------------------------------------------

    def type_named(self, name: str, at: SourceLocation) -> TypeOf | None:
        """Return the type that a name stands for; None, and noted, when there is none."""
        if name in SCALARS:
            return TypeOf(name)
        if name in self.typer.tables:
            return TypeOf("row", name)
        known = [*SCALARS, *self.typer.tables]
        self.typer.problems.add(
            at,
            f'no type "{name}"',
            "types: " + ", ".join(known),
            units.nearest_hint(name, known),
        )
        return None

    def type_of(self, declared: Property) -> TypeOf | None:
        """Return the type of a declared name, as written or of its start; None where neither says."""
        if declared.type is not None:
            return self.type_named(declared.type, declared.at)
        if declared.values:
            return TypeOf("text")
        if declared.draw is not None:
            return TypeOf(kind_of_draw(declared.draw))
        if declared.start is not None and not declared.start.is_null:
            return TypeOf(kind_of_text(declared.start))
        return None

    # --- declarations ------------------------------------------------------------------------------------------------

    def declare(
        self, declared: Property, prefix: str, property_number: int = -1
    ) -> Symbol | None:
        """Allocate columns for a property or variable; noted and None if its type is unknown."""
        if declared.list_type is not None:
            return self._list(declared, declared.list_type, prefix, property_number)
        of = self.type_of(declared)
        if of is None:
            if declared.type is None:
                message = f'the type of "{declared.name}" is not plain from what is written'
                known = ", ".join([*SCALARS, *self.typer.tables])
                self.typer.problems.add(declared.at, message, "types: " + known, "add type:")
            return None
        column = self.columns.add(prefix + declared.name, of.kind)
        self._check_constraint(declared, self._kind_of_cells(of))
        values = written_values(declared.values, of.kind)
        if of.kind == "text":
            self.typer.allowed[column] = frozenset(map(self.typer.texts.code, values))
        return Variable(declared.name, of, column, property_number, values, declared.constraint)

    def _kind_of_cells(self, of: TypeOf) -> str:
        """Return the kind of the single values of a type: of a row, that of its one column."""
        if of.kind != "row":
            return of.kind
        table = self.typer.tables[of.of]
        column = table.scalar_column
        return "record" if column is None else table.columns[column][1]

    def _check_constraint(
        self, declared: Property, kind: str, *, is_list: bool = False
    ) -> None:
        what, at = f'"{declared.name}"', declared.at
        constraint, elements = declared.constraint, declared.elements
        check_kind(self.typer, what, at, kind, constraint, elements, is_list=is_list)
        check_listed(self.typer, what, at, kind, constraint, declared.values)

    def _list(
        self, declared: Property, of: ListType, prefix: str, property_number: int
    ) -> ListVariable | None:
        named = dict(of.fields) if of.of is None else {"": of.of}
        aliases = dict(of.aliases)
        fields = {}
        for name, type_name in named.items():
            kind = self.type_named(type_name, declared.at)
            if kind is None:
                return None
            column = self.columns.add(f"{prefix}{declared.name}.{name}", kind.kind, of.at_most)
            alias = aliases.get(name, "")
            fields[name] = Variable(name, kind, column, alias=alias)
            self._check_alias(declared, fields[name])
        self._check_described(declared, of, fields)
        first = fields.get("")
        kind_of_elements = "record" if first is None else self._kind_of_cells(first.type)
        self._check_constraint(declared, kind_of_elements, is_list=True)
        length = self.columns.add(f"{prefix}{declared.name}.count", "integer", 0, 0)
        return ListVariable(declared.name, length, fields, of.at_most, property_number)

    def _check_described(
        self, declared: Property, of: ListType, fields: dict[str, Variable]
    ) -> None:
        """Note constraints on fields that say nothing of their types."""
        for one in of.described:
            kind, what = self._kind_of_cells(fields[one.name].type), f'"{one.name}"'
            check_kind(self.typer, what, declared.at, kind, one.constraint)
            check_listed(self.typer, what, declared.at, kind, one.constraint, one.values)

    def _check_alias(self, declared: Property, written: Variable) -> None:
        """Note an alias of rows of a catalogue: their columns are written."""
        table = self.typer.tables.get(written.type.of)
        if written.alias and table is not None and table.scalar_column is None:
            self.typer.problems.add(
                declared.at,
                f'"{declared.name}": the field "{written.name}" is {written.type}, and has `as`',
                "its columns are written under their own names",
            )

    def derived(
        self, declared: Property, prefix: str, scope: Scope, number: int
    ) -> Variable | None:
        """Allocate a column for a derived property; its expression gives the type."""
        assert declared.derived is not None
        wanted = self.type_of(declared)
        op = self.typer.compile(declared.derived, scope, wanted)
        if op is None or (wanted is None and declared.type is not None):
            return None
        op = op if wanted is not None else self.typer.values.plain(op)
        if op.kind in ("null", *OF_TIME_HINTS) or op.is_list:
            what = "null, which has no type" if op.kind == "null" else describe(op)
            hint = OF_TIME_HINTS.get(op.kind, "add type:")
            self.typer.problems.add(
                declared.derived.at, f'"{declared.name}" is {what}', "one value", hint
            )
            return None
        kind = wanted or TypeOf(op.kind, op.of)
        column = self.columns.add(prefix + declared.name, kind.kind)
        self._check_constraint(declared, kind.kind)
        constraint = declared.constraint
        check_value(self.typer, f'"{declared.name}"', declared.derived.at, op, constraint)
        values = written_values(declared.values, kind.kind)
        return Variable(declared.name, kind, column, number, values, constraint)

    def fake(self, place: FakePlace, number: int) -> Variable | None:
        """Allocate a column for a property that is made up."""
        if not is_right(self.typer, place):
            return None
        declared, fake = place.declared, FAKES[place.declared.fake]
        column = self.columns.add(declared.name, fake.kind, size=fake.size)
        self._check_constraint(declared, "text" if fake.kind == "composed" else fake.kind)
        return Variable(
            declared.name, TypeOf(fake.kind), column, number, (), declared.constraint
        )

    def element(self, name: str, source: ListVariable, prefix: str) -> ElementVariable:
        """Allocate columns for an element of a list."""
        fields = {
            field: Variable(
                field, v.type, self.columns.add(f"{prefix}{name}.{field}", v.type.kind)
            )
            for field, v in source.fields.items()
        }
        place = self.columns.add(f"{prefix}{name}.place", "integer")
        return ElementVariable(name, source.name, place, fields)

    def row(self, name: str, table: CatalogueTable, prefix: str) -> Variable:
        """Allocate a column for a row of a catalogue."""
        return Variable(
            name, TypeOf("row", table.source.name), self.columns.add(prefix + name, "row")
        )

    # --- how they begin ----------------------------------------------------------------------------------------------

    def initial(
        self, declared: Property, variable: Variable, scope: Scope, address: str, counter: int
    ) -> InitialValue | None:
        """Return how a property begins; None when it begins as null."""
        kind = variable.type.kind
        if declared.derived is not None:
            op = self.typer.compile(declared.derived, scope, variable.type)
            return None if op is None else InitialValue(variable.column, kind, op)
        if declared.draw is not None:
            name = key(self.seed, "property", address, variable.name)
            draw = self.draw(declared.draw, variable, DrawKey(name, counter), scope)
            return None if draw is None else InitialValue(variable.column, kind, draw)
        if declared.start is None or declared.start.is_null:
            return None
        value = constant(declared.start, variable, self.typer)
        return (
            None
            if value is None
            else InitialValue(variable.column, kind, Op("const", kind, value=value))
        )

    def draw(
        self, written: Draw, variable: Variable, name: DrawKey, scope: Scope
    ) -> program.RandomValue | None:
        """Compile a random value; noted and None if its constants are of another kind.

        Args:
            scope: What its expressions see.
        """
        if written.kind != "pick":
            return self._continuous(written, variable, name, scope)
        values = [constant(text, variable, self.typer) for text, _ in written.choices]
        known = tuple(value for value in values if value is not None)
        if len(known) < len(values):
            return None
        choice = own_weights(written, self.typer, scope)
        weights = [weight for _, weight in written.choices if isinstance(weight, Decimal)]
        # All alike where none of the weights that differ between people is above 0.
        table = distributions.categorical(weights if choice is None else None, len(values))
        return program.RandomValue(name, variable.type.kind, table, known, choice)

    def _continuous(
        self, written: Draw, variable: Variable, name: DrawKey, scope: Scope
    ) -> program.RandomValue | None:
        kind = variable.type.kind
        if kind not in NUMERIC:
            message = f'"{variable.name}" is {variable.type}; {written.kind} draws numbers'
            self.typer.problems.add(written.at, message, "integer, number, money", "add type:")
            return None
        scale = Decimal(10) ** self.typer.minor_digits if kind == "money" else Decimal(1)
        if written.centre is not None:
            return self._centred(written, written.centre, variable, name, scope)
        table = _distribution(written, scale, is_whole=kind != "number")
        if table is None:
            step = None if kind == "number" else 1 / scale
            note_nothing_within(self.typer, variable.name, written, step)
            return None
        drawn = program.RandomValue(name, kind, table)
        check_draw(self.typer, variable.name, written.at, drawn, variable.constraint)
        return drawn

    def _centred(
        self,
        written: Draw,
        centre: Expression,
        variable: Variable,
        name: DrawKey,
        scope: Scope,
    ) -> program.RandomValue | None:
        """Compile a random value whose mean or median is an expression: one table for all."""
        kind, is_scaled = variable.type.kind, written.kind == "lognormal"
        wanted = TypeOf("money" if kind == "money" else "number")
        op = self.typer.compile(centre, scope, wanted)
        if op is None:
            return None
        unit = Decimal(10) ** self.typer.minor_digits if kind == "money" else Decimal(1)
        if is_scaled and is_constant(op) and (median := Decimal(str(op.value))) <= 0:
            self.typer.problems.add(
                centre.at, f"the median is {median / unit}", "a number above 0"
            )
        scale = Decimal(1) if is_scaled else unit
        table = _distribution(written, scale, is_whole=False)
        assert table is not None  # nothing cuts the law
        number = self.typer.values.number(op)
        return program.RandomValue(name, kind, table, centre=number, is_scaled=is_scaled)


def _distribution(
    written: Draw, scale: Decimal, *, is_whole: bool
) -> InverseCdf | Uniform | None:
    """Return the table of a draw in units that are so many to a written one; None if it is of nothing."""
    between = written.between and (written.between[0] * scale, written.between[1] * scale)
    second = written.b if written.kind == "lognormal" else written.b * scale
    law = _LAWS[written.kind]
    return law(written.a * scale, second, is_whole=is_whole, between=between)
