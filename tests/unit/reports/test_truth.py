"""Asked and got, from tallies."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from footfall.data.tallies import FactorSums, Tallies
from footfall.reports import closing, render_html, render_table, report
from footfall.reports.truth import Amount, Tally, truth_of
from tests.stores import TINY, Rows, make_run, store_of_rows
from tests.unit.reports.examples import TRUTH, example

ONE = 1 << 32
TALLIES = Tallies(
    decisions={
        ("pay/bank", "paid"): (1000, 900 * ONE, 930),
        ("pay/bank", "refused"): (1000, 100 * ONE, 70),
        ("browse/search", "yes"): (400, 100 * ONE, 95),
        ("never/reached", "yes"): (0, 0, 0),
    },
    effects={
        ("sale", "pay/bank", "paid", "with"): (300, 285 * ONE, 280),
        ("sale", "pay/bank", "paid", "without"): (700, 615 * ONE, 650),
        ("outage", "pay/bank", "paid", "without"): (1000, 900 * ONE, 930),
    },
    skipped={("full list", "cart/lines"): 3},
    stages={},
    cities={},
    factors={
        ("pace", "life/visits", "wait", "with", "0.5"): FactorSums(),
        ("pace", "life/visits", "wait", "without", "1"): FactorSums(
            10,
            600_000 * ONE,
            600_000 * ONE,
            600_000 * ONE,
            9_000_000 * ONE,
        ),
        ("dear", "pay/total", "money", "with", "1.3"): FactorSums(
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
    tally = Tally(1000, 900 * ONE, 930)
    assert (tally.asked, tally.got) == (0.9, 0.93)
    assert not tally.is_as_asked  # 0.93 ± 0.016


def test_sums_are_exact():
    """Chances outgrow 64 bits and still give the exact mean."""
    assert Tally(10**12, 10**12 * ONE // 2, 5 * 10**11).asked == 0.5


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
        ("look/buys", "yes"): (10, 5 * ONE, 5),
        ("look/buys", "no"): (10, 5 * ONE, 5),
        ("x", "no"): (1, ONE, 1),
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
        Tally(0, 0, 0),
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
    for factor, asked in (("10", 100), ("0.25", 3), ("2", 40)):
        tallies.factors["pace", "life/visits", "integer", "with", factor] = FactorSums(
            5,
            20 * ONE,
            asked * ONE,
            asked * ONE,
            0,
        )
    (pace,) = truth_of(tallies, 2).factors
    assert [(factor, amount.got) for factor, amount in pace.several] == [
        (0.25, 0.6),
        (2.0, 8.0),
        (10.0, 20.0),
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
    assert truth.factors_to_arrow().column("got").to_pylist() == [13.0, None, None, 60_000.0]
    assert truth.factors_to_arrow().column("factor").to_pylist() == [1.3, 1.0, 0.5, 1.0]
    assert truth.factors_to_arrow().column("got_factor").to_pylist() == [1.3, None, None, 1.0]
