"""Import of events of others into a DuckDB file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.errors import StoreError
from footfall.store.duckdb import connection as db
from footfall.store.imported import COLUMNS, SCHEMA

if TYPE_CHECKING:
    import duckdb

_TABLE, _VIEW = "main.imported_events", f"{SCHEMA}.events"
# In `main`, as the rows of runs: in a file that is called imported.duckdb no name of the schema
# `imported` can be resolved.
_DDL = f"""
    CREATE TABLE {_TABLE} (insert_id VARCHAR NOT NULL, event_type VARCHAR NOT NULL,
        time TIMESTAMP WITH TIME ZONE NOT NULL, user_id VARCHAR, device_id VARCHAR, session_id VARCHAR,
        log VARCHAR, event_properties JSON, event JSON NOT NULL)"""


def import_events(path: Path, rows: pa.RecordBatchReader) -> int:
    """Take events over, in one transaction; return how many were not there.

    Raises:
        StoreError: The file cannot be written, or has a table of that name that is another.
    """
    connection = db.connect(path, read_only=False)
    try:
        with db.explained(path, "nothing was changed"), db.transaction(connection):
            _make(connection, path)
            with db.registered(connection, rows, "incoming"):
                # Not a key of the table: its index would lie in memory as a whole.
                done = connection.execute(
                    f"INSERT INTO {_TABLE} BY NAME SELECT * FROM incoming ANTI JOIN {_TABLE} USING (insert_id)"
                ).fetchone()
        return int(done[0]) if done else 0
    finally:
        connection.close()


def holds_imported(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a database holds events of others: a table of that name with other columns is somebody's own."""
    have = db.columns_of(connection, _TABLE)
    return have is not None and {*have.names} >= {*COLUMNS.names}


def has_events(path: Path, *, alone: bool = False) -> bool:
    """Return whether a DuckDB file holds events of others.

    Args:
        path: The file.
        alone: And no runs.
    """
    connection = db.connect(path, read_only=True)
    try:
        return holds_imported(connection) and not (
            alone and db.columns_of(connection, "main.runs") is not None
        )
    finally:
        connection.close()


def _make(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    # A view of that name would be of the database, not of the schema.
    has_view = db.database_name(path).lower() != SCHEMA
    for table in (_TABLE, _VIEW) if has_view else (_TABLE,):
        have = db.columns_of(connection, table)
        if have is not None and have.names != COLUMNS.names:
            raise StoreError(
                f"{path}: table {table} is there already and was not made by footfall\n"
                f"  its columns: {', '.join(have.names)}\n  hint: nothing was altered; write to another file"
            )
    if db.columns_of(connection, _TABLE) is None:
        connection.execute(_DDL)
        connection.execute(f"COMMENT ON TABLE {_TABLE} IS 'made by footfall'")
        if has_view:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            connection.execute(f"CREATE VIEW {_VIEW} AS FROM {_TABLE}")
