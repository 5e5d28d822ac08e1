"""What is received, in a DuckDB file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.errors import StoreError
from footfall.server.intake import Row
from footfall.server.known import STORED, Known, digests_of, from_table
from footfall.server.shelf import TABLES, Refused, Shelf, columns_of
from footfall.sinks.delivery.amplitude_limits import DEDUPLICATION_DAYS
from footfall.store import duck
from footfall.store.dialect import quote

if TYPE_CHECKING:
    import duckdb

_KNOWN = TABLES["known"][0]
_TYPES = {"timestamp[ms, tz=UTC]": "TIMESTAMP_MS", "int64": "BIGINT"}
_ROWS = pa.schema(
    [
        pa.field(f.name, pa.timestamp("ms") if pa.types.is_timestamp(f.type) else pa.string())
        for f in TABLES["received"][0]
    ]
)


_AMPLITUDE = "a/"
_KEEP_MS = {True: DEDUPLICATION_DAYS * 86_400_000, False: None}
"""How long keys count as known: Amplitude's, and all others."""


class DuckDBShelf(Shelf):
    """A DuckDB file, which one process at a time can have.

    Which keys are known is looked up in memory, not in an index of the file; see `known`.

    Args:
        path: The file; made if it is not there.
        most_bytes: How large it may become, its log included; None for as large as the disk allows.
    """

    json = "text"
    latest = "rowid DESC"

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        self.path, self._most_bytes = path, most_bytes
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._known: dict[bool, Known] = {}
        self._new: dict[str, str | None] = {}
        self._now_ms = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def open(self) -> None:
        """Open the file and make the tables that are missing."""
        self.close()
        self._connection = connection = duck.connect(self.path, read_only=False)
        (names,) = duck.fetch(connection, "SELECT current_database() AS d, current_schema() AS s").to_pylist()
        self._home = ".".join(map(quote, names.values()))
        for name, (schema, keys) in TABLES.items():
            connection.execute(_create(name, schema, () if name == "known" else keys))
        self._known = {is_amplitude: self._load(is_amplitude) for is_amplitude in _KEEP_MS}

    def close(self) -> None:
        """Let the file go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # a full disk may have spoilt it; what was committed is in the file
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, or nothing of it."""
        self._check_size()
        self._new = {}
        with duck.transaction(self._opened()):
            yield
            if self._new:
                duck.insert(self._opened(), "known", self._noted())
        for known, keys in self._by_kind(self._new):
            known.add(digests_of(keys, self._now_ms), self._now_ms)

    def know(self, keys: Mapping[str, str | None], now_ms: int) -> set[str]:
        """Note keys with their digests, and return those that were not known."""
        fresh: set[str] = set()
        for known, asked in self._by_kind(keys):
            is_known = known.has(digests_of(asked, now_ms), now_ms)
            fresh |= {key for key, old in zip(asked, is_known.tolist(), strict=True) if not old}
        self._new |= {key: keys[key] for key in fresh}
        self._now_ms = now_ms
        return fresh

    def unknow(self, keys: Sequence[str]) -> None:
        """Forget keys of this transaction."""
        for key in keys:
            del self._new[key]

    def touch(self, now_ms: int) -> None:
        """Write something, which only works where there is room."""
        self.run(f"INSERT INTO known (key, seen) VALUES ('touched', {now_ms})")

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement."""
        return self._opened().execute(sql, values).fetchall()

    def insert(self, rows: Sequence[Row], now_ms: int) -> None:
        """Add events."""
        columns = columns_of(rows, now_ms)
        table = pa.table([pa.array(columns[field.name], field.type) for field in _ROWS], schema=_ROWS)
        duck.insert(self._opened(), "received", table)

    def explained(self, error: Exception) -> StoreError:
        """Return a failure in a user's words."""
        import duckdb

        if isinstance(error, StoreError):
            return error
        if isinstance(error, duckdb.DataError | duckdb.ConstraintException | duckdb.InvalidInputException):
            return Refused(f"{self.name} cannot hold these events")
        return duck.failed(Path(self.name), error, "nothing was stored")

    @contextmanager
    def reading(self) -> Iterator[Callable[[str], pa.Table]]:
        """Give a way to ask."""
        with self.cursor() as cursor:
            yield partial(duck.fetch, cursor)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the same file, for another thread."""
        cursor = self._opened().cursor()
        cursor.execute(f"USE {self._home}")
        return cursor

    def _by_kind(self, keys: Iterable[str]) -> Iterator[tuple[Known, list[str]]]:
        for is_amplitude, known in self._known.items():
            yield known, [key for key in keys if key.startswith(_AMPLITUDE) is is_amplitude]

    def _noted(self) -> pa.Table:
        """Return the new keys as rows of `known`."""
        columns = (list(self._new), list(self._new.values()), [self._now_ms] * len(self._new))
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, _KNOWN, strict=True)], schema=_KNOWN)

    def _load(self, is_amplitude: bool) -> Known:
        known = Known(_KEEP_MS[is_amplitude])
        where = f"WHERE starts_with(key, '{_AMPLITUDE}') = {is_amplitude}"
        known.add(from_table(duck.fetch(self._opened(), f"{STORED} FROM known {where}")), 0)
        return known

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise StoreError(f"{self.name} is not open")
        return self._connection

    def _check_size(self) -> None:
        if self._most_bytes is None:
            return
        files = (self.path, self.path.with_name(self.path.name + ".wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        if size >= self._most_bytes:
            raise StoreError(
                f"{self.name} is full: it has {size:,} bytes of the {self._most_bytes:,} that --max-size allows\n"
                "  nothing was stored\n  hint: move the file away, or raise --max-size"
            )


def _create(name: str, schema: pa.Schema, keys: Sequence[str]) -> str:
    columns = [
        f"{quote(f.name)} {_TYPES.get(str(f.type), 'VARCHAR')}{'' if f.nullable else ' NOT NULL'}" for f in schema
    ]
    return (
        f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)}{''.join(f', PRIMARY KEY ({key})' for key in keys)})"
    )
