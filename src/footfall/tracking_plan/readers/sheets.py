"""Tables of sheets, read into the draft of a plan: of events, people, stages, and of the plan itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from footfall.tracking_plan.cells import one_quoted, split, split_list
from footfall.tracking_plan.plan import ExampleStep, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.event_rows import read_events
from footfall.tracking_plan.readers.headers import (
    CATEGORIES,
    CROSSED,
    DICTIONARY,
    EVENTS,
    NESTED,
    PATH,
    PLAN,
    USERS,
    normal,
)
from footfall.tracking_plan.readers.property_cells import properties_in
from footfall.tracking_plan.readers.property_rows import Named, described, parameters_of
from footfall.tracking_plan.readers.sheet_rows import SheetRow, rows_of
from footfall.tracking_plan.readers.sheet_table import SheetTable

_NUMBER = re.compile(r"\d+[.)]?")
_EQUALS = re.compile(r"\s*[=:]\s*")
_EXAMPLE = ("Example user_id", "Example event", "Example time", "Example properties")


def read_table(table: SheetTable, draft: Draft) -> None:
    """Take what a table says.

    Raises:
        UsageError: A cell that is needed holds an error, or a formula without its value; names
            sheet and cell.
    """
    readers = {EVENTS: read_events, USERS: _user_properties, DICTIONARY: _dictionary}
    readers |= {NESTED: _nested, CROSSED: _crossed}
    readers |= {PATH: _path, PLAN: _about, CATEGORIES: _categories}
    for column, title in table.guessed.items():
        at = table.grid.origin(table.header, column)
        means = title if table.kind is USERS else title.replace("User property", "Property")
        draft.remark(f"column {table.title(column)} is taken for {means}", at)
    _tell_of_neighbours(table, draft)
    readers[table.kind](table, draft)


def _tell_of_neighbours(table: SheetTable, draft: Draft) -> None:
    """Say that a table is read apart from the one beside it, and what joins the two."""
    if not any(column < table.first() for column in table.beside):
        return
    draft.remark(
        "empty columns separate this table from the one left of it: each is read by itself, and no row "
        "goes on across them; remove the empty columns where it should",
        table.origin(),
    )


# --- properties of users, and of all events --------------------------------------------------------------------------


def _user_properties(table: SheetTable, draft: Draft) -> None:
    for found, is_typed in _one_per_row(table, draft):
        draft.add_property("", found, is_typed=is_typed)


def _dictionary(table: SheetTable, draft: Draft) -> None:
    for found, _ in _one_per_row(table, draft):
        draft.dictionary[found.name] = found


def _one_per_row(table: SheetTable, draft: Draft) -> Iterator[Named]:
    """Yield the properties of a table that has one in each row."""
    for row in rows_of(table):
        for named, kind in _named(row):
            yield described(named, kind, row, draft)


def _named(row: SheetRow) -> list[tuple[PlanProperty, str]]:
    """Return the properties that the cell of a row names, one as a rule, each with the type behind it."""
    at, text = row.origin("User property"), row.text("User property")
    return (
        [(replace(read, origin=at), kind) for read, kind in properties_in(text)] if text else []
    )


def _nested(table: SheetTable, draft: Draft) -> None:
    """Take rows without a type as events, and those with one as properties of the event above."""
    event = ""
    for row in rows_of(table):
        name = row.text("User property")
        if name and not any(map(row.text, ("Type", "Required", "Allowed values", "Example"))):
            event = one_quoted(name) or name
            draft.add_event(
                PlanEvent(
                    event,
                    table.category(),
                    row.text("Description"),
                    origin=row.origin("User property"),
                )
            )
        else:
            for named, kind in _named(row):
                found, is_typed = described(named, kind, row, draft)
                draft.add_property(event, found, is_typed=is_typed)


def _crossed(table: SheetTable, draft: Draft) -> None:
    """Take properties into the events in whose columns they are marked."""
    for each in table.parameters:
        draft.add_event(
            PlanEvent(each.name, origin=table.grid.origin(table.header, each.column))
        )
    for row in rows_of(table):
        for named, kind in _named(row):
            found, is_typed = described(named, kind, row, draft)
            told = {each.column: found for each in table.parameters}
            for column, (read, is_marked) in parameters_of(row, told, draft):
                draft.add_property(column.name, read, is_typed=is_typed or is_marked)


# --- the critical path -----------------------------------------------------------------------------------------------


def _path(table: SheetTable, draft: Draft) -> None:
    name = user_id = ""
    for row in rows_of(table):
        events = _events_named(row.text("Events"), draft)
        written = row.text("Stage")
        is_number = bool(_NUMBER.fullmatch(written))
        # Steps that are only numbered, or have no title, are called after the event that leads
        # there.
        is_nameless = is_number or "Stage" not in table.columns
        name = "".join(events[:1]) if is_nameless else written or name
        if not name:
            continue
        is_optional = "Optional" in table.columns and row.flag("Optional", draft)
        stage = PlanStage(name, events, row.text("Condition"), is_optional, row.origin("Stage"))
        old = draft.stages.get(name)
        draft.stages[name] = stage if old is None else _joined(old, stage)
        if "Goal" in table.columns and row.flag("Goal", draft):
            draft.goal = name
        user_id = row.text("Example user_id") or user_id
        draft.example += _steps(row, name, events, user_id)


def _joined(old: PlanStage, read: PlanStage) -> PlanStage:
    events = tuple(dict.fromkeys((*old.events, *read.events)))
    return replace(
        old,
        events=events,
        condition=old.condition or read.condition,
        is_optional=old.is_optional or read.is_optional,
    )


def _events_named(cell: str, draft: Draft) -> tuple[str, ...]:
    """Return the events that a cell names, spelled as the plan spells them."""
    spelled = {normal(name): name for name in draft.events}
    names = (cell,) if cell in draft.events else split_list(cell)
    return tuple(spelled.get(normal(name), name) for name in names)


def _steps(
    row: SheetRow, stage: str, events: Sequence[str], user_id: str
) -> Iterator[ExampleStep]:
    cells = [row.text(title) for title in _EXAMPLE]
    _, event, time, written = cells
    # A stage that nobody of the example reached has an empty cell under each title.
    if user_id and any(cells):
        event = event or "".join(events[:1])
        pairs = (_EQUALS.split(part, 1) for part in split(written))
        properties = tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
        yield ExampleStep(user_id, event, time, stage, properties)


# --- the plan itself -------------------------------------------------------------------------------------------------


def _about(table: SheetTable, draft: Draft) -> None:
    texts = {normal(row.text("About this plan")): row.text("Text") for row in rows_of(table)}
    draft.name = texts.get("name", draft.name)
    draft.title = texts.get("title", draft.title)
    draft.about = texts.get("description", draft.about)
    draft.currency = texts.get("currency", draft.currency)


def _categories(table: SheetTable, draft: Draft) -> None:
    for row in rows_of(table):
        name = row.text("Event category")
        if name:
            draft.categories[name] = row.text("Category description")
