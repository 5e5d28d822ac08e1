"""An engine without a simulation: the chunks of `tests.chunks`, on a small grid."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.data.chunk import Chunk
from footfall.data.part import Groups, Part
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run, Stream
from footfall.sinks.conformance.synthetic_chunks import GROUP
from footfall.units import DAY_MS
from tests.chunks import SHOP, make_chunk, make_run


@dataclass
class FakeSimulation:
    """The people of one group; what they do is a formula of part and stream."""

    run: Run
    first_person: int
    end_person: int
    rows: int
    at_ms: int
    skipped: list[int] = field(default_factory=list)

    def advance(self, until_ms: int) -> Chunk:
        part = Part(self.first_person, self.end_person, self.at_ms, until_ms)
        self.at_ms = until_ms
        return make_chunk(self.run, part, rows=self.rows)

    def skip(self, until_ms: int) -> None:
        self.skipped.append(until_ms)
        self.at_ms = until_ms


GROUPS = Groups((0, GROUP))


@dataclass(frozen=True)
class FakeEngine:
    """A stream of `people` who all come on the first day."""

    people: int = 4 * GROUP
    days: int = 3
    rows: int = 50
    schema: StreamSchema = SHOP
    seed: int = 1
    groups: Groups = GROUPS
    window_ms: int = DAY_MS

    @property
    def run(self) -> Run:
        return make_run(self.schema, days=self.days, people=self.people, seed=self.seed)

    @property
    def stream(self) -> Stream:
        return self.run.stream

    @property
    def length_days(self) -> int:
        return self.days

    def people_until(self, until_ms: int) -> int:
        return self.people if until_ms > self.stream.start_ms else 0

    def numbers_until(self, until_ms: int) -> int:
        return self.people_until(until_ms)

    def simulation(
        self, run_id: str, first_person: int, end_person: int, until_ms: int
    ) -> FakeSimulation:
        return FakeSimulation(
            self.run, first_person, end_person, self.rows, self.stream.start_ms
        )
