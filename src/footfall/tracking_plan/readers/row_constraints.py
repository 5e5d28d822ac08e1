"""Constraints of properties, as the columns of their rows say them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from footfall.errors import shown
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers.constraint_cells import (
    constraint_of,
    joined_constraints,
    length_of,
)
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.format_words import format_of
from footfall.tracking_plan.readers.sheet_rows import SheetRow
from footfall.tracking_plan.written_numbers import range_of, written_number


def constrained(read: PlanProperty, row: SheetRow, draft: Draft) -> PlanProperty:
    """Return a property with what the columns on its constraints say."""
    found = read.constraint
    for title, more in _constraints(row, read):
        if more is None:
            text = row.text(title)
            draft.leave_out(
                f"{shown(text[:40])} in column {row.title(title)}", row.origin(title)
            )
        else:
            found = joined_constraints(found, more)
    return replace(read, constraint=found)


def _constraints(row: SheetRow, read: PlanProperty) -> Iterator[tuple[str, Constraint | None]]:
    texts = {title: row.text(title) for title in row.table.columns}
    # Values in such a column are allowed ones, where no other column has these.
    between = range_in(row)
    if texts.get("Range") and (between or texts.get("Allowed values")):
        yield "Range", between
    for title in ("Minimum", "Maximum"):
        if texts.get(title):
            number = written_number(texts[title])
            end = number.value if number else None
            least, most = (end, None) if title == "Minimum" else (None, end)
            yield title, Constraint(least, most) if number else None
    if texts.get("Length"):
        yield "Length", length_of(texts["Length"])
    if texts.get("Minimum length"):
        length = length_of(texts["Minimum length"])
        yield "Minimum length", Constraint(least=length.most) if length else None
    if texts.get("Pattern"):
        yield "Pattern", Constraint(pattern=texts["Pattern"].strip("/"))
    if format_of(texts.get("Format", "")):
        yield "Format", Constraint(format=format_of(texts["Format"]))
    if texts.get("Constraints"):
        yield "Constraints", constraint_of(texts["Constraints"], read.type)


def range_in(row: SheetRow) -> Constraint | None:
    """Return the range that a row's cell of ranges says, None for other texts."""
    text = row.text("Range")
    number = written_number(text)
    return range_of(text) or (Constraint(number.value, number.value) if number else None)
