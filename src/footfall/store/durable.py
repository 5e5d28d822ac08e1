"""Files that are whole or not there, also after a power cut; and locks that end with their process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Self

from footfall.errors import StoreError


def sync(file: IO[bytes]) -> None:
    """Have what was written to a file survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(temporary: Path, final: Path) -> None:
    """Give a file that is written and synced its name; the folder is not synced yet."""
    temporary.replace(final)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that readers see the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        sync(file)
    replace(temporary, path)
    sync_folder(path.parent)


def make_folders(folders: Iterable[Path], below: Path) -> None:
    """Make folders so that they survive a power cut.

    Args:
        folders: Each somewhere below `below`.
        below: A folder that exists.
    """
    for folder in folders:
        missing = [
            f for f in (folder, *folder.parents) if below in f.parents and not f.exists()
        ]
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            sync_folder(made.parent)


class Claim:
    """Keeps a destination from being opened twice in this process, against which no lock of a file helps.

    Args:
        of: The destination.
    """

    _held: set[Path] = set()  # noqa: RUF012 - what all of this process share

    def __init__(self, of: Path) -> None:
        self._of = of.absolute()

    def acquire(self) -> None:
        """Take it.

        Raises:
            StoreError: It is taken.
        """
        if self._of in Claim._held:
            raise StoreError(
                f"{self._of} is already open in this process\n  hint: close it first"
            )
        Claim._held.add(self._of)

    def release(self) -> None:
        """Let it go."""
        Claim._held.discard(self._of)


class Lock:
    """A file that at most one process holds; it is let go when the process ends, however it ends.

    Args:
        path: The lock file; removed when the lock is released.
        of: What is locked, for the error.
    """

    def __init__(self, path: Path, of: Path) -> None:
        self._path, self._of = path, of
        self._claim = Claim(of)
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            StoreError: A process has it; the error names it.
        """
        self._claim.acquire()
        try:
            while self._file is None:
                self._try_once()
        except BaseException:
            self._claim.release()
            raise

    def release(self) -> None:
        """Let the lock go."""
        if self._file is None:
            return
        self._claim.release()
        self._path.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try_once(self) -> None:
        file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = file.read(20).decode(errors="replace").strip()
            file.close()
            who = f"process {holder}" if holder else "another process"
            raise StoreError(
                f"{self._of} is in use by {who}\n  hint: wait until it has ended, or name another destination"
            ) from None
        if not _is_same(file, self._path):  # the one before us removed it in between
            file.close()
            return
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file


def _is_same(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(64)  # beyond the process id, which others read
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    else:
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
