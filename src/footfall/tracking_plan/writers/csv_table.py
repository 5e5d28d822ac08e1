"""The event table as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from footfall.text import plural
from footfall.tracking_plan.all_properties import open_places
from footfall.tracking_plan.cells import guarded
from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.sheet_columns import EVENT_COLUMNS
from footfall.tracking_plan.writers.plan_rows import event_rows, not_in_cells

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the code page of its country


def render_csv(plan: Plan, sections: Sequence[Section] = ()) -> bytes:  # noqa: ARG001 - the signature of all writers
    """Return the event table; no cell of it is a formula (`cells.guarded`)."""
    table = [tuple(column.title for column in EVENT_COLUMNS), *event_rows(plan)]
    return (BYTE_ORDER_MARK + csv_text(table)).encode()


def not_in_csv(plan: Plan) -> Iterator[str]:
    """Yield what of a plan the file has no place for."""
    n_users = len(plan.user_properties)
    if n_users:
        what = plural(n_users, "user property", "user properties")
        yield f"{what}, as it is the table of events alone; .xlsx holds them"
    of_events = (p for event in plan.events for p in event.properties)
    yield from dict.fromkeys(not_in_cells(of_events))
    yield from open_places(replace(plan, user_properties=(), has_open_people=False))


def csv_text(table: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV after RFC 4180, every cell guarded against being taken for a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in table)
    return text.getvalue()
