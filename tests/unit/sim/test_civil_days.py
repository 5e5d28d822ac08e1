"""Months, weekdays and business days of local dates, against Python's own calendar."""

import calendar
import datetime as dt

import numpy as np
import pytest

from footfall.sim.civil_days import CivilDays, add_months
from footfall.sim.zone_offsets import far_offsets
from footfall.units import DAY_MS, HOUR_MS, parse_named_day
from footfall.units.zones import offset_ms

EPOCH = dt.date(1970, 1, 1)
FIRST, N = (dt.date(2023, 12, 20) - EPOCH).days, 900  # with a 29 February
DAYS = np.arange(FIRST, FIRST + N)
HALF = 1 << 15
HOLIDAYS = [
    ("", 0, 12, 25, HALF),
    ("FR", 0, 5, 1, HALF),
    ("US", 2024, 7, 4, HALF),
    ("FR", 0, 11, 27, 3 << 16),  # more activity than usual: no holiday
]


def date(day):
    return EPOCH + dt.timedelta(days=int(day))


def last_of(month_day):
    return calendar.monthrange(month_day.year, month_day.month)[1]


def weekday_of_month(day, weekday, place):
    fits = [
        n
        for n in range(1, last_of(day) + 1)
        if dt.date(day.year, day.month, n).weekday() == weekday
    ]
    return day.day == fits[place - 1 if place > 0 else place]


def is_business(day):
    return day.weekday() < 5 and (day.month, day.day) not in ((12, 25), (5, 1))


def business_of_month(day, place):
    fits = [
        n for n in range(1, last_of(day) + 1) if is_business(dt.date(day.year, day.month, n))
    ]
    return day.day == fits[place]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("25th", lambda d: d.day == 25),
        ("the 1st", lambda d: d.day == 1),
        ("31st", lambda d: d.day == last_of(d)),
        ("30th", lambda d: d.day == min(30, last_of(d))),
        ("last day of the month", lambda d: d.day == last_of(d)),
        ("first day", lambda d: d.day == 1),
        ("Friday", lambda d: d.weekday() == 4),
        ("last friday", lambda d: weekday_of_month(d, 4, -1)),
        ("third monday", lambda d: weekday_of_month(d, 0, 3)),
        ("fourth sunday of the month", lambda d: weekday_of_month(d, 6, 4)),
        ("business day", is_business),
        ("first business day", lambda d: business_of_month(d, 0)),
        ("last business day", lambda d: business_of_month(d, -1)),
        ("12-24", lambda d: (d.month, d.day) == (12, 24)),
        ("02-29", lambda d: d.month == 2 and d.day == last_of(d)),
    ],
)
def test_named_days_are_those_of_the_calendar(text, is_one):
    """The first named day that is not before a date is found by looking at each following day."""
    found = CivilDays(np.full(N, "FR"), HOLIDAYS).on_or_after(parse_named_day(text), DAYS)
    following = None
    expected = []
    for day in range(FIRST + N + 400, FIRST - 1, -1):
        following = day if is_one(date(day)) else following
        expected.append(following)
    assert found.tolist() == expected[::-1][:N]


def test_holidays_are_those_of_ones_country():
    """A date listed for a country is a business day elsewhere, and one of a single year is one in others."""
    days = np.array(
        [(dt.date(*d) - EPOCH).days for d in [(2024, 7, 4), (2024, 7, 4), (2025, 7, 4)]]
    )
    found = CivilDays(np.array(["US", "FR", "US"]), HOLIDAYS).on_or_after(
        parse_named_day("business day"), days
    )
    assert (found - days).tolist() == [1, 0, 0]


def test_months_keep_the_day_or_take_the_last():
    """A month after 31 January is 28 or 29 February, a year before 29 February is the 28th; the time of day stays."""
    stamps = [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
        ((2024, 2, 29), -12, (2023, 2, 28)),
        ((1969, 12, 31), 14, (1971, 2, 28)),
    ]
    before, months, after = (
        np.array(x)
        for x in zip(
            *(
                ((dt.date(*a) - EPOCH).days, n, (dt.date(*b) - EPOCH).days)
                for a, n, b in stamps
            ),
            strict=True,
        )
    )
    within = 17 * HOUR_MS + 1
    assert (
        add_months(before * DAY_MS + within, months).tolist()
        == (after * DAY_MS + within).tolist()
    )


def test_zones_are_asked_past_the_end_of_the_grid():
    """Offsets of far times are those of the zone, each side of its changes."""
    names, hours = ("Europe/Paris", "Asia/Kolkata", "America/New_York"), np.arange(0, 24 * 800)
    times = (dt.date(2091, 1, 1) - EPOCH).days * DAY_MS + hours * HOUR_MS
    for number, name in enumerate(names):
        found = far_offsets(names, np.full(len(times), number), times)
        assert found.tolist() == [offset_ms(name, int(time)) for time in times]
