"""Tables of random laws against the standard library and known values."""

from decimal import Decimal
from statistics import NormalDist

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from footfall.compiler import distributions
from footfall.errors import SourceLocation
from footfall.model.tables import CHOICE_BITS
from footfall.scenario.leaf_records import Wait

HERE = SourceLocation("x.yaml", 1, 1)
STANDARD = NormalDist()


@pytest.mark.parametrize(
    "p",
    [
        "1e-20",
        "1e-12",
        "0.0001",
        "0.025",
        "0.074",
        "0.3",
        "0.5",
        "0.7",
        "0.926",
        "0.975",
        "0.9999",
    ],
)
def test_quantiles_are_those_of_the_standard_library(p):
    """Every branch of AS 241 agrees with `statistics.NormalDist` to 14 digits."""
    found = float(distributions.normal_quantile(Decimal(p)))
    assert found == pytest.approx(STANDARD.inv_cdf(float(p)), rel=1e-14, abs=1e-15)


def test_a_known_quantile():
    """The 97.5 % quantile is 1.959963984540054."""
    assert float(distributions.normal_quantile(Decimal("0.975"))) == pytest.approx(
        1.959963984540054, rel=1e-15
    )


def test_knots_are_symmetric_and_rise():
    """1,025 knots, each the negative of its mirror image, cut at 1 in 8,192 on both sides."""
    knots = distributions.normal_knots()
    assert len(knots) == 1025
    assert [-z for z in reversed(knots)] == list(knots)
    assert sorted(set(knots)) == list(knots)
    assert float(knots[-1]) == pytest.approx(STANDARD.inv_cdf(1 - 1 / 8192), rel=1e-12)
    assert float(knots[768]) == pytest.approx(STANDARD.inv_cdf(0.75), rel=1e-12)


def test_a_normal_law_has_its_mean_and_quartiles():
    """Knots are mean + sd * quantile, in binary digits after the point."""
    table = distributions.normal(Decimal(100), Decimal(15), 8)
    assert table.knots[512] == 100 << 8
    assert table.knots[768] / 256 == pytest.approx(
        NormalDist(100, 15).inv_cdf(0.75), abs=1 / 256
    )


def test_a_lognormal_law_has_its_median_and_quartiles():
    """Knots are median * exp(spread * quantile), rounded down."""
    table = distributions.lognormal(Decimal(10_000), Decimal("0.8"))
    assert table.knots[512] == 10_000
    assert table.knots[768] == pytest.approx(
        10_000 * np.exp(0.8 * STANDARD.inv_cdf(0.75)), abs=1
    )
    assert (np.diff(table.knots) >= 0).all()


def test_laws_without_spread_are_constants():
    """A spread or deviation of 0 always gives the same value."""
    assert set(distributions.lognormal(Decimal(500), Decimal(0)).knots) == {500}
    assert set(distributions.normal(Decimal(3), Decimal(0)).knots) == {3}


def test_huge_values_are_cut_where_arithmetic_ends():
    """No knot lies beyond 2**62, so that interpolation cannot overflow."""
    table = distributions.lognormal(Decimal(10) ** 17, Decimal(10))
    assert table.knots.max() == 2**62


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("exact", 10_000, 10_000), ("uniform", 5_000, 20_000)]
)
def test_a_wait_is_its_law(kind, low, high):
    """Exact waits are constants, `5 s to 20 s` is even between its ends."""
    table = distributions.wait(Wait(kind, low, high, Decimal(0), HERE))
    assert (table.knots[0], table.knots[512], table.knots[-1]) == (low, (low + high) // 2, high)


def test_about_is_lognormal_around_its_median():
    """Half of the waits `about 10 s` are shorter than 10 s."""
    assert (
        distributions.wait(Wait("about", 10_000, 10_000, Decimal("0.8"), HERE)).knots[512]
        == 10_000
    )


WEIGHTS = st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=40).filter(any)


@given(WEIGHTS)
@settings(deadline=None)
def test_choices_have_their_shares(weights):
    """Cumulated weights end at 2**62, each share is right to one part in 2**58, and weight 0 is never chosen."""
    cumulated = [0, *distributions.categorical(weights, len(weights)).cumulated.tolist()]
    assert cumulated[-1] == 1 << CHOICE_BITS
    for weight, low, high in zip(weights, cumulated, cumulated[1:], strict=False):
        assert (
            abs(Decimal(high - low) / (1 << CHOICE_BITS) - weight / sum(weights))
            < Decimal(2) ** -58
        )
        assert (high > low) == bool(weight) or weight / sum(weights) < Decimal(2) ** -58


def test_choices_without_weights_are_alike():
    """Three choices get a third each."""
    assert distributions.categorical(None, 3).cumulated.tolist() == [
        2**62 // 3,
        2**63 // 3,
        2**62,
    ]


def test_thresholds_are_cumulated_chances():
    """Chances become integers in 2**-32; where every weight is 0 nothing is ever taken."""
    assert distributions.thresholds([0.25, 0.75]).tolist() == [2**30, 2**32]
    assert distributions.thresholds([3.0, 1.0]).tolist() == [3 * 2**30, 2**32]
    assert distributions.thresholds([0.0, 0.0]).tolist() == [0, 0]
    assert distributions.thresholds([0.1, 0.9])[1] == 2**32  # decimal, so tenths add up


def test_rows_are_grouped_by_value():
    """Rows of a value stand together in their order, weights cumulated over all of them."""
    keys = np.array([7, 5, 7, 9, 5], np.int64)
    group = distributions.grouped(
        keys, np.array([0, 1, 2, 4]), [Decimal(w) for w in (1, 1, 2, 5, 0)]
    )
    assert group.keys.tolist() == [5, 7]
    assert group.starts.tolist() == [0, 2, 4]
    assert group.rows.tolist() == [1, 4, 0, 2]
    assert np.diff(group.cumulated, prepend=0).tolist() == pytest.approx(
        [2**30 / 9, 0, 2**30 / 9, 2**31 / 9], abs=1
    )
