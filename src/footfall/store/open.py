"""Opens what a run has written, to query it with SQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from footfall.data.chunk import Tallies
from footfall.errors import StoreError, UsageError
from footfall.store.dialect import Dialect, DuckDB
from footfall.store.duckdb import duckdb_connection, layout
from footfall.store.durable import Lock
from footfall.store.file_ledger import FileLedger, ledger_of, lock_of
from footfall.store.parquet_folder import delete_files, ledger_path, lock_path, write_manifest
from footfall.store.postgres.address import is_address
from footfall.store.runs import RunInfo, info_of, python_values, rows_of_arrow
from footfall.store.tables import RUNS, TALLIES
from footfall.store.tally_tables import tallies_of

if TYPE_CHECKING:
    import duckdb

_KINDS = ("duckdb", "parquet", "ndjson", "csv", "json")


class Store:
    """A store that is open: relations `"<scenario>".events`, `main.runs` and so on, to be queried with SQL.

    A context manager. Every relation has a column `run`.

    Args:
        path: Where it lies.
        connection: A DuckDB connection in which all relations exist.
        has_rows: Whether there are `"<scenario>".events` and so on; a single file keeps only runs and tallies.
    """

    dialect: Dialect = DuckDB()
    meta = "main"
    """Name of the schema that holds what is about runs."""

    def __init__(
        self, path: Path, connection: duckdb.DuckDBPyConnection, *, has_rows: bool = True
    ) -> None:
        self.path = path
        self.has_rows = has_rows
        self._connection = connection

    @property
    def name(self) -> str:
        """Where it lies, for people."""
        return str(self.path)

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """Return the result of a query as an Arrow table.

        Args:
            sql: One SELECT.
            params: Values for the question marks in it.

        Raises:
            StoreError: The query failed.
        """
        with duckdb_connection.explained(self.path, "nothing was changed"):
            return duckdb_connection.fetch(self._connection, sql, params)

    def query(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the result of a query as rows: few, they become Python objects.

        Times are datetimes in UTC; sums of integers are integers, however wide.
        """
        table = self.arrow(sql, params)
        return list(zip(*(python_values(column) for column in table.columns), strict=True))

    def runs(self) -> list[RunInfo]:
        """Return the runs that are here, oldest first."""
        columns = ", ".join(f"r.{name}" for name in RUNS.names)
        sums = ", ".join(
            f"CAST(coalesce(sum({n}), 0) AS BIGINT) AS {n}"
            for n in ("events", "changes", "arrivals")
        )
        table = self.arrow(f"""
            SELECT {columns}, l.events, l.changes, l.arrivals, l.parts FROM {self.meta}.runs AS r JOIN (
                SELECT r.run, {sums}, count(l.run) AS parts
                FROM {self.meta}.runs AS r LEFT JOIN {self.meta}.ledger AS l ON l.run = r.run GROUP BY r.run
            ) AS l ON l.run = r.run ORDER BY r.created, r.run""")
        return [info_of(row) for row in rows_of_arrow(table)]

    def tallies(self, run: str) -> Tallies:
        """Return what the engine counted, over all parts of a run that are here.

        A store of an earlier version may lack a table of tallies: then nothing was counted for it.
        """
        return tallies_of(lambda name: self._tally(name, run))

    def _tally(self, name: str, run: str) -> list[dict[str, Any]]:
        of_tables = (
            "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
        )
        if not self.arrow(of_tables, [self.meta, name]).num_rows:
            return []
        keys = ", ".join(TALLIES[name][0])
        return rows_of_arrow(
            self.arrow(f"SELECT * FROM {self.meta}.{name} WHERE run = ? ORDER BY {keys}", [run])
        )

    def delete(self, run: str) -> None:
        """Remove a run and everything of it.

        Args:
            run: Its id.

        Raises:
            UsageError: There is no such run.
            StoreError: The store was opened to be read only, is being written, or cannot be.
        """
        infos = self.runs()
        found = next((info for info in infos if info.id == run), None)
        if found is None:
            have = "\n".join(f"  {info.id}  {info.scenario}, {info.state}" for info in infos)
            raise UsageError(
                f"there is no run {run} in {self.name}\n{have or '  it holds no runs'}"
            )
        self._remove(found)

    def _remove(self, info: RunInfo) -> None:
        with duckdb_connection.explained(self.path, "the run is still there, whole"):
            with duckdb_connection.transaction(self._connection):
                layout.make_meta(self._connection, self.path)
                layout.delete_run(self._connection, info.id)
            self._connection.execute("CHECKPOINT")

    def limit_memory(self, size: str) -> None:
        """Bound what queries hold in memory (`"800MB"`); what does not fit goes to disk for a while."""
        self._connection.execute("SET memory_limit = ?", [size])

    def close(self) -> None:
        """Close the store."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class _ParquetStore(Store):
    """A folder of Parquet files; the relations are views over the files that the ledger knew when it was opened."""

    def _remove(self, info: RunInfo) -> None:
        with (
            Lock(lock_path(self.path), self.path),
            FileLedger(ledger_path(self.path)) as ledger,
        ):
            ledger.delete(info.id)
            write_manifest(self.path, ledger)
            delete_files(self.path, info.scenario, info.id)
        self._connection.close()
        self._connection = duckdb_connection.connect_memory(self.path)
        self._load()

    def _load(self) -> None:
        with FileLedger(ledger_path(self.path)) as ledger:
            layout.load_ledger(self._connection, ledger)
            layout.make_file_views(self._connection, self.path, ledger)


class _FileStore(Store):
    """A single file: only its ledger can be queried."""

    def _remove(self, info: RunInfo) -> None:
        del info
        with Lock(lock_of(self.path), self.path):
            self.path.unlink(missing_ok=True)
            ledger_of(self.path).unlink()
        self._connection.execute("DELETE FROM main.runs")


def open_store(where: str | Path, *, read_only: bool = True) -> Store:
    """Open a store.

    Args:
        where: What `footfall run` has written: a DuckDB file, a folder of Parquet files, a PostgreSQL database, or a
            single file, of which only the ledger is read. As a path, or as it is written after `--to`.
        read_only: Another process may read at the same time, none may write. `Store.delete` needs False.

    Raises:
        StoreError: There is none, it is in use, or it was written by another program or version.
    """
    if is_address(str(where)):
        from footfall.store.postgres.open import open_postgres

        return open_postgres(str(where), read_only=read_only)
    if "://" in str(where):
        kind = str(where).partition("://")[0]
        raise UsageError(
            f"{kind}://… is no store\n  accepted: postgresql://USER@HOST/DATABASE, or a path"
        )
    path = _located(str(where))
    if not path.exists():
        raise StoreError(
            f"{path} does not exist\n  hint: `footfall run SCENARIO --to {where}` makes it"
        )
    if path.is_dir():
        return _open_parquet(path)
    if ledger_of(path).exists():
        return _open_file(path)
    return _open_duckdb(path, read_only=read_only)


def _located(where: str) -> Path:
    kind, colon, rest = where.partition(":")
    return Path(rest if colon and kind in _KINDS else where).absolute()


def _open_duckdb(path: Path, *, read_only: bool) -> Store:
    connection = duckdb_connection.connect(path, read_only=read_only)
    if duckdb_connection.columns_of(connection, "main.runs") is None:
        connection.close()
        raise StoreError(
            f"{path} holds no runs: it is a DuckDB file, but footfall did not write it"
        )
    return Store(path, connection)


def _open_parquet(folder: Path) -> Store:
    if not ledger_path(folder).exists():
        raise StoreError(
            f"{folder} is no store: it has no ledger ({ledger_path(folder).relative_to(folder)})"
        )
    store = _ParquetStore(folder, duckdb_connection.connect_memory(folder))
    store._load()  # noqa: SLF001 - the class is this module's own
    return store


def _open_file(path: Path) -> Store:
    connection = duckdb_connection.connect_memory(path.parent)
    with FileLedger(ledger_of(path)) as ledger:
        layout.load_ledger(connection, ledger)
    return _FileStore(path, connection, has_rows=False)
