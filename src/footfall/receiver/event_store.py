"""The event store of the receiver: the statements that DuckDB and PostgreSQL share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from footfall.errors import StoreError
from footfall.receiver.intake import Row
from footfall.receiver.stage_order import ordered

GROUP = "g/"
"""Before the ids of groups among those of people."""
ADDED_COLUMNS = ("kind", "vendor", "library")
"""Last columns of `received`: stores that were made before there were any get them when they are opened."""
TABLES: dict[str, tuple[pa.Schema, Sequence[str]]] = {
    "received": (
        pa.schema(
            [
                pa.field("received", pa.timestamp("ms", "UTC"), nullable=False),
                pa.field("source", pa.string(), nullable=False),
                *(pa.field(name, pa.string()) for name in ("insert_id", "event_type")),
                pa.field("time", pa.timestamp("ms", "UTC")),
                *(
                    pa.field(name, pa.string())
                    for name in ("who", "user_id", "device_id", "city", "stage")
                ),
                pa.field("event", pa.struct([])),
                *(pa.field(name, pa.string()) for name in ADDED_COLUMNS),
            ]
        ),
        (),
    ),
    "known": (
        pa.schema(
            [
                pa.field("key", pa.string(), nullable=False),
                pa.field("digest", pa.string()),
                pa.field("seen", pa.int64(), nullable=False),
            ]
        ),
        ("key",),
    ),
    "users": (
        pa.schema(
            [
                pa.field("id", pa.string(), nullable=False),
                pa.field("properties", pa.struct([]), nullable=False),
            ]
        ),
        ("id",),
    ),
    "groups": (
        pa.schema(
            [
                pa.field("id", pa.string(), nullable=False),
                pa.field("properties", pa.struct([]), nullable=False),
            ]
        ),
        ("id",),
    ),
    "links": (
        pa.schema(
            [
                pa.field("device", pa.string(), nullable=False),
                pa.field("user_id", pa.string(), nullable=False),
            ]
        ),
        ("device",),
    ),
}
"""Table → columns, and its key. An empty struct is any JSON.

`known` holds what makes events and messages the same as others: `w/` and the id of a webhook's event, `a/` and project,
device and id of Amplitude's, `v/`, vendor and id of another one's, `m/` and the id of a message, whose body's digest
stands beside.
"""

STAGES = "Stages"
# In what order people reach stages, the last events tell as well as all, in a fraction of the time.
_PATHS = """SELECT path, count(*) AS people FROM (SELECT string_agg(stage, chr(31) ORDER BY first) AS path FROM (
        SELECT who, stage, min(time) AS first FROM (
            SELECT who, stage, time FROM received ORDER BY {latest} LIMIT 50000) AS latest
        WHERE stage IS NOT NULL AND who IS NOT NULL GROUP BY who, stage) AS stays GROUP BY who) AS paths
    GROUP BY path ORDER BY people DESC, path LIMIT 200"""
_COUNTS = """SELECT count(*) AS events, count(DISTINCT coalesce(links.user_id, who)) AS people
    FROM received LEFT JOIN links ON links.device = received.who"""
_QUERIES = {
    STAGES: """SELECT stage, count(*) AS people FROM (SELECT stage, row_number() OVER (PARTITION BY who
        ORDER BY time DESC NULLS LAST) AS place FROM received WHERE stage IS NOT NULL AND who IS NOT NULL) AS last
        WHERE place = 1 GROUP BY stage ORDER BY people DESC, stage LIMIT 30""",
    "Whose events": """SELECT vendor AS sender, library, count(*) AS events FROM received
        GROUP BY vendor, library ORDER BY events DESC, sender, library LIMIT 12""",
    "Top cities": """SELECT city, count(DISTINCT who) AS people, count(*) AS events FROM received WHERE city IS NOT NULL
        GROUP BY city ORDER BY events DESC, city LIMIT 12""",
    "Top events": """SELECT event_type AS event, count(*) AS events FROM received
        GROUP BY event_type ORDER BY events DESC, event LIMIT 12""",
    "Last events": """SELECT received, source, event_type AS event, who AS person, city, time FROM received
        ORDER BY {latest} LIMIT 15""",
}


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers and tables that the page shows: titles → tables."""

    events: int
    people: int
    tables: dict[str, pa.Table]


class EventsRefused(StoreError):  # noqa: N818 - reads as what the events are
    """The store is well, but will never hold these events."""


class EventStore(ABC):
    """A database that takes what is received; used by one thread, but for `overview`.

    closed → `open` → transactions → `close`; after any failure it is opened anew.
    """

    json: ClassVar[str]
    """The SQL type of a JSON value."""
    latest: ClassVar[str]
    """The order of rows, the last one first."""
    folder: Path | None = None
    """Where files beside it may lie; None for the system's place for such files."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The store's name in messages, without any secret."""

    @abstractmethod
    def open(self) -> None:
        """Open it and make what is missing; close what was open before.

        Raises:
            StoreError: It is in use, is no store of ours, or cannot be reached.
        """

    @abstractmethod
    def close(self) -> None:
        """Let it go."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Commit what happens inside, or nothing of it."""

    @abstractmethod
    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement; question marks in it stand for the values."""

    @abstractmethod
    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query; some thousand are in memory at a time."""

    @abstractmethod
    def insert(self, rows: Sequence[Row], now_ms: int) -> None:
        """Add events."""

    @abstractmethod
    def explained(self, error: Exception) -> StoreError:
        """Return a failure in a user's words: `EventsRefused` where the events are at fault."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Callable[[str], pa.Table]]:
        """Give a way to ask, from any thread, that disturbs nobody who writes."""

    def overview(self) -> Overview:
        """Return the overview, as of now."""
        with self.reading() as ask:
            counts = ask(_COUNTS).to_pylist()[0]
            tables = {
                title: ask(sql.format(latest=self.latest)) for title, sql in _QUERIES.items()
            }
            paths = [
                (row["path"].split("\x1f"), row["people"])
                for row in ask(_PATHS.format(latest=self.latest)).to_pylist()
            ]
            tables[STAGES] = _in_order(tables[STAGES], paths)
            return Overview(counts["events"], counts["people"], tables)

    def people(self) -> tuple[Iterator[tuple[str, str]], Iterator[tuple[str, str]]]:
        """Return (id, properties as JSON) of people and groups, and (device, user) as they are stored."""
        people = self.each("SELECT id, CAST(properties AS text) FROM users")
        groups = self.each(f"SELECT '{GROUP}' || id, CAST(properties AS text) FROM groups")
        return chain(people, groups), self.each("SELECT device, user_id FROM links")

    def add_keys(self, keys: Mapping[str, str | None], now_ms: int) -> set[str]:
        """Note keys with their digests, and return those that were not there."""
        if not keys:
            return set()
        # One statement notes and finds: RETURNING names those that were not there.
        rows = self.run(
            "INSERT INTO known (key, digest, seen) SELECT unnest(CAST(? AS text[])), unnest(CAST(? AS text[])), "
            f"{now_ms} ON CONFLICT DO NOTHING RETURNING key",
            [list(keys), list(keys.values())],
        )
        return {key for (key,) in rows}

    def digests(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the digests of messages that were received before."""
        return dict(
            self.run("SELECT key, digest FROM known WHERE key = ANY(CAST(? AS text[]))", [keys])
        )

    def remove_keys(self, keys: Sequence[str]) -> None:
        """Forget keys."""
        self.run("DELETE FROM known WHERE key = ANY(CAST(? AS text[]))", [keys])

    def expire(self, oldest_ms: int) -> None:
        """Forget keys of Amplitude's events that were noted before a time."""
        self.run(f"DELETE FROM known WHERE seen < {oldest_ms} AND starts_with(key, 'a/')")

    def probe(self, n_bytes: int) -> None:
        """Write so many bytes and take them away again, which only works where there is room."""
        # A commit each: what is taken back before one is never written.
        with self.transaction():
            self.run("CREATE TABLE IF NOT EXISTS probe (filler text)")
            # Of chance, so that no compression makes little of it.
            self.run("INSERT INTO probe VALUES (?)", [os.urandom(n_bytes // 2).hex()])
        with self.transaction():
            self.run("DROP TABLE probe")

    def save(self, people: Mapping[str, str | None], links: Mapping[str, str]) -> None:
        """Keep what has changed about people.

        Args:
            people: Id → properties as JSON; None where it is gone. Groups have ids that begin with `g/`.
            links: Device → user.
        """
        persons, groups = split_groups(people)
        kept = {i: properties for i, properties in persons.items() if properties is not None}
        gone = [i for i in persons if i not in kept]
        if kept:
            self._put("users", "id", "properties", self.json, kept)
        if groups:
            self._put("groups", "id", "properties", self.json, groups)
        if links:
            self._put("links", "device", "user_id", "text", links)
        if gone:
            self.run("DELETE FROM users WHERE id = ANY(CAST(? AS text[]))", [gone])

    def _put(
        self, table: str, key: str, value: str, kind: str, values: Mapping[str, str | None]
    ) -> None:
        self.run(
            f"INSERT INTO {table} ({key}, {value}) SELECT unnest(CAST(? AS text[])), unnest(CAST(? AS {kind}[])) "
            f"ON CONFLICT ({key}) DO UPDATE SET {value} = excluded.{value}",
            [list(values), list(values.values())],
        )


def _in_order(stages: pa.Table, paths: Sequence[tuple[Sequence[str], int]]) -> pa.Table:
    names = stages["stage"].to_pylist()
    places = [names.index(name) for name in ordered(names, paths)]
    return stages.take(pa.array(places, pa.int64()))


def split_groups(
    people: Mapping[str, str | None],
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return people apart from groups; the ids of groups without what tells them from people's."""
    groups = {i.removeprefix(GROUP): v for i, v in people.items() if i.startswith(GROUP)}
    return {i: v for i, v in people.items() if not i.startswith(GROUP)}, groups


def columns_of(rows: Sequence[Row], now_ms: int) -> dict[str, Sequence[Any]]:
    """Return rows as columns of `received`."""
    columns: dict[str, Sequence[Any]] = dict(
        zip(Row._fields, zip(*rows, strict=True), strict=True)
    )
    return {**columns, "received": (now_ms,) * len(rows), "time": columns["time_ms"]}
