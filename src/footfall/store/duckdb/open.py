"""DuckDB as a store: a file of ours, or a database in memory over files of other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.errors import StoreError
from footfall.store.dialect import quote
from footfall.store.duckdb import connection as db
from footfall.store.duckdb import layout
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.duckdb.imported import holds_imported
from footfall.store.runs import RunInfo
from footfall.store.store import RUN_KEPT, Store
from footfall.store.tables import check_format

if TYPE_CHECKING:
    import duckdb


class DuckDBStore(Store):
    """A store that DuckDB reads.

    Args:
        path: Where it lies.
        connection: In which all relations exist; closed with the store.
    """

    dialect = DIALECT
    meta = "main"

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """Return the result of a query as an Arrow table."""
        with self._explained():
            return db.fetch(self._connection, sql, params)

    def _explained(self) -> AbstractContextManager[None]:
        """Turn what DuckDB says while it reads into a `StoreError`."""
        return db.reading(self.path)

    def limit_memory(self, size: str) -> None:
        """Bound what queries hold in memory."""
        self._connection.execute("SET memory_limit = ?", [size])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def check_contents(self) -> str:
        """Count rows, and read all tables, also those of others: DuckDB has a checksum of each block."""
        counted = self._check_runs()
        tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
        for schema, table in self.query(tables):
            self.query(f"SELECT bit_xor(hash(t)) FROM {quote(schema)}.{quote(table)} AS t")
        return f"{counted}, and can be read"

    def _remove(self, info: RunInfo) -> None:
        with db.explained(self.path, RUN_KEPT), db.transaction(self._connection):
            layout.make_meta(self._connection, self.path)
            layout.delete_run(self._connection, info.id, database=db.database_name(self.path))
        with db.explained(
            self.path, "the run is removed, but its room in the file is not free yet"
        ):
            # Deleted blocks are free within the file only after a checkpoint.
            self._connection.execute("CHECKPOINT")


def open_duckdb(path: Path, *, read_only: bool = True) -> Store:
    """Open a DuckDB file.

    Raises:
        StoreError: It cannot be opened, or footfall did not write it.
    """
    with ExitStack() as undo:
        connection = undo.enter_context(db.connect(path, read_only=read_only))
        runs = db.columns_of(connection, "main.runs")
        if runs is None:
            raise StoreError(f"{path} holds no runs: {_instead(connection)}")
        check_format(str(path), runs.names)
        undo.pop_all()
    return DuckDBStore(path, connection)


def _instead(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what a DuckDB file without runs is."""
    if holds_imported(connection):
        return "it holds events of others\n  hint: footfall report shows them"
    if db.columns_of(connection, "main.received") is not None:
        return (
            "it holds what footfall serve has received\n"
            "  hint: its table `received` has an event per row; docs/receiver.md shows how to query it"
        )
    return "it is a DuckDB file, but footfall did not write it"
