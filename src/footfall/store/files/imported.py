"""Import of events of others into a folder of Parquet files."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa

from footfall.store.dialect import literal
from footfall.store.duckdb import connection as db
from footfall.store.durable import Lock, replace, sync, sync_folder
from footfall.store.files.layout import folder_lock_path
from footfall.store.imported import COLUMNS, SCHEMA

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
    with Lock(folder_lock_path(folder), folder):
        return _take(folder, rows)


def _take(folder: Path, rows: pa.RecordBatchReader) -> int:
    files = imported_files(folder)
    number = int(_NAME.fullmatch(files[-1].name)[1]) + 1 if files else 0  # type: ignore[index]  # they all match
    final = imported_folder(folder) / f"part-{number:06}.parquet"
    half = final.with_name(f".{final.name}.tmp")
    connection = db.connect_memory(folder)
    try:
        with db.explained(folder, "nothing was changed"):
            listed = ", ".join(literal(str(file)) for file in files)
            known = f"ANTI JOIN read_parquet([{listed}]) USING (insert_id)" if files else ""
            with db.registered(connection, rows, "incoming"):
                new = f"SELECT {', '.join(COLUMNS.names)} FROM incoming {known}"
                done = connection.execute(
                    f"COPY ({new}) TO {literal(str(half))} (FORMAT parquet, COMPRESSION zstd)"
                ).fetchone()
            n_new = int(done[0]) if done else 0
            if n_new:
                with half.open("rb+") as file:
                    sync(file)
                replace(half, final)
                sync_folder(final.parent)
            return n_new
    finally:
        connection.close()
        half.unlink(missing_ok=True)
