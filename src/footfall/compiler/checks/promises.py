"""Check `values` and `required` of event properties against what is known before any run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from footfall.compiler.expressions.typed_values import is_constant
from footfall.compiler.expressions.typer import Typer
from footfall.errors import SourceLocation
from footfall.model.operations import Op
from footfall.model.program import ListValue
from footfall.units import nearest_hint

MOST_SHOWN = 5
Known = dict[str | None, str]
"""A value that is possible for sure, as a scenario writes it (None: null) → the column that has it, "" if written."""


def check_promises(
    typer: Typer,
    what: str,
    at: SourceLocation,
    value: Op | ListValue,
    *,
    values: Sequence[str],
    is_required: bool,
) -> None:
    """Note constants and columns of catalogues that break a promise.

    What else may come is known only in the data.

    Args:
        what: Event and property, for the message.
        at: Where the value is written.
        values: The allowed ones; none if any is.
        is_required: Null is not allowed.
    """
    if isinstance(value, ListValue):
        known = _known(value.items[0], typer) if len(value.items) == 1 else {}
    else:
        known = _known(value, typer)
    if values:
        others = {text: column for text, column in known.items() if text not in (None, *values)}
        _check_values(typer, what, at, others, values)
    if is_required and None in known and not isinstance(value, ListValue):
        column = known[None]
        where = f"{column} is null in some rows" if column else "it can be null"
        hint = f"fill {column}, or take required out" if column else "take required out"
        typer.problems.add(
            at, f"{what} is required, but {where}", "a value that is never null", hint
        )


def _check_values(
    typer: Typer, what: str, at: SourceLocation, others: Known, values: Sequence[str]
) -> None:
    if not others:
        return
    more = f" and {len(others) - MOST_SHOWN} more" if len(others) > MOST_SHOWN else ""
    shown = ", ".join(f'"{text}"' for text in list(others)[:MOST_SHOWN]) + more
    first, column = next(iter(others.items()))
    where = f" ({column})" if column else ""
    add = f"add {'it' if len(others) == 1 else 'them'} to values"
    hint = (
        f"{add}, or change the rows of {column.partition('.')[0]}"
        if column
        else nearest_hint(str(first), values)
    )
    typer.problems.add(
        at,
        f"{what} can be {shown}{where}, not among its values",
        "values: " + ", ".join(values),
        hint or add,
    )


def _known(op: Op, typer: Typer) -> Known:
    match op.op:
        case "const":
            return _written(op, typer)
        case "field":
            return _of_column(op, typer)
        case "choose":
            return _merged(_known(arg, typer) for arg in op.args[1:])
        case "coalesce":
            parts = [_known(arg, typer) for arg in op.args]
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
    if op.kind == "text":
        return {typer.texts.all()[int(op.value)]: ""}
    if op.kind == "boolean":
        return {"true" if op.value else "false": ""}
    return {str(op.value): ""} if op.kind == "integer" else {}


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
                return {
                    None if c is None else str(c): column
                    for c in cells
                    if c is None or kind in ("text", "integer")
                }
    return {}
