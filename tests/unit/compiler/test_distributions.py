"""Tables of random laws: their ends, what they hold, and what is refused."""

from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from footfall.compiler import distributions
from footfall.errors import SourceLocation
from footfall.model.tables import CHOICE_BITS, GROUP_BITS, Uniform
from footfall.scenario.leaf_records import Wait

HERE = SourceLocation("x.yaml", 1, 1)
SD_AT_END = 8.209536151601387
"""Standard normal quantile of 1 - 2**-53."""


def interval(low, high):
    return Decimal(low), Decimal(high)


def test_a_law_is_cut_at_2_to_the_minus_53():
    """The ends of a table are the quantiles there, of whole numbers before they are rounded down."""
    assert distributions.normal(Decimal(100), Decimal(15)).ends == pytest.approx(
        (100 - 15 * SD_AT_END, 100 + 15 * SD_AT_END), rel=1e-12
    )
    assert distributions.lognormal(Decimal(10), Decimal("0.8"), is_whole=True).ends[1] == (
        pytest.approx(10 * np.exp(0.8 * SD_AT_END) + 0.5, rel=1e-12)
    )


@pytest.mark.parametrize(
    ("value", "whole"), [("2.5", 3), ("2.49", 2), ("-2.5", -2), ("-2.51", -3)]
)
def test_laws_without_spread_are_constants(value, whole):
    """A deviation of 0 always gives the same value, rounded to the nearest, halves up."""
    found = distributions.normal(Decimal(value), Decimal(0))
    assert (found.low, found.width) == (float(value), 0)
    found = distributions.normal(Decimal(value), Decimal(0), is_whole=True)
    assert (found.low, found.width) == (whole, 1)
    assert distributions.lognormal(Decimal(500), Decimal(0)).ends == (500, 500)


def test_huge_values_are_cut_where_arithmetic_ends():
    """No whole number lies beyond 2**62, so that a time plus a wait cannot overflow; others go on."""
    table = distributions.lognormal(Decimal(10) ** 17, Decimal(10), is_whole=True)
    assert table.ends[1] == 2**62
    assert distributions.lognormal(Decimal(10) ** 17, Decimal(10)).ends[1] > 1e50


@pytest.mark.parametrize(
    ("low", "high", "between", "first", "n"),
    [
        ("1", "6", None, 1, 6),
        ("0.5", "3.7", None, 1, 3),
        ("-2.5", "-1", None, -2, 2),
        ("1", "6", ("2.5", "99"), 3, 4),
        ("1", "6", ("6", "7"), 6, 1),
    ],
)
def test_uniform_whole_numbers_are_those_within_both_ends(low, high, between, first, n):
    """Ends that are whole belong to them; an interval leaves those that lie in it too."""
    found = distributions.uniform(
        Decimal(low),
        Decimal(high),
        is_whole=True,
        between=between and interval(*between),
    )
    assert found.ends == (first, first + n - 1)
    assert found.width == n


@pytest.mark.parametrize(
    ("low", "high"), [(0.1, 0.3), (-0.7, 1e-9), (1e17, 1e17 + 32), (0.3, 0.3)]
)
def test_uniform_numbers_stay_within_their_ends(low, high):
    """The sum of the low end and the width is no more than the high end, to the last bit."""
    found = distributions.uniform(Decimal(low), Decimal(high))
    assert found.low == low
    assert high - found.low - found.width <= abs(high) * 2**-52
    assert found.low + found.width <= high


@pytest.mark.parametrize(
    ("law", "between"),
    [
        (("normal", 0, 1), ("7.1", "9")),
        (("normal", 5, 0), ("6", "9")),
        (("lognormal", 20, 1), ("-5", "-1")),
        (("lognormal", 20, 1), ("1e6", "1e7")),
        (("uniform", 1, 6), ("7", "9")),
    ],
)
@pytest.mark.parametrize("is_whole", [False, True])
def test_where_nothing_of_a_law_lies_there_is_no_table(law, between, is_whole):
    """Less than 1 in 2**40 of the law within an interval is none of it."""
    name, *parameters = law
    make = getattr(distributions, name)
    found = make(*map(Decimal, parameters), is_whole=is_whole, between=interval(*between))
    assert found is None


def test_there_is_no_table_of_no_whole_number():
    """Between 1.2 and 1.8 lies none, of whatever law."""
    between = interval("1.2", "1.8")
    for law in (distributions.normal, distributions.lognormal, distributions.uniform):
        assert law(Decimal(1), Decimal(2), is_whole=True, between=between) is None
        assert law(Decimal(1), Decimal(2), between=between) is not None
    assert distributions.uniform(*between, is_whole=True) is None


def test_a_rare_interval_is_drawn_from():
    """From 6.9 standard deviations on lie 2.6 in 10**12: enough, and no value is below."""
    table = distributions.normal(Decimal(0), Decimal(1), between=interval("6.9", "8"))
    low, high = table.ends
    assert 6.9 < low < 6.9 + 1e-12
    assert 7.99 < high < 8


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("exact", 10_000, 10_000), ("uniform", 5_000, 20_000)]
)
def test_a_wait_is_its_law(kind, low, high):
    """Exact waits are constants, of `5 s to 20 s` all ms are alike, both ends included."""
    table = distributions.wait(Wait(kind, low, high, Decimal(0), HERE))
    assert isinstance(table, Uniform)
    assert (table.ends, table.width) == ((low, high), high - low + 1)


def test_equal_laws_are_one_table():
    """Many waits of a scenario are alike, and workers get each table once."""
    one, other = (
        distributions.wait(Wait("about", 10_000, 10_000, Decimal("0.8"), HERE)) for _ in "ab"
    )
    assert one is other


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
    """Rows of a value stand together in their order, each group with weights of its own."""
    keys = np.array([7, 5, 7, 9, 5], np.int64)
    group = distributions.grouped(
        keys, np.array([0, 1, 2, 4]), [Decimal(w) for w in (1, 1, 3, 5, 3)]
    )
    assert group.keys.tolist() == [5, 7]
    assert group.rows.tolist() == [1, 4, 0, 2]
    quarter = 1 << (GROUP_BITS - 2)
    assert np.diff(group.cumulated, prepend=0).tolist() == 2 * [quarter, 3 * quarter]


@given(st.lists(st.decimals("1e-9", 10**9, places=9), min_size=1, max_size=30))
@settings(deadline=None)
def test_rows_of_a_group_have_their_shares(weights):
    """However rare, each row is possible; to 30 parts in 2**40 its share is the one of its weight."""
    group = distributions.grouped(
        np.zeros(len(weights), np.int64), np.arange(len(weights)), weights
    )
    shares = np.diff(group.cumulated, prepend=0).tolist()
    assert min(shares) > 0
    assert sum(shares) == 1 << GROUP_BITS
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - weight / sum(weights) * (1 << GROUP_BITS)) <= 30
