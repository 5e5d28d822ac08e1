"""Import of events of others into PostgreSQL."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv as pv

from footfall.store.imported import COLUMNS, SCHEMA
from footfall.store.postgres import connection as pg
from footfall.store.postgres.address import Address
from footfall.store.postgres.owned_tables import add_columns, make_tables

# An empty struct is any JSON.
_JSON = pa.schema([*list(COLUMNS)[:-1], pa.field("event", pa.struct([]), nullable=False)])
_STAGING = (
    "CREATE TEMP TABLE footfall_staging (insert_id text, event_type text, time timestamptz, user_id text, "
    "device_id text, session_id text, event jsonb) ON COMMIT DROP"
)
_TAKE = (
    f"INSERT INTO {SCHEMA}.events ({', '.join(COLUMNS.names)}) "
    f"SELECT {', '.join(COLUMNS.names)} FROM footfall_staging ON CONFLICT DO NOTHING"
)
_OPTIONS = pv.WriteOptions(include_header=False, quoting_style="all_valid")


def import_events(address: Address, rows: pa.RecordBatchReader) -> int:
    """Take events over, in one transaction; return how many were not there.

    Raises:
        StoreError: The database refuses, or has a table of that name that is another.
    """
    connection = pg.connect(address)
    try:
        with pg.explaining(address), pg.transaction(connection):
            add_columns(connection, SCHEMA, "events", {"session_id": "text"})
            make_tables(connection, address, SCHEMA, {"events": (_JSON, ("insert_id",))})
            connection.execute(_STAGING)
            return sum(_take(connection, batch) for batch in rows)
    finally:
        connection.close()


def _take(connection: pg.Connection, batch: pa.RecordBatch) -> int:
    # Staged first: COPY cannot skip what is there already. Texts are quoted and nulls are not,
    # which CSV tells apart.
    text = io.BytesIO()
    pv.write_csv(batch, text, _OPTIONS)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY footfall_staging FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(text.getvalue())
    n_new = int(connection.execute(_TAKE).rowcount)
    connection.execute("TRUNCATE footfall_staging")
    return n_new
