"""What was received, in a DuckDB file. One thread writes; requests that wait meanwhile share a transaction.

A request is answered with 2xx only after the transaction that holds all of its events is committed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.errors import FootfallError, StoreError
from footfall.server.intake import Intake, Row, Stored
from footfall.server.profiles import Profiles
from footfall.sinks.delivery.amplitude_limits import DEDUPLICATION_DAYS
from footfall.sinks.delivery.clock import Clock
from footfall.store import duck
from footfall.store.dialect import quote

if TYPE_CHECKING:
    import duckdb

DAY_MS = 86_400_000
MOST_AT_ONCE = 64
"""Requests per transaction: a commit costs some milliseconds, whatever it holds."""

_TABLES = (
    (
        "received (received TIMESTAMP_MS NOT NULL, source VARCHAR NOT NULL, insert_id VARCHAR, event_type VARCHAR, "
        "time TIMESTAMP_MS, who VARCHAR, user_id VARCHAR, device_id VARCHAR, city VARCHAR, stage VARCHAR, "
        '"event" VARCHAR)'
    ),
    "seen (key VARCHAR PRIMARY KEY, seen BIGINT NOT NULL)",
    "messages (id VARCHAR PRIMARY KEY, digest VARCHAR NOT NULL)",
    "users (id VARCHAR PRIMARY KEY, properties VARCHAR NOT NULL)",
    "links (device VARCHAR PRIMARY KEY, user_id VARCHAR NOT NULL)",
)
_ROWS = pa.schema(
    [
        pa.field("received", pa.timestamp("ms")),
        *(pa.field(name, pa.string()) for name in ("source", "insert_id", "event_type")),
        pa.field("time", pa.timestamp("ms")),
        *(pa.field(name, pa.string()) for name in ("who", "user_id", "device_id", "city", "stage", "event")),
    ]
)
_STAGES = """SELECT stage, count(*) AS people FROM (SELECT who, max_by(stage, time) AS stage FROM received
WHERE stage IS NOT NULL AND who IS NOT NULL GROUP BY who) GROUP BY stage ORDER BY people DESC, stage LIMIT 30"""
_CITIES = """SELECT city, count(DISTINCT who) AS people, count(*) AS events FROM received WHERE city IS NOT NULL
GROUP BY city ORDER BY events DESC, city LIMIT 30"""
_TYPES = (
    """SELECT event_type AS event, count(*) AS events FROM received GROUP BY ALL ORDER BY events DESC, event LIMIT 30"""
)
_LAST = """SELECT strftime(received, '%H:%M:%S') AS received, source, event_type AS event, who AS person, city,
strftime(time, '%Y-%m-%d %H:%M:%S') AS "time" FROM received ORDER BY rowid DESC LIMIT 20"""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows: titles → tables."""

    events: int
    people: int
    tables: dict[str, pa.Table]


class Received:
    """A file that takes what is received.

    Args:
        path: The DuckDB file; made if it is not there.
        clock: Tells when something was received.

    Raises:
        StoreError: It is in use or cannot be opened.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self._clock = path, clock
        self._waiting: queue.SimpleQueue[tuple[Intake, Future[Stored]] | None] = queue.SimpleQueue()
        self._forgot_ms = 0
        self._open()
        self._writer = threading.Thread(target=self._write, name="received", daemon=True)
        self._writer.start()

    def submit(self, intake: Intake) -> Future[Stored]:
        """Store a request's events, all or none; the future ends when they are committed, or with `StoreError`."""
        future: Future[Stored] = Future()
        self._waiting.put((intake, future))
        return future

    def overview(self) -> Overview:
        """Return what the page shows, as of now."""
        with self.cursor() as cursor:
            counts = duck.fetch(cursor, "SELECT count(*) AS events, count(DISTINCT who) AS people FROM received")
            (events, people) = counts.to_pylist()[0].values()
            asked = {"Stages": _STAGES, "Cities": _CITIES, "Events": _TYPES, "Last events": _LAST}
            return Overview(events, people, {title: duck.fetch(cursor, sql) for title, sql in asked.items()})

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the same file, for another thread."""
        cursor = self._connection.cursor()
        cursor.execute(f"USE {self._home}")
        return cursor

    def close(self) -> None:
        """Store what waits, then let the file go."""
        self._waiting.put(None)
        self._writer.join()
        self._connection.close()

    def _open(self) -> None:
        self._connection: duckdb.DuckDBPyConnection = duck.connect(self.path, read_only=False)
        (names,) = duck.fetch(self._connection, "SELECT current_database() AS d, current_schema() AS s").to_pylist()
        self._home = ".".join(map(quote, names.values()))
        for table in _TABLES:
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        self._load_profiles()

    def _load_profiles(self) -> None:
        users = self._connection.execute("SELECT id, properties FROM users").fetchall()
        links = self._connection.execute("SELECT device, user_id FROM links").fetchall()
        self.profiles = Profiles(users, links)

    def _write(self) -> None:
        """Store what comes until told to stop; the thread's whole life."""
        while (first := self._waiting.get()) is not None:
            together, is_last = [first], False
            while len(together) < MOST_AT_ONCE and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    is_last = True
                    break
                together.append(more)
            self._store_all(together)
            if is_last:
                return

    def _store_all(self, together: Sequence[tuple[Intake, Future[Stored]]]) -> None:
        try:
            results = self._store([intake for intake, _ in together])
        except Exception as error:  # noqa: BLE001 - whoever waits is told; the thread must live on
            self._recover()
            known = error if isinstance(error, FootfallError) else duck.failed(self.path, error, "nothing was stored")
            for _, future in together:
                future.set_exception(StoreError(str(known)))
            return
        for (_, future), result in zip(together, results, strict=True):
            future.set_result(result)

    def _recover(self) -> None:
        """After a failure: what is in memory must be what is stored; a full disk may have spoilt the connection."""
        try:
            self._load_profiles()
        except Exception:  # noqa: BLE001 - any failure means: open anew
            with suppress(Exception):
                self._connection.close()
                self._open()

    def _store(self, intakes: Sequence[Intake]) -> list[Stored]:
        now = self._clock.wall_ms()
        with duck.transaction(self._connection):
            self._forget(now)
            is_known = self._new_messages(intakes)
            fresh = self._new_keys([i for i, known in zip(intakes, is_known, strict=True) if known is None], now)
            results = [self._keep(i, known, fresh) for i, known in zip(intakes, is_known, strict=True)]
            self._insert([row for _, rows in results for row in rows], now)
            self._save_profiles()
        return [stored for stored, _ in results]

    def _keep(self, intake: Intake, known: bool | None, fresh: set[str]) -> tuple[Stored, list[Row]]:
        """Return what becomes of an intake and its new rows; each key is taken out of `fresh` by its first event."""
        if known is not None:
            return Stored(0, len(intake.rows) if known else 0, is_replay=known, is_conflict=not known), []
        rows = []
        for row, update in zip(intake.rows, intake.updates, strict=True):
            if row.key is not None:
                if row.key not in fresh:
                    continue
                fresh.discard(row.key)
            rows.append(row)
            if update is not None:
                self.profiles.apply(update)
        return Stored(len(rows), len(intake.rows) - len(rows)), rows

    def _new_messages(self, intakes: Sequence[Intake]) -> list[bool | None]:
        """Note messages. Per intake: None if it is new, True if it is there with that body, False with another."""
        named = [intake.message[0] for intake in intakes if intake.message]
        if not named:
            return [None] * len(intakes)
        marks = ", ".join("?" * len(named))
        sql = f"SELECT id, digest FROM messages WHERE id IN ({marks})"
        there = dict(self._connection.execute(sql, named).fetchall())
        new: dict[str, str] = {}
        results: list[bool | None] = []
        for message, body in (intake.message or ("", "") for intake in intakes):
            before = there.get(message, new.get(message))
            results.append(None if before is None else before == body)
            if message and before is None:
                new[message] = body
        if new:
            self._add("messages", {"id": list(new), "digest": list(new.values())})
        return results

    def _new_keys(self, intakes: Sequence[Intake], now: int) -> set[str]:
        keys = list(dict.fromkeys(row.key for intake in intakes for row in intake.rows if row.key is not None))
        if not keys:
            return set()
        with duck.registered(self._connection, pa.table({"key": keys})) as name:
            sql = f"INSERT INTO seen SELECT key, {now} FROM {name} ON CONFLICT DO NOTHING RETURNING key"
            return {key for (key,) in self._connection.execute(sql).fetchall()}

    def _insert(self, rows: Sequence[Row], now: int) -> None:
        if not rows:
            return
        columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        columns |= {"received": (now,) * len(rows), "time": columns["time_ms"]}
        table = pa.table([pa.array(columns[field.name], field.type) for field in _ROWS], schema=_ROWS)
        duck.insert(self._connection, "received", table)

    def _save_profiles(self) -> None:
        rows, links = self.profiles.changed()
        kept = {i: properties for i, properties in rows if properties is not None}
        gone = [i for i, properties in rows if properties is None]
        if kept:
            self._add("users", {"id": list(kept), "properties": list(kept.values())}, "properties")
        if links:
            self._add("links", {"device": [d for d, _ in links], "user_id": [u for _, u in links]}, "user_id")
        if gone:
            with duck.registered(self._connection, pa.table({"id": gone})) as name:
                self._connection.execute(f"DELETE FROM users WHERE id IN (SELECT id FROM {name})")

    def _add(self, table: str, columns: dict[str, list[Any]], replaced: str = "") -> None:
        action = f"UPDATE SET {replaced} = excluded.{replaced}" if replaced else "NOTHING"
        with duck.registered(self._connection, pa.table(columns)) as name:
            self._connection.execute(f"INSERT INTO {table} SELECT * FROM {name} ON CONFLICT DO {action}")

    def _forget(self, now: int) -> None:
        """Forget, once an hour, the keys after which an event counts as new again.

        Source: http-v2, "Event deduplication": 7 days.
        """
        if now - self._forgot_ms < DAY_MS // 24:
            return
        self._forgot_ms = now
        oldest = now - DEDUPLICATION_DAYS * DAY_MS
        self._connection.execute("DELETE FROM seen WHERE seen < ? AND starts_with(key, 'a/')", [oldest])
