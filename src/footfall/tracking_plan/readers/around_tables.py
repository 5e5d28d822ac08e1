"""Cells around the tables of a sheet: lines above them, columns that nobody knows, texts elsewhere, comments.

Together with the rows of the tables these are all cells: so nothing of a sheet is lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from footfall.errors import shown
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.grid import Grid, cell_name
from footfall.tracking_plan.readers.group_headings import GroupHeading, group_headings
from footfall.tracking_plan.readers.headers import ALL_TITLES, normal, title_in
from footfall.tracking_plan.readers.sheet_table import SheetTable

MOST_LINES = 20
"""Above the tables of a sheet, of what it says of itself."""
MOST_TEXTS = 10
"""Outside of the tables of a sheet, that are named one by one."""
OUTSIDE = "text outside of the tables"
_COMMENT = re.compile(r"#\s*(?![\d\s]*$)(.*)", re.DOTALL)
_NUMBERING = frozenset(
    ("", "#", "№", "no", "nr", "num", "n", "id", "number", "row", "s no", "sr no", "sl no")
)


def take_comments(grid: Grid, draft: Draft) -> None:
    """Take the lines that begin with `#` out of a sheet: those at its head are what it says of itself."""
    first, at = "", None
    n_comments, is_head = 0, True
    for row in sorted(grid.rows):
        texts = [text for _, text in sorted(grid.row(row).items())]
        found = _COMMENT.fullmatch(texts[0])
        # `#` alone is a title, `#1` a number, and `#sale` may be a name where more is in the row.
        if not found or (len(texts) > 1 and not texts[0][1:2].isspace()):
            is_head = False
            continue
        del grid.rows[row]
        if is_head:
            _say(draft, ", ".join((found[1], *texts[1:])))
        else:
            n_comments += 1
            first, at = first or texts[0], at or grid.origin(row, 0)
    if n_comments:
        draft.remark(
            f"lines that begin with # are comments: {n_comments}, the first {first[:40]!r}", at
        )


def _say(draft: Draft, text: str) -> None:
    """Add what a sheet says of itself: its title first, then more about it."""
    if not draft.title:
        draft.title = text
    else:
        draft.about = f"{draft.about}\n{text}".strip()


@dataclass(slots=True)
class _Column:
    """The cells of a column that is not read."""

    title: str
    texts: list[str] = field(default_factory=list)


def tell_unread(grid: Grid, tables: Sequence[SheetTable], draft: Draft) -> None:
    """Take the lines above the tables as what the sheet says of itself, and name all that is not read."""
    top = min(table.header for table in tables)
    above = [row for row in sorted(grid.rows) if row < top]
    _head(grid, [row for row in above if not _is_group_row(grid, row, tables)], tables, draft)
    _tell_of_other_titles(grid, above, min(tables, key=lambda table: table.header), draft)
    spans = list(map(_span, tables))
    headings = [
        heading
        for header in dict.fromkeys(table.header for table in tables)
        for heading in group_headings(grid, header)
        if not any(span.holds(heading.row, heading.cells[0]) for span in spans)
    ]
    columns, outside = _unread(grid, spans, top, headings)
    for heading in headings:
        at = heading.row + 1, heading.cells[0]
        is_named = heading.repeats_title() or (at in columns and not heading.titles[at[1]])
        if not is_named and not heading.is_read(tables):
            what = f"heading {shown(heading.text)} above the titles"
            draft.leave_out(what, grid.origin(heading.row, at[1]))
    _tell_columns(grid, columns, draft)
    captions = [
        table.header - 1 for table in tables if table.caption and not table.uses_caption()
    ]
    outside += [(row, column) for row in captions if row >= top for column in grid.row(row)]
    texts = {(row, column): grid.row(row)[column] for row, column in outside}
    _tell_each(grid, texts, "{} outside of the tables", OUTSIDE, draft)
    _tell_each(grid, grid.comments, "comment {}", "comments on cells", draft)


def _tell_columns(grid: Grid, columns: Mapping[tuple[int, int], _Column], draft: Draft) -> None:
    for (header, column), found in columns.items():
        if not _is_numbering(found):
            letter = cell_name(0, column)[:-1]
            name = (
                f"column {found.title}" if found.title else f"column {letter}, without a title,"
            )
            draft.leave_out(name, grid.origin(header, column), len(found.texts))


def _tell_each(
    grid: Grid, texts: Mapping[tuple[int, int], str], one: str, rest: str, draft: Draft
) -> None:
    """Name the first of some texts each with its place, and how many there are besides.

    Args:
        grid: Whose texts they are.
        texts: (row, column) → text.
        one: What each is called; it stands in place of `{}`.
        rest: What the others are called.
        draft: Takes what is said.
    """
    first, more = list(texts.items())[:MOST_TEXTS], list(texts)[MOST_TEXTS:]
    for (row, column), text in first:
        draft.leave_out(one.replace("{}", shown(text)), grid.origin(row, column))
    if more:
        draft.leave_out(rest, grid.origin(*more[0]), len(more))


def _unread(
    grid: Grid, spans: Sequence[_Span], top: int, headings: Sequence[GroupHeading]
) -> tuple[dict[tuple[int, int], _Column], list[tuple[int, int]]]:
    """Return the columns that no reader knows, by (header, column), and the cells that belong to no table."""
    tables = [span.table for span in spans]
    elsewhere = {table.header for table in tables}
    elsewhere |= {table.header - 1 for table in tables if table.caption}
    of_headings = {(heading.row, column) for heading in headings for column in heading.cells}
    columns: dict[tuple[int, int], _Column] = {}
    outside: list[tuple[int, int]] = []
    for row in sorted(grid.rows):
        if row <= top or row in elsewhere:
            continue
        there = [span for span in spans if span.table.header < row < span.table.end]
        for column, text in grid.row(row).items():
            if (row, column) in of_headings:
                continue
            owner = _owner(there, row, column)
            # A table's own columns end with its last row; the numbers of rows may go on.
            if owner is None or (row > owner.bottom and not text.rstrip(".").isdecimal()):
                outside.append((row, column))
            elif column not in owner.known:
                key = owner.table.header, column
                if key not in columns:
                    columns[key] = _Column(owner.table.title(column))
                columns[key].texts.append(text)
    return columns, outside


@dataclass(frozen=True, slots=True)
class _Span:
    """A table with what is asked of it for each cell: its columns, the outer ones of them, its last row, its rows."""

    table: SheetTable
    known: frozenset[int]
    first: int
    last: int
    bottom: int
    rows: frozenset[int]

    def holds(self, row: int, column: int) -> bool:
        """Return whether a cell is within a row of the table."""
        return row in self.rows and self.first <= column <= self.last


def _span(table: SheetTable) -> _Span:
    bottom = max(table.rows, default=table.header)
    return _Span(
        table, table.known(), table.first(), table.last(), bottom, frozenset(table.rows)
    )


def _owner(there: Sequence[_Span], row: int, column: int) -> _Span | None:
    """Return the table that a cell belongs to: one whose columns it stands in, else the nearest of its row."""
    within = [span for span in there if span.first <= column <= span.last]
    if within:
        return max(within, key=lambda span: span.table.header)
    beside = [span for span in there if row in span.rows or span.table.title(column)]
    return min(
        beside, key=lambda s: min(abs(column - s.first), abs(column - s.last)), default=None
    )


def _is_group_row(grid: Grid, row: int, tables: Sequence[SheetTable]) -> bool:
    return (
        any(row == table.header - 1 for table in tables)
        and len(set(grid.row(row).values())) > 1
    )


def _tell_of_other_titles(
    grid: Grid, above: Sequence[int], table: SheetTable, draft: Draft
) -> None:
    """Say which row is taken for the titles, where one above it could hold them in words that nobody knows."""
    columns = set(table.columns.values())
    for row in above:
        texts = list(grid.row(row).values())
        is_like_titles = columns <= grid.row(row).keys() and len(set(texts)) == len(texts) > 1
        if is_like_titles and not any(title_in(text) in ALL_TITLES for text in texts):
            taken, others = (
                ", ".join(map(table.title, table.columns.values())),
                ", ".join(texts),
            )
            draft.remark(
                f"row {table.header + 1} is taken for the titles ({taken}), and not row {row + 1} "
                f"({others[:80]}): if that is it, call its columns {', '.join(table.columns)}",
                grid.origin(table.header, table.first()),
            )
            return


def _head(grid: Grid, rows: Sequence[int], tables: Sequence[SheetTable], draft: Draft) -> None:
    captions = {table.header - 1 for table in tables if table.uses_caption()}
    for row in rows[:MOST_LINES]:
        texts = list(dict.fromkeys(text for _, text in sorted(grid.row(row).items())))
        if row not in captions and not all(normal(text) == normal(grid.name) for text in texts):
            _say(draft, ": ".join(texts) if len(texts) == 2 else ", ".join(texts))
    if rows[MOST_LINES:]:
        n_cells = sum(len(grid.row(row)) for row in rows[MOST_LINES:])
        draft.leave_out(OUTSIDE, grid.origin(rows[MOST_LINES], 0), n_cells)


def _is_numbering(column: _Column) -> bool:
    """Return whether a column only numbers the rows, which carries nothing."""
    numbers = [text.rstrip(".") for text in column.texts]
    if normal(column.title) not in _NUMBERING or not all(map(str.isdecimal, numbers)):
        return False
    values = list(map(int, numbers))
    return values == sorted(values)
