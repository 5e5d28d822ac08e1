"""Digests of keys that are at rest in a file without a name, with filters that spare most looks at them."""

from __future__ import annotations

import mmap
import sys
import tempfile
import weakref
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Level = npt.NDArray[np.uint64]
"""Shape (3, n); `seen_keys.Digests`, sorted."""
BITS_PER_KEY = 8
"""Of a Bloom filter with four probes: it takes 2.4 % of the keys that are not there for some that may be."""
_SHIFTS = ((0, 0), (0, 32), (1, 0), (1, 32))
"""Row of a digest, and bits to the right, per probe: each takes 32 bits of the 128, which are evenly spread."""


class RestingKeys:
    """Levels of digests, sorted each, that are added and looked up, and never changed.

    Args:
        folder: Where there is room for the file; None takes the system's place for such files.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None
        self._lengths: list[int] = []

    def add(self, level: Level) -> None:
        """Put a level to rest.

        Raises:
            OSError: There is no room for it.
        """
        if self._file is None:
            # It lives as long as this does, and has no name that somebody could find.
            self._file = tempfile.TemporaryFile(prefix=".footfall-keys-", dir=self._folder)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.seek(sum(map(_size_of, self._lengths)))
        self._file.write(level.tobytes() + _filter(level).tobytes())
        self._file.truncate(sum(map(_size_of, [*self._lengths, level.shape[1]])))
        self._file.flush()
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self._lengths.append(level.shape[1])

    def has(self, digests: Level, oldest_ms: int) -> npt.NDArray[np.bool_]:
        """Return whether each of some digests is here, and came at a time or later; shape (n,)."""
        found = np.zeros(digests.shape[1], np.bool_)
        start = 0
        for length in self._lengths:
            level, bits = self._level(start, length)
            (likely,) = np.nonzero(_may_be(bits, digests))
            if len(likely):
                found[likely] |= among(level, digests[:, likely], oldest_ms)
            start += _size_of(length)
        if sys.platform != "win32" and self._map is not None:
            # What was looked at counts as this process's memory until somebody else needs it.
            self._map.madvise(mmap.MADV_DONTNEED)
        return found

    def _level(self, start: int, length: int) -> tuple[Level, npt.NDArray[np.uint8]]:
        """Return a level and its filter, as they lie in the file."""
        assert self._map is not None
        level: Level = np.frombuffer(self._map, np.uint64, 3 * length, start)
        bits = np.frombuffer(self._map, np.uint8, length, start + level.nbytes)
        return level.reshape(3, length), bits


def _size_of(length: int) -> int:
    """Return the bytes of a level of so many digests and of its filter; whole numbers of 64 bits begin behind them."""
    return 24 * length + -(-length // 8) * 8


def among(level: Level, digests: Level, oldest_ms: int) -> npt.NDArray[np.bool_]:
    """Return whether each of some digests is in a level, and came at a time or later; shape (n,)."""
    # 64 bits are looked for, the other 64 compared. Two of 100 million keys share the upper half
    # in one of 4,000 sets, where only the first is found: one duplicate would be stored then.
    places = np.minimum(np.searchsorted(level[0], digests[0]), level.shape[1] - 1)
    is_near: npt.NDArray[np.bool_] = level[0][places] == digests[0]
    near = places[is_near]
    is_near[is_near] = (level[1][near] == digests[1][is_near]) & (level[2][near] >= oldest_ms)
    return is_near


def _filter(level: Level) -> npt.NDArray[np.uint8]:
    """Return the filter of a level: a bit is set for each probe of each digest."""
    is_set = np.zeros(level.shape[1] * BITS_PER_KEY, np.bool_)
    for row, shift in _SHIFTS:
        is_set[_probe(level[row], shift, len(is_set))] = True
    return np.packbits(is_set)


def _may_be(bits: npt.NDArray[np.uint8], digests: Level) -> npt.NDArray[np.bool_]:
    may_be = np.ones(digests.shape[1], np.bool_)
    for row, shift in _SHIFTS:
        places = _probe(digests[row], shift, 8 * len(bits))
        may_be &= (bits[places >> 3] >> (7 - (places & 7)) & 1).astype(np.bool_)
    return may_be


def _probe(halves: npt.NDArray[np.uint64], shift: int, n_bits: int) -> npt.NDArray[np.int64]:
    return (((halves >> shift) & 0xFFFFFFFF) % n_bits).astype(np.int64)
