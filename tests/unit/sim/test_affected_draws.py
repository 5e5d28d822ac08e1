"""Effects on what people, sessions and steps draw: values are addressed like options, numbers by their name."""

from collections import Counter

import pytest

from footfall.errors import ScenarioError
from footfall.reports.truth import truth_of
from footfall.scenario import loads
from tests.simulated import rows, same, simulated

HEAD = """\
footfall: 1
scenario: mixes
calendar: {start: 2026-01-05, length: 10 days}
people:
  count: 400
  already_here: {share: 25%, over: 5 days}
  home: cities
  properties:
    plan: {pick: {free: 3, paid: 1}}
    budget: {uniform: [100, 200], type: integer}
sessions:
  properties:
    source: {pick: {direct: 1, google / cpc: 1}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris], [Lyon, FR, Europe/Paris]]}
stages: [visitor]
events:
  All:
    came: {properties: {source: source, plan: plan, budget: budget}}
    chose: {properties: {colour: colour}}
journeys:
  life:
    carries: {colour: text}
    steps:
      - repeat:
          named: visits
          at_most: 3
          come back after: about 1 day
          steps: [came, {set: {colour: {pick: [red, blue]}}}, chose]
effects:
"""


def run(effects, **options):
    return simulated(loads(HEAD + effects), **options)


def seen(result, event, name):
    """Return the days of events with the value of a property, and where the person lives."""
    cities = {row["person"]: row["city"] for row in rows(result.arrivals)}
    return [
        (
            (row["time"].timestamp() * 1000 - result.model.start_ms) // 86_400_000 + 1,
            cities[row["person"]],
            row["event_properties"][name],
        )
        for row in rows(result.events)
        if row["event_type"] == event
    ]


def test_a_campaign_shifts_the_mix_of_sources():
    """From day 4 to 6 all visits come from where the campaign runs; before and after it is as declared."""
    effect = "  - {named: ads, where: sessions/source/google / cpc, from: day 4, until: day 6, chance: 100%}\n"
    mixes = {True: Counter(), False: Counter()}
    for day, _, source in seen(run(effect), "came", "source"):
        mixes[day in (4, 5)][source] += 1
    assert set(mixes[True]) == {"google / cpc"}
    assert 0.4 < mixes[False]["direct"] / mixes[False].total() < 0.6


def test_what_people_are_goes_by_where_they_live():
    """Odds of 0 by city: nobody in Lyon pays."""
    effect = "  - {named: poor, where: people/plan/paid, by: city, odds: {Lyon: 0}}\n"
    plans = Counter((city, plan) for _, city, plan in seen(run(effect), "came", "plan"))
    assert plans["Lyon", "paid"] == 0
    assert plans["Lyon", "free"] > 0
    assert plans["Paris", "paid"] > 0


def test_a_draw_of_a_step_is_shifted_too():
    """`set` with `pick`: the address is that of the draw."""
    effect = "  - {named: mode, where: life/colour/red, chance: 0%}\n"
    assert {colour for _, _, colour in seen(run(effect), "chose", "colour")} == {"blue"}


def test_a_number_that_people_draw_is_multiplied():
    """Budgets of those who pay are twice as high; what stands before in the file can be asked for."""
    plain = {r["person"]: r["properties"]["budget"] for r in rows(run("  []\n").arrivals)}
    effect = "  - {named: rich, where: people/budget, when: plan == 'paid', value: 2}\n"
    for row in rows(run(effect).arrivals):
        factor = 2 if row["properties"]["plan"] == "paid" else 1
        assert row["properties"]["budget"] == factor * plain[row["person"]]


def test_where_no_value_is_left_possible_it_is_drawn_as_declared():
    """Effects cannot take a value away altogether."""
    effect = "  - {named: none, where: people/plan/*, times: 0}\n"
    plans = Counter(row["properties"]["plan"] for row in rows(run(effect).arrivals))
    assert plans["free"] > plans["paid"] > 0


EFFECTS = """\
  - {named: ads, where: sessions/source/google / cpc, from: day 3, until: day 6, times: 1.5}
  - {named: poor, where: people/plan/paid, by: city, odds: {Lyon: 0.5}}
  - {named: rich, where: people/budget, when: plan == 'paid', value: 2}
  - {named: mode, where: life/colour/red, from: day 2, chance: 20%}
"""


def test_the_truth_counts_draws_like_decisions():
    """Each person's draw is counted once, in the part in which they arrive, and with its chance then."""
    result = run(EFFECTS)
    effects = truth_of(result.tallies, 2).effects
    by_name = {effect.effect: effect for effect in effects}
    lyon = sum(row["city"] == "Lyon" for row in rows(result.arrivals))
    assert by_name["poor"].affected.reached == lyon
    assert by_name["poor"].affected.asked == pytest.approx(1 / 7)
    assert by_name["poor"].others.asked == pytest.approx(1 / 4)
    paid = [r["properties"]["plan"] == "paid" for r in rows(result.arrivals)]
    assert by_name["poor"].affected.taken + by_name["poor"].others.taken == sum(paid)
    assert by_name["ads"].affected.asked == pytest.approx(0.75)
    assert by_name["mode"].affected.asked == pytest.approx(0.2)
    assert all(abs(t.score) < 5.3 for e in effects for t in (e.affected, e.others))
    (rich,) = truth_of(result.tallies, 2).factors
    assert rich.affected.reached == sum(paid)
    assert rich.affected.got_factor == 2


def test_windows_and_groups_change_nothing():
    """The same events, people and tallies, however they are cut."""
    whole, cut = run(EFFECTS), run(EFFECTS, cuts=(1, 2.5, 7), group=64)
    same(whole, cut)
    assert whole.tallies == cut.tallies


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ("where: people/plan/payed, odds: 2", "did you mean people/plan/paid"),
        (
            "where: people/plan/paid, when: budget > 150, odds: 2",
            '"budget" is not declared here',
        ),
        ("where: people/plan, value: 2", 'no value is called "people/plan"'),
    ],
)
def test_what_an_effect_cannot_do_is_told(effect, message):
    """A value that is not drawn, a condition on what is drawn later, a factor on texts."""
    with pytest.raises(ScenarioError, match=message):
        run(f"  - {{named: x, {effect}}}\n")
