"""Rounds: `repeat`."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler.journeys.flow_steps import check_may_come_back
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here
from footfall.model.operations import Op
from footfall.model.program import BeginSessionNode, ConditionNode, EnterNode
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
    rounds = _rounds(lowering, step, here, name)
    body = lowering.steps(step.steps, inside, after)
    counters = (counter,) if rounds is None else (counter, rounds)
    builder.fill(again, builder.add(EnterNode(counters, body)))
    builder.fill(after, _after_round(lowering, step, name, inside, rounds, again, following))
    # The number of rounds begins at 0 at each entry. The visit counter never does: a draw with
    # a count that was there before would give the same result again.
    return again if rounds is None else builder.add(EnterNode((), again, (), (rounds,)))


def _rounds(lowering: Lowering, step: RepeatStep, here: Here, name: str) -> int | None:
    if step.at_most is None:
        return None
    return lowering.declarer.columns.counter(f"rounds of {here.root}>{here.journey}/{name}")


def _after_round(
    lowering: Lowering,
    step: RepeatStep,
    name: str,
    here: Here,
    rounds: int | None,
    again: int,
    following: int,
) -> int:
    """Compile what follows a round: the ways out, else the wait and the next round."""
    # Built backwards: a run asks `until` first, then `at_most`, then `leave`, and waits last.
    builder, first = lowering.builder, again
    if step.come_back_after is not None:
        first = builder.add(BeginSessionNode(first)) if here.in_session else first
        first = lowering.pause(step.come_back_after, name, here, first, ends=True)
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
