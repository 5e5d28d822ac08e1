"""When, who, on what: moments, counts of people, catalogues with empty cells."""

import datetime as dt

import numpy as np
import pytest

from footfall.compiler import compile_scenario
from footfall.compiler.moments import Moments
from footfall.errors import SourceLocation
from footfall.model.program import ActNode, PickRow
from footfall.model.values import NULL_CODE, NULL_INTEGER
from footfall.scenario.leaf_records import Moment
from footfall.units import HOUR_MS
from tests.simulated import rows, simulated
from tests.small_scenarios import small

HERE = SourceLocation("x.yaml", 1, 1)


def utc(*parts):
    return round(dt.datetime(*parts, tzinfo=dt.UTC).timestamp() * 1000)


def test_days_move_with_the_start_and_dates_do_not():
    """Day 1 is the first day of the run; a date is a date."""
    day, date = Moment(HERE, day=3, minute_of_day=90), Moment(HERE, local=(2026, 1, 5, 9, 30))
    for start in (dt.date(2026, 1, 1), dt.date(2026, 2, 1)):
        moments = Moments(start, "UTC")
        assert moments.ms(day) == utc(start.year, start.month, 3, 1, 30)
        assert moments.ms(date) == utc(2026, 1, 5, 9, 30)


def test_days_are_local_days_across_a_change_of_clocks():
    """In Paris the 29th of March 2026 has 23 hours and the 25th of October 25: day N begins at local midnight."""
    moments = Moments(dt.date(2026, 3, 28), "Europe/Paris")
    starts = [moments.ms(Moment(HERE, day=n)) for n in (1, 2, 3)]
    assert moments.start_ms == starts[0] == utc(2026, 3, 27, 23)
    assert np.diff(starts).tolist() == [24 * HOUR_MS, 23 * HOUR_MS]
    autumn = Moments(dt.date(2026, 10, 25), "Europe/Paris")
    assert autumn.ms(Moment(HERE, day=2)) - autumn.start_ms == 25 * HOUR_MS


def test_hours_that_clocks_skip_or_repeat():
    """An hour that is skipped is the instant it would have been; of two hours the first counts."""
    moments = Moments(dt.date(2026, 3, 29), "Europe/Paris")
    assert moments.ms(Moment(HERE, local=(2026, 3, 29, 2, 30))) == utc(2026, 3, 29, 1, 30)
    assert moments.ms(Moment(HERE, local=(2026, 10, 25, 2, 30))) == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize(
    ("count", "share", "here"),
    [(1000, "25%", 250), (10, "25%", 3), (10, "24%", 2), (7, "99%", 7)],
)
def test_those_already_here_are_part_of_the_count(count, share, here):
    """`already_here` is a share of `count`, rounded half up; the others come."""
    people = (
        f"{{count: {count}, home: cities, already_here: {{share: {share}, over: 10 days}}}}"
    )
    spec = compile_scenario(small(people=people)).people
    assert (spec.already_here, spec.newcomers) == (here, count - here)


def test_people_replace_the_count_and_scale_who_is_here():
    """`people` is another count, of which the share is taken anew."""
    scenario = small(
        people="{count: 1000, home: cities, already_here: {share: 25%, over: 10 days}}"
    )
    spec = compile_scenario(scenario, people=200).people
    assert (spec.already_here, spec.newcomers) == (50, 150)


def test_growth_is_a_factor_per_day():
    """8 % a month is (1.08) ** (1 / 30.4375) a day."""
    spec = compile_scenario(small(people="{count: 10, home: cities, growth: 8 %/month}")).people
    assert spec.growth_per_day / 2**40 == pytest.approx(1.08 ** (1 / 30.4375), rel=1e-11)


def test_the_week_has_a_mean_of_one():
    """Weights of hours are scaled to a mean of 2**16 over the week."""
    calendar = compile_scenario(
        small(calendar="{start: 2026-01-01, length: 9 days, rhythm: evenings}")
    ).calendar
    assert calendar.week.shape == (7, 24)
    assert calendar.week.mean() == pytest.approx(2**16, rel=1e-4)


CATALOGUES = """
  cities:
    columns: [city, country, time_zone, language, size: integer, rate: number, fee: money]
    rows: [[Paris, FR, Europe/Paris, fr, 3, 0.5, 1.20], [Lyon, FR, Europe/Paris, null, null, null, null]]
  item:
    columns: [sku, kind, price: money]
    rows: [[a, x, 1.50], [b, null, 2], [c, null, null], [d, x, 3]]
"""


def test_empty_cells_are_null_whatever_their_column():
    """Null in a text, whole number, number or money column compiles to the kind's null, as does the row of none."""
    model = compile_scenario(small(catalogues=CATALOGUES))
    columns = {t.name: t.values for t in model.tables if t.catalogue == "cities"}
    assert columns["language"].tolist()[1:] == [NULL_CODE, NULL_CODE]
    assert columns["size"].tolist() == [3, NULL_INTEGER, NULL_INTEGER]
    assert columns["fee"].tolist() == [120, NULL_INTEGER, NULL_INTEGER]
    assert np.isnan(columns["rate"]).tolist() == [False, True, True]


def test_scenarios_with_empty_cells_run():
    """Empty cells of the home catalogue and of others are events without a value."""
    result = simulated(
        small(
            catalogues=CATALOGUES,
            events="{All: {Seen: {properties: {size: size, rate: rate, fee: fee * 2, price: item.price}}, Paid: {}}}",
            journeys="{life: {carries: {item: item}, steps: [pick: item, Seen, Paid]}}",
        ),
        20,
    )
    seen = [
        (r["city"], r["event_properties"])
        for r in rows(result.events)
        if r["event_type"] == "Seen"
    ]
    assert {p["size"] for city, p in seen if city == "Lyon"} == {None}
    assert {float(p["fee"]) for city, p in seen if city == "Paris"} == {2.4}
    assert None in {p["price"] for _, p in seen}


def test_a_pick_never_finds_a_row_by_null():
    """`pick … where` compares: a null equals nothing, so rows whose column is null are in no group."""
    journeys = """
  life:
    carries: {item: item, k: text}
    steps: [pick: {item: {from: item, where: {kind: k}}}, Seen, Paid]
"""
    model = compile_scenario(small(catalogues=CATALOGUES, journeys=journeys))
    picks = [
        a
        for n in model.nodes
        if isinstance(n, ActNode)
        for a in n.actions
        if isinstance(a, PickRow)
    ]
    assert picks[0].table.rows.tolist() == [0, 3]
    assert len(picks[0].table.keys) == 1
