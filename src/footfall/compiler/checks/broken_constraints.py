"""Check constraints against what is known before any run: types, constants, cells, bounds of draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal
from math import floor

from footfall.compiler.checks.known_values import known_values
from footfall.compiler.expressions.typer import Typer
from footfall.errors import SourceLocation
from footfall.model.emitted_values import ListValue
from footfall.model.operations import Op
from footfall.model.program import RandomValue
from footfall.model.tables import Categorical, InverseCdf, Uniform
from footfall.model.values import Kind
from footfall.scenario.allowed_values import NUMBERS, written_value
from footfall.scenario.constraints import broken, clauses, range_text
from footfall.scenario.leaf_records import FREE, Constraint, Draw

_TEXTS: tuple[Kind, ...] = ("text", "id")
_ACCEPTED = {
    "integer": "whole numbers, such as 4",
    "number": "numbers, such as 0.5",
    "money": "amounts, such as 12.50",
    "boolean": "true and false",
}


def check_kind(
    typer: Typer,
    what: str,
    at: SourceLocation,
    kind: str,
    constraint: Constraint,
    elements: Constraint = FREE,
    *,
    is_list: bool = False,
) -> None:
    """Note clauses that say nothing of a type: a range of a text, a pattern of a number.

    Args:
        typer: For the problems.
        what: Whose constraint it is, for the message.
        at: Where it is declared.
        kind: Of the value, or of a list's elements.
        constraint: On them.
        elements: How many elements there are.
        is_list: Whether it is a list.
    """
    for key, _ in clauses(constraint):
        wanted = NUMBERS if key == "range" else _TEXTS
        if kind not in wanted:
            typer.problems.add(
                at, f"{what} is {kind}, which has no `{key}`", f"`{key}` of {', '.join(wanted)}"
            )
    if elements and not is_list:
        hint = "characters are counted by `length`" if kind in _TEXTS else ""
        typer.problems.add(
            at, f"{what} is {kind}, which has no `elements`", "`elements` of a list", hint
        )


def check_listed(
    typer: Typer,
    what: str,
    at: SourceLocation,
    kind: str,
    constraint: Constraint,
    values: Sequence[str],
) -> None:
    """Note listed values that are none of their type, or break the constraint beside them."""
    if values and kind == "time":
        typer.problems.add(
            at, f"{what} is time, which has no `values`", "`values` of texts, numbers, booleans"
        )
    for value in values:
        written = written_value(value, kind)
        if written is None:
            message = f'{what} lists "{value}" among its values, which is no {kind}'
            typer.problems.add(at, message, _ACCEPTED[kind])
        elif clause := broken(constraint, Decimal(written) if kind in NUMBERS else written):
            message = (
                f'{what} lists "{value}" among its values, which breaks its own constraint'
            )
            typer.problems.add(at, message, clause)


def check_value(
    typer: Typer, what: str, at: SourceLocation, value: Op | ListValue, constraint: Constraint
) -> None:
    """Note constants and cells of catalogues that break a constraint."""
    if not constraint:
        return
    if isinstance(value, ListValue):
        if len(value.items) != 1:
            return
        value = value.items[0]
    for known, column in known_values(value, typer).items():
        if known is None:
            continue
        clause = broken(constraint, Decimal(known) if value.kind in NUMBERS else known)
        if clause:
            where = f" ({column})" if column else ""
            hint = f"change the rows of {column.partition('.')[0]}" if column else ""
            shown = f'"{known}"' if value.kind in _TEXTS else f"{known}"
            typer.problems.add(at, f"{what} can be {shown}{where}", clause, hint)
            return


def check_constant(
    typer: Typer, name: str, at: SourceLocation, text: str, kind: Kind, constraint: Constraint
) -> None:
    """Note a written value that breaks its variable's constraint."""
    if not constraint or kind not in (*NUMBERS, *_TEXTS):
        return
    clause = broken(constraint, Decimal(text.replace("_", "")) if kind in NUMBERS else text)
    if clause:
        typer.problems.add(at, f'"{text}" breaks the constraint of "{name}"', clause)


def note_nothing_within(typer: Typer, name: str, written: Draw, step: Decimal | None) -> None:
    """Note an interval in which nothing of a law lies, or next to nothing.

    Args:
        typer: For the problems.
        name: Of what is drawn.
        written: The draw.
        step: Between two values that it can have; None where it may have any.
    """
    low, high = written.between or (written.a, written.b)
    if step is not None and (high / step).to_integral_value(ROUND_FLOOR) * step < low:
        message = f'"{name}" is drawn from values between {low} and {high}, where none lies'
        typer.problems.add(written.at, message, f"ends with a multiple of {step} between them")
        return
    first, last = _nearly_all(written)
    typer.problems.add(
        written.at,
        f'"{name}" is drawn from values between {low} and {high}: its law has less than 1 in 10^12 there',
        "an interval that holds some of the law",
        f"the law lies between {first:.4g} and {last:.4g}",
    )


def _nearly_all(written: Draw) -> tuple[Decimal, Decimal]:
    """Return between which values all but 1 in 10**12 of a law lie."""
    if written.kind == "normal":
        return written.a - 7 * written.b, written.a + 7 * written.b
    if written.kind == "lognormal":
        return written.a / (7 * written.b).exp(), written.a * (7 * written.b).exp()
    return written.a, written.b


def check_draw(
    typer: Typer, name: str, at: SourceLocation, drawn: RandomValue, constraint: Constraint
) -> None:
    """Note a draw whose lowest or highest value lies outside of the range."""
    if isinstance(drawn.table, Categorical) or not range_text(constraint):
        return
    for bound in _bounds(drawn, drawn.table, typer.minor_digits):
        slack = Decimal("1e-6") * max(Decimal(1), abs(bound))
        is_low = constraint.minimum is not None and bound < constraint.minimum - slack
        is_high = constraint.maximum is not None and bound > constraint.maximum + slack
        if is_low or is_high:
            low, high = constraint.minimum, constraint.maximum
            hint = f"cut it: between: [{low}, {high}]" if None not in (low, high) else ""
            clause = f"range: {range_text(constraint)}"
            shown = f"{bound:.6g}" if drawn.kind == "number" else f"{bound:f}"
            typer.problems.add(at, f'"{name}" can be drawn as {shown}', clause, hint)
            return


def _bounds(
    drawn: RandomValue, table: InverseCdf | Uniform, minor_digits: int
) -> Iterator[Decimal]:
    """Yield the lowest and the highest value of a draw, in the unit that a scenario writes."""
    for end in table.ends:
        bound = Decimal(floor(end)) if table.is_whole else Decimal(end)
        yield bound.scaleb(-minor_digits) if drawn.kind == "money" else bound
