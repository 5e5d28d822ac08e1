"""Who comes when, and what follows from it."""

from itertools import pairwise

import numpy as np
import pytest

from footfall.compiler import compile_scenario
from footfall.errors import UsageError
from footfall.scenario import loads
from footfall.sim import keys
from footfall.sim.arrivals import Arrivals, _check_widths
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.identities import identities
from footfall.sim.simulation import numbers_until, people_until
from footfall.units import DAY_MS, HOUR_MS

TEXT = """\
footfall: 1
scenario: comers
calendar: {{start: 2026-01-05, length: 20 days, rhythm: evenings{calendar}}}
people:
  count: 3000
  home: cities
  already_here: {{share: 20%, over: 7 days}}{people}
catalogues:
  cities: {{columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris], [Tokyo, JP, Asia/Tokyo]]}}
stages: [visitor]
events:
  All:
    a: {{}}
journeys:
  life: {{steps: [a]}}
"""


def arrivals_of(calendar="", people="", seed=1, days=20):
    model = compile_scenario(loads(TEXT.format(calendar=calendar, people=people)), seed=seed)
    grid = ActivityCalendar(model.calendar, model.start_ms + 40 * DAY_MS)
    return model, Arrivals(model, grid, model.start_ms + days * DAY_MS)


def everybody(model, arrivals, days=20):
    until_ms = model.start_ms + days * DAY_MS
    return arrivals.of(0, arrivals.numbers_until(until_ms), until_ms)


def campaign(activity):
    return f", campaigns: [{{named: sale, from: day 5, until: day 8, activity: {activity}}}]"


def per_day(model, newcomers):
    return np.bincount((newcomers.times_ms - model.start_ms) // DAY_MS + 7, minlength=27)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_many_come_as_were_asked_for(seed):
    """Of 3,000 people 600 come in the week before the start and 2,400 in the declared 20 days, for any seed."""
    model, arrivals = arrivals_of(seed=seed)
    days = per_day(model, everybody(model, arrivals))
    assert (days[:7].sum(), days[7:].sum()) == (600, 2400)


def test_days_vary_as_chance_would_have_it():
    """Over 200 seeds the variance of a day's newcomers is their mean, less what the fixed total takes from it."""
    counts = []
    for seed in range(200):
        arrivals = arrivals_of(seed=seed)[1]
        counts.append(np.diff(arrivals._edges)[7:])
    ratios = np.var(counts, axis=0) / np.mean(counts, axis=0)
    assert ratios.mean() == pytest.approx(1 - 1 / 20, abs=0.05)


def test_poisson_totals_vary_and_even_days_do_not():
    """`poisson` leaves the total to chance; `even` gives each seed the same days, and numbers in the order of time."""
    totals = {
        len(everybody(*arrivals_of(people="\n  arrivals: {law: poisson}", seed=s)).persons)
        for s in range(4)
    }
    assert len(totals) > 1
    models = [arrivals_of(people="\n  arrivals: {law: even}", seed=s) for s in (1, 2)]
    one, other = (per_day(model, everybody(model, arrivals)) for model, arrivals in models)
    assert one.tolist() == other.tolist()
    times = everybody(*models[0]).times_ms
    assert (np.diff(times) >= 0).all()


def test_a_spread_of_arrivals_makes_days_wider_and_keeps_the_total():
    """With a spread of 50 % a day's newcomers vary several times as much as by chance, 3,000 in total."""
    counts = []
    for seed in range(40):
        arrivals = arrivals_of(people="\n  arrivals: {spread: 50%}", seed=seed)[1]
        counts.append(np.diff(arrivals._edges)[7:])
    assert {int(of.sum()) for of in counts} == {2400}
    assert (np.var(counts, axis=0) / np.mean(counts, axis=0)).mean() > 10


def test_a_shorter_look_finds_the_same_people_first():
    """Identities, times and homes of ten days are those of twenty; days after the declared ones are added behind."""
    model, short = arrivals_of(days=10)
    _, long = arrivals_of(days=30)
    first = everybody(model, short, 10)
    n = len(first.persons)
    more = everybody(model, long, 30)
    assert len(more.persons) > 3000
    for name in ("persons", "identities", "times_ms", "homes"):
        assert getattr(first, name).tolist() == getattr(more, name)[:n].tolist()


def test_any_range_of_numbers_has_the_people_that_all_have():
    """Who is asked for alone is who they are among all."""
    model, arrivals = arrivals_of(campaign("40%"))
    until_ms = model.start_ms + 20 * DAY_MS
    whole = arrivals.of(0, 3000, until_ms)
    parts = [arrivals.of(a, b, until_ms) for a, b in pairwise(range(0, 3001, 250))]
    assert (
        np.concatenate([part.identities for part in parts]).tolist()
        == whole.identities.tolist()
    )
    assert np.concatenate([part.times_ms for part in parts]).tolist() == whole.times_ms.tolist()


def test_a_campaign_brings_people_of_its_own():
    """A campaign of 180 % adds about 80 % to its days; who comes without it comes with it, as the same person."""
    plain, sale = (everybody(*arrivals_of(text)) for text in ("", campaign("180%")))
    of_plain = dict(zip(plain.identities.tolist(), plain.times_ms.tolist(), strict=True))
    of_sale = dict(zip(sale.identities.tolist(), sale.times_ms.tolist(), strict=True))
    assert of_plain.items() <= of_sale.items()
    model = arrivals_of()[0]
    added = per_day(model, sale) - per_day(model, plain)
    assert (added[[*range(11), *range(14, 27)]] == 0).all()
    assert added[11:14].sum() == pytest.approx(
        0.8 * per_day(model, plain)[11:14].sum(), rel=0.25
    )


def test_a_campaign_that_lowers_activity_keeps_some_away():
    """At 30 %, some 70 % of those of its days do not come; all others are who they are without it, by number too."""
    (model, with_it), (_, without) = arrivals_of(campaign("30%")), arrivals_of()
    some, everyone = everybody(model, with_it), everybody(model, without)
    kept = np.isin(everyone.persons, some.persons)
    assert everyone.identities[kept].tolist() == some.identities.tolist()
    assert everyone.times_ms[kept].tolist() == some.times_ms.tolist()
    stayed = per_day(model, some)[11:14].sum() / per_day(model, everyone)[11:14].sum()
    assert stayed == pytest.approx(0.3, abs=0.08)
    assert per_day(model, some)[14:].tolist() == per_day(model, everyone)[14:].tolist()


@pytest.mark.parametrize("text", ["", campaign("30%"), campaign("250%")])
@pytest.mark.parametrize("hours", [0, 24, 130, 133, 480])
def test_people_are_counted_as_they_come(text, hours):
    """How many have come by an instant is how many arrive before it, empty numbers and days begun included."""
    model, arrivals = arrivals_of(text)
    until_ms = model.start_ms + hours * HOUR_MS
    assert (
        people_until(model, until_ms) == (everybody(model, arrivals).times_ms < until_ms).sum()
    )
    numbers = everybody(model, arrivals).persons[everybody(model, arrivals).times_ms < until_ms]
    assert numbers.max(initial=-1) < numbers_until(model, until_ms)


def test_identities_lead_back_to_numbers():
    """Nobody shares an identity; each leads to the number it has, and one of nobody to none."""
    model, arrivals = arrivals_of()
    found = everybody(model, arrivals)
    assert len(set(found.identities.tolist())) == 3000
    for at in (0, 599, 600, 2999):
        assert arrivals.number_of(int(found.identities[at])) == found.persons[at]
    assert arrivals.number_of(int(found.identities[0]) + 10**6) is None
    assert arrivals.number_of(0) is None


def test_people_come_by_their_local_clock():
    """In both cities most of those who come do so between 17 and 23 h of their own evening."""
    model, arrivals = arrivals_of()
    found = everybody(model, arrivals)
    for home, offset in ((0, 1), (1, 9)):
        hours = (found.times_ms[found.homes == home] // HOUR_MS + offset) % 24
        assert np.isin(hours, range(17, 23)).mean() > 0.5


TWO = (
    "{named: sale, from: day 5, until: day 8, activity: 180%}",
    "{named: fair, from: day 6 12:00, until: day 9, activity: 150%}",
)


def by_identity(*campaigns):
    model, arrivals = arrivals_of(f", campaigns: [{', '.join(campaigns)}]")
    found = everybody(model, arrivals)
    return dict(
        zip(
            found.identities.tolist(),
            zip(found.times_ms.tolist(), found.homes.tolist(), strict=True),
            strict=True,
        )
    )


def test_campaigns_that_overlap_leave_each_other_alone():
    """Who comes by a campaign is who would come if it were the only one; their order in the file changes nothing."""
    base, sale, fair, both = by_identity(), *map(by_identity, TWO), by_identity(*TWO)
    assert both == sale | fair
    assert base == {who: both[who] for who in sale.keys() & fair.keys()}
    assert by_identity(*reversed(TWO)) == both


def test_a_number_and_an_identity_lead_to_each_other():
    """By channel, day and place, for people of campaigns too; an identity that nobody has leads nowhere."""
    model, arrivals = arrivals_of(f", campaigns: [{', '.join(TWO)}]")
    numbers = np.arange(arrivals.numbers_until(model.start_ms + 20 * DAY_MS))
    who = arrivals.identities_of(numbers)
    assert len(set(who.tolist())) == len(numbers)
    assert [arrivals.number_of(one) for one in who.tolist()] == numbers.tolist()
    assert who.min() >= 0
    assert arrivals.number_of(identity(7, 5, 0)) is None
    assert arrivals.number_of(identity(0, 5, 10_000)) is None
    assert arrivals.number_of(identity(0, 400, 0)) is None


def identity(channel, day, place):
    return int(identities(channel, np.array([day]), np.array([place]))[0])


def test_where_people_live_says_nothing_of_their_other_draws():
    """Homes are a draw of their own: the tenth with the lowest keys lives as all others do."""
    model, arrivals = arrivals_of(people="\n  arrivals: {law: even}")
    found = everybody(model, arrivals)
    by_key = np.argsort(keys.person_keys(model.person_key, found.identities))
    low, whole = found.homes[by_key[:300]].mean(), found.homes.mean()
    assert low == pytest.approx(whole, abs=4 * 0.5 / np.sqrt(300))


def test_more_people_than_identities_are_refused():
    """No day of a channel has more than 2**32 people, and no run more days than identities have."""
    counts = np.array([[5, 2**32]], object)
    with pytest.raises(UsageError, match="4,294,967,296 people come on a day by one channel"):
        _check_widths(range(2), counts)
    with pytest.raises(UsageError, match="people come from day -1 to day 40,000"):
        _check_widths(range(-1, 40_000), counts[:, :1])
