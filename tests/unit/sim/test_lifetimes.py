"""How long people stay: one draw for each from a curve of survival."""

from decimal import Decimal

import numpy as np
import pytest

from footfall.compiler import distributions
from footfall.errors import ScenarioError
from footfall.scenario import loads
from footfall.sim.draws import invert
from footfall.units import DAY_MS
from tests.simulated import rows, same, simulated

HEAD = """\
footfall: 1
scenario: lives
calendar: {start: 2026-01-05, length: 12 days}
people:
  count: 400
  already_here: {share: 40%, over: 4 days}
  home: cities
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages: [visitor]
events: {All: {came: {}, gone: {}, rung: {}}}
journeys:
  life:
    steps:
      - repeat: {named: v, steps: [came], come back after: WAIT, lifetime: {survival: CURVE}}
      - gone
"""
CURVE = "{1 day: 60%, 6 days: 20%}"


def run(curve=CURVE, wait="about 10 h", **options):
    return simulated(loads(HEAD.replace("CURVE", curve).replace("WAIT", wait)), **options)


def lived(result):
    """Return the ages in days at which people who came in the run are gone, and all ages that could be seen."""
    arrived = {row["person"]: row["arrived"] for row in rows(result.arrivals)}
    return {
        row["person"]: (row["time"] - arrived[row["person"]]).total_seconds() / 86_400
        for row in rows(result.events)
        if row["event_type"] == "gone"
    }


def curve(*points):
    return tuple((round(day * DAY_MS), Decimal(share)) for day, share in points)


def left(days, *points):
    """Return the share of all draws that live for longer than some days."""
    bits = (np.arange(20_000, dtype=np.uint64) * np.uint64(2**64 // 20_000)) + np.uint64(12345)
    return float((invert(distributions.lifetime(curve(*points)), bits) > days * DAY_MS).mean())


@pytest.mark.parametrize(
    ("points", "days", "share"),
    [
        ([(1, "0.27"), (7, "0.09"), (30, "0.04")], 1, 0.27),
        ([(1, "0.27"), (7, "0.09"), (30, "0.04")], 7, 0.09),
        ([(1, "0.27"), (7, "0.09"), (30, "0.04")], 30, 0.04),
        ([(1, "0.25")], 0.5, 0.5),  # the same share per time
        ([(1, "0.25")], 2, 0.0625),  # and so on behind the last point
        (
            [(1, "0.4"), (16, "0.1")],
            4,
            0.2,
        ),  # by a power of time between two: a half per factor of 4
        (
            [(1, "0.5"), (4, "0.25")],
            8,
            0.25 * 2.718281828**-0.5,
        ),  # half a power: per day 1/8 leave
        ([(0, "0.6"), (1, "0.3")], 0.001, 0.6),  # two fifths never come back
        ([(0, "0.6"), (1, "0.6"), (2, "0.3")], 0.9, 0.6),
        ([(1, "0.5"), (2, "0.5")], 900, 0.5),  # who is left stays
        ([(2, "0.5"), (4, "0")], 3, 0.25),  # in a straight line to nobody
        ([(2, "0.5"), (4, "0")], 4.001, 0),
        ([(10, "0")], 5, 0.5),
        ([(0, "0.5")], 10_000, 0.5),
        ([(0, "0")], 0.001, 0),
        ([(1, "1"), (2, "0.5")], 1, 1),
    ],
)
def test_so_many_are_left(points, days, share):
    """The share that lives for longer than some days is that of the curve, at its points, between and behind them."""
    assert left(days, *points) == pytest.approx(share, abs=0.008)


def test_people_end_when_their_lifetime_does():
    """Those gone within a day are 40 % of all, those within 6 days 80 %, however often they come meanwhile."""
    for wait in ("about 3 h", "about 2 days"):
        ages = np.array(list(lived(run(wait=wait, people=3000)).values()))
        n = 3000 * 0.6 / 12
        assert (ages < 1).sum() / (n * 11.5) == pytest.approx(0.4, abs=0.1)


def test_the_end_is_a_moment_of_its_own():
    """Nobody comes after the end; who is gone is so once, and in a session of that time."""
    result = run()
    ends = {}
    for row in rows(result.events):
        assert row["person"] not in ends
        if row["event_type"] == "gone":
            ends[row["person"]] = row["time"]
    assert len(ends) > 100
    assert lived(run(wait="about 3 h")) == pytest.approx(
        lived(run(wait="about 2 days")), abs=0.03
    )


def test_windows_groups_and_length_change_nothing():
    """In one window and group or in many, and in a longer run, people live as long and do the same."""
    one = run()
    same(one, run(cuts=(0.4, 1, 5.3), group=70))
    longer = run(days=20)
    assert rows(longer.events)[: one.events.num_rows] == rows(one.events)


def test_curves_that_rise_and_lives_without_visits_are_refused():
    """A curve falls or stays; a time stands once; and a lifetime ends between visits."""
    with pytest.raises(ScenarioError, match="rises from 20% after 1 day to 30% after 2 days"):
        run("{2 days: 30%, 1 day: 20%}")
    with pytest.raises(ScenarioError, match='has "1 day" and "24 h", which are one time'):
        run("{1 day: 30%, 24 h: 20%}")
    with pytest.raises(ScenarioError, match="`lifetime`, but no `come back after`"):
        simulated(loads(HEAD.replace("CURVE", CURVE).replace("come back after: WAIT, ", "")))
