"""Keys that were seen: their digests in memory, 24 bytes each, found without an index in the store.

DuckDB's index of texts takes more than that, must fit into its limit of memory, and is written anew by each checkpoint:
storing took two to three times as long with it, and the longer the more there was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Digests = npt.NDArray[np.uint64]
"""Shape (3, n): upper half, lower half, and the time at which it came, ms since the epoch.

In levels they are sorted by the upper half.
"""
FOR_EVER_MS = 2**62
"""Time of a key that is never forgotten."""
STORED = "md5_number_upper(key) AS upper, md5_number_lower(key) AS lower"
"""SQL that makes digests of a table's keys in DuckDB; see `from_table`."""
MOST_MERGED = 1_000_000
"""Longest level that is merged: nobody is to wait for seconds while millions are sorted."""


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

    Each level is at least twice as long as the next, up to `MOST_MERGED`. So adding costs a merge per doubling, and
    looking up a binary search in each level: 100 million keys are 50 to 100 levels of a million or two.

    Args:
        keep_ms: Digests are forgotten so long after they came; None keeps them for ever.
    """

    def __init__(self, keep_ms: int | None = None) -> None:
        self._keep_ms = keep_ms
        self._levels: list[Digests] = []

    def has(self, digests: Digests, now_ms: int) -> npt.NDArray[np.bool_]:
        """Return whether each of some digests was seen; shape (n,)."""
        found = np.zeros(digests.shape[1], np.bool_)
        # In order, neighbouring searches end in the same cache lines: three times faster.
        order = np.argsort(digests[0])
        upper = digests[0][order]
        for level in self._levels:
            places = np.minimum(np.searchsorted(level[0], upper), level.shape[1] - 1)
            # 64 bits are looked for, the other 64 compared. Two of 100 million keys share the upper half
            # in one of 4,000 sets, where only the first is found: one duplicate would be stored then.
            is_near = level[0][places] == upper
            near, places = order[is_near], places[is_near]
            found[near] |= (level[1][places] == digests[1][near]) & (
                level[2][places] >= self._oldest_ms(now_ms)
            )
        return found

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

    def _oldest_ms(self, now_ms: int) -> int:
        return 0 if self._keep_ms is None else max(now_ms - self._keep_ms, 0)


def _sorted(digests: Digests, oldest_ms: int) -> Digests:
    kept = digests if not oldest_ms else digests[:, digests[2] >= oldest_ms]
    # "stable" is a merge sort, which finds the runs that two levels are: a merge, in linear time.
    return kept[:, np.argsort(kept[0], kind="stable")]
