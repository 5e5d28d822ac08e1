"""Tables beside each other: header rows that empty columns cut into tables of their own.

Rows go on across empty columns only where they show it: what stands behind these is no table by
itself, or an event goes on over several properties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.readers.headers import (
    CROSSED,
    DICTIONARY,
    EVENTS,
    USERS,
    Match,
    Titles,
    has_guess,
    normal,
    properties_alone,
    says_people,
)
from footfall.tracking_plan.readers.parameter_columns import marked_columns
from footfall.tracking_plan.readers.sheet_rows import rows_of
from footfall.tracking_plan.readers.sheet_table import SheetTable

Matching = Callable[[Titles], list[Match]]
"""Finds the tables that titles begin."""
_KEYS = ("Event", "Property", "User property")


def matches_of(
    grid: Grid, row: int, titles: Titles, matching: Matching
) -> Iterator[tuple[Match, frozenset[int]]]:
    """Yield the tables that a header row begins, each with the columns of those behind empty columns.

    Args:
        grid: The sheet.
        row: The header's.
        titles: Of it.
        matching: Finds the tables of some of them.
    """
    # Without a gap there is one table, and no row below has to be looked at.
    is_gapped = any(after[0] - title[0] > 1 for title, after in pairwise(titles))
    block = _block(grid, row) if is_gapped else []
    filled = {column for cells in block for column in cells}
    parts = list(_parts(titles, block, filled, matching)) if is_gapped else [titles]
    if len(parts) == 1:
        yield from ((match, frozenset()) for match in matching(titles))
        return
    for part in parts:
        first, last = part[0][0], part[-1][0]
        beside = frozenset(column for column in filled if not first <= column <= last)
        for match in matching(part) or properties_alone(part):
            # Beside a table of events `Property, Type` are of these, unless a title says people.
            is_of_events = match.kind is USERS and not says_people(part)
            yield (replace(match, kind=DICTIONARY) if is_of_events else match), beside


def _block(grid: Grid, header: int) -> list[Mapping[int, str]]:
    """Return a header row and those below it, up to the first that is empty."""
    rows: list[Mapping[int, str]] = []
    while header + len(rows) in grid.rows:
        rows.append(grid.row(header + len(rows)))
    return rows


def _parts(
    titles: Titles, block: Sequence[Mapping[int, str]], filled: set[int], matching: Matching
) -> Iterator[Titles]:
    """Yield the titles of each table that the columns of a block leave that are not filled."""
    part: list[tuple[int, tuple[str, ...]]] = []
    for title in titles:
        if part and not filled.issuperset(range(part[-1][0] + 1, title[0])):
            rest = [each for each in titles if each[0] >= title[0]]
            left, right = (matching(side) or properties_alone(side) for side in (part, rest))
            if _are_apart(left, right, block[1:]):
                yield part
                part = []
        part.append(title)
    yield part


def _are_apart(
    left: Sequence[Match], right: Sequence[Match], rows: Sequence[Mapping[int, str]]
) -> bool:
    """Return whether both sides are tables by themselves, and no row shows that it goes on from one to the other."""
    if not left or not right:
        return False
    # `Screen | | Event`: what could be the name of events is none beside it.
    if left[-1].kind is right[0].kind and any(map(has_guess, (left[-1], right[0]))):
        return False
    ends = [(match.kind, _key_of(match)) for match in (left[-1], right[0])]
    events = [key for kind, key in ends if kind is EVENTS and key is not None]
    others = [key for kind, key in ends if kind is not EVENTS and key is not None]
    if len(events) != 1 or len(others) != 1:
        return True
    shared = [(cells.get(events[0]), cells[others[0]]) for cells in rows if others[0] in cells]
    return not _goes_on([event for event, _ in shared], [name for _, name in shared])


def _key_of(match: Match) -> int | None:
    return next((match.columns[key] for key in _KEYS if key in match.columns), None)


def _goes_on(events: Sequence[str | None], names: Sequence[str]) -> bool:
    """Return whether an event stands in several rows, or a property in those of several events."""
    n_last = max((n for n, event in enumerate(events) if event), default=-1)
    has_holes = any(event is None for event in events[:n_last])
    named = [event for event in events if event]
    return has_holes or any(n > 1 for n in (*Counter(named).values(), *Counter(names).values()))


def crossed(table: SheetTable, events: Mapping[str, str]) -> SheetTable:
    """Return a table of properties as a matrix, where columns with nothing but marks are called as events are.

    Args:
        events: Names of events as titles are compared → as they are written.
    """
    if not events or table.kind not in (USERS, DICTIONARY):
        return table
    known = table.known() | table.beside
    marked = marked_columns(table.grid, table.header, table.rows, known)
    named = tuple(
        replace(each, name=events[normal(each.name)])
        for each in marked
        if normal(each.name) in events
    )
    return replace(table, kind=CROSSED, parameters=named) if named else table


def events_named(tables: Sequence[SheetTable]) -> dict[str, str]:
    """Return the events that tables of events name: as titles are compared → as they are written."""
    texts = [
        row.text("Event") for table in tables if table.kind is EVENTS for row in rows_of(table)
    ]
    return {normal(text): text for text in texts if text}
