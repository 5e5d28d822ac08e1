"""Meanings of names in a compilation: texts, columns, and variables that hold state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from footfall.model.builtins import BUILTINS
from footfall.model.model import Column
from footfall.model.operations import Op
from footfall.model.values import Kind, null_of
from footfall.scenario.leaf_records import FREE, Constraint


class Texts:
    """Every text gets a code; the same text always the same one."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        """Return the code of a text."""
        return self._codes.setdefault(text, len(self._codes))

    def all(self) -> tuple[str, ...]:
        """Return all texts by code."""
        return tuple(self._codes)


@dataclass(frozen=True, slots=True)
class TypeOf:
    """Kind of a value; `of` is the catalogue of a row, the prefix of an id."""

    kind: Kind
    of: str = ""

    def __str__(self) -> str:
        return f"a row of {self.of}" if self.kind == "row" else self.kind


@dataclass(slots=True)
class Variable:
    """One value per person.

    Args:
        property_no: Number of the user property, or -1.
        values: The allowed texts.
        constraint: On its values.
        alias: Of a field of a list: the name under which it is written, "" for its own.
    """

    name: str
    type: TypeOf
    column: int
    property_no: int = -1
    values: tuple[str, ...] = ()
    constraint: Constraint = FREE
    alias: str = ""


@dataclass(slots=True)
class ListVariable:
    """A list per person.

    Args:
        length: Column of its length.
        fields: Name ("" for plain elements) → variable of width K.
    """

    name: str
    length: int
    fields: dict[str, Variable]
    at_most: int
    property_no: int = -1

    @property
    def is_plain(self) -> bool:
        """Whether its elements are single values."""
        return "" in self.fields


@dataclass(slots=True)
class ElementVariable:
    """An element that `pick` took from a list.

    Args:
        place: Column of its place in the list.
        fields: As of the list, one value per person.
    """

    name: str
    source: str
    place: int
    fields: dict[str, Variable]


Symbol = Variable | ListVariable | ElementVariable


class Columns:
    """State columns, allocated one after another."""

    def __init__(self) -> None:
        # Built-in columns come first, so their numbers are the same in every program.
        self._columns: list[Column] = list(BUILTINS)

    def add(
        self,
        name: str,
        kind: Kind,
        width: int = 0,
        start: float | None = None,
        size: int = 0,
    ) -> int:
        """Allocate a column, null at first unless `start` says otherwise; return its number."""
        first = null_of(kind) if start is None else start
        self._columns.append(Column(name, kind, width, first, size))
        return len(self._columns) - 1

    def counter(self, name: str) -> int:
        """Allocate a counter from 0."""
        return self.add(name, "integer", 0, 0)

    def all(self) -> tuple[Column, ...]:
        """Return all columns by number."""
        return tuple(self._columns)


@dataclass(slots=True)
class Snapshots:
    """Columns as they were before an event's own changes.

    Args:
        columns: Where columns are allocated.
        kept: Column → the one that keeps what was in it. All events share them: what one keeps is read at once.

    Attributes:
        taken: Columns of which this event asks what was in them.
    """

    columns: Columns
    kept: dict[int, int]
    taken: set[int] = field(default_factory=set)

    def earlier(self, op: Op) -> Op:
        """Return an operation on what was before."""
        args = tuple(map(self.earlier, op.args))
        if op.op != "load":
            return replace(op, args=args)
        assert isinstance(op.value, int)
        return replace(op, value=self._of(op.value), is_nullable=True)

    def _of(self, column: int) -> int:
        if column not in self.kept:
            now = self.columns.all()[column]
            self.kept[column] = self.columns.add(
                f"{now.name} before", now.kind, now.width, size=now.size
            )
        self.taken.add(column)
        return self.kept[column]


@dataclass(frozen=True, slots=True)
class Scope:
    """Names from the innermost scope outwards.

    Args:
        id_key: What `id()` is drawn by here (name of the draw, column that counts visits); None where it may not stand.
        snapshots: Of an event's properties; None where `before()` may not stand.
    """

    layers: tuple[Mapping[str, Symbol], ...]
    id_key: tuple[int, int] | None = None
    snapshots: Snapshots | None = None

    def find(self, name: str) -> Symbol | None:
        """Return what a name means here."""
        return next((layer[name] for layer in self.layers if name in layer), None)

    def names(self) -> list[str]:
        """Return every name that means something here."""
        return [name for layer in self.layers for name in layer]

    def within(self, inner: Mapping[str, Symbol]) -> Scope:
        """Return this scope with another one inside it."""
        return replace(self, layers=(inner, *self.layers))


def columns_of(symbol: Symbol) -> list[int]:
    """Return the columns of a variable: of a list its length first, of an element its place."""
    if isinstance(symbol, Variable):
        return [symbol.column]
    fields = [variable.column for variable in symbol.fields.values()]
    return [symbol.length if isinstance(symbol, ListVariable) else symbol.place, *fields]
