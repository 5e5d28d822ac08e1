"""Runs as a store keeps them: rows of the table `runs`, to and from `Run`."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pyarrow as pa

from footfall.data.schema import CatalogueColumns, Field, StreamSchema
from footfall.data.stream import Run, Stream
from footfall.errors import StoreError, UsageError, shown
from footfall.store.tables import STORE_FORMAT

State = Literal["running", "complete"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run in a store, and what of it is there.

    Args:
        run: What was asked for; `until_ms` and `people` are the greatest that were.
        state: `complete` when all that was asked for is there.
        created_ms: When it was begun, ms since the epoch, UTC.
        finished_ms: When it was completed; None while it is not.
        asked_ms: When somebody last asked for it, with a command that writes.
        events, changes, arrivals: Rows committed so far.
        parts: Parts committed so far.
    """

    run: Run
    state: State
    created_ms: int
    finished_ms: int | None
    asked_ms: int
    events: int
    changes: int
    arrivals: int
    parts: int

    @property
    def id(self) -> str:
        """The run's id, 16 hex digits."""
        return self.run.id

    @property
    def scenario(self) -> str:
        """Name of the scenario, and of its schema in the database."""
        return self.run.stream.schema.scenario

    @property
    def is_complete(self) -> bool:
        """Whether all that was asked for is there."""
        return self.state == "complete"


def named(runs: Sequence[RunInfo], written: str) -> RunInfo:
    """Return the run whose id is, or begins with, what was written.

    Raises:
        UsageError: None does, or several do.
    """
    found = [info for info in runs if info.id.startswith(written)] if written else []
    if len(found) == 1:
        return found[0]
    have = (
        "\n".join(
            f"  {info.id}  {info.scenario}, seed {info.run.stream.seed}, {info.state}"
            for info in runs
        )
        or "  the store holds no runs"
    )
    what = "several runs begin with" if found else "there is no run"
    raise UsageError(f"{what} {shown(written)}\n{have}")


def now_ms() -> int:
    """Return the wall clock's time in ms since the epoch; only ever shown to people."""
    return time.time_ns() // 1_000_000


def shown_time(ms: int) -> str:
    """Return a time, ms since the epoch, as `--from` takes it: a date, an hour if needed."""
    moment = dt.datetime.fromtimestamp(ms // 1000, dt.UTC).replace(
        microsecond=ms % 1000 * 1000, tzinfo=None
    )
    return str(moment.date()) if moment.time() == dt.time() else moment.isoformat()


def check_start(run: Run, start_ms: int) -> None:
    """Check that a run is asked for from the time on from which a destination has it.

    Args:
        run: What is asked for now.
        start_ms: From when it is there, ms since the epoch, UTC.

    Raises:
        StoreError: It is asked for from another one.
    """
    if run.stream.start_ms != start_ms:
        stored, asked = shown_time(start_ms), shown_time(run.stream.start_ms)
        raise StoreError(
            f"run {run.id} is there from {stored} on (UTC), and was asked for from {asked} on\n"
            "  a destination holds a run from one time on, without a gap\n"
            f"  hint: `footfall send … --from {stored}` continues it; or name another destination"
        )


def begun(run: Run, before: Row | None, *, has_parts: bool = True) -> Row:
    """Return the row of a run that is begun, continued, or asked for again.

    Args:
        run: What is asked for now.
        before: The run's row, if the store has one.
        has_parts: Whether a part of it is there; until then it may begin at another time.

    Returns:
        A complete run that already reaches far enough stays complete; else it is running, up to
        the greater end. Either way it is the one that was asked for last.

    Raises:
        StoreError: What is there of it begins at another time.
    """
    if before is None:
        return _row(run, "running", now_ms())
    if has_parts:
        check_start(run, before["start"])
    # Asked for again, or for a shorter time: it stays complete, and its text and settings stay
    # those with which its rows were made.
    if before["state"] == "complete" and run.until_ms <= before["until"]:
        return {**before, "asked": now_ms()}
    # Never shorter than what was asked for before: else a run that was stopped would seem
    # complete once a shorter one is.
    longer = replace(
        run,
        until_ms=max(run.until_ms, before["until"]),
        people=max(run.people, before["people"]),
    )
    return _row(longer, "running", before["created"])


def ended(run: Run, before: Row) -> Row:
    """Return the row of a run that is complete, unless it was begun with a later end."""
    if before["state"] == "complete" or run.until_ms < before["until"]:
        return before
    return {**before, "state": "complete", "finished": now_ms()}


def _row(run: Run, state: State, created_ms: int) -> Row:
    stream, schema = run.stream, run.stream.schema
    return {
        "run": run.id,
        "scenario": schema.scenario,
        "title": run.title,
        "state": state,
        "seed": stream.seed,
        "start": stream.start_ms,
        "until": run.until_ms,
        "people": run.people,
        "currency": schema.currency,
        "minor_digits": schema.minor_digits,
        "stages": list(schema.stages),
        "goal": schema.goal,
        "settings": json.dumps(run.settings, ensure_ascii=False),
        "versions": json.dumps(run.versions, ensure_ascii=False),
        "properties": json.dumps(
            {
                "event": _plain(schema.event_properties),
                "user": _plain(schema.user_properties),
                "home": _plain(schema.home),
                "catalogues": {c.name: _plain(c.columns) for c in schema.catalogues},
            },
            ensure_ascii=False,
        ),
        "scenario_text": run.scenario_text,
        "scenario_hash": stream.scenario_hash,
        "store_format": STORE_FORMAT,
        "created": created_ms,
        "finished": None,
        "asked": now_ms(),
    }


def run_of(row: Mapping[str, Any]) -> Run:
    """Return the run of a row, stream and all.

    Raises:
        StoreError: The row was written by a later version, in a format this one does not know.
    """
    # Only a greater one: an earlier format has other columns, and is refused by these.
    if row["store_format"] > STORE_FORMAT:
        raise StoreError(
            f"run {row['run']} is stored in format {row['store_format']}; this version reads up to {STORE_FORMAT}\n"
            "  hint: install a newer footfall"
        )
    properties = json.loads(row["properties"])
    schema = StreamSchema(
        scenario=row["scenario"],
        event_properties=_fields(properties["event"]),
        user_properties=_fields(properties["user"]),
        currency=row["currency"],
        minor_digits=row["minor_digits"],
        stages=tuple(row["stages"]),
        goal=row["goal"],
        home=_fields(properties["home"]),
        catalogues=tuple(
            CatalogueColumns(name, _fields(columns))
            for name, columns in properties["catalogues"].items()
        ),
    )
    return Run(
        id=row["run"],
        stream=Stream(row["run"], row["seed"], row["start"], schema, row["scenario_hash"]),
        until_ms=row["until"],
        people=row["people"],
        title=row["title"],
        settings=json.loads(row["settings"]),
        scenario_text=row["scenario_text"],
        versions=json.loads(row["versions"]),
    )


def by_scenario(runs: Iterable[Run]) -> dict[str, list[Run]]:
    """Return runs by the name of their scenario, in the order in which they come."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.stream.schema.scenario, []).append(run)
    return found


def info_of(row: Mapping[str, Any]) -> RunInfo:
    """Return a run's information from its row of `runs`, joined with sums over its ledger."""
    return RunInfo(
        run=run_of(row),
        state=row["state"],
        created_ms=row["created"],
        finished_ms=row["finished"],
        asked_ms=row["asked"],
        events=row["events"],
        changes=row["changes"],
        arrivals=row["arrivals"],
        parts=row["parts"],
    )


def _plain(records: Sequence[Field]) -> list[dict[str, Any]]:
    return [
        {"name": f.name, "type": f.type, "item": f.item, "fields": _plain(f.fields)}
        | ({"identifier": f.identifier} if f.identifier else {})
        for f in records
    ]


def _fields(plain: Sequence[dict[str, Any]]) -> tuple[Field, ...]:
    return tuple(
        Field(f["name"], f["type"], f["item"], _fields(f["fields"]), f.get("identifier", ""))
        for f in plain
    )


def rows_to_arrow(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    """Return a table of plain rows, in which times are integers of ms.

    Args:
        schema: Columns of the table; every row has all of them.
        rows: Few.
    """
    return pa.table(
        [_column([row[field.name] for row in rows], field.type) for field in schema],
        schema=schema,
    )


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)


def rows_of_arrow(table: pa.Table) -> list[Row]:
    """Return a table's rows, which are few; times are ms, wide integers are int."""
    columns = {name: _values(table.column(name)) for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def cursors_of(rows: pa.Table) -> dict[tuple[int, int], int]:
    """Return what the query `CURSORS` has found: (first person, end person) → `until_ms`."""
    return {(r["first_person"], r["end_person"]): r["until_ms"] for r in rows_of_arrow(rows)}


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms", tz=column.type.tz)).cast(pa.int64())
    return python_values(column)


def python_values(column: pa.ChunkedArray) -> list[Any]:
    """Return a column's values; sums of integers, which databases give as decimals, as int."""
    values: list[Any] = column.to_pylist()
    if pa.types.is_decimal(column.type) and (column.type.precision, column.type.scale) == (
        38,
        0,
    ):
        return [None if value is None else int(value) for value in values]
    return values
