"""The sink into PostgreSQL: a part by COPY, its ledger row, its tallies: one transaction."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TypeVar

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.errors import StoreError, TransientSinkError
from footfall.net.clock import SystemClock
from footfall.net.retry import backoff_s
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.postgresql.copy_rows import copy_rows
from footfall.sinks.protocol import Capabilities, Cursors, Partition, Payload, Prepared
from footfall.sinks.scratch import temporary_scratch
from footfall.sinks.store_sink import StoreSink
from footfall.store.dialect import quote
from footfall.store.durable import PARTS_KEPT, Claim
from footfall.store.postgres import connection as pg
from footfall.store.postgres import layout
from footfall.store.postgres.address import Address
from footfall.store.postgres.dialect import DIALECT
from footfall.store.postgres.owned_tables import only_one
from footfall.store.tables import SCENARIO_TABLES, scenario_tables
from footfall.units import DAY_MS

T = TypeVar("T")

BLOCK_BYTES = 1 << 20
PATIENCE_S = 900.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 15.0
# A killed process holds its lock until the server reads from its broken connection: mostly at
# once.
_LOCK_WAIT_S = 10.0


class PostgresSink(StoreSink):
    """A sink into a PostgreSQL database.

    open: connected, the run locked for this process → commit, part by part; a connection that
    is lost is made anew, and the ledger tells whether the part in flight is there → close:
    indexes, once the run is complete.

    Args:
        url: `postgresql://USER@HOST:PORT/DATABASE`.
        partition: `day` makes a table per day of events, when the scenario's tables are first
            made; which way they were made counts from then on.
        patience_s: How long to wait for a server that is gone, before giving up; 0 is for ever.
    """

    def __init__(
        self, url: str, *, partition: Partition = "none", patience_s: float = PATIENCE_S
    ) -> None:
        super().__init__()
        self.address = Address(url)
        self._by_day, self._patience_s = partition == "day", patience_s
        self._scratch = temporary_scratch()
        self._stop: threading.Event | None = None

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it, without the password."""
        return self.address.shown

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a database that is a store, opened by name: the password is known."""
        return Capabilities(
            kind="postgresql",
            store=self.name,
            has_rows=True,
            can_partition=True,
            is_masked=bool(self.address.written_secrets),
        )

    def explained(self, kept: str) -> AbstractContextManager[None]:
        """Turn errors of the driver into ours."""
        return pg.explaining(self.address, kept)

    def stop_on(self, stop: threading.Event) -> None:
        """Wait no longer for a server that is gone, once an event is set."""
        self._stop = stop

    def encode(self, chunk: Chunk, table: str, rows: pa.Table) -> Iterator[Payload]:  # noqa: ARG002 - its rows are enough
        """Write a table in the binary COPY format."""
        yield self._scratch.write(
            table, rows.num_rows, lambda spool: spool.writelines(copy_rows(rows))
        )

    def begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> _Writer:
        """Connect, lock the run, make what is missing."""
        # The lock of the database is the session's: this process would get it a second time.
        stack.enter_context(Claim(f"run {run.id} in {self.name}"))
        writer = _Writer(self.address, run, self._patience_s, self._stop)
        stack.callback(self._scratch.clear)
        stack.callback(writer.disconnect)
        writer.connect()
        self._scratch.clear()
        writer.begin(by_day=self._by_day, fresh=fresh)
        return writer


class _Writer:
    """A run that is being written, on a connection that is made anew when it is lost.

    Args:
        address: The database.
        run: The run.
        patience_s: How long to wait for a server that is gone; 0 is for ever.
        stop: Ends the trying as soon as it is set.
    """

    def __init__(
        self, address: Address, run: Run, patience_s: float, stop: threading.Event | None
    ) -> None:
        self._address, self._run = address, run
        self._patience_s, self._stop = patience_s, stop
        self._connection: pg.Connection = None
        self._is_by_day = False
        self.cursors: Cursors = {}
        tables = scenario_tables(run.stream.schema)
        self._columns = {
            name: ", ".join(map(quote, schema.names)) for name, schema in tables.items()
        }

    def connect(self) -> None:
        """Open a connection."""
        self._connection = pg.connect(self._address)

    def disconnect(self) -> None:
        """Close the connection, however broken it is; the server frees the lock by itself."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def begin(self, *, by_day: bool, fresh: bool) -> None:
        """Take the run for this process, and make what is missing for it."""
        self._lock()
        with pg.transaction(self._connection):
            only_one(self._connection)
            layout.make_meta(self._connection, self._address)
            layout.begin_run(
                self._connection, self._address, self._run, by_day=by_day, fresh=fresh
            )
            scenario = self._run.stream.schema.scenario
            self._is_by_day = layout.is_by_day(self._connection, scenario)
        self._look_up()

    def write(self, prepared: Prepared) -> int | None:
        """Copy a part's rows, its ledger row and its tallies in one transaction.

        Raises:
            TransientSinkError: The server has been gone for longer than the patience.
            StoreError: It is full, or refuses.
        """
        is_new = self._patiently(lambda: self._insert(prepared))
        return prepared.size_bytes if is_new else None

    def end(self, *, complete: bool) -> None:
        """Make the indexes, if the run is complete."""
        if complete:
            self._patiently(self._complete)

    def _complete(self) -> None:
        with pg.transaction(self._connection):
            layout.end_run(self._connection, self._run)
        # In a transaction of its own: the run is complete also while others make tables.
        with pg.transaction(self._connection):
            only_one(self._connection)
            layout.make_indexes(self._connection, self._run.stream.schema.scenario)

    def _insert(self, prepared: Prepared) -> bool:
        """Insert a part; return False if a commit whose answer was lost had inserted it."""
        scenario = self._run.stream.schema.scenario
        with pg.transaction(self._connection):
            # The ledger row first: its key refuses a part that is there before any row is
            # copied.
            if not layout.put_part(self._connection, prepared.ledger_row()):
                return False
            if self._is_by_day:
                layout.make_days(self._connection, scenario, _days(prepared.part))
            # Binary COPY never converts: columns are named, and come in the order of the
            # encoded ones.
            for name in SCENARIO_TABLES:
                for payload in prepared.payloads[name]:
                    self._copy(DIALECT.rows(scenario, name), self._columns[name], payload)
            layout.add_tallies(self._connection, prepared.run, prepared.tallies)
        return True

    def _copy(self, table: str, columns: str, payload: Payload) -> None:
        statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in _blocks(payload):
                copy.write(block)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do something, again on a new connection when this one is lost."""
        psycopg = pg.driver()
        outage = Outage(self._address.shown, SystemClock(), self._patience_s)
        attempts = 0
        while True:
            attempts += 1
            try:
                self._connect_again()
                done = work()
            except psycopg.Error as error:
                problem = pg.explained(self._address, error, PARTS_KEPT)
                if not pg.is_passing(error):
                    raise problem from None
            except TransientSinkError as error:
                problem = error
            else:
                outage.worked()
                return done
            outage.failed(
                str(problem).partition("\n")[0].removeprefix(self._address.shown).lstrip(": ")
            )
            wait_s = backoff_s(
                self._address.shown, attempts, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S
            )
            if outage.left_s < wait_s or self._is_stopped(wait_s):
                raise problem from None

    def _is_stopped(self, wait_s: float) -> bool:
        """Wait; return True as soon as whoever drives this wants to leave."""
        if self._stop is not None:
            return self._stop.wait(wait_s)
        time.sleep(wait_s)
        return False

    def _connect_again(self) -> None:
        """Connect if no connection works; then lock the run again, and see what is there."""
        if (
            self._connection is not None
            and not self._connection.closed
            and not self._connection.broken
        ):
            return
        self.disconnect()
        self.connect()
        try:
            self._lock()
            self._look_up()
        except BaseException:
            self.disconnect()
            raise

    def _lock(self) -> None:
        """Lock the run for this session; a killed one's lock is free after a while.

        Raises:
            StoreError: Another process writes it.
        """
        key, give_up = layout.lock_key(self._run.id), time.monotonic() + _LOCK_WAIT_S
        with pg.explaining(self._address):
            while not self._connection.execute(
                "SELECT pg_try_advisory_lock(%s)", [key]
            ).fetchone()[0]:
                if time.monotonic() > give_up:
                    raise StoreError(
                        f"run {self._run.id} is being written to {self._address.shown} by another process\n"
                        "  hint: wait until it has ended"
                    )
                time.sleep(_FIRST_WAIT_S)

    def _look_up(self) -> None:
        with pg.explaining(self._address):
            # Into the same mapping, which the frame holds: another process may have had the
            # lock meanwhile.
            found = layout.cursors(self._connection, self._run.id)
        self.cursors.clear()
        self.cursors.update(found)


def _days(part: Part) -> Iterator[str]:
    """Yield the days of a part's span, in UTC."""
    day = part.from_ms - part.from_ms % DAY_MS
    while day < part.until_ms:
        yield dt.datetime.fromtimestamp(day / 1000, dt.UTC).date().isoformat()
        day += DAY_MS


def _blocks(payload: Payload) -> Iterator[bytes]:
    if payload.file is None:
        yield payload.data or b""
        return
    with payload.file.open("rb") as source:
        while block := source.read(BLOCK_BYTES):
            yield block
