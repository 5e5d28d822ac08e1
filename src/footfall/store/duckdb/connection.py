"""Connections to DuckDB 1.5 and 2.0: options, queries, errors in the user's words."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.errors import DamagedError, InUseError, StoreError
from footfall.refusals import refusal
from footfall.store.committed_files import check_is_file
from footfall.store.dialect import quote
from footfall.store.duckdb.open_connections import names_of_holders
from footfall.store.durable import sync_folder
from footfall.store.temporary_folders import temporary_folder
from footfall.store.whole_files import made_beside, name_new

if TYPE_CHECKING:
    import duckdb

# Nothing may fetch code: by itself DuckDB downloads an extension as soon as a query could use
# it. What is needed here (Parquet, JSON) is part of it.
_OPTIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

ROW_GROUP_ROWS = 20_480
"""Rows that DuckDB compresses together. Of its own 122,880, a part of some 200,000 rows fills
one and a bit; a checkpoint joins such bits with their neighbours, and compresses these again.
Measured in CPU time per row of the shop's shape, checkpoints included: 4.5 to 5.6 µs by 122,880
rows, 2.8 to 3.4 µs by 20,480."""

_HEADER_BYTES = 3 * 4096
"""Bytes before the first block of a DuckDB file."""

WRITING_MEMORY = "768MB"
"""Bound of what DuckDB holds while it writes; its own is 80 % of the machine, of which workers need their share."""

_DAMAGED = ("Corrupt database file", "Could not read enough bytes")
"""What DuckDB says of a file whose blocks are not those that it has written."""
_MEND = (
    "hint: put it back from a copy, or move it away and run the same command again; `footfall run … --fresh`\n"
    "  does that, where the file can still be known as one of footfall"
)

NAME = "_store"
"""Name as which a database is attached. DuckDB takes `x.events` for a table of the database x or of
the schema x, and refuses where both are there; a file gives its database its own name, but no
scenario, and so no schema, begins with `_`."""


def database_name(path: Path) -> str:
    """Return what DuckDB calls the database of a file that is opened without an alias.

    Examples:
        >>> database_name(Path("data/my.shop.duckdb")), database_name(Path(".shop"))
        ('my', 'shop')
    """
    return next((part for part in re.split(r"[.?]", path.name) if part), "")


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file; for writing it is made if it is not there.

    Raises:
        StoreError: It is in use, no file, no DuckDB file, of a later version, or cannot be read or made.
    """
    import duckdb

    check_is_file(path)
    try:
        return _reading(path) if read_only else _writing(path)
    except (duckdb.Error, OSError) as error:
        raise cannot_open(path, error) from None


def _reading(path: Path) -> duckdb.DuckDBPyConnection:
    connection = _attached(_text(path), "READ_ONLY")
    own = database_name(path)
    # Then `shop.events` is a view of the database shop (see `layout.make_views`), here too.
    if _holds_alone(connection, own.lower()):
        connection.close()
        connection = _attached(_text(path), "READ_ONLY", name=own)
    # Beside the file, where there is space for it as likely as not; `/tmp` may be memory.
    connection.execute(f"SET temp_directory = {_spill(path)}")
    _close_doors(connection, path)
    return connection


def _writing(path: Path) -> duckdb.DuckDBPyConnection:
    connection = _attached(_text(path), f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}", make=path)
    connection.execute(f"SET temp_directory = {_spill(path)}")
    connection.execute(f"SET memory_limit = '{WRITING_MEMORY}'")
    _close_doors(connection, path)
    return connection


def hide_progress(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep DuckDB from drawing on standard output what takes more than two seconds."""
    shown = connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    # In a notebook without the package ipywidgets there is none, and DuckDB refuses to have it set.
    if shown is not None and shown[0]:
        connection.execute("SET enable_progress_bar = false")


def _create(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make an empty database, whole: half of one would be no DuckDB file to whoever comes next."""
    with made_beside(path) as temporary:
        connection.execute(f"ATTACH {_text(temporary)} AS _new (TYPE duckdb)")
        connection.execute("DETACH _new")
        with suppress(FileExistsError):  # another process was first
            name_new(temporary, path)
    sync_folder(path.parent)


def _close_doors(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Allow no other file than that of the database."""
    if "?" in str(path):
        # DuckDB takes what follows for parameters of a URL, and puts `.wal` before it: a name
        # that it does not allow itself.
        connection.execute(f"SET allowed_directories = [{_text(path.parent)}]")
    connection.execute("SET enable_external_access = false")


def connect_memory(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory, which may read one folder and spill into another."""
    scratch = temporary_folder() / secrets.token_hex(8)
    connection = _attached("':memory:'")
    connection.execute(f"SET temp_directory = {_text(scratch)}")
    connection.execute(f"SET allowed_directories = [{_text(folder)}, {_text(scratch)}]")
    connection.execute("SET enable_external_access = false")
    return connection


def _holds_alone(connection: duckdb.DuckDBPyConnection, scenario: str) -> bool:
    """Return whether a database holds a scenario for which it has no schema."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT EXISTS ("
        "SELECT 1 FROM duckdb_schemas() WHERE schema_name = ? AND database_name = current_database())",
        [f"{scenario}_all_events", scenario],
    )
    return found.fetchone() is not None


def _attached(
    source: str, *options: str, name: str = NAME, make: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a connection to one database.

    Args:
        source: What to attach, as SQL.
        options: Of `ATTACH`, the only place where the size of row groups can be set.
        name: What the database is called in it.
        make: A file that is made if it is not there.
    """
    import duckdb

    # In memory first: `duckdb.connect(path)` names the database after the file, and cannot set
    # the size of row groups.
    connection = duckdb.connect(":memory:", config=_OPTIONS)
    try:
        # The name `memory` must be free, too: a file may be called so.
        connection.execute("ATTACH ':memory:' AS _none")
        connection.execute("USE _none")
        connection.execute("DETACH memory")
        if make is not None and not make.exists():
            _create(connection, make)
        connection.execute(
            f"ATTACH {source} AS {quote(name)} ({', '.join(('TYPE duckdb', *options))})"
        )
        connection.execute(f"USE {quote(name)}")
        connection.execute("DETACH _none")
        # Else `date_trunc('day', time)` depends on the machine on which a report is made.
        connection.execute("SET TimeZone = 'UTC'")
        hide_progress(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _spill(path: Path) -> str:
    return _text(path.with_name(f"{path.name}.tmp"))


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, params: Sequence[object] = ()
) -> pa.Table:
    """Return the result of a query as Arrow.

    That needs no time-zone package, and is the same on DuckDB 1.5 and 2.0.

    Args:
        connection: The database.
        sql: One SELECT.
        params: Values for the question marks in it.
    """
    table = (
        connection.sql(sql, params=list(params)).to_arrow_table()
        if params
        else connection.sql(sql).to_arrow_table()
    )
    assert isinstance(table, pa.Table)
    return table


def cannot_open(path: Path, error: Exception) -> StoreError:
    """Return what keeps a file from being opened, in the user's words."""
    # DuckDB has no codes for these, only texts, which differ between versions and systems.
    text = str(error)
    holder = re.search(r"(?:in|by) (?:process )?(.*?) ?\(PID (\d+)\)", text)
    if "lock" in text and (holder or "Conflicting lock" in text):
        who = f"process {holder[2]} ({Path(holder[1]).name})" if holder else "another process"
        return InUseError(
            f"{path} is in use by {who}\n  hint: wait until it has ended, or name another file"
        )
    if "different configuration" in text or "already attached" in text:
        names = [f"`{name}`" for name in names_of_holders(path)]
        by = f" by {' and '.join(names)}" if names else ", by a connection of duckdb.connect"
        return InUseError(
            f"{path} is open in this program already{by}\n  hint: close that connection first"
        )
    if "not a valid DuckDB" in text:
        return StoreError(
            f"{path} is no DuckDB file\n  hint: name another file, or move this one away"
        )
    if "does not exist" in text:
        return StoreError(f"{path} does not exist\n  hint: `footfall run` makes one")
    if "version number" in text or "newer version" in text or "Serialization Error" in text:
        return StoreError(
            f"{path} was written by another version of DuckDB\n  {_first_line(text)}"
        )
    told = refusal(error, path) or _damage(path, text)
    return told or StoreError(f"{path} cannot be opened\n  {_first_line(text)}")


@contextmanager
def explained(path: Path, kept: str) -> Iterator[None]:
    """Turn what DuckDB or the system says into a `StoreError`.

    Args:
        path: The store.
        kept: A sentence on what is still there.
    """
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise failed(path, error, kept) from None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what DuckDB says while a store of ours is read into a `StoreError`.

    Args:
        path: The store.
    """
    import duckdb

    with explained(path, "nothing was changed"):
        try:
            yield
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise StoreError(
                f"{path}: its tables are not as footfall made them: {_first_line(str(error))}\n"
                "  nothing was changed\n  hint: make the run again, into another store"
            ) from None


def failed(path: Path, error: Exception, kept: str) -> StoreError:
    """Return why writing or reading failed, what is left and how to go on.

    Args:
        path: The store.
        error: What DuckDB said.
        kept: A sentence on what is still there.
    """
    told = refusal(error, path, kept) or _damage(path, str(error))
    return told or StoreError(f"{path}: {_first_line(str(error))}\n  {kept}")


def _damage(path: Path, text: str) -> DamagedError | None:
    """Return the error of a file that is damaged, if that is what DuckDB says."""
    is_one = any(sign in text for sign in _DAMAGED)
    return (
        DamagedError(f"{path} is damaged: {_first_line(text)}\n  {_MEND}") if is_one else None
    )


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> pa.Schema | None:
    """Return the columns of a table as Arrow, or None where there is no such table."""
    import duckdb

    try:
        return fetch(connection, f"SELECT * FROM {table} LIMIT 0").schema
    except duckdb.CatalogException:
        return None


def check_size(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Check that a database's file is not shorter than what lies in it.

    Raises:
        DamagedError: It was cut.
    """
    query = "SELECT block_size, used_blocks FROM pragma_database_size() WHERE database_name = ?"
    ((block_bytes, n_blocks),) = connection.execute(query, [NAME]).fetchall()
    # No more than that is sure: blocks behind the last one that is used may be there or not.
    least, have = _HEADER_BYTES + block_bytes * n_blocks, path.stat().st_size
    if have < least:
        raise DamagedError(
            f"{path} is damaged: it has {have:,} bytes, and its tables take {least:,}\n  {_MEND}"
        )


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Add rows to a table, columns by name.

    Args:
        connection: The database.
        table: Quoted and qualified.
        rows: Any; every column of it must be one of the table's.
    """
    with registered(connection, rows) as name:
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {name}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    import duckdb

    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(
            duckdb.Error
        ):  # a full disk invalidates the whole connection: then nothing is left to roll back
            connection.execute("ROLLBACK")
        raise


@contextmanager
def registered(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, name: str = "footfall_rows"
) -> Iterator[str]:
    """Give Arrow data a name in a connection for a while."""
    import duckdb

    connection.register(name, rows)
    try:
        yield name
    finally:
        with suppress(
            duckdb.Error
        ):  # after an error in a transaction nothing more can be done in it
            connection.unregister(name)
