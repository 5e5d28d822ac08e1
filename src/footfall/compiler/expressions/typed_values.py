"""Typed values: operations that read, convert and describe them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.symbols import TypeOf, Variable
from footfall.model.operations import Op
from footfall.model.values import NULLS, Kind
from footfall.scenario.expressions import ExpressionProblem

NUMERIC: tuple[Kind, ...] = ("integer", "number", "money")
COMPOSABLE: frozenset[Kind] = frozenset(("text", "composed", "integer", "id"))
"""Kinds of which texts are put together."""
# Money is int64, whose end is at 9.2e18: nine such amounts can be added.
MOST_MINOR_UNITS = 10**18


def load(variable: Variable, is_list: bool = False) -> Op:
    """Return the operation that reads a variable."""
    # Any variable can be null as far as is known here; `nullability` proves where it cannot.
    kind, of = variable.type.kind, variable.type.of
    return Op("load", kind, value=variable.column, is_nullable=True, is_list=is_list, of=of)


def null(kind: Kind, of: str = "") -> Op:
    """Return the null of a kind."""
    if kind == "composed":
        return Op("compose", kind, (null("text"),), is_nullable=True)
    return Op("const", kind, value=NULLS[kind], is_nullable=True, of=of)


def is_constant(op: Op) -> bool:
    """Tell whether a value is written down, and is not null."""
    return op.op == "const" and not op.is_nullable


def ramp(x: Op, ends: tuple[float, float, float]) -> Op:
    """Return a straight line from one value at 0 to another at `ends[2]`, flat from there."""
    return Op("ramp", "number", (x,), ends, is_nullable=x.is_nullable)


def as_number(value: float | Op) -> Op:
    """Return a weight as an operation, a number as a constant."""
    return value if isinstance(value, Op) else Op("const", "number", value=value)


def rounded_to_money(op: Op) -> Op:
    """Return a number of minor units as money, half up."""
    return Op("round", "money", (op,), is_nullable=op.is_nullable, is_list=op.is_list)


def article(of: TypeOf) -> str:
    """Name a type for a message: `an integer`."""
    names = {
        "integer": "an integer",
        "id": "an id",
        "money": "money",
        "null": "null",
        "boolean": "true or false",
        "months": "a number of months",
        "composed": "a text that is put together or made up",
    }
    return f"a row of {of.of}" if of.kind == "row" else names.get(of.kind, f"a {of.kind}")


def describe(op: Op) -> str:
    """Name a value's kind for a message."""
    what = article(TypeOf(op.kind, op.of))
    return f"a list ({what} each)" if op.is_list else what


@dataclass(frozen=True, slots=True)
class Values:
    """Conversions between kinds of values, as the scenario's catalogues and currency have it.

    Args:
        tables: Catalogues by name.
        minor_digits: Of the currency.
    """

    tables: dict[str, CatalogueTable]
    minor_digits: int

    def convert(self, op: Op, wanted: TypeOf, offset: int) -> Op:
        """Convert a value to a type, where that loses nothing.

        Raises:
            ExpressionProblem: When it cannot be.
        """
        op = self.plain(op) if wanted.kind == "text" else op
        if op.kind == "composed" and wanted.kind == "text":
            return op
        if op.is_list:
            raise ExpressionProblem(
                f"{describe(op)} is put where {article(wanted)} is expected",
                offset,
                article(wanted),
                _LIST_HINT,
            )
        if op.kind == "null":
            return null(wanted.kind, wanted.of)
        # An id without a prefix fits any: `id_prefixes` finds it once all journeys are
        # compiled.
        if op.kind == wanted.kind and (not wanted.of or not op.of or op.of == wanted.of):
            return op
        if wanted.kind == "number" and op.kind == "integer":
            return self.number(op)
        if wanted.kind == "money" and op.kind in ("integer", "number"):
            return self.money(op, offset)
        message = f"{describe(op)} is put where {article(wanted)} is expected"
        raise ExpressionProblem(message, offset, article(wanted), _conversion_hint(op, wanted))

    def number(self, op: Op) -> Op:
        """Return a value as a number."""
        if op.kind == "number":
            return op
        if is_constant(op) and isinstance(op.value, int):
            return Op("const", "number", value=float(op.value))
        return Op("to_number", "number", (op,), is_nullable=op.is_nullable, is_list=op.is_list)

    def money(self, op: Op, offset: int) -> Op:
        """Return a number of major units as money, a constant at once.

        Raises:
            ExpressionProblem: A constant is more than money can hold.
        """
        if op.kind == "money":
            return op
        scale = 10**self.minor_digits
        if is_constant(op) and isinstance(op.value, int | float):
            # `str` gives the decimal that was written, 0.1 and not 0.1000000000000000055. Half
            # up, as the simulation rounds what only a run knows (`sim/evaluate.py`).
            minor = (Decimal(str(op.value)) * scale + Decimal("0.5")).to_integral_value(
                ROUND_FLOOR
            )
            if abs(minor) >= MOST_MINOR_UNITS:
                raise ExpressionProblem(
                    f"{op.value} is too much money",
                    offset,
                    f"less than {MOST_MINOR_UNITS // scale}",
                )
            return Op("const", "money", value=int(minor))
        return Op(
            "to_money", "money", (self.number(op),), float(scale), op.is_nullable, op.is_list
        )

    def alike(self, left: Op, right: Op, offset: int) -> tuple[Op, Op, Kind]:
        """Return two numeric values as the wider of their kinds, and that kind."""
        kinds = {left.kind, right.kind}
        if "money" in kinds:
            return self.money(left, offset), self.money(right, offset), "money"
        if "number" in kinds:
            return self.number(left), self.number(right), "number"
        return left, right, left.kind

    def unify(self, one: Op, other: Op, offset: int) -> tuple[Op, Op]:
        """Return two values as one kind, null as the other's.

        Raises:
            ExpressionProblem: They have none in common.
        """
        if one.kind == "null" and other.kind != "null":
            return null(other.kind, other.of), other
        if other.kind == "null" and one.kind != "null":
            return one, null(one.kind, one.of)
        if one.kind in NUMERIC and other.kind in NUMERIC:
            one, other, _ = self.alike(one, other, offset)
        elif one.kind != other.kind or one.of != other.of:
            one, other = self.plain(one), self.plain(other)
        if "composed" in (one.kind, other.kind):
            one, other = self.composed(one), self.composed(other)
        if one.kind != other.kind or (one.of != other.of and one.of and other.of):
            raise ExpressionProblem(
                f"{describe(one)} or {describe(other)}", offset, "two values of one kind"
            )
        return one, other

    def composed(self, op: Op) -> Op:
        """Return a text, an integer or an id as part of a text; anything else as it is."""
        if op.kind == "composed" or op.kind not in COMPOSABLE:
            return op
        return Op("compose", "composed", (op,), is_nullable=op.is_nullable)

    def plain(self, op: Op) -> Op:
        """Return the one column of a row of a list of scalars; anything else as it is."""
        if op.kind != "row" or op.of not in self.tables:
            return op
        table = self.tables[op.of]
        return (
            op if table.scalar_column is None else self.column(op, table, table.scalar_column)
        )

    def column(self, row: Op, table: CatalogueTable, name: str) -> Op:
        """Return a column of a row."""
        number, kind = table.columns[name]
        return Op("field", kind, (row,), number, is_nullable=True, is_list=row.is_list)


DATE_HINT = "a date is written date('2026-03-01'), with a time of day date('2026-03-01 09:30')"
COMPOSED_ACCEPTS = "only in the properties of an event, where it is written"
COMPOSED_HINT = "properties: {url: {value: \"'https://shop.example/' + product.sku\"}}"
DURATION_HINT = "a duration divided by a unit is a number: since('Order Completed') / 1 day"
OF_TIME_HINTS: dict[Kind, str] = {
    "duration": DURATION_HINT,
    "months": "months are added to a time: now + 1 month",
}
"""Kinds that no property or variable has → what to write instead."""
_LIST_HINT = "count(), sum() and any() make one value of a list"


def _conversion_hint(op: Op, wanted: TypeOf) -> str:
    if wanted.kind == "integer" and op.kind == "number":
        return "round() or floor() makes an integer"
    if wanted.kind == "text" and op.kind == "row":
        return f"name one of its columns: {op.of}.…"
    if wanted.kind == "text" and op.kind == "id":
        return "declare it with type: id"
    if wanted.kind == "time" and op.kind in ("text", "integer"):
        return DATE_HINT
    if op.kind in OF_TIME_HINTS:
        return OF_TIME_HINTS[op.kind]
    if wanted.kind == "boolean":
        return "compare it with something"
    return ""
