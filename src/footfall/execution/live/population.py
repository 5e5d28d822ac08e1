"""Everybody of a stream, advancing side by side in windows of any length, in one process and without end."""

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
"""How far a calendar reaches; when people get there, they are simulated anew with a longer one."""
SOON_MS = 7 * DAY_MS
LATER_MS = 28 * DAY_MS
"""People are let in for so long ahead: at first for the one, later for up to the other."""
_STEP_MS = HOUR_MS
_STEP_EVENTS = 200_000

Watch = Callable[[float], None]


def nobody(_: float) -> None:
    """Watch nothing."""


class LivePopulation:
    """People in two blocks: those who are there, and those who come next.

    When more are let in, the two become one, without those to whom nothing more will happen; so memory holds those who
    may act again, and for some weeks those who have gone.

    Args:
        engine: The stream.
        run_id: For the column `run`.
        at_ms: Where to begin; what happened before is lived through, and not written.
        watch: Told the share that is lived through, from 0 to 1.
        stood: How everybody stood at a time before; what happened before that is not lived through again.

    Raises:
        ValueError: How they stood does not fit.
    """

    def __init__(
        self,
        engine: LiveEngine,
        run_id: str,
        at_ms: int,
        watch: Watch = nobody,
        stood: PopulationSnapshot | None = None,
    ) -> None:
        self._engine, self._run_id, self.at_ms = engine, run_id, at_ms
        self._horizon_ms = self._known_ms = at_ms
        self._blocks: list[CheckpointableGroup] = []
        self._people: list[tuple[int, int]] = []
        if stood is None:
            self._begin(at_ms, watch)
        else:
            self._go_on(stood, watch)

    def advance(self, until_ms: int) -> Chunk:
        """Return what happens to everybody from where they stand up to a time."""
        if until_ms > self._horizon_ms:
            self._begin(until_ms, nobody)
        if until_ms > self._known_ms:
            self._let_in(until_ms, nobody)
        chunks = [block.advance(until_ms) for block in self._blocks]
        part = Part(*EVERYBODY, self.at_ms, until_ms)
        self.at_ms = until_ms
        return replace(chunks[0], part=part) if len(chunks) == 1 else merge_chunks(chunks)

    def stood(self) -> PopulationSnapshot:
        """Return how everybody stands; arrays are not copied, and change with the next step."""
        blocks = [
            PopulationBlock(*people, block.arrays())
            for people, block in zip(self._people, self._blocks, strict=True)
        ]
        return PopulationSnapshot(self.at_ms, self._horizon_ms, self._known_ms, blocks)

    def _go_on(self, stood: PopulationSnapshot, watch: Watch) -> None:
        self._horizon_ms, self._known_ms = stood.horizon_ms, stood.known_ms
        self._people = [(block.first, block.end) for block in stood.blocks]
        self._blocks = [
            self._engine.simulation(
                self._run_id, block.first, block.end, stood.horizon_ms, block.saved
            )
            for block in stood.blocks
        ]
        for block in self._blocks:
            self._live_through(block, stood.at_ms, watch)

    def _begin(self, until_ms: int, watch: Watch) -> None:
        self._horizon_ms = until_ms + HORIZON_MS
        self._blocks, self._people = [], []
        self._known_ms = self._engine.stream.start_ms
        self._let_in(until_ms, watch)

    def _let_in(self, until_ms: int, watch: Watch) -> None:
        """Add those who come next: before a time, and for a while after it."""
        lived_ms = self.at_ms - self._engine.stream.start_ms
        self._known_ms = min(until_ms + min(max(lived_ms, SOON_MS), LATER_MS), self._horizon_ms)
        first, end = (
            self._people[-1][1] if self._people else 0,
            self._engine.people_until(self._known_ms),
        )
        if end > first or not self._blocks:
            self._gather()
            block = self._engine.simulation(self._run_id, first, end, self._horizon_ms)
            self._live_through(block, self._engine.stream.start_ms, watch)
            self._blocks.append(block)
            self._people.append((first, end))

    def _gather(self) -> None:
        """Make one block of all."""
        if self._blocks:
            people = self._people[0][0], self._people[-1][1]
            saved = self._engine.compacted(self._blocks)
            self._blocks = [
                self._engine.simulation(self._run_id, *people, self._horizon_ms, saved)
            ]
            self._people = [people]

    def _live_through(self, block: CheckpointableGroup, start_ms: int, watch: Watch) -> None:
        """Bring a block from a time to where the others stand, in steps of about as many events."""
        at_ms = start_ms
        step_ms = float(_STEP_MS)
        while at_ms < self.at_ms:
            until_ms = min(at_ms + int(step_ms), self.at_ms)
            n_events = block.advance(until_ms).events.num_rows
            step_ms = min(
                max(_STEP_EVENTS * (until_ms - at_ms) / max(n_events, 1), _STEP_MS), 2 * step_ms
            )
            at_ms = until_ms
            watch((at_ms - start_ms) / (self.at_ms - start_ms))
