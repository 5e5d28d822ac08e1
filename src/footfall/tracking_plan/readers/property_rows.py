"""Properties that the rows of tables name, with all that their other cells say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from footfall.errors import shown
from footfall.tracking_plan.cells import (
    DASHES,
    MUST,
    is_no,
    is_yes,
    split_list,
    split_names,
    type_of,
)
from footfall.tracking_plan.plan import Origin, PlanProperty
from footfall.tracking_plan.readers.constraint_cells import (
    constraint_of,
)
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.format_words import format_of
from footfall.tracking_plan.readers.headers import EVENTS, OF_A_PROPERTY, SLOTS, normal
from footfall.tracking_plan.readers.noted_types import leads_to_note, type_in_note
from footfall.tracking_plan.readers.parameter_columns import LETTERS, ParameterColumn
from footfall.tracking_plan.readers.property_cells import (
    examples_in,
    not_allowed,
    properties_in,
    typed,
    with_allowed,
)
from footfall.tracking_plan.readers.row_constraints import constrained, range_in
from footfall.tracking_plan.readers.shared_cells import share_out
from footfall.tracking_plan.readers.sheet_rows import SheetRow, places_of
from footfall.tracking_plan.value_words import says_no_value

ON_EVENTS = re.compile(r"trigger|when|fir|cuando|dispar|declencheur|ausloser|когда|триггер")
"""Titles of descriptions that are of the event, whatever property stands in the row."""
Named = tuple[PlanProperty, bool]
"""A property, and whether somebody has named its type."""


def properties_of(row: SheetRow, draft: Draft) -> Iterator[Named]:
    """Yield the properties of an event that a row names."""
    table = row.table
    slots = [(title, must) for title, must in SLOTS.items() if title in table.columns]
    found = [
        (properties_in(row.text(title)), table.columns[title], must) for title, must in slots
    ]
    more = [
        (properties_in(row.cell(column)), column, False)
        for column in table.more
        if column not in table.columns.values()
    ]
    n_named = sum(len(named) for named, _, _ in (*found, *more))
    for named, column, must in (*found, *more):
        of_own = table.more.get(column)
        if len(named) == 1 and (
            n_named == 1 or of_own or (column not in table.more and any(table.more.values()))
        ):
            view = _view(row, column, of_own)
            read = named[0][0]
            read = replace(read, is_required=must or read.is_required, origin=row.at(column))
            yield described(read, named[0][1], view, draft)
        elif named:
            yield from _several(row, column, named, draft, must=must)


def properties_listed(row: SheetRow, title: str, draft: Draft) -> Iterator[Named]:
    """Yield the properties that a cell names, each with the type behind it."""
    at = row.origin(title)
    for read, kind in properties_in(row.text(title)):
        yield _typed(replace(read, origin=at), kind, draft)


def _view(row: SheetRow, column: int, of_own: Mapping[str, int] | None) -> SheetRow:
    """Return a row as one of a single property: with the columns that follow its own, where it has such."""
    if not of_own:
        return row
    others = {t: c for t, c in row.table.columns.items() if t not in OF_A_PROPERTY}
    table = replace(
        row.table, columns={**others, "Property": column, **of_own}, more={}, notes=()
    )
    return SheetRow(table, row.number)


def described(found: PlanProperty, type_text: str, row: SheetRow, draft: Draft) -> Named:
    """Return a property with what the cells of its own row say of it."""
    is_events = row.table.kind is EVENTS
    about = row.text("Property description" if is_events else "Description")
    texts = {title: _said(row, title, draft) for title in ("Allowed values", "Example")}
    examples = (
        tuple(examples_in(texts["Example"]))
        if "Example" in row.table.columns
        else found.examples
    )
    found = replace(found, examples=examples, places=places_of(row))
    kind, at = _type_text(row, type_text, draft)
    read, is_typed = _typed(found, kind, draft, at)
    if row.flag_of_list(draft) and read.type != "list":
        item = None if read.type in ("any", "record") else read.type
        read, is_typed = replace(read, type="list", item=item), is_typed or item is not None
    listed = texts["Allowed values"] or ("" if range_in(row) else row.text("Range"))
    read = with_allowed(read, listed, is_typed=is_typed)
    read = replace(
        read,
        about=_sentences(about or read.about, row),
        is_required=_is_required(row, (read.name,), draft)[0] or read.is_required,
        changes="Changes" in row.table.columns and row.flag("Changes", draft),
        start=row.text("Start"),
    )
    _tell_of_examples(read, draft)
    return constrained(read, row, draft), is_typed


def _said(row: SheetRow, title: str, draft: Draft) -> str:
    """Return what a cell says of values; what it says of others is named."""
    text = row.text(title)
    if text.casefold() == "n/a":
        return ""
    is_plain = title == "Allowed values" and '"' not in text
    default = _DEFAULT.search(text) if is_plain else None
    if default:
        what = f"{shown(default[0].strip())} in column {row.title(title)}"
        draft.leave_out(what, row.origin(title))
        text = _DEFAULT.sub("", text)
    if len(split_list(text)) > 1 or not says_no_value(text):
        return text
    what = f"{shown(text[:40])} in column {row.title(title)}, as it names no value,"
    draft.leave_out(what, row.origin(title))
    return ""


_DEFAULT = re.compile(
    r"\s*\((?:default|standard|por defecto|par défaut|по умолчанию)[^()]*\)", re.IGNORECASE
)


def _place_of_type(row: SheetRow) -> Origin | None:
    return row.origin("Type") if row.text("Type") else None


def _type_text(row: SheetRow, text: str, draft: Draft) -> tuple[str, Origin | None]:
    """Return the text that names the type of a row's property, and its place: a note where its own cell has none.

    Args:
        text: What stands behind the property's name.
    """
    text, at = row.text("Type") or text, _place_of_type(row)
    title = "Property description" if row.table.kind is EVENTS else "Description"
    columns = (*filter(None, (row.table.columns.get(title),)), *row.table.notes)
    for column in columns if leads_to_note(text) else ():
        noted = type_in_note(row.cell(column))
        if noted:
            what = f"types are taken from column {row.table.title(column)}, where none is named otherwise"
            draft.remark(what, row.table.grid.origin(row.table.header, column))
            return noted, row.at(column)
    return text, at


def _tell_of_examples(read: PlanProperty, draft: Draft) -> None:
    """Say of an example that is not among the allowed values: one of the two is wrong, or was not understood."""
    for text in islice(not_allowed(read), 1):
        draft.remark(
            f"example {shown(text[:40])} of {read.name} is not among its allowed values; these are kept",
            read.place_of("examples"),
            "merged",
        )


def _sentences(about: str, row: SheetRow) -> str:
    """Return a description with what stands in further columns of the same kind, and the unit."""
    notes = [
        f"{row.table.title(column)}: {row.cell(column)}"
        for column in row.table.notes
        if row.cell(column) and not ON_EVENTS.search(normal(row.table.title(column)))
    ]
    unit, form = row.text("Unit"), row.text("Format")
    notes += [f"{row.title('Unit')}: {unit}"] if unit else []
    notes += [f"{row.title('Format')}: {form}"] if form and not format_of(form) else []
    return ". ".join(filter(None, (about.rstrip("."), *notes))) if notes else about


def _typed(found: PlanProperty, text: str, draft: Draft, at: Origin | None = None) -> Named:
    """Return a property with the type that a text names, which stands at another place than it or not."""
    read = typed(found, text)
    place = at or found.origin
    if read.currency and (draft.currency or read.currency) != read.currency:
        draft.leave_out(
            f"{shown(read.currency)} behind a type, beside {draft.currency},", place
        )
    draft.currency = draft.currency or read.currency
    for word in read.unread:
        if read.is_typed:
            draft.leave_out(f"{shown(word[:40])} behind a type", place)
        else:
            draft.remark(
                f"{shown(word)} is no type that is known; it is told from the values",
                place,
                "not read",
            )
    if read.found.item == "list":
        draft.leave_out("what lists within lists hold", place)
        return replace(read.found, item="any"), True
    return read.found, read.is_typed


def _is_required(row: SheetRow, names: Sequence[str], draft: Draft) -> list[bool]:
    """Return which of a row's properties are required: the cell says yes, names them, or says it of each."""
    text = row.text("Required")
    if text in LETTERS:
        return [LETTERS[text] for _ in names]
    listed = split_names(text)
    if listed and set(listed) <= set(names):
        return [name in listed for name in names]
    each = share_out(text, names) if len(names) > 1 else None
    if each and all(is_yes(part) or is_no(part) for part in each):
        return [is_yes(part) for part in each]
    is_required = "Required" in row.table.columns and row.flag("Required", draft)
    return [is_required for _ in names]


# --- several in one cell ----------------------------------------------------------------------------------------------


def _several(
    row: SheetRow,
    column: int,
    found: Sequence[tuple[PlanProperty, str]],
    draft: Draft,
    *,
    must: bool = False,
) -> Iterator[Named]:
    """Yield several properties of a cell; what the other cells say is shared out, or named as not read."""
    names = [each.name for each, _ in found]
    parts = {
        title: share_out(row.text(title), names)
        for title in OF_A_PROPERTY
        if title != "Required"
    }
    only = row.text("Type")
    if parts["Type"] is None and type_of(only):
        parts["Type"] = [only for _ in names]
    required = _is_required(row, names, draft)
    for title, each in parts.items():
        if each is None:
            of = "which of several properties it is about nobody knows, and it"
            draft.leave_out(f"column {row.title(title)}: {of}", row.origin(title))
    for number, (read, type_text) in enumerate(found):
        texts = {title: each[number] if each else "" for title, each in parts.items()}
        placed = replace(read, origin=row.at(column), places=places_of(row))
        yield _one_of(
            placed,
            texts["Type"] or type_text,
            texts,
            draft,
            at=_place_of_type(row) if texts["Type"] else None,
            is_required=must or required[number],
        )


def _one_of(
    read: PlanProperty,
    type_text: str,
    texts: dict[str, str],
    draft: Draft,
    *,
    at: Origin | None,
    is_required: bool,
) -> Named:
    examples = tuple(examples_in(texts["Example"])) or read.examples
    read, is_typed = _typed(replace(read, examples=examples), type_text, draft, at)
    read = with_allowed(read, texts["Allowed values"], is_typed=is_typed)
    read = replace(
        read,
        about=texts["Property description"] or read.about,
        is_required=read.is_required or is_required,
    )
    _tell_of_examples(read, draft)
    return read, is_typed


# --- columns that stand for one property each -----------------------------------------------------------------------


def parameters_of(
    row: SheetRow, told: dict[int, PlanProperty], draft: Draft
) -> Iterator[tuple[ParameterColumn, Named]]:
    """Yield the properties of a row in whose columns it has something: a mark, a type, or an example.

    Args:
        told: What a row of types, or of descriptions, has said of the columns.
    """
    for column in row.table.parameters:
        text = row.cell(column.column)
        if text and not _says_never(text):
            named = told.get(column.column) or _titled(column, draft)
            named = replace(named, origin=row.at(column.column))
            yield column, _marked(named, text, draft)


def _titled(column: ParameterColumn, draft: Draft) -> PlanProperty:
    """Return the property that a column is called after: of `currency (string)` the name and the type."""
    found = properties_in(column.name)
    (read, kind), *others = found or [(PlanProperty(column.name), "")]
    return PlanProperty(column.name) if others or not kind else _typed(read, kind, draft)[0]


def _says_never(text: str) -> bool:
    return is_no(text) and text.strip().casefold() not in (
        "optional",
        "opt",
        "opcional",
        "необязательно",
    )


def _marked(named: PlanProperty, text: str, draft: Draft) -> Named:
    parts = [part.strip() for part in re.split(r"[,;/]", text)]
    flags = [part for part in parts if is_yes(part) or is_no(part) or part in LETTERS]
    rest = ", ".join(part for part in parts if part not in flags)
    is_required = any(part.casefold() in MUST or LETTERS.get(part) for part in flags)
    read = replace(named, is_required=named.is_required or is_required)
    if not rest:
        return read, read.type != "any"
    if type_of(rest) and len(parts) - len(flags) == 1:
        return _typed(read, rest, draft)
    # Not a mark: a value that is sent, or what may be sent.
    constraint = constraint_of(text, read.type)
    if constraint:
        return replace(read, constraint=constraint), read.type != "any"
    return replace(read, examples=tuple(examples_in(text))), read.type != "any"


_ROWS = {
    "type": "type", "data type": "type", "format": "type", "tipo": "type", "тип": "type",
    "description": "about", "descripcion": "about", "описание": "about", "definition": "about",
    "example": "examples", "examples": "examples", "sample": "examples", "ejemplo": "examples", "пример": "examples",
    "required": "required", "mandatory": "required", "обязательно": "required",
}  # fmt: skip


def tells_of_parameters(
    row: SheetRow, name: str, told: dict[int, PlanProperty], draft: Draft
) -> bool:
    """Take a row that says something of each column rather than of an event, and return whether it is one.

    Args:
        name: The event that it names, as titles are compared: `type`, or none.
    """
    cells = [(column, row.cell(column.column)) for column in row.table.parameters]
    filled = [text for _, text in cells if text]
    are_types = bool(filled) and all(type_of(text) and not is_yes(text) for text in filled)
    what = _ROWS.get(name, "type" if not name and are_types else "")
    if not filled or not what or (name and what == "type" and not are_types):
        return False
    for column, text in cells:
        if text and text not in DASHES:
            found = told.get(column.column) or replace(
                _titled(column, draft), origin=row.at(column.column)
            )
            told[column.column] = _with_row(found, what, text, row.at(column.column), draft)
    return True


def _with_row(
    found: PlanProperty, what: str, text: str, at: Origin, draft: Draft
) -> PlanProperty:
    match what:
        case "type":
            return _typed(found, text, draft, at)[0]
        case "about":
            return replace(found, about=text)
        case "examples":
            return replace(found, examples=tuple(examples_in(text)), places={"examples": at})
    return replace(found, is_required=is_yes(text))
