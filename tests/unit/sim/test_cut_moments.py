"""Moments of waits with a factor and a limit."""

from __future__ import annotations

from decimal import Decimal
from math import exp
from statistics import NormalDist

import numpy as np
import pytest

from footfall.compiler import distributions
from footfall.sim import draws
from footfall.sim.cut_moments import moments

RANDOM = np.random.default_rng(7).integers(0, 2**64, 200_000, np.uint64)
DISTRIBUTIONS = {
    "about 40 s": distributions.lognormal(Decimal(40_000), Decimal("0.8"), is_whole=True),
    "3 ms to 9 ms": distributions.uniform(Decimal(3), Decimal(9), is_whole=True),
    "10 s to 30 s": distributions.uniform(Decimal(10_000), Decimal(30_000), is_whole=True),
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize(
    ("factor", "limit_ms"),
    [(1.0, np.inf), (2.5, np.inf), (1.0, 25_000), (3.0, 25_000), (1.0, 5.5)],
)
def test_moments_are_those_of_what_is_drawn(distribution, factor, limit_ms):
    """Mean within 5.3 standard errors, variance within 10 %, over 200,000 draws (one seed)."""
    drawn = np.minimum(draws.invert(DISTRIBUTIONS[distribution], RANDOM) * factor, limit_ms)
    mean, variance = moments(DISTRIBUTIONS[distribution], factor, limit_ms)
    assert abs(drawn.mean() - mean) <= 5.3 * (variance / len(drawn)) ** 0.5 + 1e-9
    assert drawn.var() == pytest.approx(
        variance, rel=0.1, abs=0.35 if "ms" in distribution else 1e-6
    )


def test_a_wait_that_is_always_the_same_has_no_variance():
    """5 s is 5 s."""
    always = distributions.uniform(Decimal(5000), Decimal(5000), is_whole=True)
    assert moments(always, 0.45) == (2250.0, 0.0)


@pytest.mark.parametrize(("factor", "limit_ms"), [(1, 40_000), (2, 20_000), (0.5, 10**9)])
def test_moments_of_a_cut_log_normal_wait(factor, limit_ms):
    """Those of the formula, mean and variance to a thousandth."""
    law, sigma = NormalDist(), 0.8
    z = np.log(limit_ms / factor / 40_000) / sigma
    mean, square = (
        (40_000 * factor) ** k * exp((k * sigma) ** 2 / 2) * law.cdf(z - k * sigma)
        + limit_ms**k * law.cdf(-z)
        for k in (1, 2)
    )
    assert moments(DISTRIBUTIONS["about 40 s"], factor, limit_ms) == pytest.approx(
        (mean, square - mean**2), rel=0.001
    )


def test_a_limit_at_the_ends():
    """Below all values there is the limit alone; at the highest and above nothing is cut."""
    dice = distributions.uniform(Decimal(1), Decimal(6), is_whole=True)
    assert moments(dice, 1.0, 0.5) == (0.5, 0.0)
    assert moments(dice, 2.0, 2.0) == (2.0, 0.0)
    assert moments(dice, 1.0, 5.0) == pytest.approx((20 / 6, 80 / 6 - (20 / 6) ** 2))
    for limit in (6.0, 7.0, np.inf):
        assert moments(dice, 1.0, limit) == pytest.approx((3.5, 35 / 12))
