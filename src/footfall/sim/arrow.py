"""From plain arrays to Arrow columns, without a loop over rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.events.schema import TIMESTAMP, Field, arrow_type, scalar_type
from footfall.model.values import Array, Kind, is_null

_HEX = np.frombuffer("".join(f"{b:02x}" for b in range(256)).encode(), np.uint16)
"""Two hex digits per byte, as one 16-bit number in memory order."""


def bitmap(valid: Array) -> pa.Buffer:
    """Return a validity bitmap from booleans of shape (n,)."""
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def plain(values: Array, kind: pa.DataType, valid: Array | None = None) -> pa.Array:
    """Return a column of a fixed-width type from its values, null where not valid."""
    buffers = [None if valid is None else bitmap(valid), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def decimals(values: Array, kind: pa.DataType, valid: Array | None = None) -> pa.Array:
    """Return a decimal128 column from int64 minor units."""
    words = np.empty((len(values), 2), np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    return plain_bytes(words, kind, valid)


def plain_bytes(words: Array, kind: pa.DataType, valid: Array | None) -> pa.Array:
    """Return a column of a type wider than any NumPy one; `words` has one row per value."""
    return pa.Array.from_buffers(kind, len(words), [None if valid is None else bitmap(valid), pa.py_buffer(words)])


def booleans(values: Array, valid: Array | None = None) -> pa.Array:
    """Return a boolean column from 0 and 1."""
    buffers = [None if valid is None else bitmap(valid), bitmap(np.equal(values, 1))]
    return pa.Array.from_buffers(pa.bool_(), len(values), buffers)


def texts(codes: Array, words: Sequence[str]) -> pa.Array:
    """Return a dictionary column from codes; below 0 is null. Only the words that occur are in the dictionary, in order of code."""
    valid = np.greater_equal(codes, 0)
    occurs = np.zeros(len(words) + 1, np.bool_)
    occurs[codes] = True
    occurs[-1] = False
    places = (np.cumsum(occurs) - 1).astype(np.int32)
    used = pa.array([words[i] for i in np.flatnonzero(occurs)], pa.string())
    indices = plain(places[codes], pa.int32(), None if valid.all() else valid)
    return pa.DictionaryArray.from_arrays(indices, used, safe=False)


def constant(word: str, n: int) -> pa.Array:
    """Return a dictionary column with one word throughout."""
    return texts(np.zeros(n, np.int32), [word])


def fixed_texts(characters: Array, valid: Array | None = None) -> pa.Array:
    """Return a text column of one width.

    Args:
        characters: Shape (m, width), uint8, ASCII: one row per value that is not null, in order.
        valid: Shape (n,), bool with m times true; None when m = n.
    """
    width = characters.shape[1]
    n = len(characters) if valid is None else len(valid)
    offsets = np.zeros(n + 1, np.int32)
    np.cumsum(np.full(n, width, np.int32) if valid is None else valid * np.int32(width), out=offsets[1:])
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), data, None if valid is None else bitmap(valid))


def hex_digits(values: Array, n_bytes: int) -> Array:
    """Return numbers in hexadecimal: shape (n, 2 * n_bytes), uint8, ASCII, most significant digit first."""
    big = values.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - n_bytes :]
    return _HEX[big].view(np.uint8).reshape(len(values), 2 * n_bytes)


def labelled(prefix: str, values: Array, n_bytes: int) -> Array:
    """Return `prefix-` and hexadecimal digits: shape (n, width), uint8, ASCII."""
    head = np.frombuffer((prefix + "-").encode("ascii"), np.uint8)
    out = np.empty((len(values), len(head) + 2 * n_bytes), np.uint8)
    out[:, : len(head)] = head
    out[:, len(head) :] = hex_digits(values, n_bytes)
    return out


def scalar(kind: Kind, values: Array, valid: Array, minor_digits: int, words: Sequence[str], prefix: str = "") -> pa.Array:
    """Return a column of a kind.

    Args:
        values: Shape (n,), as state arrays hold the kind; anything where not valid.
        valid: Shape (n,), bool.
        words: Texts by code.
        prefix: Of ids.
    """
    valid = valid & ~is_null(kind, values)
    if kind == "text":
        return texts(np.where(valid, values, -1), words)
    if kind == "id":
        return fixed_texts(labelled(prefix, values[valid], 8), valid)
    if kind == "boolean":
        return booleans(values, valid)
    if kind == "money":
        return decimals(values, scalar_type("money", minor_digits), valid)
    types: dict[str, pa.DataType] = {"integer": pa.int64(), "number": pa.float64(), "time": TIMESTAMP}
    return plain(values, types[kind], valid)


def listed(field: Field, lengths: Array, valid: Array, items: Sequence[pa.Array], minor_digits: int) -> pa.Array:
    """Return a list column from the flattened columns of its elements.

    Args:
        lengths: Shape (n,), 0 where not valid.
        items: One column per field (one alone for plain elements), all elements of all rows one after another.
    """
    kind = arrow_type(field, minor_digits)
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    if field.item is None:
        values = pa.StructArray.from_arrays(list(items), fields=list(kind.value_type))
    else:
        values = items[0]
    return pa.Array.from_buffers(kind, len(lengths), [bitmap(valid), pa.py_buffer(offsets)], children=[values])


def json_texts(kind: Kind, values: Array, minor_digits: int, words: Sequence[str], prefix: str = "") -> list[str] | Array:
    """Return values as JSON texts: a NumPy array of objects, one per value."""
    column = scalar(kind, values, np.ones(len(values), np.bool_), minor_digits, words, prefix)
    if kind in ("text", "id"):
        encoded = column.dictionary_encode() if kind == "id" else column
        quoted = [json.dumps(v, ensure_ascii=False) for v in encoded.dictionary.to_pylist()] + ["null"]
        return np.array(quoted, object)[encoded.indices.fill_null(len(quoted) - 1).to_numpy()]
    if kind == "time":
        stamps = np.datetime_as_string(values.astype("datetime64[ms]"), unit="ms")
        return np.where(is_null(kind, values), "null", [f'"{s}Z"' for s in stamps]).astype(object)
    return column.cast(pa.string()).fill_null("null").to_numpy(zero_copy_only=False)


def json_lists(lengths: Array, items: Sequence[Sequence[Any]], names: Sequence[str]) -> Array:
    """Return lists as JSON texts.

    Args:
        lengths: Shape (n,).
        items: Per field, the JSON texts of all elements of all rows one after another.
        names: Names of the fields; empty for plain elements.
    """
    if names:
        labels = [json.dumps(name) + ":" for name in names]
        elements = ["{" + ",".join(a + b for a, b in zip(labels, row, strict=True)) + "}" for row in zip(*items, strict=True)]
    else:
        elements = list(items[0])
    edges = np.cumsum(np.concatenate([[0], lengths]))
    return np.array(["[" + ",".join(elements[a:b]) + "]" for a, b in zip(edges[:-1], edges[1:], strict=True)], object)


