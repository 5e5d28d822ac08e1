"""Rows as CSV after RFC 4180, column by column: no Python object is made per row.

Lists and structs are JSON texts in one cell. Null is an empty cell, an empty text is `""`.
Cells are what the data are: one that begins with `=`, `+`, `-` or `@` is not altered, so open
files of strangers with care in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from footfall.sinks.encoders.json_rows import SLICE_ROWS, json_texts

LINE_END = "\r\n"
# The empty text too, to be told from a null; and spaces at an end, which some readers cut off.
_SPECIAL = '[",\r\n]|^$|^\\s|\\s$'


def csv_header(schema: pa.Schema) -> bytes:
    """Return the first line."""
    cells = _quoted(pa.array(schema.names, pa.string())).to_pylist()
    return (",".join(cells) + LINE_END).encode()


def csv_rows(table: pa.Table) -> Iterator[pa.Array]:
    """Encode a table's rows as lines.

    Args:
        table: Columns as `json_rows` takes them.

    Yields:
        String arrays, in order, together one line per row, line end included.
    """
    for batch in table.to_batches(max_chunksize=SLICE_ROWS):
        cells = [_cells(column) for column in batch.columns]
        lines = pc.binary_join_element_wise(*cells, pa.scalar(","))
        yield pc.binary_join_element_wise(lines, pa.scalar(""), pa.scalar(LINE_END))


def _cells(column: pa.Array) -> pa.Array:
    """Return the cells of a column, none of them null."""
    return _texts(column).fill_null("")


def _texts(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary).take(column.indices)
    if pa.types.is_string(kind):
        return _quoted(column)
    if pa.types.is_list(kind) or pa.types.is_struct(kind):
        return _wrapped(json_texts(column))
    # The JSON text without its quotes.
    if pa.types.is_timestamp(kind):
        return pc.utf8_slice_codeunits(json_texts(column), 1, -1)
    return json_texts(column)


def _quoted(texts: pa.Array) -> pa.Array:
    """Put quotes around the texts that need them."""
    special = pc.match_substring_regex(texts, _SPECIAL)
    # In most columns no text needs quotes, and then nothing is copied.
    if not pc.any(special).as_py():
        return texts
    return pc.if_else(special, _wrapped(texts), texts)


def _wrapped(texts: pa.Array) -> pa.Array:
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.binary_join_element_wise(pa.scalar('"'), doubled, pa.scalar('"'), pa.scalar(""))
