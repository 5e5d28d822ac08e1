"""Stages and steps: who reached each stage, who went on to the next, and how long that took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from footfall.data.tallies import PASSED_OVER, Tallies, has_powers
from footfall.reports.intervals import Interval, mid_p

PROVISIONAL_SHARE = 0.05
"""The share of those who entered and are still open from which on a conversion is marked."""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """From a stage to the next, of the people who were seen to enter the first of the two.

    People who were there when the run started are in no step out of that stage, since nobody knows when they entered
    it; nor are those who passed over it. To go on is to reach the next stage or one beyond it.

    Args:
        entered: People who entered the stage during the run.
        converted: Of these, people who went on.
        median_ms, p90_ms: Time from one to the other, of those who went on: discrete percentiles, ms; None of nobody.
        still_open: People who did not go on and had less than `p90_ms` left until the end of the run (all of them, if
            nobody went on): too young to be judged.
    """

    entered: int
    converted: int
    median_ms: int | None
    p90_ms: int | None
    still_open: int

    @property
    def conversion(self) -> float | None:
        """Share of those who entered that went on, 0..1; None of nobody."""
        return self.converted / self.entered if self.entered else None

    @property
    def interval(self) -> Interval | None:
        """95 % mid-P interval of the conversion."""
        return mid_p(self.converted, self.entered)

    @property
    def is_provisional(self) -> bool:
        """Whether more than 5 % of those who entered are still open.

        The conversion would then rise in a longer run.
        """
        return self.still_open > PROVISIONAL_SHARE * self.entered


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage of the critical path.

    Args:
        name: As in the scenario.
        is_goal: Whether it counts as conversion.
        reached: People who stand here or beyond, whether or not they passed through it.
        standing: People whose furthest stage this is.
        step: To the next stage; None for the last one and where only tallies are at hand.
        passed_over: Of those who reached it, people who were seen to go beyond it without being at it; None where it
            was not counted.
    """

    name: str
    is_goal: bool
    reached: int
    standing: int
    step: FunnelStep | None = None
    passed_over: int | None = None


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """The steps of people with one value of a property on entering the first stage of each.

    Args:
        value: As text; None where the property had no value.
        steps: One per stage but the last.
    """

    value: str | None
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True)
class StepComparison:
    """Steps by the value of a property.

    Groups with most people first, then by the bytes of the value.

    Args:
        by: The property.
        is_of_visit: It is a property of events: what counts is its value in the visit in which
            a person entered the first of the two stages.
    """

    by: str
    groups: tuple[ComparedGroup, ...]
    is_of_visit: bool = False


@dataclass(frozen=True, slots=True)
class Stages:
    """The critical path, in order.

    Args:
        people: All who came or were there at the start.
        already_here: Of these, people who had arrived before the start; None where only tallies are at hand.
        stages: In the order of the path.
        comparison: Steps by a property, if asked for.
    """

    people: int
    already_here: int | None
    stages: tuple[StageCounts, ...]
    comparison: StepComparison | None = None

    def interval(self, stage: StageCounts) -> Interval | None:
        """Return the 95 % mid-P interval of the share of all who reached a stage; None of nobody."""
        return mid_p(stage.reached, self.people)

    def share(self, count: int) -> float:
        """Return a number of people as a share of all, 0..1 (0 of nobody)."""
        return count / self.people if self.people else 0.0

    def to_arrow(self) -> pa.Table:
        """Return one row per stage: its counts, shares, and the step to the next stage."""
        rows = [
            {**stage_record(self, stage), **(step_record(stage.step) if stage.step else {})}
            for stage in self.stages
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema([*_STAGE_COLUMNS, *_STEP_COLUMNS]))

    def comparison_to_arrow(self) -> pa.Table:
        """Return one row per step and value of the property that was asked for.

        No rows if none was.
        """
        names = [stage.name for stage in self.stages]
        rows = [
            {"stage": name, "next_stage": after, "value": group.value, **step_record(step)}
            for group in (self.comparison.groups if self.comparison else ())
            for name, after, step in zip(names, names[1:], group.steps, strict=False)
        ]
        columns = [(name, pa.string()) for name in ("stage", "next_stage", "value")]
        return pa.Table.from_pylist(rows, schema=pa.schema([*columns, *_STEP_COLUMNS]))


_STAGE_COLUMNS = [
    ("stage", pa.string()),
    ("is_goal", pa.bool_()),
    ("reached", pa.int64()),
    ("reached_share", pa.float64()),
    ("reached_low", pa.float64()),
    ("reached_high", pa.float64()),
    ("passed_over", pa.int64()),
    ("standing", pa.int64()),
    ("standing_share", pa.float64()),
]
_STEP_COLUMNS = [
    ("entered", pa.int64()),
    ("converted", pa.int64()),
    ("conversion", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("median_ms", pa.int64()),
    ("p90_ms", pa.int64()),
    ("still_open", pa.int64()),
]


def stage_record(stages: Stages, stage: StageCounts) -> dict[str, str | int | float | None]:
    """Return the numbers of a stage by name, without its step."""
    interval = stages.interval(stage)
    return {
        "stage": stage.name,
        "is_goal": stage.is_goal,
        "reached": stage.reached,
        "reached_share": stages.share(stage.reached),
        "reached_low": interval.low if interval else None,
        "reached_high": interval.high if interval else None,
        "passed_over": stage.passed_over,
        "standing": stage.standing,
        "standing_share": stages.share(stage.standing),
    }


def step_record(step: FunnelStep) -> dict[str, int | float | None]:
    """Return the numbers of a step by name."""
    interval = step.interval
    return {
        "entered": step.entered,
        "converted": step.converted,
        "conversion": step.conversion,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "median_ms": step.median_ms,
        "p90_ms": step.p90_ms,
        "still_open": step.still_open,
    }


def stages_of_tallies(tallies: Tallies, names: Sequence[str], goal: int) -> Stages:
    """Return the stages that tallies hold, without steps.

    Args:
        tallies: Of a whole run.
        names: The critical path, in order.
        goal: Index of the stage that counts as conversion.
    """
    # In the path's order, and with a 0 for a stage that nobody has reached, of which there is no tally.
    reached = dict.fromkeys(names, 0)
    for (stage, _), people in tallies.stages.items():
        reached[stage] += people
    totals: Counter[str] = Counter()
    for (_, measure), n in tallies.cities.items():
        totals[measure] += n
    passed_over = (
        [totals[f"{PASSED_OVER}{name}"] for name in names] if has_powers(totals) else ()
    )
    return assemble(list(reached.values()), names, goal, passed_over=passed_over)


def assemble(
    reached: Sequence[int],
    names: Sequence[str],
    goal: int,
    *,
    already_here: int | None = None,
    passed_over: Sequence[int] = (),
    steps: Sequence[FunnelStep] = (),
    comparison: StepComparison | None = None,
) -> Stages:
    """Return stages from what was counted.

    Args:
        reached: Per stage, people who stand there or beyond.
        names: The critical path, in order.
        goal: Index of the stage that counts as conversion.
        already_here: People who had arrived before the start, if known.
        passed_over: Per stage, people who were seen to pass over it; or none.
        steps: One per stage but the last, or none.
        comparison: Steps by a property.
    """
    # Stages never fall, so who stands here has reached this stage and not the next.
    standing = [here - beyond for here, beyond in zip(reached, [*reached[1:], 0], strict=True)]
    step_of, over_of = dict(enumerate(steps)), dict(enumerate(passed_over))
    stages = tuple(
        StageCounts(name, i == goal, r, s, step_of.get(i), over_of.get(i))
        for i, (name, r, s) in enumerate(zip(names, reached, standing, strict=True))
    )
    # Everybody has reached the first stage, by coming.
    return Stages(reached[0], already_here, stages, comparison)
