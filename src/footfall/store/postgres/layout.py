"""Tables of a PostgreSQL store, made and emptied in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from footfall.data.schema import StreamSchema, changes_schema, common_columns
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import UsageError
from footfall.store import views
from footfall.store.dialect import quote
from footfall.store.postgres import connection as pg
from footfall.store.postgres.address import Address
from footfall.store.postgres.catalogue_views import (
    MOST_NAME_BYTES,
    drop_catalogues,
    make_catalogues,
    put_catalogues,
)
from footfall.store.postgres.dialect import DIALECT
from footfall.store.postgres.owned_tables import (
    MADE,
    columns_of,
    comment_on,
    make_schema,
    make_table,
)
from footfall.store.runs import (
    Row,
    begun,
    cursors_of,
    ended,
    rows_of_arrow,
    run_of,
)
from footfall.store.tables import (
    ALL,
    CURSORS,
    LEDGER,
    META_TABLES,
    RUNS,
    SCENARIO_TABLES,
    TALLIES,
    VIEWS,
    check_format,
    check_names,
)
from footfall.store.tally_tables import tally_changes

META = "footfall"
"""The schema of tables about runs; DuckDB has them in `main`."""

_OBJECT = pa.struct([])  # any struct becomes jsonb, whatever its members are
_KEYS = {
    "runs": ("run",),
    "ledger": ("run", "first_person", "end_person", "from_ms"),
    "catalogue_rows": ("run", "catalogue", "position"),
}

_EVENTS = [
    pa.field("event_properties", _OBJECT),
    pa.field("user_properties", _OBJECT),
    pa.field("changed", pa.list_(pa.string())),
]
TABLES: dict[str, pa.Schema] = {
    "events": pa.schema([*common_columns(), *_EVENTS]),
    "changes": changes_schema(),
    "arrivals": pa.schema(
        [
            pa.field("person", pa.int64(), nullable=False),
            *(pa.field(n, pa.timestamp("ms", "UTC"), nullable=False) for n in ("arrived",)),
            *(pa.field(n, pa.string(), nullable=False) for n in ("user_id", "city", "country")),
            pa.field("language", pa.string()),
            *(pa.field(n, pa.string(), nullable=False) for n in ("time_zone", "stage", "run")),
            pa.field("properties", _OBJECT),
            pa.field("home", _OBJECT),
        ]
    ),
}
"""Columns of the tables, the same for every scenario since properties are jsonb."""
_TABLE_NAMES = frozenset(ALL + name for name in TABLES)

INDEXES = {
    "events_person": ("events", "run, person, time"),
    "events_time": ("events", "run, time"),
    "events_type": ("events", "run, event_type, time"),
    "changes_person": ("changes", "run, person, sequence"),
    "arrivals_person": ("arrivals", "run, person"),
}
UNIQUE = "events_insert_id"
"""Name of the index with which the database itself proves that no event is there twice."""


def lock_key(run: str) -> int:
    """Return the number by which a run is locked: its id, as a signed 64-bit integer."""
    # An advisory lock is a bigint; two runs with one key could at worst not be written at once.
    number = int(run, 16) & (2**64 - 1)
    return number - 2**64 if number >= 2**63 else number


def make_meta(connection: pg.Connection, address: Address) -> None:
    """Make the tables about runs.

    Raises:
        StoreError: Tables of these names are there that footfall did not make, or an earlier
            version.
    """
    make_schema(connection, META)
    check_columns(connection, address)
    for name, schema in META_TABLES.items():
        keys = TALLIES[name][0] if name in TALLIES else _KEYS[name]
        make_table(connection, address, META, name, schema, keys)


def check_columns(connection: pg.Connection, address: Address) -> None:
    """Check that a store which is there is one of this version.

    Raises:
        StoreError: An earlier version has made it.
    """
    check_format(address.shown, columns_of(connection, META, "runs"))


def begin_run(
    connection: pg.Connection, address: Address, run: Run, *, by_day: bool, fresh: bool
) -> None:
    """Note a run and make room for its rows.

    Raises:
        UsageError: Its names cannot stand in a database.
        StoreError: The tables that are there are not ours, or not as we made them; or what is
            there of the run begins at another time.
    """
    _check_names(run.stream.schema)
    # In the transaction that notes the run anew: a crash in between leaves the old one, whole.
    if fresh:
        delete_run(connection, run.id)
    has_parts = bool(cursors(connection, run.id))
    put_run(connection, begun(run, run_row(connection, run.id), has_parts=has_parts))
    put_catalogues(connection, run, META)
    scenario = run.stream.schema.scenario
    make_schema(connection, scenario)
    for name, schema in TABLES.items():
        make_table(
            connection,
            address,
            scenario,
            ALL + name,
            schema,
            (),
            by_day=by_day and name == "events",
        )
    make_views(connection)


def _check_names(stream: StreamSchema) -> None:
    check_names(stream)
    if stream.scenario == META:
        raise UsageError(
            f"scenario {META!r} cannot be stored in PostgreSQL: its own tables are in a schema of that name"
        )
    # The server cuts longer names without an error, and two scenarios would share a schema.
    size_bytes = len(stream.scenario.encode())
    if size_bytes > MOST_NAME_BYTES:
        raise UsageError(
            f"scenario {stream.scenario!r}: PostgreSQL takes names of up to {MOST_NAME_BYTES} bytes, "
            f"this has {size_bytes}"
        )


def end_run(connection: pg.Connection, run: Run) -> None:
    """Note that all parts of a run are there."""
    row = run_row(connection, run.id)
    assert row is not None, "a run ends after it has begun"
    put_run(connection, ended(run, row))


def make_indexes(connection: pg.Connection, scenario: str) -> None:
    """Make a scenario's indexes that are missing, and renew the planner's statistics."""
    # Sorting in memory instead of on disk; LOCAL ends with the transaction.
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    # Over partitions a unique index has to contain what they are divided by.
    key = "insert_id, time" if is_by_day(connection, scenario) else "insert_id"
    events = DIALECT.rows(scenario, "events")
    connection.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {UNIQUE} ON {events} ({key})")
    for name, (table, columns) in INDEXES.items():
        rows = DIALECT.rows(scenario, table)
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {rows} ({columns})")
    for table in SCENARIO_TABLES:
        # Autovacuum would get there some minutes later: the first reports would be planned
        # blindly.
        connection.execute(f"ANALYZE {DIALECT.rows(scenario, table)}")


def cursors(connection: pg.Connection, run: str) -> dict[tuple[int, int], int]:
    """Return, per group of people of a run, the time up to which its parts are there."""
    return cursors_of(pg.fetch(connection, CURSORS.format(ledger=f"{META}.ledger"), [run]))


def run_row(connection: pg.Connection, run: str) -> Row | None:
    """Return the row of a run, if there is one."""
    rows = rows_of_arrow(
        pg.fetch(connection, f"SELECT * FROM {META}.runs WHERE run = ?", [run])
    )
    return rows[0] if rows else None


def put_run(connection: pg.Connection, row: Row) -> None:
    """Write the row of a run in place of the one before."""
    columns = ", ".join(f'"{field.name}"' for field in RUNS)
    marks = ", ".join(_mark(field.type) for field in RUNS)
    sets = ", ".join(
        f'"{field.name}" = excluded."{field.name}"' for field in RUNS if field.name != "run"
    )
    connection.execute(
        f"INSERT INTO {META}.runs ({columns}) VALUES ({marks}) ON CONFLICT (run) DO UPDATE SET {sets}",
        [row[field.name] for field in RUNS],
    )


def put_part(connection: pg.Connection, part: Row) -> bool:
    """Note a part in the ledger; return whether it was not there yet."""
    marks = ", ".join(_mark(field.type) for field in LEDGER)
    columns = ", ".join(LEDGER.names)
    done = connection.execute(
        f"INSERT INTO {META}.ledger ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        [part[name] for name in LEDGER.names],
    )
    return bool(done.rowcount == 1)


def _mark(kind: pa.DataType) -> str:
    return "to_timestamp(%s / 1000.0)" if pa.types.is_timestamp(kind) else "%s"


def add_tallies(connection: pg.Connection, run: str, tallies: Tallies) -> None:
    """Add a part's tallies to those of its run, one statement per table."""
    for change in tally_changes(run, tallies):
        if change.replaces:
            connection.execute(f"DELETE FROM {META}.{change.table} WHERE run = %s", [run])
        if change.rows:
            # Texts, since an array of a driver has one type and sums may be wider than a
            # bigint.
            columns = [list(map(str, column)) for column in zip(*change.rows, strict=True)]
            connection.execute(_ADDING[change.table], columns)


def _adding(name: str, keys: Sequence[str], schema: pa.Schema) -> str:
    """Return the statement that adds rows, an array of texts per column, by their keys."""
    casts = ", ".join(f"CAST(%s AS text[])::{DIALECT.column_type(f.type)}[]" for f in schema)
    sums = ", ".join(f"{c} = t.{c} + excluded.{c}" for c in schema.names if c not in keys)
    columns = ", ".join(f'"{column}"' for column in schema.names)
    return (
        f"INSERT INTO {META}.{name} AS t ({columns}) SELECT * FROM unnest({casts}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )


_ADDING = {name: _adding(name, keys, schema) for name, (keys, schema) in TALLIES.items()}


def make_views(connection: pg.Connection) -> None:
    """Make all views anew, from the runs that are there."""
    rows = rows_of_arrow(
        pg.fetch(connection, f"SELECT * FROM {META}.runs ORDER BY asked, created, run")
    )
    scenarios = views.scenario_views(DIALECT, list(map(run_of, rows)), META)
    for scenario, of in scenarios.items():
        for name, query in of.queries().items():
            if name not in _TABLE_NAMES:
                _make_view(connection, f"{quote(scenario)}.{name}", query)
    every = list(scenarios.values())
    for name, query in (views.united_views(every) if every else {}).items():
        _make_view(connection, f"{META}.{name}", query)
    make_catalogues(
        connection,
        {META: views.united_catalogues(every)}
        | {scenario: of.catalogues() for scenario, of in scenarios.items()},
    )


def _make_view(connection: pg.Connection, name: str, query: str) -> None:
    """Make a view or replace it."""
    # Replaced, never dropped: columns of ours are only ever added behind the others, and so the
    # views that users have built on it stay.
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")


def delete_run(connection: pg.Connection, run: str) -> None:
    """Remove a run; a scenario's last run takes the tables along, which frees their space."""
    row = run_row(connection, run)
    if row is None:
        return
    for table in META_TABLES:
        connection.execute(f"DELETE FROM {META}.{table} WHERE run = %s", [run])
    scenario = row["scenario"]
    others = connection.execute(
        f"SELECT 1 FROM {META}.runs WHERE scenario = %s LIMIT 1", [scenario]
    ).fetchone()
    if others:
        for table in SCENARIO_TABLES:
            rows = DIALECT.rows(scenario, table)
            connection.execute(f"DELETE FROM {rows} WHERE run = %s", [run])
    else:
        # DELETE would leave the space to the tables, until VACUUM FULL.
        _drop_scenario(connection, scenario)
    make_views(connection)


def _drop_scenario(connection: pg.Connection, scenario: str) -> None:
    """Drop what was made for a scenario; its schema stays where others have put something."""
    # Without CASCADE: if users have built views on these, they get an error and keep their
    # views.
    drop_catalogues(connection)
    names = [prefix + view for prefix in ("", ALL) for view in VIEWS]
    for view in names:
        connection.execute(f"DROP VIEW IF EXISTS {META}.{view}")
    for view in names:
        if view not in _TABLE_NAMES:
            connection.execute(f"DROP VIEW IF EXISTS {quote(scenario)}.{view}")
    for table in SCENARIO_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {DIALECT.rows(scenario, table)}")
    left = connection.execute(
        "SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = %s LIMIT 1",
        [scenario],
    ).fetchone()
    if (
        not left
        and comment_on(connection, "n.nspname = %s AND c.relname IS NULL", [scenario]) == MADE
    ):
        connection.execute(f"DROP SCHEMA {quote(scenario)}")


def is_there(connection: pg.Connection) -> bool:
    """Return whether the database holds a store of ours."""
    return (
        connection.execute("SELECT to_regclass(%s)", [f"{META}.runs"]).fetchone()[0] is not None
    )


def is_by_day(connection: pg.Connection, scenario: str) -> bool:
    """Return whether a scenario's events are partitioned by day."""
    found = connection.execute(
        "SELECT c.relkind = 'p' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = 'all_events'",
        [scenario],
    ).fetchone()
    return bool(found and found[0])


def make_days(connection: pg.Connection, scenario: str, days: Iterable[str]) -> None:
    """Make the partitions of days, written like `2026-01-31`, in UTC."""
    for day in days:
        # A day of UTC has 24 hours in every session's time zone, which `+ interval '1 day'` has
        # not.
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {quote(scenario)}.{quote('events_' + day)} PARTITION OF "
            f"{DIALECT.rows(scenario, 'events')} FOR VALUES FROM ('{day} 00:00+00') "
            f"TO (CAST('{day} 00:00+00' AS timestamptz) + interval '24 hours')"
        )
