"""Sections of a log's report, for the terminal and the page, and its JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from footfall.foreign.log_numbers import Counted, LogReport, LogStep
from footfall.reports.contents import ReportHeading
from footfall.reports.section import Bar, Cell, ReportSection, TableColumn, TableRow, name_cell
from footfall.text import clean, count, days, duration, first_names, mean, percent, plural
from footfall.units import DAY_MS

JSON_VERSION = 1
MOST_TYPE_ROWS, MOST_PERIOD_ROWS, MOST_LOGS = 40, 60, 5


def heading_of_log(report: LogReport) -> ReportHeading:
    """Return the heading of a report on a log."""
    span = "no times"
    if report.first_ms is not None and report.last_ms is not None:
        span_ms = report.last_ms - report.first_ms
        length = days(span_ms / DAY_MS) if span_ms >= DAY_MS else duration(span_ms)
        span = f"{length} from {_date(report.first_ms)} to {_date(report.last_ms)}, UTC"
    warnings = [f"{told}." for told in told_of_lines(report.unread, report.nameless)]
    if report.repeated:
        have = "has" if report.repeated == 1 else "have"
        warnings.append(
            f"{plural(report.repeated, 'event')} {have} an id that an earlier one has, and are counted "
            "all the same; `footfall send` takes each id once."
        )
    if report.timeless:
        warnings.append(
            f"{plural(report.timeless, 'event')} without a readable time count in no span and no session."
        )
    if report.nobodys:
        counts = "counts" if report.nobodys == 1 else "count"
        warnings.append(
            f"{plural(report.nobodys, 'event')} of nobody {counts} for no person and no session."
        )
    if len(report.logs) > 1:
        names = first_names([clean(name) for name in report.logs], MOST_LOGS)
        warnings.append(
            f"They are of {len(report.logs)} logs ({names}): people of the same id are taken for one."
        )
    who = f"{plural(report.events, 'event')} of {plural(report.people, 'person', 'people')}"
    return ReportHeading(clean(report.name), span, who, " ".join(warnings))


def told_of_lines(unread: int, nameless: int) -> Iterator[str]:
    """Yield sentences on the lines of a log that are no events."""
    for n, what in ((unread, "that cannot be read"), (nameless, "without an event type")):
        if n:
            yield f"{plural(n, 'line')} {what} {'counts' if n == 1 else 'count'} for nothing"


def _date(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms // 1000, dt.UTC).date().isoformat()


def numbers_of_log(report: LogReport) -> Iterator[tuple[str, str]]:
    """Yield what stands out: label and value."""
    yield "events", count(report.events)
    yield "people", count(report.people)
    yield "event types", count(len(report.types))
    yield "sessions", count(report.sessions.cut)


def sections_of_log(report: LogReport) -> Iterator[ReportSection]:
    """Yield the sections of a report on a log, in reading order."""
    yield _overview(report)
    yield _types(report)
    if report.funnel:
        yield _funnel(report)
    if report.by:
        yield _groups(report)
    if report.periods:
        yield _periods(report)


def _overview(report: LogReport) -> ReportSection:
    rows = [("events", count(report.events)), ("people", count(report.people))]
    if report.people:
        rows.append(("events per person", mean(report.events / report.people)))
    sessions = report.sessions
    if sessions.given is not None:
        rows.append(("sessions, as their column says", count(sessions.given)))
    rows.append(("sessions, cut after 30 minutes without an event", count(sessions.cut)))
    if sessions.cut:
        rows.append(("  of one event, %", percent(sessions.single / sessions.cut)))
        rows.append(("  events, median", mean(sessions.median_events)))
    return ReportSection(
        "Overview",
        "",
        (TableColumn("What"), TableColumn("Number")),
        tuple(TableRow((Cell(name), Cell(value))) for name, value in rows),
    )


def _types(report: LogReport) -> ReportSection:
    return ReportSection(
        "Event types",
        "how often each happened, and to how many",
        _COUNTED,
        tuple(_counted(one, report) for one in report.types[:MOST_TYPE_ROWS]),
        _cut(len(report.types), MOST_TYPE_ROWS, "event types"),
    )


_COUNTED = (
    TableColumn("Name"),
    TableColumn("Events"),
    TableColumn("% of all"),
    TableColumn(""),
    TableColumn("People"),
    TableColumn("% of all"),
)


def _counted(one: Counted, report: LogReport) -> TableRow:
    share = one.events / max(report.events, 1)
    return TableRow(
        (
            name_cell(one.name or "(none)"),
            Cell(count(one.events)),
            Cell(percent(share)),
            Bar(share),
            Cell(count(one.people)),
            Cell(percent(one.people / max(report.people, 1))),
        )
    )


def _cut(n: int, most: int, what: str) -> tuple[str, ...]:
    return (
        (f"The first {most} of {count(n)} {what}; --format json has more.",) if n > most else ()
    )


def _groups(report: LogReport) -> ReportSection:
    return ReportSection(
        f"By {clean(report.by)}",
        "events and people with each value; a person may have several",
        _COUNTED,
        tuple(_counted(one, report) for one in report.groups[:MOST_TYPE_ROWS]),
        _cut(len(report.groups), MOST_TYPE_ROWS, "values"),
    )


def _funnel(report: LogReport) -> ReportSection:
    first, *_ = report.funnel
    rows = [_step(first, first.people, None)]
    rows += [_step(step, first.people, before) for before, step in pairwise(report.funnel)]
    return ReportSection(
        "Funnel",
        "people who came so far, each step at or after the one before",
        (
            TableColumn("Step"),
            TableColumn("People"),
            TableColumn("% of\nfirst"),
            TableColumn(""),
            TableColumn("% of step\nbefore"),
            TableColumn("Median\ntime", "from the step before"),
        ),
        tuple(rows),
        (
            "A step is a person's first event of its type at or after the step before, however long after.",
        ),
    )


def _step(step: LogStep, n_first: int, before: LogStep | None) -> TableRow:
    share = step.people / n_first if n_first else 0.0
    of_before = percent(step.people / before.people) if before and before.people else ""
    return TableRow(
        (
            name_cell(step.name),
            Cell(count(step.people)),
            Cell(percent(share)),
            Bar(share),
            Cell(of_before),
            Cell(duration(step.median_ms) if step.median_ms is not None else ""),
        )
    )


def _periods(report: LogReport) -> ReportSection:
    most = max(period.events for period in report.periods)
    shown = report.periods[-MOST_PERIOD_ROWS:]
    busiest = max(report.periods, key=lambda period: period.events)
    rows = (
        TableRow(
            (
                Cell(_date(period.start_ms)),
                Cell(count(period.events)),
                Bar(period.events / most),
                Cell(count(period.people)),
                Cell(count(period.new_people)),
            )
        )
        for period in shown
    )
    return ReportSection(
        f"By {report.period}",
        f"what happened in each {report.period} with an event, UTC",
        (
            TableColumn(f"{report.period.title()} of"),
            TableColumn("Events"),
            TableColumn(""),
            TableColumn("People"),
            TableColumn("New", "people whose first event in the log it is"),
        ),
        tuple(rows),
        (
            f"The busiest {report.period} is that of {_date(busiest.start_ms)}.",
            *_cut_last(len(report.periods), report.period),
        ),
    )


def _cut_last(n: int, period: str) -> tuple[str, ...]:
    if n <= MOST_PERIOD_ROWS:
        return ()
    return (f"The last {MOST_PERIOD_ROWS} of {n} {period}s; --format json has all.",)


def render_log_json(report: LogReport) -> str:
    """Return a report on a log as JSON, described key by key in `docs/logs.md`."""
    sessions = report.sessions
    record: dict[str, Any] = {
        "footfall_log_report": JSON_VERSION,
        "log": report.name,
        "taken": report.taken,
        "events": report.events,
        "people": report.people,
        "unread": report.unread,
        "timeless": report.timeless,
        "nobodys": report.nobodys,
        "nameless": report.nameless,
        "repeated": report.repeated,
        "logs": report.logs,
        "first_ms": report.first_ms,
        "last_ms": report.last_ms,
        "types": [_record(one) for one in report.types],
        "sessions": {
            "given": sessions.given,
            "cut": sessions.cut,
            "single": sessions.single,
            "median_events": sessions.median_events,
        },
        "period": report.period,
        "periods": [
            {
                "start_ms": p.start_ms,
                "events": p.events,
                "people": p.people,
                "new_people": p.new_people,
            }
            for p in report.periods
        ],
        "funnel": [
            {"type": s.name, "people": s.people, "median_ms": s.median_ms}
            for s in report.funnel
        ]
        or None,
        "by": report.by or None,
        "groups": [_record(one) for one in report.groups] if report.by else None,
    }
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def _record(one: Counted) -> dict[str, Any]:
    return {"name": one.name, "events": one.events, "people": one.people}
