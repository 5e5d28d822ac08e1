"""The sink into a folder of Parquet files: one per part and table, whole or not there.

Workers write and sync files under temporary names; the owner renames them, syncs the folders,
then notes them in the ledger. The manifest, for other readers, is renewed every few seconds and
at the end. Where each lies: `store/files/layout.py`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.sinks.protocol import Capabilities, Partition, Payload, Prepared
from footfall.sinks.scratch import explaining
from footfall.sinks.store_sink import StoreSink
from footfall.store import durable
from footfall.store.committed_files import Piece, check_committed
from footfall.store.files.file_ledger import FileLedger, piece_row
from footfall.store.files.layout import (
    check_folder,
    delete_files,
    describe,
    folder_ledger_path,
    folder_lock_path,
    sweep,
    write_manifest,
)
from footfall.store.schema_changes import check_columns
from footfall.store.tables import check_names
from footfall.store.whole_files import temporary_path
from footfall.units import DAY_MS

ROW_GROUP_ROWS = 262_144
"""Rows of a group, which is what readers read or skip as a whole."""

MANIFEST_EVERY_S = 5.0
_SEARCHED = {"time", "person", "session_id", "event_type", "city", "arrived", "property"}
"""Columns with statistics."""


class ParquetSink(StoreSink):
    """A sink into a folder of Parquet files.

    Args:
        folder: Made if it is not there.
        partition: `day` puts the events of each day, UTC, into a folder of their own.
    """

    ignores_case = True  # of those who read it, DuckDB does, and so do Spark and Hive

    def __init__(self, folder: str | Path, *, partition: Partition = "none") -> None:
        super().__init__()
        self.folder = Path(folder)
        self.partition = partition

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return f"parquet:{self.folder}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a folder that is a store; bytes measured with the shipped scenarios."""
        return Capabilities(
            kind="parquet",
            path=self.folder,
            store=f"parquet:{self.folder}",
            has_rows=True,
            event_bytes=25,
            can_partition=True,
        )

    def explained(self, kept: str) -> AbstractContextManager[None]:  # noqa: ARG002 - see the function
        """Turn errors of the system into ours."""
        return explaining(self.folder)

    def encode(self, chunk: Chunk, table: str, rows: pa.Table) -> Iterator[Payload]:
        """Write the rows as Parquet files under temporary names, and sync them."""
        below = f"{chunk.stream.schema.scenario}/{table}/{chunk.run}"
        by_day = self.partition == "day" and table == "events"
        with explaining(self.folder):
            for day, rows_of_day in _days(rows) if by_day else [("", rows)]:
                yield self._write(rows_of_day, f"{below}/{day}{chunk.part.name}.parquet")

    def begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> _Writer:
        """Lock the folder, note the run, remove files of it that were never committed."""
        check_names(run.stream.schema)
        check_folder(self.folder)
        path = folder_ledger_path(self.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(durable.Lock(folder_lock_path(self.folder), self.folder))
        ledger = stack.enter_context(
            FileLedger.anew(path) if fresh else FileLedger(path, make=True)
        )
        name = run.stream.schema.scenario
        runs = (info.run for info in ledger.runs() if info.scenario == name)
        check_columns(run.stream.schema, (other.stream.schema for other in runs))
        return _Writer(self.folder, run, ledger, fresh=fresh)

    def _write(self, rows: pa.Table, target: str) -> Payload:
        final = self.folder / target
        final.parent.mkdir(parents=True, exist_ok=True)
        # In the folder where it will stay, so that its new name is a rename and no copy; hidden
        # and with an ending of its own, so that nobody who reads `*.parquet` sees half a file.
        temporary = temporary_path(final.parent)
        try:
            with temporary.open("xb") as file:
                write_parquet(rows, file)
                durable.sync(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Payload(rows.num_rows, temporary.stat().st_size, file=temporary, target=target)


def write_parquet(table: pa.Table, file: Any) -> None:
    """Write a table as a Parquet file.

    Measured (benchmarks/sinks.py): statistics on all of some 60 columns take 40 % of the time
    and serve no query, so only the columns that are searched by have them; texts with a value
    per row are not worth a dictionary.

    Args:
        table: Any.
        file: A binary file that is open for writing.
    """
    import pyarrow.parquet as pq

    leaves = _encoded_alone(_leaves(table.schema))
    pq.write_table(
        table,
        file,
        row_group_size=ROW_GROUP_ROWS,
        # What is a dictionary in memory is one in the file; Arrow would try one for every
        # column, and give up for ids after a megabyte.
        use_dictionary=[path for path, kind in leaves if pa.types.is_dictionary(kind)],
        column_encoding={
            path: "DELTA_BYTE_ARRAY" for path, kind in leaves if pa.types.is_string(kind)
        },
        write_statistics=[path for path, _ in leaves if path in _SEARCHED],
        compression="zstd",
        compression_level=1,
    )


def _encoded_alone(leaves: Iterable[tuple[str, pa.DataType]]) -> list[tuple[str, pa.DataType]]:
    """Return leaves without those whose path another one has as well.

    Points in names are not told from those between them: `a.b` in a struct, and `b` in its
    struct `a`, would be encoded alike.
    """
    found = list(leaves)
    counts = Counter(path for path, _ in found)
    return [(path, kind) for path, kind in found if counts[path] == 1]


def _leaves(fields: Iterable[pa.Field], above: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """Yield the Parquet path and Arrow type of every leaf."""
    for field in fields:
        path, kind = above + field.name, field.type
        while pa.types.is_list(kind):
            path, kind = f"{path}.list.element", kind.value_type
        if pa.types.is_struct(kind):
            yield from _leaves(kind, f"{path}.")
        else:
            yield path, kind


def _days(events: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield `date=2026-01-31/` and its events, for each day of a table in order of time."""
    # Rows are in order of time, so a day is a slice: nothing is sorted or copied.
    times = pc.cast(events.column("time"), pa.int64()).to_numpy()
    days = times // DAY_MS
    begins = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    for begin, end in zip(begins, [*begins[1:], len(days)], strict=True):
        name = np.datetime_as_string(np.datetime64(int(days[begin]), "D"))
        yield f"date={name}/", events.slice(int(begin), int(end - begin))


class _Writer:
    """A folder that is open for a run, with its ledger.

    A part's files get their names, then the folders are synced, then the ledger is told: a
    crash leaves files that the ledger does not know, which the next start removes, and never a
    part that is known and not there.

    Args:
        folder: The folder.
        run: The run.
        ledger: Of the folder; closed by the caller.
        fresh: Remove what is there of this run first.
    """

    def __init__(self, folder: Path, run: Run, ledger: FileLedger, *, fresh: bool) -> None:
        self._folder, self._run, self._ledger = folder, run, ledger
        if fresh:
            ledger.delete(run.id)
        self.cursors = ledger.begin(run)
        ledger.put_catalogues(run)
        committed = {row["file"] for row in ledger.files(run.id)}
        sweep(folder)
        delete_files(folder, run.stream.schema.scenario, run.id, keep=committed)
        self._synced: set[Path] = set()
        check_committed(ledger.pieces(folder, run.id))
        describe(folder, ledger)
        self._renewed_s = time.monotonic()

    def write(self, prepared: Prepared) -> int:
        payloads = [(name, p) for name, several in prepared.payloads.items() for p in several]
        self._rename([payload for _, payload in payloads])
        files = [
            piece_row(prepared.run, name, p.target, p.rows, self._piece(p))
            for name, p in payloads
        ]
        self._ledger.commit(prepared.ledger_row(), prepared.tallies, files)
        # It lists every file of the folder, so writing it with each part would cost the square
        # of the number of parts.
        if time.monotonic() - self._renewed_s > MANIFEST_EVERY_S:
            write_manifest(self._folder, self._ledger)
            self._renewed_s = time.monotonic()
        return prepared.size_bytes

    def end(self, *, complete: bool) -> None:
        if complete:
            check_committed(self._ledger.pieces(self._folder, self._run.id))
            self._ledger.end(self._run)
        describe(self._folder, self._ledger)

    def _piece(self, payload: Payload) -> Piece:
        return Piece.written(self._folder / payload.target, 0, payload.size_bytes)

    def _rename(self, payloads: list[Payload]) -> None:
        for payload in payloads:
            assert payload.file is not None
            durable.replace(payload.file, self._folder / payload.target)
        self._sync({(self._folder / payload.target).parent for payload in payloads})

    def _sync(self, folders: set[Path]) -> None:
        """Sync folders with new names, and those above that may have been made for them."""
        above = {
            parent
            for folder in folders - self._synced
            for parent in folder.parents
            if self._folder in (parent, *parent.parents)
        }
        for folder in sorted(folders | above):
            durable.sync_folder(folder)
        self._synced |= folders
