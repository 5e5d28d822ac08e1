"""Journeys that start at a later time: `later`."""

from __future__ import annotations

from footfall.compiler import distributions
from footfall.compiler.expressions.typed_values import load, null
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here, Instance
from footfall.compiler.journeys.written_values import value_of
from footfall.compiler.symbols import (
    ElementVariable,
    ListVariable,
    Symbol,
    TypeOf,
    Variable,
    columns_of,
)
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.operations import Op
from footfall.model.program import CancelNode, LaterNode
from footfall.model.tables import InverseCdf, Uniform
from footfall.scenario.leaf_records import Text
from footfall.scenario.step_records import CancelStep, LaterStep
from footfall.units import nearest_hint

ALL = "all"
"""The word for every journey that is pending."""


def lower_later(lowering: Lowering, step: LaterStep, here: Here, following: int) -> int:
    """Compile the start of a journey at a later time; an unknown one is noted elsewhere."""
    number, builder = lowering.timer_numbers.get(step.journey), lowering.builder
    if number is None:
        return following
    instance = lowering.instance(lowering.journeys[step.journey], step.journey, lowering.outer)
    values = _payload(lowering, step, instance, here)
    name = step.named or step.journey
    table: InverseCdf | Uniform | None = None
    effects: tuple[CompiledEffect, ...] = ()
    affected = no_factor = -1
    factor: Op | None = None
    if step.wait is not None:
        address = builder.names.take("wait", here.journey, name, step.at)
        table, effects = distributions.wait(step.wait), lowering.effects.at("wait", address)
        affected = builder.factors(address, "wait", effects)
        factor, no_factor = lowering.factor(step.wait, address, here.scope)
    moment = (
        None
        if step.moment is None
        else lowering.typer.compile(step.moment, here.scope, TypeOf("time"))
    )
    skip = builder.skip("no free slot", f"{here.journey}/{name}")
    key = builder.key(here, "wait", name)
    return builder.add(
        LaterNode(
            number,
            key,
            table,
            following,
            skip,
            moment,
            step.is_activity,
            values,
            effects,
            affected,
            factor,
            no_factor,
        )
    )


def lower_cancel(lowering: Lowering, step: CancelStep, _here: Here, following: int) -> int:
    """Compile the end of what is pending."""
    timers = pending(lowering, step.targets, "cancel")
    return lowering.builder.add(CancelNode(timers, following)) if timers else following


def pending(lowering: Lowering, names: tuple[Text, ...], key: str) -> tuple[int, ...]:
    """Return the numbers of journeys that may be pending, of those that are named below a key."""
    numbers = lowering.timer_numbers
    if ALL in [name.text for name in names]:
        return tuple(numbers.values())
    for name in names:
        if name.text not in numbers:
            _note_never_pending(lowering, name, key)
    return tuple(sorted({numbers[name.text] for name in names if name.text in numbers}))


def _note_never_pending(lowering: Lowering, name: Text, key: str) -> None:
    known = list(lowering.timer_numbers)
    is_journey = name.text in lowering.journeys
    message = (
        f'{key}: no step starts the journey "{name.text}" by later'
        if is_journey
        else f'{key}: no journey "{name.text}"'
    )
    accepted = f"journeys that are started by later: {', '.join(known) or 'none'}"
    lowering.problems.add(name.at, message, accepted, nearest_hint(name.text, known))


def _payload(
    lowering: Lowering, step: LaterStep, instance: Instance, here: Here
) -> tuple[Op, ...]:
    given = dict(step.values)
    for name, text in given.items():
        if name not in instance.names:
            known = list(instance.names)
            lowering.problems.add(
                text.at,
                f'journey "{step.journey}" carries no "{name}"',
                "it carries: " + (", ".join(known) or "nothing"),
                nearest_hint(name, known) or f"declare it there: carries: {{{name}: TYPE}}",
            )
    # In the order of `Timer.payload`, whatever the order below `with`.
    handed = (
        _handed(lowering, symbol, given.get(name), here)
        for name, symbol in instance.names.items()
    )
    return tuple(op for ops in handed for op in ops)


def _handed(lowering: Lowering, symbol: Symbol, text: Text | None, here: Here) -> list[Op]:
    """Return what fills the columns of a variable: a value, the columns of a list, or null."""
    if text is not None and isinstance(symbol, Variable):
        return [value_of(lowering, text, symbol, here.scope) or null(symbol.type.kind)]
    source = here.scope.find(text.text) if text is not None else None
    if (
        isinstance(symbol, ListVariable)
        and isinstance(source, ListVariable)
        and _are_alike(symbol, source)
    ):
        lists = [
            Op("load", v.type.kind, value=v.column, is_list=True)
            for v in source.fields.values()
        ]
        return [Op("load", "integer", value=source.length), *lists]
    if (
        isinstance(symbol, ElementVariable)
        and isinstance(source, ElementVariable)
        and _are_alike(symbol, source)
    ):
        fields = [load(variable) for variable in source.fields.values()]
        return [Op("load", "integer", value=source.place, is_nullable=True), *fields]
    if text is not None and not isinstance(symbol, Variable):
        accepted = (
            "a list"
            if isinstance(symbol, ListVariable)
            else "an element that was picked from a list"
        )
        accepted += " with the fields " + ", ".join(symbol.fields)
        lowering.problems.add(text.at, f'"{text.text}" does not fit "{symbol.name}"', accepted)
    return _nothing(lowering, symbol)


def _are_alike(
    one: ListVariable | ElementVariable, other: ListVariable | ElementVariable
) -> bool:
    return _kinds(one) == _kinds(other)


def _kinds(symbol: ListVariable | ElementVariable) -> list[tuple[str, str, str]]:
    """Return names and kinds of the fields, and whose rows they are."""
    types = ((name, variable.type) for name, variable in symbol.fields.items())
    return [(name, of.kind, of.of if of.kind == "row" else "") for name, of in types]


def _nothing(lowering: Lowering, symbol: Symbol) -> list[Op]:
    """Return null for each column of a variable; an empty list has the length 0."""
    columns = lowering.declarer.columns.all()
    length = symbol.length if isinstance(symbol, ListVariable) else None
    return [
        Op("const", "integer", value=0, is_nullable=True)
        if column == length
        else null(columns[column].kind)
        for column in columns_of(symbol)
    ]
