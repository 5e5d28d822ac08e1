"""Opens events of any form as one relation `e`, in a database that can read nothing else."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from footfall.errors import StoreError, UsageError
from footfall.store import open_store
from footfall.store.dialect import literal, quote
from footfall.store.duckdb import connection as db
from footfall.store.postgres.address import is_address
from footfall.validation import json_source
from footfall.validation.common_columns import (
    NAMES,
    TEXTS,
    is_banned,
    number_time,
    text_time,
    who,
)
from footfall.validation.lines import files_of

if TYPE_CHECKING:
    import duckdb

MEMORY = "1GB"
FETCHED_EVENTS = 200_000
"""How many events are fetched from PostgreSQL at a time, about."""
_NO_CODE = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
Kinds = Mapping[str, str]


@dataclass
class EventSource:
    """Events that are open: the relation `e`, with one row per event; a context manager.

    Args:
        connection: A database without access to anything but the events.
        name: What the user called them.
        form: `store` and `parquet` have typed columns, `lines` come from JSON.
        properties: `ep` and `up` → name → DuckDB's type, where they are structs; None where they are JSON or absent.
        parts: Names of the files of lines.
        has: Columns that the events have.
        has_order: Whether rows follow each other in time, as the file has them.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    form: Literal["store", "parquet", "lines"]
    properties: dict[str, Kinds | None]
    has: frozenset[str]
    has_order: bool
    parts: tuple[str, ...] = ()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, which must be few.

        Raises:
            StoreError: A file is broken further on, or the disk is full.
        """
        with db.explained(Path(self.name), "nothing was changed"):
            return self.connection.execute(sql).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.connection.close()


def open_events(events: str | Path, run: str | None = None, scenario: str = "") -> EventSource:
    """Open events to be checked.

    Args:
        events: A DuckDB store, Parquet folder or PostgreSQL address of ours, Parquet files, NDJSON (plain, gzip, a
            folder or a zip of them, as Amplitude's export), a JSON array, or bodies with `events`.
        run: Id of the run or its beginning, in a store of ours; else the latest.
        scenario: Whose latest run, where a store holds runs of several and one is of this.

    Raises:
        UsageError: There are none, or they are of no form that is known.
        StoreError: A store or file cannot be read.
    """
    if is_address(str(events)):
        return _postgres(str(events), run, scenario)
    path = Path(_PREFIX.sub("", str(events)))
    if "://" in str(events) or not path.exists():
        raise UsageError(f"{events} does not exist\n  accepted: {_ACCEPTED}")
    if path.is_dir():
        return _folder(path, run, scenario)
    magic = _magic(path)
    if magic[8:12] == b"DUCK":
        return _duckdb(path, run, scenario)
    if run is not None:
        raise UsageError(
            f"--run {run}: {path} has no runs\n  accepted: a DuckDB store or a Parquet folder of footfall"
        )
    return _parquet(path, [path]) if magic[:4] == b"PAR1" else _lines(path)


_PREFIX = re.compile(r"^(duckdb|parquet|ndjson|csv|json):(?!//)")
_ACCEPTED = (
    "a DuckDB store, a folder of Parquet files, a Parquet file, NDJSON (also .gz), CSV, a folder or zip of NDJSON, "
    "or postgresql://USER@HOST/DATABASE"
)


def _magic(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def _connect(files: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory that may read these files, and spill into the system's temporary folder."""
    import duckdb

    scratch = Path(tempfile.gettempdir()) / f"footfall-validate-{os.getpid()}"
    connection = duckdb.connect(":memory:", config=dict(_NO_CODE))
    for setting in (
        "TimeZone = 'UTC'",
        "enable_progress_bar = false",
        f"memory_limit = '{MEMORY}'",
    ):
        connection.execute(f"SET {setting}")
    connection.execute(f"SET temp_directory = {literal(str(scratch))}")
    connection.execute(f"SET allowed_directories = [{literal(str(scratch))}]")
    connection.execute(
        f"SET allowed_paths = [{', '.join(literal(str(file)) for file in files)}]"
    )
    return connection


def _close_doors(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


# --- stores of ours ------------------------------------------------------------------------------------------------


def _duckdb(path: Path, run: str | None, wanted: str) -> EventSource:
    import duckdb

    with open_store(path) as store:
        chosen, scenario = _run_of(
            path, [(info.id, info.scenario) for info in store.runs()], run, wanted
        )
    connection = _connect([])
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS store (READ_ONLY)")
    except duckdb.Error as error:
        raise db.cannot_open(path, error) from None
    _close_doors(connection)
    rows = f"(SELECT * FROM store.{quote(scenario)}.events WHERE run = {literal(chosen)})"
    return _typed(connection, str(path), "store", rows, has_order=False)


def _postgres(address: str, run: str | None, wanted: str) -> EventSource:
    """Fetch a run's events from PostgreSQL, some people at a time: the checks are DuckDB's."""
    connection = _connect([])
    with open_store(address) as store:
        runs = store.runs()
        chosen, scenario = _run_of(
            store.name, [(info.id, info.scenario) for info in runs], run, wanted
        )
        info = next(info for info in runs if info.id == chosen)
        step = max(1, info.run.people * FETCHED_EVENTS // max(info.events, 1))
        for first in range(0, max(info.run.people, 1), step):
            rows = store.arrow(
                f"SELECT * FROM {quote(scenario)}.events WHERE run = ? AND person >= ? AND person < ?",
                [chosen, first, first + step],
            )
            with db.registered(connection, rows, "fetched"):
                connection.execute("CREATE TABLE IF NOT EXISTS events AS FROM fetched LIMIT 0")
                connection.execute("INSERT INTO events FROM fetched")
    _close_doors(connection)
    return _typed(connection, store.name, "store", "events", has_order=False)


def _run_of(
    path: Path | str, runs: list[tuple[str, str]], run: str | None, wanted: str
) -> tuple[str, str]:
    found = [one for one in runs if run is None or one[0].startswith(run)]
    if not found or (run is not None and len(found) > 1):
        have = (
            "\n".join(f"  {name}  {scenario}" for name, scenario in runs)
            or "  it holds no runs"
        )
        raise UsageError(
            f"{path} has {'no' if not found else 'more than one'} run {run or ''}\n{have}"
        )
    return next((one for one in reversed(found) if one[1] == wanted), found[-1])


def _folder(folder: Path, run: str | None, wanted: str) -> EventSource:
    manifest = folder / "manifest.json"
    if manifest.is_file() and (folder / "_footfall").is_dir():
        with open_store(folder) as store:
            chosen, _ = _run_of(
                folder, [(info.id, info.scenario) for info in store.runs()], run, wanted
            )
        return _parquet(folder, _committed(manifest, chosen))
    files = sorted(folder.rglob("*.parquet"))
    if not files and not files_of(folder):
        raise UsageError(
            f"{folder} holds no Parquet files and no NDJSON\n  accepted: {_ACCEPTED}"
        )
    return _parquet(folder, files) if files else _lines(folder)


def _committed(manifest: Path, run: str) -> list[Path]:
    held = json.loads(manifest.read_text(encoding="utf-8"))["runs"]
    files = next(one["files"]["events"] for one in held if one["run"] == run)
    return [manifest.parent / str(file["file"]) for file in files]


# --- files ---------------------------------------------------------------------------------------------------------


def _parquet(path: Path, files: Sequence[Path]) -> EventSource:
    import duckdb

    connection = _connect(files)
    _close_doors(connection)
    listed = ", ".join(literal(str(file)) for file in files)
    rows = f"read_parquet([{listed}], union_by_name = true, filename = 'file_', file_row_number = true)"
    if not files:
        raise UsageError(
            f"{path} holds no events yet\n  hint: `footfall resume {path}` goes on with its run"
        )
    try:
        return _typed(connection, str(path), "parquet", rows, has_order=True)
    except duckdb.Error as error:
        connection.close()
        raise StoreError(
            f"{path} cannot be read as Parquet\n  {str(error).splitlines()[0]}"
        ) from None


def _typed(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    form: Literal["store", "parquet"],
    rows: str,
    *,
    has_order: bool,
) -> EventSource:
    """Make `e` a view over typed columns."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    called = {
        column: next((n for n in names if n in types), "") for column, names in NAMES.items()
    }
    if not called["event_type"]:
        have = ", ".join(list(types)[:12])
        raise UsageError(
            f"{name} has no column event_type\n  it has: {have}\n  accepted: one row per event"
        )
    columns = ", ".join(
        [*_plain(called, types), *_typed_time(called["time"], types), *_places(form)]
    )
    objects = ", ".join(_object(column, called[column], types) for column in ("ep", "up"))
    spaced = next((column for column in types if column != column.strip()), None)
    whose = _whose(called, types, _nobodies(connection, called, rows))
    connection.execute(f"""
        CREATE VIEW e AS SELECT {columns}, {objects}, {whose}, {_session(called["session_id"], types)},
            coalesce({_text_of(called["event_type"], types)}, '') = '' AS is_nameless, CAST(NULL AS VARCHAR) AS id_flaw,
            CAST(NULL AS VARCHAR) AS object_flaw, {literal(spaced) if spaced else "CAST(NULL AS VARCHAR)"} AS spaced
        FROM {rows}""")
    structs: dict[str, Kinds | None] = {
        column: _fields(connection, called[column], types, rows) for column in ("ep", "up")
    }
    has = frozenset(column for column in called if called[column])
    return EventSource(
        connection, name, form, structs, has, has_order and called["time"] != "event_time"
    )


def _plain(called: Kinds, types: Kinds) -> list[str]:
    texts = [f"{_text_of(called[column], types)} AS {column}" for column in TEXTS]
    return [
        *texts,
        f"{quote(called['revenue']) if called['revenue'] else 'CAST(NULL AS DOUBLE)'} AS revenue",
    ]


def _text_of(column: str, types: Kinds) -> str:
    """Return SQL for a column as text; the file may have numbers there."""
    if not column:
        return "CAST(NULL AS VARCHAR)"
    return quote(column) if types[column] == "VARCHAR" else f"CAST({quote(column)} AS VARCHAR)"


def _places(form: str) -> tuple[str, ...]:
    if form == "parquet":
        return ("file_ AS file", "file_row_number + 1 AS line")
    return ("'' AS file", "CAST(NULL AS BIGINT) AS line")


def _typed_time(column: str, types: Mapping[str, str]) -> list[str]:
    if not column:
        return [
            "CAST(NULL AS BIGINT) AS time_ms",
            "'missing' AS time_flaw",
            "false AS time_is_digits",
            "'' AS time_text",
        ]
    value, is_digits = quote(column), "false"
    if types[column].startswith(("TIMESTAMP", "DATE")):
        ms, flaw = f"epoch_ms({value})", f"CASE WHEN {value} IS NULL THEN 'missing' END"
    elif types[column] == "VARCHAR":
        ms, flaw, is_digits = text_time(value)
    else:
        ms, flaw = number_time(f"CAST({value} AS BIGINT)")
    text = f"CAST({value} AS VARCHAR) AS time_text"
    return [f"{ms} AS time_ms", f"{flaw} AS time_flaw", f"{is_digits} AS time_is_digits", text]


def _object(column: str, called: str, types: Mapping[str, str]) -> str:
    if not called:
        return f"CAST(NULL AS JSON) AS {column}"
    if types[called].startswith("STRUCT"):
        return f"{quote(called)} AS {column}"
    if types[called] in ("VARCHAR", "JSON"):
        return f"TRY_CAST({quote(called)} AS JSON) AS {column}"
    return f"to_json({quote(called)}) AS {column}"


def _fields(
    connection: duckdb.DuckDBPyConnection, called: str, types: Mapping[str, str], rows: str
) -> dict[str, str] | None:
    """Return the fields of a struct with their types; None for JSON."""
    if not called or not types[called].startswith("STRUCT"):
        return None
    described = connection.execute(
        f"DESCRIBE SELECT unnest({quote(called)}) FROM {rows}"
    ).fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _nobodies(connection: duckdb.DuckDBPyConnection, called: Kinds, rows: str) -> list[str]:
    """Return the users' ids that stand for nobody: looked at once each, not in every row."""
    if not called["user_id"]:
        return []
    user = quote(called["user_id"])
    found = connection.execute(
        f"WITH g AS MATERIALIZED (SELECT DISTINCT CAST({user} AS VARCHAR) AS u FROM {rows}) "
        f"SELECT u FROM g WHERE {is_banned('u')} ORDER BY u LIMIT 1000"
    )
    return [str(row[0]) for row in found.fetchall()]


def _whose(called: Kinds, types: Kinds, nobodies: list[str]) -> str:
    user, device = _text_of(called["user_id"], types), _text_of(called["device_id"], types)
    listed = ", ".join(map(literal, nobodies))
    real = f"CASE WHEN {user} NOT IN ({listed}) THEN {user} END" if nobodies else user
    is_ours = bool(called["person"]) and types[called["person"]] == "BIGINT"
    person = "person" if is_ours else "CAST(NULL AS BIGINT)"
    return f"{who(person if is_ours else '', real, device)} AS who, {person} AS person, {real} AS real_user"


def _session(called: str, types: Mapping[str, str]) -> str:
    if not called:
        return "CAST(NULL AS BIGINT) AS session_id, false AS session_flaw"
    value = quote(called)
    flaw = (
        "false" if types[called] in ("BIGINT", "INTEGER", "UBIGINT") else f"{value} IS NOT NULL"
    )
    return f"TRY_CAST({value} AS BIGINT) AS session_id, {flaw} AS session_flaw"


def _lines(path: Path) -> EventSource:
    """Read lines into a table, and stitch devices to the one user that was seen on them, as Amplitude does."""
    is_csv = path.name.lower().endswith((".csv", ".csv.gz"))
    connection = _connect([path] if is_csv else [])
    _close_doors(connection)
    with db.explained(path, "nothing was changed"):
        parts = (
            json_source.load_csv(connection, path)
            if is_csv
            else json_source.load(connection, path)
        )
        ((n, is_ours, is_export),) = connection.execute(
            "SELECT count(*), coalesce(bool_and(person IS NOT NULL), false), coalesce(bool_or(is_export), false) FROM e"
        ).fetchall()
        if not n:
            raise UsageError(
                f"{path} holds no events: none of its lines is a JSON object\n  accepted: {_ACCEPTED}"
            )
        connection.execute("ALTER TABLE e RENAME TO read_")
        connection.execute(
            "CREATE TABLE owners AS SELECT device_id, min(real_user) AS owner FROM read_ WHERE real_user IS NOT NULL "
            "AND device_id IS NOT NULL GROUP BY ALL HAVING count(DISTINCT real_user) = 1"
        )
        whose = (
            "r.person" if is_ours else who("", "coalesce(r.real_user, o.owner)", "r.device_id")
        )
        connection.execute(
            f"CREATE VIEW e AS SELECT r.*, {whose} AS who, r.part AS file "
            "FROM read_ AS r LEFT JOIN owners AS o USING (device_id)"
        )
        has = frozenset({*NAMES} - (set() if is_ours else {"person"}))
    return EventSource(
        connection, str(path), "lines", {"ep": None, "up": None}, has, not is_export, parts
    )
