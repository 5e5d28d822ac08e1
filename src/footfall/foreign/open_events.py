"""Opens events as an event source: those of a store, of Parquet files, or of lines of JSON or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from footfall.errors import UsageError
from footfall.foreign import json_source
from footfall.foreign.common_columns import is_nobody, somebody, who
from footfall.foreign.csv_source import TABLE, csv_form, load_csv
from footfall.foreign.event_source import EventSource, check_zone, close_doors, connect
from footfall.foreign.line_sources import files_of, passed_over
from footfall.foreign.log_paths import is_csv, magic_of, parquet_files, without_prefix
from footfall.foreign.open_imported import holds_imported_alone, open_imported
from footfall.foreign.roles import Named
from footfall.foreign.typed_columns import typed_source
from footfall.store import open_store
from footfall.store.dialect import literal
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.dialect import DIALECT as DUCKDB
from footfall.store.duckdb.json_properties import as_written
from footfall.store.files.damage import damage_named
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.layout import folder_ledger_path
from footfall.store.postgres.address import is_address
from footfall.store.runs import RunInfo

FETCHED_EVENTS = 200_000
"""How many events are fetched from PostgreSQL at a time, about."""


def open_events(
    events: str | Path,
    run: str | None = None,
    scenario: str = "",
    named: Named | None = None,
    *,
    is_whole: bool = False,
) -> EventSource:
    """Open events to be checked.

    Args:
        events: A DuckDB store, Parquet folder or PostgreSQL address of ours, Parquet files,
            NDJSON (plain, gzip, a folder or a zip of them, as Amplitude's export), a JSON
            array, or bodies with `events`.
        run: Id of the run or its beginning, in a store of ours; else the one asked for last.
        scenario: Whose latest run, where a store holds runs of several and one is of this.
        named: Columns that somebody named, of a file that is not ours.
        is_whole: Whether `e` has a column `event` too, the whole of it as JSON, and `endless`.

    Raises:
        UsageError: There are none, or they are of no form that is known.
        StoreError: A store or file cannot be read.
    """
    if run is None and holds_imported_alone(events):
        return open_imported(events)
    if is_address(str(events)):
        return _postgres(str(events), run, scenario)
    # A target of `footfall run` is taken as it was written there; `://` behind a kind is an
    # address all the same.
    path = without_prefix(events)
    if "://" in str(events) or not path.exists():
        raise UsageError(f"{events} does not exist\n  accepted: {_ACCEPTED}")
    named = named or Named()
    check_zone(named.zone)
    if path.is_dir():
        return _folder(path, run, scenario, named, is_whole)
    # What a file is stands in its first bytes: a name may lie.
    magic = magic_of(path)
    if magic[8:12] == b"DUCK":
        return _duckdb(path, run, scenario)
    if run is not None:
        raise UsageError(
            f"--run {run}: {path} has no runs\n"
            "  accepted: a DuckDB store or a Parquet folder of footfall"
        )
    if magic[:4] == b"PAR1":
        return _parquet(path, [path], named, is_whole)
    return _csv(path, named, is_whole) if is_csv(path) else _lines(path, named, is_whole)


MOST_OPENED, TAKEN_IN_BYTES = 100, 256 << 20
"""Parquet in more files, if all of them have no more bytes, is read once into a table."""
_ACCEPTED = (
    "a DuckDB store, a folder of Parquet files, a Parquet file, NDJSON (also .gz), CSV, a folder or zip of NDJSON, "
    "or postgresql://USER@HOST/DATABASE"
)


# --- stores of ours ------------------------------------------------------------------------------------------------


def _duckdb(path: Path, run: str | None, wanted: str) -> EventSource:
    import duckdb

    with open_store(path) as store:
        runs = store.runs()
    chosen, scenario = _run_of(path, [(info.id, info.scenario) for info in runs], run, wanted)
    selected = _selected(runs, chosen)
    connection = connect([])
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS store (READ_ONLY)")
    except duckdb.Error as error:
        raise db.cannot_open(path, error) from None
    # Attached before the doors close: the file itself is no path that checks may read.
    close_doors(connection)
    rows = (
        f"(SELECT {selected} FROM store.{DUCKDB.rows(scenario, 'events')} "
        f"WHERE run = {literal(chosen)})"
    )
    with db.reading(path):
        return typed_source(connection, str(path), "store", rows, has_order=False)


def _postgres(address: str, run: str | None, wanted: str) -> EventSource:
    """Fetch a run's events from PostgreSQL, some people at a time: the checks are DuckDB's."""
    connection = connect([])
    with open_store(address) as store:
        runs = store.runs()
        chosen, scenario = _run_of(
            store.name, [(info.id, info.scenario) for info in runs], run, wanted
        )
        info = next(info for info in runs if info.id == chosen)
        step = max(1, info.run.people * FETCHED_EVENTS // max(info.events, 1))
        for first in range(0, max(info.run.people, 1), step):
            rows = store.arrow(
                f"SELECT * FROM {store.dialect.rows(scenario, 'events')} WHERE run = ? "
                "AND person >= ? AND person < ?",
                [chosen, first, first + step],
            )
            # The first batch gives the table its columns, also where there are no events at
            # all.
            with db.registered(connection, rows, "fetched"):
                connection.execute("CREATE TABLE IF NOT EXISTS events AS FROM fetched LIMIT 0")
                connection.execute("INSERT INTO events FROM fetched")
    close_doors(connection)
    return typed_source(connection, store.name, "store", "events", has_order=False)


def _run_of(
    path: Path | str, runs: list[tuple[str, str]], run: str | None, wanted: str
) -> tuple[str, str]:
    """Return id and scenario of the run that is asked for.

    Args:
        path: Where the runs are, for messages.
        runs: (id, scenario) of each.
        run: An id or its beginning.
        wanted: The scenario that is preferred where no id is given.
    """
    found = [one for one in runs if run is None or one[0].startswith(run)]
    if not found or (run is not None and len(found) > 1):
        have = (
            "\n".join(f"  {name}  {scenario}" for name, scenario in runs)
            or "  it holds no runs"
        )
        raise UsageError(
            f"{path} has {'no' if not found else 'more than one'} run {run or ''}\n{have}"
        )
    # The run that was asked for last comes last: the latest of the scenario, else the latest of
    # any.
    return next((one for one in reversed(found) if one[1] == wanted), found[-1])


def _folder(
    folder: Path, run: str | None, wanted: str, named: Named, is_whole: bool
) -> EventSource:
    if folder_ledger_path(folder).exists():
        with open_store(folder) as store:
            runs = store.runs()
        chosen, _ = _run_of(folder, [(info.id, info.scenario) for info in runs], run, wanted)
        files = _committed(folder, chosen)
        return _parquet(folder, files, named, is_whole, _selected(runs, chosen))
    files = parquet_files(folder)
    if not files and not files_of(folder):
        raise UsageError(
            f"{folder} holds no Parquet files and no NDJSON\n  accepted: {_ACCEPTED}"
        )
    if not files:
        return _lines(folder, named, is_whole)
    source = _parquet(folder, files, named, is_whole)
    source.taken = "; ".join(filter(None, (source.taken, passed_over(folder, files))))
    return source


def _committed(folder: Path, run: str) -> list[Path]:
    """Return the files of a run by the ledger: others in the folder may be halves of what was never committed."""
    with FileLedger(folder_ledger_path(folder)) as ledger:
        files = ledger.files(run)
    return [folder / row["file"] for row in files if row["relation"] == "events"]


# --- files ---------------------------------------------------------------------------------------------------------


def _selected(runs: Sequence[RunInfo], chosen: str) -> str:
    """Return what to select of a run, so that its properties have the names that were written."""
    return as_written(next(info.run.stream.schema for info in runs if info.id == chosen))


def _size(path: Path) -> int:
    return path.stat().st_size


def _parquet(
    path: Path, files: Sequence[Path], named: Named, is_whole: bool, selected: str = "*"
) -> EventSource:
    connection = connect(files, named.zone)
    close_doors(connection)
    listed = ", ".join(literal(str(file)) for file in files)
    rows = f"read_parquet([{listed}], union_by_name = true, filename = 'file_', file_row_number = true)"
    rows = rows if selected == "*" else f"(SELECT {selected} FROM {rows})"
    if not files:
        raise UsageError(
            f"{path} holds no events yet\n  hint: `footfall resume {path}` goes on with its run"
        )
    with damage_named(path, lambda: dict.fromkeys(files), "fetch it again, or take it away"):
        if len(files) > MOST_OPENED and sum(map(_size, files)) <= TAKEN_IN_BYTES:
            # Each check would open all of them anew.
            connection.execute(f"CREATE TABLE taken_in AS FROM {rows}")
            rows = "taken_in"
        source = typed_source(
            connection,
            str(path),
            "parquet",
            rows,
            has_order=True,
            named=named,
            is_whole=is_whole,
        )
        return source.timed().told()


def _csv(path: Path, named: Named, is_whole: bool) -> EventSource:
    """Read CSV into a typed table."""
    form = csv_form(path)
    connection = connect([form.path], named.zone)
    close_doors(connection)
    with db.explained(path, "nothing was changed"):
        try:
            said = load_csv(connection, form, named)
        finally:
            if form.path != path:
                form.path.unlink()
        source = typed_source(
            connection,
            str(path),
            "lines",
            TABLE,
            has_order=True,
            named=named,
            parts=(path.name,),
            into="read_",
            is_whole=is_whole,
        )
        source.taken = "; ".join(filter(None, (source.taken, said)))
        return _with_owners(source)


def _lines(path: Path, named: Named, is_whole: bool) -> EventSource:
    """Read lines of JSON into a table."""
    connection = connect([], named.zone)
    close_doors(connection)
    with db.explained(path, "nothing was changed"):
        read = json_source.load(connection, path, named, is_whole=is_whole)
        connection.execute("ALTER TABLE e RENAME TO read_")
        source = EventSource(
            connection,
            str(path),
            "lines",
            {"ep": None, "up": None},
            read.has,
            read.has_order,
            read.parts,
            read.is_foreign,
            read.taken,
            calls=read.calls,
            has_own_events=read.has_own_events,
            roles=read.roles,
        )
        return _with_owners(source)


def _with_owners(source: EventSource) -> EventSource:
    """Make `e` of what was read: each device gets the one user that was seen on it, as Amplitude does.

    Where every event has a `person`, they are ours, and that says better who it is.
    """
    connection = source.connection
    ((n, n_bad, is_ours, is_export),) = connection.execute(
        "SELECT count(*), (SELECT count(*) FROM bad), coalesce(bool_and(person IS NOT NULL), false), "
        "coalesce(bool_or(is_export), false) FROM read_"
    ).fetchall()
    if not n:
        raise UsageError(_no_events(source, n_bad))
    connection.execute(
        "CREATE TABLE owners AS SELECT device_id, min(real_user) AS owner "
        "FROM read_ WHERE real_user IS NOT NULL "
        f"AND NOT {is_nobody('device_id')} GROUP BY ALL "
        "HAVING count(DISTINCT real_user) = 1"
    )
    user, device = "coalesce(r.real_user, o.owner)", somebody("r.device_id")
    whose = "r.person" if is_ours else who("", user, device)
    connection.execute(
        f"CREATE VIEW e AS SELECT r.* EXCLUDE (who), {whose} AS who, r.part AS file "
        "FROM read_ AS r LEFT JOIN owners AS o USING (device_id)"
    )
    source.has -= set() if is_ours else {"person"}
    source.has_order = source.has_order and not is_export
    return source.timed().told()


def _no_events(source: EventSource, n_bad: int) -> str:
    rows = source.rows("SELECT line, reason FROM bad ORDER BY n LIMIT 3") if n_bad else []
    told = "".join(f"\n  line {line}: {reason}" for line, reason in rows)
    return f"{source.name} holds no events: none of its lines is one{told}\n  accepted: {_ACCEPTED}"
