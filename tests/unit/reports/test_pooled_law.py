"""The law of numbers per person, against laws whose tails are known."""

from __future__ import annotations

from math import lgamma

import numpy as np
import pytest

from footfall.reports.intervals import normal_quantile
from footfall.reports.pooled_law import PooledLaw, PowerSums, Spread, log_gamma


def _sums(numbers):
    numbers = [int(number) for number in numbers]
    return PowerSums(len(numbers), *(sum(x**power for x in numbers) for power in (1, 2, 3)))


def _poisson(people, mean):
    """Return sums as of a Poisson law: mean = variance = third central moment."""
    squares = people * (mean + mean**2)
    cubes = people * (mean + 3 * mean**2 + mean**3)
    return PowerSums(people, people * mean, squares, cubes)


def test_deviations_by_hand():
    """Of 0, 0 and 6 the deviations from 2 are -2, -2 and 4: squares 24, cubes 48."""
    assert _sums([0, 0, 6]).deviations == (24, 48)


def test_large_groups_have_the_normal_interval():
    """Of a million people nothing of the skew is left: x̄ ± 1.96·s/√n."""
    law = PooledLaw([_poisson(1_000_000, 4)], 1.0)
    interval = law.interval(1_000_000, 4.0)
    arm = normal_quantile(0.95) * 2 / 1000
    assert interval.high - 4 == pytest.approx(arm, rel=0.01)
    assert 4 - interval.low == pytest.approx(arm, rel=0.01)


@pytest.mark.parametrize(
    ("total", "low", "high"), [(10, 5.1, 17.6), (30, 20.7, 42.1), (100, 81.9, 121.0)]
)
def test_counts_have_the_interval_of_poisson(total, low, high):
    """Of Poisson numbers the interval of the sum is the mid-P one, within 4 % (from its tails, by sums)."""
    law = PooledLaw([_poisson(1000, 1)], 1.0)
    interval = law.interval(100, total / 100)
    assert interval.low * 100 == pytest.approx(low, rel=0.04)
    assert interval.high * 100 == pytest.approx(high, rel=0.04)


def test_the_upper_arm_of_skewed_numbers_is_longer():
    """Where few people have much, a low mean may have missed them: the interval reaches further up."""
    law = PooledLaw([_sums([0] * 97 + [100, 200, 300])], 1.0)
    interval = law.interval(100, 6.0)
    assert interval.high - 6 > 1.5 * (6 - interval.low)
    assert interval.low > 0


def test_intervals_of_more_confidence_are_wider():
    """They hold the narrower ones, as comparing ranks needs."""
    law = PooledLaw([_sums(range(200))])
    narrow, wide = (law.interval(50, 90.0, confidence) for confidence in (0.95, 0.999))
    assert wide.low < narrow.low < 90 < narrow.high < wide.high


def test_nothing_is_said_without_spread():
    """Of nobody, of people who all do the same, and of a mean of 0 there is no interval."""
    assert not PooledLaw([]).is_known
    assert PooledLaw([_sums([5, 5, 5])]).interval(3, 5.0) is None
    assert PooledLaw([_sums([0, 0, 9])]).interval(3, 0.0) is None


@pytest.mark.parametrize(("numbers", "power"), [("more people", 1.0), ("more each", 2.0)])
def test_how_variances_grow_is_estimated(numbers, power):
    """Groups where more people do the same have variances as their means, those who do more have them as squares."""
    rng = np.random.default_rng(4)
    groups = []
    for size in (0.6, 0.8, 1.0, 1.3, 1.7) * 4:
        shares, scale = (0.3 * size, 1.0) if numbers == "more people" else (0.3, size)
        groups.append(_sums((rng.random(3000) < shares) * rng.gamma(4.0, 10 * scale, 3000)))
    assert Spread(groups).power() == pytest.approx(power, abs=0.2)


def test_few_groups_that_are_alike_tell_nothing_of_it():
    """Then the likeliest is taken: more people do the same."""
    assert Spread([_sums([0, 0, 9] * 50), _sums([0, 9, 9] * 2)]).power() == pytest.approx(
        1, abs=0.2
    )


def test_the_log_of_gamma():
    """It is that of the standard library."""
    numbers = np.array([1e-3, 0.02, 0.5, 1.0, 3.3, 50.0, 1e5])
    assert log_gamma(numbers) == pytest.approx([lgamma(x) for x in numbers], abs=1e-8)


def test_nothing_at_all_is_likely_where_people_are_few():
    """Of 10 people of whom nine in ten have nothing, none has anything in 35 of 100; of twice as many of them in 12."""
    law = PooledLaw([_sums([0] * 90 + [5] * 10)], 1.0)
    found = np.exp(law.log_likelihood(10, 0.0, 0.9, np.array([0.5, 1.0])))
    assert found == pytest.approx([0.9**10, 0.9**20])


def test_the_likeliest_mean_is_what_came_out():
    """The likelihood has its top at the mean that was found, but for its own spread."""
    law = PooledLaw([_sums(list(range(100)) * 10)], 1.0)
    means = np.linspace(20, 80, 601)
    assert means[law.log_likelihood(1000, 49.5, 0.0, means).argmax()] == pytest.approx(
        49.5, abs=0.3
    )


def test_groups_that_differ_by_chance_say_nothing_of_how_variances_grow():
    """10 and 14 of 50 have 10: means are so far apart by chance (2 · variance / mean² of logarithms): it is as 1."""
    assert Spread([_sums([0] * 40 + [10] * 10), _sums([0] * 36 + [10] * 14)]).power() == 1.0
