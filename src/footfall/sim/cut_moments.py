"""Moments of waits that are multiplied by a factor and cut to a limit.

A law is looked at as pieces, each of numbers that are all alike. Sums over the pieces from the
lowest on are made once; a limit cuts one piece, and those above it count as the limit.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from math import inf

import numpy as np

from footfall.model.tables import (
    CELL_BITS,
    OCTAVES,
    InverseCdf,
    Uniform,
    cell_edges,
    cell_shares,
)
from footfall.model.values import Array

_FEW = 4096
"""Whole numbers that are looked at one by one."""


class _Pieces:
    """The pieces of a law, in rising order, about its mean.

    Attributes:
        mean: Of the law.
        low, high, shares: Ends of the pieces less the mean, and the share of values in each.
        so_far: Shape (pieces + 1, 3): over the pieces before each, and over all, their share of all values, and the
            sums of their distances from the law's mean and of the squares of these.
    """

    def __init__(self, low: Array, high: Array, shares: Array) -> None:
        # Added one after another: the same result everywhere.
        (*_, self.mean) = accumulate(((low + high) / 2 * shares).tolist())
        self.low, self.high, self.shares = low - self.mean, high - self.mean, shares
        each = _piece(shares, self.low, self.high)
        self.so_far = np.array(list(accumulate(each, np.add, initial=np.zeros(3))))


def _piece(share: Array, low: Array, high: Array) -> Array:
    """Return shares, and the sums over them of values and of their squares: shape (…, 3)."""
    squares = share * (low * low + low * high + high * high) / 3
    return np.stack([share, share * (low + high) / 2, squares], -1)


def moments(
    law: InverseCdf | Uniform, factors: Array | float = 1.0, limit_ms: float = inf
) -> tuple[Array, Array]:
    """Return means (ms) and variances (ms²) of drawn waits, times factors above 0, cut to a limit.

    Args:
        factors: Shape (n,), or one number.
    """
    pieces, factors = _pieces(law), np.asarray(factors, np.float64)
    limit = limit_ms / factors - pieces.mean
    place = pieces.high.searchsorted(limit, side="right")
    sums = pieces.so_far[place]
    within = np.minimum(place, len(pieces.high) - 1)
    low, high = pieces.low[within], pieces.high[within]
    is_cut = np.less(place, len(pieces.high))
    # The part of the piece that the limit cuts which lies below it.
    width = np.where(np.greater(high, low), high - low, 1.0)
    below = np.clip(limit, low, high)
    share = np.where(is_cut, pieces.shares[within] * (below - low) / width, 0.0)
    sums = sums + _piece(share, low, below)
    beyond = np.where(is_cut, 1.0 - sums[..., 0], 0.0)
    end = np.where(is_cut, limit, 0.0)
    mean = sums[..., 1] + beyond * end
    square = sums[..., 2] + beyond * end * end
    variance = np.maximum(square - mean * mean, 0.0)
    is_all_cut = np.less_equal(limit, pieces.low[0])
    return (
        np.where(is_all_cut, limit_ms, factors * (pieces.mean + mean)),
        np.where(is_all_cut, 0.0, factors * factors * variance),
    )


# By the table itself: all parts of a run have the same one.
@lru_cache(maxsize=512)
def _pieces(law: InverseCdf | Uniform) -> _Pieces:
    return _alike(law) if isinstance(law, Uniform) else _cells(law)


def _cells(law: InverseCdf) -> _Pieces:
    """Return the cells of a table before its values are rounded."""
    edges, cells = cell_edges(), OCTAVES << CELL_BITS
    ends = law.intercepts + law.slopes * np.stack([edges[:-1], edges[1:]])
    # Half a unit was added, for rounding down to be rounding to the nearest. In the upper half
    # values fall with the place.
    rising = np.append(np.arange(cells), np.arange(2 * cells - 1, cells - 1, -1))
    low, high = (np.minimum(*ends) - 0.5)[rising], (np.maximum(*ends) - 0.5)[rising]
    return _Pieces(low, high, cell_shares()[rising])


def _alike(law: Uniform) -> _Pieces:
    """Return whole numbers one by one, or of many one piece as wide."""
    n = int(law.width)
    if n <= _FEW:
        each = np.arange(n) + float(law.low)
        return _Pieces(each, each, np.full(n, 1 / n))
    return _Pieces(
        np.array([float(law.low)]), np.array([float(law.low) + n - 1]), np.array([1.0])
    )
