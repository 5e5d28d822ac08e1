"""Rows of a table, by title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from footfall.errors import shown
from footfall.tracking_plan.cells import DASHES, is_no, is_yes
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.sheet_table import SheetTable


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a table: its texts by title; a cell with a dash is empty."""

    table: SheetTable
    number: int

    def text(self, title: str) -> str:
        """Return what the row says under a title."""
        found = self.table.text(self.number, title)
        return "" if found in DASHES else found

    def cell(self, column: int) -> str:
        """Return what the row says in a column."""
        found = self.table.grid.text(self.number, column)
        return "" if found in DASHES else found

    def origin(self, title: str) -> Origin:
        """Return the place of a title's cell."""
        return self.at(self.table.columns.get(title, self.table.first()))

    def at(self, column: int) -> Origin:
        """Return the place of a cell."""
        return self.table.grid.origin(self.number, column)

    def places(self, titles: Mapping[str, str]) -> dict[str, Origin]:
        """Return the places of filled cells: title → what to call it."""
        return {what: self.origin(title) for title, what in titles.items() if self.text(title)}

    def cells(self) -> list[str]:
        """Return the texts of the table's columns."""
        texts = (
            self.table.grid.text(self.number, column) for column in sorted(self.table.known())
        )
        return [text for text in texts if text]

    def flag(self, title: str, draft: Draft) -> bool:
        """Return whether the row says yes under a title; other words than yes and no are named as not read."""
        text = self.text(title)
        if not is_yes(text) and not is_no(text):
            draft.leave_out(
                f"{shown(text[:40])} in column {self.title(title)}", self.origin(title)
            )
        return is_yes(text)

    def flag_of_list(self, draft: Draft) -> bool:
        """Return whether the row says that a property has several values."""
        return "Is a list" in self.table.columns and self.flag("Is a list", draft)

    def title(self, title: str) -> str:
        """Return how the table itself calls a column."""
        return self.table.title(self.table.columns[title])


def rows_of(table: SheetTable) -> Iterator[SheetRow]:
    """Yield the rows of a table that are neither empty nor its header again."""
    header, columns = table.grid.row(table.header), table.known()
    for number in table.rows:
        row = table.grid.row(number)
        if any(row.get(column) != header.get(column) for column in columns):
            yield SheetRow(table, number)


_ABOUT_CONSTRAINTS = (
    "Constraints",
    "Format",
    "Pattern",
    "Length",
    "Minimum",
    "Maximum",
    "Range",
)
_PLACES = {
    **dict.fromkeys(("Allowed values", *_ABOUT_CONSTRAINTS), "constraint"),
    "Type": "type",
    "Required": "required",
    "Start": "start",
    "Description": "about",
    "Property description": "about",
    "Example": "examples",
}


def places_of(row: SheetRow) -> dict[str, Origin]:
    """Return the cells of a row that say something of a property."""
    others = ({"Allowed values": what} for what in ("values", "length"))
    return {k: at for titles in (_PLACES, *others) for k, at in row.places(titles).items()}
