"""The schedule of a run: the parts that some sink lacks, in order of commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from footfall.data.part import Groups, Part
from footfall.errors import UsageError
from footfall.execution.engine import Engine
from footfall.sinks.protocol import EVERYBODY, stands_at
from footfall.units import HOUR_MS

Cursors = Mapping[tuple[int, int], int]
State = Literal["new", "incomplete", "complete"]

GROUPS_MERGED = 2
"""`--order time`: parts of one group that a merged window is about as large as."""

GROUPS_AT_ONCE = 4
"""Groups that are simulated side by side, window by window.

A constant, since the order of commits must not depend on workers. Large enough to keep that
many workers busy, small enough to hold the state of all their people in memory (a group of
49,152 people takes some 60 MB).
"""


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A step of the schedule: one part, and the sinks that lack it.

    Args:
        number: Place in the schedule; commits happen in this order.
        group: Number of the group.
        part: The people and the span.
        sinks: Sinks that lack it, by their place in the run's list.
        is_last: No later step concerns this group.
    """

    number: int
    group: int
    part: Part
    sinks: tuple[int, ...]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule: groups of people times windows of time, less what all sinks have.

    The grid and the groups are constants of the stream. A group's first part begins at the
    start and reaches over all windows in which none of its people has arrived; where a cursor
    lies between two grid points (a shorter run ended there), a part begins there.

    Args:
        start_ms, until_ms: Span of the run.
        window_ms: Width of the grid.
        groups: Of people; the last one is whole too, its late people arrive after the end.
        first_windows: Per group: end of the first window in which somebody arrives.
        cursors: Per sink: group (first person, end person) → time up to which the sink has it.
        in_time_order: All groups advance side by side, and their parts of one window become
            one.
        torn: Per sink: its groups stand at different times, so no cursor of everybody is true.
    """

    start_ms: int
    until_ms: int
    window_ms: int
    groups: Groups
    first_windows: tuple[int, ...]
    cursors: tuple[Cursors, ...]
    in_time_order: bool = False
    torn: tuple[bool, ...] = ()

    @property
    def n_groups(self) -> int:
        """Number of groups with somebody who arrives before the end."""
        return len(self.first_windows)

    def steps(self) -> Iterator[PlannedPart]:
        """Yield the parts that some sink lacks, in order of commits.

        A function of the schedule's fields alone, so that every worker makes the same list and
        takes its groups from it without asking anybody.
        """
        number, at_once = 0, self.n_groups if self.in_time_order else GROUPS_AT_ONCE
        for first in range(0, self.n_groups, max(at_once, 1)):
            groups = range(first, min(first + at_once, self.n_groups))
            steps = [step for group in groups for step in self._steps_of(group)]
            # By the beginning of their spans, so the groups advance side by side; the group's
            # number settles ties, so the order is the same everywhere.
            for step in sorted(steps, key=lambda s: (s.part.from_ms, s.group)):
                yield replace(step, number=number)
                number += 1

    @property
    def n_steps(self) -> int:
        """Number of steps."""
        return sum(1 for _ in self.steps())

    def state_of(self, sink: int) -> State:
        """Return whether a sink has nothing, some or all of the run."""
        have = [self.cursor(sink, group) for group in range(self.n_groups)]
        if all(at >= self.until_ms for at in have):
            return "complete"
        return "incomplete" if any(at > self.start_ms for at in have) else "new"

    def reaches_ms(self, sink: int) -> int:
        """Return the time up to which a sink has all people."""
        return min(
            (self.cursor(sink, group) for group in range(self.n_groups)), default=self.until_ms
        )

    def cursor(self, sink: int, group: int) -> int:
        """Return the time up to which a sink has a group."""
        people = EVERYBODY if self.in_time_order else self.groups.range(group)
        return stands_at(self.cursors[sink], people, self.start_ms)

    def check_layout(self, sink: int, name: str) -> None:
        """Check that what a sink has was written in the same order and groups as asked for now.

        Raises:
            UsageError: It was not, so it cannot be continued.
        """
        if any(
            people != EVERYBODY and not self.groups.holds(people)
            for people in self.cursors[sink]
        ):
            raise UsageError(
                f"{name} holds this run as another version of footfall divided it\n  hint: begin anew with --fresh"
            )
        if self.in_time_order and self.torn[sink]:
            raise UsageError(
                f"{name} holds a part of this run that was written without --order time\n"
                "  hint: continue it without --order time, or begin anew with --fresh"
            )

    def _steps_of(self, group: int) -> list[PlannedPart]:
        # Without sinks (`simulate`) everything is lacking, from the start on.
        have = [self.cursor(sink, group) for sink in range(len(self.cursors))] or [
            self.start_ms
        ]
        cuts = self._cuts(group, have)
        people = self.groups.range(group)
        steps = []
        for begin, end in pairwise(cuts):
            # Every cursor is a cut, so a part lies wholly before it or wholly behind it.
            lacking = tuple(sink for sink in range(len(self.cursors)) if have[sink] <= begin)
            part = Part(*people, begin, end)
            # Numbers are given in the final order, by `steps`.
            steps.append(PlannedPart(0, group, part, lacking, is_last=end == self.until_ms))
        return steps

    def _cuts(self, group: int, have: list[int]) -> list[int]:
        """Return the bounds of a group's parts: from the earliest cursor to the end of the run."""
        earliest = min(have)
        # From the first arrival on: parts before it would be empty.
        grid = range(self.first_windows[group], self.until_ms, self.window_ms)
        cuts = {*have, *grid, self.until_ms}
        return sorted(cut for cut in cuts if earliest <= cut <= self.until_ms)


def make_schedule(
    engine: Engine, until_ms: int, cursors: tuple[Cursors, ...], *, in_time_order: bool = False
) -> Schedule:
    """Plan a run.

    Args:
        engine: The stream.
        until_ms: End of the run, exclusive.
        cursors: Per sink, as it says when opened.
        in_time_order: Everybody advances side by side, window by window.
    """
    start_ms, window_ms = engine.stream.start_ms, engine.window_ms
    n_groups = engine.groups.count(engine.numbers_until(until_ms))
    if in_time_order:
        window_ms = _narrower(window_ms, n_groups)
        # All begin with the first window, whether somebody has come or not: the merge counts
        # one part per group and window.
        first_windows = (start_ms + window_ms,) * n_groups
        torn = tuple(is_torn(engine, of) for of in cursors)
        return Schedule(
            start_ms, until_ms, window_ms, engine.groups, first_windows, cursors, True, torn
        )
    first_windows = _first_windows(engine, n_groups, until_ms)
    return Schedule(start_ms, until_ms, window_ms, engine.groups, first_windows, cursors)


def is_torn(engine: Engine, cursors: Cursors) -> bool:
    """Return whether groups have different cursors, or one with people by then has none."""
    everybody = cursors.get(EVERYBODY, engine.stream.start_ms)
    ahead = {group: until for group, until in cursors.items() if until > everybody}
    if not ahead:
        return False
    (until_ms, *others) = set(ahead.values())
    return bool(others) or len(ahead) < engine.groups.count(engine.numbers_until(until_ms))


def _narrower(window_ms: int, n_groups: int) -> int:
    """Return a window in which all groups do about as much as `GROUPS_MERGED` parts."""
    hours = window_ms * GROUPS_MERGED // max(n_groups, GROUPS_MERGED) // HOUR_MS
    return min(window_ms, max(hours, 1) * HOUR_MS)


def _first_windows(engine: Engine, n_groups: int, until_ms: int) -> tuple[int, ...]:
    """Return, per group, the end of the first window in which somebody of it may arrive.

    People are numbered by the day of their arrival, so groups begin one after the other: one pass
    over the windows finds them all.
    """
    ends: list[int] = []
    end = engine.stream.start_ms
    while len(ends) < n_groups:
        end += engine.window_ms
        begun = n_groups if end >= until_ms else engine.groups.count(engine.numbers_until(end))
        ends += [end] * (begun - len(ends))
    return tuple(ends)
