"""Tables of distributions, made with sums, products, quotients and roots: on all machines the same bytes.

A value that has to be whole is rounded to the nearest, halves up. An interval of whole numbers
from a to b is therefore one from a - ½ to b + ½ of what is rounded: its ends are as likely as
what lies beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from math import nextafter

import numpy as np

from footfall.compiler import normal_law
from footfall.compiler.elementary import exp, log
from footfall.compiler.normal_law import Stretch
from footfall.model.tables import (
    CELL_BITS,
    CHOICE_BITS,
    GROUP_BITS,
    GUIDE_BITS,
    OCTAVES,
    PLACE_BITS,
    Categorical,
    Grouped,
    InverseCdf,
    Uniform,
    cell_edges,
)
from footfall.model.values import MOST_WHOLE, Array
from footfall.scenario.leaf_records import Wait

Interval = tuple[Decimal, Decimal]
LEAST_SHARE = 2.0**-40
"""Of a law's values that an interval has to hold: one in 10**12."""
_MANY_CHOICES, _MOST_STEPS = 17, 3
"""A guide helps where there are so many choices, and so few of them between two of its entries."""
_HALF = Decimal("0.5")


@lru_cache(maxsize=64)
def _normal_places(stretch: Stretch) -> tuple[Array, Array]:
    """Return the standard normal values at the edges of cells: below the median, and above it."""
    tail = cell_edges()[: (OCTAVES << CELL_BITS) + 1] / float(1 << PLACE_BITS) * stretch.within
    # Neither difference loses digits: at most half of the stretch is taken away.
    below = normal_law.quantiles(stretch.below_low + tail, stretch.above_low - tail)
    above = normal_law.quantiles(stretch.below_high - tail, stretch.above_high + tail)
    return below, above


def _table(below: Array, above: Array, is_whole: bool, between: Interval | None) -> InverseCdf:
    """Return the table of a law from its values at the edges of cells."""
    edges, cells = cell_edges(), OCTAVES << CELL_BITS
    values = np.stack([below, above])
    if is_whole:
        values = np.clip(values + 0.5, -MOST_WHOLE, MOST_WHOLE)
    if between is not None:
        values = np.clip(values, *_inner(between, is_whole))
    places = np.stack([edges[: cells + 1], edges[cells:]])
    slopes = np.diff(values) / np.diff(places)
    intercepts = values[:, :-1] - slopes * places[:, :-1]
    return InverseCdf(intercepts.ravel(), slopes.ravel(), is_whole)


def _inner(between: Interval, is_whole: bool) -> tuple[float, float]:
    """Return an interval so far within another that rounding leads out of neither end."""
    low, high = map(float, _whole(between) if is_whole else between)
    # What is rounded down to a whole number may end anywhere between two; of other numbers
    # 2**-46 is more than the sum of a product that are rounded once each can be wrong.
    margin = 0.25 if is_whole else (abs(low) + abs(high) + (high - low)) * 2.0**-46
    inner = (low + margin, high + 1 - margin if is_whole else high - margin)
    return inner if inner[0] <= inner[1] else ((low + high) / 2, (low + high) / 2)


@lru_cache(maxsize=256)
def lognormal(
    median: Decimal, spread: Decimal, *, is_whole: bool = False, between: Interval | None = None
) -> InverseCdf | Uniform | None:
    """Return a log-normal distribution.

    Args:
        median: In the value's unit.
        spread: Standard deviation of the logarithm.
        is_whole: Values are rounded.
        between: Only what lies in it is drawn, in the proportions of the law; of whole numbers
            those in it.

    Returns:
        None where less than LEAST_SHARE of the law lies between.
    """
    if not spread:
        return _always(median, is_whole, between)
    with localcontext() as context:
        context.prec = 50
        ends = [
            None if end is None else (end / median).ln() / spread if end > 0 else Decimal(-99)
            for end in _ends(is_whole, between)
        ]
    stretch = normal_law.stretch(*ends)
    if stretch.within < LEAST_SHARE:
        return None
    below, above = (float(median) * exp(float(spread) * z) for z in _normal_places(stretch))
    return _table(below, above, is_whole, between)


@lru_cache(maxsize=256)
def normal(
    mean: Decimal, sd: Decimal, *, is_whole: bool = False, between: Interval | None = None
) -> InverseCdf | Uniform | None:
    """Return a normal distribution; arguments and None as of `lognormal`."""
    if not sd:
        return _always(mean, is_whole, between)
    with localcontext() as context:
        context.prec = 50
        ends = [None if end is None else (end - mean) / sd for end in _ends(is_whole, between)]
    stretch = normal_law.stretch(*ends)
    if stretch.within < LEAST_SHARE:
        return None
    below, above = (float(mean) + float(sd) * z for z in _normal_places(stretch))
    return _table(below, above, is_whole, between)


def uniform(
    low: Decimal, high: Decimal, *, is_whole: bool = False, between: Interval | None = None
) -> Uniform | None:
    """Return a uniform distribution, both ends included; None where no number lies in it."""
    if between is not None:
        low, high = max(low, between[0]), min(high, between[1])
    if is_whole:
        first, last = map(int, _whole((low, high)))
        return Uniform(first, last - first + 1, is_whole) if first <= last else None
    return _numbers(float(low), float(high)) if low <= high else None


def _numbers(low: float, high: float) -> Uniform:
    width = high - low
    while low + width > high:
        width = nextafter(width, 0)
    return Uniform(low, width)


def _always(value: Decimal, is_whole: bool, between: Interval | None) -> Uniform | None:
    """Return the law of one value."""
    if is_whole:
        value = (value + _HALF).to_integral_value(ROUND_FLOOR)
    return uniform(value, value, is_whole=is_whole, between=between)


def _whole(interval: Interval) -> Interval:
    """Return the first and the last whole number of an interval."""
    low, high = interval
    return low.to_integral_value(ROUND_CEILING), high.to_integral_value(ROUND_FLOOR)


def _ends(is_whole: bool, between: Interval | None) -> tuple[Decimal | None, Decimal | None]:
    """Return between which values something has to lie, before it is rounded."""
    if between is None:
        return None, None
    if not is_whole:
        return between
    first, last = _whole(between)
    return first - _HALF, last + _HALF


def wait(record: Wait) -> InverseCdf | Uniform:
    """Return the distribution of a wait, in whole ms."""
    if record.kind == "about":
        found = lognormal(Decimal(record.low_ms), record.spread, is_whole=True)
    else:
        found = uniform(Decimal(record.low_ms), Decimal(record.high_ms), is_whole=True)
    assert found is not None  # nothing cuts a wait's law
    return found


@lru_cache(maxsize=64)
def lifetime(points: tuple[tuple[int, Decimal], ...]) -> InverseCdf:
    """Return how long people stay, in ms, from the share of them who are still there after some time.

    Args:
        points: (ms, share), times rising, shares never.
    """
    tail = cell_edges()[: (OCTAVES << CELL_BITS) + 1] / float(1 << PLACE_BITS)
    curve = points if points[0][0] == 0 else ((0, Decimal(1)), *points)
    # Below the median time in how short lives are, above it in how few are left: neither loses digits.
    return _table(_ends_of_lives(curve, 1.0 - tail), _ends_of_lives(curve, tail), False, None)


def _ends_of_lives(curve: tuple[tuple[int, Decimal], ...], left: Array) -> Array:
    """Return after which time so many are left.

    From the beginning to the first point the same share leaves per time, between later points
    the share falls by a power of the time, and behind the last one as it does there. To a share
    of 0 it falls in a straight line.
    """
    ends, per_ms = np.zeros(len(left)), Decimal(0)
    for (begin, more), (end, fewer) in pairwise(curve):
        within = np.less(left, float(more)) & np.greater_equal(left, float(fewer))
        if not fewer:
            part = (float(more) - left) / float(more) if more else np.ones(len(left))
            ends = np.where(within, begin + (end - begin) * part, ends)
            return np.where(np.less(left, float(fewer)), float(end), ends)
        falls = (more / fewer).ln()
        part = (log(np.full(len(left), float(more))) - log(left)) / float(falls or 1)
        if begin:
            stretch = (Decimal(end) / begin).ln()
            times, per_ms = (
                begin * exp(float(stretch) * np.clip(part, 0.0, 1.0)),
                falls / stretch / end,
            )
        else:
            times, per_ms = end * part, falls / end
        ends = np.where(within, times, ends)
    last, few = curve[-1]
    if not few:
        return ends
    beyond = log(np.full(len(left), float(few))) - log(left)
    behind = last + beyond / float(per_ms) if per_ms else np.full(len(left), MOST_WHOLE)
    return np.minimum(np.where(np.less(left, float(few)), behind, ends), MOST_WHOLE)


def categorical(weights: Sequence[Decimal] | None, n: int) -> Categorical:
    """Return weights as cumulated integers with the sum 2**62.

    Args:
        weights: At or above 0, not all 0; None when all n are alike.
    """
    one = 1 << CHOICE_BITS
    if weights is None:
        return _guided(np.array([one * (k + 1) // n for k in range(n)], np.int64))
    whole, so_far, cumulated = sum(weights), Decimal(0), []
    for weight in weights:
        so_far += weight
        # The last with a weight gets exactly 2**62, whatever was rounded before: every 62-bit number
        # must find a choice.
        cumulated.append(int(so_far * one / whole) if so_far < whole else one)
    return _guided(np.array(cumulated, np.int64))


def _guided(cumulated: Array) -> Categorical:
    """Return a table, with a guide where choices are many and none is much rarer than others."""
    if len(cumulated) < _MANY_CHOICES:
        return Categorical(cumulated)
    edges = np.arange(2**GUIDE_BITS + 1, dtype=np.int64) << (CHOICE_BITS - GUIDE_BITS)
    guide = np.searchsorted(cumulated, edges, side="right")
    steps = int(np.diff(guide).max())
    return (
        Categorical(cumulated, guide[:-1], steps)
        if steps <= _MOST_STEPS
        else Categorical(cumulated)
    )


def thresholds(weights: Sequence[float]) -> Array:
    """Return cumulated chances in 2**-32: shape (options,), int64; all 0 where every weight is 0."""
    # `repr` is the shortest decimal that is the float: 0.1 counts as one tenth, as it was written.
    whole, so_far, edges = sum(Decimal(repr(w)) for w in weights), Decimal(0), []
    for weight in weights:
        so_far += Decimal(repr(weight))
        edges.append(int(so_far * (1 << 32) / whole) if whole else 0)
    return np.array(edges, np.int64)


def grouped(keys: Array, rows: Array, weights: Sequence[Decimal] | None) -> Grouped:
    """Return rows of a catalogue grouped by a column's values.

    Args:
        keys: Shape (R,): the column.
        rows: Rising: the rows that can be found, at least one.
        weights: One per row of the catalogue, above 0 of those that can be found, or None.
    """
    order = rows[np.argsort(keys[rows], kind="stable")]
    distinct, starts = np.unique(keys[order], return_index=True)
    so_far, cumulated = 0, []
    for group in np.split(order, starts[1:]):
        for share in _shares(
            [Decimal(1) if weights is None else weights[row] for row in group.tolist()]
        ):
            so_far += share
            cumulated.append(so_far)
    return Grouped(distinct, order.astype(np.int32), np.array(cumulated, np.int64))


def _shares(weights: list[Decimal]) -> list[int]:
    """Return weights above 0 as whole numbers with the sum 2**GROUP_BITS, each at least 1."""
    one, whole = 1 << GROUP_BITS, sum(weights)
    # A rare row stays possible, however rare: rounding must not take it out. What rounding
    # leaves is given to the largest, which is changed the least by it.
    shares = [max(1, int(weight * one / whole)) for weight in weights]
    shares[shares.index(max(shares))] += one - sum(shares)
    return shares
