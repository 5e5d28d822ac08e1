"""Files of which parts were committed: whether they still are what was written."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from footfall.errors import StoreError

FRESH = "the same `footfall run` with --fresh writes it anew"
"""A hint: what mends a run whose rows are not there any more."""
_BLOCK_BYTES = 1 << 20


class OpenedFile:
    """A file that is being written, under the name by which it was opened.

    Whoever removes it, or puts another one in its place, does not disturb the process that has
    it open: that would go on writing what nobody ever finds.

    Args:
        path: The file, which is open.
        hint: What mends it.
        has_parts: Return whether anything was committed to it.
    """

    def __init__(
        self, path: Path, hint: str = FRESH, has_parts: Callable[[], bool] = lambda: True
    ) -> None:
        self._path, self._hint, self._has_parts = path, hint, has_parts
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
            lost = (
                "what was committed to it is not all there any more"
                if self._has_parts()
                else "nothing had been committed to it"
            )
            raise StoreError(
                f"{self._path} {what} while it was written\n  {lost}\n  hint: {self._hint}"
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


def check_is_file(path: Path) -> None:
    """Check that nothing but a file is, or can come to be, under a name: whoever opens a pipe waits for its other end.

    Raises:
        StoreError: A pipe, a device or a socket is there.
    """
    try:
        mode = path.stat().st_mode
    except OSError:  # why it cannot be looked at is told where it is opened
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        what = "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
        raise StoreError(f"{path} is {what}, and no file\n  hint: name a file")


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


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file that were committed.

    Args:
        path: The file.
        begin_byte, end_byte: From where on, and up to where.
        crc32: Their checksum; None where nobody has noted it.
        modified_ns: When the file had been changed last, ns since the epoch, UTC; None where nobody has noted it.
    """

    path: Path
    begin_byte: int
    end_byte: int
    crc32: int | None = None
    modified_ns: int | None = None

    @classmethod
    def written(cls, path: Path, begin_byte: int, end_byte: int) -> Piece:
        """Return a piece that has just been written and synced, with what tells it from another one."""
        crc32 = _crc32(path, begin_byte, end_byte)
        return cls(path, begin_byte, end_byte, crc32, path.stat().st_mtime_ns)

    def has_changed(self) -> bool:
        """Return whether other bytes are there now; what nobody has noted has not changed."""
        return self.crc32 is not None and self.crc32 != _crc32(
            self.path, self.begin_byte, self.end_byte
        )


def check_committed(
    pieces: Iterable[Piece], *, has_rest: bool = False, is_read: bool = False
) -> None:
    """Check that files are there, with the pieces that were committed.

    Size and time of the last change are asked for; where these are not those that were noted,
    contents are compared. So a copy is read each time, and is as good.

    Args:
        pieces: Those of a file in order, one behind the other.
        has_rest: More may lie behind them, as a run that was killed leaves it.
        is_read: Compare the contents of all.

    Raises:
        StoreError: A file is gone, or not as it was.
    """
    for path, of_file in groupby(pieces, key=lambda piece: piece.path):
        what = _change([*of_file], has_rest=has_rest, is_read=is_read)
        if what:
            raise StoreError(f"{path} {what}\n  hint: {FRESH}")


def check_size(last: Piece) -> None:
    """Check that a file is there up to the end of its last piece; a look, which reads nothing.

    Raises:
        StoreError: It is gone, or was cut.
    """
    now = _found(last.path)
    what = now if isinstance(now, str) else _size_change(now, last, has_rest=True)
    if what:
        raise StoreError(f"{last.path} {what}\n  hint: {FRESH}")


def _size_change(now: os.stat_result, last: Piece, *, has_rest: bool) -> str:
    if now.st_size < last.end_byte or (now.st_size > last.end_byte and not has_rest):
        return f"is damaged: it has {now.st_size:,} bytes, and had {last.end_byte:,} when it was written"
    return ""


def _change(pieces: Sequence[Piece], *, has_rest: bool, is_read: bool) -> str:
    """Return what has become of a file, or nothing."""
    last = pieces[-1]
    now = _found(last.path)
    if isinstance(now, str):
        return now
    if what := _size_change(now, last, has_rest=has_rest):
        return what
    if now.st_mtime_ns == last.modified_ns and not is_read:
        return ""
    changed = next((piece for piece in pieces if piece.has_changed()), None)
    if changed is None:
        return ""
    span = f"{changed.begin_byte:,} to {changed.end_byte:,}"
    return f"is damaged: its bytes {span} are not those that were written"


def _found(path: Path) -> os.stat_result | str:
    """Return what the system says of a file, or that there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "is gone"
    return found if stat.S_ISREG(found.st_mode) else "is gone: something else is in its place"


def _crc32(path: Path, begin_byte: int, end_byte: int) -> int:
    with path.open("rb") as file:
        file.seek(begin_byte)
        found, left = 0, end_byte - begin_byte
        while left and (block := file.read(min(left, _BLOCK_BYTES))):
            found, left = zlib.crc32(block, found), left - len(block)
    return found
