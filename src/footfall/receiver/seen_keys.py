"""Keys that were seen: their digests, found without an index in the store.

The last ones are in memory, 24 bytes each; those before are in a file, and take a byte each in memory.

DuckDB's index of texts takes more than that, must fit into its limit of memory, and is written anew by each checkpoint:
storing took two to three times as long with it, and the longer the more there was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.receiver.resting_keys import RestingKeys, among

Digests = npt.NDArray[np.uint64]
"""Shape (3, n): upper half, lower half, and the time at which it came, ms since the epoch.

In levels they are sorted by the upper half.
"""
FOR_EVER_MS = 2**62
"""Time of a key that is never forgotten."""
STORED = "md5_number_upper(key) AS upper, md5_number_lower(key) AS lower"
"""SQL that makes digests of a table's keys in DuckDB; see `from_table`."""
MOST_MERGED = 500_000
"""Longest level that is merged: nobody is to wait for seconds while millions are sorted. What is as long rests."""


def digests_of(keys: Iterable[str], seen_ms: int | Sequence[int]) -> Digests:
    """Return keys as digests of 128 bits, among which two are never the same by chance.

    Args:
        keys: Any texts, n of them.
        seen_ms: When they came, ms since the epoch: all of them, or each.
    """
    data = b"".join(hashlib.md5(key.encode(), usedforsecurity=False).digest() for key in keys)
    upper, lower = np.frombuffer(data, "<u8").reshape(-1, 2).T
    return np.stack([upper, lower, np.broadcast_to(np.asarray(seen_ms, np.uint64), len(upper))])


def from_table(table: pa.Table) -> Digests:
    """Return digests that DuckDB has made by `STORED`, with when they came beside."""
    return np.stack([column.to_numpy().astype(np.uint64) for column in table.columns])


class SeenKeys:
    """A set of digests that grows: sorted arrays of geometric sizes, the levels of an LSM tree.

    Each level is at least twice as long as the next, up to `MOST_MERGED`; longer ones rest in a file. So adding costs
    a merge per doubling, and looking up a binary search in each level in memory, and a look at the filter of each one
    at rest: 100 million keys are 100 to 200 of these.

    Args:
        keep_ms: Digests are forgotten so long after they came; None keeps them for ever.
        folder: Where there is room for the file; None takes the system's place for such files.
    """

    def __init__(self, keep_ms: int | None = None, folder: Path | None = None) -> None:
        self._keep_ms = keep_ms
        self._levels: list[Digests] = []
        self._resting = RestingKeys(folder)

    def has(self, digests: Digests, now_ms: int) -> npt.NDArray[np.bool_]:
        """Return whether each of some digests was seen; shape (n,)."""
        # In order, neighbouring searches end in the same cache lines: three times faster.
        order = np.argsort(digests[0])
        rising, oldest_ms = digests[:, order], self._oldest_ms(now_ms)
        found = self._resting.has(rising, oldest_ms)
        for level in self._levels:
            found |= among(level, rising, oldest_ms)
        is_seen = np.empty_like(found)
        is_seen[order] = found
        return is_seen

    def add(self, digests: Digests, now_ms: int) -> None:
        """Take in digests that were not seen."""
        if not digests.shape[1]:
            return
        levels = [*self._levels, digests]
        while len(levels) > 1 and levels[-2].shape[1] < min(
            2 * levels[-1].shape[1], MOST_MERGED
        ):
            levels[-2:] = [np.concatenate(levels[-2:], axis=1)]
        levels[-1] = _sorted(levels[-1], self._oldest_ms(now_ms))
        # All of a level may be forgotten by now.
        self._levels = [level for level in levels if level.shape[1]]
        self._rest()

    def _rest(self) -> None:
        """Put levels to rest that are not merged any more; without room for them they stay in memory."""
        with suppress(OSError):
            while self._levels and self._levels[0].shape[1] >= MOST_MERGED:
                self._resting.add(self._levels[0])
                del self._levels[0]

    def _oldest_ms(self, now_ms: int) -> int:
        return 0 if self._keep_ms is None else max(now_ms - self._keep_ms, 0)


def _sorted(digests: Digests, oldest_ms: int) -> Digests:
    kept = digests if not oldest_ms else digests[:, digests[2] >= oldest_ms]
    # "stable" is a merge sort, which finds the runs that two levels are: a merge, in linear time.
    return kept[:, np.argsort(kept[0], kind="stable")]
