"""Effects on chances: what becomes of a chance, and of the options of a decision, where several meet."""

from types import SimpleNamespace

import numpy as np
import pytest

from footfall.model.operations import Op
from footfall.model.program import DecisionOption
from footfall.sim.applied_effects import AppliedEffect, changed_chance, changed_weights

CONTEXT = SimpleNamespace(rows=np.arange(1))


def on(what, amount, option=0, *, holds=None):
    """Return an effect that holds for the one person there is, or not."""
    return AppliedEffect(option, what, None if holds is None else np.array([holds]), amount)


def chance(before, *applied):
    return changed_chance(np.array([before]), list(applied)).tolist()


def shares(weights, *applied, impossible=()):
    """Return what options get of 1, in proportion to what becomes of their weights."""
    never = Op("const", "boolean", value=0)
    options = tuple(
        DecisionOption(str(n), w, 0, never if n in impossible else None)
        for n, w in enumerate(weights)
    )
    arrays = [np.array([float(w)]) for w in weights]
    changed = [w.item() for w in changed_weights(arrays, list(applied), options, CONTEXT)]
    return pytest.approx([w / (sum(changed) or 1) for w in changed])


def test_odds_act_on_odds_times_on_the_chance_and_a_chance_is_what_it_says():
    """Of 80 %: odds times 2 are 8 to 1, 12 % more are 89.6 %, and 2 % are 2 %."""
    assert chance(0.8, on("odds", 2.0)) == pytest.approx([8 / 9])
    assert chance(0.8, on("times", 1.12)) == pytest.approx([0.896])
    assert chance(0.8, on("chance", 0.02)) == [0.02]


def test_factors_multiply_and_only_their_product_is_cut_at_1():
    """Of 80 %, times 1.5 and times 0.5 are 60 % in either order, and times 2 are all."""
    up, down = on("times", 1.5), on("times", 0.5)
    assert chance(0.8, up, down) == chance(0.8, down, up) == pytest.approx([0.6])
    assert chance(0.8, on("times", 2.0)) == [1.0]


def test_odds_act_before_times_and_a_chance_last_whatever_the_order_of_the_file():
    """Of 50 %: odds times 3 make 75 %, times 0.5 of that 37.5 %; a chance of 2 % is 2 % beside them."""
    odds, times, fixed = on("odds", 3.0), on("times", 0.5), on("chance", 0.02)
    assert chance(0.5, times, odds) == chance(0.5, odds, times) == [0.375]
    assert chance(0.5, fixed, times, odds) == chance(0.5, odds, times, fixed) == [0.02]


def test_of_several_chances_the_last_that_holds_counts():
    """Two outages at once: the one that is written last; where it does not hold, the other."""
    assert chance(0.5, on("chance", 0.1), on("chance", 0.3)) == [0.3]
    assert chance(0.5, on("chance", 0.1), on("chance", 0.3, holds=False)) == [0.1]


@pytest.mark.parametrize("what", ["odds", "times", "chance"])
def test_an_effect_that_does_not_hold_changes_nothing(what):
    """Whatever it would do, and whatever it maps other people to."""
    assert chance(0.4, on(what, np.array([np.nan]), holds=False)) == [0.4]
    assert shares([1, 3], on(what, np.array([np.nan]), holds=False)) == [0.25, 0.75]


def test_odds_of_0_end_what_is_certain():
    """1 to 0 times 0 is no number; it does not happen."""
    assert chance(1.0, on("odds", 0.0)) == [0.0]


def test_an_option_gets_what_is_asked_for_and_the_others_share_the_rest_in_proportion():
    """Of 50, 30, 20: 12 % more of the first leave 44 % for 3 to 2; 2 % of the last leave 98 % for 5 to 3."""
    assert shares([5, 3, 2], on("times", 1.12)) == [0.56, 0.264, 0.176]
    assert shares([5, 3, 2], on("chance", 0.02, option=2)) == [0.6125, 0.3675, 0.02]


def test_options_get_what_all_their_effects_ask_for():
    """Odds first (1 to 1 become 3 to 1), then times 0.5 of the 75 %, then 10 % of the third."""
    odds, times = on("odds", 3.0), on("times", 0.5)
    assert shares([1, 1], times, odds) == [0.375, 0.625]
    assert shares([1, 1, 0], times, odds, on("chance", 0.1, option=2)) == [0.3375, 0.5625, 0.1]


def test_what_is_more_than_1_together_is_shared_in_proportion():
    """60 % times 1.5 and 40 % times 1.5 are 60 % and 40 %; 90 % and 60 % are 3 to 2, and no third gets any."""
    both = on("times", 1.5), on("times", 1.5, option=1)
    assert shares([6, 4], *both) == [0.6, 0.4]
    fixed = on("chance", 0.9), on("chance", 0.6, option=1)
    assert shares([1, 1, 1], *fixed) == [0.6, 0.4, 0]


def test_an_option_that_is_not_possible_stays_so():
    """Its `when` counts before any effect; one that only weighs nothing gets the chance."""
    assert shares([0, 1], on("chance", 0.3), impossible=[0]) == [0, 1]
    assert shares([0, 1], on("chance", 0.3)) == [0.3, 0.7]


def test_where_nothing_is_possible_nothing_is_taken():
    """All weights are 0, and factors leave them so."""
    assert shares([0, 0], on("times", 3.0)) == [0, 0]
