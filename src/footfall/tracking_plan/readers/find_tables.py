"""Tables of a sheet: where their headers stand, what they are about, and which column says what.

A header may stand anywhere, in one row or in two (`Event | | Property |` above `Name | About |
Name | Type`); tables may stand below or beside each other. A row is a header when it holds the
title that a kind of table must have, and another. Rows are gone through twice: where a table
ends is known only when the headers below it have been found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from footfall.tracking_plan.cells import type_of
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.call_words import row_kind_in
from footfall.tracking_plan.readers.grid import MOST_ROWS, Grid, refusal
from footfall.tracking_plan.readers.headers import (
    ALL_KEYS,
    ALL_TITLES,
    CALL_TITLES,
    CROSSED,
    DICTIONARY,
    EVENT_KEYS,
    EVENTS,
    KINDS,
    MOST_TITLES,
    NESTED,
    OF_ONE_PROPERTY,
    SLOTS,
    USER_GROUPS,
    USERS,
    Match,
    TableKind,
    Titles,
    match_headers,
    normal,
    title_of,
)
from footfall.tracking_plan.readers.parameter_columns import (
    ParameterColumn,
    is_group,
    marked_columns,
    parameter_columns,
    titles_of_names,
)

MOST_TABLES = 500
"""Of a sheet; a sheet per category, or a table per event, is far below."""
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
_OF_EVENT = re.compile(
    r"(?:event|evento|événement|ereignis|событие)(?: name)?\s*[:–—-]\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLES = re.compile(
    r"[(\[](?:e\.?g\b|examples?|samples?|ejemplos?|пример)[^()]*[)\]]", re.IGNORECASE
)
MOST_LOOKED_AT = 200
"""Cells of a column that are looked at to tell what it holds."""


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


def find_tables(grid: Grid) -> list[SheetTable]:
    """Return the tables of a sheet, in reading order."""
    found: list[SheetTable] = []
    filled = sorted(grid.rows)
    # First pass: headers. That of two rows is found twice, as the upper row alone and as both,
    # which then replaces it.
    for row in filled:
        for header in _headers(grid, row, filled, is_first=not found):
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
        found = parameter_columns(table.grid, table.header, within, table.known())
        table = replace(table, parameters=found)
    columns = table.known()
    rows = [row for row in within if any(column in table.grid.row(row) for column in columns)]
    if below and rows and rows[-1] == end - 1 and len(table.grid.row(end - 1)) == 1:
        rows.pop()  # the caption of the next table
    return replace(table, rows=tuple(rows), end=end)


# --- headers ---------------------------------------------------------------------------------------------------------


def as_events(table: SheetTable) -> SheetTable:
    """Return a table of properties as one of events, where its cells say that: no other table names any."""
    if table.kind not in (USERS, DICTIONARY):
        return table
    row = table.grid.row
    marked = marked_columns(table.grid, table.header, table.rows, table.known())
    if marked:
        return replace(table, kind=CROSSED, parameters=marked)
    # `Name, Description, Type` with rows that have no type: those are the events, and the others
    # the properties of the one above.
    types = [row(number).get(table.columns.get("Type", -1)) for number in table.rows]
    is_nested = bool(types) and types[0] is None and any(types)
    return replace(table, kind=NESTED) if is_nested else table


def _headers(
    grid: Grid, row: int, filled: Sequence[int], *, is_first: bool
) -> Iterator[SheetTable]:
    # Most rows are data, and are turned away here: all that follows is tried for the few that
    # hold two titles.
    words = {normal(text) for text in grid.row(row).values()}
    known = words & ALL_TITLES
    is_event_alone = is_first and len(words) > 2 and bool(words & EVENT_KEYS)
    at = bisect_right(filled, row)
    below = filled[at : at + MOST_LOOKED_AT]
    over = titles_of_names(grid, row, below)
    has_titles = bool(known & ALL_KEYS) and (len(known) > 1 or is_event_alone)
    if not has_titles and not over:
        return
    titles = _titles_above(grid, row, over) if over else _titles_of(grid, row)
    caption = _caption(grid, row)
    found = match_headers(titles, f"{grid.name} {caption}", _calls(grid, row, below))
    for match in found or _event_alone(grid, row, titles, below):
        table = SheetTable(
            grid,
            match.kind,
            match.columns,
            row,
            match.more,
            tuple(match.notes),
            match.guessed,
            caption=caption,
        )
        if over:
            table = _with_names(table, below)
        event = _OF_EVENT.fullmatch(caption) if match.kind in (USERS, DICTIONARY) else None
        yield _of_event(table, event[1]) if event else table


def _with_names(table: SheetTable, below: Sequence[int]) -> SheetTable:
    """Return a table with the columns that a row of names, below its titles, names."""
    place = table.grid, table.header, below, table.known()
    if table.kind in (USERS, DICTIONARY):
        return replace(table, kind=CROSSED, parameters=marked_columns(*place))
    return replace(table, parameters=parameter_columns(*place))


def _of_event(table: SheetTable, event: str) -> SheetTable:
    """Return a table of properties as those of one event, which the line above it names."""
    meaning = {"User property": "Property", "Description": "Property description"}
    columns = {meaning.get(title, title): column for title, column in table.columns.items()}
    guessed = {column: meaning.get(title, title) for column, title in table.guessed.items()}
    return replace(table, kind=EVENTS, columns=columns, guessed=guessed, event=event)


def _event_alone(grid: Grid, row: int, titles: Titles, below: Sequence[int]) -> list[Match]:
    """Return the header of a table that has, besides the event, a column for each property."""
    named = (
        (column, title_of(EVENTS, name)) for column, names in titles for name in names[-1:]
    )
    columns = [column for column, title in named if title == "Event"]
    if columns and parameter_columns(grid, row, below, frozenset(columns[:1])):
        return [Match(EVENTS, is_about=True, columns={"Event": columns[0]})]
    return []


def _calls(grid: Grid, row: int, below: Sequence[int]) -> frozenset[int]:
    """Return the columns of a header row below which all cells name kinds of calls: track, page, identify."""
    columns = [c for c, text in grid.row(row).items() if normal(text) in CALL_TITLES]
    cells = ((column, (grid.row(number).get(column) for number in below)) for column in columns)
    # The first cell that is no call ends it: most columns are left at once.
    return frozenset(
        column for column, texts in cells if all(row_kind_in(text) for text in texts if text)
    )


def _titles_above(grid: Grid, row: int, over: Collection[str]) -> Titles:
    """Return the columns of a row of names whose titles stand in the row above; `over` are those of the names."""
    titles = sorted(grid.row(row - 1).items())
    own = [(column, normal(text)) for column, text in titles if column not in grid.row(row)]
    return [(column, (name,)) for column, name in own if name and name not in over]


def _titles_of(grid: Grid, row: int) -> Titles:
    """Return the columns of a header row: each may be called as it says, or so behind what the row above says."""
    above, group = grid.row(row - 1), ""
    found: list[tuple[int, tuple[str, ...]]] = []
    for column in sorted({*grid.row(row), *above}):
        # A merged cell above has its text over the first of its columns, and goes for the
        # others too.
        group = normal(above.get(column, "")) or group
        written = grid.row(row).get(column, "")
        own = "example" if _EXAMPLES.search(written[-40:]) else normal(written)
        names = (
            (f"{group} {own}", own)
            if own and group != own
            else (own or normal(above.get(column, "")),)
        )
        # Below `Event parameters` stand the properties themselves, whatever they are called.
        if own and is_group(group) and own not in OF_ONE_PROPERTY and group not in USER_GROUPS:
            names = names[:1]
        found.append((column, tuple(name for name in names if name)))
    return found[:MOST_TITLES]


def _caption(grid: Grid, row: int) -> str:
    """Return the text that stands alone in the row above."""
    above = set(grid.row(row - 1).values())
    return next(iter(above)) if len(above) == 1 else ""
