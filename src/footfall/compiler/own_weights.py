"""Weights of `pick` that differ between people: expressions, or a line per value of a property."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from footfall.compiler.expressions.typer import ComparedText, ListedTexts, Typer
from footfall.compiler.symbols import Scope, TypeOf
from footfall.model.operations import Op
from footfall.model.program import AffectedChoice, DecisionOption
from footfall.scenario.leaf_records import Draw, Expression, Text


def options_of(written: Draw) -> tuple[DecisionOption, ...]:
    """Return the choices of a pick as options; a weight that is an expression counts as 0."""
    return tuple(
        DecisionOption(
            "null" if text.is_null else text.text,
            float(weight) if isinstance(weight, Decimal) else 0.0,
            0,
        )
        for text, weight in written.choices
    )


def own_weights(written: Draw, typer: Typer, scope: Scope) -> AffectedChoice | None:
    """Return the choices of a pick with weights of each one's own; None where they are the same for all.

    It gets its number in the tallies with its effects.
    """
    if written.by is not None:
        weights = _by_case(written, written.by, typer, scope)
    elif any(isinstance(weight, Expression) for _, weight in written.choices):
        weights = [_weight(weight, typer, scope) for _, weight in written.choices]
    else:
        return None
    weighted = zip(options_of(written), weights, strict=True)
    return AffectedChoice(-1, tuple(replace(one, weight=weight) for one, weight in weighted))


def _weight(written: Decimal | Expression, typer: Typer, scope: Scope) -> float | Op:
    if isinstance(written, Decimal):
        return float(written)
    # What is wrong is noted; any number lets the rest be compiled.
    return typer.factor(written, scope) or 0.0


def _by_case(written: Draw, by: Text, typer: Typer, scope: Scope) -> list[float | Op]:
    """Return the weight of each choice, looked up by the text of a property."""
    op = typer.compile(Expression(by.text, by.at), scope, TypeOf("text"))
    if op is None:
        return [0.0 for _ in written.choices]
    # Weights of 1 for what has no line: null, as all texts have one, or `else` has.
    others = tuple(Decimal(1) for _ in written.choices)
    lines: dict[int, tuple[Decimal, ...]] = {}
    for case in written.cases:
        if case.value is None:
            others = case.weights
        else:
            code = typer.texts.code(case.value.text)
            typer.compared.append(ComparedText(op, code, case.value.at))
            lines[code] = case.weights
    if all(case.value is not None for case in written.cases):
        typer.listed.append(ListedTexts(op, frozenset(lines), written.at))
    # Null is -1, which `take` counts from the end: the last entry is for it, and for codes past the table.
    by_code = [lines.get(code, others) for code in range(max(lines, default=-1) + 2)]
    return [
        Op("by_case", "number", (op,), tuple(map(float, weights)))
        for weights in zip(*by_code, strict=True)
    ]
