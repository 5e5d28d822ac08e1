"""The traits of steps: one description per verb of what it is, which every analysis asks.

An analysis (the call graph, termination, certain stages, carried values, outlines, the tracking
plan) never asks of which class a step is. It asks for its traits, so that a new verb is described
once, here, and is understood everywhere. What each verb does by itself (its form in the file, its
nodes, its boxes in a diagram) is registered by class in `scenario/steps.py`,
`compiler/journeys/kinds.py` and `diagrams/graph_builder.py`; a test holds all four against the
classes of `step_records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from footfall.scenario.leaf_records import Chance, Expression, Wait
from footfall.scenario.step_records import (
    Assignment,
    CancelStep,
    ChangeStep,
    DoStep,
    EitherOption,
    EitherStep,
    EmitStep,
    GoOnStep,
    LaterStep,
    LeaveStep,
    MaybeStep,
    PickOne,
    PickStep,
    RepeatStep,
    RetryStep,
    Step,
    Steps,
    WaitStep,
    WhenStep,
)
from footfall.scenario.step_texts import (
    after_text,
    chance_text,
    changes_text,
    names_text,
    option_text,
    pick_text,
    survival_text,
)
from footfall.scenario.waits import after_wait, wait_text


@dataclass(frozen=True, slots=True)
class Branch:
    """A list of steps within a step.

    Args:
        when: Condition of those who take it, where it has one; it may still be left to chance.
        role: How it stands below its step: at once, after `else`, or as one of some options.
        name: Of an option: its own name, if one is written.
        share: Of an option: its chance or weight, as text.
        is_optional: Written as a part that a person may do without.
    """

    steps: Steps
    when: Expression | None = None
    role: Literal["then", "else", "option"] = "then"
    name: str | None = None
    share: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """The rounds in which the only branch of a step is gone through.

    Args:
        leave: Chance that a round is the last one.
        at_most: Greatest number of rounds.
        back: Time from one round to the next; each is a visit then, and `leave: visit` within it
            leads behind the round.
        is_end_written: The step says how it ends, be it `leave: 0%`, written by those who mean it.
    """

    leave: Chance | None
    at_most: int | None
    back: Wait | None
    is_end_written: bool

    @property
    def is_visit(self) -> bool:
        """Whether each round is a visit."""
        return self.back is not None

    @property
    def is_bounded(self) -> bool:
        """Whether there is a greatest number of rounds."""
        return self.at_most is not None


@dataclass(frozen=True, slots=True)
class RunJourney:
    """A journey that a step runs.

    Args:
        is_later: It starts at another time, while the person goes on.
        is_at_once: Of a later one: no time passes before it starts.
        wait: Of a later one: the time before it starts, unless that is a moment.
    """

    name: str
    is_later: bool = False
    is_at_once: bool = False
    wait: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTraits:
    """A step as analyses see it; a default stands for a step that does nothing of the kind.

    Args:
        verb: Word of the language, for messages.
        line: The step in one line, without its guard and without what is within it.
        label: What `retry` calls it.
        name: What decisions and parts are called after that have no name of their own.
        guard: Condition around the step: those for whom it does not hold pass over it.
        emits: Event that happens here, after `changes`.
        changes: What is set, added, appended or removed here.
        picks: Variables that are filled by chance.
        runs: Journey that is run from here.
        branches: Steps within it: each person takes one of them, or none.
        loop: The one branch is gone through in rounds.
        leaves: Some or all people leave here, the visit or for good.
        is_end: Nobody gets past it.
        wait: Time that passes for everybody who gets past it, whatever is within it.
        ends_session: People who get past it are in another session.
        retries: Label of the step that it goes back to.
        is_named_by_next: Without a name of its own it is called after the steps that follow.
    """

    verb: str
    line: str
    label: str | None = None
    name: str | None = None
    guard: Expression | None = None
    emits: str | None = None
    changes: tuple[Assignment, ...] = ()
    picks: tuple[PickOne, ...] = ()
    runs: RunJourney | None = None
    branches: tuple[Branch, ...] = ()
    loop: Loop | None = None
    leaves: Literal["visit", "for good"] | None = None
    is_end: bool = False
    wait: Wait | None = None
    ends_session: bool = False
    retries: str | None = None
    is_named_by_next: bool = False

    @property
    def takes_time(self) -> bool:
        """Whether time passes for everybody who gets past it, whatever is within it."""
        return self.wait is not None

    @property
    def sets(self) -> frozenset[str]:
        """The names that get another value here, not counting what is within the step."""
        return frozenset(
            (*(change.name for change in self.changes), *(pick.variable for pick in self.picks))
        )


def traits(step: Step) -> StepTraits:
    """Return the traits of a step.

    Raises:
        KeyError: The class of the step is not described in `TRAITS`.

    Example:
        >>> from footfall.errors import SourceLocation
        >>> step = DoStep(at=SourceLocation("shop.yaml", 3, 5), journey="pay")
        >>> traits(step).runs
        RunJourney(name='pay', is_later=False, is_at_once=False)
    """
    return TRAITS[type(step)](step)


def walk(steps: Steps) -> Iterator[Step]:
    """Yield every step, those within others included; journeys that are run are not entered."""
    for step in steps:
        yield step
        for branch in traits(step).branches:
            yield from walk(branch.steps)


def default_name(steps: Steps) -> str | None:
    """Return what a part is called after: its first event, journey or named step."""
    return next((name for step in steps if (name := traits(step).name) is not None), None)


def with_name(step: Step, following: Steps) -> Step:
    """Return a step with the name that it takes from those behind it, if it takes one."""
    if not traits(step).is_named_by_next:
        return step
    return replace(step, named=default_name(following))


# --- what each verb is -----------------------------------------------------------------------------------------------


def _common(step: Step) -> dict[str, Any]:
    """Return the traits that follow from the keys which every step may have."""
    return {"label": step.named, "name": step.named, "guard": step.when}


def _emit(step: EmitStep) -> StepTraits:
    # The event names a part even where the step has a name: `named` is there for `retry` and for
    # the addresses of its wait and draws, while readers look for the event.
    common = _common(step) | {"label": step.named or step.event, "name": step.event}
    changes = changes_text(step.changes)
    return StepTraits(
        **common,
        verb="event",
        line=step.event + after_text(step.after) + (f" {changes}" if changes else ""),
        emits=step.event,
        changes=step.changes,
        wait=step.after,
    )


def _do(step: DoStep) -> StepTraits:
    common = _common(step) | {"name": step.named or step.journey}
    return StepTraits(
        **common, verb="do", line=f"do {step.journey}", runs=RunJourney(step.journey)
    )


def _maybe(step: MaybeStep) -> StepTraits:
    common = _common(step) | {"name": step.named or default_name(step.steps)}
    return StepTraits(
        **common,
        verb="maybe",
        line=f"maybe{_quoted(step)} {chance_text(step.chance)}:",
        branches=(
            Branch(step.steps, is_optional=True),
            Branch(step.otherwise, role="else", is_optional=True),
        ),
    )


def _either(step: EitherStep) -> StepTraits:
    first = step.options[0].steps if step.options else ()
    common = _common(step) | {"name": step.named or default_name(first)}
    return StepTraits(
        **common,
        verb="either",
        line=f"either{_quoted(step)}:",
        branches=tuple(map(_option, step.options)),
    )


def _option(option: EitherOption) -> Branch:
    return Branch(
        option.steps,
        when=option.when,
        role="option",
        name=option.named,
        share=option_text(option),
    )


def _repeat(step: RepeatStep) -> StepTraits:
    common = _common(step) | {"name": step.named or default_name(step.steps)}
    ends = (step.leave, step.until, step.at_most, step.lifetime)
    # `leave: 0%` and `until: false` say that a repeat is meant to be endless: nobody gets past.
    has_no_leave = step.leave is None or step.leave == 0
    has_no_until = step.until is None or step.until.text.strip() == "false"
    how = [
        f"leave {chance_text(step.leave)}" if step.leave is not None else "",
        f"until {step.until.text}" if step.until else "",
        f"at most {step.at_most}" if step.at_most else "",
        f"come back {after_wait(step.come_back_after)}" if step.come_back_after else "",
        survival_text(step.lifetime),
    ]
    return StepTraits(
        **common,
        verb="repeat",
        line=f"repeat{_quoted(step)} ({'; '.join(filter(None, how))}):",
        branches=(Branch(step.steps),),
        loop=Loop(
            leave=step.leave,
            at_most=step.at_most,
            back=step.come_back_after,
            is_end_written=any(end is not None for end in ends),
        ),
        is_end=step.at_most is None and has_no_leave and has_no_until and step.lifetime is None,
    )


def _go_on(step: GoOnStep) -> StepTraits:
    return StepTraits(
        **_common(step),
        verb="go on",
        line=f"go on{_quoted(step)} {chance_text(step.chance)}, else the visit ends",
        leaves="visit",
        is_end=step.chance == 0,
        is_named_by_next=step.named is None,
    )


def _leave(step: LeaveStep) -> StepTraits:
    kept = f", keep {names_text(step.keep)}" if step.keep else ""
    line = f"leave {step.what}{kept}"
    return StepTraits(**_common(step), verb="leave", line=line, leaves=step.what, is_end=True)


def _wait(step: WaitStep) -> StepTraits:
    verb, line = "wait", f"wait {wait_text(step.wait)}"
    if step.ends_session:
        verb, line = "come back after", f"come back {after_wait(step.wait)}"
    ends_session = step.ends_session
    return StepTraits(
        **_common(step), verb=verb, line=line, wait=step.wait, ends_session=ends_session
    )


def _change(step: ChangeStep) -> StepTraits:
    line = changes_text(step.changes)
    return StepTraits(**_common(step), verb="set", line=line, changes=step.changes)


def _pick(step: PickStep) -> StepTraits:
    line = "pick " + ", ".join(map(pick_text, step.picks))
    return StepTraits(**_common(step), verb="pick", line=line, picks=step.picks)


def _retry(step: RetryStep) -> StepTraits:
    # Its wait is one of those who go back; who goes on does so at once, so it takes no time.
    return StepTraits(
        **_common(step),
        verb="retry",
        line=f"retry {step.target}, at most {step.at_most}" + after_text(step.after),
        retries=step.target,
    )


def _later(step: LaterStep) -> StepTraits:
    moment = f"at {step.moment.text}" if step.moment else ""
    when = after_wait(step.wait) if step.wait else moment
    # Any other moment is an expression, whose value a run alone knows.
    if step.moment is not None:
        is_at_once = step.moment.text.strip() == "now"
    else:
        is_at_once = step.wait is not None and step.wait.high_ms == 0
    return StepTraits(
        **_common(step),
        verb="later",
        line=f"later {step.journey}, {when}",
        runs=RunJourney(step.journey, is_later=True, is_at_once=is_at_once, wait=step.wait),
    )


def _cancel(step: CancelStep) -> StepTraits:
    return StepTraits(**_common(step), verb="cancel", line=f"cancel {names_text(step.targets)}")


def _when(step: WhenStep) -> StepTraits:
    # Its condition chooses between its branches, so it is no guard around the step.
    common = _common(step) | {
        "name": step.named or default_name(step.steps),
        "guard": None,
    }
    return StepTraits(
        **common,
        verb="when",
        line=f"when {step.when.text if step.when else ''}:",
        branches=(Branch(step.steps, when=step.when), Branch(step.otherwise, role="else")),
    )


def _quoted(step: Step) -> str:
    return f' "{step.named}"' if step.named else ""


TRAITS: Mapping[type[Step], Callable[[Any], StepTraits]] = {
    EmitStep: _emit,
    DoStep: _do,
    MaybeStep: _maybe,
    EitherStep: _either,
    RepeatStep: _repeat,
    GoOnStep: _go_on,
    LeaveStep: _leave,
    WaitStep: _wait,
    ChangeStep: _change,
    PickStep: _pick,
    RetryStep: _retry,
    LaterStep: _later,
    CancelStep: _cancel,
    WhenStep: _when,
}
"""Class of a step → its description. It lists every verb: other registries are held against it."""
