"""Contents of a report: its heading, and the list of its sections in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from footfall.reports.group_sections import cities_section, groups_section, hours_section
from footfall.reports.identity_sections import identity_section
from footfall.reports.over_time_sections import over_time_section
from footfall.reports.reporting import Report
from footfall.reports.retention_sections import retention_section
from footfall.reports.section import ReportSection, RowLimits
from footfall.reports.stage_sections import (
    comparison_section,
    days_section,
    stages_section,
    steps_section,
)
from footfall.reports.truth_sections import truth_section
from footfall.store import RunInfo
from footfall.text import clean, date, days
from footfall.units import DAY_MS

SECTIONS: tuple[Callable[[Report, RowLimits], ReportSection | None], ...] = (
    stages_section,
    steps_section,
    days_section,
    comparison_section,
    groups_section,
    cities_section,
    hours_section,
    over_time_section,
    retention_section,
    identity_section,
    truth_section,
)
"""Every section of a report; each returns None where its numbers are missing."""


def sections_of(report: Report, limits: RowLimits | None = None) -> Iterator[ReportSection]:
    """Yield the sections that a report has numbers for."""
    for section in SECTIONS:
        made = section(report, limits or RowLimits())
        if made is not None:
            yield made


@dataclass(frozen=True, slots=True)
class ReportHeading:
    """The lines above the sections.

    Args:
        title: Of the scenario.
        span: Which days.
        identity: Which run.
        warning: A sentence to be read before anything else; or nothing.
    """

    title: str
    span: str
    identity: str
    warning: str = ""


def heading_of(info: RunInfo) -> ReportHeading:
    """Return the heading of a report on a run."""
    run, start_ms = info.run, info.run.stream.start_ms
    is_half = not info.is_complete
    return ReportHeading(
        clean(run.title or info.scenario),
        f"{days((run.until_ms - start_ms) / DAY_MS)} from {date(start_ms)}",
        f"{clean(info.scenario)}, run {info.id}, seed {run.stream.seed}",
        "This run is not complete: only what is stored so far is counted." if is_half else "",
    )
