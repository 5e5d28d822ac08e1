"""A stored run as an engine: parts are read back in place of a simulation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pyarrow.types import is_struct

from footfall.data.chunk import Chunk
from footfall.data.part import Groups, Part
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run, Stream
from footfall.data.tallies import Tallies
from footfall.errors import UsageError
from footfall.sinks.protocol import EVERYBODY
from footfall.store import RunInfo, Store
from footfall.store.arrow_types import fitted, relabelled
from footfall.store.column_names import with_columns
from footfall.store.dialect import literal, quote
from footfall.store.runs import shown_time
from footfall.store.tables import scenario_tables
from footfall.store.views import people
from footfall.units import DAY_MS, HOUR_MS

PART_EVENTS = 200_000
"""Events of a part, about: at 300 bytes each some 60 MB in memory."""
GROUP_SIZE = 32_768
"""People of a group, of a run whose ledger tells no groups."""
_ORDER = {"events": "time, person", "changes": "time, person, sequence", "arrivals": "person"}


@dataclass(frozen=True)
class StoredEngine:
    """A run in a store, as an engine.

    Args:
        store: Open.
        run: With the span that is wanted.
        groups: As the run was written, so that a sink which has a part of it goes on.
        window_ms: So wide that a part holds about `PART_EVENTS`; a part from PostgreSQL holds
            fewer, since its rows come as Python objects.
        is_whole: The whole run is wanted, so its tallies belong to it.
        is_later: The span begins after the run, so people arrive as they are then.
    """

    store: Store
    run: Run
    groups: Groups
    window_ms: int
    is_whole: bool
    is_later: bool
    counted: dict[int | str, int] = field(default_factory=dict)

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
            info.run,
            stream=replace(info.run.stream, start_ms=start_ms),
            until_ms=end_ms,
            catalogues=store.catalogues(info.id),
        )
        groups = _groups(store, info.id)
        n_groups = groups.count(max(_numbers(store, run), 1))
        part_events = PART_EVENTS if store.dialect.name == "duckdb" else PART_EVENTS // 4
        # Share of the span in which a group has about so many events, if they come evenly.
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
    def stored_schema(self) -> StreamSchema:
        """The stream's schema, with columns as the store has them."""
        schema = self.stream.schema
        return with_columns(schema) if self.store.dialect.ignores_case else schema

    @property
    def length_days(self) -> int:
        """Length of the span in days, rounded up."""
        return -(-(self.run.until_ms - self.stream.start_ms) // DAY_MS)

    def people_until(self, until_ms: int) -> int:
        """Return the number of people who arrived before a time; all, if arrivals are not stored."""
        if until_ms >= self.run.until_ms:
            return self.run.people
        if until_ms not in self.counted:
            table = self.store.dialect.rows(self.stream.schema.scenario, "arrivals")
            rows = self.store.query(
                f"SELECT count(*) FROM {table} WHERE run = ? AND arrived < {self.time(until_ms)}",
                [self.run.id],
            )
            self.counted[until_ms] = int(rows[0][0])
        return self.counted[until_ms]

    def numbers_until(self, until_ms: int) -> int:  # noqa: ARG002 - a group may begin sooner than it must
        """Return how many numbers the people of the run may have, whenever they arrived."""
        if "numbers" not in self.counted:
            self.counted["numbers"] = _numbers(self.store, self.run)
        return self.counted["numbers"]

    def time(self, ms: int) -> str:
        """Return a time, ms since the epoch, in the store's SQL."""
        return (
            f"make_timestamptz({ms * 1000})"
            if self.store.dialect.name == "duckdb"
            else f"to_timestamp({ms} / 1000.0)"
        )

    def columns(self, name: str) -> str:
        """Return the columns to select of a table; jsonb as text, in which no digit is lost."""
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
        table = engine.store.dialect.rows(schema.scenario, name)
        time = "arrived" if name == "arrivals" else "time"
        whose = f"run = {literal(engine.run.id)} AND person >= {part.first_person} AND person < {part.end_person}"
        since = f"AND {time} >= {engine.time(part.from_ms)}"
        if name == "arrivals" and part.from_ms == engine.stream.start_ms:
            since = ""  # who was there before comes in the first part
            if engine.is_later:  # as they are by then: what changed them does not come
                before = f"{whose} AND time < {engine.time(part.from_ms)}"
                then = people(engine.store.dialect, engine.stored_schema, engine.run.id, before)
                table = f"({then}) AS arrivals"
        # In the order in which a simulation leaves them: what is sent does not depend on the
        # store.
        rows = engine.store.arrow(
            f"SELECT {engine.columns(name)} FROM {table} WHERE {whose} "
            f"AND {time} < {engine.time(part.until_ms)} {since} ORDER BY {_ORDER[name]}"
        )
        stored = scenario_tables(engine.stored_schema)[name]
        return relabelled(fitted(rows, stored), scenario_tables(schema)[name])

    def _tallies(self, part: Part) -> Tallies:
        """Return the whole run's tallies with its very last part: they are not known by part."""
        engine = self._engine
        is_last = (
            part.until_ms == engine.run.until_ms
            and part.end_person >= engine.numbers_until(part.until_ms)
        )
        if not (is_last and engine.is_whole):
            return Tallies.empty()
        tallies = engine.store.tallies(engine.run.id)
        return replace(
            tallies, is_whole=bool(tallies.cities)
        )  # a store that was sent a span has none


def _numbers(store: Store, run: Run) -> int:
    """Return one more than the greatest number of a person of a run."""
    tables = [
        store.dialect.rows(run.stream.schema.scenario, name) for name in ("arrivals", "events")
    ]
    found = [
        store.query(f"SELECT coalesce(max(person), -1) FROM {table} WHERE run = ?", [run.id])
        for table in tables
    ]
    return 1 + max(int(rows[0][0]) for rows in found)


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
        # A run in order of time has one cursor for everybody, which says nothing of groups.
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
