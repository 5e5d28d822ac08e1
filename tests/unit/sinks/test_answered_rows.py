"""Rows as spans, and what is left between them."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footfall.sinks.delivery.answered_rows import AnsweredRows, spans_of, spans_within

ROWS = st.lists(st.integers(0, 40), max_size=30)


@given(ROWS)
def test_spans_hold_just_the_rows(rows):
    """Whatever the order, and however often a row stands there: the spans hold each once, and no two touch."""
    spans = spans_of(rows)
    assert [row for first, end in spans for row in range(first, end)] == sorted(set(rows))
    assert all(a_end < b for (_, a_end), (b, _) in pairwise(spans))


@given(ROWS, st.integers(0, 40), st.integers(1, 41))
def test_what_is_left(rows, first, length):
    """Within two rows, what no answer names is left; all of it where none does."""
    end = first + length
    answered = AnsweredRows.of(81, spans_of(rows))
    left = [row for a, b in spans_within(answered.known, first, end) for row in range(a, b)]
    assert left == [row for row in range(first, end) if row not in rows]


def test_rows_that_a_shorter_part_lacks():
    """What was answered of a longer part counts as far as the part reaches."""
    answered = AnsweredRows.of(10, [(2, 4), (8, 14)], [(5, 6), (12, 13)])
    assert np.flatnonzero(answered.accepted).tolist() == [2, 3, 8, 9]
    assert (answered.n_accepted, answered.n_refused) == (4, 1)
