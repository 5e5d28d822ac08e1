"""Scratch files, from workers to the owner: written, read once, removed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from footfall.errors import StoreError
from footfall.refusals import refusal
from footfall.sinks.protocol import Payload
from footfall.store.durable import PARTS_KEPT
from footfall.store.temporary_folders import new_folder

INLINE_BYTES = 262_144
"""Size up to which a payload travels in the pipe: live parts are small and come every second, and a
file each time would cost more than its bytes do."""

_SPOOL = re.compile(r"[a-z]+-[0-9a-f]{16}\.spool")


class Scratch:
    """A folder for files that only footfall reads, beside the destination where that is a file.

    Args:
        folder: Made when needed. It may be there, and hold what others have put there: that is left alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, rows: int, writer: Callable[[Spool], object]) -> Payload:
        """Return what a function writes as a payload, in a file if it is much.

        Raises:
            StoreError: The disk is full.
        """
        # Several workers write into one folder, and each more than one file at a time.
        spool = Spool(self.folder / f"{name}-{secrets.token_hex(8)}.spool")
        try:
            writer(spool)
            return spool.payload(rows)
        except OSError as error:
            spool.discard()
            raise explained(spool.path, error) from None

    def write_arrow(self, name: str, table: pa.Table, batch_rows: int) -> Payload:
        """Return a table as a payload: an Arrow IPC stream, whose dictionaries may change."""

        def write(file: Any) -> None:
            with pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table, max_chunksize=batch_rows)

        return self.write(name, table.num_rows, write)

    def clear(self) -> None:
        """Remove the files that are left, and the folder if nothing else is in it."""
        with suppress(OSError):  # there is none
            drop(file for file in self.folder.iterdir() if _SPOOL.fullmatch(file.name))
            self.folder.rmdir()


def temporary_scratch() -> Scratch:
    """Return a scratch folder among the system's temporary ones, for remote destinations."""
    return Scratch(new_folder())


class Spool:
    """A spool: takes bytes, in memory while they are few, then in a file.

    Args:
        path: Of the file; its folder is made when needed.
    """

    closed = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pieces: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def write(self, data: bytes | memoryview) -> int:
        """Take some bytes."""
        size = memoryview(data).nbytes
        self._size += size
        if self._file is None and self._size <= INLINE_BYTES:
            self._pieces.append(bytes(data))
            return size
        self._overflowing().write(data)
        return size

    def writelines(self, pieces: Iterable[bytes | memoryview]) -> None:
        """Take pieces of bytes."""
        for piece in pieces:
            self.write(piece)

    def flush(self) -> None:
        """Do nothing: whoever reads gets the payload."""

    def tell(self) -> int:
        """Return how many bytes there are."""
        return self._size

    def payload(self, rows: int) -> Payload:
        """Return all that was taken."""
        if self._file is None:
            return Payload(rows, self._size, data=b"".join(self._pieces))
        self._file.close()
        return Payload(rows, self._size, file=self.path)

    def discard(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with suppress(OSError):  # what is still to be written has no room either
                self._file.close()
        self.path.unlink(missing_ok=True)

    def _overflowing(self) -> IO[bytes]:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = self.path.open("xb")
            self._file.writelines(self._pieces)
            self._pieces = []
        return self._file


def read_arrow(payload: Payload) -> pa.Table:
    """Return the table of a payload; what is in a file is mapped, not read."""
    # Mapped, DuckDB reads from the page cache what the worker has just written: no copy in
    # between.
    source = (
        pa.memory_map(str(payload.file))
        if payload.file is not None
        else pa.BufferReader(payload.data)
    )
    return pa.ipc.open_stream(source).read_all()


def copy_payload(payload: Payload, into: IO[bytes]) -> None:
    """Write the bytes of a payload where a file or pipe stands."""
    if payload.file is None:
        into.write(payload.data or b"")
        return
    with payload.file.open("rb") as source:
        shutil.copyfileobj(source, into, 4 << 20)


def place_payload(payload: Payload, into: IO[bytes], begin: int) -> None:
    """Write a payload into a file, from a byte on; inside the kernel where it can do that."""
    # What Python has buffered has to be in the file before the kernel writes behind it.
    into.seek(begin)
    into.flush()
    if payload.file is None:
        copy_payload(payload, into)
        return
    with payload.file.open("rb") as source:
        done = _copy_in_kernel(source, into, begin, payload.size_bytes)
        # `copy_file_range` with offsets moves neither file's position.
        source.seek(done)
        into.seek(begin + done)
        shutil.copyfileobj(source, into, 4 << 20)


def _copy_in_kernel(source: IO[bytes], into: IO[bytes], begin: int, size_bytes: int) -> int:
    """Copy as much as the kernel will, and return how much that was."""
    if not hasattr(os, "copy_file_range"):  # Linux has it
        return 0
    done = 0
    # It fails between some file systems, and on a full disk: copying the rest by hand tells
    # which it is.
    with suppress(OSError):
        while done < size_bytes:
            copied = os.copy_file_range(
                source.fileno(), into.fileno(), size_bytes - done, done, begin + done
            )
            if not copied:
                break
            done += copied
    return done


def drop(files: Iterable[Path]) -> None:
    """Remove files that may be gone already."""
    for file in files:
        file.unlink(missing_ok=True)


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a `StoreError`."""
    try:
        yield
    except OSError as error:
        raise explained(path, error) from None


def explained(path: Path, error: OSError) -> StoreError:
    """Return why a file cannot be written, what is left and how to go on."""
    refused = refusal(error, path, PARTS_KEPT)
    return refused or StoreError(f"{path}: {error.strerror or error}\n  {PARTS_KEPT}")
