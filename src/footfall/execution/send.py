"""Delivers what was generated before: a stored run takes the place of the simulation, part by part."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow.types import is_struct

from footfall.data.chunk import Chunk
from footfall.data.part import Groups, Part
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run, Stream
from footfall.data.tallies import Tallies
from footfall.errors import StoreError, UsageError
from footfall.execution.batch import Drive
from footfall.execution.pipeline import SPILL_BYTES
from footfall.execution.resend import holds_dead_letters
from footfall.execution.result import RunResult
from footfall.sinks import Sink, parse_all
from footfall.sinks.protocol import EVERYBODY, capabilities_of
from footfall.store import RunInfo, Store, open_store
from footfall.store.arrow_types import fitted
from footfall.store.dialect import literal, quote
from footfall.store.files.event_file import is_event_file, open_event_file
from footfall.store.postgres.address import Address, is_address
from footfall.store.runs import shown_time
from footfall.store.tables import scenario_tables
from footfall.store.views import people
from footfall.units import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from footfall.store.postgres.foreign import Imported

PART_EVENTS = 200_000
GROUP_SIZE = 32_768
_ORDER = {"events": "time, person", "changes": "time, person, sequence", "arrivals": "person"}


def send(
    store: str | Path,
    *,
    to: str | Sink | Sequence[str | Sink],
    run: str | None = None,
    from_ms: int | None = None,
    until_ms: int | None = None,
    spill_bytes: int = SPILL_BYTES,
    progress: bool = False,
    stop: threading.Event | None = None,
    check: bool = True,
) -> RunResult:
    """Deliver a stored run.

    The same command again continues it if it was stopped, and does nothing if all is delivered.

    Args:
        store: A DuckDB file, a folder of Parquet files, a PostgreSQL database, or an NDJSON file, which holds events
            alone.
        to: Where to, as for `run`; or several.
        run: Id of the run, or its beginning; None takes the latest.
        from_ms, until_ms: Only what happened in this span, ms since the epoch, UTC; None for all.
        spill_bytes: Of several sinks, how much may wait in files for a slow one before the others wait too.
        progress: Show a bar, and a line per sink, on standard error if that is a terminal.
        stop: When set, what is in flight is finished; the same again continues.
        check: Raise what has gone wrong in a sink, once the others have got everything; else it stands in the result.

    Raises:
        UsageError: There is no such run, the span holds nothing of it, or these are dead letters.
        StoreError, SinkError: The store cannot be read, or a sink cannot be written; what it has is kept.
    """
    sinks = parse_all(to)
    with _source(store) as source:
        info = _chosen(source, run)
        engine = StoredEngine.of(source, info, from_ms, until_ms)
        _check(sinks, info, source)
        if is_event_file(store):
            _warn_of_events_alone(sinks, source)
        drive = Drive(
            engine,
            engine.run,
            sinks,
            stop=stop or threading.Event(),
            n_workers=1,
            spill_bytes=spill_bytes,
            progress=progress,
        )
        return drive.drive(check=check)


def send_foreign(file: str | Path, to: str) -> Imported:
    """Deliver events that footfall did not make to PostgreSQL, into `imported.events`; what is there stays as it is.

    Args:
        file: NDJSON, one event per line; see `import_events`.
        to: `postgresql://USER@HOST:PORT/DATABASE`, or as the name of a sink of this process shows it.

    Raises:
        UsageError: The destination is another one: only a database can tell which events it has.
        StoreError: A line is no event, or the database refuses; nothing was changed.
    """
    from footfall.store.postgres.foreign import import_events

    if not is_address(to):
        raise UsageError(
            f"{file} was not written by footfall\n  accepted for such files: --to postgresql://USER@HOST/DATABASE\n"
            "  hint: only a database can be asked which events it has already"
        )
    return import_events(Address.of(to).url, Path(str(file).removeprefix("ndjson:")))


def _source(where: str | Path) -> Store:
    """Open what is to be delivered.

    Raises:
        UsageError: Events cannot be read from it, or it holds dead letters.
    """
    if holds_dead_letters(where):
        raise UsageError(
            f"{where} holds dead letters\n  hint: footfall.send_dead_letters sends them again"
        )
    if is_event_file(where):
        return open_event_file(where)
    store = open_store(where)
    if not store.has_rows:
        name = store.name
        store.close()
        raise UsageError(
            f"{name} cannot be read back\n"
            "  accepted: a DuckDB file, a folder of Parquet files, a PostgreSQL database, an NDJSON file\n"
            "  hint: the same run can be made again: footfall run … --to …"
        )
    return store


def _chosen(source: Store, run: str | None) -> RunInfo:
    infos = source.runs()
    found = [info for info in infos if info.id.startswith(run or "")]
    if not found or (run is not None and len(found) > 1):
        have = (
            "\n".join(f"  {info.id}  {info.scenario}, {info.state}" for info in infos)
            or "  it holds no runs"
        )
        raise UsageError(
            f"{len(found) or 'no'} runs of {source.name} begin with {run or 'anything'}\n{have}"
        )
    return found[-1]


def _check(sinks: Sequence[Sink], info: RunInfo, source: Store) -> None:
    """Check that no store or file holds a part of the run that a simulation has written: its tallies would be mixed.

    Raises:
        UsageError: One does, or is the source itself.
    """
    for sink in sinks:
        if _is_at(sink, source):
            raise UsageError(
                f"{sink.name} is where the run comes from\n  hint: name another sink"
            )
        have = _stored(sink, info.id)
        if have is not None and not have[0].is_complete and have[1].cities:
            raise UsageError(
                f"{sink.name} holds a part of run {info.id} that was simulated\n"
                "  hint: finish it with the command that began it; `send` continues only what `send` began"
            )


def _is_at(sink: Sink, source: Store) -> bool:
    """Return whether a sink is the store itself, however its path is written."""
    can = capabilities_of(sink)
    if can.path is not None:
        return can.path.resolve() == Path(source.name).resolve()
    return can.store == source.name


def _warn_of_events_alone(sinks: Sequence[Sink], source: Store) -> None:
    """Say on standard error what does not come of a file of events: it has no arrivals and no changes."""
    for sink in sinks:
        if capabilities_of(sink).keeps_profiles:
            sys.stderr.write(
                f"{source.name} holds events alone: user properties stay as they are in {sink.name}\n"
            )


def _stored(sink: Sink, run: str) -> tuple[RunInfo, Tallies] | None:
    address = capabilities_of(sink).store
    if address is None:
        return None
    try:
        with open_store(address) as store:
            found = next((info for info in store.runs() if info.id == run), None)
            return None if found is None else (found, store.tallies(run))
    except StoreError:
        return None  # there is none yet; what is really wrong is said when the sink is opened


@dataclass(frozen=True)
class StoredEngine:
    """A run in a store, as an engine.

    Args:
        store: Open.
        run: With the span that is wanted.
        groups: As the run was written, so that a sink which has a part of it goes on.
        window_ms: So wide that a part holds about `PART_EVENTS`; a part from PostgreSQL holds fewer, since its rows
            come as Python objects.
        is_whole: The whole run is wanted, so its tallies belong to it.
        is_later: The span begins after the run, so people arrive as they are then.
    """

    store: Store
    run: Run
    groups: Groups
    window_ms: int
    is_whole: bool
    is_later: bool
    counted: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, store: Store, info: RunInfo, from_ms: int | None, until_ms: int | None
    ) -> StoredEngine:
        """Return the engine of a run's span."""
        reaches_ms = _reaches_ms(store, info)
        start_ms = max(info.run.stream.start_ms, from_ms or 0)
        end_ms = min(reaches_ms, until_ms or reaches_ms)
        if start_ms >= end_ms:
            raise _nothing(info, from_ms, until_ms)
        is_whole = (start_ms, end_ms) == (info.run.stream.start_ms, reaches_ms)
        run = replace(
            info.run, stream=replace(info.run.stream, start_ms=start_ms), until_ms=end_ms
        )
        groups = _groups(store, info.id)
        n_groups = groups.count(max(run.people, 1))
        part_events = PART_EVENTS if store.dialect.name == "duckdb" else PART_EVENTS // 4
        share = part_events * n_groups / max(info.events, 1)
        window_ms = int(
            min(max((reaches_ms - info.run.stream.start_ms) * share, HOUR_MS), 30 * DAY_MS)
        )
        return cls(store, run, groups, window_ms, is_whole, start_ms > info.run.stream.start_ms)

    @property
    def stream(self) -> Stream:
        """The stream, beginning where the span does."""
        return self.run.stream

    @property
    def length_days(self) -> int:
        """Length of the span in days, rounded up."""
        return -(-(self.run.until_ms - self.stream.start_ms) // DAY_MS)

    def people_until(self, until_ms: int) -> int:
        """Return how many people arrived before a time; all of them where arrivals are not stored."""
        if until_ms >= self.run.until_ms:
            return self.run.people
        if until_ms not in self.counted:
            table = f"{quote(self.stream.schema.scenario)}.arrivals"
            rows = self.store.query(
                f"SELECT count(*) FROM {table} WHERE run = ? AND arrived < {self.time(until_ms)}",
                [self.run.id],
            )
            self.counted[until_ms] = int(rows[0][0])
        return self.counted[until_ms]

    def time(self, ms: int) -> str:
        """Return a time, ms since the epoch, in the store's SQL."""
        return (
            f"make_timestamptz({ms * 1000})"
            if self.store.dialect.name == "duckdb"
            else f"to_timestamp({ms} / 1000.0)"
        )

    def columns(self, name: str) -> str:
        """Return what is to be selected of a table; jsonb as its own text, in which no digit is lost."""
        if self.store.dialect.name == "duckdb":
            return "*"
        fields = scenario_tables(self.stream.schema)[name]
        plain = {field.name: quote(field.name) for field in fields}
        structs = {
            f.name: f"CAST({plain[f.name]} AS text) AS {plain[f.name]}"
            for f in fields
            if is_struct(f.type)
        }
        return ", ".join((plain | structs).values())

    def simulation(
        self,
        run_id: str,  # noqa: ARG002 - a stored run has its own
        first_person: int,
        end_person: int,
        until_ms: int,  # noqa: ARG002 - it ends where its parts end
    ) -> StoredGroup:
        """Return the people of a group, standing at the start of the span."""
        return StoredGroup(self, (first_person, end_person), self.stream.start_ms)


class StoredGroup:
    """The people of a group, whose past is read, not simulated.

    Args:
        engine: The run.
        people: First, and the one after the last.
        at_ms: Where they stand.
    """

    def __init__(self, engine: StoredEngine, people: tuple[int, int], at_ms: int) -> None:
        self._engine, self._people, self._at_ms = engine, people, at_ms

    def skip(self, until_ms: int) -> None:
        """Go to a time without reading."""
        self._at_ms = until_ms

    def advance(self, until_ms: int) -> Chunk:
        """Return what happened up to a time."""
        engine, part = self._engine, Part(*self._people, self._at_ms, until_ms)
        self._at_ms = until_ms
        tables = {name: self._read(name, part) for name in _ORDER}
        return Chunk(engine.stream, engine.run.id, part, **tables, tallies=self._tallies(part))

    def _read(self, name: str, part: Part) -> object:
        engine = self._engine
        schema: StreamSchema = engine.stream.schema
        table, time = (
            f"{quote(schema.scenario)}.{name}",
            "arrived" if name == "arrivals" else "time",
        )
        whose = f"run = {literal(engine.run.id)} AND person >= {part.first_person} AND person < {part.end_person}"
        since = f"AND {time} >= {engine.time(part.from_ms)}"
        if name == "arrivals" and part.from_ms == engine.stream.start_ms:
            since = ""  # who was there before comes in the first part
            if engine.is_later:  # as they are by then: what changed them does not come
                before = f"{whose} AND time < {engine.time(part.from_ms)}"
                table = f"({people(engine.store.dialect, schema, before)}) AS arrivals"
        rows = engine.store.arrow(
            f"SELECT {engine.columns(name)} FROM {table} WHERE {whose} "
            f"AND {time} < {engine.time(part.until_ms)} {since} ORDER BY {_ORDER[name]}"
        )
        return fitted(rows, scenario_tables(schema)[name])

    def _tallies(self, part: Part) -> Tallies:
        """Return the tallies of the whole run with its very last part: they are not known by part."""
        engine = self._engine
        is_last = part.until_ms == engine.run.until_ms and part.end_person >= engine.run.people
        if not (is_last and engine.is_whole):
            return Tallies.empty()
        tallies = engine.store.tallies(engine.run.id)
        return replace(
            tallies, is_whole=bool(tallies.cities)
        )  # a store that was sent a span has none


def _nothing(info: RunInfo, from_ms: int | None, until_ms: int | None) -> UsageError:
    """Return the error of a span that holds nothing of a run."""
    first, last = info.run.stream.start_ms, info.run.until_ms
    asked = f"--from {shown_time(first if from_ms is None else from_ms)}"
    asked += f" --until {shown_time(last if until_ms is None else until_ms)}"
    if from_ms is not None and until_ms is not None and from_ms >= until_ms:
        return UsageError(
            f"{asked}: the end is not after the beginning\n  hint: exchange the two"
        )
    return UsageError(
        f"{asked}: run {info.id} has nothing then\n"
        f"  accepted: times between {shown_time(first)} and {shown_time(last)} (UTC), the span of the run"
    )


def _groups(store: Store, run: str) -> Groups:
    sql = (
        f"SELECT DISTINCT end_person FROM {store.meta}.ledger "
        f"WHERE run = ? AND end_person <> {EVERYBODY[1]} ORDER BY 1"
    )
    ends = [int(end) for (end,) in store.query(sql, [run])]
    return Groups((0, *(ends or [GROUP_SIZE])))


def _reaches_ms(store: Store, info: RunInfo) -> int:
    """Return up to when all people of a run are there: its end.

    Raises:
        UsageError: It is not complete; its groups stand at different times.
    """
    if not info.is_complete:
        raise UsageError(
            f"run {info.id} in {store.name} is not complete\n"
            "  hint: finish it first, with the same command again or with `footfall resume`"
        )
    return info.run.until_ms
