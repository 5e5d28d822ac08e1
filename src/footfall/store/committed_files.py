"""Files of which parts were committed: whether they still are what was written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from footfall.errors import StoreError

FRESH = "the same `footfall run` with --fresh writes it anew"
"""A hint: what mends a run whose rows are not there any more."""


class OpenedFile:
    """A file that is being written, under the name by which it was opened.

    Whoever removes it, or puts another one in its place, does not disturb the process that has
    it open: that would go on writing what nobody ever finds.

    Args:
        path: The file, which is open.
        hint: What mends it.
    """

    def __init__(self, path: Path, hint: str = FRESH) -> None:
        self._path, self._hint = path, hint
        self._opened = path.stat()

    def check(self, size_bytes: int | None = None) -> None:
        """Check that its name still leads to it.

        Args:
            size_bytes: What it should have; None where nobody knows.

        Raises:
            StoreError: It was removed, replaced or changed.
        """
        what = self._change(size_bytes)
        if what:
            raise StoreError(
                f"{self._path} {what} while it was written\n"
                f"  what was committed to it is not all there any more\n  hint: {self._hint}"
            )

    def _change(self, size_bytes: int | None) -> str:
        try:
            now = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return "was removed"
        if not os.path.samestat(now, self._opened):
            return (
                f"was replaced by {'a folder' if stat.S_ISDIR(now.st_mode) else 'another file'}"
            )
        if size_bytes is not None and now.st_size != size_bytes:
            return f"was changed: it has {now.st_size:,} bytes, and should have {size_bytes:,},"
        return ""


def remove_file(path: Path) -> None:
    """Remove a file of ours, whatever has become of it; a link to it stays.

    Raises:
        StoreError: A folder with something in it is in its place.
    """
    place = Path(os.path.realpath(path))
    if not place.is_dir():
        place.unlink(missing_ok=True)
        return
    try:
        place.rmdir()
    except OSError:
        raise StoreError(
            f"{path} is a folder, with something in it, where footfall had a file\n  hint: move it away"
        ) from None


def check_committed(files: Iterable[tuple[Path, int]]) -> None:
    """Check that files are there, with the sizes that they had when they were committed.

    Args:
        files: Path and size of each, bytes.

    Raises:
        StoreError: One is not.
    """
    for path, size_bytes in files:
        try:
            now = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            what = "is gone"
        else:
            if stat.S_ISREG(now.st_mode) and now.st_size == size_bytes:
                continue
            what = f"is damaged: it has {now.st_size:,} bytes, and had {size_bytes:,} when it was written"
            if not stat.S_ISREG(now.st_mode):
                what = "is gone: something else is in its place"
        raise StoreError(f"{path} {what}\n  hint: {FRESH}")
