"""Random values from tables, by integers alone.

The leading bits of a draw find a place in a table, and the next ones interpolate where it is
continuous. A shift cuts them out; there is no division, and no float before a value is a
number.
"""

from __future__ import annotations

import numpy as np

from footfall.model.program import DrawKey, RandomValue
from footfall.model.tables import (
    CELL_BITS,
    CHOICE_BITS,
    FRACTION_BITS,
    GUIDE_BITS,
    Categorical,
    Grouped,
    InverseCdf,
)
from footfall.model.values import DTYPES, NULL_CODE, Array
from footfall.sim import keys
from footfall.sim.state import State

_CELL_SHIFT = np.uint64(64 - CELL_BITS)
_FRACTION_SHIFT = np.uint64(64 - CELL_BITS - FRACTION_BITS)
_FRACTION_MASK = np.uint64(2**FRACTION_BITS - 1)
_CHOICE_SHIFT = np.uint64(64 - CHOICE_BITS)
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


def invert(table: InverseCdf, random: Array) -> Array:
    """Return a value of a continuous distribution in units of 2**-shift: shape (n,), int64."""
    cell = (random >> _CELL_SHIFT).view(np.int64)
    fraction = ((random >> _FRACTION_SHIFT) & _FRACTION_MASK).view(np.int64)
    # 34 years are 2**40 ms; times a fraction below 2**20 that stays within 63 bits.
    low = table.knots.take(cell)
    return np.add(low, (table.knots.take(cell + 1) - low) * fraction >> FRACTION_BITS)


def choose_among(table: Grouped, equal: Array, random: Array) -> Array:
    """Return a row whose column equals a value, null where there is none: shape (n,), int32."""
    group = np.minimum(np.searchsorted(table.keys, equal), len(table.keys) - 1)
    is_there = np.equal(table.keys[group], equal)
    # Weights are cumulated over all groups in one array, so the draw is scaled to this group's
    # stretch of it: 30 random bits times a sum of about 2**30 at most.
    start, end = table.starts[group], table.starts[group + 1]
    before = np.where(start > 0, table.cumulated[start - 1], 0)
    whole = table.cumulated[end - 1] - before
    target = before + ((random >> np.uint64(34)).view(np.int64) * whole >> 30)
    row = table.rows[np.searchsorted(table.cumulated, target, side="right")]
    return np.where(is_there, row, NULL_CODE).astype(np.int32)


def value(draw: RandomValue, random: Array) -> Array:
    """Return a random value of a kind: shape (n,), the kind's dtype."""
    if isinstance(draw.table, Categorical):
        return np.array(draw.codes, DTYPES[draw.kind]).take(choose(draw.table, random))
    raw = invert(draw.table, random)
    result = _as_kind(draw, raw)
    if draw.low is not None and draw.high is not None:
        result = np.minimum(np.maximum(result, draw.low), draw.high)
    return result


def _as_kind(draw: RandomValue, raw: Array) -> Array:
    assert isinstance(draw.table, InverseCdf)
    shift = draw.table.shift
    if draw.kind == "number":
        return raw / float(2**shift)
    return (
        raw + (1 << shift >> 1)
    ) >> shift  # half a unit is added, so that the shift rounds half up
