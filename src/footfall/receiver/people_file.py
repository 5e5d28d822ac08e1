"""A file without a name with the people as they are stored: memory does not grow with their number.

It is made of the event store when that is opened, and gone when the receiver ends, however it ends.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

TABLES = ("people", "links")
CACHE_KIB = 8192
"""Of SQLite's pages in memory."""


@contextmanager
def _explaining() -> Iterator[None]:
    """Raise what SQLite says of a disk as the system says it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error


class PeopleFile:
    """Texts by id, in tables `people` (properties as JSON) and `links` (device → user).

    made → `put`s → `keep` or `undo` → ...

    Args:
        folder: Where there is room for it; None takes the system's place for such files.
    """

    @_explaining()
    def __init__(self, folder: Path | None = None) -> None:
        with tempfile.NamedTemporaryFile(prefix=".footfall-people-", dir=folder) as file:
            # Made in one thread and used in another one, never by both at once but to look.
            self._connection = sqlite3.connect(
                file.name, isolation_level=None, check_same_thread=False
            )
            weakref.finalize(self, self._connection.close)
            # What it holds stands in the event store too: nothing is to survive.
            for pragma in (
                "journal_mode = MEMORY",
                "synchronous = OFF",
                "locking_mode = EXCLUSIVE",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            for table in TABLES:
                self._connection.execute(
                    f"CREATE TABLE {table} (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
                )
        # The name is gone from here on; the file is there as long as it is open.

    def get(self, table: str, key: str) -> str | None:
        """Return a text, or None where there is none."""
        row = self._connection.execute(
            f"SELECT value FROM {table} WHERE id = ?", (key,)
        ).fetchone()
        return None if row is None else row[0]

    @_explaining()
    def put(self, table: str, values: Iterable[tuple[str, str | None]]) -> None:
        """Write texts; None takes one away."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        for key, value in values:
            if value is None:
                self._connection.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            else:
                self._connection.execute(
                    f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, value)
                )

    @_explaining()
    def keep(self) -> None:
        """Take what was put as final."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def undo(self) -> None:
        """Take back what was put since the last `keep`."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
