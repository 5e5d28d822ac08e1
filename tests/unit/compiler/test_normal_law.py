"""Quantiles of the normal law, and the probability of an interval, against the standard library."""

from decimal import Decimal
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from footfall.compiler.normal_law import WHOLE, quantiles, stretch

STANDARD = NormalDist()
TAILS = [2.0**-300, 1e-20, 2.0**-53, 1e-12, 2.0**-40, 1e-4, 0.025, 0.074, 0.0751, 0.3, 0.5]


@pytest.mark.parametrize("p", TAILS)
def test_quantiles_are_those_of_the_standard_library(p: float) -> None:
    """Every branch of AS 241 agrees with `statistics.NormalDist` to 14 digits, on both sides."""
    lower, upper = quantiles(np.array([p, 1 - p]), np.array([1 - p, p]))
    assert lower == pytest.approx(STANDARD.inv_cdf(p), rel=1e-14, abs=1e-15)
    assert upper == -lower


def test_a_known_quantile() -> None:
    """The 97.5 % quantile is 1.959963984540054."""
    found = quantiles(np.array([0.975]), np.array([0.025]))[0]
    assert found == pytest.approx(1.959963984540054, rel=1e-15)


@pytest.mark.parametrize("z", ["-9", "-7.5", "-2", "-0.01", "0", "1", "6.5", "11.9"])
def test_probabilities_keep_their_digits_at_both_ends(z: str) -> None:
    """Of less and of more than a value: both to 12 digits, down to 1 in 10**32."""
    low = stretch(Decimal(z), None)
    less, more = erfc(-float(z) / sqrt(2)) / 2, erfc(float(z) / sqrt(2)) / 2
    assert (low.below_low, low.above_low) == pytest.approx((less, more), rel=1e-12)
    high = stretch(None, Decimal(z))
    assert (high.below_high, high.above_high) == pytest.approx((less, more), rel=1e-12)
    assert (low.within, high.within) == (low.above_low, high.below_high)


def test_beyond_all_values_lies_nothing() -> None:
    """From 13 standard deviations on nothing is left, and without ends all of it."""
    assert stretch(Decimal(13), Decimal(14)).within == 0
    assert stretch(Decimal(-20), Decimal(20)) == WHOLE
    assert stretch(None, None) == WHOLE
