"""Catalogues as tables: one array per column, null last, and the distribution of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from footfall.compiler import distributions
from footfall.compiler.symbols import Texts
from footfall.model.tables import CatalogueColumn, Categorical, Grouped
from footfall.model.values import DTYPES, NULLS, Array, Kind, is_null
from footfall.scenario.records import Catalogue


@dataclass(slots=True)
class CatalogueTable:
    """A catalogue, compiled.

    Args:
        columns: Name → (number of the table column, kind).
        distribution: Of its rows.
        groups: Rows by the values of a column, for the columns that `pick … where` has asked for.
    """

    source: Catalogue
    columns: dict[str, tuple[int, Kind]]
    distribution: Categorical
    groups: dict[str, Grouped] = field(default_factory=dict)

    @property
    def scalar_column(self) -> str | None:
        """Name of the one column that stands for the row itself, if it is a list of scalars."""
        return self.source.columns[0] if self.source.is_scalar else None

    def texts(self, column: str) -> list[str]:
        """Return a column as texts, row by row."""
        position = self.source.columns.index(column)
        return [str(row[position]) for row in self.source.rows]

    def grouped(self, column: str, values: Array) -> Grouped | None:
        """Return the rows by the values of a column; those with null or of weight 0 are in no group.

        Args:
            values: Shape (R + 1,): the column, null last.

        Returns:
            None when no row is left.
        """
        if column not in self.groups:
            weights = self.source.weights
            can_be_found = ~is_null(self.columns[column][1], values[:-1])
            if weights is not None:
                can_be_found &= np.array([weight > 0 for weight in weights], np.bool_)
            there = np.flatnonzero(can_be_found)
            if not len(there):
                return None
            self.groups[column] = distributions.grouped(values[:-1], there, weights)
        return self.groups[column]


def compile_catalogues(
    catalogues: Iterable[Catalogue], texts: Texts, minor_digits: int
) -> tuple[dict[str, CatalogueTable], tuple[CatalogueColumn, ...]]:
    """Compile catalogues: by name, and all their columns by number."""
    by_name: dict[str, CatalogueTable] = {}
    columns: list[CatalogueColumn] = []
    for catalogue in catalogues:
        entries = {}
        for position, name in enumerate(catalogue.columns):
            kind, values = _column(catalogue, position, texts, minor_digits)
            entries[name] = (len(columns), kind)
            columns.append(CatalogueColumn(catalogue.name, name, values))
        distribution = distributions.categorical(catalogue.weights, len(catalogue.rows))
        by_name[catalogue.name] = CatalogueTable(catalogue, entries, distribution)
    return by_name, tuple(columns)


def _column(
    catalogue: Catalogue, position: int, texts: Texts, minor_digits: int
) -> tuple[Kind, Array]:
    """Return a column: kind, and shape (R + 1,) with null last."""
    kind: Kind = catalogue.types[position]  # type: ignore[assignment]  # the loader knows these four types
    cells = [row[position] for row in catalogue.rows]
    return kind, np.array(
        [*(_cell(kind, c, texts, minor_digits) for c in cells), NULLS[kind]], DTYPES[kind]
    )


def _cell(kind: Kind, cell: object, texts: Texts, minor_digits: int) -> int | float:
    if cell is None:
        return NULLS[kind]
    if kind == "text":
        return texts.code(str(cell))
    assert isinstance(cell, int | Decimal)
    if kind == "money":
        return int(round(cell * 10**minor_digits))  # noqa: RUF046 - mypy takes the power of an int for Any
    return float(cell) if kind == "number" else int(cell)
