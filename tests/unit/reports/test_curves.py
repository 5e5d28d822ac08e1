"""Days and hours, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from footfall.reports import report
from footfall.reports.curves import Days, HourlyCurve, offsets
from footfall.units import DAY_MS, HOUR_MS
from tests.stores import START_MS, Rows, make_run, store_of_rows

H = HOUR_MS
MINUTE = 60_000
NEW_YORK = ("New York", "US", "America/New_York")
PUNE = ("Pune", "IN", "Asia/Kolkata")
KATHMANDU = ("Kathmandu", "NP", "Asia/Kathmandu")


def _ms(*when):
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)


def _curves(rows, **more):
    with store_of_rows(make_run(**more), rows) as store:
        return report(store, stages=False, cities=False, curves=True).curves


def test_days():
    """People stand at the start, come, and rise; who passes over a stage fills it too; the last day may be short."""
    rows = Rows(
        arrivals=[
            (1, -5 * H, *PUNE, "cart", {}),
            (2, 3 * H, *PUNE, "visitor", {}),
            (3, DAY_MS, *PUNE, "visitor", {}),
        ],
        changes=[
            (2, "stage", '"visitor"', '"customer"', 2 * DAY_MS + H),
            (3, "stage", '"visitor"', '"cart"', 2 * DAY_MS - 1),
        ],
    )
    days = _curves(rows, until_ms=2 * DAY_MS + 2 * H).days
    assert days.before == (1, 1, 0)
    assert days.reached == ((2, 3, 3), (1, 2, 3), (0, 0, 1))
    assert [days.date(day) for day in range(3)] == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_dates_fit_local_midnights():
    """A run from midnight in Kolkata, 18:30 UTC of the day before, begins with its local date."""
    assert Days(START_MS - 11 * H // 2, ("a",), (0,), ((1,),)).date(0) == "2026-01-01"


def test_hours_are_local():
    """Noon UTC is 17:30 in Pune, 17:45 in Kathmandu and 7:00 in New York; a quarter later Kathmandu's hour is 18."""
    rows = Rows(
        arrivals=[
            (1, 0, *PUNE, "visitor", {}),
            (2, 0, *KATHMANDU, "visitor", {}),
            (3, 0, *NEW_YORK, "visitor", {}),
        ],
        events=[
            (1, 12 * H, 12 * H, "Pune", "IN", None, None),
            (1, 12 * H + 29 * MINUTE, 12 * H, "Pune", "IN", None, None),
            (1, 12 * H + 30 * MINUTE, 12 * H, "Pune", "IN", None, None),
            (2, 12 * H, 12 * H, "Kathmandu", "NP", None, None),
            (2, 12 * H + 15 * MINUTE, 12 * H, "Kathmandu", "NP", None, None),
            (3, 12 * H, 12 * H, "New York", "US", None, None),
        ],
    )
    hours = _curves(rows).hours
    assert hours.by == "country"
    found = {line.name: {h: n for h, n in enumerate(line.events) if n} for line in hours.lines}
    assert found == {"IN": {17: 2, 18: 1}, "NP": {17: 1, 18: 1}, "US": {7: 1}}
    assert [line.name for line in hours.lines] == ["IN", "NP", "US"]


def test_one_country_is_shown_by_city_and_small_ones_together():
    """Beyond six lines the smallest are one line of all others."""
    homes = [(f"City {i}", "IN", "Asia/Kolkata") for i in range(8)]
    rows = Rows(
        arrivals=[(i, 0, *home, "visitor", {}) for i, home in enumerate(homes)],
        events=[
            (i, n * H, None, f"City {i}", "IN", None, None)
            for i in range(8)
            for n in range(10 - i)
        ],
    )
    hours = _curves(rows).hours
    assert hours.by == "city"
    assert [(line.name, sum(line.events)) for line in hours.lines] == [
        *((f"City {i}", 10 - i) for i in range(5)),
        (None, 5 + 4 + 3),
    ]


def test_shares_add_up():
    """The shares of a line add up to 1; those of nothing are 0."""
    assert sum(HourlyCurve("a", (3,) * 24).shares) == pytest.approx(1)
    assert HourlyCurve("a", (0,) * 24).shares == (0.0,) * 24


def test_offsets_follow_daylight_saving():
    """New York moves from UTC-5 to UTC-4 on 8 March 2026 at 7:00 UTC and back on 1 November at 6:00 UTC."""
    spans = offsets("America/New_York", _ms(2026, 1, 1), _ms(2027, 1, 1))
    assert spans == [
        (_ms(2026, 1, 1), _ms(2026, 3, 8, 7), -5 * H),
        (_ms(2026, 3, 8, 7), _ms(2026, 11, 1, 6), -4 * H),
        (_ms(2026, 11, 1, 6), _ms(2027, 1, 1), -5 * H),
    ]


def test_offsets_of_part_of_a_day():
    """A change is found wherever the days are cut."""
    assert offsets("Europe/Paris", _ms(2026, 3, 29, 0, 59), _ms(2026, 3, 29, 1, 1)) == [
        (_ms(2026, 3, 29, 0, 59), _ms(2026, 3, 29, 1), H),
        (_ms(2026, 3, 29, 1), _ms(2026, 3, 29, 1, 1), 2 * H),
    ]
    assert offsets("Asia/Kolkata", 0, DAY_MS) == [(0, DAY_MS, 11 * H // 2)]


def test_hours_after_a_change():
    """The same UTC hour is another local hour in summer."""
    noon = [_ms(2026, month, 1, 12) - START_MS for month in (2, 6)]
    rows = Rows(
        arrivals=[(1, 0, *NEW_YORK, "visitor", {})],
        events=[(1, at, at, "New York", "US", None, None) for at in noon],
    )
    [line] = _curves(rows, until_ms=200 * DAY_MS).hours.lines
    assert (line.events[7], line.events[8]) == (1, 1)


def test_arrow():
    """A notebook gets long tables."""
    curves = _curves(
        Rows(
            arrivals=[(1, 0, *PUNE, "visitor", {})],
            events=[(1, 0, 0, "Pune", "IN", None, None)],
        )
    )
    assert curves.days.to_arrow().num_rows == 30
    assert curves.hours.to_arrow().column("hour").to_pylist() == list(range(24))
