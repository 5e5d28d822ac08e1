"""Import of events of others into PostgreSQL, except those whose insert_id is there."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from footfall.data.schema import TIMESTAMP
from footfall.errors import StoreError
from footfall.store.postgres import connection as pg
from footfall.store.postgres.address import Address
from footfall.store.postgres.owned_tables import make_tables

SCHEMA = "imported"
COLUMNS = pa.schema(
    [
        pa.field("insert_id", pa.string(), nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        pa.field("time", TIMESTAMP, nullable=False),
        pa.field("user_id", pa.string()),
        pa.field("device_id", pa.string()),
        pa.field("event", pa.struct([]), nullable=False),
    ]
)
"""Columns of `imported.events`; `event` is the whole line."""

_BLOCK_BYTES = 1 << 20
# Lines as they are: no character that JSON may contain separates or quotes.
_COPY = (
    "COPY footfall_staging (event) FROM STDIN (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
)
_TAKE = f"""
    INSERT INTO {SCHEMA}.events (insert_id, event_type, time, user_id, device_id, event)
    SELECT coalesce(event ->> 'insert_id', event ->> '$insert_id', md5(CAST(event AS text))), event ->> 'event_type',
        CASE jsonb_typeof(event -> 'time')
            WHEN 'number' THEN to_timestamp(CAST(event ->> 'time' AS numeric) / 1000)
            ELSE CAST(event ->> 'time' AS timestamptz)
        END, event ->> 'user_id', event ->> 'device_id', event
    FROM footfall_staging ON CONFLICT DO NOTHING"""
# Asked before anything is cast, so that the error names the line and not a function of the
# server.
_FAULTS = {
    "it is no object": "jsonb_typeof(event) IS DISTINCT FROM 'object'",
    "it has no event_type": "event ->> 'event_type' IS NULL",
    "it has no time": "event ->> 'time' IS NULL",
    "its time is none": "NOT (jsonb_typeof(event -> 'time') = 'number' OR event ->> 'time' ~ '^\\d{4}-\\d\\d-\\d\\d')",
}
_WHEN = " ".join(f"WHEN {condition} THEN '{fault}'" for fault, condition in _FAULTS.items())
_FIND_FAULT = f"""
    SELECT line, fault FROM (SELECT line, CASE {_WHEN} END AS fault FROM footfall_staging) AS lines
    WHERE fault IS NOT NULL ORDER BY line LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of importing a file.

    Args:
        lines: Events in it.
        new: Of these, how many were not there yet.
    """

    lines: int
    new: int


def import_events(url: str, path: Path) -> Imported:
    """Take over a file of events, in one transaction: all of it, or nothing.

    Args:
        url: Of the database.
        path: One JSON object per line, gzipped if the name ends in `.gz`: `event_type`, `time`
            (ISO 8601, or ms since the epoch), and `insert_id`, or else the whole line is its
            own id.

    Raises:
        StoreError: A line is no such event, or the database refuses; nothing was changed.
    """
    address = Address(url)
    connection = pg.connect(address)
    try:
        with pg.explaining(address), pg.transaction(connection):
            make_tables(connection, address, SCHEMA, {"events": (COLUMNS, ("insert_id",))})
            # Staged first, as jsonb and numbered: COPY itself can neither skip what is there
            # already, nor say which line lacks a time.
            columns = "line bigint GENERATED ALWAYS AS IDENTITY, event jsonb"
            connection.execute(f"CREATE TEMP TABLE footfall_staging ({columns}) ON COMMIT DROP")
            lines = _stage(connection, path)
            _check(connection, path)
            return Imported(lines, int(connection.execute(_TAKE).rowcount))
    finally:
        connection.close()


def _stage(connection: pg.Connection, path: Path) -> int:
    psycopg = pg.driver()
    try:
        with connection.cursor() as cursor:
            with _open(path) as file, cursor.copy(_COPY) as copy:
                while block := file.read(_BLOCK_BYTES):
                    copy.write(block)
            return int(cursor.rowcount)
    except psycopg.DataError as error:
        at = re.search(r"line (\d+), column", error.diag.context or "")
        raise StoreError(
            f"{path}{':' + at[1] if at else ''}: {error.diag.message_primary}\n"
            "  accepted: one JSON object per line\n  hint: nothing was changed"
        ) from None


def _check(connection: pg.Connection, path: Path) -> None:
    """Check that every line is an event.

    Raises:
        StoreError: One is not; the first of them is named.
    """
    found = connection.execute(_FIND_FAULT).fetchone()
    if found is not None:
        raise StoreError(
            f"{path}:{found[0]}: {found[1]}\n"
            "  accepted: an object with event_type and time (2026-01-31T08:00:00Z, or ms since the epoch)\n"
            "  hint: nothing was changed"
        )


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]  # it reads bytes
