"""The event store in a DuckDB file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.errors import StoreError
from footfall.receiver.event_store import (
    ADDED_COLUMNS,
    TABLES,
    EventsRefused,
    EventStore,
    columns_of,
    split_groups,
)
from footfall.receiver.intake import Row
from footfall.receiver.seen_keys import (
    FOR_EVER_MS,
    MOST_MERGED,
    STORED,
    SeenKeys,
    digests_of,
    from_table,
)
from footfall.sinks.amplitude.limits import DEDUPLICATION_DAYS
from footfall.store.dialect import quote
from footfall.store.duckdb import connection as db
from footfall.units import DAY_MS

if TYPE_CHECKING:
    import duckdb

_KNOWN = TABLES["known"][0]
_TYPES = {"timestamp[ms, tz=UTC]": "TIMESTAMP_MS", "int64": "BIGINT"}
_JSON = "VARCHAR USING COMPRESSION zstd"
"""JSON in files of DuckDB 2.0: a third of the room of its own choice, in half of the time."""
MEMORY = "64MB"
"""Bound of what DuckDB holds while events are written: what it may hold it fills with blocks that it has written."""
ROWS_AT_ONCE = 10_000
"""Rows of a query that are in memory as Python's at a time."""
_ROWS = pa.schema(
    [
        pa.field(f.name, pa.timestamp("ms") if pa.types.is_timestamp(f.type) else pa.string())
        for f in TABLES["received"][0]
    ]
)


_LOGGED = ("users", "groups", "links")
"""Views: what changes about people goes into one log, of which the last row of a key counts.

Rows that change, and an index to find them by, would be written anew as a whole by each checkpoint.
"""
_LOG = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in ("about", "key")),
        pa.field("value", pa.struct([])),
    ]
)
_MADE = {name: schema for name, (schema, _) in TABLES.items() if name not in _LOGGED} | {
    "people_log": _LOG
}
_AMPLITUDE = "a/"
"""Prefix of the keys that are forgotten after some days; all others stay."""
_KEEP_MS = DEDUPLICATION_DAYS * DAY_MS


class DuckDBEventStore(EventStore):
    """A DuckDB file, which one process at a time can have.

    Keys that were seen are looked up in memory, not in an index of the file; see `seen_keys`.

    Args:
        path: The file; made if it is not there.
        most_bytes: How large it may become, its log included; None for as large as the disk allows.
    """

    json = "text"
    latest = "rowid DESC"

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        self.path, self._most_bytes = path, most_bytes
        self._connection: duckdb.DuckDBPyConnection | None = None
        self.folder = path.parent
        self._seen = SeenKeys(_KEEP_MS)
        self._looking = threading.Lock()
        self._new: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def open(self) -> None:
        """Open the file and make the tables that are missing."""
        self.close()
        self._connection = connection = db.connect(self.path, read_only=False)
        # What is written at once is little: a second thread costs more than it does.
        connection.execute("SET threads = 1")
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        (names,) = db.fetch(
            connection, "SELECT current_database() AS d, current_schema() AS s"
        ).to_pylist()
        self._home = ".".join(map(quote, names.values()))
        self._check_own()
        with db.transaction(connection):
            _make_tables(connection)
        self._seen = self._load()

    def close(self) -> None:
        """Let the file go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # A full disk may have spoilt the connection; what was committed is in the file.
            with suppress(Exception):
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, or nothing of it."""
        self._check_size()
        self._new = {}
        with db.transaction(self._opened()):
            yield
            if self._new:
                db.insert(self._opened(), "known", self._noted())
        # Only after the commit: a transaction that fails leaves its keys unseen in memory as in the file.
        if self._new:
            self._seen.add(self._asked_digests[:, list(self._new.values())], self._now_ms)

    def add_keys(self, keys: Mapping[str, str | None], now_ms: int) -> set[str]:
        """Note keys with their digests, and return those that were not seen."""
        seen_ms = [now_ms if key.startswith(_AMPLITUDE) else FOR_EVER_MS for key in keys]
        self._asked, self._now_ms, self._asked_digests = keys, now_ms, digests_of(keys, seen_ms)
        is_seen = self._seen.has(self._asked_digests, now_ms)
        self._new = {
            key: place
            for place, (key, old) in enumerate(zip(keys, is_seen.tolist(), strict=True))
            if not old
        }
        return set(self._new)

    def remove_keys(self, keys: Sequence[str]) -> None:
        """Forget keys of this transaction."""
        for key in keys:
            del self._new[key]

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement."""
        return self._opened().execute(sql, values).fetchall()

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        with self._at_ease(), self.cursor() as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield from rows

    def insert(self, rows: Sequence[Row], now_ms: int) -> None:
        """Add events."""
        columns = columns_of(rows, now_ms)
        table = pa.table(
            [pa.array(columns[field.name], field.type) for field in _ROWS], schema=_ROWS
        )
        db.insert(self._opened(), "received", table)

    def save(self, people: Mapping[str, str | None], links: Mapping[str, str]) -> None:
        """Keep what has changed about people."""
        rows = [
            (name, *row)
            for name, changed in zip(_LOGGED, (*split_groups(people), links), strict=True)
            for row in changed.items()
        ]
        if rows:
            columns = zip(*rows, strict=True)
            db.insert(
                self._opened(),
                "people_log",
                pa.table([pa.array(c, pa.string()) for c in columns], _LOG.names),
            )

    def explained(self, error: Exception) -> StoreError:
        """Return a failure in a user's words."""
        import duckdb

        if isinstance(error, StoreError):
            return error
        if isinstance(
            error, duckdb.DataError | duckdb.ConstraintException | duckdb.InvalidInputException
        ):
            return EventsRefused(f"{self.name} cannot hold these events")
        return db.failed(Path(self.name), error, "nothing was stored")

    @contextmanager
    def reading(self) -> Iterator[Callable[[str], pa.Table]]:
        """Give a way to ask."""
        with self._at_ease(), self.cursor() as cursor:
            yield partial(db.fetch, cursor)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the same file, for another thread."""
        cursor = self._opened().cursor()
        cursor.execute(f"USE {self._home}")
        return cursor

    @contextmanager
    def _at_ease(self) -> Iterator[None]:
        """Allow as much memory as questions about all rows take, which who only writes would fill with old blocks."""
        with self._looking, self.cursor() as cursor:
            cursor.execute(f"SET memory_limit = '{db.WRITING_MEMORY}'")
            try:
                yield
            finally:
                with suppress(
                    Exception
                ):  # it may be broken by now, or hold more at this moment
                    cursor.execute(f"SET memory_limit = '{MEMORY}'")

    def _noted(self) -> pa.Table:
        """Return the new keys as rows of `known`."""
        columns = (
            list(self._new),
            [self._asked[key] for key in self._new],
            [self._now_ms] * len(self._new),
        )
        return pa.table(
            [pa.array(c, f.type) for c, f in zip(columns, _KNOWN, strict=True)], schema=_KNOWN
        )

    def _load(self) -> SeenKeys:
        known = SeenKeys(_KEEP_MS, self.folder)
        seen = f"CASE WHEN starts_with(key, '{_AMPLITUDE}') THEN seen ELSE {FOR_EVER_MS} END AS seen"
        ((end,),) = self.run("SELECT coalesce(max(rowid) + 1, 0) FROM known")
        for first in range(0, end, MOST_MERGED):
            some = f"FROM known WHERE rowid >= {first} AND rowid < {first + MOST_MERGED}"
            known.add(
                from_table(db.fetch(self._opened(), f"SELECT {STORED}, {seen} {some}")), 0
            )
        return known

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise StoreError(f"{self.name} is not open")
        return self._connection

    def _check_own(self) -> None:
        for name, (schema, _) in TABLES.items():
            found = db.columns_of(self._opened(), name)
            added = ADDED_COLUMNS if name == "received" else ()
            before = schema.names[: len(schema.names) - len(added)]
            if found is not None and found.names not in (schema.names, before):
                raise StoreError(
                    f"{self.name}: {name} is there already and was not made by footfall serve\n"
                    "  nothing was changed\n  hint: name another file"
                )

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


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing."""
    version = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    (made_by,) = connection.execute(version).fetchall()[0]
    types = _TYPES | {"struct<>": "VARCHAR" if made_by.startswith("v1.") else _JSON}
    for name, schema in _MADE.items():
        columns = [
            f"{quote(f.name)} {types.get(str(f.type), 'VARCHAR')}{'' if f.nullable else ' NOT NULL'}"
            for f in schema
        ]
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)})")
    for name in ADDED_COLUMNS:
        connection.execute(f"ALTER TABLE received ADD COLUMN IF NOT EXISTS {name} VARCHAR")
    for name in _LOGGED:
        _make_view(connection, name, *TABLES[name][0].names)


def _make_view(connection: duckdb.DuckDBPyConnection, name: str, key: str, value: str) -> None:
    is_table = f"FROM duckdb_tables() WHERE table_name = '{name}'"  # as receivers made it before there was a log
    if connection.execute(is_table).fetchone():
        connection.execute(
            f"INSERT INTO people_log SELECT '{name}', {key}, {value} FROM {name}"
        )
        connection.execute(f"DROP TABLE {name}")
    connection.execute(
        f"CREATE VIEW IF NOT EXISTS {name} AS SELECT key AS {key}, value AS {value} FROM ("
        f"SELECT key, arg_max_null(value, rowid) AS value FROM people_log WHERE about = '{name}' GROUP BY key) "
        "WHERE value IS NOT NULL"
    )
