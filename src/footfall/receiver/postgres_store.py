"""The event store in a PostgreSQL database: the tables of the schema `receiver`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pyarrow as pa

from footfall.errors import FootfallError, StoreError
from footfall.receiver.event_store import (
    ADDED_COLUMNS,
    TABLES,
    EventsRefused,
    EventStore,
    columns_of,
)
from footfall.receiver.intake import Row
from footfall.sinks.postgresql.copy_rows import copy_rows
from footfall.store.postgres import connection as pg
from footfall.store.postgres.address import Address
from footfall.store.postgres.owned_tables import MADE, comment_on, make_tables

SCHEMA = "receiver"
LONGEST_LOOK_S = 20
_ROWS = TABLES["received"][0]
_AT_FAULT = ("22", "23", "54")
"""Classes of errors that are the data's fault: bad data, violated constraints, limits."""


class PostgresEventStore(EventStore):
    """A PostgreSQL database; one receiver at a time can have its schema.

    Args:
        url: `postgresql://USER@HOST:PORT/DATABASE`.
    """

    json = "jsonb"
    latest = "received DESC, ctid DESC"

    def __init__(self, url: str) -> None:
        self.address = Address(url)
        self._connection: pg.Connection = None

    @property
    def name(self) -> str:
        """The address, without the password."""
        return self.address.shown

    def open(self) -> None:
        """Connect, keep other receivers away, and make the tables that are missing."""
        self.close()
        self._connection = pg.connect(self.address)
        try:
            with pg.explaining(self.address):
                self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be broken in any way
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, or nothing of it."""
        with pg.transaction(self._opened()):
            yield

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement."""
        cursor = self._opened().execute(sql.replace("?", "%s"), values or None)
        return list(cursor.fetchall()) if cursor.description else []

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, as the server sends them."""
        with self._opened().cursor() as cursor:
            yield from cursor.stream(sql)

    def insert(self, rows: Sequence[Row], now_ms: int) -> None:
        """Add events, by COPY."""
        columns = columns_of(rows, now_ms)
        # Objects come as JSON texts already, whatever members they have.
        kinds = [
            pa.json_() if pa.types.is_struct(field.type) else field.type for field in _ROWS
        ]
        arrays = [
            pa.array(columns[name], kind) for name, kind in zip(_ROWS.names, kinds, strict=True)
        ]
        statement = f"COPY received ({', '.join(_ROWS.names)}) FROM STDIN (FORMAT BINARY)"
        with self._opened().cursor() as cursor, cursor.copy(statement) as copy:
            for piece in copy_rows(pa.table(arrays, names=_ROWS.names)):
                copy.write(piece)

    def explained(self, error: Exception) -> StoreError:
        """Return a failure in a user's words."""
        if isinstance(error, pg.driver().Error):
            if (error.sqlstate or "").startswith(_AT_FAULT):
                return EventsRefused(f"{self.name} cannot hold these events")
            error = pg.explained(self.address, error, "nothing was stored")
        if isinstance(error, StoreError):
            return error
        text = (
            str(error)
            if isinstance(error, FootfallError)
            else f"{self.name}: {type(error).__name__}"
        )
        return StoreError(text)

    @contextmanager
    def reading(self) -> Iterator[Callable[[str], pa.Table]]:
        """Give a way to ask, over a connection of its own."""
        connection = pg.connect(self.address)
        try:
            with pg.explaining(self.address):
                connection.execute(f"SET search_path = {SCHEMA}")
                # Nobody waits longer for a page; the database must not go on counting for it.
                connection.execute(f"SET statement_timeout = '{LONGEST_LOOK_S}s'")
                yield partial(pg.fetch, connection)
        finally:
            connection.close()

    def _prepare(self) -> None:
        with pg.transaction(self._connection):
            self._add_columns()
            make_tables(self._connection, self.address, SCHEMA, TABLES)
            self._connection.execute(
                f"CREATE INDEX IF NOT EXISTS received_received ON {SCHEMA}.received (received)"
            )
        self._connection.execute(f"SET search_path = {SCHEMA}")
        # A lock of the connection: the server lets it go when the receiver dies, however.
        lock = f"SELECT pg_try_advisory_lock(hashtext('footfall {SCHEMA}'))"
        if not self._connection.execute(lock).fetchone()[0]:
            raise StoreError(
                f"{self.name} is in use by another receiver\n  hint: end that one, or name another database"
            )

    def _add_columns(self) -> None:
        """Give a table that was made before they were there its last columns."""
        condition = "n.nspname = %s AND c.relname = %s"
        if comment_on(self._connection, condition, [SCHEMA, "received"]) == MADE:
            added = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} text" for name in ADDED_COLUMNS)
            self._connection.execute(f"ALTER TABLE {SCHEMA}.received {added}")

    def _opened(self) -> pg.Connection:
        if self._connection is None:
            raise StoreError(f"{self.name} is not open")
        return self._connection
