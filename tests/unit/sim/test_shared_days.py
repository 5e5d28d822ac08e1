"""What days do to everybody."""

import numpy as np
import pytest

from footfall.compiler import compile_scenario
from footfall.model.model import DAY_FACTOR_BITS
from footfall.scenario import loads
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.shared_days import factors
from footfall.units import DAY_MS
from tests.unit.sim.test_journeys import EVENTS, HEAD

LIFE = "journeys:\n  life: {steps: [a]}\n"


def model(days, seed=1):
    head = HEAD.replace("length: 20 days", f"length: 20 days, days: {days}")
    return compile_scenario(loads(head + EVENTS + LIFE), seed=seed)


def shared(days, seed=1):
    return model(days, seed).calendar.shared_days[0]


def test_factors_have_mean_one_the_spread_asked_for_and_resemble_their_neighbours():
    """Over 40 years: mean 1, spread of the logarithm 7 %, correlation 0.3 from day to day, 0.09 over two."""
    made = (
        factors(shared("{spread: 7%}"), np.arange(20_000, 20_000 + 14_610)) / 2**DAY_FACTOR_BITS
    )
    logs = np.log(made)
    assert made.mean() == pytest.approx(1, abs=0.003)
    assert logs.std() == pytest.approx(0.07, rel=0.03)
    assert np.corrcoef(logs[1:], logs[:-1])[0, 1] == pytest.approx(0.3, abs=0.03)
    assert np.corrcoef(logs[2:], logs[:-2])[0, 1] == pytest.approx(0.09, abs=0.03)


def test_a_day_does_not_depend_on_where_one_begins_to_look():
    """Any span of dates has the factors that a longer one has for them."""
    days = shared("{spread: 20%}")
    whole = factors(days, np.arange(20_000, 20_100))
    assert factors(days, np.arange(20_040, 20_050)).tolist() == whole[40:50].tolist()


def test_a_seed_of_their_own_holds_days_fixed():
    """With `seed`, other people live through the same days; without, through others."""
    dates = np.arange(20_000, 20_030)
    fixed = [factors(shared("{spread: 7%, seed: 3}", seed), dates).tolist() for seed in (1, 2)]
    free = [factors(shared("{spread: 7%}", seed), dates).tolist() for seed in (1, 2)]
    assert fixed[0] == fixed[1]
    assert free[0] != free[1]


def test_countries_share_days_or_have_their_own():
    """`of: country` gives each country its own days; else all have the same."""
    head = HEAD.replace(
        "[[Paris, FR, Europe/Paris]]", "[[Paris, FR, Europe/Paris], [Bonn, DE, Europe/Berlin]]"
    )
    keys = {}
    for of in ("scenario", "country"):
        days = head.replace(
            "length: 20 days", f"length: 20 days, days: {{spread: 7%, of: {of}}}"
        )
        made = compile_scenario(loads(days + EVENTS + LIFE)).calendar.shared_days
        keys[of] = len({one.key for one in made})
    assert keys == {"scenario": 1, "country": 2}


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Kolkata", 5.5), ("America/Phoenix", -7)])
def test_a_day_is_that_of_peoples_own_calendar(zone, hours):
    """From midnight to midnight where people live as much activity passes as the factor of that date says."""
    head = HEAD.replace("length: 20 days", "length: 20 days, days: {spread: 60%}")
    made = compile_scenario(loads(head.replace("Europe/Paris", zone) + EVENTS + LIFE))
    calendar = ActivityCalendar(made.calendar, made.start_ms + 20 * DAY_MS)
    dates = np.arange(made.start_ms // DAY_MS + 2, made.start_ms // DAY_MS + 12)
    midnights = dates * DAY_MS - round(hours * 3_600_000)
    shared_days = factors(made.calendar.shared_days[0], dates)
    waits = DAY_MS * shared_days >> DAY_FACTOR_BITS
    ends = calendar.after(midnights, waits, np.zeros(len(dates), np.int32))
    assert (ends - midnights - DAY_MS).tolist() == pytest.approx([0] * len(dates), abs=2_000)
