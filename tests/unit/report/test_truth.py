"""Asked and got, from tallies."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from footfall.events.chunk import Tallies, UncountedEffect
from footfall.report import closing, render_html, render_json, render_table, report
from footfall.report.truth import Tally, truth_of
from tests.stores import TINY, Rows, make_run, store_of_rows

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
    truth = truth_of(TALLIES.decisions, TALLIES.effects, TALLIES.skipped)
    assert [d.address for d in truth.decisions] == ["browse/search", "never/reached", "pay/bank", "pay/bank"]
    assert [d.tally.is_as_asked for d in truth.decisions] == [True, None, False, False]
    assert (truth.outside, truth.reached) == (2, 3)


def test_a_no_is_told_by_its_yes():
    """Chances are shown once, under their address; options all under their own names."""
    both = {("look/buys", "yes"): (10, 5 * ONE, 5), ("look/buys", "no"): (10, 5 * ONE, 5), ("x", "no"): (1, ONE, 1)}
    assert [d.name for d in truth_of(both, {}, {}).distinct] == ["look/buys", "x/no"]


def test_effects_stand_with_and_without():
    """An effect that nobody was under has an empty side."""
    outage, sale = truth_of({}, TALLIES.effects, {}).effects
    assert (outage.effect, outage.affected, outage.others.reached) == ("outage", Tally(0, 0, 0), 1000)
    assert (sale.affected.taken, sale.others.taken) == (280, 650)


def test_effects_that_are_not_counted_are_named():
    """A run's effects on waits and values come back from a store as declared, in every form of its report."""
    declared = (UncountedEffect("hungrier", "duration", "life/visits"), UncountedEffect("dear", "value", "pay/*"))
    with store_of_rows(replace(make_run(), uncounted=declared), Rows(), TALLIES) as store:
        made = report(store, stages=False, cities=False, truth=True)
    assert made.truth.uncounted == declared
    said = "waits and values are not counted: hungrier (duration of life/visits), dear (value of pay/*)."
    console = Console(file=io.StringIO(), width=200)
    render_table(made, console)
    assert said in console.file.getvalue()
    assert said in render_html(made)
    names = [effect["effect"] for effect in json.loads(render_json(made))["truth"]["uncounted"]]
    assert names == ["hungrier", "dear"]


def test_nothing_is_said_where_all_is_counted():
    """Without effects on waits or values there is no remark."""
    with store_of_rows(make_run(), Rows(), TALLIES) as store:
        assert report(store, truth=True).truth.silence == ""


def test_the_same_from_store_and_tallies():
    """What the engine counted comes back from a store as it was."""
    with store_of_rows(make_run(), Rows(), TALLIES) as store:
        stored = report(store, stages=False, cities=False, truth=True)
    assert stored.truth == closing(TALLIES, TINY, truth=True).truth
    assert closing(TALLIES, TINY).truth is None


def test_arrow():
    """A notebook gets one row per option, and two per effect."""
    truth = truth_of(TALLIES.decisions, TALLIES.effects, TALLIES.skipped)
    assert truth.to_arrow().column("got").to_pylist() == [0.2375, None, 0.93, 0.07]
    assert truth.effects_to_arrow().column("affected").to_pylist() == [True, False, True, False]
