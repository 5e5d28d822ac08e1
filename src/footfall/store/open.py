"""Opens what a run has written, to query it with SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from footfall.errors import StoreError, UsageError
from footfall.events.chunk import Tallies
from footfall.store import duck, layout
from footfall.store.dialect import Dialect, DuckDB
from footfall.store.runs import RunInfo, info_of, rows_of_arrow
from footfall.store.tables import RUNS, TALLIES
from footfall.store.tallies import tallies_of

if TYPE_CHECKING:
    import duckdb


class Store:
    """A store that is open: relations `"<scenario>".events`, `main.runs` and so on, to be queried with SQL.

    A context manager. Every relation has a column `run`.

    Args:
        path: Where it lies.
        connection: A DuckDB connection in which all relations exist.
    """

    dialect: Dialect = DuckDB()

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """Return the result of a query as an Arrow table.

        Args:
            sql: One SELECT.
            params: Values for the question marks in it.

        Raises:
            StoreError: The query failed.
        """
        import duckdb

        try:
            return duck.fetch(self._connection, sql, params)
        except duckdb.Error as error:
            raise duck.failed(self.path, error, "nothing was changed") from error

    def query(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the result of a query as rows: few, they become Python objects; times are datetimes in UTC."""
        table = self.arrow(sql, params)
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def runs(self) -> list[RunInfo]:
        """Return the runs that are here, oldest first."""
        columns = ", ".join(f"r.{name}" for name in RUNS.names)
        sums = ", ".join(f"CAST(coalesce(sum({n}), 0) AS BIGINT) AS {n}" for n in ("events", "changes", "arrivals"))
        table = self.arrow(f"""
            SELECT {columns}, l.events, l.changes, l.arrivals, l.parts FROM main.runs AS r JOIN (
                SELECT r.run, {sums}, count(l.run) AS parts
                FROM main.runs AS r LEFT JOIN main.ledger AS l ON l.run = r.run GROUP BY r.run
            ) AS l ON l.run = r.run ORDER BY r.created, r.run""")
        return [info_of(row) for row in rows_of_arrow(table)]

    def tallies(self, run: str) -> Tallies:
        """Return what the engine counted, over all parts of a run that are here."""
        return tallies_of(lambda name: self._tally(name, run))

    def _tally(self, name: str, run: str) -> list[dict[str, Any]]:
        keys = ", ".join(TALLIES[name][0])
        return rows_of_arrow(self.arrow(f"SELECT * FROM main.{name} WHERE run = ? ORDER BY {keys}", [run]))

    def delete(self, run: str) -> None:
        """Remove a run and everything of it.

        Args:
            run: Its id.

        Raises:
            UsageError: There is no such run.
            StoreError: The store was opened to be read only, or cannot be written.
        """
        import duckdb

        require_run(self.runs(), run)
        try:
            with transaction(self._connection):
                layout.delete_run(self._connection, run)
            self._connection.execute("CHECKPOINT")
        except duckdb.Error as error:
            raise duck.failed(self.path, error, "the run is still there, whole") from None

    def limit_memory(self, size: str) -> None:
        """Bound what queries hold in memory (`"800MB"`); what does not fit goes to disk for a while."""
        self._connection.execute("SET memory_limit = ?", [size])

    def close(self) -> None:
        """Close the store."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def require_run(runs: Sequence[RunInfo], run: str) -> None:
    """Check that a run is among those of a store.

    Raises:
        UsageError: It is not; the error lists those that are.
    """
    if run not in {info.id for info in runs}:
        have = "\n".join(f"  {info.id}  {info.scenario}, {info.state}" for info in runs) or "  it holds no runs"
        raise UsageError(f"there is no run {run}\n{have}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    import duckdb

    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a full disk invalidates the whole connection: then nothing is left to roll back
            connection.execute("ROLLBACK")
        raise


def open_store(where: str | Path, *, read_only: bool = True) -> Store:
    """Open a store.

    Args:
        where: A DuckDB file or a folder of Parquet files, as `footfall run` writes them, after `duckdb:` or `parquet:`
            or without.
        read_only: Another process may read at the same time, none may write. `Store.delete` needs False.

    Raises:
        StoreError: There is none, it is in use, or it was written by another program or version.
    """
    kind, path = _locate(str(where))
    if not path.exists():
        raise StoreError(f"{path} does not exist\n  hint: `footfall run SCENARIO --to {kind}:{path}` makes it")
    if path.is_dir():
        raise StoreError(f"{path} is a folder; this version reads DuckDB files")
    return _open_duckdb(path, read_only=read_only)


def _locate(where: str) -> tuple[str, Path]:
    kind, colon, rest = where.partition(":")
    if colon and kind in {"duckdb", "parquet"}:
        return kind, Path(rest)
    return "duckdb", Path(where)


def _open_duckdb(path: Path, *, read_only: bool) -> Store:
    connection = duck.connect(path, read_only=read_only)
    if duck.columns_of(connection, "main.runs") is None:
        connection.close()
        raise StoreError(f"{path} holds no runs: it is a DuckDB file, but footfall did not write it")
    return Store(path, connection)
