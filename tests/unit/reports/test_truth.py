"""Asked and got, from tallies."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from footfall.data.tallies import EffectKey, FactorSums, OptionCounts, Tallies
from footfall.reports import closing, render_html, render_table, report
from footfall.reports.asked_and_got import Amount, Case, Tally, got_effect, got_odds
from footfall.reports.estimates import effect_texts
from footfall.reports.intervals import Interval, wilson
from footfall.reports.truth import truth_of
from tests.stores import TINY, Rows, make_run, store_of_rows
from tests.unit.reports.examples import TRUTH, example

ONE = 1 << 32
TALLIES = Tallies(
    decisions={
        ("pay/bank", "paid"): OptionCounts(1000, 900 * ONE, 930, 90 * ONE),
        ("pay/bank", "refused"): OptionCounts(1000, 100 * ONE, 70, 90 * ONE),
        ("browse/search", "yes"): OptionCounts(400, 100 * ONE, 95, 75 * ONE),
        ("never/reached", "yes"): OptionCounts(),
    },
    effects={
        EffectKey("sale", "pay/bank", "paid", "with", "", "2"): OptionCounts(
            300, 285 * ONE, 280, 14 * ONE
        ),
        EffectKey("sale", "pay/bank", "paid", "without"): OptionCounts(
            700, 615 * ONE, 650, 74 * ONE
        ),
        EffectKey("outage", "pay/bank", "paid", "with", "", "0.05"): OptionCounts(),
        EffectKey("outage", "pay/bank", "paid", "without"): OptionCounts(
            1000, 900 * ONE, 930, 90 * ONE
        ),
    },
    skipped={("full list", "cart/lines"): 3},
    stages={},
    cities={},
    factors={
        EffectKey("pace", "life/visits", "wait", "with", "", "0.5"): FactorSums(),
        EffectKey("pace", "life/visits", "wait", "without"): FactorSums(
            10,
            600_000 * ONE,
            600_000 * ONE,
            600_000 * ONE,
            9_000_000 * ONE,
        ),
        EffectKey("dear", "pay/total", "money", "with", "", "1.3"): FactorSums(
            1,
            1000 * ONE,
            1300 * ONE,
            1300 * ONE,
            0,
        ),
    },
)


def test_asked_and_got():
    """Asked is the mean chance: 900 of 1,000 chances summed in 2**-32; got is 930 of 1,000."""
    tally = Tally(1000, 900 * ONE, 930, 90 * ONE)
    assert (tally.asked, tally.got) == (0.9, 0.93)
    assert not tally.is_as_asked  # 0.93 ± 0.016


def test_sums_are_exact():
    """Chances outgrow 64 bits and still give the exact mean."""
    assert Tally(10**12, 10**12 * ONE // 2, 5 * 10**11, 10**12 * ONE // 4).asked == 0.5


def test_chances_that_differ_vary_less():
    """Of 500 chances of 10 % and 500 of 90 %, 519 taken are 2.003 deviations of √90 too many, not 1.2 of √250."""
    differ, equal = (
        Tally(1000, 500 * ONE, 519, 90 * ONE),
        Tally(1000, 500 * ONE, 519, 250 * ONE),
    )
    assert differ.score == pytest.approx(19 / 90**0.5)
    assert (differ.is_as_asked, equal.is_as_asked) == (False, True)
    assert 0.5 < differ.interval.low < 0.519 < differ.interval.high
    assert equal.interval == wilson(519, 1000)


@given(st.integers(1, 400), st.floats(0.001, 0.999), st.floats(0.01, 1), st.floats(0, 1))
def test_what_is_marked_lies_outside_of_the_interval(reached, asked, less, got):
    """An option is marked just where the chance that was asked lies outside of the interval that is printed."""
    variance = int(less * asked * (1 - asked) * reached * ONE) + 1
    tally = Tally(reached, int(asked * reached * ONE), round(got * reached), variance)
    assert 0 <= tally.interval.low <= tally.got <= tally.interval.high <= 1
    edge = abs(abs(tally.score) - 1.959964) < 1e-4
    assert edge or tally.is_as_asked == (tally.asked in tally.interval)


def test_what_is_certain_has_no_width():
    """Where every chance was 0 or 1 there is nothing to be off by: what came out is what was asked, or wrong."""
    sure, wrong = Tally(10, 3 * ONE, 3, 0), Tally(10, 3 * ONE, 4, 0)
    assert (sure.interval, sure.is_as_asked, wrong.is_as_asked) == (
        Interval(0.3, 0.3),
        True,
        False,
    )
    assert got_odds(2.0, sure) is None


def test_the_odds_that_came_out():
    """Asked ×2, and 6 more than expected with a variance of 24: 2·e^(6/24) = 2.57, from 2·e^(-0.15) to 2·e^(0.65)."""
    got, interval = got_odds(2.0, Tally(100, 60 * ONE, 66, 24 * ONE))
    assert got == pytest.approx(2.568, abs=1e-3)
    assert (interval.low, interval.high) == (
        pytest.approx(1.7214, abs=1e-3),
        pytest.approx(3.8312, abs=1e-3),
    )


def test_effects_on_the_chance_itself_are_told_in_their_own_terms():
    """66 taken of 60 expected: times 1.12 came out as 1.12 · 1.1, ± 1.12 · 1.96 · √24 / 60, and a chance likewise."""
    counts = OptionCounts(100, 60 * ONE, 66, 24 * ONE)
    effects = {
        EffectKey("sale", "pay/bank", "paid", "with", "Pune", "times 1.12"): counts,
        EffectKey("sale", "pay/bank", "paid", "without"): counts,
        EffectKey("outage", "pay/bank", "paid", "with", "Pune", "chance 0.025"): counts,
        EffectKey("outage", "pay/bank", "paid", "with", "Agra", "chance 0.5"): counts,
    }
    outage, sale = truth_of(Tallies({}, effects, {}, {}, {}), 2).effects
    assert [case.name for case in outage.by_value] == ["Pune at 2.5%", "Agra at 50%"]
    assert [case.name for case in sale.by_value] == ["Pune times 1.12"]
    got, interval = got_effect(sale.by_value[0])
    assert (got, interval.low) == (pytest.approx(1.232), pytest.approx(1.0528, abs=1e-4))
    assert effect_texts(sale.by_value[0]) == ("times 1.12", "1.23", "1.05–1.41")
    assert effect_texts(outage.by_value[0]) == ("2.5 %", "2.8 %", "2.3–3.2")
    assert effect_texts(outage.by_value[1]) == ("50.0 %", "55.0 %", "47.0–63.0")
    assert [row["kind"] for row in truth_of(Tallies({}, effects, {}, {}, {}), 2).effects_to_arrow().to_pylist()] == [
        "chance", "chance", "", "times", "",
    ]  # fmt: skip


def test_what_came_out_of_an_effect_stays_a_chance():
    """Few came to it: the interval neither leaves 0 to 1 nor, as a factor, falls below 0; certain chances have none."""
    few = Tally(2, ONE, 0, ONE // 2)
    assert got_effect(Case("", 1.2, few, "times")) == (
        0.0,
        Interval(0.0, pytest.approx(1.66, abs=0.01)),
    )
    assert got_effect(Case("", 0.5, Tally(2, ONE, 2, ONE // 2), "chance"))[1].high == 1.0
    assert effect_texts(Case("", 1.0, Tally(2, 2 * ONE, 2, 0), "chance")) == (
        "100.0 %",
        "–",
        "–",
    )


def test_truth_is_sorted_and_counts_what_is_outside():
    """Options stand in order of their bytes; what was never reached is neither inside nor outside."""
    truth = truth_of(TALLIES, 2)
    assert [d.address for d in truth.decisions] == [
        "browse/search",
        "never/reached",
        "pay/bank",
        "pay/bank",
    ]
    assert [d.tally.is_as_asked for d in truth.decisions] == [True, None, False, False]
    assert (truth.outside, truth.reached) == (2, 3)


def test_a_no_is_told_by_its_yes():
    """Chances are shown once, under their address; options all under their own names."""
    both = {
        ("look/buys", "yes"): OptionCounts(10, 5 * ONE, 5),
        ("look/buys", "no"): OptionCounts(10, 5 * ONE, 5),
        ("x", "no"): OptionCounts(1, ONE, 1),
    }
    assert [d.name for d in truth_of(Tallies(both, {}, {}, {}, {}), 2).distinct] == [
        "look/buys",
        "x/no",
    ]


def test_effects_stand_with_and_without():
    """An effect that nobody was under has an empty side."""
    outage, sale = truth_of(TALLIES, 2).effects
    assert (outage.effect, outage.affected, outage.others.reached) == (
        "outage",
        Tally(0, 0, 0, 0),
        1000,
    )
    assert (sale.affected.taken, sale.others.taken) == (280, 650)


HOUR = 3_600_000


def test_a_factor_is_held_against_what_its_law_leads_to():
    """400 waits of 10 h (sd 8 h), asked to be half as long: 5 h, and an interval of ± 1.96 · 4 h / 20 around 5.2 h."""
    amount = Amount(
        FactorSums(
            400,
            400 * 10 * HOUR * ONE,
            400 * 5 * HOUR * ONE,
            400 * 52 * HOUR // 10 * ONE,
            400 * 16 * HOUR**2 * ONE // 10**6,
        )
    )
    assert (amount.asked, amount.got) == (5 * HOUR, 5.2 * HOUR)
    assert (amount.asked_factor, amount.got_factor) == (0.5, 0.52)
    assert amount.interval.low == pytest.approx(0.52 - 0.0392, abs=1e-5)
    assert amount.interval.high == pytest.approx(0.52 + 0.0392, abs=1e-5)
    assert amount.is_as_asked
    six_hours = amount.sums._replace(got=400 * 6 * HOUR * ONE)
    assert not replace(amount, sums=six_hours).is_as_asked


def test_what_is_not_drawn_has_no_interval():
    """Values have no sampling error; a factor is missed where rounding to whole numbers changes it by 1 % or more."""
    rounded = Amount(FactorSums(10, 1000 * ONE, 1300 * ONE, 1301 * ONE, 0), unit=100)
    assert (rounded.asked, rounded.got, rounded.interval, rounded.is_as_asked) == (
        1.3,
        1.301,
        None,
        True,
    )
    assert (
        Amount(FactorSums(10, 10 * ONE, 13 * ONE, 10 * ONE, 0)).is_as_asked is False
    )  # ten times 1, times 1.3, is ten times 1


def test_nothing_has_no_factor():
    """What never came up, and what would have been 0 anyway, has no factor."""
    never, zeros = Amount(FactorSums(0, 0, 0, 0, 0)), Amount(FactorSums(5, 0, 0, 0, 0))
    assert (never.asked, never.got_factor, never.is_as_asked) == (None, None, None)
    assert (zeros.asked, zeros.asked_factor, zeros.interval, zeros.is_as_asked) == (
        0.0,
        None,
        None,
        None,
    )


def test_factors_stand_with_and_without():
    """Amounts of money are told in main units, waits in ms; an effect that never held has an empty side."""
    price, pace = truth_of(TALLIES, 2).factors
    assert (pace.name, pace.kind, pace.affected.reached, pace.others.got) == (
        "pace, life/visits × 0.5",
        "wait",
        0,
        60_000.0,
    )
    assert (price.name, price.kind, price.affected.got, price.others.reached) == (
        "dear, pay/total × 1.3",
        "money",
        13.0,
        0,
    )


def test_factors_that_go_by_a_property_are_told_one_by_one():
    """Each factor by itself, in order of its size, and all of them together."""
    tallies = Tallies.empty()
    for value, factor, asked in (("a", "10", 100), ("b", "0.25", 3), ("c", "2", 40)):
        key = EffectKey("pace", "life/visits", "integer", "with", value, factor)
        tallies.factors[key] = FactorSums(
            5,
            20 * ONE,
            asked * ONE,
            asked * ONE,
            0,
        )
    (pace,) = truth_of(tallies, 2).factors
    assert [(case.name, case.held.got) for case in pace.several] == [
        ("b × 0.25", 0.6),
        ("c × 2", 8.0),
        ("a × 10", 20.0),
    ]
    assert (pace.name, pace.affected.reached, pace.affected.got) == (
        "pace, life/visits",
        15,
        143 / 15,
    )
    assert pace.others.reached == 0


def test_a_truth_without_decisions():
    """Where nothing is decided, effects on waits are told, and nothing is said of no options."""
    made = example(stages=None, cities=None, truth=replace(TRUTH, decisions=(), effects=()))
    console = Console(file=io.StringIO(), width=100)
    render_table(made, console)
    for text in (console.file.getvalue(), render_html(made)):
        assert "habit, life/visits" in text
        assert "0 of 0" not in text
        assert "Decision" not in text


def test_the_same_from_store_and_tallies():
    """What the engine counted comes back from a store as it was."""
    with store_of_rows(make_run(), Rows(), TALLIES) as store:
        stored = report(store, stages=False, cities=False, truth=True)
    assert stored.truth == closing(TALLIES, TINY, truth=True).truth
    assert closing(TALLIES, TINY).truth is None


def test_arrow():
    """A notebook gets one row per option, and two per effect."""
    truth = truth_of(TALLIES, 2)
    assert truth.to_arrow().column("got").to_pylist() == [0.2375, None, 0.93, 0.07]
    assert truth.effects_to_arrow().column("affected").to_pylist() == [True, False, True, False]
    assert truth.factors_to_arrow().column("affected").to_pylist() == [True, False, True, False]
    assert truth.factors_to_arrow().column("got").to_pylist() == [13.0, None, None, 60_000.0]
    assert truth.factors_to_arrow().column("factor").to_pylist() == [1.3, 1.0, 0.5, 1.0]
    assert truth.factors_to_arrow().column("got_factor").to_pylist() == [1.3, None, None, 1.0]
