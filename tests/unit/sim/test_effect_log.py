"""What is summed up of effects on waits and values: exactly, and against what the law leads to."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footfall.compiler import distributions
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.operations import Op
from footfall.sim.cut_moments import moments
from footfall.sim.effect_log import EffectLog
from footfall.units import DAY_MS

DISTRIBUTIONS = {
    "10 s to 30 s": distributions.uniform(Decimal(10_000), Decimal(30_000), is_whole=True),
}
HALF, DOUBLE = CompiledEffect(0, factor=0.5), CompiledEffect(1, factor=2.0)
ONE = 1 << 32


def noted(
    affected: EffectLog,
    base: list[float],
    got: list[float],
    mask: list[bool],
    kind: type = np.int64,
) -> EffectLog:
    holds = np.array(mask, np.bool_)
    affected.append(np.array(base, kind), np.array(got, kind), [(holds, 0.5), (None, 2.0)])
    return affected


def test_sums_of_values():
    """Three values of 10: two were halved, all were doubled; the effect on all has nobody without it."""
    sums = noted(
        EffectLog((HALF, DOUBLE), "integer"), [10, 10, 10], [10, 10, 20], [True, True, False]
    ).sums()
    assert sums == {
        (0, 0): (1, 20 * ONE, 20 * ONE, 20 * ONE, 0),
        (0, 1): (2, 40 * ONE, 20 * ONE, 20 * ONE, 0),
        (1, 1): (3, 20 * ONE, 40 * ONE, 40 * ONE, 0),
    }


def test_null_is_no_value():
    """Nothing times a factor is nothing, and is not counted."""
    null = np.iinfo(np.int64).min
    sums = noted(
        EffectLog((HALF, DOUBLE), "money"), [null, 10], [null, 10], [True, True]
    ).sums()
    assert sums[0, 1] == (1, 20 * ONE, 10 * ONE, 10 * ONE, 0)
    assert noted(EffectLog((HALF, DOUBLE), "money"), [null], [null], [True]).sums() == {}


def test_sums_of_waits():
    """What was to be is the law's mean and its variance times the factors, whatever was drawn."""
    distribution = DISTRIBUTIONS["10 s to 30 s"]
    mean, variance = moments(distribution)
    sums = noted(
        EffectLog((HALF, DOUBLE), distribution=distribution),
        [1.0, 1.0],
        [11_000, 24_000],
        [True, False],
    ).sums()
    (times, before, asked, got, spread), (_, _, others, _, wider) = sums[0, 1], sums[0, 0]
    assert (times, before, asked, got) == (
        1,
        int(2 * mean * ONE),
        int(mean * ONE),
        11_000 * ONE,
    )
    assert others == int(2 * mean * ONE)
    assert (spread, wider) == (int(variance * ONE / 1e6), int(4 * variance * ONE / 1e6))


def test_factors_that_differ_are_told_apart():
    """An effect that goes by a property: case 0 where it does not hold, then its values as declared."""
    effect = CompiledEffect(
        4,
        by=Op("load", "text"),
        values=("a", "b", "c"),
        factors=np.array([np.nan, 3.0, 0.5, 3.0]),
    )
    affected = EffectLog((effect,), "integer")
    held = [(np.array([1, 0, 2, 3]), np.array([3, np.nan, 0.5, 3]))]
    affected.append(np.array([1, 2, 4, 8]), np.array([3, 2, 2, 24]), held)
    assert effect.cases == (("a", 3.0), ("b", 0.5), ("c", 3.0))
    assert {case: got // ONE for (_, case), (_, _, _, got, _) in affected.sums().items()} == {
        0: 2,
        1: 3,
        2: 2,
        3: 24,
    }


def test_a_wait_is_cut_in_what_was_to_be_and_in_what_was():
    """From 10 s to 30 s, doubled and cut to 15 s, is 15 s; halved as well, some are shorter."""
    distribution = DISTRIBUTIONS["10 s to 30 s"]
    affected = noted(
        EffectLog((HALF, DOUBLE), distribution=distribution, limit_ms=15_000),
        [1.0] * 2,
        [22_000, 11_000],
        [False, True],
    )
    (_, _, asked, got, spread), (_, before, cut, shorter, wider) = (
        affected.sums()[0, 0],
        affected.sums()[0, 1],
    )
    assert (asked, got, spread) == (15_000 * ONE, 15_000 * ONE, 0)
    mean, variance = moments(distribution, 1.0, 15_000)
    assert (before, cut, shorter, wider) == (
        15_000 * ONE,
        int(mean * ONE),
        11_000 * ONE,
        int(variance * ONE / 1e6),
    )


def test_waits_of_ages_fit_into_a_store():
    """A factor of a million on months is told as 34 years; ten billion such waits fit into 38 digits."""
    distribution = distributions.lognormal(Decimal(60 * DAY_MS), Decimal("0.8"), is_whole=True)
    affected = EffectLog((CompiledEffect(0, factor=1e6),), distribution=distribution)
    affected.append(np.array([10**10]), np.array([10**16]), [(None, 1e6)])
    ((times, _, asked, got, variance),) = affected.sums().values()
    assert (times, asked, got, variance) == (1, 2**40 * ONE, 2**40 * ONE, 0)
    assert 10**10 * asked < 10**38


@given(st.lists(st.floats(-1e18, 1e18), min_size=1, max_size=30), st.integers(1, 29))
def test_sums_do_not_depend_on_order_or_waves(values, cut):
    """Sums are exact to 2**-32 per value: of all at once, backwards, and in two waves."""
    same = [True] * len(values)
    whole = noted(EffectLog((HALF, DOUBLE), "number"), values, values, same, np.float64).sums()
    backwards = noted(
        EffectLog((HALF, DOUBLE), "number"), values[::-1], values[::-1], same, np.float64
    ).sums()
    waves = EffectLog((HALF, DOUBLE), "number")
    for part in (values[:cut], values[cut:]):
        noted(waves, part, part, [True] * len(part), np.float64)
    assert whole == backwards == waves.sums()
    assert whole[0, 1][3] == sum(int(Fraction(value) * ONE) for value in values)
