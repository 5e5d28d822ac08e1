"""Event flags: what every event carries of its person, packed into one number.

Bit 0: whether the person is identified. Bits 1 to 4: 1 + number of the device, of which people
have eight at most; 0 for none. From bit 5: the stage. Adding `ONE_STAGE` raises the stage by
one, and nothing else changes.
"""

from __future__ import annotations

import numpy as np

from footfall.model.values import Array

_STAGE_BIT = 5
ONE_STAGE = 1 << _STAGE_BIT
_DEVICE = 15
_NO_DEVICE = ~np.int64(_DEVICE << 1)


def pack_flags(stages: Array | int, devices: Array | int, known: Array | int) -> Array:
    """Return stage, device (-1 for none) and identity (0 or 1) as one number each."""
    return np.add(np.multiply(stages, ONE_STAGE) + (devices + 1) * 2, known)


def outside_sessions(flags: Array) -> Array:
    """Return the flags of events outside sessions: without a device where a user id leads to the person.

    Others keep the device they were last seen on: without any id an event would be nobody's.
    """
    return np.where(np.equal(flags & 1, 1), flags & _NO_DEVICE, flags)


def unpack_flags(flags: Array) -> tuple[Array, Array, Array]:
    """Return stages, devices (-1 for none) and whether the person is identified."""
    return flags >> _STAGE_BIT, (flags >> 1 & _DEVICE) - 1, np.equal(flags & 1, 1)
