"""A table of a sheet: its kind, its columns by title, its rows, and what the lines around it say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.grid import MOST_ROWS, Grid
from footfall.tracking_plan.readers.headers import EVENTS, TableKind
from footfall.tracking_plan.readers.parameter_columns import ParameterColumn

_PLAIN_SHEET = re.compile(
    r"(?:(?:sheet|лист|page|страница|table|tabelle|feuil|hoja|events?|event categories|taxonomy|"
    r"tracking plan|plan|data|"
    r"события|категории событий|таксономия|eventos|plan de medición)[\s_]*\d*)?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:tracking|measurement|tagging)?\s*(?:plan|taxonomy|medición|план)\b|\bv(?:ersion)?[\s.]?\d",
    re.IGNORECASE,
)
"""Lines that say what the whole sheet is, rather than which events stand below."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of a sheet.

    Args:
        columns: Title → column, of the titles that were found.
        more: Further columns of properties, `Property 2`, each with those that speak of it.
        event: The one that all rows are about, where the line above the table names it.
        notes: Further columns of descriptions.
        guessed: Columns that are called otherwise → the title that they are taken for.
        parameters: Columns that stand for one property each.
        header: Row of its header.
        end: Row below its last one: the next header's, or that of the sheet's end.
        rows: Those between them in which one of these columns is filled.
        caption: A text alone in its row, right above the header.
        beside: Columns of tables that empty columns separate from it, in the same rows.
    """

    grid: Grid
    kind: TableKind
    columns: Mapping[str, int]
    header: int
    more: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[int, ...] = ()
    guessed: Mapping[int, str] = field(default_factory=dict)
    parameters: tuple[ParameterColumn, ...] = ()
    end: int = MOST_ROWS
    rows: tuple[int, ...] = ()
    caption: str = ""
    event: str = ""
    beside: frozenset[int] = frozenset()

    def text(self, row: int, title: str) -> str:
        """Return what a row says under a title, "" where it says nothing."""
        return self.grid.text(row, self.columns.get(title))

    def title(self, column: int) -> str:
        """Return a column's title as it is written, "" where it has none."""
        own = self.grid.row(self.header).get(column, "")
        return own or self.grid.row(self.header - 1).get(column, "")

    def category(self) -> str:
        """Return the category that the sheet's name, or the line above the table, gives to its events."""
        if "Category" in self.columns or self.event:
            return ""
        if self.grid.name and not _PLAIN_SHEET.fullmatch(self.grid.name.strip()):
            return self.grid.name
        is_title = _PLAIN_SHEET.fullmatch(self.caption) or _TITLE.search(self.caption)
        return "" if is_title else self.caption

    def uses_caption(self) -> bool:
        """Return whether the line above says which events stand below, or what the table is about, and no more."""
        is_about = bool(
            self.kind.about and self.kind.about.search(self.caption)
        ) and not _TITLE.search(self.caption)
        is_category = self.kind is EVENTS and self.category() == self.caption
        return (
            bool(self.event)
            or is_category
            or is_about
            or bool(_PLAIN_SHEET.fullmatch(self.caption))
        )

    def origin(self) -> Origin:
        """Return the place of its header."""
        return self.grid.origin(self.header, self.first())

    def known(self) -> frozenset[int]:
        """Return the columns that are read."""
        parameters = (each.column for each in self.parameters)
        of_more = (column for columns in self.more.values() for column in columns.values())
        return frozenset(
            (*self.columns.values(), *self.more, *of_more, *self.notes, *parameters)
        )

    def first(self) -> int:
        """Return its leftmost column."""
        return min(self.known())

    def last(self) -> int:
        """Return its rightmost column."""
        return max(self.known())
