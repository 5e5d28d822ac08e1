"""Whether journeys come to an end: steps that nobody reaches, repeats without a way out, rounds that take no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from footfall.compiler.addresses import kind_of_step
from footfall.compiler.checks.call_graph import CallGraph
from footfall.compiler.walk import Steps, inner_steps, walk
from footfall.errors import Problems
from footfall.scenario.records import Journey
from footfall.scenario.step_records import (
    DoStep,
    EitherStep,
    EmitStep,
    GoOnStep,
    LaterStep,
    LeaveStep,
    MaybeStep,
    RepeatStep,
    RetryStep,
    Step,
    WaitStep,
    WhenStep,
)
from footfall.units import nearest_hint

NEVER = Decimal(0)
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
                if isinstance(step, RepeatStep):
                    self._check_ends(step, journey)
                    self._check_takes_time(step, journey)
        for call in self.calls.all:
            if (
                isinstance(call.step, LaterStep)
                and _is_at_once(call.step)
                and self.calls.restarts(call)
            ):
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
        return any(
            self._in_journey(
                "deeper", step, most - 1, lambda inner: self._is_deeper(inner, most - 1)
            )
            or any(self._is_deeper(inner, most - 1) for inner in inner_steps(step))
            for step in steps
        )

    def _in_journey(
        self, question: str, step: Step, number: int, ask: Callable[[Steps], bool]
    ) -> bool:
        """Ask something of the journey that a step runs by `do`, once per journey; False for other steps."""
        if (
            not isinstance(step, DoStep)
            or step.journey not in self.journeys
            or step.at in self.calls.circular
        ):
            return False
        name = (question, step.journey, number)
        if name not in self._known:
            self._known[name] = ask(self.journeys[step.journey].steps)
        return self._known[name]

    # --- steps that nobody reaches -----------------------------------------------------------------------------------

    def _check_reachable(self, steps: Steps) -> None:
        for step, after in pairwise(steps):
            if not self.goes_on(step):
                message = f'this step is never reached: "{kind_of_step(step)}" in line {step.at.line} never goes on'
                self.problems.add(
                    after.at, message, hint="take it out, or give what stands before it a when:"
                )
                break
        for step in steps:
            for inner in inner_steps(step):
                self._check_reachable(inner)

    def goes_on(self, step: Step) -> bool:
        """Tell whether anybody gets past a step."""
        if step.when is not None and not isinstance(step, WhenStep):
            return True
        match step:
            case LeaveStep():
                return False
            case GoOnStep():
                return step.chance != NEVER
            case RepeatStep():
                return not _has_no_way_out(step)
            case EitherStep():
                return any(self._all_go_on(option.steps) for option in step.options)
            case MaybeStep() | WhenStep():
                return self._all_go_on(step.steps) or self._all_go_on(step.otherwise)
            case DoStep() if self._is_always_run(step):
                return not self._in_journey(
                    "stays", step, 0, lambda inner: not self._all_go_on(inner)
                )
        return True

    def _is_always_run(self, step: DoStep) -> bool:
        return step.journey in self.journeys and self.journeys[step.journey].when is None

    def _all_go_on(self, steps: Steps) -> bool:
        return all(self.goes_on(step) for step in steps)

    # --- retries -----------------------------------------------------------------------------------------------------

    def _check_retries(self, journey: Journey, steps: Steps, before: tuple[str, ...]) -> None:
        """Note retries whose target does not come before them: earlier in the same list, or around it."""
        for step in steps:
            name = _label(step)
            around = before if name is None else (*before, name)
            if isinstance(step, RetryStep):
                self._check_target(journey, step, before)
            for inner in inner_steps(step):
                self._check_retries(journey, inner, around)
            before = around

    def _check_target(self, journey: Journey, step: RetryStep, before: tuple[str, ...]) -> None:
        meant = [other.at.line for other in walk(journey.steps) if _label(other) == step.target]
        if step.target not in before:
            self.problems.add(
                step.at,
                f'retry: no step named "{step.target}" comes before this in journey "{journey.name}"',
                "steps that it can go back to: " + (", ".join(dict.fromkeys(before)) or "none"),
                nearest_hint(step.target, before),
            )
        elif len(meant) > 1:
            lines = ", ".join(map(str, meant))
            self.problems.add(
                step.at,
                f'retry: {len(meant)} steps of journey "{journey.name}" are called "{step.target}" (lines {lines})',
                "a name that only one step has",
                "add named: to the step that is meant, and retry that name",
            )

    # --- repeats -----------------------------------------------------------------------------------------------------

    def _check_ends(self, step: RepeatStep, journey: Journey) -> None:
        is_written = (
            step.leave is not None or step.until is not None or step.at_most is not None
        )
        if not is_written and not self._is_left(
            step.steps, is_visit=step.come_back_after is not None
        ):
            self.problems.add(
                step.at,
                f'journey "{journey.name}" can never end: this repeat has no way out',
                "leave: CHANCE, until: EXPRESSION or at_most: N",
                "leave: 5% ends it after one round in twenty",
            )

    def _is_left(self, steps: Steps, is_visit: bool) -> bool:
        """Tell whether a step in a round leaves for good, or leaves the visit that the round is a part of."""
        for step in walk(steps):
            if isinstance(step, LeaveStep) and (step.what == "for good" or not is_visit):
                return True
            if isinstance(step, GoOnStep) and not is_visit:
                return True
            if self._in_journey(
                "left", step, int(is_visit), lambda inner: self._is_left(inner, is_visit)
            ):
                return True
        return False

    def _check_takes_time(self, step: RepeatStep, journey: Journey) -> None:
        is_bounded = step.at_most is not None or step.come_back_after is not None
        if not is_bounded and not self.surely_waits(step.steps):
            self.problems.add(
                step.at,
                f'journey "{journey.name}": this repeat can go round without any time passing',
                "come back after: WAIT, at_most: N, or a wait in every way through its steps",
                "give an event in it an after:",
            )

    def surely_waits(self, steps: Steps) -> bool:
        """Tell whether time passes on every way through some steps."""
        return any(
            self._waits(step)
            for step in steps
            if step.when is None or isinstance(step, WhenStep)
        )

    def _waits(self, step: Step) -> bool:
        match step:
            case EmitStep():
                return step.after is not None
            case WaitStep():
                return True
            case MaybeStep() | WhenStep():
                return self.surely_waits(step.steps) and self.surely_waits(step.otherwise)
            case EitherStep():
                return all(self.surely_waits(option.steps) for option in step.options)
            case RepeatStep():
                return self.surely_waits(step.steps)
            case DoStep() if self._is_always_run(step):
                return self._in_journey("waits", step, 0, self.surely_waits)
        return False


def _has_no_way_out(step: RepeatStep) -> bool:
    """Tell whether nobody gets past a repeat; `leave: 0%` is written by those who mean it."""
    leaves = step.leave is not None and step.leave != NEVER
    return (
        step.at_most is None
        and not leaves
        and (step.until is None or step.until.text.strip() == "false")
    )


def _label(step: Step) -> str | None:
    return step.event if isinstance(step, EmitStep) and step.named is None else step.named


def _is_at_once(step: LaterStep) -> bool:
    if step.moment is not None:
        return step.moment.text.strip() == "now"
    return step.wait is not None and step.wait.high_ms == 0
