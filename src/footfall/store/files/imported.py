"""Import of events of others into a folder of Parquet files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from footfall.store.dialect import literal
from footfall.store.duckdb import connection as db
from footfall.store.durable import Lock, replace, sync, sync_folder
from footfall.store.files.layout import folder_lock_path, sweep
from footfall.store.imported import COLUMNS, SCHEMA
from footfall.store.whole_files import made_beside

_NAME = re.compile(r"part-(\d{6})\.parquet")


def imported_folder(folder: Path) -> Path:
    """Return where a folder keeps events of others."""
    return folder / SCHEMA / "events"


def imported_files(folder: Path) -> list[Path]:
    """Return the files of events of others, in the order of their import."""
    return sorted(
        file for file in imported_folder(folder).glob("*.parquet") if _NAME.fullmatch(file.name)
    )


def import_events(folder: Path, rows: pa.RecordBatchReader) -> int:
    """Take events over into one more file, whole or not at all; return how many were not there.

    Raises:
        StoreError: The folder cannot be written, or another process writes into it.
    """
    folder = folder.absolute()
    with db.explained(folder, "nothing was changed"):
        folder_lock_path(folder).parent.mkdir(parents=True, exist_ok=True)
        imported_folder(folder).mkdir(parents=True, exist_ok=True)
    with (
        Lock(folder_lock_path(folder), folder),
        db.explained(folder, "nothing was changed"),
    ):
        return _take(folder, rows)


def _take(folder: Path, rows: pa.RecordBatchReader) -> int:
    sweep(imported_folder(folder))
    files = imported_files(folder)
    number = int(_NAME.fullmatch(files[-1].name)[1]) + 1 if files else 0  # type: ignore[index]  # they all match
    final = imported_folder(folder) / f"part-{number:06}.parquet"
    with made_beside(final) as half:
        n_new = _write_new(folder, files, rows, half)
        if n_new:
            with half.open("rb+") as file:
                sync(file)
            replace(half, final)
            sync_folder(final.parent)
    return n_new


def _write_new(
    folder: Path, files: Sequence[Path], rows: pa.RecordBatchReader, into: Path
) -> int:
    """Write the events that no file has into one more; return how many these are."""
    listed = ", ".join(literal(str(file)) for file in files)
    known = f"ANTI JOIN read_parquet([{listed}]) USING (insert_id)" if files else ""
    new = f"SELECT {', '.join(COLUMNS.names)} FROM incoming {known}"
    into.touch(exist_ok=False)  # DuckDB would follow a link that lies there
    with closing(db.connect_memory(folder)) as connection:
        with db.registered(connection, rows, "incoming"):
            done = connection.execute(
                f"COPY ({new}) TO {literal(str(into))} (FORMAT parquet, COMPRESSION zstd, "
                "USE_TMP_FILE false)"
            ).fetchone()
        return int(done[0]) if done else 0
