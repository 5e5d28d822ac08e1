"""Check `values` and `required` of event properties against what is known before any run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from footfall.compiler.checks.known_values import known_values
from footfall.compiler.expressions.typer import Typer
from footfall.errors import SourceLocation
from footfall.model.emitted_values import ListValue
from footfall.model.operations import Op
from footfall.scenario.allowed_values import written_value, written_values
from footfall.units import nearest_hint

MOST_SHOWN = 5


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
    is_list = isinstance(value, ListValue)
    items = value.items if isinstance(value, ListValue) else (value,)
    known = known_values(items[0], typer) if len(items) == 1 else {}
    if values and known:
        allowed = written_values(values, items[0].kind)
        others = {
            str(one): column
            for one, column in known.items()
            if one is not None and written_value(str(one), items[0].kind) not in allowed
        }
        _check_values(typer, what, at, others, values)
    if is_required and None in known and not is_list:
        column = known[None]
        where = f"{column} is null in some rows" if column else "it can be null"
        hint = f"fill {column}, or take required out" if column else "take required out"
        typer.problems.add(
            at, f"{what} is required, but {where}", "a value that is never null", hint
        )


def _check_values(
    typer: Typer,
    what: str,
    at: SourceLocation,
    others: Mapping[str, str],
    values: Sequence[str],
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
