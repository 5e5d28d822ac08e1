"""The population of a live run: everybody side by side, in windows of any length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.execution.engine import CheckpointableGroup, LiveEngine
from footfall.execution.live.checkpoint import PopulationBlock, PopulationSnapshot
from footfall.execution.time_order import merge_chunks
from footfall.sinks.protocol import EVERYBODY
from footfall.units import DAY_MS, HOUR_MS

HORIZON_MS = 730 * DAY_MS
"""Reach of a calendar; when people get to its end, they are replayed with a longer one."""
SOON_MS = 7 * DAY_MS
LATER_MS = 28 * DAY_MS
"""People are admitted ahead of their arrival: by `SOON_MS` at first, later by `LATER_MS`.

Admitting costs a pass over all (`_compact`), so it is done seldom; people who have been
admitted take memory, so not too far ahead.
"""
_STEP_MS = HOUR_MS
_STEP_EVENTS = 200_000

Watch = Callable[[float], None]


def ignore_progress(_: float) -> None:
    """Ignore a share that is replayed."""


class LivePopulation:
    """The population in two blocks: those who are there, and those who come next.

    When more are admitted, the two blocks become one, without those to whom nothing more will
    happen; so memory holds those who may act again, and for some weeks those who have gone.

    Args:
        engine: The stream.
        run_id: For the column `run`.
        at_ms: Where to begin; what happened before is replayed, and not written.
        watch: Called with the share that is replayed, from 0 to 1.
        snapshot: State at a time before, behind which nothing need be replayed.

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
    ) -> None:
        self._engine, self._run_id, self.at_ms = engine, run_id, at_ms
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
        self._blocks, self._people = [], []
        self._admitted_ms = self._engine.stream.start_ms
        self._admit(until_ms, watch)

    def _admit(self, until_ms: int, watch: Watch) -> None:
        """Admit those who come next: before a time, and for a while after it."""
        # As long ahead as the run has lasted, within the bounds: short runs admit few in vain.
        lived_ms = self.at_ms - self._engine.stream.start_ms
        self._admitted_ms = min(
            until_ms + min(max(lived_ms, SOON_MS), LATER_MS), self._horizon_ms
        )
        first, end = (
            self._people[-1][1] if self._people else 0,
            self._engine.people_until(self._admitted_ms),
        )
        if end > first or not self._blocks:
            self._compact()
            block = self._engine.simulation(self._run_id, first, end, self._horizon_ms)
            self._replay(block, self._engine.stream.start_ms, watch)
            self._blocks.append(block)
            self._people.append((first, end))

    def _compact(self) -> None:
        """Make one block of all, without those to whom nothing more will happen."""
        if self._blocks:
            people = self._people[0][0], self._people[-1][1]
            # Each block passes through all steps of the program, in every window: blocks that
            # doubled (four at 200,000 people) took 21 µs of processor per event, two take 10.
            saved = self._engine.compacted(self._blocks)
            self._blocks = [
                self._engine.simulation(self._run_id, *people, self._horizon_ms, saved)
            ]
            self._people = [people]

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
