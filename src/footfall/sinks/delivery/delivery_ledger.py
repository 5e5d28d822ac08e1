"""The ledger of destinations that keep none for us: up to when they have each group of people, in a SQLite file.

A part is noted in `sending`, before its first request; then, answer by answer, in `answered`, in one transaction with
the length of the dead letters and with what the vendor keeps of people; and in `groups`, once all of its events are
accepted or refused. Requests that were on their way when a run was killed are sent again, with the same ids;
`sending` says since when, for destinations that know an id again for some days only.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import StoreError
from footfall.sinks.delivery.answered_rows import AnsweredRows, spans_of
from footfall.sinks.delivery.dead_letters import id_of
from footfall.sinks.delivery.delivery import Answers
from footfall.sinks.protocol import Cursors, Prepared
from footfall.store.runs import check_start
from footfall.store.sqlite import SQLiteLedger
from footfall.store.tally_tables import read_tallies, tallies_text

FOLDER = Path(".footfall-ledger")
FORMAT = 3
SYNC_S = 1.0
"""How often answers are synced at least: they survive the end of the process at once, a power cut after so long. One
that is lost costs a request, no event."""
# Names in this file are those of format 1, some of which the code has outgrown: `letters` are bytes of dead letters,
# `again` holds dead letters that were sent again, `owed` the states that a vendor keeps of people.
_TABLES = """
CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, sink TEXT NOT NULL, title TEXT NOT NULL, begun INTEGER NOT NULL,
  finished INTEGER, letters INTEGER NOT NULL DEFAULT 0, start INTEGER);
CREATE TABLE IF NOT EXISTS groups (run TEXT NOT NULL, first_person INTEGER NOT NULL, end_person INTEGER NOT NULL,
  until_ms INTEGER NOT NULL, parts INTEGER NOT NULL, events INTEGER NOT NULL, accepted INTEGER NOT NULL,
  rejected INTEGER NOT NULL, first_committed INTEGER NOT NULL, last_committed INTEGER NOT NULL,
  PRIMARY KEY (run, first_person, end_person)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sending (run TEXT NOT NULL, first_person INTEGER NOT NULL, end_person INTEGER NOT NULL,
  until_ms INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (run, first_person, end_person));
CREATE TABLE IF NOT EXISTS answered (run TEXT NOT NULL, first_person INTEGER NOT NULL, end_person INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, accepted TEXT NOT NULL, refused TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS answered_parts ON answered (run, first_person, end_person);
CREATE TABLE IF NOT EXISTS again (run TEXT NOT NULL, event TEXT NOT NULL, since INTEGER NOT NULL, accepted INTEGER,
  PRIMARY KEY (run, event)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owed (run TEXT NOT NULL, person INTEGER NOT NULL, what TEXT NOT NULL,
  PRIMARY KEY (run, person)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (run TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run, event)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counted (run TEXT PRIMARY KEY, tallies TEXT NOT NULL, parts INTEGER NOT NULL DEFAULT 0);
"""
_PER_RUN = ("runs", "groups", "sending", "answered", "again", "owed", "refused", "counted")
_ADDED = {"runs": ("start INTEGER",), "counted": ("parts INTEGER NOT NULL DEFAULT 0",)}
"""Columns that ledgers of earlier formats lack."""
_ADD = """INSERT INTO groups VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  until_ms = excluded.until_ms, parts = parts + 1, events = events + excluded.events,
  accepted = accepted + excluded.accepted, rejected = rejected + excluded.rejected,
  last_committed = excluded.last_committed"""


@dataclass(frozen=True, slots=True)
class CountedParts:
    """The tallies of the parts of a run that are delivered, and how many of the parts are in them.

    Args:
        tallies: As far as they are known.
        covered: Parts that are in them: those that `footfall send` has brought have none, up to the last one.
        parts: Parts that are delivered.
    """

    tallies: Tallies
    covered: int = 0
    parts: int = 0

    @property
    def is_all(self) -> bool:
        """Whether no part is missing in the tallies."""
        return self.covered == self.parts

    def after(self, prepared: Prepared, *, is_farthest: bool) -> CountedParts:
        """Return what is counted with one more part.

        Args:
            is_farthest: No part reaches beyond this one's end: else tallies of the run so far are not those of all.
        """
        tallies, parts = Tallies.empty(), self.parts + 1
        tallies.add(self.tallies)
        tallies.add(prepared.tallies)
        # Whole tallies replace what was counted so far. They end with this part: where another group is
        # further on already, they lack what it has counted since.
        if prepared.tallies.is_whole:
            return CountedParts(tallies, parts if is_farthest else 0, parts)
        # `footfall send` brings parts without tallies; a part in which nothing happens has none either.
        is_silent = (
            prepared.tallies == Tallies.empty() and prepared.events + prepared.arrivals > 0
        )
        return CountedParts(tallies, self.covered + (not is_silent), parts)


class DeliveryLedger(SQLiteLedger):
    """The ledger of one destination over a network, open.

    Args:
        path: The SQLite file.
        make: Make it if it is not there.

    Raises:
        DamagedError: It is damaged.
        StoreError: It cannot be opened, or was written by a later version.
    """

    kept = "every part accepted before is noted"
    mend = (
        "put it back from a copy; or the same command with --fresh begins a new one: "
        "everything goes again, with the same ids, also of other runs"
    )

    def __init__(self, path: Path, *, make: bool = True) -> None:
        self._synced_at = -math.inf
        super().__init__(path, make=make)

    def _make(self) -> None:
        ((version,),) = self.rows("PRAGMA user_version")
        if version > FORMAT:
            raise StoreError(
                f"{self.path} has format {version}; this version reads up to {FORMAT}"
            )
        # A log that is appended to: a transaction takes 10 µs without a sync and 4 ms with one, in place of 16.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(_TABLES)
        self._widen()
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def begin(self, run: Run, sink: str, now_ms: int, *, dead_letters: int = 0) -> Cursors:
        """Note a run; return its cursors: (first person, end person) → time up to which its parts are accepted.

        Args:
            run: Without a span where only dead letters are sent again: that says nothing of when it starts.
            dead_letters: Bytes of dead letters that are there already, should the run not be known: they are kept.

        Raises:
            StoreError: What is accepted of it begins at another time.
        """
        with self._transaction() as do:
            do(
                "INSERT OR IGNORE INTO runs (run, sink, title, begun, letters) VALUES (?, ?, ?, ?, ?)",
                (run.id, sink, run.title, now_ms, dead_letters),
            )
            do("UPDATE runs SET finished = NULL WHERE run = ?", (run.id,))
            if run.until_ms > run.stream.start_ms:
                self._start(run)
        rows = self.rows(
            "SELECT first_person, end_person, until_ms FROM groups WHERE run = ?", run.id
        )
        return {(first, end): until for first, end, until in rows}

    def forget(self, run: str) -> None:
        """Remove all that is noted about a run."""
        with self._transaction() as do:
            for table in _PER_RUN:
                do(f"DELETE FROM {table} WHERE run = ?", (run,))

    def dead_letters_bytes(self, run: str) -> int:
        """Return the bytes of a run's dead letters."""
        rows = self.rows("SELECT letters FROM runs WHERE run = ?", run)
        return int(rows[0][0]) if rows else 0

    def sums(self, run: str) -> tuple[int, int, int]:
        """Return events, accepted and rejected of all parts of a run."""
        sql = "SELECT coalesce(sum(events), 0), coalesce(sum(accepted), 0), coalesce(sum(rejected), 0) FROM groups"
        events, accepted, rejected = self.rows(f"{sql} WHERE run = ?", run)[0]
        return events, accepted, rejected

    def refused(self, run: str) -> int:
        """Return how many events of a run were refused, and not accepted since."""
        return int(self.rows("SELECT count(*) FROM refused WHERE run = ?", run)[0][0])

    def counted(self, run: str) -> CountedParts:
        """Return what was counted in the parts of a run that are delivered."""
        ((parts,),) = self.rows("SELECT coalesce(sum(parts), 0) FROM groups WHERE run = ?", run)
        rows = self.rows("SELECT tallies, parts FROM counted WHERE run = ?", run)
        return (
            CountedParts(read_tallies(rows[0][0]), rows[0][1], parts)
            if rows
            else CountedParts(Tallies.empty(), 0, parts)
        )

    def send(self, run: str, part: Part, now_ms: int) -> None:
        """Note that a part is being sent, and since when: of several attempts the first counts."""
        with self._transaction() as do:
            do(
                "INSERT OR IGNORE INTO sending VALUES (?, ?, ?, ?, ?)",
                (run, part.first_person, part.end_person, part.until_ms, now_ms),
            )

    def answered(self, run: str, part: Part, n_rows: int) -> AnsweredRows:
        """Return which events of a part are accepted or refused already.

        Args:
            n_rows: Events of the part.
        """
        sql = (
            "SELECT accepted, refused FROM answered WHERE run = ? AND first_person = ? AND end_person = ? "
            "AND from_ms = ?"
        )
        rows = self.rows(sql, run, part.first_person, part.end_person, part.from_ms)
        accepted = [span for text, _ in rows for span in json.loads(text)]
        refused = [span for _, text in rows for span in json.loads(text)]
        return AnsweredRows.of(n_rows, accepted, refused)

    def note_answers(
        self, run: str, part: Part, answers: Answers, *, dead_letters: int
    ) -> None:
        """Note which events of a part are accepted or refused, before the whole part is.

        Args:
            dead_letters: Bytes of the dead letters.
        """
        letters = [letter for letter in answers.dead_letters if letter.is_event]
        row = (run, part.first_person, part.end_person, part.from_ms)
        spans = (spans_of(answers.accepted), spans_of([letter.row for letter in letters]))
        with self._rarely_synced(), self._transaction() as do:
            do(
                "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)",
                (*row, *map(json.dumps, spans)),
            )
            self._put_refused(run, dead_letters, [id_of(letter.event) for letter in letters])
            self._put_states(run, answers.person_states)

    def oldest_attempt_ms(self, run: str) -> int | None:
        """Return the time since which something is being sent whose outcome is not known; None if there is nothing."""
        sql = (
            "SELECT min(since) FROM (SELECT since FROM sending WHERE run = ?1 UNION ALL "
            "SELECT since FROM again WHERE run = ?1 AND accepted IS NULL)"
        )
        oldest = self.rows(sql, run)[0][0]
        return None if oldest is None else int(oldest)

    def first_attempt_ms(self, run: str) -> int | None:
        """Return the time since which anything of a run may have been accepted; None if nothing was sent yet."""
        sql = (
            "SELECT min(at) FROM (SELECT first_committed AS at FROM groups WHERE run = ?1 UNION ALL "
            "SELECT since FROM sending WHERE run = ?1)"
        )
        first = self.rows(sql, run)[0][0]
        return None if first is None else int(first)

    def settle(
        self,
        run: str,
        part: Part,
        counts: tuple[int, int, int],
        *,
        counted: CountedParts,
        now_ms: int,
        person_states: Mapping[int, Any] | None = None,
    ) -> None:
        """Note that a part is delivered: from here on it is.

        Args:
            counts: Events, accepted, rejected.
            counted: In all parts that are delivered, this one among them.
            person_states: Person → what the vendor has to keep of them; None where nothing is to be kept any more.
        """
        row = (run, part.first_person, part.end_person, part.until_ms, *counts, now_ms, now_ms)
        with self._transaction() as do:
            do(_ADD, row)
            for table in ("sending", "answered"):
                do(
                    f"DELETE FROM {table} WHERE run = ? AND first_person = ? AND end_person = ?",
                    row[:3],
                )
            texts = (run, tallies_text(counted.tallies), counted.covered)
            do("INSERT OR REPLACE INTO counted (run, tallies, parts) VALUES (?, ?, ?)", texts)
            self._put_states(run, person_states or {})

    def settle_person_states(
        self, run: str, states: Mapping[int, Any], *, dead_letters: int
    ) -> None:
        """Note what is to be kept of people, apart from any part."""
        with self._transaction() as do:
            do("UPDATE runs SET letters = ? WHERE run = ?", (dead_letters, run))
            self._put_states(run, states)

    def person_states(self, run: str, people: Iterable[int] | None = None) -> dict[int, Any]:
        """Return what is kept of some people, or of all."""
        if people is None:
            rows = self.rows("SELECT person, what FROM owed WHERE run = ?", run)
        else:
            chosen = json.dumps(list(people))
            sql = "SELECT person, what FROM json_each(?) JOIN owed ON person = value WHERE run = ?"
            rows = self.rows(sql, chosen, run)
        return {person: json.loads(what) for person, what in rows}

    def begin_retry(self, run: str, events: Mapping[str, str], now_ms: int) -> dict[str, str]:
        """Note that dead letters are being sent again; return those that have not been accepted since.

        Args:
            events: Id → event.
        """
        sql = "SELECT event FROM json_each(?) JOIN again ON event = value WHERE run = ? AND accepted IS NOT NULL"
        accepted = {name for (name,) in self.rows(sql, json.dumps(list(events)), run)}
        left = {name: text for name, text in events.items() if name not in accepted}
        with self._transaction():
            rows = [(run, name, now_ms) for name in left]
            self._connection.executemany(
                "INSERT OR IGNORE INTO again VALUES (?, ?, ?, NULL)", rows
            )
        return left

    def note_retry(
        self,
        run: str,
        accepted: Iterable[str],
        refused: Iterable[str],
        *,
        dead_letters: int,
        now_ms: int,
    ) -> None:
        """Note what became of some dead letters; those that were refused again may go once more.

        Args:
            dead_letters: Bytes of the dead letters.
        """
        with self._rarely_synced(), self._transaction() as do:
            many = self._connection.executemany
            of_accepted = [(run, name) for name in accepted]
            many(
                f"UPDATE again SET accepted = {int(now_ms)} WHERE run = ? AND event = ?",
                of_accepted,
            )
            many("DELETE FROM refused WHERE run = ? AND event = ?", of_accepted)
            of_refused = [(run, name) for name in refused]
            many("DELETE FROM again WHERE run = ? AND event = ?", of_refused)
            do("UPDATE runs SET letters = ? WHERE run = ?", (dead_letters, run))

    def end(self, run: str, now_ms: int) -> None:
        """Note that all parts of a run are delivered."""
        with self._transaction() as do:
            do("UPDATE runs SET finished = ? WHERE run = ?", (now_ms, run))

    def _start(self, run: Run) -> None:
        """Note when a run starts, or check it once something was sent.

        A ledger of format 1 does not know: what is asked for then is taken to be what it has.
        """
        ((start_ms,),) = self.rows("SELECT start FROM runs WHERE run = ?", run.id)
        if start_ms is not None and self.first_attempt_ms(run.id) is not None:
            check_start(run, start_ms)
        self._connection.execute(
            "UPDATE runs SET start = ? WHERE run = ?", (run.stream.start_ms, run.id)
        )

    def _widen(self) -> None:
        for table, columns in _ADDED.items():
            have = self._columns(table)
            for column in columns:
                if column.split()[0] not in have:
                    self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    @contextmanager
    def _rarely_synced(self) -> Iterator[None]:
        """Leave a transaction to the system unless the last sync is long ago: SQLite's log stays whole either way."""
        now = time.monotonic()
        is_due = now > self._synced_at + SYNC_S
        self._synced_at = now if is_due else self._synced_at
        self.rows(f"PRAGMA synchronous = {'FULL' if is_due else 'NORMAL'}")
        try:
            yield
        finally:
            self.rows("PRAGMA synchronous = FULL")

    def _put_refused(self, run: str, dead_letters: int, ids: Iterable[str]) -> None:
        self._connection.execute(
            "UPDATE runs SET letters = ? WHERE run = ?", (dead_letters, run)
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO refused VALUES (?, ?)", [(run, id_) for id_ in ids]
        )

    def _put_states(self, run: str, states: Mapping[int, Any]) -> None:
        kept = [
            (run, person, json.dumps(state, ensure_ascii=False))
            for person, state in states.items()
            if state is not None
        ]
        gone = [(run, person) for person, state in states.items() if state is None]
        self._connection.executemany("INSERT OR REPLACE INTO owed VALUES (?, ?, ?)", kept)
        self._connection.executemany("DELETE FROM owed WHERE run = ? AND person = ?", gone)
