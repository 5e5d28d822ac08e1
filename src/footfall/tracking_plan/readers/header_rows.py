"""Header rows: the tables that a row of a sheet may begin, in one row or in two.

`Event | | Property |` may stand above `Name | About | Name | Type`, and names may stand below the
titles that say what they are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from footfall.tracking_plan.cells import DASHES
from footfall.tracking_plan.readers.call_words import is_interaction, row_kind_in
from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.readers.headers import (
    ALL_KEYS,
    ALL_TITLES,
    CALL_TITLES,
    CROSSED,
    DICTIONARY,
    EVENT_KEYS,
    EVENTS,
    KIND_OF_CALL,
    MOST_TITLES,
    OF_ONE_PROPERTY,
    PARAMETER_GROUPS,
    RANGE_TITLES,
    USER_GROUPS,
    USERS,
    Match,
    Shown,
    Titles,
    match_headers,
    normal,
    title_in,
    title_of,
)
from footfall.tracking_plan.readers.parameter_columns import (
    is_group,
    marked_columns,
    parameter_columns,
    titles_of_names,
)
from footfall.tracking_plan.readers.sheet_table import SheetTable
from footfall.tracking_plan.readers.tables_beside import matches_of
from footfall.tracking_plan.written_numbers import range_of, written_number

_OF_EVENT = re.compile(
    r"(?:event|evento|événement|ereignis|событие)(?: name)?\s*[:–—-]\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLES = re.compile(
    r"[(\[](?:e\.?g\b|examples?|samples?|ejemplos?|пример)[^()]*[)\]]", re.IGNORECASE
)
MOST_LOOKED_AT = 200
"""Cells of a column that are looked at to tell what it holds."""


def headers_in(
    grid: Grid, row: int, filled: Sequence[int], *, is_first: bool
) -> Iterator[SheetTable]:
    """Yield the tables that a row may begin, as far as it and those around it say.

    Args:
        grid: The sheet.
        row: In it.
        filled: All rows that are filled.
        is_first: There is no table above.
    """
    # Most rows are data, and are turned away here: all that follows is tried for the few that
    # hold two titles.
    words = {title_in(text) for text in grid.row(row).values()}
    known = words & ALL_TITLES
    is_event_alone = is_first and len(words) > 2 and bool(words & EVENT_KEYS)
    at = bisect_right(filled, row)
    below = filled[at : at + MOST_LOOKED_AT]
    over = titles_of_names(grid, row, below)
    has_titles = bool(known & ALL_KEYS) and (len(known) > 1 or is_event_alone)
    if not has_titles and not over:
        return
    titles = _titles_above(grid, row, over) if over else _with_labels(_titles_of(grid, row))
    caption = _caption(grid, row)
    about, shown = f"{grid.name} {caption}", _shown(grid, row, below)

    def matching(some: Titles) -> list[Match]:
        return match_headers(some, about, shown)

    found = list(matches_of(grid, row, titles, matching))
    alone = [] if found else _event_alone(grid, row, titles, below)
    for match, beside in (*found, *((match, frozenset[int]()) for match in alone)):
        table = SheetTable(
            grid,
            match.kind,
            match.columns,
            row,
            match.more,
            tuple(match.notes),
            match.guessed,
            caption=caption,
            beside=beside,
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


def _shown(grid: Grid, row: int, below: Sequence[int]) -> Shown:
    """Return the columns of a header row below which all cells name kinds of calls, such as track, or ranges."""
    found: dict[int, str] = {}
    for column, text in grid.row(row).items():
        for title, titles, reads in _SHOWN:
            texts = (grid.row(number).get(column) for number in below)
            # The first cell that is no call ends it: most columns are left at once.
            is_shown = title_in(text) in titles and all(reads(each) for each in texts if each)
            if is_shown and not _are_objects(grid, column, below):
                found[column] = title
    # With properties of their own, events may well be called click and view.
    has_properties = any(title_in(text) in PARAMETER_GROUPS for text in grid.row(row).values())
    return {c: title for c, title in found.items() if title or not has_properties}


def _are_objects(grid: Grid, column: int, below: Sequence[int]) -> bool:
    """Return whether a column says `object` alone, which is a type as well as a kind of call."""
    texts = (grid.row(number).get(column) for number in below)
    return {normal(text) for text in texts if text} == {"object"}


def _is_range(text: str) -> bool:
    return text in DASHES or bool(range_of(text) or written_number(text))


_SHOWN: Sequence[tuple[str, frozenset[str], Callable[[str], object]]] = (
    (KIND_OF_CALL, CALL_TITLES, row_kind_in),
    ("", CALL_TITLES, is_interaction),
    ("Range", RANGE_TITLES, _is_range),
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
        own = "example" if _EXAMPLES.search(written[-40:]) else title_in(written)
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


def _with_labels(titles: Titles) -> Titles:
    """Return titles in which the name beside category and action, as Matomo has it, is a label of the action."""
    if not {"event category", "event action"} <= {
        name for _, names in titles for name in names
    }:
        return titles
    labelled = {"event name": "event label"}
    return [(column, tuple(labelled.get(n, n) for n in names)) for column, names in titles]


def _caption(grid: Grid, row: int) -> str:
    """Return the text that stands alone in the row above."""
    above = set(grid.row(row - 1).values())
    return next(iter(above)) if len(above) == 1 else ""
