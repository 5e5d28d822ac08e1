"""The frame of sinks into stores: databases, files and folders that keep a ledger."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import ClassVar, Protocol

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run
from footfall.errors import StoreError
from footfall.sinks.protocol import (
    CursorBook,
    Cursors,
    Guarantee,
    Payload,
    Placement,
    Prepared,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import drop
from footfall.store.arrow_types import relabelled
from footfall.store.column_names import RenamedField, renamed_fields, with_columns
from footfall.store.durable import PARTS_KEPT
from footfall.store.schema_changes import check_chunk
from footfall.store.tables import SCENARIO_TABLES, scenario_tables

NOTHING_CHANGED = "nothing was changed"


class RunWriter(Protocol):
    """A store that is open for one run."""

    @property
    def cursors(self) -> Cursors:
        """The run's cursors; the frame moves them with each part that was written."""
        ...

    def write(self, prepared: Prepared) -> int | None:
        """Write a part, its ledger row and its tallies: all or nothing, also in a power cut.

        Returns:
            Bytes written; None if the part turned out to be there.
        """
        ...

    def end(self, *, complete: bool) -> None:
        """Finish writing; if all parts are there, note that the run is complete."""
        ...


class StoreSink(ABC):
    """A sink into a store.

    Subclasses say how rows are encoded and how a part is written. This says the rest, once for
    all of them: whose columns are taken, that a part begins at its group's cursor, which
    receipt a part gets that is there already, what is removed when a part is committed or given
    up, and that all is closed in the reverse order of opening, however it ends.

    Example:
        >>> from contextlib import nullcontext
        >>> class IdSink(StoreSink):  # a list of the events' ids
        ...     name, tables = "ids:", ("events",)
        ...
        ...     def begin(self, run, stack, *, fresh):
        ...         self.ids, self.cursors = [], {}
        ...         return self
        ...
        ...     def encode(self, chunk, table, rows):
        ...         text = " ".join(rows["insert_id"].to_pylist()).encode()
        ...         yield Payload(rows.num_rows, len(text), data=text)
        ...
        ...     def write(self, prepared):
        ...         for payload in prepared.payloads["events"]:
        ...             self.ids += payload.data.split()
        ...         return prepared.size_bytes
        ...
        ...     def end(self, *, complete): ...
        ...     def explained(self, kept):
        ...         return nullcontext()
        >>> sink = IdSink()
        >>> sink.open(run, fresh=False)
        {}
        >>> [sink.commit(sink.prepare(chunk)).accepted for chunk in (*chunks, chunks[0])]
        [302, 334, 316, 299, 302]
        >>> len(sink.ids)
        1251

    Attributes:
        tables: Names of the tables it keeps, out of `events`, `changes` and `arrivals`.
        ignores_case: Names of properties that differ in case alone are one there, so rows come
            with those that `store/column_names.py` gives them.
    """

    tables: ClassVar[Sequence[str]] = SCENARIO_TABLES
    ignores_case: ClassVar[bool] = False
    placement: Placement = "worker"
    guarantee: Guarantee = "exactly once"

    def __init__(self) -> None:
        # All that cannot be pickled is in these three: a sink goes to the workers before it is
        # opened.
        self._writer: RunWriter | None = None
        self._book: CursorBook | None = None
        self._stack: ExitStack | None = None

    @property
    @abstractmethod
    def name(self) -> str:
        """The destination, as `parse` takes it."""

    @abstractmethod
    def encode(self, chunk: Chunk, table: str, rows: pa.Table) -> Iterable[Payload]:
        """Encode the rows of one table; runs in the workers, on a copy that was never opened.

        Args:
            chunk: The chunk.
            table: Name of the table.
            rows: Its rows.
        """

    @abstractmethod
    def begin(self, run: Run, stack: ExitStack, *, fresh: bool) -> RunWriter:
        """Open the store for a run, after removing what an interrupted one has left.

        Args:
            run: The run.
            stack: Takes what is to be closed with the sink, or at once should this fail: first
                whatever keeps other writers out, for it is let go last.
            fresh: Remove what is there of this run first.
        """

    @abstractmethod
    def explained(self, kept: str) -> AbstractContextManager[None]:
        """Turn errors of the driver or the system into those of `errors.py`.

        Args:
            kept: A sentence on what is still there.
        """

    def renamed(self, schema: StreamSchema) -> Sequence[RenamedField]:
        """Return what is called otherwise, where names that differ in case alone are one."""
        return renamed_fields(schema) if self.ignores_case else ()

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's tables."""
        check_chunk(chunk)
        payloads: dict[str, tuple[Payload, ...]] = {}
        for table in self.tables:
            rows: pa.Table = getattr(chunk, table)
            if self.ignores_case:
                stored = scenario_tables(with_columns(chunk.stream.schema))[table]
                rows = relabelled(rows, stored)
            payloads[table] = tuple(self.encode(chunk, table, rows)) if rows.num_rows else ()
        return prepared_of(chunk, payloads)

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Open the store and return the run's cursors."""
        with ExitStack() as stack, self.explained(NOTHING_CHANGED):
            self._writer = self.begin(run, stack, fresh=fresh)
            self._book = CursorBook(run, self._writer.cursors)
            self._stack = stack.pop_all()
        return dict(self._book.cursors)

    def commit(self, prepared: Prepared) -> Receipt:
        """Write a part, unless it is there."""
        writer, book = self._opened()
        try:
            size_bytes = None
            if not book.has(prepared):
                with self.explained(PARTS_KEPT):
                    size_bytes = writer.write(prepared)
        finally:
            drop(prepared.files)
        if size_bytes is None:
            return Receipt(prepared.part, prepared.events, was_there_already=True)
        # Only now: a part that failed is still wanted, and the next one would leave a gap.
        book.move(prepared.part)
        return Receipt(prepared.part, prepared.events, size_bytes=size_bytes)

    def close(self, *, complete: bool) -> None:
        """Note whether the run is complete, and close all that is open."""
        writer, stack = self._writer, self._stack
        self._writer = self._book = self._stack = None
        if writer is not None and stack is not None:
            with self.explained(PARTS_KEPT), stack:
                writer.end(complete=complete)

    def _opened(self) -> tuple[RunWriter, CursorBook]:
        if self._writer is None or self._book is None:
            raise StoreError(f"{self.name} is not open")
        return self._writer, self._book
