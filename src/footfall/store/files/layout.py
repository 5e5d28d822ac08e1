"""The layout of stores of plain files: where rows, ledger, lock and manifest lie.

- `FILE`: events of one run, as NDJSON, CSV or JSON
- `FILE.footfall`: its ledger; `FILE.footfall.lock` while it is written
- `FOLDER/_footfall/ledger.sqlite`: ledger; `FOLDER/_footfall/lock` while it is written
- `FOLDER/manifest.json`: committed files, for readers that have no SQLite
- `FOLDER/views.sql`: the views over them, for readers that have DuckDB
- `FOLDER/SCENARIO/TABLE/RUN/PART.parquet`: rows of a part
- `FOLDER/SCENARIO/events/RUN/date=2026-01-31/PART.parquet`: the same, partitioned by day
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from footfall.errors import StoreError
from footfall.store.committed_files import remove_file
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.relations import SCRIPT_BEGIN, views_script
from footfall.store.runs import RunInfo
from footfall.store.tables import SCENARIO_TABLES
from footfall.store.whole_files import is_temporary, write_whole

MANIFEST = "manifest.json"
VIEWS_SCRIPT = "views.sql"
MANIFEST_BEGIN = '{\n "format": 1,\n "runs"'
_PART_FILE = re.compile(r"\d+--?\d+--?\d+\.parquet")


def file_ledger_path(path: Path) -> Path:
    """Return where the ledger of a single file is: beside it."""
    return path.with_name(path.name + ".footfall")


def file_lock_path(path: Path) -> Path:
    """Return where the lock of a single file is."""
    return path.with_name(path.name + ".footfall.lock")


def folder_ledger_path(folder: Path) -> Path:
    """Return where a folder's ledger is."""
    return folder / "_footfall" / "ledger.sqlite"


def folder_lock_path(folder: Path) -> Path:
    """Return where a folder's lock is."""
    return folder / "_footfall" / "lock"


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left; the caller holds the folder's lock."""
    # Workers of a killed owner end with it, so that nobody is writing these any more.
    for file in filter(is_temporary, folder.rglob(".footfall-*")):
        file.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Check that a folder has no files of somebody else where ours would be.

    Raises:
        StoreError: It has.
    """
    for name, begin in ((MANIFEST, MANIFEST_BEGIN), (VIEWS_SCRIPT, SCRIPT_BEGIN)):
        path = folder / name
        is_foreign = path.is_file() and not _begins(path, begin.encode())
        if path.is_dir() or (is_foreign and not folder_ledger_path(folder).exists()):
            raise StoreError(
                f"{path} is there already and was not written by footfall\n  hint: move it away, or name another folder"
            )


def _begins(path: Path, begin: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(begin)) == begin


def delete_files(folder: Path, scenario: str, run: str, keep: Collection[str] = ()) -> None:
    """Remove a run's files but those that are to be kept: all, or what was never committed.

    What somebody else has put beside them stays.

    Args:
        folder: The store.
        scenario: Name of the scenario.
        run: Id of the run.
        keep: Paths below the folder.
    """
    for table in SCENARIO_TABLES:
        below = folder / scenario / table / run
        for file in list(filter(_is_ours, below.rglob("*"))):
            if file.relative_to(folder).as_posix() not in keep:
                remove_file(file)
        # From the inside out: a folder is empty once those in it are gone.
        for empty in sorted(
            [*below.rglob("*"), below, below.parent, below.parent.parent], reverse=True
        ):
            with suppress(OSError):  # not empty, or not a folder
                empty.rmdir()


def _is_ours(file: Path) -> bool:
    return is_temporary(file) or _PART_FILE.fullmatch(file.name) is not None


def write_manifest(folder: Path, ledger: FileLedger) -> None:
    """List the runs and their committed files for other readers.

    Args:
        folder: The store.
        ledger: Its ledger.
    """
    runs = [_entry(info, ledger) for info in ledger.runs()]
    text = json.dumps({"format": 1, "runs": runs}, ensure_ascii=False, indent=1)
    write_whole(folder / MANIFEST, text.encode())


def describe(folder: Path, ledger: FileLedger) -> None:
    """Write manifest and views for other readers: when a run begins and ends.

    Args:
        folder: The store.
        ledger: Its ledger.
    """
    write_manifest(folder, ledger)
    write_whole(folder / VIEWS_SCRIPT, views_script(ledger).encode())


def _entry(info: RunInfo, ledger: FileLedger) -> dict[str, Any]:
    files: dict[str, list[dict[str, Any]]] = {name: [] for name in SCENARIO_TABLES}
    for row in ledger.files(info.id):
        files[row["relation"]].append(
            {"file": row["file"], "rows": row["rows"], "bytes": row["end_byte"]}
        )
    return {
        "run": info.id,
        "scenario": info.scenario,
        "title": info.run.title,
        "state": info.state,
        "seed": info.run.stream.seed,
        "start_ms": info.run.stream.start_ms,
        "until_ms": info.run.until_ms,
        "people": info.run.people,
        "rows": {"events": info.events, "changes": info.changes, "arrivals": info.arrivals},
        "groups": [
            {"first_person": first, "end_person": end, "until_ms": until}
            for (first, end), until in sorted(ledger.cursors(info.id).items())
        ],
        "files": files,
    }
