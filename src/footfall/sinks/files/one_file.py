"""Sinks into one file: NDJSON, CSV, or a JSON array, gzipped if the name ends in `.gz`.

Beside FILE lies FILE.footfall, the ledger, which knows up to which byte the file is valid: a run that was killed is
continued by cutting off what lies behind it. One file holds one run.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import events_schema
from footfall.data.stream import Run
from footfall.errors import StoreError
from footfall.sinks.protocol import (
    Capabilities,
    CursorBook,
    Cursors,
    FileKind,
    Guarantee,
    Payload,
    Placement,
    Prepared,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import Scratch, Spool, drop, explaining, place_payload
from footfall.store.durable import Lock, sync, sync_folder
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.layout import file_ledger_path, file_lock_path
from footfall.store.schema_changes import check_chunk

GZIP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class RowFormat:
    """How rows become a file.

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
        if self.kind == "csv":
            from footfall.sinks.encoders.csv_rows import csv_rows

            return map(text_bytes, csv_rows(table))
        from footfall.sinks.encoders.json_rows import json_rows

        if self.kind == "ndjson":
            return map(text_bytes, json_rows(table, end="\n"))
        return _without_last(map(text_bytes, json_rows(table, end=",\n")), len(self.between))


FORMATS: dict[FileKind, RowFormat] = {
    "ndjson": RowFormat("ndjson"),
    "csv": RowFormat("csv"),
    "json": RowFormat("json", between=b",\n", end=b"\n]\n"),
}


def text_bytes(texts: pa.Array) -> memoryview:
    """Return the bytes of texts, one after the other; they are not copied."""
    _, offsets, data = texts.buffers()
    places = memoryview(offsets).cast("i")
    return memoryview(data)[places[texts.offset] : places[texts.offset + len(texts)]]


def _without_last(pieces: Iterable[memoryview], size: int) -> Iterator[memoryview]:
    """Yield pieces, the last one without its last bytes."""
    before: memoryview | None = None
    for piece in pieces:
        if before is not None:
            yield before
        before = piece
    if before is not None:
        yield before[:-size]


EVENT_BYTES: dict[FileKind, int] = {"ndjson": 485, "json": 485, "csv": 315}
"""Bytes an event takes in a file, measured with the shipped scenarios."""
GZIP_FACTOR = 12
"""How many times smaller gzip makes such a file, measured with the same."""


class FileSink:
    """Writes the events of one run into one file.

    Args:
        path: The file; made with its folder if it is not there.
        kind: `ndjson`, `csv` or `json`.
    """

    placement: Placement = "worker"
    guarantee: Guarantee = "exactly once"

    def __init__(self, path: str | Path, kind: FileKind) -> None:
        self.path = Path(path)
        self.format = FORMATS[kind]
        self._zipped = self.path.suffix == ".gz"
        self._scratch = Scratch(self.path.with_name(self.path.name + ".scratch"))
        self._writing: _Writing | None = None
        self._held: ExitStack | None = None

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return f"{self.format.kind}:{self.path}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a file of which only the ledger is a store."""
        event_bytes = EVENT_BYTES[self.format.kind] / (GZIP_FACTOR if self._zipped else 1)
        return Capabilities(
            kind=self.format.kind,
            path=self.path,
            store=f"{self.format.kind}:{self.path}",
            event_bytes=event_bytes,
        )

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events."""
        check_chunk(chunk)
        if not chunk.events.num_rows:
            return prepared_of(chunk, {})
        payload = self._scratch.write(
            "events", chunk.events.num_rows, lambda file: self._encode(chunk.events, file)
        )
        return prepared_of(chunk, {"events": (payload,)})

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Lock the file and cut off what was not committed."""
        with ExitStack() as held, explaining(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(Lock(file_lock_path(self.path), self.path))
            self._scratch.clear()
            held.callback(self._scratch.clear)
            if fresh:
                _forget(self.path)
            _check_owner(self.path, run)
            ledger = held.enter_context(FileLedger(file_ledger_path(self.path), make=True))
            file = held.enter_context(self.path.open("r+b" if self.path.exists() else "w+b"))
            self._writing = _Writing(file, self.format, run, ledger, zipped=self._zipped)
            sync_folder(self.path.parent)
            self._held = held.pop_all()
        return dict(self._writing.book.cursors)

    def commit(self, prepared: Prepared) -> Receipt:
        """Append a part's rows, then note in the ledger how far the file is valid."""
        assert self._writing is not None, "commit needs open"
        try:
            with explaining(self.path):
                return self._writing.commit(prepared)
        finally:
            drop(prepared.files)

    def close(self, *, complete: bool) -> None:
        """Note whether the run is complete, and let the file go."""
        writing, held, self._writing, self._held = self._writing, self._held, None, None
        if writing is not None and held is not None:
            with explaining(self.path), held:
                writing.end(complete=complete)

    def _encode(self, events: pa.Table, file: Spool) -> None:
        pieces = self.format.rows(events)
        if not self._zipped:
            file.writelines(pieces)
            return
        with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as member:
            member.writelines(pieces)


class _Writing:
    """A file that is open for appending, with its ledger.

    Args:
        file: Open for reading and writing; closed by the caller, like the ledger.
        how: Its format.
        run: The run it holds.
        ledger: Knows how far the file is valid.
        zipped: Everything is written as gzip members, which may follow each other.
    """

    def __init__(
        self, file: IO[bytes], how: RowFormat, run: Run, ledger: FileLedger, *, zipped: bool
    ) -> None:
        self._file, self._format, self._run, self._ledger, self._zipped = (
            file,
            how,
            run,
            ledger,
            zipped,
        )
        self.book = CursorBook(run, ledger.begin(run))
        pieces = ledger.files(run.id)
        self._valid = max((piece["end_byte"] for piece in pieces), default=0)
        self._has_rows = any(piece["rows"] for piece in pieces)
        self._cut()

    def commit(self, prepared: Prepared) -> Receipt:
        if self.book.has(prepared):
            return Receipt(prepared.part, prepared.events, was_there_already=True)
        begin = self._valid
        end = self._append(prepared.payloads.get("events", ()))
        piece = {"run": prepared.run, "relation": "events", "file": "", "rows": prepared.events}
        files = [{**piece, "begin_byte": begin, "end_byte": end}] if end > begin else []
        self._ledger.commit(prepared.ledger_row(), prepared.tallies, files)
        self._valid, self._has_rows = end, self._has_rows or prepared.events > 0
        self.book.move(prepared.part)
        return Receipt(prepared.part, prepared.events, size_bytes=end - begin)

    def end(self, *, complete: bool) -> None:
        if complete:
            self._ledger.end(self._run)

    def _cut(self) -> None:
        """Make the file what the ledger says it is: cut off the rest, write the head if nothing is there."""
        size = self._file.seek(0, os.SEEK_END)
        if size < self._valid:
            raise StoreError(
                f"{self._file.name} has {size} bytes, but {self._valid} were committed: somebody has changed it\n"
                "  hint: --fresh writes it anew"
            )
        self._file.truncate(self._valid)
        if not self._valid:
            self._file.seek(0)
            self._file.write(
                self._packed(self._format.head(events_schema(self._run.stream.schema)))
            )
            self._valid = self._file.tell()
        self._finish(self._valid)

    def _append(self, payloads: Iterable[Payload]) -> int:
        """Write rows behind the valid ones; return up to which byte the file is valid then."""
        payload = next(iter(payloads), None)
        if payload is None:
            return self._valid
        self._file.seek(self._valid)
        if self._has_rows:
            self._file.write(self._packed(self._format.between))
        place_payload(payload, self._file, self._file.tell())
        end = self._file.tell()
        self._finish(end)
        return end

    def _finish(self, end: int) -> None:
        self._file.seek(end)
        self._file.write(self._packed(self._format.end))
        self._file.truncate()
        sync(self._file)

    def _packed(self, data: bytes) -> bytes:
        return gzip.compress(data, GZIP_LEVEL, mtime=0) if self._zipped and data else data


def _forget(path: Path) -> None:
    """Remove a file that the ledger beside it knows, and the ledger."""
    ledger = file_ledger_path(path)
    if ledger.exists():
        path.unlink(missing_ok=True)
        ledger.unlink()


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
    with FileLedger(file_ledger_path(path)) as ledger:
        others = [info for info in ledger.runs() if info.id != run.id]
    if others:
        other = others[0]
        raise StoreError(
            f"{path} holds run {other.id} (scenario {other.scenario}, seed {other.run.stream.seed}), "
            f"not run {run.id}; one file holds one run\n  hint: name another file, or use --fresh to replace it"
        )
