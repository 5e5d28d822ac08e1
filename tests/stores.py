"""Small stores in memory, for tests of what reads them: from chunks, or from rows written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import (
    Field,
    StreamSchema,
    arrivals_schema,
    changes_schema,
    events_schema,
)
from footfall.data.stream import Run, Stream
from footfall.data.tallies import Tallies
from footfall.store import Store
from footfall.store.duckdb import connection as db
from footfall.store.duckdb import layout
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.duckdb.open import DuckDBStore
from footfall.units import DAY_MS

START_MS = 1_767_225_600_000  # 2026-01-01 00:00 UTC

TINY = StreamSchema(
    scenario="tiny",
    event_properties=(),
    user_properties=(Field("plan", "text"), Field("age", "integer")),
    currency="EUR",
    minor_digits=2,
    stages=("visitor", "cart", "customer"),
    goal=2,
)


@dataclass(frozen=True)
class Rows:
    """Rows by hand; times are ms since the start of the run.

    Args:
        arrivals: (person, arrived, city, country, time zone, stage, properties).
        changes: (person, property, old, new, time), old and new as JSON texts; numbered in the order given.
        events: (person, time, session (its start, or None), city, country, platform, cents or None), and user id
            and device id where a test needs them.
    """

    arrivals: Sequence[tuple[int, int, str, str, str, str, dict[str, Any]]] = ()
    changes: Sequence[tuple[int, str, str, str, int]] = ()
    events: Sequence[tuple[Any, ...]] = ()


def make_run(
    schema: StreamSchema = TINY,
    *,
    until_ms: int = 10 * DAY_MS,
    people: int = 0,
    title: str = "Tiny",
) -> Run:
    """Return a run from 2026-01-01; `until_ms` counts from its start."""
    stream = Stream("00000000000000aa", 1, START_MS, schema, "00000000000000bb")
    return Run(stream.id, stream, START_MS + until_ms, people, title, {}, "", {"footfall": "0"})


def store_of_rows(run: Run, rows: Rows, tallies: Tallies | None = None) -> Store:
    """Return a store of rows written by hand."""
    return store_of_tables(run, _tables(run, rows), tallies or Tallies.empty())


def store_of_chunks(run: Run, chunks: Iterable[Chunk]) -> Store:
    """Return a store of the tables and tallies of chunks."""
    held = list(chunks)
    names = ("events", "changes", "arrivals")
    tables = {
        name: pa.concat_tables([getattr(chunk, name) for chunk in held]) for name in names
    }
    tallies = Tallies.empty()
    for chunk in held:
        tallies.add(chunk.tallies)
    return store_of_tables(run, tables, tallies)


def store_of_tables(run: Run, tables: dict[str, pa.Table], tallies: Tallies) -> Store:
    """Return a complete store in memory."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    _write(connection, Path("memory"), run, tables, tallies)
    return DuckDBStore(Path("memory"), connection)


def write_rows(path: Path, run: Run, rows: Rows) -> None:
    """Write rows by hand into a file, as a complete run beside those that are there."""
    with db.connect(path, read_only=False) as connection:
        _write(connection, path, run, _tables(run, rows), Tallies.empty())


def _write(connection, path: Path, run: Run, tables: dict[str, pa.Table], tallies: Tallies):
    layout.make_meta(connection, path)
    layout.begin_run(connection, run, fresh=False, database=db.database_name(path))
    for name, table in tables.items():
        held = [
            column for column in table.column_names if table[column].null_count < len(table)
        ]
        if held:
            db.insert(
                connection, DIALECT.rows(run.stream.schema.scenario, name), table.select(held)
            )
    layout.add_tallies(connection, run.id, tallies)
    layout.end_run(connection, run)


def with_stages(schema: StreamSchema, *stages: str) -> StreamSchema:
    """Return a schema with other stages, the last being the goal."""
    return replace(schema, stages=stages, goal=len(stages) - 1)


def _tables(run: Run, rows: Rows) -> dict[str, pa.Table]:
    schema = run.stream.schema
    return {
        "arrivals": _table(
            arrivals_schema(schema), [_arrival(run, *row) for row in rows.arrivals]
        ),
        "changes": _table(
            changes_schema(), [_change(run, i, *row) for i, row in enumerate(rows.changes)]
        ),
        "events": _table(events_schema(schema), [_event(run, *row) for row in rows.events]),
    }


def _table(schema: pa.Schema, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        [
            pa.array([row.get(f.name) for row in rows], _plain(f.type)).cast(f.type)
            for f in schema
        ],
        schema=schema,
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _arrival(
    run: Run,
    person: int,
    arrived: int,
    city: str,
    country: str,
    zone: str,
    stage: str,
    has: dict[str, Any],
):
    return {
        "person": person,
        "arrived": START_MS + arrived,
        "user_id": f"u{person}",
        "city": city,
        "country": country,
        "time_zone": zone,
        "stage": stage,
        "properties": {
            name: has.get(name) for name in (f.name for f in run.stream.schema.user_properties)
        },
        "run": run.id,
    }


def _change(run: Run, number: int, person: int, name: str, old: str, new: str, time: int):
    return {
        "person": person,
        "sequence": number + 1,
        "property": name,
        "old": old,
        "new": new,
        "time": START_MS + time,
        "run": run.id,
    }


def _event(
    run: Run,
    person: int,
    time: int,
    session: int | None,
    city: str,
    country: str,
    platform: str | None,
    cents: int | None,
    user_id: str | None = None,
    device_id: str | None = None,
):
    digits = run.stream.schema.minor_digits
    return {
        "insert_id": f"{person}-{time}",
        "event_type": "Something",
        "category": "Any",
        "time": START_MS + time,
        "person": person,
        "user_id": user_id,
        "device_id": device_id,
        "session_id": None if session is None else START_MS + session,
        "stage": run.stream.schema.stages[0],
        "city": city,
        "country": country,
        "platform": platform,
        "revenue": None if cents is None else Decimal(cents).scaleb(-digits),
        "currency": None if cents is None else run.stream.schema.currency,
        "run": run.id,
    }
