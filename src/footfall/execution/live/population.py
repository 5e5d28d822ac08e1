"""The population of a live run: everybody side by side, in windows of any length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.execution.engine import CheckpointableGroup, LiveEngine, PutAway, Saved
from footfall.execution.live.checkpoint import PopulationBlock, PopulationSnapshot
from footfall.execution.live.sleepers import Sleepers
from footfall.execution.time_order import merge_chunks
from footfall.net.clock import Clock, SystemClock
from footfall.sinks.protocol import EVERYBODY
from footfall.units import DAY_MS, HOUR_MS

HORIZON_MS = 730 * DAY_MS
"""Reach of a calendar; when people get to its end, they are replayed with a longer one."""
SOON_MS = DAY_MS
LATER_MS = 28 * DAY_MS
"""How far ahead people are held: those who act or arrive within `SOON_MS` at least, `LATER_MS` at most.

Of each who is held the arrays are in memory, some kilobyte; of the others, in a file. To look who comes next costs a
pass over all, so the span is doubled where passes come within `PASS_S`, and halved where they are rare.
"""
PASS_S = 20.0
NEVER_MS = 2**63 - 1
_STEP_MS = HOUR_MS
_STEP_EVENTS = 200_000

Watch = Callable[[float], None]


def ignore_progress(_: float) -> None:
    """Ignore a share that is replayed."""


class LivePopulation:
    """The population: two blocks of those who act soon, and those who are asleep, in a file.

    Every day, or some days, those of the blocks who act within the next ones become one block, with whoever wakes up
    until then; the others are put to sleep, and those to whom nothing more will happen are forgotten. Who arrives
    until then is the second block. So memory depends on how many act, and not on how many have come.

    Args:
        engine: The stream.
        run_id: For the column `run`.
        at_ms: Where to begin; what happened before is replayed, and not written.
        watch: Called with the share that is replayed, from 0 to 1.
        snapshot: State at a time before, behind which nothing need be replayed.
        clock: Tells how often people are let in.
        folder: Of the file with those who are asleep; None takes the system's place for such files.

    Raises:
        ValueError: The snapshot does not fit the stream.
    """

    def __init__(
        self,
        engine: LiveEngine,
        run_id: str,
        at_ms: int,
        watch: Watch = ignore_progress,
        snapshot: PopulationSnapshot | None = None,
        clock: Clock | None = None,
        folder: Path | None = None,
    ) -> None:
        self._engine, self._run_id, self.at_ms = engine, run_id, at_ms
        self._clock, self._folder = clock or SystemClock(), folder
        self._span_ms, self._admitted_s = SOON_MS, self._clock.monotonic()
        self._asleep: Saved = {}
        self._horizon_ms = self._admitted_ms = at_ms
        self._blocks: list[CheckpointableGroup] = []
        self._people: list[tuple[int, int]] = []
        if snapshot is None:
            self._begin(at_ms, watch)
        else:
            self._restore(snapshot, watch)

    def advance(self, until_ms: int) -> Chunk:
        """Return what happens to everybody up to a time, as one chunk."""
        if (
            until_ms > self._horizon_ms
        ):  # after two years: from the start again, with a longer calendar
            self._begin(until_ms, ignore_progress)
        if until_ms > self._admitted_ms:
            self._admit(until_ms, ignore_progress)
        chunks = [block.advance(until_ms) for block in self._blocks]
        part = Part(*EVERYBODY, self.at_ms, until_ms)
        self.at_ms = until_ms
        return replace(chunks[0], part=part) if len(chunks) == 1 else merge_chunks(chunks)

    def snapshot(self) -> PopulationSnapshot:
        """Return the state of everybody; arrays are not copied: they change with the next step."""
        blocks = [
            PopulationBlock(*people, block.arrays())
            for people, block in zip(self._people, self._blocks, strict=True)
        ]
        if self._asleep:
            asleep = self._engine.standing_at(self._asleep, self.at_ms)
            blocks.insert(0, PopulationBlock(*self._people[0], asleep))
        return PopulationSnapshot(self.at_ms, self._horizon_ms, self._admitted_ms, blocks)

    def _restore(self, snapshot: PopulationSnapshot, watch: Watch) -> None:
        self._horizon_ms, self._admitted_ms = snapshot.horizon_ms, snapshot.admitted_ms
        self._people = [(block.first, block.end) for block in snapshot.blocks]
        self._blocks = [
            self._engine.simulation(
                self._run_id, block.first, block.end, snapshot.horizon_ms, block.saved
            )
            for block in snapshot.blocks
        ]
        for block in self._blocks:
            self._replay(block, snapshot.at_ms, watch)

    def _begin(self, until_ms: int, watch: Watch) -> None:
        self._horizon_ms = until_ms + HORIZON_MS
        self._blocks, self._people, self._asleep = [], [], {}
        self._admitted_ms = self._engine.stream.start_ms
        self._admit(until_ms, watch)

    def _admit(self, until_ms: int, watch: Watch) -> None:
        """Admit those who come next: before a time, and for a while after it."""
        self._span_ms = self._next_span()
        self._admitted_ms = min(until_ms + self._span_ms, self._horizon_ms)
        if self._blocks:
            self._regroup()
        first, end = (
            self._people[-1][1] if self._people else 0,
            self._engine.numbers_until(self._admitted_ms),
        )
        if end > first or not self._blocks:
            block = self._engine.simulation(self._run_id, first, end, self._horizon_ms)
            self._replay(block, self._engine.stream.start_ms, watch)
            self._blocks.append(block)
            self._people.append((first, end))

    def _next_span(self) -> int:
        before_s, self._admitted_s = self._admitted_s, self._clock.monotonic()
        rest_s = self._admitted_s - before_s
        if rest_s < PASS_S:
            return min(2 * self._span_ms, LATER_MS)
        return max(self._span_ms // 2, SOON_MS) if rest_s > 4 * PASS_S else self._span_ms

    def _regroup(self) -> None:
        """Make one block of those who act before the next ones are let in; put the others to sleep."""
        people = self._people[0][0], self._people[-1][1]
        asleep: Saved = {}
        try:
            sleepers = Sleepers(self._folder)
            saved = self._divided(self._admitted_ms, sleepers.put)
            asleep = sleepers
        except OSError:  # there is no room for the file: everybody stays in memory
            saved = self._divided(NEVER_MS, lambda *_: None)
        # Each block passes through all steps of the program, in every window: blocks that
        # doubled (four at 200,000 people) took 21 µs of processor per event, two take 10.
        self._blocks = [self._engine.simulation(self._run_id, *people, self._horizon_ms, saved)]
        self._people, self._asleep = [people], asleep

    def _divided(self, until_ms: int, put_away: PutAway) -> Saved:
        return self._engine.regrouped(self._blocks, self._asleep, until_ms, put_away)

    def _replay(self, block: CheckpointableGroup, start_ms: int, watch: Watch) -> None:
        """Bring a block from a time to where the others are, in steps of about as many events.

        A step's chunk is made and dropped, so its size is what the replay takes in memory.
        """
        at_ms = start_ms
        step_ms = float(_STEP_MS)
        while at_ms < self.at_ms:
            until_ms = min(at_ms + int(step_ms), self.at_ms)
            n_events = block.advance(until_ms).events.num_rows
            # At most doubled: few people at the start say little of the many who come.
            step_ms = min(
                max(_STEP_EVENTS * (until_ms - at_ms) / max(n_events, 1), _STEP_MS), 2 * step_ms
            )
            at_ms = until_ms
            watch((at_ms - start_ms) / (self.at_ms - start_ms))
