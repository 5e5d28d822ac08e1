"""Rows in PostgreSQL's binary COPY format, column by column: no Python object is made per row.

The server then has no times or numbers to read from text. Measured beside text (benchmarks/postgresql.py).

Source:
    PostgreSQL's documentation, COPY, "Binary Format"; numeric and array as their `recv` functions read them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.sinks.encoders.json_rows import SLICE_ROWS, json_texts

HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TAIL = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)

_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
_TEXT_OID = 25
_JSONB_VERSION = b"\x01"
_SEPARATOR = "\x1f"
_MOST_COMBINATIONS = 1 << 20
_BASE = 10_000
_DIGITS = (
    6  # in base 10,000: five before the point hold 18 decimal digits, one behind it holds four
)
_NUMERIC = np.dtype(
    [
        ("size", ">i4"),
        ("n", ">i2"),
        ("weight", ">i2"),
        ("sign", ">u2"),
        ("scale", ">i2"),
        ("digits", ">i2", _DIGITS),
    ]
)
_LONG = np.dtype([("size", ">i4"), ("value", ">i8")])

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


def copy_rows(table: pa.Table) -> Iterator[pa.Array]:
    """Encode a table's rows.

    Args:
        table: Columns in the order of the COPY statement: text, dictionaries of text, int64, timestamps in ms,
            decimals of up to 18 digits (numeric), structs (jsonb), lists of text (text[]).

    Yields:
        Binary arrays, in order, together one element per row.
    """
    count = pa.scalar(struct.pack(">h", table.num_columns), pa.binary())
    for batch in table.to_batches(max_chunksize=SLICE_ROWS):
        groups = groupby(batch.columns, key=lambda column: pa.types.is_dictionary(column.type))
        fields = [
            part
            for fuses, columns in groups
            for part in (_fused(columns) if fuses else _each(columns))
        ]
        yield _side_by_side(count, *fields)


def _side_by_side(*fields: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*fields, pa.scalar(b"", pa.binary()))


def _each(columns: Iterable[pa.Array]) -> Iterator[pa.Array]:
    for column in columns:
        yield from _fields(column)


def _fused(columns: Iterable[pa.Array]) -> Iterator[pa.Array]:
    """Yield the fields of neighbouring dictionary columns, several as one while their combinations are few.

    Joining side by side costs 50 ns per row and column; looking a combination up costs 10.
    """
    held: list[pa.Array] = []
    for column in columns:
        if held and _combinations([*held, column]) > _MOST_COMBINATIONS:
            yield _looked_up(held)
            held = []
        held.append(column)
    yield _looked_up(held)


def _combinations(columns: Sequence[pa.Array]) -> int:
    return math.prod(len(column.dictionary) + 1 for column in columns)


def _looked_up(columns: Sequence[pa.Array]) -> pa.Array:
    """Return, per row, the fields of dictionary columns side by side; each combination that occurs is encoded once."""
    if len(columns) == 1:
        return _nulls_filled(_dictionary(columns[0].dictionary).take(columns[0].indices))
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        own = column.indices.fill_null(len(column.dictionary)).to_numpy()
        codes = codes * (len(column.dictionary) + 1) + own
    is_there = np.zeros(_combinations(columns), np.bool_)
    is_there[codes] = True
    found = np.flatnonzero(is_there)
    places = np.zeros(len(is_there), np.int32)
    places[found] = np.arange(len(found))
    parts: list[pa.Array] = []
    rest = found
    for column in reversed(columns):
        rest, own = np.divmod(rest, len(column.dictionary) + 1)
        parts.insert(0, _with_null(_dictionary(column.dictionary)).take(pa.array(own)))
    return _side_by_side(*parts).take(pa.array(places[codes]))


def _with_null(fields: pa.Array) -> pa.Array:
    """Return the fields of a dictionary, and that of a null behind them."""
    return pa.concat_arrays([_nulls_filled(fields), pa.array([NULL], pa.binary())])


def _fields(column: pa.Array) -> Sequence[pa.Array]:
    """Return binary arrays that, side by side, are the column's fields: length, then value."""
    kind = column.type
    if pa.types.is_struct(kind):
        return _variable(json_texts(column), _JSONB_VERSION)
    if pa.types.is_string(kind):
        return _variable(column)
    if pa.types.is_list(kind):
        return [_lists(column)]
    if pa.types.is_decimal(kind):
        return [_fixed(_numerics(column), column)]
    return [_fixed(_longs(column), column)]


def _nulls_filled(fields: pa.Array) -> pa.Array:
    return fields.fill_null(pa.scalar(NULL, pa.binary())) if fields.null_count else fields


def _dictionary(texts: pa.Array) -> pa.Array:
    """Return the fields of a dictionary's values, which are few."""
    encoded = [None if text is None else text.encode() for text in texts.to_pylist()]
    return pa.array(
        [None if e is None else struct.pack(">i", len(e)) + e for e in encoded], pa.binary()
    )


def _variable(texts: pa.Array, version: bytes = b"") -> list[pa.Array]:
    """Return lengths and texts, two arrays; a null has the length -1 and an empty text."""
    lengths = pc.binary_length(texts).fill_null(-1 - len(version)).to_numpy() + len(version)
    values = texts.fill_null("").cast(pa.binary())
    heads = lengths.astype(">i4").view(np.uint8).reshape(-1, 4)
    if not version:
        return [_rows(heads), values]
    marked = np.concatenate([heads, np.full((len(heads), 1), version[0], np.uint8)], axis=1)
    keep = np.ones(marked.shape, np.bool_)
    keep[:, 4] = lengths >= 0
    return [_rows(marked, keep), values]


def _longs(column: pa.Array) -> Bytes:
    fields = np.empty(len(column), _LONG)
    fields["size"] = 8
    is_time = pa.types.is_timestamp(column.type)
    whole = column.cast(pa.int64()).fill_null(0).to_numpy()
    fields["value"] = whole * 1000 - _EPOCH_US if is_time else whole
    return fields.view(np.uint8).reshape(-1, _LONG.itemsize)


def _numerics(column: pa.Array) -> Bytes:
    """Return amounts as numeric: always as many digits, of which the server drops leading and trailing zeros.

    The low word of a decimal of up to 18 digits is its integer.
    """
    stride = column.type.byte_width // 8
    words = np.frombuffer(
        column.buffers()[1], np.int64, stride * len(column), stride * 8 * column.offset
    )[::stride]
    whole, rest = np.divmod(np.abs(words), 10**column.type.scale)
    fields = np.empty(len(column), _NUMERIC)
    fields["size"] = _NUMERIC.itemsize - 4
    fields["n"], fields["weight"], fields["scale"] = _DIGITS, _DIGITS - 2, column.type.scale
    fields["sign"] = np.where(words < 0, 0x4000, 0)
    fields["digits"][:, -1] = rest * 10 ** (4 - column.type.scale)
    for place in range(_DIGITS - 2, -1, -1):
        whole, fields["digits"][:, place] = np.divmod(whole, _BASE)
    return fields.view(np.uint8).reshape(-1, _NUMERIC.itemsize)


def _fixed(fields: Bytes, column: pa.Array) -> pa.Array:
    """Return fields of equal size, those of nulls cut to their length."""
    if not column.null_count:
        return _rows(fields)
    keep = np.ones(fields.shape, np.bool_)
    keep[:, 4:] = column.is_valid().to_numpy(zero_copy_only=False)[:, None]
    fields[~keep[:, 4], :4] = 0xFF
    return _rows(fields, keep)


def _rows(matrix: Bytes, keep: Bools | None = None) -> pa.Array:
    """Return the rows of a matrix of bytes as a binary array, or of each only those bytes that are kept."""
    n, width = matrix.shape
    if keep is None:
        offsets = np.arange(n + 1, dtype=np.int32) * width
        data = np.ascontiguousarray(matrix)
    else:
        offsets = np.concatenate([[0], np.cumsum(keep.sum(axis=1))]).astype(np.int32)
        data = matrix[keep]
    return pa.Array.from_buffers(
        pa.binary(), n, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def _lists(column: pa.Array) -> pa.Array:
    """Return the fields of lists of property names: there are few different ones, each is encoded once."""
    plain = (
        column.cast(pa.list_(pa.string()))
        if not pa.types.is_string(column.type.value_type)
        else column
    )
    keys = pc.binary_join(plain, _SEPARATOR).dictionary_encode()
    made = pa.array(
        [
            _text_array(key.split(_SEPARATOR) if key else [])
            for key in keys.dictionary.to_pylist()
        ]
    )
    return _nulls_filled(made.cast(pa.binary()).take(keys.indices))


def _text_array(items: Sequence[str]) -> bytes:
    """Return one list as the field of a text[]: dimensions, whether it has nulls, type, length and bound, elements."""
    encoded = [item.encode() for item in items]
    head = struct.pack(">iii", 1 if items else 0, 0, _TEXT_OID)
    dimension = struct.pack(">ii", len(items), 1) if items else b""
    body = head + dimension + b"".join(struct.pack(">i", len(e)) + e for e in encoded)
    return struct.pack(">i", len(body)) + body
