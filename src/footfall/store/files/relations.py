"""Relations of a DuckDB database in memory over files: tables about runs, views over Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.data.stream import Run
from footfall.store import schema_changes
from footfall.store.column_names import with_columns
from footfall.store.dialect import create_table, literal, literals, quote
from footfall.store.duckdb import connection as db
from footfall.store.duckdb import layout
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.files.file_ledger import FileLedger
from footfall.store.runs import Row, by_scenario, rows_to_arrow
from footfall.store.tables import META_TABLES, scenario_tables

if TYPE_CHECKING:
    import duckdb


def load_ledger(connection: duckdb.DuckDBPyConnection, ledger: FileLedger) -> None:
    """Copy the tables about runs from a ledger into an empty database."""
    for name, schema in META_TABLES.items():
        connection.execute(create_table(DIALECT, f"main.{name}", schema))
        db.insert(connection, f"main.{name}", rows_to_arrow(schema, ledger.table(name)))


def make_file_views(
    connection: duckdb.DuckDBPyConnection, folder: Path, ledger: FileLedger
) -> None:
    """Make all views of a database over the Parquet files that a ledger knows.

    Args:
        connection: A database with the tables about runs.
        folder: The store.
        ledger: Its ledger.
    """
    for statement in _file_views(folder, ledger):
        connection.execute(statement)
    layout.make_views(connection)


def views_script(ledger: FileLedger) -> str:
    """Return the views of a folder as SQL that any DuckDB client can run; paths are relative."""
    if not ledger.runs():
        return SCRIPT_BEGIN
    tables = [
        f"CREATE OR REPLACE VIEW main.{name} AS {_values(META_TABLES[name], ledger.table(name))}"
        for name in ("runs", "catalogue_rows")
    ]
    views = layout.view_statements([info.run for info in ledger.runs()])
    statements = (*tables, *_file_views(Path(), ledger), *views)
    return SCRIPT_BEGIN + "".join(f"{statement};\n" for statement in statements)


SCRIPT_BEGIN = """\
-- The tables and views of this folder, which is called shop here:
--   duckdb -cmd "SET file_search_path = 'shop'" -init shop/views.sql
"""


def _values(schema: pa.Schema, rows: Sequence[Row]) -> str:
    """Return a query for some rows."""
    columns = ", ".join(map(quote, schema.names))
    listed = [_tuple(schema, row) for row in rows]
    nothing = _tuple(schema, dict.fromkeys(schema.names))
    values = f"SELECT * FROM (VALUES {', '.join(listed or [nothing])}) AS t ({columns})"
    return values if listed else f"{values} WHERE false"


def _tuple(schema: pa.Schema, row: Row) -> str:
    return f"({', '.join(_value(row[field.name], field.type) for field in schema)})"


def _value(value: Any, kind: pa.DataType) -> str:
    if value is not None and pa.types.is_timestamp(kind):
        return f"make_timestamptz({value * 1000})"
    if isinstance(value, list):
        return f"[{literals(value)}]"
    plain = "NULL" if value is None else literal(str(value))
    return f"CAST({plain} AS {DIALECT.column_type(kind)})"


def _file_views(folder: Path, ledger: FileLedger) -> Iterator[str]:
    """Yield the statements that make views over the files of each table."""
    for scenario, runs in by_scenario(info.run for info in ledger.runs()).items():
        whole = schema_changes.merged(DIALECT, [run.stream.schema for run in runs])
        for name, schema in scenario_tables(whole).items():
            columns = [scenario_tables(with_columns(r.stream.schema))[name] for r in runs]
            paths = [_files(folder, ledger, run, name) for run in runs]
            files = list(zip(columns, paths, strict=True))
            yield (
                f"CREATE OR REPLACE VIEW {DIALECT.rows(scenario, name)} AS {_over_files(schema, files)}"
            )


def _files(folder: Path, ledger: FileLedger, run: Run, relation: str) -> list[Path]:
    return [folder / row["file"] for row in ledger.files(run.id) if row["relation"] == relation]


def _over_files(schema: pa.Schema, files: Sequence[tuple[pa.Schema, list[Path]]]) -> str:
    """Return the query over the files of several runs, whose properties may differ.

    Args:
        schema: Columns with the properties of all runs.
        files: Per run: its columns and its files.
    """
    # Files of one schema are one scan over a list. Only where versions of a scenario differ is
    # there a union by name, which fills what a version lacks with nulls.
    alike = [path for columns, paths in files if columns == schema for path in paths]
    others = [paths for columns, paths in files if columns != schema and paths]
    queries = [
        f"SELECT * FROM {_reading(paths)}" for paths in ([alike] if alike else []) + others
    ]
    if alike and not others:
        return queries[0]
    # First a query without rows that has every column with its type: a column that all files of
    # a version lack would otherwise be missing, or be of the type that DuckDB takes nulls for.
    nothing = ", ".join(
        f"CAST(NULL AS {DIALECT.column_type(f.type)}) AS {quote(f.name)}" for f in schema
    )
    return " UNION ALL BY NAME ".join([f"SELECT {nothing} WHERE false", *queries])


def _reading(files: list[Path]) -> str:
    # A list from the ledger, never `*.parquet`: what lies there and was not committed is not
    # read. The folder `date=2026-01-31` would become a column, which the events do not have.
    listed = literals(file.as_posix() for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"
