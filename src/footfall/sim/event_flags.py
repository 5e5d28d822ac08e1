"""Event flags: what every event carries of its person, packed into one number.

Bits 0 and 1: number of the account by which the person is known, 0 for none. Bits 2 to 5: 1 + number of
the device, of which people have nine at most; 0 for none. From bit 6: the stage. Adding `ONE_STAGE` raises
the stage by one, and nothing else changes.
"""

from __future__ import annotations

import numpy as np

from footfall.model.values import Array

_DEVICE_BIT, _STAGE_BIT = 2, 6
ONE_STAGE = 1 << _STAGE_BIT
_ACCOUNT, _DEVICE = 3, 15
_NO_ACCOUNT = ~np.int64(_ACCOUNT)
_NEITHER = ~np.int64(_DEVICE << _DEVICE_BIT | _ACCOUNT)


def pack_flags(stages: Array | int, devices: Array | int, accounts: Array | int) -> Array:
    """Return stage, device (-1 for none) and account (0 for none) as one number each."""
    return np.add(np.multiply(stages, ONE_STAGE) + (devices + 1 << _DEVICE_BIT), accounts)


def with_account(flags: Array, accounts: Array | int) -> Array:
    """Return the flags with another account, 0 for none."""
    return np.add(flags & _NO_ACCOUNT, accounts)


def outside_sessions(flags: Array, accounts: Array) -> Array:
    """Return the flags of events outside sessions: without a device where an account says whose they are.

    Others keep the device they were last seen on: without any id an event would be nobody's.

    Args:
        accounts: Shape (n,), int64: each one's latest account; 0 who has none.
    """
    return np.where(np.greater(accounts, 0), flags & _NEITHER | accounts, flags)


def device_of(flags: Array) -> Array:
    """Return the numbers of devices, -1 for none."""
    return (flags >> _DEVICE_BIT & _DEVICE) - 1


def unpack_flags(flags: Array) -> tuple[Array, Array, Array]:
    """Return stages, devices (-1 for none) and accounts (0 for none)."""
    return flags >> _STAGE_BIT, device_of(flags), flags & _ACCOUNT
