"""Rows as JSON, in one piece of memory, and where to cut it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.sinks.delivery.answered_rows import AnsweredRows, spans_within
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.protocol import Payload, Prepared
from footfall.sinks.scratch import Scratch

if TYPE_CHECKING:
    from footfall.net.http_client import Reply

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowTexts:
    """Encoded rows.

    A batch is a slice of this: rows are never joined, split or decoded one by one on their way into a body, which
    is what lets one process send 110,000 events per second (`benchmarks/delivery.py`).

    Args:
        data: The bytes of all rows, one after the other, each with a byte behind it that separates it from the next.
        ends: Shape (n,), int64: where each row ends, its separator included.
        answered: Rows that are in no batch, since they were answered before; None if none was.
    """

    data: memoryview
    ends: Ints
    answered: AnsweredRows | None = None

    @classmethod
    def of(cls, data: bytes | memoryview, lengths: bytes) -> RowTexts:
        """Return rows from their bytes and the lengths of each, as int32."""
        # int32 lengths, int64 sums: a row has up to 2 GiB, all of them together may have more.
        ends = np.cumsum(np.frombuffer(lengths, np.int32), dtype=np.int64)
        return cls(memoryview(data), ends)

    @classmethod
    def of_prepared(cls, prepared: Prepared, answered: AnsweredRows | None = None) -> RowTexts:
        """Return the rows that `row_payloads` has made.

        Args:
            answered: Rows that are to be in no batch.
        """
        rows = cls.of(bytes_of(prepared, "rows"), bytes_of(prepared, "lengths"))
        return replace(rows, answered=answered)

    @classmethod
    def of_texts(cls, texts: Iterable[str], separator: bytes = b",") -> RowTexts:
        """Return rows from single texts.

        Args:
            separator: One byte, which goes between them.
        """
        rows = [text.encode() + separator for text in texts]
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

    def batches(self, most_rows: int, most_bytes: int) -> list[RowBatch]:
        """Return the rows as batches of so many rows and bytes at most, but of one row at least.

        Rows that were answered are cut out of the batches that there are without: what was on its way when a run was
        killed is the same batch again, with the same id.

        Args:
            most_rows, most_bytes: Per batch. A row larger than `most_bytes` is a batch by itself.
        """
        batches = []
        first = 0
        while first < len(self):
            fits = int(np.searchsorted(self.ends, self.begin(first) + most_bytes, side="right"))
            end = max(min(fits, first + most_rows, len(self)), first + 1)
            batches += [RowBatch(self, *span) for span in self._pending(first, end)]
            first = end
        return batches

    def _pending(self, first: int, end: int) -> list[tuple[int, int]]:
        if self.answered is None:
            return [(first, end)]
        return spans_within(self.answered.known, first, end)


@dataclass(slots=True)
class RowBatch:
    """Some rows that are sent together.

    Args:
        first, end: Half-open range of rows.
        attempts: How often it was sent.
    """

    rows: RowTexts = field(repr=False)
    first: int
    end: int
    attempts: int = 0

    @property
    def n_events(self) -> int:
        """Number of rows."""
        return self.end - self.first

    @property
    def name(self) -> str:
        """Something that tells it from other batches of the part."""
        return f"{self.first}-{self.end}"

    @property
    def body(self) -> memoryview:
        """The bytes of the rows, with separators between them."""
        return self.rows.joined(self.first, self.end)

    @property
    def row_numbers(self) -> range:
        """The numbers of the rows."""
        return range(self.first, self.end)

    def dead_letters(self, reason: str, reply: Reply) -> list[DeadLetter]:
        """Return the rows as dead letters, all for the same reason."""
        return [
            DeadLetter.of(self.rows.text(row), reason, reply, row) for row in self.row_numbers
        ]

    def halves(self) -> list[Self]:
        """Return two batches of half the rows each, which were never sent."""
        middle = (self.first + self.end) // 2
        spans = ((self.first, middle), (middle, self.end))
        return [replace(self, first=first, end=end, attempts=0) for first, end in spans]


def row_payloads(texts: Sequence[pa.Array], scratch: Scratch) -> dict[str, tuple[Payload, ...]]:
    """Return encoded rows as payloads: `rows`, their bytes, and `lengths`, of each as int32.

    Args:
        texts: Rows as JSON, each with a separator behind it, in arrays as `json_rows` makes them.
        scratch: For the bytes, if they are many.
    """
    from footfall.sinks.encoders.json_scalars import text_bytes

    n_rows = sum(map(len, texts))
    lengths = b"".join(np.diff(_offsets(array)).astype(np.int32).tobytes() for array in texts)
    return {
        "rows": (
            scratch.write("rows", n_rows, lambda file: file.writelines(map(text_bytes, texts))),
        ),
        "lengths": (Payload(n_rows, len(lengths), data=lengths),),
    }


def bytes_of(prepared: Prepared, name: str) -> bytes:
    """Return the bytes of a payload; none where there is no payload of that name."""
    payload = next(iter(prepared.payloads.get(name, ())), None)
    if payload is None:
        return b""
    return payload.file.read_bytes() if payload.file is not None else payload.data or b""


def _offsets(texts: pa.Array) -> npt.NDArray[np.int32]:
    """Return where each text begins, and the last one ends; a view of Arrow's buffer, whole or sliced."""
    _, offsets, _ = texts.buffers()
    return np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
