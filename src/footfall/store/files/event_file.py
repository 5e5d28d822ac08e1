"""A file of NDJSON that a run has written, opened so that its events can be queried."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from footfall.data.schema import events_schema
from footfall.errors import StoreError
from footfall.store.dialect import create_table, literal
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.duckdb.open import DuckDBStore
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.layout import file_ledger_path
from footfall.store.files.relations import load_ledger
from footfall.store.runs import run_of
from footfall.store.store import Store
from footfall.store.tables import scenario_tables

if TYPE_CHECKING:
    import duckdb

ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")


def is_event_file(where: str | Path) -> bool:
    """Return whether a text names a file of NDJSON."""
    return str(where).startswith("ndjson:") or str(where).endswith(ENDINGS)


def open_event_file(where: str | Path) -> Store:
    """Open a file of NDJSON as a store: a database in memory, which spills to disk.

    A file holds no changes and no arrivals, so reports cannot be made of it.

    Raises:
        StoreError: It is not there, or footfall did not write it.
    """
    path = Path(str(where).removeprefix("ndjson:")).absolute()
    if not path.exists():
        raise StoreError(
            f"{path} does not exist\n  hint: `footfall run SCENARIO --to {where}` makes it"
        )
    if not file_ledger_path(path).exists():
        raise StoreError(
            f"{path} was not written by footfall: there is no {file_ledger_path(path).name} beside it\n"
            "  hint: `footfall send` takes events of others over into a store"
        )
    connection = db.connect_memory(path.parent)
    ledger = FileLedger(file_ledger_path(path))
    try:
        load_ledger(connection, ledger)
        for row in ledger.table("runs"):
            _load(connection, path, row)
    finally:
        ledger.close()
    return DuckDBStore(path, connection)


def _load(connection: duckdb.DuckDBPyConnection, path: Path, row: dict[str, Any]) -> None:
    stream = run_of(row).stream.schema
    for name, schema in scenario_tables(stream).items():
        connection.execute(create_table(DIALECT, DIALECT.rows(stream.scenario, name), schema))
    # Types are given, not guessed: from a sample DuckDB would take an id of digits for a
    # number.
    columns = ", ".join(
        f"{literal(field.name)}: {literal(DIALECT.column_type(field.type))}"
        for field in events_schema(stream)
    )
    connection.execute(
        f"INSERT INTO {DIALECT.rows(stream.scenario, 'events')} BY NAME SELECT * FROM read_json({literal(str(path))}, "
        f"format = 'newline_delimited', columns = {{{columns}}})"
    )
