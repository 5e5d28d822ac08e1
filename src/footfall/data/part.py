"""The part, the unit of work, and the groups of people that parts are made of."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A unit of work: a group of people and a span of time.

    The groups depend on the stream alone, never on workers. A group's parts follow each other
    in time without a gap: a part begins where the one before it ended, which is the group's
    cursor.

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
        edges: First person of each group, from 0, and the end of the last; those after it are
            as large as the last.
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
