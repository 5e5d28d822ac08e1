"""Sections on groups of people: which are better and by how much, how each performs, and when people are active."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from footfall.reports import charts
from footfall.reports.estimates import (
    effect_texts,
    factor,
    factor_interval,
    with_interval,
    with_share_interval,
)
from footfall.reports.judging import FALSE_DISCOVERIES, LABELS, MIN_BUYERS, MIN_PEOPLE
from footfall.reports.people_groups import Estimate, PeopleGroup, PeopleGroups, Verdict
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Cell,
    Figure,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
    Tone,
    name_cell,
)
from footfall.reports.truth import Truth
from footfall.text import NONE, clean, count, mean, money, percent

_TONES: dict[Verdict, Tone] = {"above": "goal", "below": "wrong", "unclear": "faint"}


def cities_section(report: Report, limits: RowLimits) -> ReportSection | None:
    """Tell which cities are better, and how each performs."""
    if report.cities is None or not report.cities.groups:
        return None
    declared = _declared(report.truth, report.cities) if report.truth else None
    return _section(report.cities, "Cities", limits.cities, (declared,) if declared else ())


def groups_section(report: Report, limits: RowLimits) -> ReportSection | None:
    """Tell with which value of a property people are better, and how they perform."""
    if report.groups is None or not report.groups.groups:
        return None
    return _section(report.groups, f"People by {clean(report.groups.by)}", limits.groups)


def _section(
    groups: PeopleGroups,
    title: str,
    most: int | None,
    more: tuple[ReportSection, ...] = (),
) -> ReportSection:
    shown, measure = groups.largest(most), LABELS[groups.rank_by]
    figure = Figure(
        partial(charts.groups, groups),
        f"{title} by {measure}",
        "cities" if groups.by == "city" else "groups",
        tuple(_captions(groups)),
    )
    return ReportSection(
        title,
        f"by {measure}, best first",
        _columns(groups),
        tuple(_judged(group, groups) for group in shown),
        tuple(_notes(groups, len(groups.groups) - len(shown))),
        (_figures(groups, shown), *more),
        figure if charts.charted(groups) else None,
    )


def _columns(groups: PeopleGroups) -> tuple[TableColumn, ...]:
    best = f"Among\nbest {groups.n_best}" if groups.n_best > 1 else "Is the\nbest"
    return (
        TableColumn("City" if groups.by == "city" else clean(groups.by)),
        TableColumn("People"),
        TableColumn("Active\n%", "share of people with at least one event"),
        TableColumn("Return\n%", "share of the active with at least two visits"),
        TableColumn("Estimate\n(95 %)", "what is likely in the long run, given all the others"),
        TableColumn("Against\naverage"),
        TableColumn("Verdict"),
        TableColumn(best, "probability to be among the best"),
    )


def _judged(group: PeopleGroup, groups: PeopleGroups) -> TableRow:
    estimate = group.estimate
    cells = (
        _name(group),
        Cell(count(group.people)),
        Cell(percent(group.active_share)),
        Cell(percent(group.return_rate)),
        Cell(_estimate(estimate, groups) if estimate else NONE),
        Cell(_against(estimate, groups) if estimate else NONE),
        Cell(estimate.verdict, _TONES[estimate.verdict])
        if estimate
        else Cell("too few", "faint"),
        Cell(f"{100 * estimate.best_prob:.0f} %" if estimate else NONE),
    )
    return TableRow(cells)


def _name(group: PeopleGroup) -> Cell:
    return name_cell(group.label, "faint" if group.name is None else "")


def _estimate(estimate: Estimate, groups: PeopleGroups) -> str:
    if groups.rank_by == "conversion":
        return with_share_interval(estimate.value, estimate.interval)
    digits = groups.minor_digits if groups.rank_by == "revenue" else 0
    return with_interval(estimate.value, estimate.interval, 10**digits)


def _against(estimate: Estimate, groups: PeopleGroups) -> str:
    if not groups.average:
        return NONE
    percents = round(100 * (estimate.value / groups.average - 1))
    return f"{percents:+} %" if percents else "0 %"


def _figures(groups: PeopleGroups, shown: Sequence[PeopleGroup]) -> ReportSection:
    return ReportSection(
        "What they did" if groups.by == "city" else f"What people did by {clean(groups.by)}",
        f"per person; the goal is {clean(groups.goal)}",
        (
            TableColumn("City" if groups.by == "city" else clean(groups.by)),
            TableColumn("Visits\neach"),
            TableColumn("Events each\n(95 %)"),
            TableColumn("Reached goal\n% (95 %)"),
            TableColumn(f"{groups.currency} each\n(95 %)"),
        ),
        tuple(_did(group, groups) for group in shown),
        tuple(_interval_notes(groups)),
    )


def _did(group: PeopleGroup, groups: PeopleGroups) -> TableRow:
    unit = 10**groups.minor_digits
    earned = money(group.revenue_per_person_minor, groups.minor_digits)
    revenue = group.revenue_interval
    return TableRow(
        (
            _name(group),
            Cell(mean(group.sessions_per_person)),
            Cell(with_interval(group.events_per_person, group.events_interval)),
            Cell(with_share_interval(group.conversion, group.conversion_interval)),
            Cell(
                with_interval(group.revenue_per_person_minor, revenue, unit)
                if revenue
                else earned
            ),
        )
    )


def _notes(groups: PeopleGroups, left_out: int) -> Iterator[str]:
    if left_out:
        more = "is 1" if left_out == 1 else f"are {count(left_out)}"
        yield f"These are the largest; there {more} more."
    if groups.average is not None:
        yield (
            "Estimates draw each one towards the others, the more the less is known of it. "
            f"Of all that are called above or below, at most 1 in {1 / FALSE_DISCOVERIES:.0f} is expected to be wrong."
        )
    if groups.are_alike:
        yield "Of none of these can it be said that it differs from the average."
    if any(group.estimate is None for group in groups.groups):
        yield f"Too few: {_least(groups)}. They cannot be judged, and stand last."


def _least(groups: PeopleGroups) -> str:
    if groups.rank_by == "revenue":
        return f"so few people that fewer than {MIN_BUYERS} of them are expected to buy"
    return f"fewer than {MIN_PEOPLE} people"


def _interval_notes(groups: PeopleGroups) -> Iterator[str]:
    if any(group.events_interval is None for group in groups.groups):
        yield f"Events have no interval for fewer than {MIN_PEOPLE} people."
    if any(group.revenue_interval is None and group.revenue_minor for group in groups.groups):
        known = any(group.buyers is not None for group in groups.groups)
        yield (
            f"{groups.currency} have no interval where fewer than {MIN_BUYERS} are expected to buy, "
            "by the share of all: so few tell too little."
            if known
            else f"{groups.currency} have no interval here, where only sums of them are kept."
        )


def _captions(groups: PeopleGroups) -> Iterator[str]:
    yield (
        "Estimates with 95 % intervals; the dashed line is the average of all people. Where intervals overlap a lot, "
        "they may be equal."
    )
    n_shown = len(charts.charted(groups))
    if n_shown < len(groups.groups):
        yield f"The chart shows {n_shown} of {len(groups.groups)}: the largest that can be judged."


def hours_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell when people are active: a chart alone."""
    if report.curves is None or not report.curves.hours.lines:
        return None
    hours = report.curves.hours
    figure = Figure(
        partial(charts.hours, hours), "Share of events per hour of the local day", "hours"
    )
    lead = f"when people are active, by the clock of their home, per {hours.by}"
    return ReportSection("Hours of the day", lead, figure=figure)


def _declared(truth: Truth, cities: PeopleGroups) -> ReportSection | None:
    """Tell what was declared for single cities, and what came out."""
    names = {city.name for city in cities.groups}
    rows = [
        *(
            (case.value, effect.name, *effect_texts(case))
            for effect in truth.effects
            for case in effect.by_value
            if case.value in names
        ),
        *(
            (
                case.value,
                effect.name,
                factor(case.factor),
                factor(case.held.got_factor),
                factor_interval(case.held.interval),
            )
            for effect in truth.factors
            for case in effect.several
            if case.value in names
        ),
    ]
    if not rows:
        return None
    places = {city.name: place for place, city in enumerate(cities.groups)}
    rows.sort(key=lambda row: places[row[0]])
    return ReportSection(
        "Declared for cities",
        "effects on chances, waits and values, and what came out",
        (
            TableColumn("City"),
            TableColumn("Effect, on"),
            TableColumn("Declared"),
            TableColumn("Estimated"),
            TableColumn("95 %\ninterval"),
        ),
        tuple(
            TableRow((name_cell(row[0]), name_cell(row[1]), *map(Cell, row[2:])))
            for row in rows
        ),
    )
