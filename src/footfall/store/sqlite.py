"""A ledger in a SQLite file: its connection, its transactions, and its errors in the user's words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, Self

from footfall.errors import DamagedError, StoreError
from footfall.refusals import refusal
from footfall.store.committed_files import FRESH, OpenedFile, remove_file
from footfall.store.durable import PARTS_KEPT, sync, sync_folder
from footfall.store.whole_files import made_beside, name_new

LOCK_WAIT_S = 10.0
"""How long another process may hold the file before it counts as in use: readers hold it for milliseconds."""

Execute = Callable[..., sqlite3.Cursor]


class SQLiteLedger:
    """A SQLite file that is open: the frame of a ledger, to which subclasses bring tables and queries.

    Args:
        path: The file.
        make: Make it if it is not there.
        moved: A hint: what to do where it is removed or replaced while it is open.

    Raises:
        DamagedError: It is damaged.
        StoreError: It is not there, is no ledger, or cannot be read.
    """

    kept: ClassVar[str] = PARTS_KEPT
    """A line of errors: what a failure leaves untouched."""
    mend: ClassVar[str] = f"put it back from a copy; or {FRESH}"
    """A hint: what to do where it is damaged."""

    def __init__(self, path: Path, *, make: bool, moved: str = FRESH) -> None:
        self.path = path
        with ExitStack() as undo, self._explained():
            if make and not path.exists():
                self._create()
            if path.exists() and (path.is_dir() or not path.stat().st_size):
                raise self._damaged()
            self._connection = undo.enter_context(closing(_connect(path)))
            if make:
                # FULL would sync the file, but not the removal of its journal: after a power
                # cut that journal would come back, and roll back a commit that was
                # acknowledged.
                self._connection.execute("PRAGMA synchronous = EXTRA")
                if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise self._damaged()
                self._make()
            self._check()
            self._opened = OpenedFile(path, moved, self._has_parts)
            undo.pop_all()

    @classmethod
    def anew(cls, path: Path) -> Self:
        """Open or make a ledger, in place of one that is damaged if that is what is there."""
        try:
            return cls(path, make=True)
        except DamagedError:
            # The journals first: they would be taken for those of the new one.
            for beside in ("-journal", "-wal", "-shm", ""):
                remove_file(path.with_name(path.name + beside))
        return cls(path, make=True)

    def _create(self) -> None:
        """Make the file, which is there with all its tables or not at all."""
        with made_beside(self.path) as temporary:
            temporary.touch(exist_ok=False)
            with closing(_connect(temporary)) as self._connection:
                # Nobody knows of it yet, so it is synced once, at the end.
                self._connection.execute("PRAGMA journal_mode = MEMORY")
                self._connection.execute("PRAGMA synchronous = OFF")
                self._make()
            with temporary.open("rb+") as file:
                sync(file)
            with suppress(FileExistsError):  # another process was first
                name_new(temporary, self.path)
        sync_folder(self.path.parent)

    def _make(self) -> None:
        """Make the tables that are missing."""

    def _has_parts(self) -> bool:
        """Return whether anything was committed."""
        return True

    def _check(self) -> None:
        """Fail if the file is no such ledger."""

    def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """Return the result of a query."""
        with self._explained():
            return self._connection.execute(sql, params).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _columns(self, table: str) -> list[str]:
        """Return the names of a table's columns: none where there is no such table."""
        return [name for (_, name, *_) in self.rows(f"PRAGMA table_info({table})")]

    @contextmanager
    def _transaction(self) -> Iterator[Execute]:
        """Commit what is executed inside, or nothing of it."""
        self._opened.check()
        with self._explained():
            # IMMEDIATE takes the lock for writing at once: a transaction that began by reading
            # could not get it any more once another process has written in between.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has rolled back by itself: a full disk
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            refused = refusal(error, self.path, self.kept)
            raise refused or self._explain(str(error)) from None

    def _damaged(self) -> StoreError:
        return DamagedError(
            f"{self.path} is damaged, or no ledger of footfall\n  hint: {self.mend}"
        )

    def _explain(self, text: str) -> StoreError:
        """Return an error of SQLite's in the user's words."""
        path = self.path
        if "locked" in text:
            return StoreError(
                f"{path} is in use by another process\n  hint: wait until it has ended"
            )
        if "not a database" in text or "malformed" in text:
            return self._damaged()
        if "no such table" in text or "no such column" in text:
            return StoreError(
                f"{path} is no ledger of footfall\n  hint: move it away, or name another destination"
            )
        if "unable to open" in text:
            return self._not_opened()
        return StoreError(f"{path}: {text}")

    def _not_opened(self) -> StoreError:
        """Return why the file cannot be opened, which SQLite keeps to itself: try it once more."""
        try:
            os.close(os.open(self.path, os.O_RDWR))
        except OSError as error:
            refused = refusal(error, self.path, self.kept)
            if refused is not None:
                return refused
        return StoreError(
            f"{self.path} cannot be opened: it is not there, or not yours to write"
        )


def _connect(path: Path) -> sqlite3.Connection:
    # One thread at a time uses a ledger, but not always the one that opened it. With
    # isolation_level=None the module begins no transactions of its own behind our back.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=LOCK_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
    )
