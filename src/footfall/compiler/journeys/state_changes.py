"""Changes of state: `set` and `add`; those of lists stand beside."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler.addresses import key
from footfall.compiler.affected_draws import DrawPlace, affected_pick
from footfall.compiler.expressions.typed_values import NUMERIC
from footfall.compiler.journeys.list_changes import append, remove
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here
from footfall.compiler.journeys.written_values import value_of
from footfall.compiler.symbols import Scope, TypeOf, Variable
from footfall.model import program
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.operations import Op
from footfall.model.program import Action, ActNode, Assign
from footfall.scenario.leaf_records import Draw, Expression, Text
from footfall.scenario.step_records import Assignment, ChangeStep
from footfall.units import nearest_hint


def lower_change(lowering: Lowering, step: ChangeStep, here: Here, following: int) -> int:
    """Compile `set`, `add`, `append` and `remove` as a step of their own."""
    actions = change(lowering, step.changes, here, step.named)
    return lowering.builder.add(ActNode(actions, following)) if actions else following


def change(
    lowering: Lowering, changes: tuple[Assignment, ...], here: Here, named: str | None
) -> tuple[Action, ...]:
    """Compile changes in written order; wrong ones are noted and left out.

    Args:
        named: Name of the step, which draws in it are called after; else after their variable.
    """
    compiled = (
        _one(lowering, each, here, draw_name(named, each.name, len(changes)))
        for each in changes
    )
    return tuple(action for action in compiled if action is not None)


def draw_name(named: str | None, variable: str, n: int) -> str:
    """Return a draw's name: its variable's, or that of its step.

    Where a step with a name has several draws, both.
    """
    if named is None:
        return variable
    return named if n == 1 else f"{named}/{variable}"


def _one(lowering: Lowering, change: Assignment, here: Here, name: str) -> Action | None:
    symbol = here.scope.find(change.name)
    if symbol is None:
        _note_unknown(lowering, change, here.scope)
        return None
    if change.verb == "append":
        return append(lowering, change, symbol, here)
    if change.verb == "remove":
        return remove(lowering, change, symbol, here)
    if not isinstance(symbol, Variable):
        lowering.problems.add(
            change.at, f'{change.verb}: "{change.name}" is a list', "append or remove"
        )
        return None
    if symbol.type.kind == "composed":
        message, accepted = (
            f'{change.verb}: "{change.name}" is made up, and stays',
            "what is drawn or starts with a value",
        )
        lowering.problems.add(change.at, message, accepted)
        return None
    if change.verb == "set":
        return _set(lowering, change, symbol, here, name)
    return _add(lowering, change, symbol, here)


def _note_unknown(lowering: Lowering, change: Assignment, scope: Scope) -> None:
    known = sorted(set(scope.names()))
    hint = nearest_hint(change.name, known)
    hint = hint or f"declare it: carries: {{{change.name}: TYPE}}, or under people: properties"
    message = f'{change.verb}: "{change.name}" is not declared here'
    lowering.problems.add(
        change.at, message, "known here: " + (", ".join(known) or "nothing"), hint
    )


def _set(
    lowering: Lowering, change: Assignment, variable: Variable, here: Here, name: str
) -> Action | None:
    effects: tuple[CompiledEffect, ...] = ()
    address = f"{here.journey}/{change.name}"
    kind = variable.type.kind
    if kind in NUMERIC:
        effects = lowering.effects.at("value", address)
    value = _new_value(lowering, change, variable, here, name)
    if value is None:
        return None
    affected = lowering.builder.factors(address, kind, effects)
    return Assign(variable.column, kind, value, variable.property_no, False, effects, affected)


def _new_value(
    lowering: Lowering, change: Assignment, variable: Variable, here: Here, name: str
) -> Op | program.RandomValue | None:
    if isinstance(change.value, Draw):
        lowering.builder.names.take("draw", here.journey, name, change.at)
        drawn = lowering.declarer.draw(
            change.value, variable, lowering.builder.key(here, "draw", name), here.scope
        )
        place = DrawPlace(here.journey, name)
        return drawn and affected_pick(
            drawn, change.value, place, lowering.effects, lowering.builder
        )
    assert change.value is not None
    id_key = (key(lowering.declarer.seed, "id", here.journey, name), here.counter)
    op = value_of(lowering, change.value, variable, replace(here.scope, id_key=id_key))
    if op is not None and op.kind == "id" and op.of:
        # The first `id('…')` that is put into a variable gives its prefix, and so a column's.
        lowering.builder.id_prefixes.setdefault(variable.column, op.of)
        if variable.type.of != op.of:
            variable.type = TypeOf("id", op.of)
    return op


def _add(
    lowering: Lowering, change: Assignment, variable: Variable, here: Here
) -> Action | None:
    kind = variable.type.kind
    if kind not in NUMERIC:
        message = f'add: "{change.name}" is {variable.type}'
        lowering.problems.add(change.at, message, "integer, number or money")
        return None
    assert isinstance(change.value, Text)
    op = lowering.typer.compile(
        Expression(change.value.text, change.value.at), here.scope, variable.type
    )
    return (
        None
        if op is None
        else Assign(variable.column, kind, op, variable.property_no, adds=True)
    )
