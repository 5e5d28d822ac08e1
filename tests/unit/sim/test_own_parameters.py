"""Numbers of draws that are each person's own: medians, means, factors of waits, odds, weights."""

import numpy as np
import pytest

from footfall.scenario import loads
from tests.simulated import rows, same, simulated

HEAD = """\
footfall: 1
scenario: own
calendar: {start: 2026-01-05, length: 10 days}
people:
  count: 2000
  home: cities
  properties:
    plan: {pick: {free: 3, pro: 1}}
    one: {start: 1, type: number}
    pace: {lognormal: {median: 1, spread: 0.5}}
PROPERTIES
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages: [visitor]
events: {All: {came: {}, went: {}, paid: {properties: {sum: {value: amount, type: money}}}}}
journeys:
  life:
    carries: {amount: money}
    steps:
STEPS
TAIL
EFFECTS
"""


def run(*steps, properties="", effects="", tail="", **options):
    text = HEAD.replace("PROPERTIES", f"    {properties}" if properties else "")
    text = text.replace("EFFECTS", f"effects: [{effects}]" if effects else "")
    text = text.replace("TAIL", tail)
    listed = "\n".join(f"      - {step}" for step in ("came", *steps))
    return simulated(loads(text.replace("STEPS", listed)), **options)


def people(result, *names):
    found = [[row["properties"][name] for name in names] for row in rows(result.arrivals)]
    return list(zip(*found, strict=True))


def gaps(result):
    """Return seconds from the first event of each person to the second, and the person's pace."""
    paces = {row["person"]: row["properties"]["pace"] for row in rows(result.arrivals)}
    times = {}
    for row in rows(result.events):
        times.setdefault(row["person"], []).append(row["time"].timestamp())
    both = [(t[1] - t[0], paces[person]) for person, t in times.items() if len(t) == 2]
    return np.array(both).T


@pytest.mark.parametrize(
    ("with_factor", "without"),
    [
        ("went: {after: about 40 s * one}", "went: {after: about 40 s}"),
        (
            "went: {after: {median: 40 s * one, spread: 0.3}}",
            "went: {after: {median: 40 s, spread: 0.3}}",
        ),
        ("wait: 5 s to 9 s * 1", "wait: 5 s to 9 s"),
        ("{maybe: 30%, odds: one, steps: [went]}", "{maybe: 30%, steps: [went]}"),
        ("{go on: 70%, odds: one, named: x}", "{go on: 70%, named: x}"),
        (
            "either: {named: x, options: [{event: went, chance: 30%, odds: one}, {named: n, chance: rest}]}",
            "either: {named: x, options: [{event: went, chance: 30%}, {named: n, chance: rest}]}",
        ),
        (
            "repeat: {named: x, steps: [went], leave: 20%, odds: one, come back after: about 1 h * one}",
            "repeat: {named: x, steps: [went], leave: 20%, come back after: about 1 h}",
        ),
        ("{later: l, after: 2 h * one}", "{later: l, after: 2 h}"),
        (
            "set: {amount: {pick: {10: one, 20: 2 * one}}}",
            "set: {amount: {pick: {10: 1, 20: 2}}}",
        ),
        (
            "set: {amount: {lognormal: {median: 20 * one, spread: 0.5}}}",
            "set: {amount: {lognormal: {median: 20, spread: 0.5}}}",
        ),
    ],
)
def test_factor_one_changes_nothing(with_factor, without):
    """With a factor of 1, whoever it is of, all that happens is what happens without it."""
    more = ["paid"] if "amount" in without else []
    tail = "  l: {steps: [went]}" if "later" in without else ""
    said = [
        [
            (row["person"], row["time"], row["event_type"], row.get("event_properties"))
            for row in rows(run(step, *more, tail=tail, seed=4).events)
        ]
        for step in (with_factor, without)
    ]
    assert said[0] == said[1]


def test_a_wait_is_the_law_times_the_factor():
    """Gaps over each person's pace are what the law without it gives, in spread and median."""
    own, pace = gaps(run("went: {after: {median: 20 s * pace, spread: 0.3}}"))
    plain, _ = gaps(run("went: {after: {median: 20 s, spread: 0.3}}"))
    assert own == pytest.approx(plain * pace, abs=0.002)


def test_null_and_negative_factors_count_as_one_and_are_counted():
    """Who has no factor waits as written, and the tallies count how many these are."""
    result = run(
        "went: {after: \"20 s * (null if plan == 'pro' else 2)\"}",
        "wait: 20 s * (1 - 2 * pace)",
    )
    waits, _ = gaps(result)
    assert set(waits) == {20.0, 40.0}
    counted = dict(result.tallies.skipped)
    assert counted["no factor", "life/went"] == (waits == 20).sum()
    assert counted["no factor", "life/wait"] > counted["no factor", "life/went"]


def test_effects_on_waits_of_an_own_pace_got_what_was_asked():
    """The truth of an effect counts with each one's own wait, cut ones too: what came out is near what was asked."""
    effect = "{named: slow, where: life/went, when: plan == 'pro', duration: 2}"
    result = run("went: {after: about 8 min * pace}", effects=effect)
    (sums,) = [sums for key, sums in result.tallies.factors.items() if key.variant == "with"]
    asked, got, sd = sums.asked / 2**32, sums.got / 2**32, (sums.variance / 2**32) ** 0.5 * 1000
    assert abs(got - asked) < 4 * sd
    assert sums.times > 300


def test_odds_are_multiplied_for_each_person():
    """3 to 7 becomes 6 to 7 with odds of 2; what is null or below 0 never happens."""
    result = run("{maybe: 30%, odds: \"2 if plan == 'pro' else null\", steps: [went]}")
    plans = {row["person"]: row["properties"]["plan"] for row in rows(result.arrivals)}
    went = [plans[row["person"]] for row in rows(result.events) if row["event_type"] == "went"]
    n_pro = list(plans.values()).count("pro")
    assert set(went) == {"pro"}
    assert len(went) == pytest.approx(n_pro * 6 / 13, abs=4 * (n_pro / 4) ** 0.5)


def test_odds_of_an_option_let_the_others_share_the_rest_in_proportion():
    """10, 30 and 60 % with odds of 3 on the first are 25, 25 and 50 %."""
    options = "{named: a, chance: 10%, odds: 3 * one, event: went}, {named: b, chance: 30%}, {named: c, chance: rest}"
    result = run(f"either: {{named: x, options: [{options}]}}")
    sums = {option: counts for (_, option), counts in result.tallies.decisions.items()}
    whole = sums["a"].reached * 2**32
    shares = [round(sums[name].chances / whole, 4) for name in ("a", "b", "c")]
    assert shares == [0.25, 0.25, 0.5]


def test_a_median_of_an_expression_scales_one_law():
    """A number over its own median has median 1 and the spread asked for; null and below 0 draw null."""
    of = "20 if plan == 'pro' else 0 - 1"
    size = f'{{lognormal: {{median: "{of}", spread: 0.4}}, type: integer}}'
    price = "{lognormal: {median: 12.5 * pace, spread: 0.6}, type: money}"
    result = run(properties=f"size: {size}\n    price: {price}")
    plans, paces, sizes, prices = people(result, "plan", "pace", "size", "price")
    pro = np.log(
        np.array([s for plan, s in zip(plans, sizes, strict=True) if plan == "pro"]) / 20
    )
    assert {s for plan, s in zip(plans, sizes, strict=True) if plan == "free"} == {None}
    assert np.median(pro) == pytest.approx(0, abs=0.08)
    assert pro.std() == pytest.approx(0.4, rel=0.15)
    logs = np.log(np.array(prices, float) / 12.5 / np.array(paces))
    assert logs.mean() == pytest.approx(0, abs=4 * 0.6 / 2000**0.5)
    assert logs.std() == pytest.approx(0.6, rel=0.08)


def test_a_mean_of_an_expression_shifts_one_law():
    """Ages about a mean of each plan have the deviation asked for, as if each plan had a law of its own."""
    age = "age: {normal: {mean: \"40 if plan == 'pro' else 25\", sd: 4}, type: integer}"
    plans, ages = people(run(properties=age), "plan", "age")
    for plan, mean in (("pro", 40), ("free", 25)):
        own = np.array([a for p, a in zip(plans, ages, strict=True) if p == plan])
        assert own.mean() == pytest.approx(mean, abs=4 * 4 / len(own) ** 0.5)
        assert own.std() == pytest.approx(4, rel=0.12)


def test_a_pick_has_a_line_of_weights_per_value_of_a_property():
    """Shares follow the line of each one's plan; `else` is that of all others; effects act on values as ever."""
    pays = "pays: {by: plan, pick: {free: {card: 30, cash: 70}, else: {card: 90, coin: 10}}}"
    effect = "{named: coins, where: people/pays/coin, odds: 9}"
    plans, paid = people(run(properties=pays), "plan", "pays")
    _, shifted = people(run(properties=pays, effects=effect), "plan", "pays")
    both = list(zip(plans, paid, strict=True))
    n_free = plans.count("free")
    assert ("free", "coin") not in both
    assert ("pro", "cash") not in both
    assert both.count(("free", "card")) == pytest.approx(0.3 * n_free, abs=4 * n_free**0.5 / 2)
    assert shifted.count("coin") == pytest.approx(0.5 * (2000 - n_free), abs=50)


def test_weights_of_a_pick_may_be_expressions():
    """Weights follow the expression; where none is above 0 all values are alike."""
    colour = 'colour: {pick: {red: "1 if plan == \'pro\' else 0", blue: "0 - one"}}'
    both = list(zip(*people(run(properties=colour), "plan", "colour"), strict=True))
    assert ("pro", "blue") not in both
    free = [value for plan, value in both if plan == "free"]
    assert free.count("blue") == pytest.approx(len(free) / 2, abs=4 * len(free) ** 0.5 / 2)


def test_windows_change_nothing():
    """In one window or in many, people with numbers of their own do the same."""
    steps = (
        "{maybe: 30%, odds: pace, steps: [went: {after: about 20 min * pace}]}",
        "repeat: {named: v, steps: [went], leave: 20%, odds: 1 / pace, come back after: about 9 h * pace}",
    )
    same(run(*steps), run(*steps, cuts=(0.3, 1, 2.71, 6), group=700))
