"""Choices from tables."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.compiler.distributions import categorical, grouped
from footfall.model.tables import CHOICE_BITS
from footfall.model.values import NULL_CODE
from footfall.sim.draws import choose, choose_among

RANDOM = np.random.default_rng(7).integers(0, 2**64, 20_000, dtype=np.uint64)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=300).filter(any))
def test_a_guided_choice_is_the_first_whose_cumulated_weight_lies_above(
    weights: list[int],
) -> None:
    table = categorical([Decimal(w) for w in weights], len(weights))
    at_edges = np.concatenate(
        [table.cumulated[:-1], table.cumulated[:-1] - 1, table.cumulated[:-1] + 1]
    )
    points = np.clip(
        np.concatenate([at_edges, (RANDOM >> np.uint64(2)).astype(np.int64)]),
        0,
        2**CHOICE_BITS - 1,
    )
    random = points.astype(np.uint64) << np.uint64(2)
    assert np.array_equal(
        choose(table, random), np.searchsorted(table.cumulated, points, side="right")
    )


@pytest.mark.parametrize(
    ("n", "is_guided"), [(16, False), (17, True), (1000, True), (20_000, False)]
)
def test_many_choices_are_guided_unless_too_many_lie_close_together(
    n: int, is_guided: bool
) -> None:
    assert (categorical(None, n).guide is not None) is is_guided


def test_a_row_is_chosen_among_those_with_a_value() -> None:
    """By their weights, from the first random bits to the last; none where no row has the value."""
    column = np.array([7, 5, 7, 9, 7], np.int64)
    table = grouped(column, np.array([0, 1, 2, 4]), [Decimal(w) for w in (1, 1, 2, 5, 1)])
    quarter = 2**62
    random = np.array(
        [0, quarter - 1, quarter, 3 * quarter - 1, 3 * quarter, 2**64 - 1], np.uint64
    )
    assert choose_among(table, np.full(6, 7), random).tolist() == [0, 0, 2, 2, 4, 4]
    assert choose_among(table, np.full(6, 5), random).tolist() == [1] * 6
    for missing in (4, 6, 8, 9, 10):
        assert choose_among(table, np.full(6, missing), random).tolist() == [NULL_CODE] * 6
