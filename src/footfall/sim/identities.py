"""Identity of a person: on which day and in which place they come; what all of their draws and ids follow from."""

from __future__ import annotations

import numpy as np

from footfall.model.values import Array

PLACE_BITS = 36
"""Most people of a day and a channel: 2**36."""
DAY_BITS = 16
"""Days from 2**15 before the start to 2**15 after it: 89 years each way."""
FIRST_DAY = -(1 << DAY_BITS - 1)
# The 12 bits above are the channel's, by which a person comes. There is one as yet, number 0.


def identities(days: Array, places: Array) -> Array:
    """Return people's identities, in 64 bits: no two people of a stream have the same.

    Args:
        days: Shape (n,), int64: days of arrival, from the start of the run; negative before it.
        places: Shape (n,), int64: places among those of the day, from 0.

    Returns:
        Shape (n,), int64: channel, day and place, rising with the days.
    """
    return np.add((days - FIRST_DAY) << PLACE_BITS, places)


def day_and_place(identity: int) -> tuple[int, int]:
    """Return the day of arrival and the place of an identity."""
    day = (identity >> PLACE_BITS) + FIRST_DAY
    return day, identity & (1 << PLACE_BITS) - 1
