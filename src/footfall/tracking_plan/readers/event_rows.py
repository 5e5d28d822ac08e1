"""Rows of tables of events: each is an event, a property of one, a heading, or what a call tells of people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from footfall.errors import shown
from footfall.tracking_plan.cells import DASHES, changes_of, is_no, one_quoted
from footfall.tracking_plan.plan import Origin, PlanEvent, PlanProperty
from footfall.tracking_plan.readers.call_words import RowKind, names_property, row_kind_in
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.headers import KIND_OF_CALL, OF_A_PROPERTY, normal
from footfall.tracking_plan.readers.property_rows import (
    ON_EVENTS,
    Named,
    described,
    parameters_of,
    properties_listed,
    properties_of,
    tells_of_parameters,
)
from footfall.tracking_plan.readers.sheet_rows import SheetRow, rows_of
from footfall.tracking_plan.readers.sheet_table import SheetTable

_OPTIONAL = re.compile(r"[(\[](?:optional|опционально|необязательн\w*)[)\]]", re.IGNORECASE)
_BRACED = re.compile(r"\{([^{}]*)\}")
_CHANGE = re.compile("=|→|->|:")
_SEVERAL = re.compile(r"\s+/\s+|\s*\n\s*|\s*;\s*|\s+\|\s+")
_IDENTIFIERS = re.compile(r"[\w.$-]*[_A-Z.][\w.$-]*(?:\s*,\s*[\w.$-]*[_A-Z.][\w.$-]*)+")


@dataclass(slots=True)
class _Place:
    """A place in a table: cells left empty below go on with it.

    Args:
        headings: Rows that are nothing else, so far → where.
        told: What rows of types have said of the columns that stand for a property.
        is_dictionary: Rows of properties come behind all events, and belong to none of them.
    """

    category: str = ""
    names: tuple[str, ...] = ()
    call: RowKind = "track"
    told: dict[int, PlanProperty] = field(default_factory=dict)
    is_dictionary: bool = False
    headings: dict[str, Origin] = field(default_factory=dict)


def read_events(table: SheetTable, draft: Draft) -> None:
    """Take the events of a table."""
    guessed = [each.name for each in table.parameters if not each.is_certain]
    if guessed:
        draft.remark(
            f"columns are taken for a property each: {', '.join(guessed)}", table.origin()
        )
    place = _Place(table.category(), is_dictionary=_has_dictionary(table))
    if table.event:
        place.names = (table.event,)
        draft.add_event(PlanEvent(table.event, origin=table.origin()))
    for row in rows_of(table):
        if (
            names_property(row.text(KIND_OF_CALL))
            and row.text("Event")
            and not row.text("Property")
        ):
            _take_property(row, place, draft)
            continue
        name = row.text("Event")
        heading = _heading(row)
        if heading and not row_kind_in(row.text(KIND_OF_CALL)):
            place.category, place.names = heading, ()
            place.headings.setdefault(heading, row.origin("Category"))
        elif table.parameters and tells_of_parameters(row, normal(name), place.told, draft):
            continue
        elif _move(row, name, place, draft):
            _take(row, place, draft)
        else:
            text = f"the row names no event: {shown(' '.join(row.cells()))} is left out"
            draft.remark(text, row.origin("Event"), "not read")
    categories = {each.event.category for each in draft.events.values()}
    for heading, at in place.headings.items():
        if heading not in categories:
            draft.leave_out(f"heading {shown(heading)}, below which no event stands,", at)


def _has_dictionary(table: SheetTable) -> bool:
    """Return whether rows of properties stand behind several events, with no event behind any of them."""
    kinds = [row_kind_in(row.text(KIND_OF_CALL)) for row in rows_of(table)]
    n_events = kinds.index("property") if "property" in kinds else 0
    return n_events > 1 and "track" not in kinds[n_events:]


def _take_property(row: SheetRow, place: _Place, draft: Draft) -> None:
    """Take a row whose name is that of a property, as its kind says."""
    kind = row_kind_in(row.text(KIND_OF_CALL))
    if kind is not None and kind in _NO_PLACE:
        _leave_out(row, kind, draft)
        return
    name = PlanProperty(
        row.text("Event"), about=row.text("Description"), origin=row.origin("Event")
    )
    found, is_typed = described(name, "", row, draft)
    if kind == "identify":
        draft.add_property("", found, is_typed=is_typed)
    elif place.is_dictionary or not place.names:
        draft.dictionary[found.name] = found
    else:
        for event in place.names:
            draft.add_property(event, found, is_typed=is_typed)


def _heading(row: SheetRow) -> str:
    """Return the text of a row that is only a heading: one text across several columns, or only a category."""
    texts = row.cells()
    if row.number in row.table.grid.wide and len(set(texts)) == 1:
        return texts[0]
    return row.text("Category") if len(texts) == 1 else ""


def _move(row: SheetRow, name: str, place: _Place, draft: Draft) -> bool:
    """Go on to what a row is about, and return whether it is about anything."""
    written, kind = row.text("Category"), row.text(KIND_OF_CALL)
    if written and written != place.category:
        place.category, place.names, place.call = written, (), "track"
    named: RowKind | None = "identify" if normal(name) == "identify" else None
    call = row_kind_in(kind) or named
    if name or call:
        place.call = call or "track"
    if name:
        place.names = _names_in(name, row, draft)
    elif call in ("page", "screen"):
        place.names = (kind.strip().casefold(),)
    elif call and call != "track":
        place.names = ()
    return bool(place.names) or place.call in ("identify", "group", "common", "alias")


def _names_in(cell: str, row: SheetRow, draft: Draft) -> tuple[str, ...]:
    """Return the events that a cell names: `Added / Removed`, one in each line, or between semicolons."""
    whole = one_quoted(cell)
    if whole is not None:
        return (whole,)
    signs = re.compile(r"\s*,\s*") if _IDENTIFIERS.fullmatch(cell) else _SEVERAL
    names = tuple(dict.fromkeys(name for name in signs.split(cell) if name))
    if len(names) > 1:
        text = f"one cell names {len(names)} events: {', '.join(map(shown, names))}"
        draft.remark(text, row.origin("Event"))
    return names


# --- what a row says --------------------------------------------------------------------------------------------------


def _take(row: SheetRow, place: _Place, draft: Draft) -> None:
    if place.call in _NO_PLACE:
        _leave_out(row, place.call, draft)
        return
    properties = list(properties_of(row, draft))
    users: list[Named] = []
    for column, named in parameters_of(row, place.told, draft):
        (users if column.is_users else properties).append(named)
    users += properties_listed(row, "User properties", draft)
    if properties and _is_of_people(row, draft):
        users, properties = [*users, *properties], []
    if place.call == "identify":
        users += properties
        for title, what in (("Description", "description"), ("Event", "name")):
            if row.text(title) and normal(row.text(title)) != "identify":
                draft.leave_out(f"the {what} of identify calls", row.origin(title))
    else:
        _take_events(row, place, properties, draft)
    if not properties and not users:
        _leave_out_property(row, draft)
    for found, is_typed in users:
        draft.add_property("", found, is_typed=is_typed)


_OF_PEOPLE = re.compile(
    "user|person|people|profile|visitor|usuari|nutzer|utilisateur|utent|пользовател",
    re.IGNORECASE,
)
_OF_EVENTS = re.compile("event|hit|session|evento|ereignis|événement|событи", re.IGNORECASE)


def _is_of_people(row: SheetRow, draft: Draft) -> bool:
    """Return whether a row's scope is a person; one that is neither a person nor an event is named."""
    scope = row.text("Scope")
    is_of_people = bool(_OF_PEOPLE.match(scope))
    if scope and not is_of_people and not _OF_EVENTS.match(scope):
        draft.leave_out(
            f"{shown(scope[:40])} in column {row.title('Scope')}", row.origin("Scope")
        )
    return is_of_people


def _leave_out_property(row: SheetRow, draft: Draft) -> None:
    """Name the cells of a row that say something of a property, where it names none."""
    for title in OF_A_PROPERTY:
        text = row.text(title)
        # Without a description of its own the event takes the property's.
        is_taken = title == "Property description" and not row.text("Description")
        if text and text not in DASHES and not is_no(text) and not is_taken:
            what = f"column {row.title(title)} in rows without a property"
            draft.leave_out(what, row.origin(title))


def _leave_out(row: SheetRow, kind: RowKind, draft: Draft) -> None:
    """Name all cells of a row that no plan has a place for."""
    columns = row.table.known() - {row.table.columns[KIND_OF_CALL]}
    n_cells = sum(bool(row.cell(column)) for column in columns)
    draft.leave_out(f"what is said of {_NO_PLACE[kind]}", row.origin(KIND_OF_CALL), n_cells)


_NO_PLACE: Mapping[RowKind, str] = {
    "group": "accounts (group calls)",
    "alias": "alias calls",
    "common": "all calls",
}


def _take_events(
    row: SheetRow, place: _Place, properties: Sequence[Named], draft: Draft
) -> None:
    about = row.text("Description")
    if not properties and not about:
        about = row.text("Property description")
    for name in place.names:
        draft.add_event(
            _event(row, name, place.category, _with_notes(about, row, properties), draft)
        )
        for found, is_typed in properties:
            if row.text("Required") and len(properties) == 1:
                draft.say_required(name, found)
            draft.add_property(name, found, is_typed=is_typed)


def _with_notes(about: str, row: SheetRow, properties: Sequence[Named]) -> str:
    """Return a description with further columns: those that say when, and all where no property has them."""
    is_of_property = "Property" in row.table.columns and len(properties) == 1
    titles = [(row.table.title(column), row.cell(column)) for column in row.table.notes]
    notes = [
        f"{title}: {text}"
        for title, text in titles
        if text and (not is_of_property or ON_EVENTS.search(normal(title)))
        if normal(text) != normal(row.text("Event"))
    ]
    return ". ".join(filter(None, (about.rstrip("."), *notes))) if notes else about


def _event(row: SheetRow, name: str, category: str, about: str, draft: Draft) -> PlanEvent:
    flags = {
        title: title in row.table.columns and row.flag(title, draft)
        for title in ("Optional", "Revenue", "Identifies")
    }
    return PlanEvent(
        name,
        category,
        about,
        is_optional=flags["Optional"] or _says_in(row, "Optional", _OPTIONAL),
        changes=changes_of(row.text("State changes")) or _changes_within(row),
        has_revenue=flags["Revenue"],
        identifies=flags["Identifies"],
        origin=row.origin("Event"),
        places=row.places({"Category": "category", "Description": "about"}),
    )


def _says_in(row: SheetRow, title: str, words: re.Pattern[str]) -> bool:
    """Return whether name or description say what a table has no column for."""
    if title in row.table.columns:
        return False
    return any(words.search(row.text(each)) for each in ("Event", "Description"))


def _changes_within(row: SheetRow) -> tuple[str, ...]:
    """Return the changes of state that a description has in curly braces, where a table has no column for them."""
    if "State changes" in row.table.columns:
        return ()
    found = _BRACED.findall(row.text("Description"))
    return tuple(change.strip() for change in found if _CHANGE.search(change))
