"""The sink into PostgreSQL: each part by COPY, with its ledger row and tallies, in one transaction."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.errors import StoreError, TransientSinkError
from footfall.net.clock import SystemClock
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.postgresql.copy_rows import copy_rows
from footfall.sinks.protocol import (
    Capabilities,
    CursorBook,
    Cursors,
    Guarantee,
    Partition,
    Payload,
    Placement,
    Prepared,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import Scratch, Spool, drop
from footfall.store.dialect import quote
from footfall.store.postgres import connection as pg
from footfall.store.postgres import layout
from footfall.store.postgres.address import Address
from footfall.store.schema_changes import check_chunk
from footfall.store.tables import SCENARIO_TABLES
from footfall.units import DAY_MS

T = TypeVar("T")

BLOCK_BYTES = 1 << 20
PATIENCE_S = 900.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 15.0
_LOCK_WAIT_S = 10.0
_KEPT = "every part committed before is kept"


class PostgresSink:
    """Writes runs into a PostgreSQL database.

    open: connected, the run locked for this process → commit, part by part; a connection that is lost is made anew, and
    the ledger tells whether the part in flight is there → close: indexes, once the run is complete.

    Args:
        url: `postgresql://USER@HOST:PORT/DATABASE`.
        partition: `day` makes a table per day of events, when the scenario's tables are first made; which way they were
            made counts from then on.
        patience_s: How long to wait for a server that is gone, before giving up; 0 is for ever.
    """

    placement: Placement = "worker"
    guarantee: Guarantee = "exactly once"

    def __init__(
        self, url: str, *, partition: Partition = "none", patience_s: float = PATIENCE_S
    ) -> None:
        self.address = Address(url)
        self._by_day, self._patience_s = partition == "day", patience_s
        self._scratch = Scratch(
            Path(tempfile.gettempdir()) / f"{_SCRATCH}{os.getpid()}-{id(self):x}"
        )
        self._connection: pg.Connection = None
        self._stop: threading.Event | None = None
        self._run: Run | None = None
        self._book: CursorBook | None = None
        self._is_by_day = False

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it, without the password."""
        return self.address.shown

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a database that is a store; it opens by its name, since the process knows the password."""
        return Capabilities(
            kind="postgresql",
            store=self.name,
            has_rows=True,
            can_partition=True,
            is_masked=bool(self.address.written_secrets),
        )

    def prepare(self, chunk: Chunk) -> Prepared:
        """Write a chunk's tables in the binary COPY format."""
        check_chunk(chunk)
        payloads = {name: self._encode(name, getattr(chunk, name)) for name in SCENARIO_TABLES}
        return prepared_of(chunk, payloads)

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Connect, lock the run, make what is missing."""
        key = (self.name, run.id)
        if key in _OPEN:
            raise StoreError(
                f"run {run.id} in {self.name} is already open in this process\n  hint: close it first"
            )
        self._connection = pg.connect(self.address)
        self._run = run
        _OPEN.add(key)
        try:
            _sweep()
            self._scratch.clear()
            self._lock()
            with pg.explaining(self.address), pg.transaction(self._connection):
                layout.only_one(self._connection)
                layout.make_meta(self._connection, self.address)
                layout.begin_run(
                    self._connection, self.address, run, by_day=self._by_day, fresh=fresh
                )
                self._is_by_day = layout.is_by_day(self._connection, run.stream.schema.scenario)
            self._look_up()
        except BaseException:
            self._let_go()
            raise
        assert self._book is not None
        return dict(self._book.cursors)

    def stop_on(self, stop: threading.Event) -> None:
        """Wait no longer for a server that is gone, once an event is set."""
        self._stop = stop

    def commit(self, prepared: Prepared) -> Receipt:
        """Copy a part's rows, its ledger row and its tallies in one transaction.

        Raises:
            TransientSinkError: The server has been gone for longer than the patience.
            StoreError: It is full, or refuses.
        """
        book = self._opened()
        try:
            if book.has(prepared) or not self._patiently(lambda: self._insert(prepared)):
                return Receipt(prepared.part, prepared.events, was_there_already=True)
        finally:
            drop(prepared.files)
        self._opened().move(prepared.part)
        return Receipt(prepared.part, prepared.events, size_bytes=prepared.size_bytes)

    def close(self, *, complete: bool) -> None:
        """Note whether the run is complete, and make the indexes if it is."""
        try:
            if complete and self._connection is not None:
                self._patiently(self._end)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._disconnect()
        self._scratch.clear()
        if self._run is not None:
            _OPEN.discard((self.name, self._run.id))
        self._run = self._book = None

    def _end(self) -> None:
        assert self._run is not None
        scenario = self._run.stream.schema.scenario
        with pg.transaction(self._connection):
            layout.end_run(self._connection, self._run)
        with pg.transaction(self._connection):
            layout.only_one(self._connection)
            layout.make_indexes(self._connection, scenario)

    def _encode(self, name: str, table: pa.Table) -> tuple[Payload, ...]:
        if not table.num_rows:
            return ()

        def write(spool: Spool) -> None:
            spool.writelines(copy_rows(table))

        return (self._scratch.write(name, table.num_rows, write),)

    def _insert(self, prepared: Prepared) -> bool:
        """Insert a part; return False if it had been inserted, by a commit whose answer was lost."""
        assert self._run is not None
        scenario = self._run.stream.schema.scenario
        with pg.transaction(self._connection):
            if not layout.put_part(self._connection, prepared.ledger_row()):
                return False
            if self._is_by_day:
                layout.make_days(self._connection, scenario, _days(prepared.part))
            for name in SCENARIO_TABLES:
                for payload in prepared.payloads[name]:
                    self._copy(f"{quote(scenario)}.{name}", self._columns[name], payload)
            layout.add_tallies(self._connection, prepared.run, prepared.tallies)
        return True

    def _copy(self, table: str, columns: str, payload: Payload) -> None:
        statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in _blocks(payload):
                copy.write(block)

    @property
    def _columns(self) -> dict[str, str]:
        from footfall.store.tables import scenario_tables

        assert self._run is not None
        tables = scenario_tables(self._run.stream.schema)
        return {name: ", ".join(map(quote, schema.names)) for name, schema in tables.items()}

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do something, again on a new connection when this one is lost."""
        psycopg = pg.driver()
        outage, wait = Outage(self.name, SystemClock(), self._patience_s), _FIRST_WAIT_S
        while True:
            try:
                self._connect_again()
                done = work()
            except psycopg.Error as error:
                problem = pg.explained(self.address, error, _KEPT)
                if not pg.is_passing(error):
                    raise problem from None
            except TransientSinkError as error:
                problem = error
            else:
                outage.worked()
                return done
            outage.failed(str(problem).partition("\n")[0].removeprefix(self.name).lstrip(": "))
            if outage.left_s < wait or self._is_stopped(wait):
                raise problem from None
            wait = min(2 * wait, _LONGEST_WAIT_S)

    def _is_stopped(self, wait_s: float) -> bool:
        """Wait; return True as soon as whoever drives this wants to leave."""
        if self._stop is not None:
            return self._stop.wait(wait_s)
        time.sleep(wait_s)
        return False

    def _connect_again(self) -> None:
        """Make a new connection if there is none that works, take the lock, and see what is there."""
        if (
            self._connection is not None
            and not self._connection.closed
            and not self._connection.broken
        ):
            return
        self._disconnect()
        self._connection = pg.connect(self.address)
        try:
            self._lock()
            self._look_up()
        except BaseException:
            self._disconnect()
            raise

    def _lock(self) -> None:
        """Take the run for this process; what a process that was killed held is free once the server has noticed.

        Raises:
            StoreError: Another process writes it.
        """
        assert self._run is not None
        key, give_up = layout.lock_key(self._run.id), time.monotonic() + _LOCK_WAIT_S
        with pg.explaining(self.address):
            while not self._connection.execute(
                "SELECT pg_try_advisory_lock(%s)", [key]
            ).fetchone()[0]:
                if time.monotonic() > give_up:
                    raise StoreError(
                        f"run {self._run.id} is being written to {self.name} by another process\n"
                        "  hint: wait until it has ended"
                    )
                time.sleep(_FIRST_WAIT_S)

    def _look_up(self) -> None:
        assert self._run is not None
        with pg.explaining(self.address):
            self._book = CursorBook(self._run, layout.cursors(self._connection, self._run.id))

    def _opened(self) -> CursorBook:
        if self._book is None:
            raise StoreError(f"{self.name} is not open")
        return self._book

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(
                Exception
            ):  # it may be broken in any way; the server gives the lock back
                connection.close()


_OPEN: set[tuple[str, str]] = set()
"""What this process has open: asking the server would mean to wait for oneself."""

_SCRATCH = "footfall-postgresql-"


def _sweep() -> None:
    """Remove the files of processes that were killed."""
    if os.name == "nt":
        return  # asking for a process there may end it
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        pid = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            Scratch(folder).clear()
        except (OSError, ValueError):
            continue


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
