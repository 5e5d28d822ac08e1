"""The Chunk: what the simulation hands to the sinks, for some people and some time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from operator import add
from typing import TypeVar

import pyarrow as pa

from footfall.data.schema import StreamSchema

K = TypeVar("K")

FactorSums = tuple[int, int, int, int, int]
NOTHING: FactorSums = (0, 0, 0, 0, 0)


def plus(some: FactorSums, more: FactorSums) -> FactorSums:
    """Return the sums of both."""
    times, before, asked, got, variance = map(add, some, more)
    return times, before, asked, got, variance


@dataclass(frozen=True, slots=True)
class Stream:
    """What fixes every event, byte for byte.

    Args:
        id: 16 hex digits: hash of scenario (without its end), catalogues, start, seed, output version, time zone data.
        seed: Any integer from 0 to 2**63 - 1.
        start_ms: Start of the run, ms since the epoch, UTC.
        schema: Columns of the tables.
        scenario_hash: 16 hex digits: hash of the scenario alone.
    """

    id: str
    seed: int
    start_ms: int
    schema: StreamSchema
    scenario_hash: str


@dataclass(frozen=True, slots=True)
class Tallies:
    """Integers that add up in any order, over chunks and workers.

    Keys of every mapping are tuples of texts; values are integers.

    Args:
        decisions: (address, option) → (times reached, sum of the chances in 2**-32, times taken).
        effects: (effect, address, option, "with" or "without") → the same three.
        skipped: (what, address) → times something declared could not happen (a full list, no free slot).
        stages: (stage, city) → people who reached it, counted once, when they do (arrivals count for the first).
        cities: (city, measure) → sum; measures: `people` (who came, counted in their first chunk), `active` (with at
            least one event), `returned` (with at least two sessions), `sessions`, `events`, `events_squared` (sum over
            people of the square of their events), `converted` (reached the goal), `revenue` (minor units).
        factors: (effect, address, kind, "with" or "without", factor as declared, without it 1) → of a wait (`wait`, ms)
            or a value (`integer`, `number`, `money` in minor units): times, then in 2**-32 the sums of what it was to
            be without this effect, what it was to be, what it was, and its variance (of a wait in s², of a value 0).
        is_whole: These are of the whole run up to the part's end, and take the place of what was counted before.
    """

    decisions: dict[tuple[str, str], tuple[int, int, int]]
    effects: dict[tuple[str, str, str, str], tuple[int, int, int]]
    skipped: dict[tuple[str, str], int]
    stages: dict[tuple[str, str], int]
    cities: dict[tuple[str, str], int]
    factors: dict[tuple[str, str, str, str, str], FactorSums] = field(default_factory=dict)
    is_whole: bool = False

    @classmethod
    def empty(cls) -> Tallies:
        """Return tallies of nothing."""
        return cls({}, {}, {}, {}, {})

    def add(self, other: Tallies) -> None:
        """Add another chunk's tallies to these, or put them in place of these."""
        if other.is_whole:
            for counts in (
                self.decisions,
                self.effects,
                self.skipped,
                self.stages,
                self.cities,
                self.factors,
            ):
                counts.clear()
        _add_triples(self.decisions, other.decisions)
        _add_triples(self.effects, other.effects)
        _add_counts(self.skipped, other.skipped)
        _add_counts(self.stages, other.stages)
        _add_counts(self.cities, other.cities)
        for key, sums in other.factors.items():
            self.factors[key] = plus(self.factors.get(key, NOTHING), sums)


def _add_triples(
    into: dict[K, tuple[int, int, int]], more: dict[K, tuple[int, int, int]]
) -> None:
    for key, (reached, asked, taken) in more.items():
        a, b, c = into.get(key, (0, 0, 0))
        into[key] = (a + reached, b + asked, c + taken)


def _add_counts(into: dict[K, int], more: dict[K, int]) -> None:
    for key, count in more.items():
        into[key] = into.get(key, 0) + count


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A unit of work: a group of people and a span of time.

    The groups depend on the stream alone, never on workers. A group's parts follow each other in time without a gap: a
    part begins where the one before it ended, which is the group's cursor.

    Args:
        first_person, end_person: Half-open range of people.
        from_ms, until_ms: Half-open span, ms since the epoch, UTC.
    """

    first_person: int
    end_person: int
    from_ms: int
    until_ms: int

    @property
    def name(self) -> str:
        """Name for files: unique within a run, in the order of groups and time."""
        return f"{self.first_person:010d}-{self.from_ms:013d}-{self.until_ms:013d}"


@dataclass(frozen=True, slots=True)
class Groups:
    """How people are divided into groups that are simulated together, by their numbers; a constant of a stream.

    Args:
        edges: First person of each group, from 0, and the end of the last; those after it are as large as the last.
    """

    edges: tuple[int, ...]

    def count(self, people: int) -> int:
        """Return how many groups the first `people` are in; the last one may be whole only later."""
        beyond = -(-max(people - self.edges[-1], 0) // self._width)
        return beyond + bisect_left(self.edges, min(people, self.edges[-1]))

    def range(self, group: int) -> tuple[int, int]:
        """Return a group's first person, and the one after its last."""
        return self._edge(group), self._edge(group + 1)

    def holds(self, people: tuple[int, int]) -> bool:
        """Tell whether some people are a group."""
        group = self.count(people[0])
        return self.range(group) == people

    @property
    def _width(self) -> int:
        return self.edges[-1] - self.edges[-2]

    def _edge(self, number: int) -> int:
        beyond = max(number - len(self.edges) + 1, 0)
        return self.edges[number - beyond] + beyond * self._width


@dataclass(frozen=True, slots=True)
class Run:
    """A run: a stream up to an end, and what is worth keeping about it.

    Args:
        id: The stream's id: the same stream into the same store is the same run, and continues it.
        until_ms: End of the run, ms since the epoch, UTC, exclusive.
        people: People who arrive before the end.
        settings: What the user chose, for people to read: command-line values that differ from the scenario's.
        scenario_text: Source of the scenario.
        versions: footfall, output, tzdata, store format.
    """

    id: str
    stream: Stream
    until_ms: int
    people: int
    title: str
    settings: dict[str, str]
    scenario_text: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """All that happened to the people of a part in its span.

    Args:
        events: Schema `events_schema`; rows in order of (time, person, event number).
        changes: Schema `changes_schema`; rows in order of (time, person, sequence).
        arrivals: Schema `arrivals_schema`; people first seen in this part, in order of person.
        tallies: Of this part alone.
    """

    stream: Stream
    run: str
    part: Part
    events: pa.Table
    changes: pa.Table
    arrivals: pa.Table
    tallies: Tallies
