"""Sinks into one file: NDJSON, CSV, or a JSON array, gzipped if the name ends in `.gz`.

Beside FILE lies FILE.footfall, the ledger, which knows up to which byte the file is valid: a
run that was killed is continued by cutting off what lies behind it. One file holds one run.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import events_schema
from footfall.data.stream import Run
from footfall.errors import StoreError
from footfall.sinks.protocol import Capabilities, FileKind, Payload, Prepared
from footfall.sinks.scratch import Scratch, Spool, explaining, place_payload
from footfall.sinks.store_sink import StoreSink
from footfall.store.committed_files import (
    FRESH,
    OpenedFile,
    Piece,
    check_committed,
    check_is_file,
    remove_file,
)
from footfall.store.durable import Lock, sync, sync_folder
from footfall.store.files.file_ledger import FileLedger, piece_row
from footfall.store.files.layout import file_ledger_path, file_lock_path

EVENT_BYTES: dict[FileKind, int] = {"ndjson": 485, "json": 485, "csv": 315}
"""Bytes an event takes in a file, measured with the shipped scenarios."""
GZIP_FACTOR = 12
"""Factor by which gzip makes such a file smaller, measured with the same."""
GZIP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class RowFormat:
    """The format of rows in a file.

    Args:
        kind: Its name.
        between: What stands between the rows of one part and the next.
        end: What stands at the end of the file, and is written anew with every part.
    """

    kind: FileKind
    between: bytes = b""
    end: bytes = b""

    def head(self, schema: pa.Schema) -> bytes:
        """Return what stands at the beginning of the file."""
        if self.kind == "csv":
            from footfall.sinks.encoders.csv_rows import csv_header

            return csv_header(schema)
        return b"[\n" if self.kind == "json" else b""

    def rows(self, table: pa.Table) -> Iterator[memoryview]:
        """Yield the bytes of a table's rows."""
        from footfall.sinks.encoders.json_rows import json_rows
        from footfall.sinks.encoders.json_scalars import text_bytes

        if self.kind == "csv":
            from footfall.sinks.encoders.csv_rows import csv_rows

            return map(text_bytes, csv_rows(table))
        if self.kind == "ndjson":
            return map(text_bytes, json_rows(table, end="\n"))
        return _without_last(map(text_bytes, json_rows(table, end=",\n")), len(self.between))


FORMATS: dict[FileKind, RowFormat] = {
    "ndjson": RowFormat("ndjson"),
    "csv": RowFormat("csv"),
    "json": RowFormat("json", between=b",\n", end=b"\n]\n"),
}


def _without_last(pieces: Iterable[memoryview], size: int) -> Iterator[memoryview]:
    """Yield pieces, the last one without its last bytes."""
    # One piece behind: which one is the last shows only when there is no next.
    before: memoryview | None = None
    for piece in pieces:
        if before is not None:
            yield before
        before = piece
    if before is not None:
        yield before[:-size]


class FileSink(StoreSink):
    """A sink into one file, of the events of one run.

    Args:
        path: The file; made with its folder if it is not there.
        kind: `ndjson`, `csv` or `json`.
    """

    tables = ("events",)

    def __init__(self, path: str | Path, kind: FileKind) -> None:
        super().__init__()
        self.path = Path(path)
        self.format = FORMATS[kind]
        self._is_gzipped = self.path.suffix == ".gz"
        self._scratch = Scratch(self.path.with_name(self.path.name + ".scratch"))

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return f"{self.format.kind}:{self.path}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a file of which only the ledger is a store."""
        factor = GZIP_FACTOR if self._is_gzipped else 1
        return Capabilities(
            kind=self.format.kind,
            path=self.path,
            store=f"{self.format.kind}:{self.path}",
            event_bytes=EVENT_BYTES[self.format.kind] / factor,
        )

    def explained(self, kept: str) -> AbstractContextManager[None]:  # noqa: ARG002 - see the function
        """Turn errors of the system into ours."""
        return explaining(self.path)

    def encode(self, chunk: Chunk, table: str, rows: pa.Table) -> Iterator[Payload]:  # noqa: ARG002 - its rows are enough
        """Write the rows as they will stand in the file."""
        pieces = self.format.rows(rows)

        def write(spool: Spool) -> None:
            if not self._is_gzipped:
                spool.writelines(pieces)
                return
            # Members of gzip may follow each other, so a part is compressed where it is made.
            # No time stands in it: the same run gives the same bytes.
            with gzip.GzipFile("", "wb", GZIP_LEVEL, spool, mtime=0) as member:
                member.writelines(pieces)

        yield self._scratch.write(table, rows.num_rows, write)

    def begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> _Writer:
        """Lock the file and cut off what was not committed."""
        check_is_file(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(Lock(file_lock_path(self.path), self.path))
        self._scratch.clear()
        stack.callback(self._scratch.clear)
        if fresh:
            _forget(self.path)
        _check_owner(self.path, run)
        ledger = stack.enter_context(
            FileLedger(file_ledger_path(self.path), make=True, moved=_moved(self.path))
        )
        check_committed(ledger.pieces(self.path, run.id), has_rest=True)
        file = stack.enter_context(self.path.open("r+b" if self.path.exists() else "w+b"))
        writer = _Writer(file, self.format, run, ledger, is_gzipped=self._is_gzipped)
        sync_folder(self.path.parent)
        return writer


class _Writer:
    """A file that is open for appending, with its ledger.

    A part is appended and synced, and only then noted in the ledger: so a crash leaves either
    bytes that the ledger does not know, which the next start cuts off, or a part that is there
    whole.

    Args:
        file: Open for reading and writing; closed by the caller, like the ledger.
        how: Its format.
        run: The run it holds.
        ledger: Knows how far the file is valid.
        is_gzipped: Everything is written as members of gzip, which may follow each other.
    """

    def __init__(
        self, file: IO[bytes], how: RowFormat, run: Run, ledger: FileLedger, *, is_gzipped: bool
    ) -> None:
        self._file, self._format, self._run = file, how, run
        self._ledger, self._is_gzipped = ledger, is_gzipped
        self.cursors = ledger.begin(run)
        self._path = Path(file.name)
        self._opened = OpenedFile(self._path, _moved(self._path), lambda: bool(self.cursors))
        pieces = ledger.pieces(self._path, run.id)
        self._valid_bytes = self._noted_bytes = pieces[-1].end_byte if pieces else 0
        if not self._is_as_noted(pieces):
            self._cut()

    def write(self, prepared: Prepared) -> int:
        self._opened.check(self._size_bytes)
        begin, end = self._valid_bytes, self._append(prepared.payloads["events"])
        files = []
        if end > begin:
            # What stands before the first row, and between parts, is of the piece behind it.
            piece = Piece.written(self._path, self._noted_bytes, end)
            files = [piece_row(prepared.run, "events", "", prepared.events, piece)]
        self._ledger.commit(prepared.ledger_row(), prepared.tallies, files)
        # Only now: had the ledger failed, the next part would have to overwrite this one.
        self._valid_bytes = end
        self._noted_bytes = end if files else self._noted_bytes
        return end - begin

    def end(self, *, complete: bool) -> None:
        if complete:
            self._opened.check(self._size_bytes)
            self._ledger.end(self._run)

    def _is_as_noted(self, pieces: Sequence[Piece]) -> bool:
        """Return whether nothing was written since the last commit; then nothing is now."""
        # A file that is touched is one that others have to read again, and so have we.
        now = os.fstat(self._file.fileno())
        self._size_bytes = now.st_size
        size_bytes = self._valid_bytes + len(self._packed(self._format.end))
        is_same_size = now.st_size == size_bytes
        return bool(pieces) and is_same_size and now.st_mtime_ns == pieces[-1].modified_ns

    def _cut(self) -> None:
        """Make the file what the ledger says it is: without the rest, with a head."""
        # Longer is what a crash leaves; shorter never is, since bytes are synced before they
        # are noted.
        self._file.truncate(self._valid_bytes)
        if not self._valid_bytes:
            self._file.seek(0)
            head = self._format.head(events_schema(self._run.stream.schema))
            self._file.write(self._packed(head))
            self._valid_bytes = self._file.tell()
        self._finish(self._valid_bytes)

    def _append(self, payloads: Iterable[Payload]) -> int:
        """Write rows behind the valid ones; return up to which byte the file is valid then."""
        payload = next(iter(payloads), None)
        if payload is None:
            return self._valid_bytes
        # Not at the end: there stands what ends the file (`]`), and what a failed commit has
        # left.
        self._file.seek(self._valid_bytes)
        if self._noted_bytes:
            self._file.write(self._packed(self._format.between))
        place_payload(payload, self._file, self._file.tell())
        end = self._file.tell()
        self._finish(end)
        return end

    def _finish(self, end: int) -> None:
        """Write the end of the file, which is not among the valid bytes, and sync it all."""
        self._file.seek(end)
        self._file.write(self._packed(self._format.end))
        self._file.truncate()
        sync(self._file)
        self._size_bytes = self._file.tell()

    def _packed(self, data: bytes) -> bytes:
        return gzip.compress(data, GZIP_LEVEL, mtime=0) if self._is_gzipped and data else data


def _moved(path: Path) -> str:
    """Return a hint: what to do where the file or its ledger is another one while it is written."""
    # Not --fresh, which takes a file without its ledger for one of somebody else.
    return (
        f"move away {path} and {file_ledger_path(path).name} beside it, whichever is there, "
        "and run the same command again: it makes new ones"
    )


def _forget(path: Path) -> None:
    """Remove a file that the ledger beside it knows, and the ledger."""
    # Only with its ledger: a file without one was not written by us, and is not ours to remove.
    ledger = file_ledger_path(path)
    if ledger.exists():
        remove_file(path)
        remove_file(ledger)


def _check_owner(path: Path, run: Run) -> None:
    """Check that a file is this run's, or not there.

    Raises:
        StoreError: It is somebody else's, or another run's.
    """
    if not file_ledger_path(path).exists():
        if path.exists() and path.stat().st_size:
            raise StoreError(
                f"{path} is there already and was not written by footfall\n  hint: move it away, or name another file"
            )
        return
    if path.is_dir():
        raise StoreError(
            f"{path} is gone: a folder is in its place\n  hint: move that away; {FRESH}"
        )
    with FileLedger(file_ledger_path(path)) as ledger:
        others = [info for info in ledger.runs() if info.id != run.id]
    if others:
        other = others[0]
        raise StoreError(
            f"{path} holds run {other.id} (scenario {other.scenario}, seed {other.run.stream.seed}), "
            f"not run {run.id}; one file holds one run\n  hint: name another file, or use --fresh to replace it"
        )
