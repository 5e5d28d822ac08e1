"""Intervals against values printed in the literature."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.reports.intervals import (
    Interval,
    mid_p,
    normal_quantile,
    rank_ranges,
    wilson,
)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_newcombe(count, of, low, high):
    """Wilson's interval is that of Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3."""
    interval = wilson(count, of)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_wilson_of_nothing():
    """Nobody who could: there is no interval."""
    assert wilson(0, 0) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_wilson_stays_in_bounds(count, of):
    """The interval lies in 0..1 and holds the observed share."""
    count = min(count, of)
    interval = wilson(count, of)
    assert interval is not None
    assert 0 <= interval.low <= count / of <= interval.high <= 1


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2544, 0.3658),
        (15, 148, 0.0601, 0.1581),
        (0, 20, 0.0, 0.1391),
        (1, 29, 0.0017, 0.1585),
        (20, 20, 0.8609, 1.0),
    ],
)
def test_mid_p_agrees_with_newcombe(count, of, low, high):
    """The mid-P interval is that of the same table, method 6; the last line is the third from the other side."""
    interval = mid_p(count, of)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_mid_p_of_nothing():
    """Nobody who could: there is no interval."""
    assert mid_p(0, 0) is None


@given(st.integers(0, 10**9), st.integers(1, 10**7), st.floats(0.5, 1 - 1e-12))
def test_mid_p_stays_in_bounds(count, of, confidence):
    """At any confidence the interval lies in 0..1 and holds the observed share."""
    count = min(count, of)
    interval = mid_p(count, of, confidence)
    assert interval is not None
    assert 0 <= interval.low <= count / of <= interval.high <= 1


@pytest.mark.parametrize("of", [30, 100])
def test_mid_p_is_missed_alike_on_both_sides(of):
    """Of shares from 2 to 30 % the interval holds 94.5 to 97 %, computed exactly, and neither side has 2.7 % of misses.

    Wilson's leaves more than 3 % below it.
    """
    shares = np.linspace(0.02, 0.3, 57)[:, None]
    counts = np.arange(of + 1)
    of_counts = np.array([comb(of, int(k)) for k in counts], dtype=np.float64)
    probs = of_counts * shares**counts * (1 - shares) ** (of - counts)
    misses = {}
    for law in (mid_p, wilson):
        intervals = [law(int(k), of) for k in counts]
        below = probs * (shares < [i.low for i in intervals])
        above = probs * (shares > [i.high for i in intervals])
        misses[law] = [float(side.sum(axis=1).mean()) for side in (below, above)]
    assert 0.03 < sum(misses[mid_p]) < 0.055
    assert max(misses[mid_p]) < 0.027
    assert misses[wilson][0] > 0.03


def test_difference_agrees_with_newcombe():
    """56/70 lies above 48/80, 95 % sure: Newcombe (1998), 873-890, table II (a), method 10: 0.0524 to 0.3339."""
    first, second = wilson(56, 70), wilson(48, 80)
    assert first is not None
    assert second is not None
    arm = ((0.8 - first.low) ** 2 + (second.high - 0.6) ** 2) ** 0.5
    assert round(0.2 - arm, 4) == 0.0524
    assert rank_ranges([0.8, 0.6], lambda _: [first, second]) == [(1, 1), (2, 2)]


def test_ranks_that_cannot_be_told_apart_overlap():
    """A clear first, two alike, a clear last: 1, 2-3, 2-3, 4; the order of the arguments does not matter."""
    intervals = [Interval(4.9, 5.1), Interval(8.9, 9.1), Interval(1.9, 2.1), Interval(4.8, 5.2)]
    assert rank_ranges([5.0, 9.0, 2.0, 5.0], lambda _: intervals) == [
        (2, 3),
        (1, 1),
        (4, 4),
        (2, 3),
    ]


def test_one_unsure_city_spans_all_ranks():
    """A city with a wide interval may stand anywhere, and widens the ranges of the others."""
    intervals = [Interval(2.9, 3.1), Interval(0.0, 10.0), Interval(0.9, 1.1)]
    assert rank_ranges([3.0, 5.0, 1.0], lambda _: intervals) == [(1, 2), (1, 3), (2, 3)]


def test_ranks_of_nothing_and_of_one():
    """No city has no rank, a single one is first."""
    assert rank_ranges([], lambda _: []) == []
    assert rank_ranges([1.0], lambda _: [Interval(0, 2)]) == [(1, 1)]


def _arm(confidence):
    """Return half an interval such that differences have a standard error of 1."""
    return normal_quantile(confidence) / 2**0.5


def test_many_comparisons_need_more():
    """Two cities 2.1 standard errors apart differ when they are the only pair, and not among 30 that are alike."""

    def intervals_of(values):
        arm = 1 / 2**0.5
        return lambda level: [
            Interval(v - normal_quantile(level) * arm, v + normal_quantile(level) * arm)
            for v in values
        ]

    pair, many = [2.1, 0.0], [2.1, 0.0, *[1.0] * 28]
    assert rank_ranges(pair, intervals_of(pair)) == [(1, 1), (2, 2)]
    assert set(rank_ranges(many, intervals_of(many))) == {(1, 30)}


def test_level_is_that_of_benjamini_and_hochberg():
    """Each comparison is made at the greatest level at which 5 % of the differences found may be chance."""
    levels = []

    def intervals_at(confidence):
        levels.append(1 - confidence)
        arm = _arm(confidence)
        return [Interval(v - arm, v + arm) for v in (9.0, 2.2, 0.0)]

    # p = 0.0278 for 2.2 against 0; below 1e-10 for the others. At 5 % all three differ: 5 % · 3/3 = 5 %, which holds.
    assert rank_ranges([9.0, 2.2, 0.0], intervals_at) == [(1, 1), (2, 2), (3, 3)]
    assert levels == [pytest.approx(0.05)]


def test_level_falls_until_it_holds():
    """With p = 0.0455 for one of three pairs 5 % holds for all three; with p = 0.0719 the level falls to 5 % · 2/3."""
    levels = []

    def intervals_at(confidence):
        levels.append(1 - confidence)
        arm = _arm(confidence)
        return [Interval(v - arm, v + arm) for v in (9.0, 1.8, 0.0)]

    assert rank_ranges([9.0, 1.8, 0.0], intervals_at) == [(1, 1), (2, 3), (2, 3)]
    assert levels == [pytest.approx(0.05), pytest.approx(0.05 * 2 / 3)]
