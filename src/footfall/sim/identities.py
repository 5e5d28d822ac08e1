"""Identity of a person: channel, day and place of their arrival; what all of their draws and ids follow from."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from footfall.model.values import Array

PLACE_BITS = 32
"""Most people of a day and a channel: 2**32."""
DAY_BITS = 16
"""Days from 2**15 before the start to 2**15 after it: 89 years each way."""
FIRST_DAY = -(1 << DAY_BITS - 1)
# The 15 bits above are the channel's (`model.CHANNEL_BITS`); the topmost stays 0, so that an
# identity is the same number with a sign and without.


def identities(channels: Array | int, days: Array, places: Array) -> Array:
    """Return people's identities, in 63 bits: no two people of a stream have the same.

    Args:
        channels: Shape (n,), int64, or one for all: 0 for who comes by no campaign.
        days: Shape (n,), int64: days of arrival, from the start of the run; negative before it.
        places: Shape (n,), int64: places among those of the day and channel, from 0.

    Returns:
        Shape (n,), int64.
    """
    day_of_channel = (np.asarray(channels, np.int64) << DAY_BITS) + (days - FIRST_DAY)
    return np.add(day_of_channel << PLACE_BITS, places)


Identity = TypeVar("Identity", int, Array)


def parts_of(identity: Identity) -> tuple[Identity, Identity, Identity]:
    """Return channel, day of arrival and place of an identity, or of several."""
    day_of_channel, place = divmod(identity, 1 << PLACE_BITS)
    channel, day = divmod(day_of_channel, 1 << DAY_BITS)
    return channel, day + FIRST_DAY, place
