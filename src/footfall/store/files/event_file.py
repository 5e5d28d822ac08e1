"""A file of NDJSON that a run has written, opened so that its events can be queried."""

from __future__ import annotations

import gzip
import json
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footfall.data.schema import events_schema
from footfall.errors import StoreError
from footfall.store.committed_files import Piece, check_committed
from footfall.store.dialect import create_table, literal
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.dialect import DIALECT
from footfall.store.duckdb.open import DuckDBStore
from footfall.store.files.damage import MADE_AGAIN
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.layout import file_ledger_path
from footfall.store.files.relations import load_ledger
from footfall.store.runs import run_of
from footfall.store.store import Store
from footfall.store.tables import scenario_tables

if TYPE_CHECKING:
    import duckdb

BLOCK_BYTES = 4 << 20
ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")


def is_event_file(where: str | Path) -> bool:
    """Return whether a text names a file of NDJSON."""
    return str(where).startswith("ndjson:") or str(where).endswith(ENDINGS)


def open_event_file(where: str | Path) -> Store:
    """Open a file of NDJSON as a store: a database in memory, which spills to disk.

    A file holds no changes and no arrivals, so reports cannot be made of it.

    Raises:
        StoreError: It is not there, or footfall did not write it, or it is damaged.
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
    with ExitStack() as undo:
        undo.callback(connection.close)
        with FileLedger(file_ledger_path(path)) as ledger:
            load_ledger(connection, ledger)
            committed = max((row["end_byte"] for row in ledger.table("files")), default=0)
            for row in ledger.table("runs"):
                _load(connection, path, row, committed)
        undo.pop_all()
    return DuckDBStore(path, connection)


def _load(
    connection: duckdb.DuckDBPyConnection, path: Path, row: dict[str, Any], committed: int
) -> None:
    import duckdb

    stream = run_of(row).stream.schema
    for name, schema in scenario_tables(stream).items():
        connection.execute(create_table(DIALECT, DIALECT.rows(stream.scenario, name), schema))
    # Types are given, not guessed: from a sample DuckDB would take an id of digits for a
    # number.
    columns = ", ".join(
        f"{literal(field.name)}: {literal(DIALECT.column_type(field.type))}"
        for field in events_schema(stream)
    )
    with _committed(path, committed) as file:
        try:
            connection.execute(
                f"INSERT INTO {DIALECT.rows(stream.scenario, 'events')} BY NAME SELECT * FROM "
                f"read_json({literal(str(file))}, format = 'newline_delimited', columns = {{{columns}}})"
            )
        except duckdb.Error as error:
            raise _unreadable(path, file, error) from None


@contextmanager
def _committed(path: Path, size: int) -> Iterator[Path]:
    """Give a file without what a run that was killed has left behind the last part that its ledger knows.

    Raises:
        StoreError: It is shorter than its ledger says.
    """
    found = path.stat().st_size
    if found < size:
        check_committed([Piece(path, 0, size)])
    if found == size:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=".footfall-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        with path.open("rb") as whole, copy.open("wb") as part:
            while size and (block := whole.read(min(size, BLOCK_BYTES))):
                part.write(block)
                size -= len(block)
        yield copy


def _unreadable(path: Path, file: Path, error: Exception) -> StoreError:
    """Return which line cannot be read: DuckDB counts blocks, and names another."""
    opener = gzip.open if path.name.endswith(".gz") else open
    try:
        with opener(file, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not _is_object(line):
                    return StoreError(
                        f"{path}:{number}: this line is damaged: it is no JSON object\n  hint: {MADE_AGAIN}"
                    )
    except (OSError, EOFError, zlib.error) as problem:
        return StoreError(f"{path} cannot be read to its end: {problem}\n  hint: {MADE_AGAIN}")
    return db.failed(path, error, "nothing was changed")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
