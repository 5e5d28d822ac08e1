"""The store that a path or address names; its backend is imported only then."""

from __future__ import annotations

from pathlib import Path

from footfall.errors import StoreError, UsageError
from footfall.store.files.layout import file_ledger_path
from footfall.store.postgres.address import is_address
from footfall.store.runs import RunInfo, named
from footfall.store.store import Store

_KINDS = ("duckdb", "parquet", "ndjson", "csv", "json")


def open_store(where: str | Path, *, read_only: bool = True) -> Store:
    """Open a store.

    Args:
        where: What `footfall run` has written: a DuckDB file, a folder of Parquet files, a
            PostgreSQL database, or a single file, of which only the ledger is read. As a path,
            or as it is written after `--to`.
        read_only: Another process may read at the same time, none may write. `Store.delete`
            needs False.

    Raises:
        StoreError: There is none, it is in use, or it was written by another program or
            version.

    Example:
        >>> with open_store("duckdb:footfall.duckdb") as store:  # doctest: +SKIP
        ...     store.query('SELECT stage, count(*) FROM "shop".users GROUP BY stage')
    """
    if is_address(str(where)):
        from footfall.store.postgres.open import open_postgres

        return open_postgres(str(where), read_only=read_only)
    if "://" in str(where):
        kind = str(where).partition("://")[0]
        raise UsageError(
            f"{kind}://… is no store\n  accepted: postgresql://USER@HOST/DATABASE, or a path"
        )
    path = path_of(str(where)).absolute()
    if not path.exists():
        raise StoreError(
            f"{path} does not exist\n  hint: `footfall run SCENARIO --to {where}` makes it"
        )
    return _open_path(path, read_only=read_only)


def runs(store: str | Path) -> list[RunInfo]:
    """Return the runs that a store holds, the one that was asked for last at the end.

    Example:
        >>> [info.scenario for info in footfall.runs("parquet:shop")]
        ['ecommerce']

    Args:
        store: Where it lies, as for `open_store`.

    Raises:
        StoreError: It cannot be read.
    """
    with open_store(store) as opened:
        return opened.runs()


def delete(store: str | Path, run: str) -> RunInfo:
    """Remove a run from a store: its events, changes, people and tallies; other runs stay as they are.

    Example:
        >>> footfall.delete("parquet:shop", footfall.runs("parquet:shop")[0].id).events
        1511

    Args:
        store: Where it lies, as for `open_store`.
        run: Id of the run, or its beginning.

    Returns:
        What was there of it.

    Raises:
        UsageError: There is no such run, or several begin like that.
        StoreError: The store cannot be written.
    """
    with open_store(store, read_only=False) as opened:
        info = named(opened.runs(), run)
        opened.delete(info.id)
    return info


def path_of(where: str) -> Path:
    """Return the path of a store that is no address.

    Args:
        where: The path, or what is written after `--to`: `parquet:shop`.
    """
    kind, colon, rest = where.partition(":")
    return Path(rest if colon and kind in _KINDS else where)


def _open_path(path: Path, *, read_only: bool) -> Store:
    from footfall.store.duckdb.open import open_duckdb
    from footfall.store.files.open import open_file, open_folder

    if path.is_dir():
        return open_folder(path)
    # A ledger beside a file says that the file is rows of a run, whatever its ending.
    if file_ledger_path(path).exists():
        return open_file(path)
    return open_duckdb(path, read_only=read_only)
