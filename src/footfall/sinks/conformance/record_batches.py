"""Tables in record batches, cut as encoders tend not to expect it."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from footfall.data.chunk import Chunk


def in_pieces(chunk: Chunk) -> Chunk:
    """Return a chunk with the same rows, its tables in several record batches."""
    return replace(
        chunk,
        events=_sliced(chunk.events),
        changes=_sliced(chunk.changes),
        arrivals=_sliced(chunk.arrivals),
    )


def _sliced(table: pa.Table) -> pa.Table:
    """Return the same rows in pieces of 7, 14, 28 …, each cut out of a copy of the whole."""
    # Growing pieces, cut out of copies with dictionaries of their own: an encoder that trusts
    # offsets to begin at 0, or the first batch's dictionary to be everybody's, gives other
    # rows.
    pieces, begin, size = [table.slice(0, 0)], 0, 7
    while begin < table.num_rows:
        copy = pa.ipc.open_stream(_as_stream(table)).read_all()
        pieces.append(copy.slice(begin, size))
        begin, size = begin + size, size * 2
    return pa.concat_tables(pieces)


def _as_stream(table: pa.Table) -> pa.Buffer:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()
