"""Tables of a sheet: where their headers stand, what they are about, and which column says what.

A header may stand anywhere, in one row or in two (`Event | | Property |` above `Name | About |
Name | Type`); tables may stand below or beside each other. A row is a header when it holds the
title that a kind of table must have, and another. Rows are gone through twice: where a table
ends is known only when the headers below it have been found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from footfall.tracking_plan.cells import type_of
from footfall.tracking_plan.readers.grid import MOST_ROWS, Grid, refusal
from footfall.tracking_plan.readers.header_rows import headers_in
from footfall.tracking_plan.readers.headers import (
    CROSSED,
    DICTIONARY,
    EVENTS,
    KINDS,
    NESTED,
    SLOTS,
    USERS,
    normal,
    title_of,
)
from footfall.tracking_plan.readers.parameter_columns import (
    marked_columns,
    parameter_columns,
)
from footfall.tracking_plan.readers.sheet_table import SheetTable

MOST_TABLES = 500
"""Of a sheet; a sheet per category, or a table per event, is far below."""


def find_tables(grid: Grid) -> list[SheetTable]:
    """Return the tables of a sheet, in reading order."""
    found: list[SheetTable] = []
    filled = sorted(grid.rows)
    # First pass: headers. That of two rows is found twice, as the upper row alone and as both,
    # which then replaces it.
    for row in filled:
        for header in headers_in(grid, row, filled, is_first=not found):
            if _is_header(header, found):
                found = [*_without_upper_half(header, found), header]
        if len(found) > MOST_TABLES:
            raise refusal(grid.origin(row, 0), f"the sheet has more than {MOST_TABLES} tables")
    # Second pass: a table's rows go to the next header that stands below it in one of its
    # columns.
    return [_with_rows(table, found, filled) for table in found]


def rating(grid: Grid) -> int:
    """Return how many titles a sheet's tables have: more of them, better read."""
    return sum(len(table.columns) for table in find_tables(grid))


def _is_header(header: SheetTable, found: Sequence[SheetTable]) -> bool:
    """Return whether a row is a header, rather than data below another header that happens to hold titles.

    A plan may have properties that are called `Type` and `Event`. So below a header another one
    must consist of titles for the most part, and its key must belong to its kind alone.
    """
    above = [table for table in found if _overlap(table, header)]
    if not above:
        return True
    if _is_next(above[-1], header):
        has_more = len(header.columns) >= len(above[-1].columns)
        return has_more or bool(header.parameters)
    n_filled = sum(
        header.first() <= column <= header.last() for column in header.grid.row(header.header)
    )
    if 2 * len(header.columns) < n_filled:
        return False
    if header.event:
        return True
    if _continues(above[-1], header, n_filled):
        return False
    keys = [header.columns[key] for key in header.kind.keys if key in header.columns]
    title = normal(header.grid.row(header.header).get(keys[0], ""))
    return [kind for kind in KINDS if title_of(kind, title) in kind.keys] == [header.kind]


def _continues(table: SheetTable, header: SheetTable, n_filled: int) -> bool:
    """Return whether a row goes on with the table above it, rather than being the header of another.

    Args:
        n_filled: Cells of the row, from the first title to the last.
    """
    if header.kind is table.kind and header.columns == table.columns:
        return False  # the same header once more, as sheets repeat it on each page
    row = header.grid.row(header.header)
    kind = table.columns.get("Type", -1)
    if kind not in header.columns.values() and type_of(row.get(kind, "")):
        return True
    before = header.grid.row(header.header - 1)
    if len(before) < 2:
        return False
    # Right below a row, with nothing between them, a header holds titles and nothing else, and
    # none of its titles stands above itself, as a category does.
    is_all_titles = len(header.columns) >= n_filled
    return not is_all_titles or any(
        before.get(c) == row.get(c) for c in header.columns.values()
    )


def _without_upper_half(header: SheetTable, found: Sequence[SheetTable]) -> list[SheetTable]:
    """Return the tables found so far, without one whose header is the row right above and continues in this one."""
    return [
        table for table in found if not (_overlap(table, header) and _is_next(table, header))
    ]


def _is_next(upper: SheetTable, lower: SheetTable) -> bool:
    between = range(upper.header + 1, lower.header)
    return upper.header < lower.header and not any(row in upper.grid.rows for row in between)


def _overlap(one: SheetTable, other: SheetTable) -> bool:
    return one.first() <= other.last() and other.first() <= one.last()


def _with_rows(
    table: SheetTable, all_tables: Sequence[SheetTable], filled: Sequence[int]
) -> SheetTable:
    """Return a table with its rows: those of the filled ones below it, up to the next header."""
    below = [
        other.header
        for other in all_tables
        if other.header > table.header and _overlap(table, other)
    ]
    end = min(below, default=MOST_ROWS)
    within = filled[bisect_right(filled, table.header) : bisect_left(filled, end)]
    is_open = not table.parameters and table.columns.keys().isdisjoint(SLOTS)
    if table.kind is EVENTS and is_open:
        found = parameter_columns(
            table.grid, table.header, within, table.known() | table.beside
        )
        table = replace(table, parameters=found)
    columns = table.known()
    rows = [row for row in within if any(column in table.grid.row(row) for column in columns)]
    if below and rows and rows[-1] == end - 1 and len(table.grid.row(end - 1)) == 1:
        rows.pop()  # the caption of the next table
    return replace(table, rows=tuple(rows), end=end)


def as_events(table: SheetTable) -> SheetTable:
    """Return a table of properties as one of events, where its cells say that: no other table names any."""
    if table.kind not in (USERS, DICTIONARY):
        return table
    row = table.grid.row
    marked = marked_columns(table.grid, table.header, table.rows, table.known() | table.beside)
    if marked:
        return replace(table, kind=CROSSED, parameters=marked)
    # `Name, Description, Type` with rows that have no type: those are the events, and the others
    # the properties of the one above.
    types = [row(number).get(table.columns.get("Type", -1)) for number in table.rows]
    is_nested = bool(types) and types[0] is None and any(types)
    return replace(table, kind=NESTED) if is_nested else table
