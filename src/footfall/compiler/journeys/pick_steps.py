"""Choices of rows and elements: `pick`."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.expressions.typed_values import is_constant
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.state_changes import draw_name
from footfall.compiler.journeys.step_context import Here
from footfall.compiler.symbols import ElementVariable, ListVariable, Symbol, TypeOf, Variable
from footfall.model.operations import Op
from footfall.model.program import Action, ActNode, DrawKey, PickElement, PickRow
from footfall.scenario.leaf_records import Expression
from footfall.scenario.step_records import PickOne, PickStep
from footfall.text import first_names
from footfall.units import nearest_hint

MOST_SHOWN = 30


def lower_pick(lowering: Lowering, step: PickStep, here: Here, following: int) -> int:
    """Compile `pick`."""
    names = [draw_name(step.named, pick.variable, len(step.picks)) for pick in step.picks]
    compiled = (
        _pick(lowering, pick, here, name) for pick, name in zip(step.picks, names, strict=True)
    )
    actions = tuple(action for action in compiled if action is not None)
    return lowering.builder.add(ActNode(actions, following)) if actions else following


def _pick(lowering: Lowering, pick: PickOne, here: Here, named: str) -> Action | None:
    """Compile one target of `pick`; the draw is called `named`."""
    lowering.builder.names.take("draw", here.journey, named, pick.at)
    name = lowering.builder.key(here, "draw", named)
    source, target = here.scope.find(pick.source), here.scope.find(pick.variable)
    if isinstance(source, ListVariable):
        skip = lowering.builder.skip("list empty", f"{here.journey}/{named}")
        return _element(lowering, pick, source, target, name, skip)
    table = lowering.typer.tables.get(pick.source)
    if table is not None:
        return _row(lowering, pick, table, target, name, here, named)
    lists = [n for n in here.scope.names() if isinstance(here.scope.find(n), ListVariable)]
    known = [*lowering.typer.tables, *lists]
    message = f'pick: no catalogue or list "{pick.source}"'
    into, word, where_from = pick.source.partition(" from ")
    hint = (
        f"write {{{into}: {{from: {where_from}}}}}"
        if word
        else nearest_hint(pick.source, known)
    )
    lowering.problems.add(
        pick.at, message, "catalogues and lists here: " + ", ".join(known), hint
    )
    return None


def _element(
    lowering: Lowering,
    pick: PickOne,
    source: ListVariable,
    target: Symbol | None,
    name: DrawKey,
    skip: int,
) -> Action | None:
    if pick.where:
        lowering.problems.add(
            pick.at, "pick … where from a list", "where of a catalogue", "remove where"
        )
    if isinstance(target, ElementVariable) and target.source == source.name:
        columns = tuple(variable.column for variable in target.fields.values())
        place = target.place
    elif isinstance(target, Variable) and source.is_plain and _fits(target, source.fields[""]):
        columns = (target.column,)
        # Every pick from a list writes a place, though of a plain variable nothing reads it.
        place = lowering.declarer.columns.add(f"place of {pick.variable}", "integer")
    else:
        what = (
            "an element of another list"
            if isinstance(target, ElementVariable)
            else f"it is {_what(target)}"
        )
        message = f'pick: "{pick.variable}" cannot hold an element of "{pick.source}": {what}'
        lowering.problems.add(
            pick.at,
            message,
            hint="pick into a name that is not declared, or declare it with that type",
        )
        return None
    sources = tuple(variable.column for variable in source.fields.values())
    return PickElement(name, source.length, place, sources, columns, skip)


def _fits(target: Variable, element: Variable) -> bool:
    # Ids fit whatever their prefix; rows must be of one catalogue.
    return target.type.kind == element.type.kind and (
        target.type.kind != "row" or target.type == element.type
    )


def _what(target: Symbol | None) -> str:
    if isinstance(target, Variable):
        return str(target.type)
    return "a list" if isinstance(target, ListVariable) else "no variable for that"


def _row(
    lowering: Lowering,
    pick: PickOne,
    table: CatalogueTable,
    target: Symbol | None,
    name: DrawKey,
    here: Here,
    named: str,
) -> Action | None:
    if not isinstance(target, Variable) or target.type != TypeOf("row", table.source.name):
        lowering.problems.add(
            pick.at,
            f'pick: "{pick.variable}" cannot hold a row of "{table.source.name}": it is {_what(target)}',
            hint=f"declare it: {pick.variable}: {table.source.name}",
        )
        return None
    if not pick.where:
        return PickRow(target.column, name, table.distribution)
    found = _row_where(lowering, pick, table, target, name, here)
    skip = lowering.builder.skip("no row", f"{here.journey}/{named}")
    return found and replace(found, skip=skip)


def _row_where(
    lowering: Lowering,
    pick: PickOne,
    table: CatalogueTable,
    target: Variable,
    name: DrawKey,
    here: Here,
) -> PickRow | None:
    (column, expression), *more = pick.where
    if more:
        lowering.problems.add(more[0][1].at, "pick … where with several columns", "one column")
    if column not in table.columns:
        known = list(table.columns)
        message = f'"{table.source.name}" has no column "{column}"'
        lowering.problems.add(
            expression.at,
            message,
            "its columns: " + ", ".join(known),
            nearest_hint(column, known),
        )
        return None
    number, kind = table.columns[column]
    op = lowering.typer.compile(expression, here.scope, TypeOf(kind))
    group = table.grouped(column, lowering.table_columns[number].values)
    if group is None:
        message = f'pick … where: column "{column}" of "{table.source.name}" is null in every row that can be picked'
        lowering.problems.add(expression.at, message, "a column with values")
    if op is None or group is None:
        return None
    _check_cell(lowering, expression, table, column, op)
    return PickRow(target.column, name, group, op)


def _check_cell(
    lowering: Lowering, expression: Expression, table: CatalogueTable, column: str, op: Op
) -> None:
    """Note a written value that no row has."""
    number, kind = table.columns[column]
    cells = lowering.table_columns[number].values[:-1]
    if not is_constant(op) or op.value in cells.tolist():
        return
    position = table.source.columns.index(column)
    rows = (row[position] for row in table.source.rows if row[position] is not None)
    known = list(dict.fromkeys(map(str, rows)))
    text = expression.text.strip("'\"") if kind == "text" else expression.text
    lowering.problems.add(
        expression.at,
        f'no row of "{table.source.name}" has {column} {text}',
        "values: " + first_names(known, MOST_SHOWN),
        nearest_hint(text, known),
    )
