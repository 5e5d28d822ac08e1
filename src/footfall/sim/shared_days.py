"""Days that people share: a random factor per date, alike for all whom it concerns.

A date's normal value is a weighted sum of its own draw and those of the 13 dates before it, so that neighbours resemble
each other (0.3 from one day to the next), and none depends on where a run begins.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from footfall.model.model import DAY_FACTOR_BITS, Z_BITS, SharedDays
from footfall.model.values import Array
from footfall.sim import draws, keys

_WEIGHT_BITS = 20
_STEPS_PER_Z, _MOST_Z = 64, 8
# The square root of 0.91 × 0.09^k, so that the squares have the sum 1: an autoregression of 0.3, cut after 14 terms.
_WEIGHTS = [isqrt((91 * 9**k << 2 * _WEIGHT_BITS) // (100 * 100**k)) for k in range(14)]


def factors(shared: SharedDays | None, dates: Array) -> Array:
    """Return what dates do: nothing where days are not shared.

    Args:
        dates: Shape (n,), int64: rising without a gap, days since 1970-01-01.

    Returns:
        Shape (n,), int64, in 2**-20.

    Randomness:
        One draw per date.
    """
    if shared is None:
        return np.full(len(dates), 1 << DAY_FACTOR_BITS, np.int64)
    drawn_for = np.arange(dates[0] - len(_WEIGHTS) + 1, dates[-1] + 1, dtype=np.int64)
    bits = keys.draw(np.full(len(drawn_for), shared.key, np.uint64), 0, drawn_for)
    own = draws.invert(shared.normal, bits)
    value = np.zeros(len(dates), np.int64)
    for back, weight in enumerate(_WEIGHTS):
        first = len(_WEIGHTS) - 1 - back
        value += own[first : first + len(dates)] * weight >> _WEIGHT_BITS
    step = (value * _STEPS_PER_Z + (1 << Z_BITS - 1)) >> Z_BITS
    most = _STEPS_PER_Z * _MOST_Z
    return shared.factors[np.clip(step, -most, most) + most]
