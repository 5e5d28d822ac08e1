"""Random values from tables.

The leading bits of a draw find a place in a table, and the others a value within it. What is
computed with floats are one product and one sum, which every processor rounds alike.
"""

from __future__ import annotations

import numpy as np

from footfall.model.program import DrawKey, RandomValue
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
)
from footfall.model.values import DTYPES, MOST_WHOLE, NULL_CODE, NULL_INTEGER, Array
from footfall.sim import keys
from footfall.sim.state import State

_CHOICE_SHIFT = np.uint64(64 - CHOICE_BITS)
_GROUP_SHIFT = np.uint64(64 - GROUP_BITS)
_PLACE_SHIFT = 64 - PLACE_BITS
_UPPER = -float(1 << OCTAVES)
_MANTISSA_BITS = 52
_CELL_SHIFT = _MANTISSA_BITS - CELL_BITS
_FIRST_CELL = 1023 << CELL_BITS
"""Exponent and leading bits of the float64 1.0."""
_UNIT_SHIFT = np.uint64(64 - 53)
_UNIT = 2.0**-53
_FEW = 512
"""For fewer people a search is as fast as a guide, which takes more calls of NumPy."""


def bits(state: State, rows: Array, key: DrawKey) -> Array:
    """Return 64 random bits per person: shape (n,), uint64."""
    return keys.draw(state.keys.take(rows), key.name, state.columns[key.counter].take(rows))


def choose(table: Categorical, random: Array) -> Array:
    """Return the number of a choice: shape (n,), int64."""
    point = (random >> _CHOICE_SHIFT).view(np.int64)
    if table.guide is None or len(point) < _FEW:
        return table.cumulated.searchsorted(point, side="right")
    # The guide gives the first choice that these leading bits allow; the right one lies at most
    # `steps` beyond it. That is in place of nine steps of a binary search among the shop's 386
    # products.
    choice = table.guide.take(point >> (CHOICE_BITS - GUIDE_BITS))
    for _ in range(table.steps):
        choice += np.less_equal(table.cumulated.take(choice), point)
    return choice


def invert(table: InverseCdf | Uniform, random: Array) -> Array:
    """Return values of a distribution: shape (n,), int64 where it is whole, else float64."""
    if isinstance(table, Uniform):
        return _alike(table, random)
    # As a signed number the first half of all draws is above 0, the smaller, the lower the
    # value; the second half below 0, the nearer to 0, the higher. Being odd, none is 0.
    signed = random.view(np.int64) >> _PLACE_SHIFT
    signed |= 1
    place = signed.astype(np.float64)
    np.maximum(place, place * _UPPER, out=place)
    # A float64 begins with its exponent and the leading bits of its digits: the octave and the
    # part of it.
    cell = place.view(np.int64) >> _CELL_SHIFT
    cell -= _FIRST_CELL
    place *= table.slopes.take(cell)
    place += table.intercepts.take(cell)
    return np.floor(place).astype(np.int64) if table.is_whole else place


def _alike(table: Uniform, random: Array) -> Array:
    if not table.is_whole:
        return table.low + table.width * ((random >> _UNIT_SHIFT).astype(np.float64) * _UNIT)
    if table.width == 1:
        return np.full(len(random), table.low, np.int64)
    return keys.below(random, int(table.width)).view(np.int64) + table.low


def choose_among(table: Grouped, equal: Array, random: Array) -> Array:
    """Return a row whose column equals a value, null where there is none: shape (n,), int32."""
    group = np.minimum(np.searchsorted(table.keys, equal), len(table.keys) - 1)
    is_there = np.equal(table.keys[group], equal)
    # Each group has 2**GROUP_BITS of the cumulated weights.
    target = (group << GROUP_BITS) + (random >> _GROUP_SHIFT).view(np.int64)
    row = table.rows[np.searchsorted(table.cumulated, target, side="right")]
    return np.where(is_there, row, NULL_CODE).astype(np.int32)


def value(draw: RandomValue, random: Array) -> Array:
    """Return a random value of a kind: shape (n,), the kind's dtype."""
    if isinstance(draw.table, Categorical):
        return np.array(draw.codes, DTYPES[draw.kind]).take(choose(draw.table, random))
    return invert(draw.table, random)


def about(draw: RandomValue, random: Array, centre: Array) -> Array:
    """Return a random value about a centre of each one's own: shape (n,), the kind's dtype.

    Args:
        centre: Shape (n,) or (), float64; null, and of a median what is below 0, draws null.
    """
    assert not isinstance(draw.table, Categorical)
    drawn = invert(draw.table, random)
    known = np.where(np.less(centre, 0.0), np.nan, centre) if draw.is_scaled else centre
    drawn = known * drawn if draw.is_scaled else known + drawn
    if draw.kind == "number":
        return drawn
    missing = np.isnan(drawn)
    return np.where(missing, NULL_INTEGER, whole(np.where(missing, 0.0, drawn)))


def whole(values: Array) -> Array:
    """Return numbers rounded to whole ones, halves up: shape (n,), int64."""
    bounded = np.minimum(np.maximum(values + 0.5, -MOST_WHOLE), MOST_WHOLE)
    return np.floor(bounded).astype(np.int64)
