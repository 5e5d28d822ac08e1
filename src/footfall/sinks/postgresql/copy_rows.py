"""Rows in PostgreSQL's binary COPY format, encoded by pgpq.

The server then has no times or numbers to read from text. Measured beside text and ADBC in
`benchmarks/postgresql.py`; why this library: `docs/decisions.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.errors import MissingExtraError
from footfall.sinks.encoders.json_rows import SLICE_ROWS, json_texts

if TYPE_CHECKING:
    import pgpq


def copy_rows(table: pa.Table) -> Iterator[bytes]:
    """Encode a table for `COPY … FROM STDIN (FORMAT BINARY)`.

    Args:
        table: Columns in the order of the COPY statement: texts, dictionaries of texts, int64,
            timestamps in ms, decimals (numeric), structs and `pa.json_()` (jsonb), lists of
            texts (text[]).

    Yields:
        Pieces of the whole stream, its head and its tail among them.

    Raises:
        MissingExtraError: The package pgpq is not installed.
    """
    encoder = _encoder(table.schema)
    yield encoder.write_header()
    for batch in table.to_batches(max_chunksize=SLICE_ROWS):
        columns = [_encodable(column) for column in batch.columns]
        # Rows may stay in the encoder until a later batch, or the end: what it returns can be
        # empty.
        yield encoder.write_batch(pa.RecordBatch.from_arrays(columns, names=table.column_names))
    yield encoder.finish()


def _encoder(schema: pa.Schema) -> pgpq.ArrowToPostgresBinaryEncoder:
    try:
        from pgpq import ArrowToPostgresBinaryEncoder, encoders
        from pgpq.schema import Jsonb
    except ModuleNotFoundError:
        raise MissingExtraError("pgpq", "postgres", "PostgreSQL") from None
    fields = [pa.field(field.name, _encodable_type(field.type)) for field in schema]
    chosen = {
        # A text would do for the client, but the server expects a version byte in front of a
        # jsonb.
        field.name: encoders.StringEncoderBuilder.new_with_output(field, Jsonb())
        if _is_json(kind)
        else ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field, kind in zip(fields, schema.types, strict=True)
    }
    return ArrowToPostgresBinaryEncoder.new_with_encoders(pa.schema(fields), chosen)


def _is_json(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) or isinstance(kind, pa.JsonType)


def _encodable_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that pgpq is given: it has no dictionaries, and does not write JSON."""
    if _is_json(kind) or pa.types.is_dictionary(kind):
        return pa.string()
    return pa.list_(pa.string()) if pa.types.is_list(kind) else kind


def _encodable(column: pa.Array) -> pa.Array:
    if pa.types.is_struct(column.type):
        return json_texts(column)
    if isinstance(column.type, pa.JsonType):
        return column.storage
    return column.cast(_encodable_type(column.type))
