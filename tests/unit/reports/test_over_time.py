"""Days and weeks, counted by hand."""

import json

from footfall.reports import render_json, report
from footfall.units import DAY_MS, HOUR_MS
from tests.stores import Rows, make_run, store_of_rows

PUNE = ("Pune", "IN", "Asia/Kolkata")


def _event(person, day, hour=1, session=None, cents=None):
    begun = day * DAY_MS if session is None else session * DAY_MS
    return person, day * DAY_MS + hour * HOUR_MS, begun, "Pune", "IN", "phone", cents


def _made(events, arrivals=(), until_ms=3 * DAY_MS):
    came = [(person, at, *PUNE, "visitor", {}) for person, at in arrivals]
    with store_of_rows(
        make_run(until_ms=until_ms), Rows(arrivals=came, events=events)
    ) as store:
        return report(store, stages=False, cities=False, over_time=True)


def test_a_day():
    """A day has who arrived on it, who did anything, the visits that began, the events and what they brought."""
    made = _made(
        [
            _event(1, 0),
            _event(1, 0, 23, cents=250),
            _event(2, 1, cents=-50),
            _event(1, 1, session=0),
        ],
        [(1, 0), (2, DAY_MS - 1), (3, DAY_MS), (4, -1)],
    ).over_time
    first, second, third = made.days
    assert (first.newcomers, first.active, first.visits, first.events, first.revenue) == (
        2,
        1,
        1,
        2,
        250,
    )
    assert (second.newcomers, second.active, second.visits, second.events, second.revenue) == (
        1,
        2,
        1,
        2,
        -50,
    )
    assert (third.newcomers, third.active, third.visits, third.events, third.revenue) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert [made.date(day) for day in made.days] == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_whoever_was_active_lately_counts_once():
    """Active in 7 days are people with an event on the day or the six before, however many they have."""
    made = _made(
        [_event(1, 0), _event(1, 3), _event(2, 3), _event(1, 12)], until_ms=30 * DAY_MS
    ).over_time
    assert [day.active_7 for day in made.days[:14]] == [
        1,
        1,
        1,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        0,
        0,
        1,
        1,
    ]
    assert [made.days[at].active_28 for at in (0, 12, 29)] == [1, 2, 2]
    assert [day.active for day in made.days[:5]] == [1, 0, 0, 2, 0]


def test_weeks():
    """A week adds up its days, but for people, who count once; what is left stands for itself."""
    events = [_event(1, day) for day in range(9)] + [_event(2, 2, cents=100)]
    made = _made(events, [(1, 0), (2, 2 * DAY_MS)], until_ms=9 * DAY_MS).over_time
    week, *rest = made.weeks
    assert (week.day, week.n_days, week.newcomers, week.active) == (0, 7, 2, 2)
    assert (week.visits, week.events, week.revenue) == (8, 8, 100)
    assert [(day.day, day.n_days, day.events) for day in rest] == [(7, 1, 1), (8, 1, 1)]


def test_a_last_day_that_is_not_whole():
    """A run of two days and an hour has three days, and says that the last is short."""
    made = _made([_event(1, 2, 0)], until_ms=2 * DAY_MS + HOUR_MS)
    assert (len(made.over_time.days), made.over_time.is_cut_short) == (3, True)
    record = json.loads(render_json(made))["over_time"]
    assert record["is_cut_short"]
    assert record["days"][2] == {
        "date": "2026-01-03",
        "newcomers": 0,
        "active": 1,
        "active_7": 1,
        "active_28": 1,
        "visits": 1,
        "events": 1,
        "revenue": 0.0,
    }
    assert made.over_time.to_arrow().column("events").to_pylist() == [0, 0, 1]
