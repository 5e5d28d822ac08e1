"""Random numbers of events follow their laws at any size."""

from fractions import Fraction
from itertools import accumulate
from math import comb, exp, factorial
from statistics import NormalDist, fmean, pvariance

import pytest

from footfall.sim.counts import MOST_SUMMED, binomial, poisson

POINTS = [(2 * k + 1) << 53 for k in range(1024)]
"""Draws at the middles of 1,024 equal shares: their values have a law's moments but for what a share holds."""


def normal(bits):
    return round(NormalDist().inv_cdf((bits + 0.5) / 2**64) * 2**32)


@pytest.mark.parametrize(
    "mean", [Fraction(1, 3), Fraction(7), Fraction(MOST_SUMMED), Fraction(90_000, 7)]
)
def test_poisson_counts_have_the_mean_and_the_variance_of_their_law(mean):
    """Summed up or by the normal law, mean and variance are the mean, to what 1,024 points can tell."""
    counts = [poisson(mean, bits, normal(bits)) for bits in POINTS]
    assert fmean(counts) == pytest.approx(float(mean), rel=0.003)
    assert pvariance(counts) == pytest.approx(float(mean), rel=0.02)


@pytest.mark.parametrize(
    ("n", "chance"),
    [
        (9, Fraction(1, 3)),
        (400, Fraction(1, 2)),
        (5000, Fraction(9, 10)),
        (10**9, Fraction(1, 31)),
    ],
)
def test_binomial_counts_have_the_mean_and_the_variance_of_their_law(n, chance):
    """So they do for few trials and for a billion."""
    counts = [binomial(n, chance, bits, normal(bits)) for bits in POINTS]
    assert fmean(counts) == pytest.approx(float(n * chance), rel=0.003)
    assert pvariance(counts) == pytest.approx(float(n * chance * (1 - chance)), rel=0.02)


def test_small_counts_invert_their_law_exactly():
    """The first number whose cumulated chance exceeds the draw's share is the count, at each edge of the law."""
    edges = list(accumulate(comb(6, k) * 0.25**k * 0.75 ** (6 - k) for k in range(7)))
    for k, edge in enumerate(edges[:-1]):
        around = [int(edge * 2**64) + step for step in (-(2**20), 2**20)]
        assert [binomial(6, Fraction(1, 4), bits, 0) for bits in around] == [k, k + 1]
    edges = list(accumulate(exp(-2) * 2**k / factorial(k) for k in range(5)))
    for k, edge in enumerate(edges):
        around = [int(edge * 2**64) + step for step in (-(2**20), 2**20)]
        assert [poisson(Fraction(2), bits, 0) for bits in around] == [k, k + 1]


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_counts_stay_within_what_there_is(bits):
    """The ends of a draw give none, all, or something between."""
    z = -(9 << 32) if bits == 0 else 9 << 32
    for n, chance in [
        (0, Fraction(1, 2)),
        (5, Fraction(0)),
        (5, Fraction(1)),
        (10**6, Fraction(999, 1000)),
    ]:
        assert 0 <= binomial(n, chance, bits, z) <= n
    assert poisson(Fraction(300), bits, z) >= 0
