"""Rounds: `repeat`."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler import distributions
from footfall.compiler.journeys.flow_steps import check_may_come_back
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here
from footfall.model.operations import Op
from footfall.model.program import (
    ActNode,
    Assign,
    BeginSessionNode,
    ConditionNode,
    EnterNode,
    RandomValue,
    WaitEnd,
)
from footfall.scenario.step_records import RepeatStep


def lower_repeat(lowering: Lowering, step: RepeatStep, here: Here, following: int) -> int:
    """Compile rounds; one with `come back after` is a visit: `leave: visit` ends that round."""
    builder = lowering.builder
    name = lowering.name_of(step, step.steps)
    builder.names.take("repeat", here.journey, name, step.at)
    counter = builder.counter(f"{here.journey}/{name}")
    # The rounds lead to `after`, which leads back to them: both need numbers before either
    # exists.
    again, after = builder.hole(), builder.hole()
    is_visit = step.come_back_after is not None
    if is_visit:
        check_may_come_back(lowering, step.at, here)
    inside = replace(here, counter=counter, leave=after if is_visit else here.leave)
    rounds, deadline = (
        _rounds(lowering, step, here, name),
        _deadline(lowering, step, here, name),
    )
    body = lowering.steps(step.steps, inside, after)
    counters = (counter,) if rounds is None else (counter, rounds)
    builder.fill(again, builder.add(EnterNode(counters, body)))
    ends = (rounds, deadline, following)
    builder.fill(after, _after_round(lowering, step, name, inside, again, ends))
    # The number of rounds begins at 0 at each entry. The visit counter never does: a draw with
    # a count that was there before would give the same result again.
    first = again if rounds is None else builder.add(EnterNode((), again, (), (rounds,)))
    return _with_lifetime(lowering, step, here, name, deadline, first)


def _deadline(lowering: Lowering, step: RepeatStep, here: Here, name: str) -> int | None:
    """Return the column of the end of each one's lifetime; None where there is no limit."""
    if step.lifetime is None:
        return None
    columns = lowering.declarer.columns
    return columns.add(f"end of lifetime of {here.root}>{here.journey}/{name}", "time")


def _with_lifetime(
    lowering: Lowering,
    step: RepeatStep,
    here: Here,
    name: str,
    deadline: int | None,
    first: int,
) -> int:
    """Draw the end of each one's lifetime before the first round."""
    if step.lifetime is None or deadline is None:
        return first
    drawn = RandomValue(
        lowering.builder.key(here, "lifetime", name),
        "time",
        distributions.lifetime(step.lifetime.points),
        centre=Op("to_number", "number", (Op("now", "time"),)),
    )
    return lowering.builder.add(ActNode((Assign(deadline, "time", drawn),), first))


def _rounds(lowering: Lowering, step: RepeatStep, here: Here, name: str) -> int | None:
    if step.at_most is None:
        return None
    return lowering.declarer.columns.counter(f"rounds of {here.root}>{here.journey}/{name}")


def _behind(lowering: Lowering, here: Here, following: int) -> int:
    """Return where those go on whose lifetime ends: in a new session, if there is anything to do."""
    if following == lowering.end or not here.in_session:
        return following
    return lowering.builder.add(BeginSessionNode(following))


def _after_round(
    lowering: Lowering,
    step: RepeatStep,
    name: str,
    here: Here,
    again: int,
    ends: tuple[int | None, int | None, int],
) -> int:
    """Compile what follows a round: the ways out, else the wait and the next round.

    Args:
        again: The first node of a round.
        ends: Columns of the number of rounds and of the end of the lifetime, and the node behind the repeat.
    """
    # Built backwards: a run asks `until` first, then `at_most`, then `leave`, and waits last.
    builder, first = lowering.builder, again
    rounds, deadline, following = ends
    if step.come_back_after is not None:
        first = builder.add(BeginSessionNode(first)) if here.in_session else first
        end = (
            None if deadline is None else WaitEnd(deadline, _behind(lowering, here, following))
        )
        first = lowering.pause(step.come_back_after, name, here, first, True, end)
    if step.leave is not None:
        first = lowering.chance(f"{name}/leave", step.leave, step.at, here, following, first)
    if rounds is not None and step.at_most is not None:
        counted = Op("load", "integer", value=rounds)
        full = Op(
            "greater_equal", "boolean", (counted, Op("const", "integer", value=step.at_most))
        )
        first = builder.add(ConditionNode(full, following, first))
    if step.until is not None:
        first = lowering.test(step.until, here.scope, following, first)
    return first
