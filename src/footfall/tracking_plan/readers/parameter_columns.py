"""Columns that stand for one property each: `item_id`, with a mark or an example in the rows of events.

A sheet without a column for the names of properties may have them in its header, as those for
Google Analytics have. Such a column is told by the marks or types in its cells, by the group above
it, or by its name; columns on who does what until when (`owner`, `ios`, `status`) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from footfall.tracking_plan.cells import DASHES, is_no, is_yes, type_of, word_set
from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.readers.headers import (
    ALL_TITLES,
    EVENT_KEYS,
    OF_ONE_PROPERTY,
    PARAMETER_GROUPS,
    PROPERTY_KEYS,
    USER_GROUPS,
    normal,
)

_IDENTIFIER = re.compile(r"\$?[a-z][a-z0-9]*(?:[_.][a-z0-9]+)+|[a-z]+[0-9]*[A-Z]\w*")
_SINGLE = re.compile(r"[a-z][a-z0-9]*")
_GROUPS = re.compile(
    r"(?:event|custom|item|ecommerce|common|global)? ?(?:param|propert|dimension|attribut|parámetro|propiedad|"
    r"параметр|свойств)\w*"
)
LETTERS = {"R": True, "M": True, "O": False, "C": False}
"""Required, mandatory, optional, conditional: whether it is never left out."""
_ABOUT_WORK = word_set(
    "owner team status state priority version date author reviewer notes note comment comments link links "
    "jira ticket figma mockup mock screenshot image page screen url platform platforms ios android web "
    "server backend frontend desktop mobile app client device source sources destination destinations "
    "amplitude mixpanel ga4 ga segment firebase facebook meta braze appsflyer adjust posthog snowplow "
    "snowflake implemented implementation qa tested verified live done ready deployed released sprint "
    "release phase added updated created deprecated squad product feature tags tag kpi metric metrics "
    "question goal funnel trigger tracked sdk number id no nr responsible estado responsable plataforma "
    "prioridad fecha equipo статус ответственный платформа приоритет дата команда"
)


@dataclass(frozen=True, slots=True)
class ParameterColumn:
    """A column that stands for a property.

    Args:
        name: As it is written in the header.
        is_users: It is a property of people.
        is_certain: Its cells or the group above it say so, not its name alone.
    """

    column: int
    name: str
    is_users: bool = False
    is_certain: bool = True


def parameter_columns(
    grid: Grid, header: int, rows: Sequence[int], known: frozenset[int]
) -> tuple[ParameterColumn, ...]:
    """Return the columns of a table of events that stand for one property each.

    Args:
        header: Row of the titles.
        rows: Those below it.
        known: Columns that say something else.
    """
    found = list(_candidates(grid, header, rows, known))
    # `value` and `currency` are words that any column may be called by: they follow others.
    is_sheet_of_them = any(
        each.is_certain or _IDENTIFIER.fullmatch(each.name) for each in found
    )
    return tuple(found) if is_sheet_of_them else ()


def marked_columns(
    grid: Grid, header: int, rows: Sequence[int], known: frozenset[int]
) -> tuple[ParameterColumn, ...]:
    """Return the columns in which marks alone stand: of a table of properties these are the events that have them."""
    return tuple(
        ParameterColumn(column, name)
        for column, name in sorted(grid.row(header).items())
        if column not in known and _is_marked(grid, rows, column, name)
    )


def _candidates(
    grid: Grid, header: int, rows: Sequence[int], known: frozenset[int]
) -> Iterator[ParameterColumn]:
    above, group = grid.row(header - 1), ""
    are_names = bool(titles_of_names(grid, header, rows))
    for column in sorted({*grid.row(header), *above}):
        name = grid.row(header).get(column, "")
        # A merged cell above has its text over the first of its columns: the others follow it,
        # but for those that are about the work.
        is_outside = column not in above and _is_about_work(name) and not are_names
        group = "" if is_outside else normal(above.get(column, "")) or group
        if not name or column in known:
            continue
        is_users = group in USER_GROUPS
        if is_group(group) or _is_marked(grid, rows, column, name):
            yield ParameterColumn(column, name, is_users)
        elif _is_named_so(name):
            yield ParameterColumn(column, name, is_certain=False)


def titles_of_names(grid: Grid, row: int, below: Sequence[int]) -> frozenset[str]:
    """Return the titles right above a row that holds the names of what these are about, none of other rows.

    `Event | Event parameters | | User properties` above ` | item_id | value | plan` is a header of
    two rows, and so is `Property | Events | ` above ` | purchase | view`, where one title goes over
    several names or marks stand below them.
    """
    titles, names = grid.row(row - 1), grid.row(row)
    alone = [normal(title) for column, title in titles.items() if column not in names]
    n_titles = sum(normal(name) in OF_ONE_PROPERTY for name in names.values())
    if len(alone) == len(titles) or 2 * n_titles >= len(names):
        return frozenset()
    over = [_title_over(titles, column) for column in names]
    is_of_events = not EVENT_KEYS.isdisjoint(alone)
    is_of_properties = not PROPERTY_KEYS.isdisjoint(alone) and EVENT_KEYS.issuperset(over)
    if not (all(map(is_group, over)) if is_of_events else is_of_properties):
        return frozenset()
    are_marked = any(_is_marked(grid, below, *name) for name in names.items())
    return frozenset(over) if are_marked or len(set(over)) < len(over) else frozenset()


def _title_over(titles: Mapping[int, str], column: int) -> str:
    """Return the title that stands above a column, or else left of that."""
    at = max((at for at in titles if at <= column), default=-1)
    return normal(titles.get(at, ""))


def is_group(title: str) -> bool:
    """Return whether a title above others says that these are properties."""
    return title in USER_GROUPS or title in PARAMETER_GROUPS or bool(_GROUPS.fullmatch(title))


def _is_marked(grid: Grid, rows: Sequence[int], column: int, name: str) -> bool:
    """Return whether all cells of a column are marks, types or words such as `required`."""
    texts = {grid.row(row)[column] for row in rows if column in grid.row(row)} - DASHES
    return bool(texts) and not _is_about_work(name) and all(map(_is_mark, texts))


def _is_named_so(name: str) -> bool:
    is_identifier = bool(_IDENTIFIER.fullmatch(name) or _SINGLE.fullmatch(name))
    return is_identifier and not _is_about_work(name) and normal(name) not in ALL_TITLES


def _is_about_work(name: str) -> bool:
    # `page_location` and `product_id` are names of properties, `Page link` is of the work.
    words = [normal(name)] if "_" in name else normal(name).split()
    return any(word in _ABOUT_WORK for word in words)


def _is_mark(text: str) -> bool:
    parts = [part.strip() for part in re.split(r"[,;/]", text)]
    return all(
        is_yes(part) or is_no(part) or part in LETTERS or type_of(part) is not None
        for part in parts
    )
