"""Moments of waits that are multiplied by a factor and cut to a limit.

A law is looked at as pieces, each of numbers that are all alike. Sums over the pieces from the
lowest on are made once; a limit cuts one piece, and those above it count as the limit.
"""

from __future__ import annotations

from bisect import bisect_right
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
Sums = tuple[float, float, float]
"""A share of all values; the sums of their distances from the law's mean, and of the squares of these."""


class _Pieces:
    """The pieces of a law, in rising order, about its mean.

    Attributes:
        mean: Of the law.
        low, high, shares: Ends of the pieces less the mean, and the share of values in each.
        so_far: Sums over the pieces before each, and over all.
    """

    def __init__(self, low: Array, high: Array, shares: Array) -> None:
        # Added one after another: the same result everywhere.
        (*_, self.mean) = accumulate(((low + high) / 2 * shares).tolist())
        self.low, self.high = (low - self.mean).tolist(), (high - self.mean).tolist()
        self.shares = shares.tolist()
        each = map(_piece, self.shares, self.low, self.high)
        self.so_far = list(accumulate(each, _plus, initial=(0.0, 0.0, 0.0)))


def _piece(share: float, low: float, high: float) -> Sums:
    return (
        share,
        share * (low + high) / 2,
        share * (low * low + low * high + high * high) / 3,
    )


def _plus(one: Sums, other: Sums) -> Sums:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def moments(
    law: InverseCdf | Uniform, factor: float = 1.0, limit_ms: float = inf
) -> tuple[float, float]:
    """Return mean (ms) and variance (ms²) of a drawn wait, times a factor above 0, cut to a limit."""
    pieces = _pieces(law)
    limit = limit_ms / factor - pieces.mean
    if limit <= pieces.low[0]:
        return limit_ms, 0.0
    place = bisect_right(pieces.high, limit)
    sums = pieces.so_far[place]
    if place < len(pieces.high):
        low, high = pieces.low[place], pieces.high[place]
        if low < limit:
            share = pieces.shares[place] * (limit - low) / (high - low)
            sums = _plus(sums, _piece(share, low, limit))
        beyond = 1.0 - sums[0]
        sums = _plus(sums, (beyond, beyond * limit, beyond * limit * limit))
    _, mean, square = sums
    variance = max(square - mean * mean, 0.0)
    return factor * (pieces.mean + mean), factor * factor * variance


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
