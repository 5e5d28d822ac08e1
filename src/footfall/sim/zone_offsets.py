"""Offsets of local time from UTC: per quarter hour of a grid, and anywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    out = np.empty(n_slots, np.int64)
    for first, end, offset in _spans(name, origin_ms, n_slots):
        out[first:end] = offset
    return out


def _spans(name: str, origin_ms: int, n_slots: int) -> Iterator[tuple[int, int, int]]:
    """Yield spans of quarter hours in which a zone keeps its offset: first, end, offset in ms."""
    # Zones keep an offset for months, so a look a week ahead and a bisection where it differs
    # ask `zoneinfo` some 125 times a year, instead of 35,000 times. Missed are changes that are
    # taken back within a week: tzdata has those of Recife and Noronha in 2000, and of Gaza in
    # the far future.
    at, offset = 0, offset_ms(name, origin_ms)
    while at < n_slots:
        end = min(at + 7 * SLOTS_PER_DAY, n_slots)
        following = offset_ms(name, origin_ms + end * SLOT_MS)
        change = end if following == offset else _first_change(name, origin_ms, at, end, offset)
        yield at, change, offset
        at, offset = change, offset_ms(name, origin_ms + change * SLOT_MS)


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
    begin_ms = block * _BLOCK_SLOTS * SLOT_MS
    spans = list(_spans(name, begin_ms, _BLOCK_SLOTS))
    starts = np.array([begin_ms + first * SLOT_MS for first, _, _ in spans])
    return starts, np.array([offset for _, _, offset in spans])


def far_offsets(names: Sequence[str], zones: Array, times_ms: Array) -> Array:
    """Return offsets at any times, as the zones themselves say.

    Args:
        names: Of zones.
        zones: Shape (n,): each one's number among the names.
        times_ms: Shape (n,), int64, UTC.
    """
    found = np.empty(len(times_ms), np.int64)
    times_ms = np.clip(times_ms, _FIRST_MS, _LAST_MS)
    blocks = times_ms // (_BLOCK_SLOTS * SLOT_MS)
    for number, block in np.unique(np.stack([zones, blocks]), axis=1).T.tolist():
        mine = np.equal(zones, number) & np.equal(blocks, block)
        starts, values = _changes(names[number], block)
        found[mine] = values[np.searchsorted(starts, times_ms[mine], side="right") - 1]
    return found
