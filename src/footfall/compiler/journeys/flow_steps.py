"""Steps that lead on: events, waits, guards, other journeys, ways back and ways out."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler.journeys.later_steps import pending
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.state_changes import change
from footfall.compiler.journeys.step_context import Here
from footfall.compiler.symbols import Snapshots
from footfall.errors import SourceLocation
from footfall.model import program
from footfall.model.operations import Op
from footfall.scenario.step_records import (
    DoStep,
    EmitStep,
    GoOnStep,
    LeaveStep,
    RetryStep,
    WaitStep,
    WhenStep,
)


def lower_emit(lowering: Lowering, step: EmitStep, here: Here, following: int) -> int:
    """Compile an event: the wait, the changes, the event."""
    columns = lowering.declarer.columns
    snapshots = Snapshots(columns, lowering.kept)
    scope = replace(here.scope, snapshots=snapshots)
    emission = lowering.emissions.add(step.event, step.at, scope, here.in_session)
    first = (
        following
        if emission is None
        else lowering.builder.add(program.EmitNode(emission, following))
    )
    actions = _kept(snapshots) + change(lowering, step.changes, here, step.named)
    if actions:
        first = lowering.builder.add(program.ActNode(actions, first, joins_next=True))
    if step.after is not None:
        first = lowering.pause(step.after, step.named or step.event, here, first)
    return first


def _kept(snapshots: Snapshots) -> tuple[program.Action, ...]:
    """Return what keeps the values that an event tells of as they were before its changes."""
    columns = snapshots.columns.all()
    return tuple(
        program.Assign(
            snapshots.kept[column],
            columns[column].kind,
            Op(
                "load",
                columns[column].kind,
                value=column,
                is_nullable=True,
                is_list=bool(columns[column].width),
            ),
        )
        for column in sorted(snapshots.taken)
    )


def lower_do(lowering: Lowering, step: DoStep, here: Here, following: int) -> int:
    """Compile a journey where it is run; an unknown or circular one is noted elsewhere."""
    if step.journey not in lowering.journeys or step.at in lowering.calls.circular:
        return following
    return lowering.journey(step.journey, here, following)


def lower_guard(lowering: Lowering, step: WhenStep, here: Here, following: int) -> int:
    """Compile `when: … steps: … else: …`."""
    assert step.when is not None
    then = lowering.steps(step.steps, here, following)
    otherwise = lowering.steps(step.otherwise, here, following)
    return lowering.test(step.when, here.scope, then, otherwise)


def lower_go_on(lowering: Lowering, step: GoOnStep, here: Here, following: int) -> int:
    """Compile `go on`: else the visit is left."""
    name = lowering.name_of(step, ())
    return lowering.chance(name, step.chance, step.at, here, following, here.leave)


def lower_leave(lowering: Lowering, step: LeaveStep, here: Here, _following: int) -> int:
    """Compile `leave`: the visit, or for good."""
    if step.what == "visit":
        return here.leave
    kept = pending(lowering, step.keep, "keep")
    cancelled = tuple(n for n in lowering.timer_numbers.values() if n not in kept)
    # A later journey ends, and with it the life that it runs beside.
    end = program.EndNode(is_later=bool(here.root), for_good=True, cancels=cancelled)
    return lowering.builder.add(end)


def lower_wait(lowering: Lowering, step: WaitStep, here: Here, following: int) -> int:
    """Compile `wait` and `come back after`."""
    if step.ends_session:
        check_may_come_back(lowering, step.at, here)
        if here.in_session:
            following = lowering.builder.add(program.BeginSessionNode(following))
    name = step.named or ("come back" if step.ends_session else "wait")
    return lowering.pause(step.wait, name, here, following, step.ends_session)


def check_may_come_back(lowering: Lowering, at: SourceLocation, here: Here) -> None:
    """Note a coming back in a journey that runs beside the visits."""
    if here.root:
        lowering.problems.add(
            at,
            f'"come back after" in a journey started by later ("{here.root}")',
            "wait: and after:, which are not cut in a journey with session: none",
            "start another journey with later: instead",
        )


def lower_retry(lowering: Lowering, step: RetryStep, here: Here, following: int) -> int:
    """Compile a way back; a target that does not come before is noted elsewhere."""
    target = here.labels.get(step.target)
    if target is None:
        return following
    # The line keeps apart two retries that go back to the same step.
    tries = lowering.declarer.columns.counter(
        f"tries of {here.root}>{here.journey}/{step.target} line {step.at.line}"
    )
    here.instance.tries.append(tries)
    if step.after is not None:
        target = lowering.pause(step.after, step.named or f"retry {step.target}", here, target)
    return lowering.builder.add(
        program.RetryNode(tries, step.at_most, here.counter, target, following)
    )
