"""Checks that journeys end: steps out of reach, repeats without end, rounds without time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from footfall.compiler.checks.call_graph import CallGraph
from footfall.errors import Problems
from footfall.scenario.records import Journey
from footfall.scenario.step_records import Step, Steps
from footfall.scenario.step_traits import StepTraits, traits, walk
from footfall.units import nearest_hint

# The lowering takes three to five calls for a level, and Python allows 1,000 in all.
MOST_LEVELS = 100
"""Steps within steps, journeys that are run by others included."""


@dataclass(frozen=True, slots=True)
class Termination:
    """Checks the ways through journeys.

    Args:
        calls: The journeys; `do` that closes a circle counts as nothing.
    """

    calls: CallGraph
    problems: Problems
    _known: dict[tuple[str, str, int], bool] = field(default_factory=dict, repr=False)

    @property
    def journeys(self) -> Mapping[str, Journey]:
        """The journeys by name."""
        return self.calls.journeys

    def check(self) -> None:
        """Note what is wrong with the ways through all journeys."""
        for journey in self.journeys.values():
            self._check_reachable(journey.steps)
            self._check_retries(journey, journey.steps, ())
            for step in walk(journey.steps):
                if traits(step).loop is not None:
                    self._check_ends(step, journey)
                    self._check_takes_time(step, journey)
        for call in self.calls.all:
            if call.is_later and call.is_at_once and self.calls.restarts(call):
                self.problems.add(
                    call.at,
                    f'journey "{call.target}" starts itself again without any time passing',
                    "after: WAIT, or come back after: WAIT",
                )

    def check_depth(self) -> None:
        """Note journeys that run others within others too deeply to be compiled.

        Raises:
            ScenarioError: There are some; nothing can be said of what is in them.
        """
        deep = [
            journey
            for journey in self.journeys.values()
            if self._is_deeper(journey.steps, MOST_LEVELS)
        ]
        for journey in deep:
            message = (
                f'journey "{journey.name}" has steps within steps, {MOST_LEVELS} levels deep'
            )
            self.problems.add(
                journey.at,
                message,
                f"at most {MOST_LEVELS} levels, journeys that it runs included",
            )
        if deep:
            self.problems.raise_if_any()

    def _is_deeper(self, steps: Steps, most: int) -> bool:
        if not most:
            return True
        return any(self._is_deeper_within(step, most - 1) for step in steps)

    def _is_deeper_within(self, step: Step, most: int) -> bool:
        return self._in_journey(
            "deeper", step, most, lambda inner: self._is_deeper(inner, most)
        ) or any(self._is_deeper(branch.steps, most) for branch in traits(step).branches)

    def _in_journey(
        self, question: str, step: Step, number: int, ask: Callable[[Steps], bool]
    ) -> bool:
        """Ask something of the journey that a step runs by `do`, once per journey; else False.

        Without the memory of answers, journeys that each run the next one twice would be asked
        2 to the power of their number times.
        """
        run = traits(step).runs
        if run is None or run.is_later or run.name not in self.journeys:
            return False
        if step.at in self.calls.circular:
            return False
        name = (question, run.name, number)
        if name not in self._known:
            self._known[name] = ask(self.journeys[run.name].steps)
        return self._known[name]

    # --- steps that nobody reaches -----------------------------------------------------------------------------------

    def _check_reachable(self, steps: Steps) -> None:
        for step, after in pairwise(steps):
            if not self.goes_on(step):
                verb = traits(step).verb
                message = (
                    f'this step is never reached: "{verb}" in line {step.at.line} never goes on'
                )
                self.problems.add(
                    after.at, message, hint="take it out, or give what stands before it a when:"
                )
                break
        for step in steps:
            for branch in traits(step).branches:
                self._check_reachable(branch.steps)

    def goes_on(self, step: Step) -> bool:
        """Tell whether anybody gets past a step."""
        known = traits(step)
        # Where the guard fails the step is passed over.
        if known.guard is not None:
            return True
        if known.is_end:
            return False
        # A repeat goes on once it is left; whether it can be left is asked in `_check_ends`.
        if known.branches and known.loop is None:
            return any(self._all_go_on(branch.steps) for branch in known.branches)
        if self._is_always_run(known):
            # Asked the other way round, since False is also the answer for a circle, which is
            # noted as such and must not bring a second message.
            return not self._in_journey(
                "stays", step, 0, lambda inner: not self._all_go_on(inner)
            )
        return True

    def _is_always_run(self, known: StepTraits) -> bool:
        """Tell whether a step runs a journey, here and now, for everybody."""
        run = known.runs
        if run is None or run.is_later or run.name not in self.journeys:
            return False
        return self.journeys[run.name].when is None

    def _all_go_on(self, steps: Steps) -> bool:
        return all(self.goes_on(step) for step in steps)

    # --- retries -----------------------------------------------------------------------------------------------------

    def _check_retries(self, journey: Journey, steps: Steps, before: tuple[str, ...]) -> None:
        """Note retries whose target comes neither earlier in the same list nor around it."""
        for step in steps:
            known = traits(step)
            around = before if known.label is None else (*before, known.label)
            if known.retries is not None:
                self._check_target(journey, step, known.retries, before)
            for branch in known.branches:
                self._check_retries(journey, branch.steps, around)
            before = around

    def _check_target(
        self, journey: Journey, step: Step, target: str, before: tuple[str, ...]
    ) -> None:
        meant = [
            other.at.line for other in walk(journey.steps) if traits(other).label == target
        ]
        if target not in before:
            self.problems.add(
                step.at,
                f'retry: no step named "{target}" comes before this in journey "{journey.name}"',
                "steps that it can go back to: " + (", ".join(dict.fromkeys(before)) or "none"),
                nearest_hint(target, before),
            )
        elif len(meant) > 1:
            lines = ", ".join(map(str, meant))
            self.problems.add(
                step.at,
                f'retry: {len(meant)} steps of journey "{journey.name}" are called "{target}" (lines {lines})',
                "a name that only one step has",
                "add named: to the step that is meant, and retry that name",
            )

    # --- repeats -----------------------------------------------------------------------------------------------------

    def _check_ends(self, step: Step, journey: Journey) -> None:
        (round_of,), loop = traits(step).branches, traits(step).loop
        assert loop is not None
        if not loop.is_end_written and not self._is_left(round_of.steps, loop.is_visit):
            self.problems.add(
                step.at,
                f'journey "{journey.name}" can never end: this repeat has no way out',
                "leave: CHANCE, until: EXPRESSION or at_most: N",
                "leave: 5% ends it after one round in twenty",
            )

    def _is_left(self, steps: Steps, is_visit: bool) -> bool:
        """Tell whether a step in a round leaves for good, or the visit around the round."""
        for step in walk(steps):
            leaves = traits(step).leaves
            if leaves == "for good" or (leaves == "visit" and not is_visit):
                return True
            if self._in_journey(
                "left", step, int(is_visit), lambda inner: self._is_left(inner, is_visit)
            ):
                return True
        return False

    def _check_takes_time(self, step: Step, journey: Journey) -> None:
        (round_of,), loop = traits(step).branches, traits(step).loop
        assert loop is not None
        # Before each further round a visit comes back after some time.
        is_harmless = loop.is_bounded or loop.is_visit
        if not is_harmless and not self.surely_waits(round_of.steps):
            self.problems.add(
                step.at,
                f'journey "{journey.name}": this repeat can go round without any time passing',
                "come back after: WAIT, at_most: N, or a wait in every way through its steps",
                "give an event in it an after:",
            )

    def surely_waits(self, steps: Steps) -> bool:
        """Tell whether time passes on every way through some steps."""
        return any(self._waits(step) for step in steps)

    def _waits(self, step: Step) -> bool:
        known = traits(step)
        # Where the guard fails no time passes.
        if known.guard is not None:
            return False
        if known.takes_time:
            return True
        if known.branches:
            return all(self.surely_waits(branch.steps) for branch in known.branches)
        if self._is_always_run(known):
            return self._in_journey("waits", step, 0, self.surely_waits)
        return False
