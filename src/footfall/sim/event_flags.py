"""What every event carries of its person, packed into one number: stage, device, and whether the person is known."""

from __future__ import annotations

import numpy as np

from footfall.model.values import Array

NO_DEVICE = ~np.int64(6)
"""What is kept of a mark where there is no device."""


def pack_flags(stages: Array | int, devices: Array | int, known: Array | int) -> Array:
    """Pack stage, device (-1 for none) and whether the person is known into one number each."""
    return np.add(np.multiply(stages, 8) + (devices + 1) * 2, known)


def unpack_flags(marks: Array) -> tuple[Array, Array, Array]:
    """Return stages, devices and whether known."""
    return marks >> 3, (marks >> 1 & 3) - 1, np.equal(marks & 1, 1)
