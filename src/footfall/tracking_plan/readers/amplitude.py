"""Reader of Amplitude Data's CSV: a row of an event, or of one of its properties.

Another file has user properties.

Source: amplitude.com/docs/data/csv-import-export. Rows of properties follow that of their
event, or repeat its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from footfall.errors import shown
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.cells import is_yes
from footfall.tracking_plan.plan import PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.written_numbers import written_number

_TITLES = ("Property type", "Property value type")
_LEFT_OUT = ("ignore", "remove")
_TYPES: Mapping[str, PlanType] = {
    "string": "text", "enum": "text", "const": "text", "number": "number", "boolean": "boolean", "any": "any",
}  # fmt: skip
Row = Mapping[str, str]
_EVENT_TITLES = ("Object name", "Object description", "Event category")
_PROPERTY_TITLES = (
    "Event property name", "Property name", "Property description", "Property value type", "Property required",
    "Property is array", "Enum values", "Const value", "Property regex", "String property value min length",
    "String property value max length", "Number is integer", "Number property value min", "Number property value max",
    "Array min items", "Array max items",
)  # fmt: skip
_KNOWN = frozenset((*_EVENT_TITLES, *_PROPERTY_TITLES, "Action"))
_KINDS = {
    "Object type": ("event", "property group"),
    "Property type": ("event property", "user property"),
}
_USUAL = {
    "Event activity": "active",
    "Event hidden from dropdowns": "false",
    "Event hidden from persona results": "false",
    "Event hidden from pathfinder": "false",
    "Event hidden from timeline": "false",
    "Property visibility": "visible",
    "Array unique items": "false",
}
"""What says of an event or property that it is as all others are."""
_TITLES_WRITTEN = {title.casefold(): title for title in (*_KNOWN, *_KINDS, *_USUAL)}


def is_amplitude(grid: Grid) -> bool:
    """Return whether a file's first row is the header of Amplitude Data's."""
    titles = set(map(_title, grid.row(min(grid.rows, default=0)).values()))
    return titles >= set(_TITLES) and bool(titles & {"Object type", "Property name"})


def _title(text: str) -> str:
    """Return a title as it is written here, whatever its capitals."""
    return _TITLES_WRITTEN.get(text.casefold(), text)


def read_amplitude(grid: Grid, draft: Draft) -> None:
    """Take what an Amplitude Data file says.

    Rows that it wants ignored or removed are left out.
    """
    event = ""
    for number, row in _rows(grid):
        at = grid.origin(number, 0)
        if row.get("Action", "").casefold() in _LEFT_OUT:
            draft.remark(
                f"rows to {row['Action'].casefold()} are left out, as the file wants it", at
            )
            continue
        _tell_unread(grid, number, draft)
        if row.get("Object type", "Event") == "Property Group":
            draft.leave_out("a property group", at)
            continue
        if row.get("Object name"):
            event = row["Object name"]
            about, category = row.get("Object description", ""), row.get("Event category", "")
            draft.add_event(PlanEvent(event, category, about, origin=at))
        name = row.get("Event property name") or row.get("Property name")
        # Both kinds of file say it by the title of the name's column, and newer ones in a
        # column besides.
        is_users = (
            "Event property name" not in row
            and row.get("Property type", "").casefold() == "user property"
        )
        if name and (event or is_users):
            read = _property(name, row, grid, number)
            draft.add_property("" if is_users else event, read, is_typed=True)
        elif name:
            text = f"property {name} belongs to no event and is left out"
            draft.remark(text, at, "not read")


def _rows(grid: Grid) -> Iterator[tuple[int, Row]]:
    first, *others = sorted(grid.rows)
    header = {column: _title(text) for column, text in grid.row(first).items()}
    for number in others:
        cells = grid.row(number).items()
        yield number, {header[column]: text for column, text in cells if column in header}


def _tell_unread(grid: Grid, number: int, draft: Draft) -> None:
    """Name what no plan has a place for: columns that say something unusual, objects of other kinds."""
    header = grid.row(min(grid.rows))
    for column, text in grid.row(number).items():
        title = _title(header.get(column, ""))
        if title in _KINDS and text.casefold() not in _KINDS[title]:
            draft.leave_out(
                f"{shown(text[:40])} as {title.lower()}", grid.origin(number, column)
            )
        elif title not in (*_KNOWN, *_KINDS) and text.casefold() != _USUAL.get(title):
            draft.leave_out(f"column {title}", grid.origin(number, column))


def _property(name: str, row: Row, grid: Grid, number: int) -> PlanProperty:
    kind = _TYPES.get(row.get("Property value type", "any").casefold(), "any")
    if kind == "number" and is_yes(row.get("Number is integer", "")):
        kind = "integer"
    is_list = is_yes(row.get("Property is array", ""))
    # Commas separate, and Amplitude knows no way to quote one.
    values = [value.strip() for value in row.get("Enum values", "").split(",")]
    values = [value for value in (*values, row.get("Const value", "")) if value]
    return PlanProperty(
        name,
        "list" if is_list else kind,
        kind if is_list else None,
        about=row.get("Property description", ""),
        values=tuple(dict.fromkeys(values)),
        is_required=is_yes(row.get("Property required", "")),
        constraint=Constraint(
            _number(row, "Number property value min"),
            _number(row, "Number property value max"),
            least=_count(row, "String property value min length"),
            most=_count(row, "String property value max length"),
            pattern=row.get("Property regex", ""),
        ),
        length=Constraint(
            least=_count(row, "Array min items"), most=_count(row, "Array max items")
        ),
        origin=grid.origin(number, 0),
    )


def _number(row: Row, title: str) -> Decimal | None:
    found = written_number(row.get(title, ""))
    return found.value if found else None


def _count(row: Row, title: str) -> int | None:
    found = _number(row, title)
    return None if found is None or found < 0 else int(found)
