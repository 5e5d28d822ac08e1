"""Files on the way from workers to the owner: written, read once, removed; stale ones go when a run begins."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pyarrow as pa

from footfall.errors import StoreError
from footfall.sinks.sink import Payload

INLINE_BYTES = 262_144  # what is smaller travels in the pipe: a file costs some 50 µs, and live parts are small


class Scratch:
    """A folder beside a destination, for files that are nobody's business.

    Args:
        folder: Made when needed; everything in it may be deleted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_file(self, name: str) -> Path:
        """Return a path in the folder that no other process writes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{name}-{os.getpid()}-{uuid4().hex[:8]}"

    def keep(self, name: str, rows: int, data: bytes) -> Payload:
        """Return encoded rows as a payload, in a file if they are many."""
        if len(data) <= INLINE_BYTES:
            return Payload(rows, len(data), data=data)
        return self.write(name, rows, lambda file: file.write(data))

    def keep_arrow(self, name: str, table: pa.Table, batch_rows: int) -> Payload:
        """Return a table as a payload, in the Arrow IPC stream format (dictionaries may change between batches)."""

        def write(file: Any) -> None:
            with pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table, max_chunksize=batch_rows)

        if table.nbytes > INLINE_BYTES:
            return self.write(name, table.num_rows, write)
        memory = io.BytesIO()
        write(memory)
        return Payload(table.num_rows, memory.tell(), data=memory.getvalue())

    def write(self, name: str, rows: int, writer: Callable[[IO[bytes]], Any]) -> Payload:
        """Return a payload in a file that a function writes.

        Raises:
            StoreError: The disk is full.
        """
        path = self.new_file(name)
        try:
            with path.open("wb") as file:
                writer(file)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise explained(path, error) from None
        return Payload(rows, path.stat().st_size, file=path)

    def clear(self) -> None:
        """Remove the folder and what is left in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_arrow(payload: Payload) -> pa.Table:
    """Return the table of a payload; what is in a file is mapped, not read."""
    source = pa.memory_map(str(payload.file)) if payload.file is not None else pa.BufferReader(payload.data)
    return pa.ipc.open_stream(source).read_all()


def drop(files: Iterable[Path]) -> None:
    """Remove files that may be gone already."""
    for file in files:
        file.unlink(missing_ok=True)


def explained(path: Path, error: OSError) -> StoreError:
    """Return why a file cannot be written, what is left and how to go on."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreError(
            f"{path}: the disk is full\n  every part committed before is kept\n"
            "  hint: free some space, then run the same command again"
        )
    return StoreError(f"{path}: {error.strerror or error}\n  every part committed before is kept")
