"""Rows as JSON, in one piece of memory, and where to cut it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowTexts:
    """Encoded rows.

    Args:
        data: The bytes of all rows, one after the other, each with a byte behind it that separates it from the next.
        ends: Shape (n,), int64: where each row ends, its separator included.
    """

    data: memoryview
    ends: Ints

    @classmethod
    def of(cls, data: bytes | memoryview, lengths: bytes) -> RowTexts:
        """Return rows from their bytes and the lengths of each, as int32."""
        return cls(
            memoryview(data), np.cumsum(np.frombuffer(lengths, np.int32), dtype=np.int64)
        )

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> RowTexts:
        """Return rows from single texts."""
        rows = [text.encode() + b"," for text in texts]
        return cls.of(b"".join(rows), np.array([len(row) for row in rows], np.int32).tobytes())

    def __len__(self) -> int:
        return len(self.ends)

    def begin(self, row: int) -> int:
        """Return where a row begins."""
        return int(self.ends[row - 1]) if row else 0

    def joined(self, first: int, end: int) -> memoryview:
        """Return the bytes of some rows, with what separates them, without the last separator."""
        return self.data[self.begin(first) : int(self.ends[end - 1]) - 1]

    def text(self, row: int) -> str:
        """Return one row."""
        return str(self.joined(row, row + 1), "utf-8")

    def cuts(self, most_rows: int, most_bytes: int) -> list[tuple[int, int]]:
        """Return batches as half-open ranges of rows: of so many rows and bytes at most, but of one row at least."""
        batches = []
        first = 0
        while first < len(self):
            fits = int(np.searchsorted(self.ends, self.begin(first) + most_bytes, side="right"))
            end = max(min(fits, first + most_rows, len(self)), first + 1)
            batches.append((first, end))
            first = end
        return batches


def lengths_of(texts: Sequence[pa.Array]) -> bytes:
    """Return the lengths in bytes of all texts, as int32."""
    return b"".join(np.diff(_offsets(array)).astype(np.int32).tobytes() for array in texts)


def _offsets(texts: pa.Array) -> npt.NDArray[np.int32]:
    _, offsets, _ = texts.buffers()
    return np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
