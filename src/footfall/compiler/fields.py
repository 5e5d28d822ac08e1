"""Values as fields of the events' schema: what is written of lists, rows and single values."""

from __future__ import annotations

from footfall.compiler.expressions.typed_values import OF_TIME_HINTS, describe, load
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.symbols import ListVariable, Variable
from footfall.data.schema import Field, FieldType
from footfall.model.emitted_values import ListValue
from footfall.model.operations import Op
from footfall.model.values import Kind
from footfall.scenario.expressions import ExpressionProblem


def listing(listed: ListVariable, typer: Typer) -> ListValue:
    """Return a list variable as a value: rows of catalogues in it as their columns."""
    items: list[Op] = []
    for variable in listed.fields.values():
        op = load(variable, is_list=True)
        table = typer.tables.get(op.of) if op.kind == "row" else None
        if table is None or table.scalar_column is not None:
            items.append(typer.values.plain(op))
        else:
            items.extend(typer.values.column(op, table, column) for column in table.columns)
    return ListValue(listed.length, tuple(items))


def list_field(name: str, listed: ListVariable, typer: Typer, identifier: str = "") -> Field:
    """Return a list variable as the field of a schema.

    Args:
        name: As it is written.
        identifier: Where expressions call it otherwise.
    """
    fields = []
    for variable in listed.fields.values():
        kind = variable.type
        table = typer.tables.get(kind.of) if kind.kind == "row" else None
        if table is None:
            fields.append(_element(variable, kind.kind))
        elif table.scalar_column is not None:
            fields.append(_element(variable, table.columns[table.scalar_column][1]))
        else:
            fields.extend(Field(column, _scalar(k)) for column, (_, k) in table.columns.items())
    if listed.is_plain and len(fields) == 1:
        return Field(name, "list", fields[0].type, identifier=identifier)
    return Field(name, "list", None, tuple(fields), identifier)


def _element(variable: Variable, kind: Kind) -> Field:
    identifier = variable.name if variable.alias else ""
    return Field(variable.alias or variable.name, _scalar(kind), identifier=identifier)


def value_field(name: str, op: Op, identifier: str = "") -> Field:
    """Return a single value as the field of a schema.

    Args:
        name: As it is written.
        op: Its value.
        identifier: Where expressions call it otherwise.

    Raises:
        ExpressionProblem: It is no single value of a known type.
    """
    if op.is_list:
        raise ExpressionProblem(
            f"{describe(op)} as an event property", 0, "one value, or the name of a list"
        )
    if op.kind == "null":
        raise ExpressionProblem("null as an event property has no type", 0, hint="add type:")
    if op.kind == "row":
        raise ExpressionProblem(
            f"{describe(op)} as an event property", 0, f"one of its columns: {op.of}.…"
        )
    if op.kind in OF_TIME_HINTS:
        raise ExpressionProblem(
            f"{describe(op)} as an event property",
            0,
            "a number of some unit, or a time",
            OF_TIME_HINTS[op.kind],
        )
    kind = "text" if op.kind == "composed" else op.kind
    return Field(name, _scalar(kind), identifier=identifier)


def _scalar(kind: Kind) -> FieldType:
    return kind  # type: ignore[return-value]  # rows and nulls are refused before
