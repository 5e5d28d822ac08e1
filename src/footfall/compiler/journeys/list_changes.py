"""Changes of lists: `append` and `remove`."""

from __future__ import annotations

from footfall.compiler.expressions.typed_values import is_constant, load, null
from footfall.compiler.expressions.typer import ComparedText
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here
from footfall.compiler.journeys.written_values import value_of
from footfall.compiler.symbols import ElementVariable, ListVariable, Symbol, Variable
from footfall.model.operations import Op
from footfall.model.program import Action, Append, Remove
from footfall.scenario.leaf_records import Text
from footfall.scenario.step_records import Assignment
from footfall.units import nearest_hint


def _list(lowering: Lowering, change: Assignment, symbol: Symbol) -> ListVariable | None:
    if isinstance(symbol, ListVariable):
        return symbol
    message = f'{change.verb}: "{change.name}" is no list'
    lowering.problems.add(change.at, message, "a name declared with of: and at_most:")
    return None


def append(lowering: Lowering, change: Assignment, symbol: Symbol, here: Here) -> Action | None:
    """Compile `append`: a value, a record, or an element that was picked."""
    target = _list(lowering, change, symbol)
    if target is None:
        return None
    given = dict(change.fields)
    if isinstance(change.value, Text):
        if not target.is_plain:
            return _append_element(lowering, change, change.value, target, here)
        given = {"": change.value}
    for name, text in given.items():
        if name not in target.fields:
            known = list(target.fields)
            accepted = "single values" if target.is_plain else "its fields: " + ", ".join(known)
            message = f'"{change.name}" has no field "{name}"'
            lowering.problems.add(text.at, message, accepted, nearest_hint(name, known))
    values = [
        _field(lowering, variable, given.get(name), here)
        for name, variable in target.fields.items()
    ]
    return _appended(lowering, target, tuple(values), here)


def _append_element(
    lowering: Lowering, change: Assignment, text: Text, target: ListVariable, here: Here
) -> Action | None:
    source = here.scope.find(text.text)
    if not isinstance(source, ElementVariable) or list(source.fields) != list(target.fields):
        accepted = "{" + ", ".join(f"{field}: …" for field in target.fields) + "}"
        lowering.problems.add(
            text.at, f'append: "{text.text}" is no record of "{change.name}"', accepted
        )
        return None
    return _appended(
        lowering, target, tuple(load(variable) for variable in source.fields.values()), here
    )


def _appended(
    lowering: Lowering, target: ListVariable, values: tuple[Op, ...], here: Here
) -> Append:
    skip = lowering.builder.skip("list full", f"{here.journey}/{target.name}")
    return Append(target.length, _columns(target), values, skip, target.property_no)


def _columns(target: ListVariable) -> tuple[int, ...]:
    return tuple(variable.column for variable in target.fields.values())


def _field(lowering: Lowering, variable: Variable, text: Text | None, here: Here) -> Op:
    op = value_of(lowering, text, variable, here.scope) if text is not None else None
    return op or null(variable.type.kind)


def remove(lowering: Lowering, change: Assignment, symbol: Symbol, here: Here) -> Action | None:
    """Compile `remove`: all, an element that was picked, or the first that has a value."""
    target = _list(lowering, change, symbol)
    if target is None:
        return None
    assert isinstance(change.value, Text)
    what = here.scope.find(change.value.text)
    # A reserved word: no variable is called so.
    if change.value.text == "all":
        return Remove(target.length, _columns(target), property=target.property_no)
    if isinstance(what, ElementVariable) and what.source == target.name:
        place = Op("load", "integer", value=what.place, is_nullable=True)
        return Remove(target.length, _columns(target), at=place, property=target.property_no)
    first = next(iter(target.fields.values()))
    op = value_of(lowering, change.value, first, here.scope)
    if op is not None and op.kind == "text" and is_constant(op) and isinstance(op.value, int):
        at, elements = change.value.inside, load(first, is_list=True)
        lowering.typer.compared.append(ComparedText(elements, op.value, at))
    return (
        None
        if op is None
        else Remove(target.length, _columns(target), equal=op, property=target.property_no)
    )
