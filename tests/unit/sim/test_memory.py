"""What people remember of their events, against a recount of the events themselves."""

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from footfall.compiler import compile_scenario
from footfall.scenario import loads
from tests.simulated import rows, same, simulated

SCENARIO = """\
footfall: 1
scenario: memory
calendar: {start: 2026-03-20, length: 20 days}
people:
  count: 40
  home: cities
  properties: {n: {start: 0, type: integer}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris], [Tokyo, JP, Asia/Tokyo]]}
stages: [visitor, keen: {on: Lesson, when: "count('Lesson', 2 days) >= 3"}]
sessions: {properties: {away: {derived: since(visit) / 1 ms}}}
events:
  All:
    Lesson:
      properties:
        streak: streak('Lesson')
        old_streak: before(streak('Lesson'))
        three_days: count('Lesson', 3 days)
        week: count('Lesson', 7 days)
        old_week: before(count('Lesson', 7 days))
        gap: before(since('Lesson')) / 1 ms
        none: since('Lesson') / 1 ms
        away: away
        stage: stage
    Push: {properties: {idle: since(visit) / 1 ms, week: "count('Lesson', 7 days)", streak: streak('Lesson')}}
journeys:
  life:
    steps:
      - {later: push, after: 1 day}
      - repeat:
          leave: 1%
          come back after: {median: 20 h, spread: 1.2}
          steps: [Lesson, {maybe: 40%, named: again, steps: [Lesson: {after: about 3 min, named: second}]}]
  push:
    session: none
    steps:
      - {when: since(visit) > 3 days, steps: [Push]}
      - {later: push, after: 1 day}
"""
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def model():
    return compile_scenario(loads(SCENARIO))


@pytest.fixture(scope="module")
def result(model):
    return simulated(model)


@pytest.fixture(scope="module")
def lives(result):
    """Each person's events in order, with the local date of each."""
    zones = {row["person"]: ZoneInfo(row["time_zone"]) for row in rows(result.arrivals)}
    found = defaultdict(list)
    for row in rows(result.events):
        row["date"] = row["time"].astimezone(zones[row["person"]]).date()
        found[row["person"]].append(row)
    return found


def lessons_before(events, number):
    return [e for e in events[: number + 1] if e["event_type"] == "Lesson"]


def in_days(lessons, date, days):
    return sum(date - days * DAY < each["date"] <= date for each in lessons)


def in_a_row(lessons, date):
    dates = {each["date"] for each in lessons}
    last = date if date in dates else date - DAY
    n = 0
    while last - n * DAY in dates:
        n += 1
    return n


def lessons_of(lives):
    """Yield each lesson's properties, its event, the lessons before it, and those with it."""
    for events in lives.values():
        for number, event in enumerate(events):
            if event["event_type"] == "Lesson":
                upto = lessons_before(events, number)
                yield event["event_properties"], event, upto[:-1], upto


def test_counts_are_of_local_days_today_included(lives):
    """`count(EVENT, N days)` is how often it happened on the person's last N dates, this event among them."""
    seen = set()
    for told, event, _, upto in lessons_of(lives):
        assert told["three_days"] == in_days(upto, event["date"], 3)
        assert told["week"] == in_days(upto, event["date"], 7)
        seen.add(told["week"])
    assert len(seen) > 5


def test_streaks_are_days_in_a_row_up_to_today_or_yesterday(lives):
    """`streak(EVENT)` counts dates in a row; it lasts through the day after."""
    seen = set()
    for told, event, before, upto in lessons_of(lives):
        assert told["streak"] == in_a_row(upto, event["date"])
        assert told["old_streak"] == in_a_row(before, event["date"])
        seen.add(told["streak"])
    assert len(seen) > 3


def test_an_event_remembers_itself_and_before_shows_what_was(lives):
    """At the event itself `since` is 0, and `before(since(…))` the time since the one before, null for the first."""
    for told, event, before, _ in lessons_of(lives):
        last = before[-1]["time"] if before else None
        assert told["none"] == 0
        assert told["gap"] == (last and (event["time"] - last) / dt.timedelta(milliseconds=1))
        assert told["old_week"] == in_days(before, event["date"], 7)


def test_a_session_property_tells_how_long_somebody_was_away(lives):
    """When a session begins, `since(visit)` is the time since the last event of the visit before."""
    for events in lives.values():
        last, session = None, None
        for event in events:
            if event["event_type"] == "Lesson":
                if event["session_id"] != session:
                    session, begun = event["session_id"], event["time"]
                    away = last and (begun - last) / dt.timedelta(milliseconds=1)
                assert event["event_properties"]["away"] == away
                last = event["time"]


def test_a_stage_sees_the_event_that_takes_there(lives):
    """`when` of a stage counts the event itself."""
    for told, event, _, upto in lessons_of(lives):
        is_keen = any(in_days(upto[: k + 1], e["date"], 2) >= 3 for k, e in enumerate(upto))
        assert (told["stage"] == "keen") == is_keen, event


def test_a_push_goes_only_to_who_has_not_come_for_three_days(lives):
    """`since(visit) > 3 days` in a later journey holds for nobody else."""
    pushes = 0
    for events in lives.values():
        for number, event in enumerate(events):
            if event["event_type"] == "Push":
                upto = lessons_before(events, number)
                idle, told = event["time"] - upto[-1]["time"], event["event_properties"]
                assert idle > 3 * DAY
                assert told["idle"] == idle / dt.timedelta(milliseconds=1)
                assert told["week"] == in_days(upto, event["date"], 7)
                assert told["streak"] == 0
                pushes += 1
    assert pushes > 10


def test_memory_does_not_depend_on_windows_and_groups(model, result):
    """Odd windows and groups give the same events."""
    same(result, simulated(model, cuts=(0.4, 3, 8.21), group=7))


def test_events_keep_counts_and_not_days(model):
    """Until a part is written an event holds the numbers that it tells of, not those of every day."""
    captured = {column for emission in model.emissions for column in emission.captures}
    assert {model.columns[column].width for column in captured} == {0}


def test_only_what_is_asked_for_is_kept():
    """A scenario without such expressions has no column for them, and one with them a column each."""
    without = loads(SCENARIO.replace("since(visit)", "since('Push')"))
    names = {column.name for column in compile_scenario(loads(SCENARIO)).columns}
    assert {"last in a visit", "last Lesson", "Lesson by day (7)"} <= names
    assert "last in a visit" not in {c.name for c in compile_scenario(without).columns}
    assert not any("Push" in name for name in names)
