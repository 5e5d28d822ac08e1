"""Values that are possible for sure, before any run: constants, and the cells of catalogues."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from footfall.compiler.expressions.typed_values import is_constant
from footfall.compiler.expressions.typer import Typer
from footfall.model.operations import Op

Known = dict[str | Decimal | None, str]
"""A value as a scenario writes it (None: null) → the column that has it, "" if it is written.

Numbers that may have a fraction are Decimal, whole ones are texts.
"""


def known_values(op: Op, typer: Typer) -> Known:
    """Return what an operation gives for sure; what else may come is known only in the data."""
    match op.op:
        case "const":
            return _written(op, typer)
        case "field":
            return _of_column(op, typer)
        case "choose":
            return _merged(known_values(arg, typer) for arg in op.args[1:])
        case "coalesce":
            parts = [known_values(arg, typer) for arg in op.args]
            # Each part stands in for the nulls of the one before it.
            is_ever_null = all(None in part for part in parts)
            return {
                text: at
                for text, at in _merged(parts).items()
                if text is not None or is_ever_null
            }
    return {}


def _merged(parts: Iterable[Known]) -> Known:
    found: Known = {}
    for part in parts:
        # The first place that gives a value is the one to be named.
        found = part | found
    return found


def _written(op: Op, typer: Typer) -> Known:
    assert isinstance(op.value, int | float)
    if not is_constant(op):
        return {None: ""}
    match op.kind:
        case "text":
            return {typer.texts.all()[int(op.value)]: ""}
        case "boolean":
            return {"true" if op.value else "false": ""}
        case "integer":
            return {str(op.value): ""}
        case "number":
            return {Decimal(repr(op.value)): ""}
        case "money":
            return {Decimal(op.value).scaleb(-typer.minor_digits): ""}
    return {}


def _of_column(op: Op, typer: Typer) -> Known:
    for table in (*typer.tables.values(), typer.devices):
        # Columns are numbered over all catalogues: one of them has this number.
        for position, (name, (number, kind)) in enumerate(table.columns.items()):
            if number == op.value:
                cells = [row[position] for row in table.source.rows]
                column = (
                    table.source.name
                    if table.source.is_scalar
                    else f"{table.source.name}.{name}"
                )
                is_text = kind in ("text", "integer")
                return {
                    None if c is None else str(c) if is_text else Decimal(str(c)): column
                    for c in cells
                    if c is None or kind in ("text", "integer", "number", "money")
                }
    return {}
