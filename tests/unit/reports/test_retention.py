"""Who came back, counted by hand."""

import json

import pytest

from footfall.errors import UsageError
from footfall.reports import render_json, report
from footfall.reports.intervals import mid_p
from footfall.reports.retention import Bracket, brackets_of
from footfall.units import DAY_MS, HOUR_MS
from tests.stores import Rows, make_run, store_of_rows

PUNE = ("Pune", "IN", "Asia/Kolkata")


def _retention(days, rule, n_days=10, here=()):
    """Report on people by the days on which each does anything; those of `here` came before the start."""
    arrivals = [
        (person, -DAY_MS if person in here else min(active) * DAY_MS, *PUNE, "visitor", {})
        for person, active in days.items()
    ]
    events = [
        (person, day * DAY_MS + hour * HOUR_MS, 0, "Pune", "IN", "phone", None)
        for person, active in days.items()
        for day in active
        for hour in (1, 23)
    ]
    run = make_run(until_ms=n_days * DAY_MS)
    with store_of_rows(run, Rows(arrivals=arrivals, events=events)) as store:
        return report(store, stages=False, cities=False, retention=rule)


def _counts(cohort):
    return [(each.people, each.of) for each in cohort.retained]


def test_on_the_day():
    """Whoever does anything on day 7 after their first is back; of who came later than that nobody asks."""
    found = _retention({1: [0, 1, 7], 2: [0, 3], 3: [2, 9], 4: [4, 5]}, "n-day").retention
    assert [bracket.first for bracket in found.brackets] == [1, 2, 3, 7]
    assert found.whole.people == 4
    assert _counts(found.whole) == [(2, 4), (0, 4), (1, 4), (2, 3)]
    assert [(found.date(c), c.people, _counts(c)) for c in found.cohorts] == [
        ("2026-01-01", 2, [(1, 2), (0, 2), (1, 2), (1, 2)]),
        ("2026-01-03", 1, [(0, 1), (0, 1), (0, 1), (1, 1)]),
        ("2026-01-05", 1, [(1, 1), (0, 1), (0, 1), (0, 0)]),
    ]
    assert found.whole.retained[3].interval == mid_p(2, 3)


def test_on_the_day_or_later():
    """Unbounded, whoever does anything on day 3 or after it is back on day 3, and on 1 and 2."""
    found = _retention({1: [0, 5], 2: [0, 1], 3: [0]}, "unbounded").retention
    assert _counts(found.whole) == [(2, 3), (1, 3), (1, 3), (0, 3)]


def test_brackets_of_days():
    """A person counts once in a bracket; a bracket that ends past the run's end is not asked for."""
    found = _retention({1: [0, 1, 2, 3], 2: [0, 8], 3: [6, 9]}, "0,1-3,4-8").retention
    assert _counts(found.whole) == [(3, 3), (2, 3), (1, 2)]
    assert [bracket.name for bracket in found.brackets] == ["day 0", "days 1–3", "days 4–8"]


def test_people_from_before_the_start_are_not_newcomers():
    """Of whoever was there already nobody knows the first day."""
    found = _retention({1: [0, 1], 2: [0, 1]}, "n-day", here=(2,)).retention
    assert (found.whole.people, _counts(found.whole)[0]) == (1, (1, 1))


def test_weeks_where_days_are_many():
    """From 15 days on cohorts are weeks; of a week that is half too young the older people count."""
    found = _retention({1: [0, 1], 2: [6], 3: [8, 9], 4: [13, 14]}, "1,14", n_days=21).retention
    assert [(found.date(c), c.n_days, c.people) for c in found.cohorts] == [
        ("2026-01-01", 7, 2),
        ("2026-01-08", 7, 2),
    ]
    assert _counts(found.cohorts[0]) == [(1, 2), (0, 2)]
    assert _counts(found.cohorts[1]) == [(2, 2), (0, 0)]


def test_nobody_came():
    """A run without newcomers has brackets, and no shares."""
    found = _retention({}, "n-day")
    assert (found.retention.whole.people, found.retention.cohorts) == (0, ())
    record = json.loads(render_json(found))["retention"]
    assert record["all"]["retained"][0] == {
        "back": 0,
        "of": 0,
        "share": None,
        "low": None,
        "high": None,
    }
    assert found.retention.to_arrow().num_rows == 4


def test_rules():
    """A rule is a word, or brackets of days; those that no run is long enough for are left out of the words."""
    assert brackets_of("unbounded", 4) == (Bracket(1, None), Bracket(2, None), Bracket(3, None))
    assert brackets_of(" 0, 2-5", 1) == (Bracket(0, 0), Bracket(2, 5))


@pytest.mark.parametrize("rule", ["weekly", "5-2", "1,,2", "", "-1", "1-x"])
def test_other_rules_are_refused(rule):
    """What names no days is told, with what is accepted."""
    with pytest.raises(UsageError, match="names no days\\n  accepted: n-day, unbounded"):
        brackets_of(rule, 10)


def test_too_many_brackets():
    """More brackets than anybody reads are refused."""
    with pytest.raises(UsageError, match="61 brackets"):
        brackets_of(",".join(map(str, range(61))), 100)
