"""Offsets of local time from UTC: per quarter hour of a grid, and anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from footfall.model.values import Array
from footfall.units import DAY_MS, MINUTE_MS
from footfall.units.zones import offset_ms

SLOT_MS = 15 * MINUTE_MS
SLOTS_PER_DAY = DAY_MS // SLOT_MS
_BLOCK_SLOTS = 260 * 7 * SLOTS_PER_DAY
"""Five years: so many are looked through at once for changes of a zone."""

_FIRST_MS, _LAST_MS = -60_000_000_000_000, 250_000_000_000_000
"""In the years 68 and 9892: dates of Python end soon after."""


def offsets(name: str, origin_ms: int, n_slots: int) -> Array:
    """Return a zone's offset at the start of each quarter hour.

    Args:
        origin_ms: Start of the grid.
        n_slots: Its length.

    Returns:
        Shape (n_slots,), int64, ms.
    """
    # Zones keep an offset for months, so a look a week ahead and a bisection where it differs
    # ask `zoneinfo` some 125 times a year, instead of 35,000 times. Missed are changes that are
    # taken back within a week: tzdata has those of Recife and Noronha in 2000, and of Gaza in
    # the far future.
    out = np.empty(n_slots, np.int64)
    at, offset = 0, offset_ms(name, origin_ms)
    while at < n_slots:
        end = min(at + 7 * SLOTS_PER_DAY, n_slots)
        following = offset_ms(name, origin_ms + end * SLOT_MS)
        change = end if following == offset else _first_change(name, origin_ms, at, end, offset)
        out[at:change] = offset
        at, offset = change, offset_ms(name, origin_ms + change * SLOT_MS)
    return out


def _first_change(name: str, origin_ms: int, low: int, high: int, offset: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if offset_ms(name, origin_ms + middle * SLOT_MS) == offset:
            low = middle
        else:
            high = middle
    return high


@cache
def _changes(name: str, block: int) -> tuple[Array, Array]:
    """Return from when on a zone has which offset, in some years: shape (k,) each, int64, ms.

    Args:
        block: Which years, counted from 1970; they begin at a full week.
    """
    first, week = block * _BLOCK_SLOTS, 7 * SLOTS_PER_DAY
    times, found = [first * SLOT_MS], [offset_ms(name, first * SLOT_MS)]
    for at in range(first, first + _BLOCK_SLOTS, week):
        if offset_ms(name, (at + week) * SLOT_MS) != found[-1]:
            change = _first_change(name, 0, at, at + week, found[-1])
            times.append(change * SLOT_MS)
            found.append(offset_ms(name, change * SLOT_MS))
    return np.array(times), np.array(found)


def far_offsets(
    names: Sequence[str], zones: Array, times_ms: Array, near: Array, is_far: Array
) -> Array:
    """Return offsets, at some times of the zones themselves.

    Args:
        zones: Shape (n,): each one's number among the names.
        near: Shape (n,): the others' offsets.
        is_far: Shape (n,), bool: whose are asked of the zones.
    """
    found = near.copy()
    times_ms = np.clip(times_ms, _FIRST_MS, _LAST_MS)
    blocks = times_ms // (_BLOCK_SLOTS * SLOT_MS)
    pairs = np.unique(np.stack([zones[is_far], blocks[is_far]]), axis=1)
    for number, block in pairs.T.tolist():
        mine = is_far & np.equal(zones, number) & np.equal(blocks, block)
        starts, values = _changes(names[number], block)
        found[mine] = values[np.searchsorted(starts, times_ms[mine], side="right") - 1]
    return found
