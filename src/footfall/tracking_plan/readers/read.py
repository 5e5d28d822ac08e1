"""The way into a plan: tells what a file is by its ending and its first rows, and reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.readers.amplitude import is_amplitude, read_amplitude
from footfall.tracking_plan.readers.around_tables import take_comments, tell_unread
from footfall.tracking_plan.readers.csv_text import read_grid, read_text
from footfall.tracking_plan.readers.documents.source_files import (
    ENDINGS,
    YAML_ENDINGS,
    is_registry_file,
)
from footfall.tracking_plan.readers.documents.yaml_values import yaml_value
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.find_tables import as_events, find_tables, rating
from footfall.tracking_plan.readers.finished_plan import finished
from footfall.tracking_plan.readers.grid import Grid
from footfall.tracking_plan.readers.headers import EVENTS
from footfall.tracking_plan.readers.plan_documents import OF_A_LOG, read_plan_documents
from footfall.tracking_plan.readers.sheets import read_table
from footfall.tracking_plan.readers.tables_beside import crossed, events_named
from footfall.tracking_plan.readers.xlsx import read_workbook
from footfall.tracking_plan.sheet_columns import DIAGRAMS

ACCEPTED = "a workbook (.xlsx), a CSV file, or a file or folder of plans in JSON or YAML"
AMPLITUDE_RATING = 100
"""More than any sheet has titles: a header of Amplitude Data's decides what separates the cells."""
MOST_YAML_BYTES = 10 << 20
"""What the parser of YAML takes."""
_IS_SCENARIO = re.compile(r"^footfall\s*:", re.MULTILINE)
_OF_SCENARIOS = frozenset(("footfall", "scenario", "people", "journeys", "stages", "calendar"))
_SAYS_SCENARIO = re.compile(rf"^(?:{'|'.join(sorted(_OF_SCENARIOS))})\s*:", re.MULTILINE)
_SAYS_PLAN = re.compile(
    r"^[\s{-]*[\"']?(?:events?|rules|properties|event_name)[\"']?\s*:", re.MULTILINE
)
_WORKBOOKS = (".xlsx", ".xlsm")
_TEXTS = (".csv", ".tsv", ".txt")


def read_plan(path: str | Path) -> Plan:
    """Return the tracking plan that a file or folder holds.

    What was guessed stands in its remarks.

    Args:
        path: A workbook, a CSV file (also Amplitude Data's), or a file or folder of plans in
            JSON or YAML.

    Raises:
        UsageError: It is none of these, unsafe, or holds no events; names sheet and cell where
            there is one.
    """
    path = Path(path)
    if not path.exists():
        raise UsageError(f"{shown(str(path))} does not exist\n  accepted: {ACCEPTED}")
    ending = path.suffix.lower()
    if ending in _WORKBOOKS:
        return _workbook(path)
    if ending in _TEXTS and path.is_file():
        return _csv(path)
    if path.is_dir() or ending in ENDINGS or is_registry_file(path):
        return _documents(path)
    raise UsageError(
        f"{shown(str(path))} is no plan that can be read\n  accepted: {ACCEPTED}\n"
        "  hint: save a sheet as .xlsx or .csv; pages and Markdown are only written"
    )


def holds_plan(path: Path) -> bool:
    """Return whether a file that is no sheet and no JSON holds a plan.

    YAML may be a scenario too, which says so in its key `footfall`, or has words that no plan has.
    """
    if is_registry_file(path):
        return True
    if path.suffix.lower() not in YAML_ENDINGS or path.stat().st_size > MOST_YAML_BYTES:
        return False
    try:
        text, _ = read_text(path)
    except UsageError:
        return False
    try:
        root = {} if _IS_SCENARIO.search(text) else yaml_value(text, path.name)
    except UsageError:
        # Whoever reads it says what is wrong.
        return bool(_SAYS_PLAN.search(text)) and not _SAYS_SCENARIO.search(text)
    is_scenario = isinstance(root, Mapping) and bool(set(root) & _OF_SCENARIOS)
    return bool(root) and not is_scenario


def _draft(path: Path) -> Draft:
    return Draft(path.name, _name(path.stem))


def _name(stem: str) -> str:
    """Return a file's name as that of a scenario."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    return (name if name[:1].isalpha() else f"plan_{name}".strip("_"))[:40]


def _workbook(path: Path) -> Plan:
    draft = _draft(path)
    book = read_workbook(path)
    for name in book.hidden:
        draft.leave_out(f"sheet {name}, as it is hidden,")
    grids = [grid for grid in book.grids if grid.name != DIAGRAMS]
    return _plan(draft, grids)


def _csv(path: Path) -> Plan:
    draft = _draft(path)
    grid, encoding = read_grid(
        path, lambda grid: rating(grid) + AMPLITUDE_RATING * is_amplitude(grid)
    )
    if encoding.startswith("cp"):
        draft.remark(f"{path.name}: read as Windows-{encoding[2:]}; UTF-8 would be certain")
    if is_amplitude(grid):
        return _amplitude(grid, draft, path)
    return _plan(draft, [grid])


def _amplitude(grid: Grid, draft: Draft, path: Path) -> Plan:
    read_amplitude(grid, draft)
    if draft.events:
        return finished(draft)
    hint = "give the file of the events; that of the user properties alone is no plan"
    raise UsageError(
        f"{path.name}: there are no events in this file of Amplitude Data\n  hint: {hint}"
    )


def _documents(path: Path) -> Plan:
    draft = _draft(path)
    read_plan_documents(path, draft)
    return finished(draft)


def _plan(draft: Draft, grids: Sequence[Grid]) -> Plan:
    for grid in grids:
        take_comments(grid, draft)
    found = [(grid, find_tables(grid)) for grid in grids]
    if all(table.kind is not EVENTS for _, of_grid in found for table in of_grid):
        found = [(grid, list(map(as_events, of_grid))) for grid, of_grid in found]
    events = events_named([table for _, of_grid in found for table in of_grid])
    found = [(grid, [crossed(table, events) for table in of_grid]) for grid, of_grid in found]
    tables = [table for _, of_grid in found for table in of_grid]
    # Tables of events first, wherever they stand: stages are spelled as the events that they
    # name.
    for table in sorted(tables, key=lambda table: table.kind is not EVENTS):
        read_table(table, draft)
    if not draft.events:
        raise _nothing(draft, grids)
    for grid, of_grid in found:
        if of_grid:
            tell_unread(grid, of_grid, draft)
        elif grid.rows:
            n_cells = sum(map(len, grid.rows.values()))
            name = f"sheet {grid.name}, which has no title that is known,"
            draft.leave_out(name, n_places=n_cells)
    return finished(draft)


def _nothing(draft: Draft, grids: Sequence[Grid]) -> UsageError:
    first = next((grid for grid in grids if grid.rows), None)
    row = dict.fromkeys(first.row(min(first.rows)).values()) if first else {}
    texts = ", ".join(list(row)[:8]) or "nothing"
    where = f" of sheet {first.name}" if first and first.name else ""
    return UsageError(
        f"{draft.file}: no table of events was found; the first row{where} "
        f"says: {texts}\n"
        "  accepted: a header with Event (or Event name, Событие) and one of "
        "Category, Description, Property, Type\n"
        "  hint: footfall taxonomy ecommerce --to plan.xlsx shows a sheet "
        f"that can be read; {OF_A_LOG}"
    )
