"""Sections on the critical path: stages, steps, day by day, and compared by a property."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from footfall.reports import charts
from footfall.reports.estimates import percent_interval
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Bar,
    Cell,
    Figure,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
    name_cell,
)
from footfall.reports.stages import FunnelStep, StageCounts, Stages, StepComparison
from footfall.text import NONE, clean, count, duration, percent

_STAGE_COLUMNS = (
    TableColumn("Stage"),
    TableColumn("Reached", "people who stand at the stage or beyond it"),
    TableColumn("% of all"),
    TableColumn("95 %\ninterval"),
    TableColumn(""),
    TableColumn("Now here", "people whose furthest stage this is"),
    TableColumn("% of all"),
)
_STEP_COLUMNS = (
    TableColumn("Entered", "people who were seen to enter the stage"),
    TableColumn(
        "Went on\n%", "of these, the share that reached the next stage, or one beyond it"
    ),
    TableColumn("95 %\ninterval"),
    TableColumn("Median\ntime"),
    TableColumn("90 %\nwithin", "of those who went on, nine in ten took at most this long"),
    TableColumn("Still\nopen"),
)


def stages_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell how many people reached each stage, and how many stand there."""
    stages = report.stages
    if stages is None:
        return None
    has = "1 person has" if stages.people == 1 else f"{count(stages.people)} people have"
    return ReportSection(
        "Stages",
        f"how far {has} come",
        _STAGE_COLUMNS,
        tuple(_stage(stages, stage) for stage in stages.stages),
        tuple(_stage_notes(stages)),
        figure=Figure(
            partial(charts.funnel, stages), "People who reached each stage", "funnel"
        ),
    )


def _stage(stages: Stages, stage: StageCounts) -> TableRow:
    share = stages.share(stage.reached)
    cells = (
        name_cell(stage.name + " (goal)" * stage.is_goal),
        Cell(count(stage.reached)),
        Cell(percent(share)),
        # Everybody has reached the first stage, by coming: a share that nothing can change.
        Cell(
            NONE
            if stage.reached == stages.people
            else percent_interval(stages.interval(stage)),
            "faint",
        ),
        Bar(share),
        Cell(count(stage.standing)),
        Cell(percent(stages.share(stage.standing))),
    )
    return TableRow(cells, "goal" if stage.is_goal else "")


def _stage_notes(stages: Stages) -> Iterator[str]:
    over = [
        f"{clean(stage.name)}: {count(stage.passed_over)} of {count(stage.reached)}"
        for stage in stages.stages
        if stage.passed_over
    ]
    if over:
        yield (
            "Some passed over a stage, from one before it to one beyond it, and count as having reached it: "
            f"{'; '.join(over)}."
        )


def steps_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell who went on from each stage to the next.

    Tallies hold no steps, so the tables at the end of a run lack them.
    """
    stages = report.stages
    if stages is None:
        return None
    steps = [(a, b, a.step) for a, b in pairwise(stages.stages) if a.step]
    if not steps:
        return None
    rows = [TableRow((_step_name(a, b), *_step(step))) for a, b, step in steps]
    return ReportSection(
        "Steps",
        "of those who entered a stage, who went on",
        (TableColumn("Step"), *_STEP_COLUMNS),
        tuple(rows),
        tuple(_step_notes(stages, [step for *_, step in steps])),
    )


def _step_name(stage: StageCounts, after: StageCounts) -> Cell:
    return name_cell(f"{stage.name} → {after.name}")


def _step(step: FunnelStep) -> tuple[Cell, ...]:
    # A mark beside the colour, for those who see none.
    tone, mark = ("unsure", "*") if step.is_provisional else ("", "")
    return (
        Cell(count(step.entered)),
        Cell(percent(step.conversion), tone),  # type: ignore[arg-type]  # one of the two above
        Cell(percent_interval(step.interval), "faint"),
        Cell(duration(step.median_ms)),
        Cell(duration(step.p90_ms)),
        Cell(count(step.still_open), tone, mark),  # type: ignore[arg-type]  # the same
    )


def _step_notes(stages: Stages, steps: Sequence[FunnelStep]) -> Iterator[str]:
    if any(step.is_provisional for step in steps):
        yield (
            "* Still open: people who did not go on, but had less time left than the column “90 % within” says. "
            "In a longer run more of them would, and the share would rise."
        )
    if stages.already_here:
        yield (
            f"{count(stages.already_here)} people were here before the start. They count as having reached their "
            "stage; when they entered it is not known, so they are in no step out of it."
        )


def days_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell how the stages filled: a chart alone."""
    if report.stages is None or report.curves is None:
        return None
    goal = next(stage.name for stage in report.stages.stages if stage.is_goal)
    figure = Figure(
        partial(charts.days, report.curves.days, goal),
        "People per stage, day by day",
        "days",
        ("Every small chart has its own scale.",),
    )
    lead = "people who had reached each stage by the end of each day"
    return ReportSection("Day by day", lead, figure=figure)


def comparison_section(report: Report, limits: RowLimits) -> ReportSection | None:
    """Tell who went on, by the value of a property: a table per step that somebody entered."""
    if report.stages is None or report.stages.comparison is None:
        return None
    comparison = report.stages.comparison
    return ReportSection(
        f"Steps by {clean(comparison.by)}",
        "its value on entering the first of the two stages",
        parts=tuple(_compared_steps(report.stages, comparison, limits.groups)),
        notes=(_OF_VISIT,) if comparison.is_of_visit else (),
    )


_OF_VISIT = (
    "The value is that of the visit in which a person entered the first of the two stages (on arrival, of their first "
    "visit): what the first of its events says that has the property. (none): no event of the visit has it."
)


def _compared_steps(
    stages: Stages, comparison: StepComparison, most: int | None
) -> Iterator[ReportSection]:
    for i, (stage, after) in enumerate(pairwise(stages.stages)):
        groups = [group for group in comparison.groups if group.steps[i].entered]
        rows = [
            TableRow((_group_name(group.value), *_step(group.steps[i])))
            for group in groups[:most]
        ]
        left_out = len(groups) - len(rows)
        note = f"and {left_out} more; all of them with --format json"
        if rows:
            yield ReportSection(
                _step_name(stage, after).text,
                columns=(TableColumn(clean(comparison.by)), *_STEP_COLUMNS),
                rows=tuple(rows),
                notes=(note,) if left_out else (),
            )


def _group_name(value: str | None) -> Cell:
    return Cell("(none)", "faint") if value is None else name_cell(value)
