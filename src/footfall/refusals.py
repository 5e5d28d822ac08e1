"""Refusals of the system, as errors in a user's words: no space, no memory, no permission, no such place."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from footfall.errors import StoreError, shown

STANDARD_OUTPUT = "standard output"
"""What standard output is called in an `OSError`'s `filename`; what files are told by."""

_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "free some space, then run the same command again"),
    errno.EDQUOT: (
        "the disk is full for this user: the quota is used up",
        "free some space, then run the same command again",
    ),
    errno.EFBIG: (
        "a file may not grow so large here",
        "`ulimit -f` shows the limit of this shell; a file system may have one of its own",
    ),
    errno.ENOMEM: (
        "memory ran out",
        "take fewer --workers or --people, raise the limit (`ulimit -v`), or close other programs",
    ),
    errno.EMFILE: ("too many files are open", "raise the limit with `ulimit -n 4096`"),
    errno.ENFILE: ("too many files are open on this machine", "close other programs"),
    errno.EAGAIN: (
        "no more processes or threads can be started",
        "raise the limit with `ulimit -u`, or take fewer --workers",
    ),
    errno.EACCES: ("permission denied", "change its permissions, or name another place"),
    errno.EPERM: ("the system does not permit it", "name another place"),
    errno.EROFS: ("the file system is read-only", "name another place"),
    errno.EISDIR: ("it is a folder", "name a file"),
    errno.ENOTDIR: ("a file stands where a folder should be", "name another place"),
    errno.ENOENT: (
        "there is no such file or folder",
        "it was removed, or the folder that it should lie in was never made",
    ),
    errno.EEXIST: ("there is such a file or folder already", "move it away"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ELOOP: ("its symbolic links lead in a circle", "name another place"),
    errno.EIO: (
        "the disk cannot be read or written",
        "the system's log says what is wrong; `ulimit -f` whether files may grow",
    ),
    errno.EBUSY: ("it is in use", "wait until it is free, or name another place"),
    errno.ESTALE: ("the folder has gone from its server", "go to another folder"),
    errno.EBADF: ("it is closed", "open it, or send it to /dev/null"),
}
_NOT_HERE = ("the current folder is not there any more", "go to another one")
_NO_TEMPORARY = ("no folder takes temporary files", "have TMPDIR name one that does")
_ANYWHERE = {
    _NOT_HERE[0],
    _NO_TEMPORARY[0],
    _REASONS[errno.ENOMEM][0],
    _REASONS[errno.EAGAIN][0],
}
"""Reasons that have nothing to do with the place where they were met."""
_NO_INODES = ("the disk has no room for another file, though for bytes", "remove some files")

# Libraries hand on the system's words, or have some of their own.
_SIGNS: tuple[tuple[str, int], ...] = (
    *((os.strerror(code), code) for code in _REASONS if code != errno.EBADF),
    ("disk is full", errno.ENOSPC),
    ("quota exceeded", errno.EDQUOT),
    ("ut of memory", errno.ENOMEM),
    ("ut of Memory", errno.ENOMEM),
    ("bad_alloc", errno.ENOMEM),
    ("failed to allocate", errno.ENOMEM),
    ("failed to map segment", errno.ENOMEM),
    ("can't start new thread", errno.EAGAIN),
    ("attempt to write a readonly database", errno.EACCES),
    ("disk I/O error", errno.EIO),
    ("not get working directory", errno.ENOENT),
)
_HAND_ON = {"duckdb", "_duckdb", "pyarrow", "sqlite3", "pyo3_runtime"}
_QUOTED = re.compile(r"""["']([^"']*/[^"']*|[^"'/]+\.[^"'/]+)["']""")


def refusal(error: BaseException, where: Path | str = "", kept: str = "") -> StoreError | None:
    """Return the error of what the system has refused, or None where it has refused nothing.

    Args:
        error: What Python or a library made of it.
        where: What could not be read or written; else what the error itself names.
        kept: A sentence on what is still there.
    """
    place = str(where or _place(error))
    reason, hint = _reason(error, place)
    if not reason:
        return None
    if reason in _ANYWHERE:
        place = ""
    elif any("\ud800" <= character <= "\udfff" for character in place):
        place = shown(place)
    lines = [f"{place}: {reason}" if place else reason, kept, f"hint: {hint}"]
    return StoreError("\n  ".join(filter(None, lines)))


@contextmanager
def reason_kept() -> Iterator[None]:
    """Keep why a disk had no room: what is removed after a failure gives some back."""
    try:
        yield
    except OSError as error:
        place = _place(error)
        if error.errno == errno.ENOSPC and place and _lacks_inodes(place):
            error.strerror = _NO_INODES[0]
        raise


def _reason(error: BaseException, place: str) -> tuple[str, str]:
    """Return why, and what helps; two empty texts where the system has refused nothing."""
    code, text = _code(error), str(error)
    if "surrogate" in text and (code or _is_of_library(error)):
        return "the name is not UTF-8", "choose another one"
    if code == errno.ENOENT and not _is_here():
        return _NOT_HERE
    # Python's words, in place of a reason, for all the folders that it has tried.
    if "temporary directory" in text:
        return _NO_TEMPORARY
    if isinstance(error, OSError) and error.strerror == _NO_INODES[0]:
        return _NO_INODES
    if code == errno.ENOSPC and place and place != STANDARD_OUTPUT and _lacks_inodes(place):
        return _NO_INODES
    if isinstance(error, FileExistsError) and Path(error.filename or "") in Path(place).parents:
        code = errno.ENOTDIR
    return _REASONS.get(code, ("", ""))


def _code(error: BaseException) -> int:
    """Return the system's number for a refusal, or 0."""
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError) and error.errno:
        return error.errno
    if not _is_of_library(error):
        return 0
    text = str(error)
    return next((code for sign, code in _SIGNS if sign in text), 0)


def _is_of_library(error: BaseException) -> bool:
    """Return whether an error is one of those in which libraries hand on the system's words."""
    kinds = OSError | ImportError | RuntimeError | UnicodeEncodeError
    return isinstance(error, kinds) or type(error).__module__.partition(".")[0] in _HAND_ON


def _place(error: BaseException) -> str:
    """Return what an error names: the file of the system's call, or what a library has quoted."""
    if isinstance(error, OSError) and error.filename is not None:
        return os.fsdecode(error.filename) if not isinstance(error.filename, int) else ""
    quoted = None if isinstance(error, MemoryError) else _QUOTED.search(str(error))
    return quoted[1] if quoted else ""


def _lacks_inodes(place: str) -> bool:
    if sys.platform == "win32":  # it knows none
        return False
    for folder in (Path(place), *Path(place).parents):
        with suppress(OSError):
            disk = os.statvfs(folder)
            return disk.f_files > 0 and disk.f_favail == 0
    return False


def _is_here() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - `Path.cwd` is the same call
    except OSError:
        return False
