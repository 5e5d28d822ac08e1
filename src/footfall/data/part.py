"""The part, the unit of work, and the groups of people that parts are made of."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Part of a run: a group of people and a span of time; the unit of work, commits and files.

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
        # Of fixed width, so that the order of names is that of groups and time (until 2286).
        return f"{self.first_person:010d}-{self.from_ms:013d}-{self.until_ms:013d}"


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of people who are simulated together, by their numbers; a constant of a stream.

    Groups have about the same work, not the same size: whoever comes late does little before
    the end. People who come after those that the scenario counts on are in groups as large as
    the last.

    Args:
        edges: First person of each group, from 0, and the end of the last.

    Examples:
        >>> groups = Groups((0, 4096, 12288))
        >>> groups.range(1), groups.range(2), groups.count(5000)
        ((4096, 12288), (12288, 20480), 2)
    """

    edges: tuple[int, ...]

    def count(self, people: int) -> int:
        """Return how many groups the first `people` are in; the last may be incomplete."""
        # Groups past the last edge are counted by their common width, rounded up.
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
