"""Digests of tables and tallies by what they say, not by how Arrow holds them.

Chunks, slices, dictionaries and the order of rows are no part of a digest. Names, types, nullability, nulls and values
are. Nothing of Arrow's own (its IPC format, its names of types, its hashes) goes in, so every version gives the same.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.tallies import PASSED_OVER, Tallies

FIXED = {"<i8": pa.types.is_int64, "<i4": pa.types.is_int32, "<f8": pa.types.is_float64}


def digest_of_table(tables: Sequence[pa.Table], order: Sequence[str]) -> str:
    """Return the number of rows and 32 hex digits over all that some tables of one schema say together.

    Args:
        order: Columns that together tell any two rows apart: rows are sorted by them.
    """
    whole = pa.concat_tables(tables).combine_chunks()
    whole = whole.sort_by([(column, "ascending") for column in order])
    digest = hashlib.sha256()
    for field in whole.schema:
        for piece in _column(field, whole[field.name].combine_chunks()):
            digest.update(len(piece).to_bytes(8, "little") + piece)
    return f"{whole.num_rows} rows, {digest.hexdigest()[:32]}"


def digest_of_tallies(tallies: Tallies) -> str:
    """Return how many there are and 32 hex digits over all that are pinned, in the order of their keys."""
    counts = {
        f.name: getattr(tallies, f.name)
        for f in dataclasses.fields(tallies)
        if f.name != "is_whole"
    }
    lines = [
        json.dumps(
            [name, *key, *(map(int, value) if isinstance(value, tuple) else [int(value)])],
            ensure_ascii=True,
        )
        for name, mapping in counts.items()
        for key, value in mapping.items()
        if not (name == "cities" and _came_later(key[1]))
    ]
    text = "\n".join(sorted(lines))
    return f"{len(lines)} rows, {hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _came_later(measure: str) -> bool:
    """Return whether a measure follows from events that are pinned, and was not counted at first."""
    return measure in ("buyers", "revenue_squared", "revenue_cubed") or measure.startswith(
        PASSED_OVER
    )


def _column(field: pa.Field, values: pa.Array | pa.ChunkedArray) -> Iterator[bytes]:
    """Give the bytes that stand for a column: its name and type, where it is null, and the values that are there."""
    if isinstance(
        values, pa.ChunkedArray
    ):  # older versions of Arrow keep the one chunk in its wrapping
        values = (
            pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
        )
    yield f"{field.name} {_name(field.type)} {'nullable' if field.nullable else 'filled'} {len(values)}".encode()
    yield np.packbits(values.is_null().to_numpy(zero_copy_only=False)).tobytes()
    filled = values.drop_null()
    yield from _values(filled.type, filled)


def _values(kind: pa.DataType, values: pa.Array) -> Iterator[bytes]:
    if pa.types.is_dictionary(kind):
        yield from _values(kind.value_type, values.dictionary_decode())
    elif pa.types.is_struct(kind):
        for number, child in enumerate(values.flatten()):
            yield from _column(kind.field(number), child)
    elif pa.types.is_list(kind):
        yield _numbers(pc.list_value_length(values), "<i8")
        yield from _column(kind.value_field, values.flatten())
    elif pa.types.is_string(kind):
        yield _numbers(pc.binary_length(values), "<i8")
        yield "".join(values.to_pylist()).encode()
    elif pa.types.is_decimal(kind):
        yield " ".join(
            str(int(value.scaleb(kind.scale))) for value in values.to_pylist()
        ).encode()
    elif pa.types.is_timestamp(kind):
        yield _numbers(values.cast(pa.int64()), "<i8")
    elif pa.types.is_boolean(kind):
        yield _numbers(values, "<i8")
    else:
        yield _numbers(values, _fixed(kind))


def _numbers(values: pa.Array, dtype: str) -> bytes:
    numbers = values.to_numpy(zero_copy_only=False).astype(dtype)
    return (
        np.where(np.isnan(numbers), np.nan, numbers) if dtype == "<f8" else numbers
    ).tobytes()


def _name(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _name(kind.value_type)
    if pa.types.is_struct(kind):
        return f"struct of {kind.num_fields}"
    if pa.types.is_list(kind):
        return "list"
    if pa.types.is_string(kind):
        return "text"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_decimal(kind):
        return f"decimal{kind.bit_width} {kind.precision} {kind.scale}"
    if pa.types.is_timestamp(kind):
        return f"time {kind.unit} {kind.tz}"
    return _fixed(kind)


def _fixed(kind: pa.DataType) -> str:
    return next(name for name, is_it in FIXED.items() if is_it(kind))
