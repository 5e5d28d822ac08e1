"""Waits and times that go by the calendar, each by the person's own clock."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from footfall.compiler import compile_scenario
from footfall.scenario import loads
from footfall.units.zones import local_to_ms
from tests.simulated import rows, same, simulated

SCENARIO = """\
footfall: 1
scenario: calendar
time_zone: Europe/Paris
calendar: {start: 2026-01-25, length: 100 days, holidays: {FR: {04-06: 40%}, 2026-03-31: 30%}}
people: {count: 100, home: cities, arrivals: {law: even}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris], [New York, US, America/New_York]]}
stages: [visitor]
events:
  All:
    Begun:
      properties: {month: now + 1 month, year: now - 1 year, far: now + 2 years, n_months: now + 3 * visits * 1 month}
    Renewed: {properties: {is_business: today('business day'), is_last: today('last day')}}
    Paid: {}
    Visit: {}
journeys:
  life:
    carries: {begun: time, n: integer}
    steps:
      - set: {begun: now, n: 1}
      - {later: renewal, after: 1 month, named: first renewal}
      - {later: pay, at: "next('last business day', 9)"}
      - Begun
      - repeat: {named: visits, leave: 3%, steps: [Visit], come back after: {until: "next('friday', 20)"}}
  renewal: {session: none, steps: [Renewed, {later: renewal, after: 1 month}]}
  pay: {session: none, steps: [Paid, {later: pay, at: "next('last business day', 9)"}]}
"""


@pytest.fixture(scope="module")
def result():
    return simulated(loads(SCENARIO))


@pytest.fixture(scope="module")
def lives(result):
    """Each person's events by type, times by the local clock, and properties likewise."""
    zones = {row["person"]: ZoneInfo(row["time_zone"]) for row in rows(result.arrivals)}
    found = defaultdict(lambda: defaultdict(list))
    for row in rows(result.events):
        zone = zones[row["person"]]
        told = {
            name: value.astimezone(zone) if isinstance(value, dt.datetime) else value
            for name, value in row["event_properties"].items()
        }
        found[row["person"]][row["event_type"]].append((row["time"].astimezone(zone), told))
    return found


def months_after(local, n):
    index = local.year * 12 + local.month - 1 + n
    day, (year, month) = local.day, divmod(index, 12)
    while True:
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            day -= 1


def test_months_are_those_of_the_persons_calendar(lives):
    """`now + 1 month` is the same day and time of the next month on the own clock, or its last day; across DST too."""
    days = set()
    for events in lives.values():
        ((begun, told),) = events["Begun"]
        assert told["month"] == months_after(begun, 1)
        assert told["year"] == months_after(begun, -12)
        assert told["far"] == months_after(begun, 24)
        assert told["n_months"] == months_after(begun, 3)
        days.add(begun.day)
    assert {29, 30, 31} <= days


def test_a_wait_of_a_month_follows_the_calendar(lives):
    """`after: 1 month` comes a month after the step, each time anew."""
    for events in lives.values():
        expected = months_after(events["Begun"][0][0], 1)
        for renewed, told in events["Renewed"]:
            assert renewed == expected
            assert told["is_last"] == ((renewed + dt.timedelta(days=1)).day == 1)
            expected = months_after(renewed, 1)


def test_salaries_come_on_the_last_business_day(lives):
    """`next('last business day', 9)` is at nine by the own clock, before weekends and holidays."""
    expected = [(2026, 1, 30), (2026, 2, 27), (2026, 3, 30), (2026, 4, 30)]
    for events in lives.values():
        paid = [time for time, _ in events["Paid"]]
        assert {time.hour for time in paid} <= {9}
        came = events["Begun"][0][0]
        in_time = [dt.date(*day) for day in expected if dt.date(*day) >= came.date()]
        assert [time.date() for time in paid][-len(in_time) + 1 :] == in_time[1:] or len(
            in_time
        ) < 2


def test_a_visit_comes_back_on_fridays(lives):
    """`come back after: {until: …}` ends the session and goes on at that time."""
    visits = [time for events in lives.values() for time, _ in events["Visit"][1:]]
    assert visits
    assert {(time.weekday(), time.hour, time.minute) for time in visits} == {(4, 20, 0)}


def test_calendar_waits_do_not_depend_on_windows_and_groups(result):
    """Odd windows and groups give the same events."""
    same(result, simulated(result.model, cuts=(0.4, 33, 60.21), group=7))


def test_how_long_a_run_is_changes_no_time_beyond_it(result):
    """What lies years after the end, past a change of the clocks, is the same in a shorter run."""
    short = simulated(result.model, 9)
    end = max(row["time"] for row in rows(short.events))
    head = [row for row in rows(result.events) if row["time"] <= end]
    assert [r["event_properties"] for r in rows(short.events)] == [
        r["event_properties"] for r in head
    ]


def test_the_calendar_follows_the_start():
    """Another start moves everything with it; the days that are named stay those of the calendar."""
    moved = simulated(compile_scenario(loads(SCENARIO), start=dt.date(2027, 1, 25)), 40)
    paid = {row["time"].date() for row in rows(moved.events) if row["event_type"] == "Paid"}
    assert paid == {dt.date(2027, 1, 29), dt.date(2027, 2, 26)}


def test_a_moment_that_is_past_or_null_is_no_wait():
    """`wait: {until: …}` goes on at once then."""
    text = SCENARIO.replace(
        "steps: [Paid, ",
        "steps: [Paid, {wait: {until: null if visits > 0 else null}}, "
        "{wait: {until: now - 1 day}}, {Visit: {after: 1 h}}, ",
    )
    result = simulated(loads(text), 40)
    person = next(row["person"] for row in rows(result.events) if row["event_type"] == "Paid")
    times = [
        r["time"]
        for r in rows(result.events)
        if r["person"] == person and r["event_type"] in ("Paid", "Visit")
    ]
    assert dt.timedelta(hours=1) in {b - a for a, b in pairwise(times)}


def test_midnight_of_a_country_is_a_persons_own():
    """`next('12-24')` without an hour begins with the day where somebody lives."""
    text = SCENARIO.replace("now + 3 * visits * 1 month", "next('03-10')")
    zones = {"Paris": "Europe/Paris", "New York": "America/New_York"}
    result = simulated(loads(text), 20)
    cities = {row["person"]: row["city"] for row in rows(result.arrivals)}
    for row in rows(result.events):
        if row["event_type"] == "Begun":
            begins = row["event_properties"]["n_months"]
            expected = local_to_ms(zones[cities[row["person"]]], 2026, 3, 10)
            assert round(begins.timestamp() * 1000) == expected
