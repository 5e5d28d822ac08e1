"""Warnings of journeys that hardly wait, so that a person has events without number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf

from footfall.compiler.checks.call_graph import CallGraph
from footfall.errors import Problem, SourceLocation
from footfall.scenario.records import Journey
from footfall.scenario.step_records import Step, Steps
from footfall.scenario.step_traits import Branch, Loop, traits, walk
from footfall.scenario.waits import mean_ms
from footfall.units import DAY_MS

MOST_PER_DAY = 10_000
"""Events of a person in a day: one every nine seconds, day and night."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The events of going through some steps, at least, and the time that it takes, at most.

    Args:
        events: Mean number; where a chance or a condition decides, that of the way with the fewest.
        time_ms: Mean time, of the way with the longest.
    """

    events: float = 0.0
    time_ms: float = 0.0

    def per_day(self, rounds: float = inf) -> float:
        """Return the events of the first day of a person who goes through the steps again and again."""
        if not self.events:
            return 0.0
        return self.events * min(rounds, DAY_MS / self.time_ms if self.time_ms else inf)

    def __add__(self, other: Pace) -> Pace:
        return Pace(self.events + other.events, self.time_ms + other.time_ms)


_REST = Pace()


@dataclass(frozen=True, slots=True)
class BusyLives:
    """The search for what goes round too fast: repeats, and later journeys that start themselves again.

    Attributes:
        found: Place → events per person and day; of repeats within others the innermost.
    """

    calls: CallGraph
    found: dict[SourceLocation, float] = field(default_factory=dict)
    _known: dict[str, Pace] = field(default_factory=dict, repr=False)

    @property
    def journeys(self) -> Mapping[str, Journey]:
        """The journeys by name."""
        return self.calls.journeys

    def look(self) -> None:
        """Go through all journeys."""
        for journey in self.journeys.values():
            self._journey(journey.name)
        for call in self.calls.all:
            if call.is_later and call.target in self.journeys and self.calls.restarts(call):
                self._look_at_later(call.caller, call.target, call.at)

    def _look_at_later(self, caller: str, target: str, at: SourceLocation) -> None:
        (step,) = (step for step in walk(self.journeys[caller].steps) if step.at == at)
        run = traits(step).runs
        if run is not None and run.wait is not None and traits(step).guard is None:
            pace = self._journey(target) + Pace(0, mean_ms(run.wait))
            self._note(at, pace.per_day())

    def _journey(self, name: str) -> Pace:
        if name not in self._known:
            self._known[name] = _REST  # of a circle, which is noted as such
            journey = self.journeys[name]
            pace = self._steps(journey.steps)
            self._known[name] = pace if journey.when is None else Pace(0, pace.time_ms)
        return self._known[name]

    def _steps(self, steps: Steps) -> Pace:
        pace, has_left = _REST, False
        for step in steps:
            known, more = traits(step), self._step(step)
            # Who has left has no more events.
            pace += Pace(0, more.time_ms) if has_left or known.guard is not None else more
            has_left |= known.leaves is not None
        return pace

    def _step(self, step: Step) -> Pace:
        known = traits(step)
        own = Pace(
            float(known.emits is not None), 0 if known.wait is None else mean_ms(known.wait)
        )
        run = known.runs
        if run is not None and not run.is_later and run.name in self.journeys:
            own += self._journey(run.name)
        if known.loop is not None:
            return own + self._rounds(step, known.branches[0], known.loop)
        paces = [self._steps(branch.steps) for branch in known.branches]
        return own + Pace(
            min((pace.events for pace in paces), default=0.0),
            max((pace.time_ms for pace in paces), default=0.0),
        )

    def _rounds(self, step: Step, branch: Branch, loop: Loop) -> Pace:
        back = 0.0 if loop.back is None else mean_ms(loop.back)
        pace, rounds = self._steps(branch.steps) + Pace(0, back), _mean_rounds(loop)
        if self._note(step.at, pace.per_day(rounds)):
            return _REST
        # Longer than any run: a number that can be multiplied by zero.
        rounds = min(rounds, DAY_MS)
        return Pace(pace.events * rounds, pace.time_ms * rounds)

    def _note(self, at: SourceLocation, per_day: float) -> bool:
        if per_day > MOST_PER_DAY:
            self.found[at] = per_day
        return per_day > MOST_PER_DAY


def _mean_rounds(loop: Loop) -> float:
    """Return the mean number of rounds, or the least that is certain: an `until` may hold after one."""
    most = inf if loop.at_most is None else loop.at_most
    if isinstance(loop.leave, Decimal):
        return min(float(1 / loop.leave) if loop.leave else inf, most)
    return most if loop.leave is None and loop.at_most is not None else 1.0


def warnings_of(calls: CallGraph) -> list[Problem]:
    """Return a warning for each place where people go round too fast."""
    busy = BusyLives(calls)
    busy.look()
    return [
        Problem(
            at,
            f"this goes round and hardly waits: about {per_day:,.0f} events per person and day",
            f"up to {MOST_PER_DAY:,} without this warning; a run with more takes very long, and much room",
            "wait longer, as come back after: about 1 day, or after: in its steps; or end it sooner",
        )
        for at, per_day in busy.found.items()
    ]
