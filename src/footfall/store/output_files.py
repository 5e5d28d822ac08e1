"""Files that a user has named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from footfall.errors import StoreError, UsageError, masked, shown
from footfall.refusals import reason_kept, refusal
from footfall.store.whole_files import is_stream, write_all_whole


def write(path: Path, content: bytes) -> None:
    """Write a file, and the folders that it lies in; see `write_all`."""
    write_all({path: content})


def write_all(files: Mapping[Path, bytes], *, is_new: bool = False) -> None:
    """Write files, and the folders that they lie in: all of it or nothing, but in streams.

    Args:
        files: Path → content.
        is_new: Replace nothing.

    Raises:
        UsageError: A name is an address with a secret.
        StoreError: They cannot be written.
    """
    for path in files:
        if masked(str(path)) != str(path):
            raise UsageError(
                f"{shown(str(path))} is an address with a secret, and no name of a file"
            )
    try:
        with ExitStack() as undo, reason_kept():
            for path in files:
                _make_folder(path.parent, undo)
            write_all_whole(files, is_new=is_new)
            undo.pop_all()
    except OSError as problem:
        path = _at_fault(problem, files)
        kept = "a part of it may be there" if is_stream(path) else "nothing was changed"
        raise refusal(problem, path, kept) or StoreError(
            f"{path} cannot be written: {problem}\n  {kept}"
        ) from None


def _at_fault(problem: OSError, files: Iterable[Path]) -> Path:
    """Return the file that a problem is about, as the user has named it."""
    named = Path(os.fsdecode(problem.filename)) if problem.filename else None
    those = (path for path in files if named in (path, Path(os.path.realpath(path))))
    return next(those, next(iter(files)))


def _make_folder(folder: Path, undo: ExitStack) -> None:
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(exist_ok=True)
        undo.callback(_remove_empty, missing)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
