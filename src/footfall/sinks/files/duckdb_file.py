"""The sink into a DuckDB file: each part with its ledger row and tallies in one transaction."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.errors import DamagedError, FootfallError, InUseError
from footfall.sinks.protocol import Capabilities, Payload, Prepared
from footfall.sinks.scratch import Scratch, read_arrow
from footfall.sinks.store_sink import NOTHING_CHANGED, StoreSink
from footfall.store.committed_files import OpenedFile
from footfall.store.duckdb import connection as db
from footfall.store.duckdb import layout
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.duckdb.open import DuckDBStore, open_duckdb
from footfall.store.duckdb.set_aside import set_aside
from footfall.store.durable import Claim
from footfall.store.runs import RunInfo, named, rows_to_arrow
from footfall.store.store import Store
from footfall.store.tables import LEDGER

if TYPE_CHECKING:
    import duckdb

AGAIN = "move away what is there now, and run the same command again: it makes a new one"
"""A hint: all that is known of a run is in the file."""


class DuckDBSink(StoreSink):
    """A sink into a DuckDB file.

    Workers hand over Arrow IPC files, which the owner maps into memory: measured on rows of the
    shop's shape, writing one takes 0.13 µs per row, a Parquet file without compression 1.0 µs,
    and reading it as much again.

    Args:
        path: The file; made with its folder if it is not there.
    """

    ignores_case = True

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = Path(path)
        self._scratch = Scratch(self.path.with_name(self.path.name + ".scratch"))

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return f"duckdb:{self.path}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a file that is a store; bytes measured with the shipped scenarios."""
        return Capabilities(
            kind="duckdb",
            path=self.path,
            store=f"duckdb:{self.path}",
            has_rows=True,
            event_bytes=90,
        )

    def explained(self, kept: str) -> AbstractContextManager[None]:
        """Turn errors of DuckDB and of the system into ours."""
        return db.explained(self.path, kept)

    def encode(self, chunk: Chunk, table: str, rows: pa.Table) -> Iterator[Payload]:  # noqa: ARG002 - its rows are enough
        """Write a table as an Arrow IPC stream."""
        yield self._scratch.write_arrow(table, _readable(rows), db.ROW_GROUP_ROWS)

    def begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> _Writer:
        """Open the file, note the run, make room for its columns."""
        # DuckDB locks its file against other processes; within this one it would open it twice.
        stack.enter_context(Claim(self.path.absolute()))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._begin(run, stack, fresh=fresh)
        except DamagedError as damage:
            aside = set_aside(self.path) if fresh else None
            if aside is None:
                raise
            sys.stderr.write(
                f"{str(damage).splitlines()[0]}; it is kept as {aside}, with all that it holds\n"
            )
        return self._begin(run, stack, fresh=fresh)

    def _begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> _Writer:
        with ExitStack() as undo, self.explained(NOTHING_CHANGED):
            connection = undo.enter_context(db.connect(self.path, read_only=False))
            # The lock is ours now, so what lies in the folder was left by a process that is gone.
            self._scratch.clear()
            undo.callback(self._scratch.clear)
            db.check_size(connection, self.path)
            with db.transaction(connection):
                layout.make_meta(connection, self.path)
                database = db.database_name(self.path)
                layout.begin_run(connection, run, fresh=fresh, database=database)
            stack.push(undo.pop_all())
        return _Writer(connection, run, self.path)


def _readable(table: pa.Table) -> pa.Table:
    """Return a table without lists of dictionary texts.

    DuckDB cannot read a batch in which all such lists are empty.
    """
    wanted = pa.schema([field.with_type(_plain_lists(field.type)) for field in table.schema])
    return table if wanted == table.schema else table.cast(wanted)


def _plain_lists(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain_lists(field.type)) for field in kind])
    if not pa.types.is_list(kind):
        return kind
    element = kind.value_type
    return pa.list_(
        element.value_type if pa.types.is_dictionary(element) else _plain_lists(element)
    )


class _Writer:
    """A run that is being written.

    Args:
        connection: To the file, in which the run has begun; closed by the caller.
        run: The run.
        path: The file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, run: Run, path: Path) -> None:
        self._connection, self._run, self._path = connection, run, path
        self._opened = OpenedFile(path, AGAIN, self._has_parts)
        self.cursors = layout.cursors(connection, run.id)

    def _has_parts(self) -> bool:
        # Of any run: a file holds several, and a lost one is to be missed for all of them.
        rows = self._connection.execute("SELECT 1 FROM main.ledger LIMIT 1")
        return rows.fetchone() is not None

    def write(self, prepared: Prepared) -> int:
        self._check()
        scenario = self._run.stream.schema.scenario
        with db.transaction(self._connection):
            for name, payloads in prepared.payloads.items():
                for payload in payloads:
                    db.insert(
                        self._connection, DIALECT.rows(scenario, name), read_arrow(payload)
                    )
            ledger_row = rows_to_arrow(LEDGER, [prepared.ledger_row()])
            db.insert(self._connection, "main.ledger", ledger_row)
            layout.add_tallies(self._connection, prepared.run, prepared.tallies)
        return prepared.size_bytes

    def end(self, *, complete: bool) -> None:
        if complete:
            self._check()
            with db.transaction(self._connection):
                layout.end_run(self._connection, self._run)
            self._look_again()

    def _check(self) -> None:
        """Check that the file is there, and not shorter than what lies in it."""
        self._opened.check()
        db.check_size(self._connection, self._path)

    def _look_again(self) -> None:
        """Close the file and look at the run as others will find it: DuckDB reads nothing that it has in memory."""
        noted = self._noted(DuckDBStore(self._path, self._connection))
        self._connection.close()
        try:
            with open_duckdb(self._path) as store:
                found = self._noted(store)
                store.check_run(found)
        except InUseError:
            return  # whoever has it by now could open it, too
        except FootfallError as error:
            raise self._damaged(str(error)) from None
        if found != noted:
            raise self._damaged(f"what it knows of run {noted.id} is not what was written")

    def _noted(self, store: Store) -> RunInfo:
        return named(store.runs(), self._run.id)

    def _damaged(self, found: str) -> DamagedError:
        return DamagedError(
            f"{self._path} was damaged while it was written\n  {found.splitlines()[0]}\n  hint: {AGAIN}"
        )
