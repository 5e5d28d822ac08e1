"""Import of events of others into PostgreSQL."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as pv

from footfall.store.imported import COLUMNS, SCHEMA
from footfall.store.postgres import connection as pg
from footfall.store.postgres import layout
from footfall.store.postgres.address import Address
from footfall.store.postgres.owned_tables import add_columns, columns_of, make_tables

FETCHED_ROWS = 50_000
"""Rows that are fetched at a time."""
# An empty struct is any JSON.
_JSON = pa.schema(
    [
        *list(COLUMNS)[:-2],
        pa.field("event_properties", pa.struct([])),
        pa.field("event", pa.struct([]), nullable=False),
    ]
)
# What tables of earlier versions lack.
_ADDED = {"session_id": "text", "log": "text", "event_properties": "jsonb"}
_STAGING = (
    "CREATE TEMP TABLE footfall_staging (insert_id text, event_type text, time timestamptz, user_id text, "
    "device_id text, session_id text, log text, event_properties jsonb, event jsonb) ON COMMIT DROP"
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
            add_columns(connection, SCHEMA, "events", _ADDED)
            make_tables(connection, address, SCHEMA, {"events": (_JSON, ("insert_id",))})
            connection.execute(_STAGING)
            return sum(_take(connection, batch) for batch in rows)
    finally:
        connection.close()


def holds_alone(address: Address) -> bool:
    """Return whether a database holds events of others, and no runs."""
    connection = pg.connect(address)
    try:
        with pg.explaining(address):
            # A table of that name with other columns is somebody's own.
            have = {*columns_of(connection, SCHEMA, "events")}
            return have >= {*COLUMNS.names} - {*_ADDED} and not layout.is_there(connection)
    finally:
        connection.close()


def read_events(address: Address) -> Iterator[pa.Table]:
    """Yield the events of others, some at a time.

    Raises:
        StoreError: There are none, or they cannot be read.
    """
    connection = pg.connect(address)
    texts = (f"CAST({name} AS text) AS {name}" for name in COLUMNS.names[-2:])
    columns = ", ".join((*COLUMNS.names[:-2], *texts))
    try:
        with (
            pg.explaining(address),
            pg.transaction(connection),
            connection.cursor(name="footfall_imported") as cursor,
        ):
            cursor.execute(f"SELECT {columns} FROM {SCHEMA}.events")
            is_first = True
            while (rows := cursor.fetchmany(FETCHED_ROWS)) or is_first:
                is_first = False
                values = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
                yield pa.table(
                    [
                        pa.array(cells, field.type)
                        for cells, field in zip(values, COLUMNS, strict=True)
                    ],
                    schema=COLUMNS,
                )
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
