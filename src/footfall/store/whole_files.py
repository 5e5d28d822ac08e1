"""Files that are whole or not there, also after a power cut: written beside their place, then named.

What is written lies under a name that nobody can guess and nobody else makes: no link that
somebody has put there is followed, and what a killed process leaves is known again.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from footfall.refusals import reason_kept
from footfall.store import durable
from footfall.store.temporary_folders import is_alive

_TEMPORARY = re.compile(r"\.footfall-(\d+)-[0-9a-f]{16}\.tmp(?:\.wal|-wal|-shm|-journal)?")
_BESIDE = (".wal", "-wal", "-shm", "-journal", "")
"""What DuckDB and SQLite hang on to a file's name while they write it; the file last."""
_OPEN_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")


def temporary_path(folder: Path) -> Path:
    """Return a name for a file that is being written, which nothing in a folder has."""
    # Short, whatever the file is to be called: names end at 255 bytes.
    return folder / f".footfall-{os.getpid()}-{secrets.token_hex(8)}.tmp"


def is_temporary(path: Path) -> bool:
    """Return whether a name is one of those that files have while they are written."""
    return _TEMPORARY.fullmatch(path.name) is not None


@contextmanager
def made_beside(final: Path) -> Iterator[Path]:
    """A name in the folder of a file, for what is to become it; what has not is removed in the end.

    What processes that were killed have left there is removed first.
    """
    _sweep(final.parent)
    temporary = temporary_path(final.parent)
    try:
        yield temporary
    except OSError as problem:
        # What a user reads is about the file that they have named.
        if problem.filename is None or is_temporary(Path(os.fsdecode(problem.filename))):
            problem.filename, problem.filename2 = str(final), None
        raise
    finally:
        for beside in _BESIDE if os.path.lexists(temporary) else ():
            with suppress(OSError):
                temporary.with_name(temporary.name + beside).unlink()


def _sweep(folder: Path) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = _TEMPORARY.fullmatch(entry.name)
            if name and entry.is_file(follow_symlinks=False) and not is_alive(int(name[1])):
                Path(entry.path).unlink()


def name_new(temporary: Path, final: Path) -> None:
    """Give what is made beside a file its name, if that is free; the folder is not synced yet.

    Raises:
        FileExistsError: It is taken.
    """
    try:
        os.link(temporary, final)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: all it has is to look first
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final)) from None
        durable.replace(temporary, final)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that readers see the old content or the new, never a part."""
    write_all_whole({path: data})


def write_all_whole(files: Mapping[Path, bytes], *, is_new: bool = False) -> None:
    """Write files, each whole, and all of them or none.

    A link stays one: what it leads to is replaced. A device, a pipe and what a process has open
    (`/dev/stdout`) are written as they are.

    Args:
        files: Path → content.
        is_new: Replace nothing.

    Raises:
        OSError: It cannot be done; files that were there are as they were. A stream may have got a
            part, and is written after the files.
    """
    streams = {path: data for path, data in files.items() if is_stream(path)}
    with ExitStack() as temporaries, reason_kept():
        # All of them before the first gets its name: what fails fails here, as a rule.
        written = {
            final: temporaries.enter_context(_written(final, data))
            for final, data in (
                (Path(os.path.realpath(path)), data)
                for path, data in files.items()
                if path not in streams
            )
        }
        _name(written, temporaries, is_new=is_new)
    for path, data in streams.items():
        _pour(path, data)


def _name(written: Mapping[Path, Path], temporaries: ExitStack, *, is_new: bool) -> None:
    """Give files their names, final ← temporary: all of them or none."""
    with ExitStack() as undo:
        for final, temporary in written.items():
            if is_new:
                name_new(temporary, final)
                undo.callback(final.unlink, missing_ok=True)
                continue
            if not final.exists():
                undo.callback(final.unlink, missing_ok=True)
            else:
                _keep(final, temporaries, undo)
            durable.replace(temporary, final)
        for folder in {final.parent for final in written}:
            durable.sync_folder(folder)
        undo.pop_all()


def _pour(path: Path, data: bytes) -> None:
    try:
        with path.open("ab") as stream:
            stream.write(data)
    except OSError as problem:
        problem.filename = str(path)
        raise


def is_stream(path: Path) -> bool:
    """Return whether a path leads to a device, a pipe or what a process has open: it is written piece by piece."""
    if str(path.absolute()).startswith(_OPEN_STREAMS):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:  # why it cannot be looked at is told where it is written
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def _written(final: Path, data: bytes) -> Iterator[Path]:
    """A file with the content and the mode that another one is to have."""
    with made_beside(final) as temporary:
        with temporary.open("xb") as file:
            _take_mode(file, final)
            file.write(data)
            durable.sync(file)
        yield temporary


def _take_mode(file: IO[bytes], final: Path) -> None:
    """Give a file owner and mode of the one that it is to replace.

    Raises:
        OSError: That one may not be written.
    """
    try:
        before = final.stat()
    except FileNotFoundError:
        return
    reason = errno.EISDIR if stat.S_ISDIR(before.st_mode) else errno.EACCES
    if reason == errno.EISDIR or not os.access(final, os.W_OK):
        raise OSError(reason, os.strerror(reason), str(final))
    if sys.platform == "win32":
        return
    with suppress(OSError):  # not ours to give
        os.fchown(file.fileno(), before.st_uid, before.st_gid)
    os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))


def _keep(final: Path, temporaries: ExitStack, undo: ExitStack) -> None:
    """Have a file that is replaced come back, should what follows fail."""
    kept = temporaries.enter_context(made_beside(final))
    try:
        os.link(final, kept)
    except OSError:  # a file system without links
        with final.open("rb") as source, kept.open("xb") as copy:
            shutil.copyfileobj(source, copy)
            _take_mode(copy, final)
    undo.callback(durable.replace, kept, final)
