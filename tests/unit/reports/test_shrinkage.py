"""What is likely of many groups at once, and which claims may be made of them."""

from __future__ import annotations

import numpy as np
import pytest

from footfall.reports.shrinkage import false_discoveries, likely

PLACES = np.linspace(-8, 8, 801)


def _likely(middles, errors):
    middles, errors = np.array(middles)[:, None], np.array(errors)[:, None]
    return likely(PLACES, PLACES, -0.5 * ((PLACES - middles) / errors) ** 2)


def test_groups_that_differ_by_chance_alone_are_drawn_together():
    """Twenty that lie as far apart as their errors let them are estimated within half of that."""
    middles = np.random.default_rng(3).normal(0, 1, 20)
    medians = _likely(middles, np.ones(20)).medians
    assert medians.std() < middles.std() / 2


def test_groups_that_differ_stay_where_they_are():
    """Errors of a hundredth of their distances leave nothing to be drawn."""
    made = _likely([-3.0, -1.0, 0.5, 2.5], [0.02] * 4)
    assert made.medians == pytest.approx([-3, -1, 0.5, 2.5], abs=0.01)
    assert made.intervals()[0].low == pytest.approx(-3.04, abs=0.01)


def test_the_same_draws_whenever_they_are_made():
    """Draws come from raw bits that NumPy promises to keep, and are spread as what is likely."""
    made = _likely([0.0, 2.0], [0.5, 0.5])
    draws = made.draws()
    assert np.array_equal(draws, made.draws())
    assert draws.mean(axis=1) == pytest.approx(made.medians, abs=0.05)


def test_claims_are_made_while_few_are_wrong():
    """0.01, 0.04 and 0.09 are wrong by 4.7 % on average, and with 0.4 by far more: three claims are made."""
    made = false_discoveries(np.array([0.4, 0.01, 0.09, 0.04]), 0.05)
    assert made.tolist() == [False, True, True, True]
    assert false_discoveries(np.array([0.2, 0.3]), 0.05).tolist() == [False, False]
