"""Headings right above the titles of tables: `Event info` over `Name` and `When fired`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.readers.headers import normal, says_kind, title_of
from footfall.tracking_plan.readers.parameter_columns import is_group
from footfall.tracking_plan.readers.sheet_table import SheetTable


@dataclass(frozen=True, slots=True)
class GroupHeading:
    """A text above the titles of one or more columns.

    Args:
        row: Its own, right above that of the titles.
        cells: Columns in which it is written: several where a cell is merged.
        titles: Column → the title below it, "" where there is none.
    """

    text: str
    row: int
    cells: list[int] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)

    def is_read(self, tables: Sequence[SheetTable]) -> bool:
        """Return whether it says something that is read: what a title below it means, or what a table is about."""
        below = [table for table in tables if table.header == self.row + 1]
        return is_group(normal(self.text)) or any(map(self._says_something, below))

    def _says_something(self, table: SheetTable) -> bool:
        text, column = normal(self.text), self.cells[0]
        if not self.titles[column] and column in table.known():
            return True
        titles = [normal(title) for title in self.titles.values()]
        means = any(title_of(table.kind, f"{text} {title}") for title in titles if title)
        return means or says_kind(table.kind, text)

    def repeats_title(self) -> bool:
        """Return whether it is written below itself once more, as a title merged across both rows is."""
        return normal(self.titles[self.cells[0]]) == normal(self.text)


def group_headings(grid: Grid, header: int) -> Iterator[GroupHeading]:
    """Yield the headings above a row of titles; a text that stands there alone is a caption, and none."""
    above = grid.row(header - 1)
    if len(set(above.values())) < 2:
        return
    found = None
    for column in sorted({*grid.row(header), *above}):
        text = above.get(column)
        if text and (found is None or text != found.text):
            if found:
                yield found
            found = GroupHeading(text, header - 1)
        if found:
            found.titles[column] = grid.row(header).get(column, "")
            found.cells.extend([column] if text else [])
    if found:
        yield found
