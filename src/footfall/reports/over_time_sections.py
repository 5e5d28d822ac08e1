"""The section on a run over time: a row per day, or per week of longer runs."""

from __future__ import annotations

from functools import partial

from footfall.reports import over_time_chart
from footfall.reports.over_time import OverTime, TimeCounts
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Bar,
    Cell,
    Figure,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
)
from footfall.text import clean, count, money

MOST_DAYS = 35
"""Rows of single days that are read; longer runs are shown by week."""


def over_time_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell how many came, were active, and what happened, day by day or week by week."""
    over_time = report.over_time
    if over_time is None:
        return None
    is_weekly = len(over_time.days) > MOST_DAYS
    rows = over_time.weeks if is_weekly else over_time.days
    most = max((row.events / row.n_days for row in rows), default=0) or 1
    figure = Figure(
        partial(over_time_chart.days, over_time),
        "Day by day",
        "over-time",
        ("Every small chart has its own scale.",),
    )
    return ReportSection(
        "Over time",
        "what happened per week" if is_weekly else "what happened per day",
        (
            TableColumn("From" if is_weekly else "Day"),
            TableColumn("New"),
            TableColumn("Active", "people with an event"),
            TableColumn("Active\n7 days", "the same in the 7 days that end then"),
            TableColumn("Active\n28 days", "the same in the 28 days that end then"),
            TableColumn("Visits"),
            TableColumn("Events"),
            TableColumn(clean(over_time.currency)),
            TableColumn(""),
        ),
        tuple(_row(over_time, row, row.events / row.n_days / most) for row in rows),
        _notes(over_time, is_weekly=is_weekly),
        figure=figure,
    )


def _row(over_time: OverTime, counts: TimeCounts, share: float) -> TableRow:
    numbers = (
        counts.newcomers,
        counts.active,
        counts.active_7,
        counts.active_28,
        counts.visits,
        counts.events,
    )
    return TableRow(
        (
            Cell(over_time.date(counts)),
            *(Cell(count(number)) for number in numbers),
            Cell(money(counts.revenue, over_time.minor_digits)),
            Bar(share),
        )
    )


def _notes(over_time: OverTime, *, is_weekly: bool) -> tuple[str, ...]:
    notes = [
        "Days have 24 hours from the start of the run. At its beginning the windows of 7 and 28 days are shorter."
    ]
    if is_weekly:
        notes.append(
            "Days that make no whole week stand for themselves; all days are in --format json."
        )
    if over_time.is_cut_short:
        notes.append("The last day is not whole.")
    return tuple(notes)
