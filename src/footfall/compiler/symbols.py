"""What names mean while a scenario is compiled: texts, columns, tables, and the variables that hold state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from footfall.model.builtins import BUILTINS
from footfall.model.model import Column
from footfall.model.tables import Categorical, Grouped, TableColumn
from footfall.model.values import DTYPES, NULLS, Array, Kind
from footfall.scenario.records import Catalogue


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
    """

    name: str
    type: TypeOf
    column: int
    property_no: int = -1
    values: tuple[str, ...] = ()


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


@dataclass(slots=True)
class Table:
    """A catalogue, compiled.

    Args:
        columns: Name → (number of the table column, kind).
        weights: Law of its rows.
    """

    source: Catalogue
    columns: dict[str, tuple[int, Kind]]
    law: Categorical
    groups: dict[str, Grouped] = field(default_factory=dict)

    @property
    def scalar_column(self) -> str | None:
        """Name of the one column that stands for the row itself, if it is a list of scalars."""
        return self.source.columns[0] if self.source.is_scalar else None


class Columns:
    """State columns, allocated one after another."""

    def __init__(self) -> None:
        self._columns: list[Column] = list(BUILTINS)

    def add(self, name: str, kind: Kind, width: int = 0, start: float | None = None) -> int:
        """Allocate a column, null at first unless `start` says otherwise; return its number."""
        self._columns.append(Column(name, kind, width, NULLS[kind] if start is None else start))
        return len(self._columns) - 1

    def counter(self, name: str) -> int:
        """Allocate a counter from 0."""
        return self.add(name, "integer", 0, 0)

    def all(self) -> tuple[Column, ...]:
        """Return all columns by number."""
        return tuple(self._columns)


@dataclass(frozen=True, slots=True)
class Scope:
    """Names from the innermost scope outwards."""

    layers: tuple[Mapping[str, Symbol], ...]

    def find(self, name: str) -> Symbol | None:
        """Return what a name means here."""
        return next((layer[name] for layer in self.layers if name in layer), None)

    def names(self) -> Iterable[str]:
        """Return every name that means something here."""
        return [name for layer in self.layers for name in layer]

    def within(self, inner: Mapping[str, Symbol]) -> Scope:
        """Return this scope with another one inside it."""
        return Scope((inner, *self.layers))


def table_values(catalogue: Catalogue, position: int, texts: Texts, minor_digits: int) -> tuple[Kind, Array]:
    """Return a catalogue's column as a table: kind, and shape (R + 1,) with null last."""
    kind: Kind = catalogue.types[position]  # type: ignore[assignment]
    cells = [row[position] for row in catalogue.rows]
    return kind, np.array([*(_cell(kind, c, texts, minor_digits) for c in cells), NULLS[kind]], DTYPES[kind])


def _cell(kind: Kind, cell: object, texts: Texts, minor_digits: int) -> int | float:
    if cell is None:
        return NULLS[kind]
    if kind == "text":
        return texts.code(str(cell))
    if kind == "money":
        return int(round(cell * 10**minor_digits))  # type: ignore[operator]
    return float(cell) if kind == "number" else int(cell)  # type: ignore[call-overload, arg-type, no-any-return]


def tables(
    catalogues: Iterable[Catalogue], texts: Texts, minor_digits: int
) -> tuple[dict[str, Table], tuple[TableColumn, ...]]:
    """Compile catalogues: by name, and all their columns by number."""
    from footfall.compiler.tables import categorical

    by_name: dict[str, Table] = {}
    columns: list[TableColumn] = []
    for catalogue in catalogues:
        entries = {}
        for position, name in enumerate(catalogue.columns):
            kind, values = table_values(catalogue, position, texts, minor_digits)
            entries[name] = (len(columns), kind)
            columns.append(TableColumn(catalogue.name, name, values))
        law = categorical(catalogue.weights, len(catalogue.rows))
        by_name[catalogue.name] = Table(catalogue, entries, law)
    return by_name, tuple(columns)
