"""Compiles changes of state: set, add, append, remove and pick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from footfall.compiler import tables as laws
from footfall.compiler.naming import key
from footfall.compiler.symbols import ElementVariable, ListVariable, Scope, Symbol, Table, TypeOf, Variable
from footfall.compiler.typing import NUMERIC, load, nearest_hint
from footfall.errors import Mark
from footfall.model.ops import Op
from footfall.model.program import Action, Append, Assign, PickElement, PickRow, Remove
from footfall.model.values import NULLS
from footfall.scenario.records import Assignment, Draw, Expression, PickOne, Text

if TYPE_CHECKING:
    from footfall.compiler.lowering import Here, Lowering


def draw_name(named: str | None, variable: str, n: int) -> str:
    """Return what a draw is called: after its step if that has a name (and the variable, if the step has several)."""
    if named is None:
        return variable
    return named if n == 1 else f"{named}/{variable}"


class Changes:
    """Compiles the changes of steps.

    Args:
        lowering: Gives names, effects and problems.
    """

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering

    def compile(self, changes: tuple[Assignment, ...], here: Here, named: str | None) -> tuple[Action, ...]:
        """Compile changes in written order; wrong ones are noted and left out.

        Args:
            named: Name of the step, which draws in it are called after; else after their variable.
        """
        compiled = (self._one(change, here, draw_name(named, change.name, len(changes))) for change in changes)
        return tuple(action for action in compiled if action is not None)

    def _one(self, change: Assignment, here: Here, name: str) -> Action | None:
        symbol = here.scope.find(change.name)
        if symbol is None:
            self._unknown(change.name, change.at, here.scope)
            return None
        if change.verb == "append":
            return self._append(change, symbol, here)
        if change.verb == "remove":
            return self._remove(change, symbol, here)
        if not isinstance(symbol, Variable):
            self._problem(change.at, f'{change.verb}: "{change.name}" is a list', "append or remove")
            return None
        return self._set(change, symbol, here, name) if change.verb == "set" else self._add(change, symbol, here)

    def _problem(self, at: Mark, message: str, accepted: str = "", hint: str = "") -> None:
        self._lowering.problems.add(at, message, accepted, hint)

    def _unknown(self, name: str, at: Mark, scope: Scope) -> None:
        known = sorted(set(scope.names()))
        hint = nearest_hint(name, known) or f"declare it: carries: {{{name}: TYPE}}, or under people: properties"
        self._problem(at, f'"{name}" is not declared here', "known here: " + ", ".join(known), hint)

    def _set(self, change: Assignment, variable: Variable, here: Here, name: str) -> Action | None:
        lowering = self._lowering
        effects = ()
        address = f"{here.journey}/{change.name}"
        if variable.type.kind in NUMERIC:
            lowering.value_addresses.setdefault(address)
            effects = lowering.effects.at("value", address)
        if isinstance(change.value, Draw):
            lowering.names.take("draw", here.journey, name, change.at)
            draw = lowering.declarer.draw(change.value, variable, lowering.key(here, "draw", name))
            value: object = draw
        else:
            assert change.value is not None
            value = self._with_id(change, variable, here, name)
        if value is None:
            return None
        return Assign(variable.column, variable.type.kind, value, variable.property_no, False, effects)  # type: ignore[arg-type]

    def _with_id(self, change: Assignment, variable: Variable, here: Here, name: str) -> Op | None:
        lowering = self._lowering
        name_key = key(lowering.seed, "id", here.journey, name)
        lowering.typer.id_key = lambda prefix: (name_key, here.counter)
        try:
            assert isinstance(change.value, Text)
            op = self.value(change.value, variable, here.scope)
        finally:
            lowering.typer.id_key = None
        if op is not None and op.kind == "id" and op.of:
            lowering.id_prefixes.setdefault(variable.column, op.of)
            if variable.type.of != op.of:
                variable.type = TypeOf("id", op.of)
        return op

    def value(self, text: Text, variable: Variable, scope: Scope) -> Op | None:
        """Compile what a variable is set to: one of its values, null, or an expression."""
        kind = variable.type.kind
        typer = self._lowering.typer
        if text.is_null:
            return Op("const", kind, value=NULLS[kind], is_nullable=True, of=variable.type.of)
        if variable.values and text.text in variable.values:
            return Op("const", "text", value=typer.texts.code(text.text))
        op = typer.compile(Expression(text.text, text.at), scope, variable.type)
        if op is not None and variable.values and op.op == "const" and not op.is_nullable:
            self._check_value(text, variable, op)
        return op

    def _check_value(self, text: Text, variable: Variable, op: Op) -> None:
        allowed = [self._lowering.typer.texts.code(v) for v in variable.values]
        if op.value not in allowed:
            message = f'{text.text} is not among the values of "{variable.name}"'
            hint = nearest_hint(text.text.strip("'\""), variable.values)
            self._problem(text.at, message, ", ".join(variable.values), hint)

    def _add(self, change: Assignment, variable: Variable, here: Here) -> Action | None:
        if variable.type.kind not in NUMERIC:
            self._problem(change.at, f'add: "{change.name}" is {variable.type}', "integer, number or money")
            return None
        assert isinstance(change.value, Text)
        op = self._lowering.typer.compile(Expression(change.value.text, change.value.at), here.scope, variable.type)
        if op is None:
            return None
        return Assign(variable.column, variable.type.kind, op, variable.property_no, adds=True)

    # --- lists -------------------------------------------------------------------------------------------------------

    def _list(self, change: Assignment, symbol: Symbol) -> ListVariable | None:
        if isinstance(symbol, ListVariable):
            return symbol
        self._problem(change.at, f'{change.verb}: "{change.name}" is no list', "a name declared with of: and at_most:")
        return None

    def _append(self, change: Assignment, symbol: Symbol, here: Here) -> Action | None:
        target = self._list(change, symbol)
        if target is None:
            return None
        given = dict(change.fields)
        if isinstance(change.value, Text) and target.is_plain:
            given = {"": change.value}
        elif isinstance(change.value, Text):
            return self._append_element(change, target, here)
        for name, text in given.items():
            if name not in target.fields:
                known = list(target.fields)
                self._problem(
                    text.at, f'"{change.name}" has no field "{name}"', ", ".join(known), nearest_hint(name, known)
                )
        values = [self._field(v, given.get(name), here) for name, v in target.fields.items()]
        return self._appended(target, tuple(values), here)

    def _append_element(self, change: Assignment, target: ListVariable, here: Here) -> Action | None:
        assert isinstance(change.value, Text)
        source = here.scope.find(change.value.text)
        if not isinstance(source, ElementVariable) or list(source.fields) != list(target.fields):
            accepted = "{" + ", ".join(f"{f}: …" for f in target.fields) + "}"
            self._problem(change.value.at, f'append: "{change.value.text}" is no record of "{change.name}"', accepted)
            return None
        return self._appended(target, tuple(load(v) for v in source.fields.values()), here)

    def _appended(self, target: ListVariable, values: tuple[Op, ...], here: Here) -> Append:
        skip = self._lowering.skip("list full", f"{here.journey}/{target.name}")
        columns = tuple(v.column for v in target.fields.values())
        return Append(target.length, columns, values, skip, target.property_no)

    def _field(self, variable: Variable, text: Text | None, here: Here) -> Op:
        op = self.value(text, variable, here.scope) if text is not None else None
        kind = variable.type.kind
        return op or Op("const", kind, value=NULLS[kind], is_nullable=True)

    def _remove(self, change: Assignment, symbol: Symbol, here: Here) -> Action | None:
        target = self._list(change, symbol)
        if target is None:
            return None
        columns = tuple(v.column for v in target.fields.values())
        assert isinstance(change.value, Text)
        what = here.scope.find(change.value.text)
        if change.value.text == "all":
            return Remove(target.length, columns, property=target.property_no)
        if isinstance(what, ElementVariable) and what.source == target.name:
            place = Op("load", "integer", value=what.place, is_nullable=True)
            return Remove(target.length, columns, at=place, property=target.property_no)
        first = next(iter(target.fields.values()))
        op = self.value(change.value, first, here.scope)
        return None if op is None else Remove(target.length, columns, equal=op, property=target.property_no)

    # --- pick --------------------------------------------------------------------------------------------------------

    def is_free(self, pick: PickOne, scope: Scope) -> bool:
        """Tell whether a pick needs a variable of its own: none of that name can take it."""
        return not isinstance(scope.find(pick.variable), Variable | ElementVariable)

    def pick(self, pick: PickOne, here: Here, named: str) -> Action | None:
        """Compile one target of `pick`; the draw is called `named`."""
        lowering = self._lowering
        lowering.names.take("draw", here.journey, named, pick.at)
        name = lowering.key(here, "draw", named)
        source, target = here.scope.find(pick.source), here.scope.find(pick.variable)
        if isinstance(source, ListVariable):
            return self._pick_element(pick, source, target, name)
        table = lowering.typer.tables.get(pick.source)
        if table is None:
            known = [
                *lowering.typer.tables,
                *(n for n in here.scope.names() if isinstance(here.scope.find(n), ListVariable)),
            ]
            self._problem(
                pick.at,
                f'pick: no catalogue or list "{pick.source}"',
                ", ".join(known),
                nearest_hint(pick.source, known),
            )
            return None
        return self._pick_row(pick, table, target, name, here)

    def _pick_element(self, pick: PickOne, source: ListVariable, target: Symbol | None, name: object) -> Action | None:
        if pick.where:
            self._problem(pick.at, "pick … where from a list", hint="where works on catalogues")
        if isinstance(target, ElementVariable) and target.source == source.name:
            columns = tuple(v.column for v in target.fields.values())
            place = target.place
        elif isinstance(target, Variable) and source.is_plain and target.type.kind == source.fields[""].type.kind:
            columns, place = (target.column,), self._lowering.columns.add(f"place of {pick.variable}", "integer")
        else:
            self._problem(pick.at, f'pick: "{pick.variable}" cannot hold an element of "{pick.source}"')
            return None
        sources = tuple(v.column for v in source.fields.values())
        return PickElement(name, source.length, place, sources, columns)  # type: ignore[arg-type]

    def _pick_row(self, pick: PickOne, table: Table, target: Symbol | None, name: object, here: Here) -> Action | None:
        if not isinstance(target, Variable) or target.type != TypeOf("row", table.source.name):
            what = f"it is {target.type}" if isinstance(target, Variable) else "it is no variable for a row"
            self._problem(
                pick.at,
                f'pick: "{pick.variable}" cannot hold a row of "{table.source.name}": {what}',
                hint=f"declare it: {pick.variable}: {table.source.name}",
            )
            return None
        if not pick.where:
            return PickRow(target.column, name, table.law)  # type: ignore[arg-type]
        return self._pick_where(pick, table, target, name, here)

    def _pick_where(self, pick: PickOne, table: Table, target: Variable, name: object, here: Here) -> Action | None:
        (column, expression), *more = pick.where
        if more:
            self._problem(more[0][1].at, "pick … where with several columns", "one column")
        if column not in table.columns:
            known = list(table.columns)
            self._problem(
                expression.at,
                f'"{table.source.name}" has no column "{column}"',
                ", ".join(known),
                nearest_hint(column, known),
            )
            return None
        number, kind = table.columns[column]
        op = self._lowering.typer.compile(expression, here.scope, TypeOf(kind))
        if op is None:
            return None
        if column not in table.groups:
            values = self._lowering.table_values(number)
            table.groups[column] = laws.grouped(values[:-1], table.source.weights)
        return PickRow(target.column, name, table.groups[column], op)  # type: ignore[arg-type]
