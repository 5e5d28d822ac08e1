"""Files that are whole or not there, also after a power cut; locks that end by themselves."""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Self

from footfall.errors import StoreError

PARTS_KEPT = "every part committed before is kept"
"""A line of errors: what a failure in the middle of a run leaves untouched."""


def sync(file: IO[bytes]) -> None:
    """Have what was written to a file survive a power cut."""
    file.flush()  # first out of Python's buffer, of which the system knows nothing
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; Windows needs no such call."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(temporary: Path, final: Path) -> None:
    """Give a file that is written and synced its name; the folder is not synced yet."""
    # Not `rename`, which fails on Windows where the name is taken.
    temporary.replace(final)


def open_here(path: Path, flags: int, mode: int = 0o666) -> int:
    """Open or make a file, but none that a link leads to, and return its descriptor.

    Args:
        path: Its last name is no link; folders above may be.
        flags: Of `os.open`.
        mode: Of a file that is made.

    Raises:
        OSError: `ELOOP` for a link.
    """
    flags |= os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, mode)


class Claim:
    """A destination that this process has open, and so cannot open a second time.

    No lock of a file helps against that: `fcntl` gives a process the lock that it already has,
    and lets all of it go with the first descriptor that is closed. Asking a server would mean
    to wait for oneself.

    Args:
        of: The destination: an absolute path, or how else it is shown.
    """

    _claimed: set[str] = set()  # noqa: RUF012 - shared by all of the process on purpose

    def __init__(self, of: Path | str) -> None:
        self._of = str(of)

    def __enter__(self) -> Self:
        """Take it.

        Raises:
            StoreError: It is taken.
        """
        if self._of in Claim._claimed:
            raise StoreError(
                f"{self._of} is already open in this process\n  hint: close it first"
            )
        Claim._claimed.add(self._of)
        return self

    def __exit__(self, *_: object) -> None:
        Claim._claimed.discard(self._of)


class Lock:
    """A file that at most one process locks, up to its end, however it ends.

    Args:
        path: The lock file; removed when the lock is released.
        of: What is locked, for the error.
    """

    def __init__(self, path: Path, of: Path) -> None:
        self._path, self._of = path, of
        self._stack = ExitStack()

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            StoreError: A process has it; the error names it.
        """
        with ExitStack() as stack:
            stack.enter_context(Claim(self._of.absolute()))
            file = None
            while file is None:
                file = self._try_once()
            stack.enter_context(file)
            # Removed while it is still locked: whoever waits for it finds that it is no longer
            # the file of that name (`_is_same`), and begins anew with the next one.
            stack.callback(self._path.unlink, missing_ok=True)
            self._stack = stack.pop_all()

    def release(self) -> None:
        """Let the lock go."""
        self._stack.close()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try_once(self) -> IO[bytes] | None:
        """Return the lock file, locked by us; None if it was removed meanwhile."""
        with ExitStack() as undo:
            file = undo.enter_context(self._open())
            try:
                _lock(file)
            except OSError:
                raise self._in_use(file) from None
            if not _is_same(file, self._path):  # the one before us removed it in between
                return None
            file.seek(0)
            if not re.fullmatch(rb"\d{0,20}", file.read(21)):
                raise self._foreign()
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            undo.pop_all()
            return file

    def _in_use(self, file: IO[bytes]) -> StoreError:
        # The holder writes its process id right after locking; in between the file is empty.
        file.seek(0)
        holder = file.read(20).decode(errors="replace").strip()
        who = f"process {holder}" if holder else "another process"
        return StoreError(
            f"{self._of} is in use by {who}\n  hint: wait until it has ended, or name another destination"
        )

    def _open(self) -> IO[bytes]:
        """Open the lock file, but none behind a link: it would be emptied."""
        try:
            descriptor = open_here(self._path, os.O_RDWR | os.O_APPEND)
        except OSError as problem:
            if problem.errno in {errno.ELOOP, errno.EISDIR}:
                raise self._foreign() from None
            raise
        return os.fdopen(descriptor, "a+b")

    def _foreign(self) -> StoreError:
        return StoreError(
            f"{self._path} is in the way: footfall locks {self._of} by a file of that name, and did not make this one\n"
            "  hint: move it away, or name another destination"
        )


def _is_same(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(64)  # beyond the process id, which others read
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
