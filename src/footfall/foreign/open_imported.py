"""Opens events of others that a store holds as an event source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footfall.errors import StoreError
from footfall.foreign.event_source import EventSource, close_doors, connect
from footfall.foreign.typed_columns import typed_source
from footfall.foreign.vendors import ANY_CALLS
from footfall.store.dialect import literal
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.imported import has_events
from footfall.store.files.damage import damage_named
from footfall.store.files.imported import imported_files
from footfall.store.files.layout import folder_ledger_path
from footfall.store.imported import COLUMNS
from footfall.store.open import path_of
from footfall.store.postgres.address import Address, is_address

if TYPE_CHECKING:
    import duckdb

_COLUMNS = "insert_id, event_type, time, user_id, device_id, session_id, log, event_properties"


def holds_imported_alone(where: str | Path) -> bool:
    """Return whether a store holds events of others, and no runs."""
    if is_address(str(where)):
        from footfall.store.postgres.imported import holds_alone

        return holds_alone(Address.of(str(where)))
    path = path_of(str(where))
    if path.is_dir():
        return bool(imported_files(path)) and not folder_ledger_path(path).exists()
    return _is_duckdb(path) and has_events(path, alone=True)


def open_imported(where: str | Path) -> EventSource:
    """Open events of others that a store holds.

    Raises:
        StoreError: It holds none, or cannot be read.
    """
    if is_address(str(where)):
        return _postgres(Address.of(str(where)))
    path = path_of(str(where))
    return _folder(path) if path.is_dir() else _duckdb(path)


def _is_duckdb(path: Path) -> bool:
    if not path.is_file():  # a pipe would be waited for
        return False
    try:
        with path.open("rb") as file:
            return file.read(12)[8:12] == b"DUCK"
    except OSError:
        return False


def _none(name: str) -> StoreError:
    return StoreError(
        f"{name} holds no events of others\n  hint: `footfall send LOG --to {name}` takes some over"
    )


def _source(connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> EventSource:
    of = f"(SELECT {_COLUMNS} FROM {rows})"
    source = typed_source(connection, name, "store", of, has_order=False)
    source.logs = tuple(
        name for (name,) in source.rows(f"SELECT DISTINCT log FROM {rows} ORDER BY 1") if name
    )
    source.is_foreign, source.has = True, source.has - {"session_id"}
    source.calls = ANY_CALLS
    return source.told()


def _duckdb(path: Path) -> EventSource:
    if not _is_duckdb(path) or not has_events(path):
        raise _none(str(path))
    connection = connect([])
    connection.execute(f"ATTACH {literal(str(path))} AS store (READ_ONLY)")
    close_doors(connection)
    return _source(connection, str(path), "store.main.imported_events")


def _folder(folder: Path) -> EventSource:
    files = imported_files(folder)
    if not files:
        raise _none(str(folder))
    connection = connect(files)
    close_doors(connection)
    listed = ", ".join(literal(str(file)) for file in files)
    hint = "put it back from a copy, or take it away"
    with damage_named(folder, lambda: dict.fromkeys(files), hint, COLUMNS.names):
        return _source(connection, str(folder), f"read_parquet([{listed}])")


def _postgres(address: Address) -> EventSource:
    from footfall.store.postgres.imported import read_events

    connection = connect([])
    close_doors(connection)
    for rows in read_events(address):
        with db.registered(connection, rows, "fetched"):
            connection.execute("CREATE TABLE IF NOT EXISTS events AS FROM fetched LIMIT 0")
            connection.execute("INSERT INTO events FROM fetched")
    return _source(connection, address.shown, "events")
