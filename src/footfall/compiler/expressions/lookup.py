"""Names in expressions: what is declared in a scope, and what is always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.expressions.typed_values import Values, describe, load
from footfall.compiler.symbols import (
    ElementVariable,
    ListVariable,
    Scope,
    Symbol,
    Texts,
    Variable,
)
from footfall.model import builtins
from footfall.model.operations import Op
from footfall.model.values import Kind
from footfall.scenario.expressions import ExpressionProblem, Name
from footfall.units import nearest_hint

_CLOCK: dict[str, Kind] = {
    "now": "time",
    "day": "integer",
    "hour": "integer",
    "weekday": "integer",
    "days_since_arrival": "integer",
}
_COLUMNS: dict[str, tuple[int, Kind]] = {
    "known": (builtins.KNOWN, "boolean"),
    "visits": (builtins.VISITS, "integer"),
    "person": (builtins.PERSON, "integer"),
}
_OF_DEVICE = ("platform", "os_name")
BUILTIN_NAMES = (*_CLOCK, *_COLUMNS, "stage", *_OF_DEVICE)
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds what names mean.

    Args:
        texts: Codes of texts.
        values: Catalogues and currency.
        home: Name of the home catalogue.
        devices: The kinds of devices, with the columns platform and os_name.
        described: Event property → the expression of its value; no names here, but often taken for some.
    """

    texts: Texts
    values: Values
    home: str
    devices: CatalogueTable
    described: Mapping[str, str]

    def known(self, scope: Scope) -> list[str]:
        """Return every name that expressions of a scope can use, in alphabetical order."""
        return sorted({*scope.names(), *BUILTIN_NAMES, *self.values.tables[self.home].columns})

    def find(self, node: Name, scope: Scope) -> Op:
        """Return what a name means.

        Raises:
            ExpressionProblem: It is not declared, or has no such field or column.
        """
        first, rest = node.parts[0], node.parts[1:]
        symbol = scope.find(first)
        if symbol is not None:
            return self._declared(node, symbol, rest)
        found = None if rest else self._builtin(first)
        if found is None:
            raise self._unknown(node, scope)
        return found

    # --- always there ------------------------------------------------------------------------------------------------

    def _builtin(self, name: str) -> Op | None:
        if name in _CLOCK:
            return Op(name, _CLOCK[name])
        if name in _COLUMNS:
            number, kind = _COLUMNS[name]
            return Op("load", kind, value=number)
        if name == "stage":
            return Op("stage", "text", (Op("load", "integer", value=builtins.STAGE),))
        if name in _OF_DEVICE:
            row = Op(
                "load",
                "row",
                value=builtins.DEVICE_KIND,
                is_nullable=True,
                of=self.devices.source.name,
            )
            return self.values.column(row, self.devices, name)
        return self._of_home(name)

    def _of_home(self, name: str) -> Op | None:
        home = self.values.tables[self.home]
        if name not in home.columns:
            return None
        number, kind = home.columns[name]
        # Everybody has a home, so the row is never null; its cell can be.
        row = Op("load", "row", value=builtins.HOME, of=self.home)
        return Op("field", kind, (row,), number, is_nullable=True)

    def _unknown(self, node: Name, scope: Scope) -> ExpressionProblem:
        name = ".".join(node.parts)
        known = self.known(scope)
        shown = ", ".join(known[:_MOST_SHOWN]) + (", …" if len(known) > _MOST_SHOWN else "")
        return ExpressionProblem(
            f'"{name}" is not declared here',
            node.offset,
            "known here: " + shown,
            self._hint(node, known),
        )

    def _hint(self, node: Name, known: list[str]) -> str:
        name = ".".join(node.parts)
        if name in self.texts.all():
            return f"'{name}' is a text in quotes"
        if node.parts[0] in self.values.tables:
            return f"pick: {node.parts[0]} chooses a row of that catalogue"
        if self.described.get(name, name) != name:
            return (
                f"{name} is an event property; write what its value is: {self.described[name]}"
            )
        return nearest_hint(node.parts[0], known) or f"a text stands in quotes: '{name}'"

    # --- declared ----------------------------------------------------------------------------------------------------

    def _declared(self, node: Name, symbol: Symbol, rest: tuple[str, ...]) -> Op:
        if isinstance(symbol, Variable):
            return self._descend(node, load(symbol), rest)
        is_list = isinstance(symbol, ListVariable)
        # A list of single values has one field, without a name.
        if "" in symbol.fields:
            return self._descend(node, load(symbol.fields[""], is_list), rest)
        if not rest or rest[0] not in symbol.fields:
            raise _no_field(node, symbol)
        return self._descend(node, load(symbol.fields[rest[0]], is_list), rest[1:])

    def _descend(self, node: Name, op: Op, rest: tuple[str, ...]) -> Op:
        if not rest:
            return op
        name = ".".join(node.parts)
        if op.kind != "row":
            raise ExpressionProblem(f'"{name}": {describe(op)} has no columns', node.offset)
        table = self.values.tables[op.of]
        if rest[0] not in table.columns or len(rest) > 1:
            known = list(table.columns)
            message = f'"{name}": {op.of} has no column "{".".join(rest)}"'
            accepted = f"columns of {op.of}: " + ", ".join(known)
            raise ExpressionProblem(
                message, node.offset, accepted, nearest_hint(rest[0], known)
            )
        return self.values.column(op, table, rest[0])


def _no_field(node: Name, symbol: ListVariable | ElementVariable) -> ExpressionProblem:
    what = "a list of records" if isinstance(symbol, ListVariable) else "an element with fields"
    fields = ", ".join(f"{symbol.name}.{field}" for field in symbol.fields)
    hint = nearest_hint(node.parts[1], symbol.fields) if len(node.parts) > 1 else ""
    return ExpressionProblem(f'"{".".join(node.parts)}" is {what}', node.offset, fields, hint)
