"""Edges that a drawn number or an instant of a whole run hits too seldom to be held by any other test."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from footfall.compiler import compile_scenario
from footfall.errors import UsageError
from footfall.model.compiled_effects import CompiledEffect, TimeSpan
from footfall.model.model import ACTIVITY_BITS, CalendarSpec
from footfall.model.values import NEVER, NULL_INTEGER
from footfall.sim import Simulation
from footfall.sim.actions import apply_effects
from footfall.sim.applied_effects import factor
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.ids import MOST_EVENTS, insert_ids
from footfall.sim.nodes import FIRST_DEVICE, _device
from footfall.sim.scheduler import Scheduler
from footfall.units import DAY_MS
from tests.small_scenarios import small

# --- values ----------------------------------------------------------------------------------------------------------


def at(*times_ms):
    """Return people whose now is these instants."""
    return SimpleNamespace(
        now_ms=lambda: np.array(times_ms, np.int64), rows=np.arange(len(times_ms))
    )


@pytest.mark.parametrize(
    ("times", "before", "after"),
    [
        (0.5, [1, 3, 5, 7, 2, 0], [1, 2, 3, 4, 1, 0]),
        (0.5, [-1, -3, -5, -7, -2], [0, -1, -2, -3, -1]),
        (1.5, [1, 3, 5, -1, -3], [2, 5, 8, -1, -4]),
        (0.25, [1, 2, 3, 6, 10, -2, -6], [0, 1, 1, 2, 3, 0, -1]),
        (-0.5, [1, 3, -1, -3], [0, -1, 1, 2]),
        (0.5, [NULL_INTEGER, 3], [NULL_INTEGER, 2]),
    ],
)
def test_halves_of_value_effects_round_up(times, before, after):
    """A whole number times a factor goes to the nearest one, exactly .5 to the greater, also below 0; null stays."""
    got, _ = apply_effects(
        (CompiledEffect(0, factor=times),), np.array(before, np.int64), at(*before)
    )
    assert got.tolist() == after


def test_a_value_is_rounded_after_each_effect():
    """5 halved is 2.5, so 3; 3 halved is 1.5, so 2; at once it would have been 1.25, so 1."""
    got, _ = apply_effects(
        (CompiledEffect(0, factor=0.5), CompiledEffect(1, factor=0.5)), np.array([5]), at(0)
    )
    assert got.tolist() == [2]


def test_numbers_that_are_not_whole_are_not_rounded():
    """2.5 halved is 1.25."""
    got, _ = apply_effects((CompiledEffect(0, factor=0.5),), np.array([2.5]), at(0))
    assert got.tolist() == [1.25]


# --- spans -----------------------------------------------------------------------------------------------------------


def held(span, *times_ms):
    mask, _ = factor(CompiledEffect(0, span), at(*times_ms), len(times_ms))
    return mask.tolist()


def test_an_effect_holds_from_its_from_up_to_before_its_until():
    """At `from` to the millisecond it holds, at `until` no more."""
    assert held(TimeSpan(1000, 2000), 999, 1000, 1999, 2000) == [False, True, True, False]
    assert held(TimeSpan(1000, NEVER), 999, 1000, NEVER - 1) == [False, True, True]
    assert held(TimeSpan(NULL_INTEGER, 2000), NULL_INTEGER, 1999, 2000) == [True, True, False]


def test_two_spans_that_meet_leave_no_gap_and_do_not_overlap():
    """Where one effect ends and the next begins, at each instant exactly one of them holds."""
    instants = range(1990, 2011)
    one, other = held(TimeSpan(1000, 2000), *instants), held(TimeSpan(2000, 3000), *instants)
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_days_of_an_effect_are_midnights():
    """`from: day 3, until: day 5` is midnight to midnight of the scenario's clock; without `until` there is no end."""
    effects = """
  - {named: a, where: life/buys, from: day 3, until: day 5, odds: 2}
  - {named: b, where: life/buys, from: day 2, odds: 2}
  - {named: c, where: life/buys, until: day 2, odds: 2}
"""
    journeys = "{life: {steps: [Seen, {maybe: 50%, named: buys, steps: [Paid]}]}}"
    model = compile_scenario(small(effects=effects, journeys=journeys))
    start = model.start_ms
    spans = [
        e.span
        for node in model.nodes
        for option in getattr(node, "options", ())
        for e in option.effects
    ]
    assert spans == [
        TimeSpan(start + 2 * DAY_MS, start + 4 * DAY_MS),
        TimeSpan(start + DAY_MS, NEVER),
        TimeSpan(NULL_INTEGER, start + DAY_MS),
    ]


# --- the end of a window ---------------------------------------------------------------------------------------------

JOURNEYS = """
  life:
    steps:
      - Seen: {after: 5 s}
      - later: thanks
        after: 1 h
      - Paid: {after: 2 s to 5 min}
      - repeat: {named: more, come back after: 2 h, at_most: 3, steps: [Seen, Paid: {after: 10 s, named: again}]}
  thanks:
    session: none
    steps: [Thanked]
"""
EVENTS = "{Buying: {Seen: {}, Paid: {}, Thanked: {}}}"
MOST_STEPS = 3000


@pytest.fixture
def model():
    return compile_scenario(
        small(events=EVENTS, journeys=JOURNEYS, people="{count: 300, home: cities}")
    )


@pytest.fixture
def patience(monkeypatch):
    """Fail a window that goes round and round: nodes are run at most so often."""
    left = [MOST_STEPS]
    take = Scheduler.take

    def taken(scheduler, number):
        left[0] -= 1
        assert left[0] > 0, "a window does not end"
        return take(scheduler, number)

    monkeypatch.setattr(Scheduler, "take", taken)
    return lambda: left.__setitem__(0, MOST_STEPS)


def times_of(table, column):
    return table[column].cast(pa.int64()).to_pylist()


def test_what_is_due_at_the_end_of_a_window_belongs_to_the_next(model, patience):
    """With a window that ends at every instant at which anything happens, each thing is in the window it begins."""
    end = model.start_ms + 3 * DAY_MS
    whole = Simulation(model, "run", 0, 300, end).advance(end)
    instants = {*times_of(whole.events, "time"), *times_of(whole.arrivals, "arrived")}
    simulation = Simulation(model, "run", 0, 300, end)
    n = 0
    for until in sorted(i for i in instants | {end} if i > model.start_ms):
        patience()
        chunk = simulation.advance(until)
        inside = [*times_of(chunk.events, "time"), *times_of(chunk.changes, "time")]
        assert all(chunk.part.from_ms <= time < until for time in inside)
        assert all(time < until for time in times_of(chunk.arrivals, "arrived"))
        n += chunk.events.num_rows
    assert n == whole.events.num_rows > 50
    assert set(whole.events["event_type"].to_pylist()) == {"Seen", "Paid", "Thanked"}


@pytest.mark.parametrize("event_type", ["Seen", "Paid", "Thanked"])
def test_a_run_that_ends_at_an_event_is_without_it(model, patience, event_type):
    """A run up to exactly the instant of an event has all events before it and not this one; 1 ms longer, it has."""
    end = model.start_ms + 3 * DAY_MS
    whole = Simulation(model, "run", 0, 300, end).advance(end).events
    times = times_of(whole, "time")
    at_ms = next(
        t
        for t, name in zip(times, whole["event_type"].to_pylist(), strict=True)
        if name == event_type
    )
    for until in (at_ms, at_ms + 1):
        patience()
        got = Simulation(model, "run", 0, 300, end).advance(until).events
        assert times_of(got, "time") == [time for time in times if time < until]


# --- devices ---------------------------------------------------------------------------------------------------------


def device(point, count):
    """Return which of a person's devices a draw takes, of all draws whose leading 62 bits are a number."""
    random = np.array([(point << 2) + low for low in range(4)], np.uint64)
    (found,) = set(_device(random, np.full(4, count)).tolist())
    return found


def test_the_first_device_is_taken_seven_times_in_ten():
    """The draws below 7/10 of all take the first device, the first draw at 7/10 another one."""
    assert FIRST_DEVICE * 10 <= 7 * 2**62 < (FIRST_DEVICE + 1) * 10
    for count in (2, 3):
        assert [device(point, count) for point in (0, FIRST_DEVICE - 1, FIRST_DEVICE)] == [
            0,
            0,
            1,
        ]


def test_the_other_devices_are_taken_alike():
    """What is left is cut into halves for the second and third device; the last draw of all takes the last one."""
    rest = 2**62 - FIRST_DEVICE
    half = FIRST_DEVICE + (-(-(rest >> 30) // 2) << 30)
    assert abs(half - FIRST_DEVICE - rest // 2) <= 2**30
    assert (device(half - 1, 3), device(half, 3)) == (1, 2)
    assert (device(2**62 - 1, 2), device(2**62 - 1, 3)) == (1, 2)


def test_who_has_one_device_takes_it():
    """Whatever is drawn."""
    assert {device(point, 1) for point in (0, FIRST_DEVICE - 1, FIRST_DEVICE, 2**62 - 1)} == {0}


def test_ids_do_not_begin_anew():
    """Six digits of hexadecimal tell events of a person apart: with one more the run ends, and says of whom."""
    model = SimpleNamespace(stream=SimpleNamespace(id="0123456789abcdef"))
    identities, rows = np.array([7, 8_000_000]), np.array([0, 1])
    ids = insert_ids(model, identities, rows, np.array([1, MOST_EVENTS]))
    assert [bytes(row) for row in ids][1] == b"01234567-00000000007a1200-ffffff"
    with pytest.raises(
        UsageError, match=r"person 012345-u-00000000007a1200 has more than 16,777,215 events"
    ):
        insert_ids(model, identities, rows, np.array([1, MOST_EVENTS + 1]))


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Paris", (2026, 3, 29, 2, 30), (2026, 3, 29, 1, 30)),
        ("Europe/Paris", (2026, 10, 25, 2, 30), (2026, 10, 25, 1, 30)),
        ("America/New_York", (2026, 3, 8, 2, 30), (2026, 3, 8, 6, 30)),
        ("America/New_York", (2026, 11, 1, 1, 30), (2026, 11, 1, 5, 30)),
        ("Europe/Paris", (2026, 3, 29, 3, 0), (2026, 3, 29, 1, 0)),
        ("Europe/Paris", (2026, 10, 25, 3, 0), (2026, 10, 25, 2, 0)),
    ],
)
def test_a_local_hour_that_is_missing_or_comes_twice_is_one_instant(zone, local, utc):
    """East of UTC it is an hour later and the second, west of it an hour earlier and the first."""
    origin_ms = _ms(2026, 1, 1)
    week = np.full((7, 24), 1 << ACTIVITY_BITS, np.int64)
    spec = CalendarSpec(origin_ms, origin_ms, week, (zone,), ((0, ""),), (), ())
    calendar = ActivityCalendar(spec, origin_ms + 365 * DAY_MS)
    assert calendar.utc_ms(np.array([_ms(*local)]), np.zeros(1, np.int32)) == _ms(*utc)


def _ms(*parts: int) -> int:
    return round(dt.datetime(*parts, tzinfo=dt.UTC).timestamp()) * 1000
