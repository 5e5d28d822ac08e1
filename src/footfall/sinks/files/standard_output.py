"""The sink to standard output: NDJSON, for pipes; it remembers nothing."""

from __future__ import annotations

import sys

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.errors import PermanentSinkError
from footfall.sinks.files.one_file import FORMATS
from footfall.sinks.protocol import (
    Capabilities,
    CursorBook,
    Cursors,
    Guarantee,
    Placement,
    Prepared,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import copy_payload, drop, temporary_scratch
from footfall.store.schema_changes import check_chunk


class StandardOutput:
    """A sink to standard output, of events as NDJSON."""

    name = "-"
    capabilities = Capabilities(kind="-", writes_stdout=True)
    placement: Placement = "worker"
    guarantee: Guarantee = "best effort"

    def __init__(self) -> None:
        self._scratch = temporary_scratch()
        self._book: CursorBook | None = None

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events."""
        check_chunk(chunk)
        pieces = FORMATS["ndjson"].rows(chunk.events)
        payload = self._scratch.write(
            "events", chunk.events.num_rows, lambda file: file.writelines(pieces)
        )
        return prepared_of(chunk, {"events": (payload,)})

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Begin at the start: standard output keeps nothing."""
        del fresh
        self._book = CursorBook(run, {})
        return {}

    def commit(self, prepared: Prepared) -> Receipt:
        """Write a part's rows.

        Raises:
            PermanentSinkError: Whoever reads has gone away.
        """
        assert self._book is not None, "commit needs open"
        try:
            if self._book.has(prepared):
                return Receipt(prepared.part, prepared.events, was_there_already=True)
            for payload in prepared.payloads["events"]:
                copy_payload(payload, sys.stdout.buffer)
            # At each part, so that whoever reads sees live events when they happen, and so that
            # a reader that has gone is noticed here and not at the interpreter's end.
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise PermanentSinkError("standard output was closed by its reader") from None
        finally:
            drop(prepared.files)
        self._book.move(prepared.part)
        return Receipt(prepared.part, prepared.events, size_bytes=prepared.size_bytes)

    def close(self, *, complete: bool) -> None:
        """Remove what was on its way."""
        del complete
        self._scratch.clear()
