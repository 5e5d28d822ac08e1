"""The section on retention: a curve of all newcomers, and the triangle of their cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from footfall.reports import retention_chart
from footfall.reports.estimates import percent_interval
from footfall.reports.reporting import Report
from footfall.reports.retention import Cohort, Retained, Retention
from footfall.reports.section import (
    Cell,
    Figure,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
)
from footfall.text import NONE, count, percent

_LEADS = {
    "n-day": "of newcomers, the % who did anything on the day so many days after their first",
    "unbounded": "of newcomers, the % who did anything on that day after their first, or later",
}
_OF_BRACKETS = "of newcomers, the % who did anything within those days after their first"
_YOUNG = (
    "Only those count whose days are all within the run: of a cohort that is too young for some, the older people; "
    f"{NONE} where there are none. Days have 24 hours from the start of the run."
)
_GROWS = "With unbounded days, whoever came early had longer to come back: early cohorts look better than late ones."


def retention_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell who came back after how many days, of all and cohort by cohort."""
    retention = report.retention
    if retention is None or not retention.brackets:
        return None
    columns = (
        TableColumn("Came"),
        TableColumn("People", "newcomers whose first event is of those days"),
        *(TableColumn(bracket.name.replace(" ", "\n", 1)) for bracket in retention.brackets),
    )
    notes = (_YOUNG, _GROWS) if retention.rule == "unbounded" else (_YOUNG,)
    return ReportSection(
        "Retention",
        _LEADS.get(retention.rule, _OF_BRACKETS),
        columns,
        tuple(_rows(retention)),
        notes,
        figure=Figure(
            partial(retention_chart.curve, retention), "Newcomers who came back", "retention"
        ),
    )


def _rows(retention: Retention) -> Iterator[TableRow]:
    whole = retention.whole
    yield TableRow((Cell("all"), Cell(count(whole.people)), *map(_share, whole.retained)))
    intervals = (Cell(percent_interval(each.interval), "faint") for each in whole.retained)
    yield TableRow((Cell("95 % interval", "faint"), Cell(""), *intervals), is_part=True)
    for cohort in retention.cohorts:
        yield TableRow(
            (
                Cell(_name(retention, cohort)),
                Cell(count(cohort.people)),
                *map(_share, cohort.retained),
            )
        )


def _share(retained: Retained) -> Cell:
    return Cell(percent(retained.share))


def _name(retention: Retention, cohort: Cohort) -> str:
    day = retention.date(cohort)
    return day if cohort.n_days == 1 else f"week of {day}"
