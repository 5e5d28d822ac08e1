"""Tables of a sheet: where their headers stand, what they are about, and which column says what.

A header may stand anywhere, in one row or in two (`Event | | Property |` above `Name | About |
Name | Type`); tables may stand below or beside each other. A row is a header when it holds the
title that a kind of table must have, and another. Rows are gone through twice: where a table
ends is known only when the headers below it have been found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.grid import MOST_ROWS, Grid, refusal
from footfall.tracking_plan.sheet_columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    PATH_COLUMNS,
    PLAN_COLUMNS,
    USER_COLUMNS,
    SheetColumn,
)

MOST_TITLES = 64
"""Of a header row: each place to cut it in two is tried, so the time grows with the square."""
MOST_CHARACTERS = 100
"""Of a title."""
MOST_TABLES = 500
"""Of a sheet; a sheet per category, or a table per event, is far below."""
Titles = Sequence[tuple[int, tuple[str, ...]]]
"""Columns of a header row, and what each may be called."""
_SPACES = re.compile(r"[\s_\-–—]+")
_ASIDE = re.compile(r"\s*[(\[].*?[)\]]\s*")
_NUMBERED = re.compile(r"(.+?) ?[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table.

    Args:
        keys: Titles, one of which its header must have; the first is its own, others are only
            believed in sheets that are about it.
        about: Words of captions, and names of sheets, that say so.
        second: Title → that which the same words mean behind the third title.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    keys: tuple[str, ...]
    about: re.Pattern[str] | None = None
    second: tuple[tuple[str, str, str], ...] = ()


def _named(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


EVENTS = TableKind(
    "events",
    EVENT_COLUMNS,
    ("Event",),
    _named("event|событи|ereignis|événement|evento"),
    (("Event", "Property", "Event"), ("Description", "Property description", "Property")),
)
USERS = TableKind(
    "users",
    USER_COLUMNS,
    ("User property",),
    _named("user|people|person|profile|customer|пользовател|nutzer|utilisateur|usuari"),
)
DICTIONARY = TableKind("dictionary", USER_COLUMNS, ("User property",))
PATH = TableKind(
    "path",
    PATH_COLUMNS,
    ("Stage", "Events"),
    _named("path|funnel|stage|journey|cjm|путь|воронк|этап"),
)
PLAN = TableKind("plan", PLAN_COLUMNS, ("About this plan",))
CATEGORIES = TableKind("categories", CATEGORY_COLUMNS, ("Event category",))
_KINDS = (EVENTS, USERS, PATH, PLAN, CATEGORIES)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of a sheet.

    Args:
        columns: Title → column, of the titles that were found.
        more: Further columns of properties: `Property 2`, `Property 3`.
        unknown: Columns whose titles nobody knows, with these.
        header: Row of its header.
        rows: Those below it, up to the next header.
        caption: A text alone in its row, right above the header.
    """

    grid: Grid
    kind: TableKind
    columns: Mapping[str, int]
    header: int
    more: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    caption: str = ""
    unknown: tuple[tuple[int, str], ...] = ()

    def text(self, row: int, title: str) -> str:
        """Return what a row says under a title, "" where it says nothing."""
        return self.grid.text(row, self.columns.get(title))

    def origin(self) -> Origin:
        """Return the place of its header."""
        return self.grid.origin(self.header, self.first())

    def first(self) -> int:
        """Return its leftmost column."""
        return min(self.columns.values())

    def last(self) -> int:
        """Return its rightmost column."""
        return max((*self.columns.values(), *self.more))


def find_tables(grid: Grid) -> list[SheetTable]:
    """Return the tables of a sheet, in reading order."""
    found: list[SheetTable] = []
    filled = sorted(grid.rows)
    # First pass: headers. That of two rows is found twice, as the upper row alone and as both,
    # which then replaces it.
    for row in filled:
        for header in _headers(grid, row):
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
        return len(header.columns) >= len(above[-1].columns)
    n_filled = sum(
        header.first() <= column <= header.last() for column in header.grid.row(header.header)
    )
    if 2 * len(header.columns) < n_filled:
        return False
    keys = [header.columns[key] for key in header.kind.keys if key in header.columns]
    title = normal(header.grid.row(header.header).get(keys[0], ""))
    return [kind for kind in _KINDS if _TITLES[kind.name].get(title) in kind.keys] == [
        header.kind
    ]


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
    columns = (*table.columns.values(), *table.more)
    within = filled[bisect_right(filled, table.header) : bisect_left(filled, end)]
    rows = [row for row in within if any(column in table.grid.row(row) for column in columns)]
    if below and rows and rows[-1] == end - 1 and len(table.grid.row(end - 1)) == 1:
        rows.pop()  # the caption of the next table
    return replace(table, rows=tuple(rows))


# --- headers ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Match:
    """A part of a row, taken as the header of one kind of table.

    Args:
        is_about: The sheet's name or a caption says that it is about this.
    """

    kind: TableKind
    is_about: bool
    columns: dict[str, int] = field(default_factory=dict)
    more: list[int] = field(default_factory=list)

    @property
    def score(self) -> int:
        """Return how many titles it explains, 0 when it is no header of this kind."""
        keys = self.kind.keys if self.is_about else self.kind.keys[:1]
        is_one = len(self.columns) > 1 and any(key in self.columns for key in keys)
        return len(self.columns) if is_one else 0

    @property
    def rank(self) -> tuple[int, int]:
        """Return by what kinds are compared.

        `Name, Type, Description` is of properties where no caption says more.
        """
        is_of_properties = "Type" in self.columns and "Property" not in self.columns
        # A caption, or the sheet's name, that says so is worth two titles.
        likely = {"users": 1, "events": 0 if is_of_properties else 2}.get(self.kind.name, 0)
        return self.score + 2 * (self.is_about and self.score > 0), likely


def _headers(grid: Grid, row: int) -> Iterator[SheetTable]:
    # Most rows are data, and are turned away here: all that follows is tried for the few that
    # hold two titles.
    words = {normal(text) for text in grid.row(row).values()} & _ALL_TITLES
    if len(words) < 2 or not words & _ALL_KEYS:
        return
    caption = _caption(grid, row)
    for found in _split(_titles_of(grid, row), f"{grid.name} {caption}"):
        used = {*found.columns.values(), *found.more}
        within = range(min(used), max(used) + 1)
        titles = [(column, grid.row(row).get(column, "")) for column in within]
        yield SheetTable(
            grid,
            found.kind,
            found.columns,
            row,
            tuple(found.more),
            caption=caption,
            unknown=tuple(pair for pair in titles if pair[1] and pair[0] not in used),
        )


def _titles_of(grid: Grid, row: int) -> Titles:
    """Return the columns of a header row: each may be called as it says, or so behind what the row above says."""
    above, group = grid.row(row - 1), ""
    found: list[tuple[int, tuple[str, ...]]] = []
    for column in sorted({*grid.row(row), *above}):
        # A merged cell above has its text over the first of its columns, and goes for the
        # others too.
        group = normal(above.get(column, "")) or group
        own = normal(grid.row(row).get(column, ""))
        names = (
            (f"{group} {own}", own)
            if own and group != own
            else (own or normal(above.get(column, "")),)
        )
        found.append((column, tuple(name for name in names if name)))
    return found[:MOST_TITLES]


def _split(titles: Titles, about: str) -> list[_Match]:
    """Return the tables that a header row begins: cut where two tables explain more titles than one."""
    best = [_best(titles, about)]
    for cut in range(1, len(titles)):
        left, right = _best(titles[:cut], about), _best(titles[cut:], about)
        explained = left.score + right.score
        if left.score and right.score and explained > sum(match.score for match in best):
            best = [left, right]
    return [match for match in best if match.score]


def _best(titles: Titles, about: str) -> _Match:
    best = max((_match(titles, kind, about) for kind in _KINDS), key=lambda match: match.rank)
    if best.kind is USERS and _is_dictionary(titles, about):
        return replace(best, kind=DICTIONARY)
    return best


def _is_dictionary(titles: Titles, about: str) -> bool:
    """Return whether a table is of the events' properties rather than of people's, as both may have one header."""
    words = " ".join((about, *(name for _, names in titles for name in names)))
    people, events = USERS.about, EVENTS.about
    assert people is not None
    assert events is not None
    return not people.search(words) and bool(events.search(words))


def _match(titles: Titles, kind: TableKind, about: str) -> _Match:
    match = _Match(kind, bool(kind.about and kind.about.search(about)))
    for column, names in titles:
        title = next(filter(None, (_title(kind, name) for name in names)), None)
        if title is not None:
            _assign(match, title, column)
    return match


def _title(kind: TableKind, name: str) -> str | None:
    """Return which of a kind's titles a name is; `property 2` is a property like `property`."""
    titles = _TITLES[kind.name]
    found = _NUMBERED.fullmatch(name)
    if found and name not in titles and kind is EVENTS and titles.get(found[1]) == "Property":
        return "Property"
    return titles.get(name)


def _assign(match: _Match, title: str, column: int) -> None:
    for words, meaning, behind in match.kind.second:
        if title == words and behind in match.columns and meaning not in match.columns:
            title = meaning
    if title not in match.columns:
        match.columns[title] = column
    elif title == "Property":
        match.more.append(column)


def _caption(grid: Grid, row: int) -> str:
    """Return the text that stands alone in the row above."""
    above = set(grid.row(row - 1).values())
    return next(iter(above)) if len(above) == 1 else ""


def normal(title: str) -> str:
    """Return a title as titles are compared: small, in single spaces, without stars, colons and what brackets hold."""
    if len(title) > MOST_CHARACTERS:
        return ""  # no title, and long texts cost time
    text = _SPACES.sub(" ", _ASIDE.sub(" ", title.casefold())).strip(" *:.#№")
    return text or _SPACES.sub(" ", title.casefold()).strip()


def _known_titles(kind: TableKind) -> dict[str, str]:
    """Return what a kind's columns may be called, as compared, → the title."""
    aliases = ((alias, column) for column in kind.columns for alias in column.aliases)
    exact = {normal(column.title): column.title for column in kind.columns}
    # What we call a column ourselves counts more than what others may mean by the same word.
    return {normal(alias): column.title for alias, column in aliases} | exact


_TITLES = {kind.name: _known_titles(kind) for kind in _KINDS}
_ALL_TITLES = frozenset(name for titles in _TITLES.values() for name in titles)
_ALL_KEYS = frozenset(
    name for kind in _KINDS for name, title in _TITLES[kind.name].items() if title in kind.keys
)
