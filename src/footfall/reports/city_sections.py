"""Sections on homes: how each city performs, and at which hours people are active there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from footfall.reports import charts
from footfall.reports.cities import MEASURES, Cities, City
from footfall.reports.estimates import mean_with_arm, ranks, rounded_interval
from footfall.reports.intervals import MIN_PEOPLE
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Cell,
    Figure,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
    name_cell,
)
from footfall.text import clean, count, mean, money, percent


def cities_section(report: Report, limits: RowLimits) -> ReportSection | None:
    """Tell how each city performs, best first."""
    cities = report.cities
    if cities is None or not cities.cities:
        return None
    shown = cities.largest(limits.cities)
    measure = MEASURES[cities.rank_by].label
    return ReportSection(
        "Cities",
        f"by {measure}; the goal is {clean(cities.goal)}",
        _columns(cities),
        tuple(_city(city, cities) for city in shown),
        tuple(_notes(cities, len(cities.cities) - len(shown))),
        figure=Figure(
            partial(charts.cities, cities),
            f"Cities by {measure}",
            "cities",
            tuple(_captions(cities)),
        ),
    )


def _columns(cities: Cities) -> tuple[TableColumn, ...]:
    return (
        TableColumn("City"),
        TableColumn("Rank"),
        TableColumn("People"),
        TableColumn("Active\n%", "share of people with at least one event"),
        TableColumn("Return\n%", "share of the active with at least two visits"),
        TableColumn("Visits\neach"),
        TableColumn("Events\neach"),
        TableColumn("Reached goal\n% (95 %)"),
        TableColumn(f"{cities.currency}\neach"),
    )


def _city(city: City, cities: Cities) -> TableRow:
    is_sure = city.ranks is not None and city.ranks[0] == city.ranks[1]
    interval = rounded_interval(city.conversion_interval)
    cells = (
        name_cell(city.name),
        Cell(ranks(city.ranks), "sure" if is_sure else "faint"),
        Cell(count(city.people)),
        Cell(percent(city.active_share)),
        Cell(percent(city.return_rate)),
        Cell(mean(city.sessions_per_person)),
        Cell(mean_with_arm(city.events_per_person, city.events_interval)),
        Cell(f"{percent(city.conversion)} ({interval})"),
        Cell(money(city.revenue_per_person_minor, cities.minor_digits)),
    )
    return TableRow(cells)


def _notes(cities: Cities, left_out: int) -> Iterator[str]:
    if left_out:
        more = "is 1" if left_out == 1 else f"are {count(left_out)}"
        yield f"These are the largest; there {more} more."
    if cities.are_alike:
        yield "No two of these cities can be told apart: all of the differences may be chance."
    elif any(city.ranks for city in cities.cities):
        yield (
            "Rank 2–5: anything from 2 to 5 fits the data. Of the differences between ranks 1 in 20 may be chance."
        )
    if any(city.ranks is None for city in cities.cities):
        yield f"Rank –: fewer than {MIN_PEOPLE} people, too few to compare."


def _captions(cities: Cities) -> Iterator[str]:
    yield (
        "With 95 % intervals; the dashed line is the mean of all people. Where intervals overlap a lot, cities may "
        "be equal."
    )
    n_shown = len(cities.largest(charts.MOST_CITIES))
    if n_shown < len(cities.cities):
        yield f"The chart shows the {n_shown} largest of {len(cities.cities)}."


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
