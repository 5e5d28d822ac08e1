"""The protocol of sinks: what goes in, what comes out, and what a sink can do."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import StoreError
from footfall.store.runs import now_ms

Group = tuple[int, int]
Cursors = dict[Group, int]
EVERYBODY: Group = (0, 10**12)
"""The one group of what is written in order of time; the same however many people come."""

Placement = Literal["worker", "single"]
FileKind = Literal["ndjson", "csv", "json"]
Partition = Literal["none", "day"]
Guarantee = Literal["exactly once", "at least once", "best effort"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Properties of a sink that commands ask for, besides its guarantee; none by default.

    Args:
        kind: As before the colon after `--to`: `duckdb`. Empty: of no kind that a command
            treats in its own way.
        path: File or folder on this machine that holds all that was delivered; its size is
            shown.
        store: Address that `open_store` takes, where the sink keeps the runs it has and what
            was counted in them; None if it keeps none. No password stands in it.
        has_rows: Events can be read in the store too, as reports do; else it holds runs and
            counts alone.
        event_bytes: Bytes that an event takes at `path`, about; None: not known.
        can_partition: It is made with `partition="day"` as well, and then keeps each day's
            events apart.
        can_dry_run: `dry-run` among the options behind `#` has it do everything but deliver.
        writes_stdout: Events go to standard output, so that nothing else may.
        keeps_profiles: It keeps properties of people apart from events, from changes and
            arrivals.
        is_masked: Its name leaves a secret of the address out; options behind `#` hold none.
    """

    kind: str = ""
    path: Path | None = None
    store: str | None = None
    has_rows: bool = False
    event_bytes: float | None = None
    can_partition: bool = False
    can_dry_run: bool = False
    writes_stdout: bool = False
    keeps_profiles: bool = False
    is_masked: bool = False

    @property
    def keeps_runs(self) -> bool:
        """Whether there is a store that can be asked which runs the sink has."""
        return self.store is not None


@dataclass(frozen=True, slots=True)
class Payload:
    """Encoded rows of one table: in a file that `prepare` has written, or in memory if small.

    Args:
        rows: Number of rows.
        size_bytes: Number of bytes, as encoded.
        data: The bytes; None when they are in the file.
        file: Where they are; the sink removes it when it is committed or given up.
        target: Where the destination is to have them, for sinks to which that matters.
    """

    rows: int
    size_bytes: int
    data: bytes | None = None
    file: Path | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chunk, encoded for one sink; small to pickle, since large data are in files.

    Args:
        run: Id of the run.
        part: The part.
        tallies: Of this part alone.
        events, changes, arrivals: Rows of the chunk.
        payloads: Table → what is to be written; a table may have several, or none.
    """

    run: str
    part: Part
    tallies: Tallies
    events: int
    changes: int
    arrivals: int
    payloads: Mapping[str, tuple[Payload, ...]] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """Bytes of all payloads."""
        return sum(
            payload.size_bytes for payloads in self.payloads.values() for payload in payloads
        )

    def ledger_row(self, rejected: int = 0) -> dict[str, Any]:
        """Return this part's row for the table `ledger`."""
        part = self.part
        return {
            "run": self.run,
            "first_person": part.first_person,
            "end_person": part.end_person,
            "from_ms": part.from_ms,
            "until_ms": part.until_ms,
            "events": self.events,
            "changes": self.changes,
            "arrivals": self.arrivals,
            "rejected": rejected,
            "committed": now_ms(),
        }

    @property
    def files(self) -> list[Path]:
        """Files that were written for this."""
        return [
            p.file
            for payloads in self.payloads.values()
            for p in payloads
            if p.file is not None
        ]


def prepared_of(chunk: Chunk, payloads: Mapping[str, tuple[Payload, ...]]) -> Prepared:
    """Return a chunk as prepared, with what was encoded of it."""
    return Prepared(
        run=chunk.run,
        part=chunk.part,
        tallies=chunk.tallies,
        events=chunk.events.num_rows,
        changes=chunk.changes.num_rows,
        arrivals=chunk.arrivals.num_rows,
        payloads=payloads,
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer of a sink for a part: its events = accepted + rejected + pending.

    Args:
        part: The part.
        accepted: Events that the destination has, for good.
        rejected: Events that it will never take; they are in the dead letters.
        pending: Events that it may take later.
        size_bytes: Bytes written or sent.
        was_there_already: The part had been committed before; nothing was done.
    """

    part: Part
    accepted: int
    rejected: int = 0
    pending: int = 0
    size_bytes: int = 0
    was_there_already: bool = False


@runtime_checkable
class Sink(Protocol):
    """A destination of events.

    Life: made from its configuration alone → `open` (which also clears away what an
        interrupted run has left) → any
    number of `prepare` and `commit` → `close`. `prepare` needs no `open`: it runs in worker
    processes, on a copy that was pickled before; so a sink must be picklable while it is not
    open. All else runs in one thread of the owner.

    Attributes:
        name: For people, and what `parse` takes: `duckdb:footfall.duckdb`.
        placement: `worker` if `prepare` may run in several processes at once, `single` if it
            must run in the owner.
        guarantee: What holds after any crash, once the run has been continued to its end.
    """

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        ...

    @property
    def placement(self) -> Placement:
        """The placement of `prepare`: in several processes, or in one."""
        ...

    @property
    def guarantee(self) -> Guarantee:
        """The promise that holds after any crash."""
        ...

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk.

        Raises:
            PermanentSinkError: The chunk's columns are not those its stream declares.
            StoreError: There is no space for what is encoded.
        """
        ...

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Get ready for a run.

        Args:
            run: The run. The same one again is continued.
            fresh: Remove what is there of this run first.

        Returns:
            Per group (first person, end person): the time up to which its parts are committed.

        Raises:
            StoreError: The destination is in use, belongs to somebody else, or cannot hold the
                run.
        """
        ...

    def commit(self, prepared: Prepared) -> Receipt:
        """Hand over a part, after which it is there for good: all of it or nothing.

        Parts of a group come in order, each beginning at the group's cursor. A part that is
        there changes nothing.

        Raises:
            SinkError: The destination did not take it.
            StoreError: The part does not follow its group's cursor, or the destination cannot
                be written.
        """
        ...

    def close(self, *, complete: bool) -> None:
        """Finish.

        Args:
            complete: All parts of the run are committed.
        """
        ...


def stands_at(cursors: Mapping[Group, int], people: Group, start_ms: int) -> int:
    """Return the time up to which a destination has a group of people.

    Parts of groups and parts of everybody may follow each other: a live run goes on where all
        groups stand, and a
    longer run by groups goes on where everybody stands.

    Args:
        cursors: Per group that has a part: end of its last one.
        people: A group, or `EVERYBODY`, who stand where all groups do; where these differ, at
            the farthest, so that nothing is taken twice.
        start_ms: Start of the run.
    """
    everybody = cursors.get(EVERYBODY, start_ms)
    if people != EVERYBODY:
        return max(cursors.get(people, start_ms), everybody)
    return max([everybody, *cursors.values()])


@runtime_checkable
class DeclaresCapabilities(Protocol):
    """A sink that says what it can do; `capabilities_of` asks, also those that do not."""

    @property
    def capabilities(self) -> Capabilities:
        """Its capabilities, as they follow from its configuration; known before `open`."""
        ...


def capabilities_of(sink: Sink) -> Capabilities:
    """Return what a sink says that it can do; the default of one that says nothing."""
    return sink.capabilities if isinstance(sink, DeclaresCapabilities) else Capabilities()


@runtime_checkable
class Stoppable(Protocol):
    """A sink that may wait long for its destination, and can be told to leave."""

    def stop_on(self, stop: threading.Event) -> None:
        """Give up waiting soon after an event is set; told before `open`."""
        ...


@runtime_checkable
class Forecasts(Protocol):
    """A sink that can say on standard error how long a delivery will take."""

    def forecast(self) -> None:
        """Say it with the first part, if it will take long; called once the sink is open."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of the part that is being committed.

    Args:
        in_flight: Events that were handed over, and of which nothing is known yet.
        accepted, rejected: Events.
        retries: Requests that were sent once more, since the sink was opened.
    """

    in_flight: int = 0
    accepted: int = 0
    rejected: int = 0
    retries: int = 0


@runtime_checkable
class ReportsProgress(Protocol):
    """A sink that can say how far a part is while it is being committed."""

    def progress(self) -> Progress:
        """Return what has become of the part; called by another thread at any time."""
        ...


@runtime_checkable
class KeepsTallies(Protocol):
    """A sink that keeps the tallies of its parts, since its destination cannot be asked."""

    def tallies(self) -> Tallies | None:
        """Return the tallies of all parts of the open run; None where some came without."""
        ...


class CursorBook:
    """The cursors of one run, and the rule that a part begins at its group's cursor.

    Args:
        run: The run; a group of which nothing is there stands at the run's start.
        cursors: What is there.
    """

    def __init__(self, run: Run, cursors: Cursors) -> None:
        self._start_ms, self._run = run.stream.start_ms, run.id
        self.cursors = cursors

    def has(self, prepared: Prepared) -> bool:
        """Return whether a part is there already.

        Raises:
            StoreError: The part belongs to another run, leaves a gap, or is there in part.
        """
        part = prepared.part
        cursor = stands_at(self.cursors, (part.first_person, part.end_person), self._start_ms)
        if prepared.run != self._run:
            raise StoreError(
                f"part {part.name} belongs to run {prepared.run}, but run {self._run} is open"
            )
        if part.until_ms <= cursor:
            return True
        if part.from_ms != cursor:
            what = "leaves a gap" if part.from_ms > cursor else "is there in part"
            raise StoreError(
                f"part {part.name} {what}: people {part.first_person} to {part.end_person - 1} are stored up to "
                f"{cursor}, the part spans {part.from_ms} to {part.until_ms} (ms since the epoch)\n"
                "  hint: this is a fault of what drives the sink; running the same command again continues"
            )
        return False

    def move(self, part: Part) -> None:
        """Note that a part is there."""
        self.cursors[part.first_person, part.end_person] = part.until_ms
