"""Tables of a DuckDB store, made, widened and emptied in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.data.schema import StreamSchema
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import StoreError
from footfall.store import schema_changes, views
from footfall.store.catalogue_rows import catalogue_rows
from footfall.store.column_names import with_columns
from footfall.store.dialect import create_table, quote
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.runs import (
    Row,
    begun,
    cursors_of,
    ended,
    rows_of_arrow,
    rows_to_arrow,
    run_of,
)
from footfall.store.tables import (
    ALL,
    CATALOGUE_ROWS,
    CURSORS,
    META_TABLES,
    RUNS,
    SCENARIO_TABLES,
    VIEWS,
    check_format,
    check_names,
    scenario_tables,
)
from footfall.store.tally_tables import TallyChange, tally_changes

if TYPE_CHECKING:
    import duckdb


def make_meta(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the tables of the main schema.

    Raises:
        StoreError: The file holds tables of the same names that are not ours, or is one of an
            earlier version.
    """
    names = rows_of_arrow(
        db.fetch(
            connection,
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND database_name = current_database()",
        )
    )
    # Only the names that we would make: a user may keep tables of their own in the same file.
    have = {row["table_name"] for row in names}
    ours = have & {*META_TABLES, *_united_names()}
    runs = db.columns_of(connection, "main.runs")
    check_format(str(path), runs.names if runs is not None else ())
    if ours and (runs is None or set(runs.names) != set(RUNS.names)):
        raise StoreError(
            f"{path} already has tables that footfall did not make: {', '.join(sorted(ours))}\n"
            "  hint: write to another file"
        )
    for name, schema in META_TABLES.items():
        connection.execute(create_table(DIALECT, f"main.{name}", schema))


def _united_names() -> list[str]:
    return [prefix + view for prefix in ("", ALL) for view in VIEWS]


def begin_run(
    connection: duckdb.DuckDBPyConnection, run: Run, *, fresh: bool, database: str = ""
) -> None:
    """Note a run and make room for its rows: tables with all its columns, and views over them.

    Args:
        connection: The database.
        run: The run.
        fresh: Remove what is there of it first.
        database: What DuckDB calls the database by itself.

    Raises:
        UsageError: Its names cannot stand in a database.
        StoreError: Its columns contradict those that are there, or what is there of it begins
            at another time.
    """
    check_names(run.stream.schema)
    if fresh:
        delete_run(connection, run.id, database=database)
    known = run_row(connection, run.id)
    put_run(connection, begun(run, known, has_parts=bool(cursors(connection, run.id))))
    others = [
        run_of(row).stream.schema for row in _rows_of(connection, run.stream.schema.scenario)
    ]
    schema_changes.check_columns(run.stream.schema, others)
    if not has_catalogues(connection, run.id):
        db.insert(
            connection,
            "main.catalogue_rows",
            rows_to_arrow(CATALOGUE_ROWS, catalogue_rows(run)),
        )
    make_tables(connection, run.stream.schema)
    make_views(connection, database)


def has_catalogues(connection: duckdb.DuckDBPyConnection, run: str) -> bool:
    """Return whether the catalogues of a run are there: they are the same for good."""
    found = "SELECT 1 FROM main.catalogue_rows WHERE run = ? LIMIT 1"
    return bool(db.fetch(connection, found, [run]).num_rows)


def end_run(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Note that all parts of a run are there."""
    row = run_row(connection, run.id)
    assert row is not None, "a run ends after it has begun"
    put_run(connection, ended(run, row))


def cursors(connection: duckdb.DuckDBPyConnection, run: str) -> dict[tuple[int, int], int]:
    """Return, per group of people of a run, the time up to which its parts are there."""
    return cursors_of(db.fetch(connection, CURSORS.format(ledger="main.ledger"), [run]))


def run_row(connection: duckdb.DuckDBPyConnection, run: str) -> Row | None:
    """Return the row of a run, if there is one."""
    rows = rows_of_arrow(db.fetch(connection, "SELECT * FROM main.runs WHERE run = ?", [run]))
    return rows[0] if rows else None


def _rows_of(connection: duckdb.DuckDBPyConnection, scenario: str) -> list[Row]:
    """Return the rows of a scenario's runs."""
    query = "SELECT * FROM main.runs WHERE scenario = ?"
    return rows_of_arrow(db.fetch(connection, query, [scenario]))


def put_run(connection: duckdb.DuckDBPyConnection, row: Row) -> None:
    """Write the row of a run in place of the one before."""
    # No UPDATE: DuckDB updates lists by deleting and inserting too, and this way there is one
    # list of columns, that of the schema.
    connection.execute("DELETE FROM main.runs WHERE run = ?", [row["run"]])
    db.insert(connection, "main.runs", rows_to_arrow(RUNS, [row]))


def make_tables(connection: duckdb.DuckDBPyConnection, stream: StreamSchema) -> None:
    """Make a scenario's tables, or add to them the columns and properties that they lack."""
    for name, wanted in scenario_tables(with_columns(stream)).items():
        table = DIALECT.rows(stream.scenario, name)
        connection.execute(create_table(DIALECT, table, wanted))
        _widen(connection, table, wanted)


def _widen(connection: duckdb.DuckDBPyConnection, table: str, wanted: pa.Schema) -> None:
    stored = db.columns_of(connection, table)
    assert stored is not None
    for path, kind in schema_changes.missing(DIALECT, table, stored, wanted).items():
        # ALTER reaches into structs and lists: `properties.address.city`,
        # `items.element.price`. Rows that are there get a null, and are not written anew.
        column = ".".join(quote(name) for name in path)
        connection.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {DIALECT.column_type(kind)}"
        )


def make_views(connection: duckdb.DuckDBPyConnection, database: str = "") -> None:
    """Make all views anew, from the runs that are there.

    A scenario's views are in a schema called like it. Where the database is called so too,
    `shop.events` would be refused as ambiguous; without the schema it is the main schema's view
    of that database, which is the same as long as no other scenario is there.

    Args:
        connection: The database.
        database: What DuckDB calls it by itself: a file by its name.
    """
    rows = rows_of_arrow(
        db.fetch(connection, "SELECT * FROM main.runs ORDER BY asked, created, run")
    )
    runs = list(map(run_of, rows))
    scenarios = {run.stream.schema.scenario for run in runs}
    alone = database.lower() if scenarios == {database.lower()} else ""
    if alone:
        _drop_schema(connection, alone)
    _drop_catalogues(connection)
    for statement in view_statements(runs, without_schema=alone):
        connection.execute(statement)


def view_statements(runs: Sequence[Run], *, without_schema: str = "") -> Iterator[str]:
    """Yield the statements that make all views.

    Args:
        runs: Those of the store, the one that was asked for last at the end.
        without_schema: A scenario whose views are those of the main schema alone.
    """
    scenarios = views.scenario_views(DIALECT, runs)
    for scenario, of in scenarios.items():
        if scenario == without_schema:
            continue
        yield f"CREATE SCHEMA IF NOT EXISTS {quote(scenario)}"
        for name, query in (of.queries() | of.catalogues()).items():
            yield f"CREATE OR REPLACE VIEW {quote(scenario)}.{name} AS {query}"
    every = list(scenarios.values())
    united = views.united_views(every) | views.united_catalogues(every) if every else {}
    for name, query in united.items():
        yield f"CREATE OR REPLACE VIEW main.{name} AS {query}"


def _drop_catalogues(connection: duckdb.DuckDBPyConnection, schema: str | None = None) -> None:
    """Drop the views of catalogues, in one schema or in all: a scenario may have others now."""
    found = db.fetch(
        connection,
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = current_database() "
        "AND view_name SIMILAR TO '(all_)?catalogue_.*' AND contains(sql, 'main.catalogue_rows') "
        "AND schema_name = coalesce(?, schema_name)",
        [schema],
    )
    for row in rows_of_arrow(found):
        connection.execute(f"DROP VIEW {_qualified(connection, **row)}")


def _qualified(connection: duckdb.DuckDBPyConnection, schema_name: str, view_name: str) -> str:
    ((database,),) = connection.execute("SELECT current_database()").fetchall()
    return f"{quote(database)}.{quote(schema_name)}.{quote(view_name)}"


def _drop_schema(connection: duckdb.DuckDBPyConnection, scenario: str) -> None:
    """Drop the views of a scenario, and their schema unless others have put something there."""
    schema = quote(scenario)
    _drop_catalogues(connection, scenario)
    for name in _united_names() if has_schema(connection, scenario) else ():
        connection.execute(f"DROP VIEW IF EXISTS {schema}.{name}")
    left = "SELECT 1 FROM {0}() WHERE schema_name = ? AND database_name = current_database()"
    left = " UNION ALL ".join(left.format(of) for of in ("duckdb_tables", "duckdb_views"))
    if not db.fetch(connection, left, [scenario, scenario]).num_rows:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema}")


def has_schema(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether the database has a schema, by its name in lower case."""
    found = db.fetch(
        connection,
        "SELECT 1 FROM duckdb_schemas() WHERE lower(schema_name) = ? AND database_name = current_database()",
        [name],
    )
    return bool(found.num_rows)


def delete_run(connection: duckdb.DuckDBPyConnection, run: str, *, database: str = "") -> None:
    """Remove a run; a scenario's last run takes the tables along, which frees their space."""
    row = run_row(connection, run)
    if row is None:
        return
    for table in META_TABLES:
        connection.execute(f"DELETE FROM main.{table} WHERE run = ?", [run])
    scenario = row["scenario"]
    others = db.fetch(connection, "SELECT run FROM main.runs WHERE scenario = ?", [scenario])
    if others.num_rows:
        for table in SCENARIO_TABLES:
            rows = DIALECT.rows(scenario, table)
            connection.execute(f"DELETE FROM {rows} WHERE run = ?", [run])
    else:
        for view in _united_names():
            connection.execute(f"DROP VIEW IF EXISTS main.{view}")
        _drop_schema(connection, scenario)
        for table in SCENARIO_TABLES:
            connection.execute(f"DROP TABLE {DIALECT.rows(scenario, table)}")
    make_views(connection, database)


def add_tallies(connection: duckdb.DuckDBPyConnection, run: str, tallies: Tallies) -> None:
    """Add a part's tallies to those of its run."""
    for change in tally_changes(run, tallies):
        if change.replaces:
            connection.execute(f"DELETE FROM main.{change.table} WHERE run = ?", [run])
        if change.rows:
            _add_rows(connection, change)


def _add_rows(connection: duckdb.DuckDBPyConnection, change: TallyChange) -> None:
    """Add rows to those with the same keys.

    As MERGE: ON CONFLICT would need a unique index, and files of earlier versions have none.
    """
    table = f"main.{change.table}"
    same = " AND ".join(f"t.{key} = d.{key}" for key in change.keys)
    sums = ", ".join(f"{column} = t.{column} + d.{column}" for column in change.sums)
    with db.registered(connection, change.arrow()) as added:
        connection.execute(
            f"MERGE INTO {table} AS t USING {added} AS d ON {same} "
            f"WHEN MATCHED THEN UPDATE SET {sums} WHEN NOT MATCHED THEN INSERT BY NAME"
        )
