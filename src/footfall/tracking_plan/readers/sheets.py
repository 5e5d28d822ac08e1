"""Rows of tables, read into the draft of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from footfall.errors import shown
from footfall.tracking_plan.cells import (
    DASHES,
    allowed,
    changes_of,
    is_yes,
    split,
    split_list,
    split_names,
    type_of,
)
from footfall.tracking_plan.plan import (
    ExampleStep,
    Origin,
    PlanEvent,
    PlanProperty,
    PlanStage,
)
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.find_tables import (
    CATEGORIES,
    DICTIONARY,
    EVENTS,
    PATH,
    PLAN,
    USERS,
    SheetTable,
    normal,
)

_PLAIN_SHEET = re.compile(
    r"(?:(?:sheet|лист|page|страница|table|tabelle|feuil|events?|event categories|taxonomy|tracking plan|plan|data|"
    r"события|категории событий|таксономия)[\s_]*\d*)?",
    re.IGNORECASE,
)
_NAME = r"[^\s:=(){}\[\]]+(?: [^\s:=(){}\[\]]+){0,4}?(?:\[\])?"
_LISTED = re.compile(
    rf"[-•*·]?\s*({_NAME})\s*(?:[:=]\s*(.*)|\s[-–—]\s*(.*)|\((.*)\))?", re.DOTALL
)
_OPTIONAL = re.compile(r"[(\[](?:optional|опционально|необязательн\w*)[)\]]", re.IGNORECASE)
_BRACED = re.compile(r"\{([^{}]*)\}")
_CHANGE = re.compile("=|→|->|:")
_NUMBER = re.compile(r"\d+[.)]?")
_EQUALS = re.compile(r"\s*[=:]\s*")


def read_table(table: SheetTable, draft: Draft) -> None:
    """Take what a table says.

    Raises:
        UsageError: A cell that is needed holds an error, or a formula without its value; names
            sheet and cell.
    """
    for column, title in table.unknown:
        cells = [row for row in table.rows if column in table.grid.row(row)]
        if cells:
            at = table.grid.origin(table.header, column)
            draft.leave_out(f"column {title}", at, len(cells))
    readers = {EVENTS: _events, USERS: _user_properties, DICTIONARY: _dictionary}
    readers |= {PATH: _path, PLAN: _about, CATEGORIES: _categories}
    readers[table.kind](table, draft)


@dataclass(slots=True)
class _Row:
    """A row of a table: its texts by title; a cell with a dash is empty."""

    table: SheetTable
    number: int

    def text(self, title: str) -> str:
        found = self.table.text(self.number, title)
        return "" if found in DASHES else found

    def origin(self, title: str) -> Origin:
        return self.table.grid.origin(
            self.number, self.table.columns.get(title, self.table.first())
        )

    def cells(self) -> list[str]:
        """Return the different texts of the table's columns."""
        columns = sorted((*self.table.columns.values(), *self.table.more))
        texts = (self.table.grid.text(self.number, column) for column in columns)
        return [text for text in texts if text]


def _rows(table: SheetTable) -> Iterator[_Row]:
    """Yield the rows that are neither empty nor the header again."""
    header = table.grid.row(table.header)
    for number in table.rows:
        row = table.grid.row(number)
        if any(row.get(column) != header.get(column) for column in table.columns.values()):
            yield _Row(table, number)


# --- events ----------------------------------------------------------------------------------------------------------


def _events(table: SheetTable, draft: Draft) -> None:
    category = _category_of_sheet(table)
    name = ""
    # Category and event go on until a row names others: cells left empty below them belong to
    # them.
    for row in _rows(table):
        heading = _heading(row)
        if heading:
            category, name = heading, ""
            continue
        written = row.text("Category")
        if written and written != category:
            category, name = written, ""
        name = row.text("Event") or name
        if not name:
            draft.remark(
                f"the row names no event: {shown(' '.join(row.cells()))} is left out",
                row.origin("Event"),
                "not read",
            )
            continue
        _event(row, category, name, draft)


def _category_of_sheet(table: SheetTable) -> str:
    """Return the category that a sheet's name, or the line above the table, gives to its events."""
    if "Category" in table.columns:
        return ""
    if table.grid.name and not _PLAIN_SHEET.fullmatch(table.grid.name.strip()):
        return table.grid.name
    return "" if _PLAIN_SHEET.fullmatch(table.caption) else table.caption


def _heading(row: _Row) -> str:
    """Return the text of a row that is only a heading: one text across several columns, or only a category."""
    texts = row.cells()
    if row.number in row.table.grid.wide and len(set(texts)) == 1:
        return texts[0]
    return row.text("Category") if len(texts) == 1 else ""


def _event(row: _Row, category: str, name: str, draft: Draft) -> None:
    properties = list(_properties(row))
    about = row.text("Description")
    if not properties and not about:
        about = row.text("Property description")
    read = PlanEvent(
        name,
        category,
        about,
        is_optional=is_yes(row.text("Optional")) or _says_in(row, "Optional", _OPTIONAL),
        changes=changes_of(row.text("State changes")) or _changes_within(row),
        has_revenue=is_yes(row.text("Revenue")),
        identifies=is_yes(row.text("Identifies")),
        origin=row.origin("Event"),
    )
    draft.add_event(read)
    for found, type_text in properties:
        _take_property(draft, name, found, type_text)


def _says_in(row: _Row, title: str, words: re.Pattern[str]) -> bool:
    """Return whether name or description say what a table has no column for."""
    if title in row.table.columns:
        return False
    return any(words.search(row.text(each)) for each in ("Event", "Description"))


def _changes_within(row: _Row) -> tuple[str, ...]:
    """Return the changes of state that a description has in curly braces, where a table has no column for them."""
    if "State changes" in row.table.columns:
        return ()
    found = _BRACED.findall(row.text("Description"))
    return tuple(change.strip() for change in found if _CHANGE.search(change))


def _properties(row: _Row) -> Iterator[tuple[PlanProperty, str]]:
    """Yield the properties that a row names, each with the text of its type."""
    table = row.table
    cells = [(row.text("Property"), table.columns.get("Property"))]
    cells += [(table.grid.text(row.number, column), column) for column in table.more]
    for cell, column in cells:
        listed = _listed(cell)
        at = table.grid.origin(row.number, column if column is not None else table.first())
        if len(listed) == 1:
            found, type_text = listed[0]
            # `size (EU)` is a name: what stands behind it is taken for more only where it is a
            # type.
            if not type_text and found != PlanProperty(found.name):
                found = PlanProperty(cell)
            yield _property(replace(found, origin=at), row), row.text("Type") or type_text
        else:
            # What the row's other columns say goes for one property; of several nobody knows
            # for which.
            yield from ((replace(found, origin=at), type_text) for found, type_text in listed)


def _listed(cell: str) -> list[tuple[PlanProperty, str]]:
    """Return the properties that a cell names, and their types: `price: number; sku (string); n: 3; colour - what`."""
    inner = cell[1:-1] if cell[:1] in "{[" and cell[-1:] in "}]" and len(cell) > 1 else cell
    return [_one_of_several(part) for part in split_names(inner)]


def _one_of_several(text: str) -> tuple[PlanProperty, str]:
    match = _LISTED.fullmatch(text)
    if not match:
        return PlanProperty(text), ""
    name, about = match[1].strip("'\""), (match[3] or "").strip()
    value = (match[2] or match[4] or "").strip()
    if value and type_of(value):
        return PlanProperty(name), value
    return PlanProperty(name, examples=(value,) if value else (), about=about), ""


def _property(found: PlanProperty, row: _Row) -> PlanProperty:
    is_events = row.table.kind is EVENTS
    return replace(
        found,
        about=row.text("Property description" if is_events else "Description"),
        values=allowed(row.text("Allowed values")),
        examples=split(row.text("Example")),
        is_required=is_yes(row.text("Required")),
        changes=is_yes(row.text("Changes")),
        start=row.text("Start"),
    )


def _take_property(draft: Draft, event: str, found: PlanProperty, type_text: str) -> None:
    typed, is_typed = _typed(draft, found, type_text)
    draft.add_property(event, typed, is_typed=is_typed)


def _typed(draft: Draft, found: PlanProperty, text: str) -> tuple[PlanProperty, bool]:
    """Return a property with the type that a text names, and whether it names one.

    A list of values is no type.
    """
    if found.name.endswith("[]"):
        found, text = replace(found, name=found.name[:-2]), text or "list"
    named = type_of(text)
    if named:
        return replace(found, type=named[0], item=named[1]), True
    values = split_list(text)
    if len(values) > 1 and not found.values:
        return replace(found, values=values), False
    if text and text not in DASHES:
        draft.remark(
            f"{shown(text)} is no type that is known; it is told from the values",
            found.origin,
            "not read",
        )
    return found, False


# --- properties of users, and of all events --------------------------------------------------------------------------


def _user_properties(table: SheetTable, draft: Draft) -> None:
    for found, type_text in _one_per_row(table):
        _take_property(draft, "", found, type_text)


def _dictionary(table: SheetTable, draft: Draft) -> None:
    for found, type_text in _one_per_row(table):
        draft.dictionary[found.name], _ = _typed(draft, found, type_text)


def _one_per_row(table: SheetTable) -> Iterator[tuple[PlanProperty, str]]:
    """Yield the properties of a table that has one in each row, each with the text of its type."""
    for row in _rows(table):
        name = row.text("User property")
        if name:
            found = PlanProperty(name, origin=row.origin("User property"))
            yield _property(found, row), row.text("Type")


# --- the critical path -----------------------------------------------------------------------------------------------


def _path(table: SheetTable, draft: Draft) -> None:
    name = user_id = ""
    for row in _rows(table):
        events = _events_named(row.text("Events"), draft)
        written = row.text("Stage")
        is_number = bool(_NUMBER.fullmatch(written))
        # Steps that are only numbered, or have no title, are called after the event that leads
        # there.
        is_nameless = is_number or "Stage" not in table.columns
        name = "".join(events[:1]) if is_nameless else written or name
        if not name:
            continue
        stage = PlanStage(name, events, row.text("Condition"), row.origin("Stage"))
        old = draft.stages.get(name)
        draft.stages[name] = stage if old is None else _joined(old, stage)
        if is_yes(row.text("Goal")):
            draft.goal = name
        user_id = row.text("Example user_id") or user_id
        draft.example += _steps(row, name, events, user_id)


def _joined(old: PlanStage, read: PlanStage) -> PlanStage:
    events = tuple(dict.fromkeys((*old.events, *read.events)))
    return replace(old, events=events, condition=old.condition or read.condition)


def _events_named(cell: str, draft: Draft) -> tuple[str, ...]:
    """Return the events that a cell names, spelled as the plan spells them."""
    spelled = {normal(name): name for name in draft.events}
    names = (cell,) if cell in draft.events else split_list(cell)
    return tuple(spelled.get(normal(name), name) for name in names)


def _steps(row: _Row, stage: str, events: Sequence[str], user_id: str) -> Iterator[ExampleStep]:
    written = row.text("Example properties")
    event = row.text("Example event") or (events[0] if events else "")
    if user_id and (event or written):
        pairs = (_EQUALS.split(part, 1) for part in split(written))
        properties = tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
        yield ExampleStep(user_id, event, row.text("Example time"), stage, properties)


# --- the plan itself -------------------------------------------------------------------------------------------------


def _about(table: SheetTable, draft: Draft) -> None:
    texts = {normal(row.text("About this plan")): row.text("Text") for row in _rows(table)}
    draft.name = texts.get("name", draft.name)
    draft.title = texts.get("title", draft.title)
    draft.about = texts.get("description", draft.about)
    draft.currency = texts.get("currency", draft.currency)


def _categories(table: SheetTable, draft: Draft) -> None:
    for row in _rows(table):
        name = row.text("Event category")
        if name:
            draft.categories[name] = row.text("Category description")
