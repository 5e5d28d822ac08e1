"""From plain arrays to Arrow columns, without a loop over rows.

No value becomes a Python object: `pa.array` of a list makes one per row. Arrow's layout is a
bitmap of what is not null and a buffer of values (of texts: offsets and characters), and NumPy
writes just that.

Most properties are null in most rows. So values are turned into what Arrow holds while they are
few, and then put in their places in zeroed memory, which costs nothing where it is not touched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.data.schema import Field, arrow_type, scalar_type
from footfall.model.values import Array, Kind, is_null

_HEX = np.frombuffer("".join(f"{b:02x}" for b in range(256)).encode(), np.uint16)
"""Two hex digits per byte, as one 16-bit number in memory order."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """The texts that values are written with.

    Args:
        texts: By code.
        minor_digits: Of the currency.
    """

    texts: Sequence[str]
    minor_digits: int


def bitmap(valid: Array) -> pa.Buffer:
    """Return a validity bitmap from booleans of shape (n,)."""
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


class RowPlaces:
    """Places in a column of n rows; columns with values at the same ones share the bitmap.

    Args:
        at: Shape (m,), int64, each once.
    """

    def __init__(self, n: int, at: Array) -> None:
        self.n, self.at = n, at

    @cached_property
    def valid(self) -> Array:
        """Shape (n,), bool: true at the places."""
        return self.spread(np.ones(len(self.at), np.bool_), np.bool_)

    @cached_property
    def order(self) -> Array:
        """Shape (m,): which of the places comes first, and so on."""
        return np.argsort(self.at)

    @cached_property
    def bitmap(self) -> pa.Buffer:
        """Validity of a column that has values at these places alone."""
        return bitmap(self.valid)

    def spread(self, values: Array, dtype: Any) -> Array:
        """Return an array of n zeros with values at the places."""
        out = np.zeros(self.n, dtype)
        out[self.at] = values
        return out


def plain(values: Array, kind: pa.DataType, valid: Array | pa.Buffer | None = None) -> pa.Array:
    """Return a column of a fixed-width type, null where not valid (booleans, or a bitmap)."""
    if isinstance(valid, np.ndarray):
        valid = bitmap(valid)
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def strings(texts: Sequence[str]) -> pa.Array:
    """Return a text column from buffers: `pa.array` imports pandas where it is (0.3 s)."""
    return _strings([text.encode() for text in texts])


def _strings(encoded: Sequence[bytes]) -> pa.Array:
    offsets = np.zeros(len(encoded) + 1, np.int32)
    offsets[1:] = np.cumsum([len(e) for e in encoded], dtype=np.int32) if encoded else []
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))
    )


def plain_booleans(values: Array) -> pa.Array:
    """Return a boolean column without nulls."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, bitmap(values)])


@dataclass(frozen=True, slots=True, eq=False)
class TextCodes:
    """Texts by code, renumbered so that only those that occur are in the dictionary.

    Args:
        places: By old code: the place in the dictionary.
        dictionary: The texts that occur, in order of old code.
    """

    places: Array
    dictionary: pa.Array

    @classmethod
    def of(cls, codes: Array, texts: Sequence[str]) -> TextCodes:
        """Return the texts that occur among codes; below 0 is null."""
        # Null is -1, which marks the entry past the last text. A chunk's dictionary then holds
        # what occurs in it: files of small parts would else carry all names of a catalogue
        # each.
        occurs = np.zeros(len(texts) + 1, np.bool_)
        occurs[codes] = True
        occurs[-1] = False
        dictionary = strings([texts[i] for i in np.flatnonzero(occurs).tolist()])
        return cls((np.cumsum(occurs) - 1).astype(np.int32), dictionary)

    def column(self, codes: Array) -> pa.Array:
        """Return a dictionary column."""
        valid = np.greater_equal(codes, 0)
        return self.placed(self.places.take(codes), None if valid.all() else valid)

    def placed(self, indices: Array, valid: Array | pa.Buffer | None) -> pa.Array:
        """Return a dictionary column from places in the dictionary."""
        # safe=False: the check of every index against the dictionary, which holds by
        # construction, is left out.
        return pa.DictionaryArray.from_arrays(
            plain(indices, pa.int32(), valid), self.dictionary, safe=False
        )


def texts(codes: Array, words: Sequence[str]) -> pa.Array:
    """Return a dictionary column from codes; below 0 is null."""
    return TextCodes.of(codes, words).column(codes)


def texts_of(rows: Array, codes: Array, words: Sequence[str]) -> pa.Array:
    """Return a dictionary column of something that people have.

    Args:
        rows: Shape (n,): whose.
        codes: Shape (U,): what each has; below 0 is null.
    """
    renumbered = TextCodes.of(codes, words)
    valid = np.greater_equal(codes, 0)
    return renumbered.placed(
        renumbered.places.take(codes).take(rows), None if valid.all() else valid.take(rows)
    )


def constant(word: str, n: int) -> pa.Array:
    """Return a dictionary column with one word throughout."""
    return pa.DictionaryArray.from_arrays(
        plain(np.zeros(n, np.int32), pa.int32()), strings([word]), safe=False
    )


def fixed_texts(characters: Array, valid: Array | None = None) -> pa.Array:
    """Return a text column of one width.

    Args:
        characters: Shape (m, width), uint8, ASCII: one row per value that is not null, in
            order.
        valid: Shape (n,), bool with m times true; None when m = n.
    """
    width = characters.shape[1]
    n = len(characters) if valid is None else len(valid)
    offsets = np.zeros(n + 1, np.int32)
    if valid is None:
        offsets[:] = np.arange(0, (n + 1) * width, width, dtype=np.int32)[: n + 1] if n else 0
    else:
        np.cumsum(valid, out=offsets[1:])
        offsets *= width
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.StringArray.from_buffers(
        n, pa.py_buffer(offsets), data, None if valid is None else bitmap(valid)
    )


def hex_digits(values: Array, n_bytes: int) -> Array:
    """Return numbers in hexadecimal: (n, 2 * n_bytes), uint8, ASCII, high digits first."""
    # Two digits per look-up: a table of 256 numbers of 16 bits stays in the first cache.
    big = values.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - n_bytes :]
    return _HEX[big].view(np.uint8).reshape(len(values), 2 * n_bytes)


def labelled(prefix: str, values: Array, n_bytes: int) -> Array:
    """Return `prefix-` and hexadecimal digits: shape (n, width), uint8, ASCII."""
    head = np.frombuffer((prefix + "-").encode("ascii"), np.uint8)
    out = np.empty((len(values), len(head) + 2 * n_bytes), np.uint8)
    out[:, : len(head)] = head
    out[:, len(head) :] = hex_digits(values, n_bytes)
    return out


def scattered(
    places: RowPlaces, values: Array, kind: Kind, words: TextTable, prefix: str = ""
) -> pa.Array:
    """Return a column with values at some places, null elsewhere.

    Args:
        places: m of them.
        values: Shape (m,), as state arrays hold the kind.
        prefix: Of ids.
    """
    # A place whose value is null is no place: dropped here, nulls and absences are the same
    # further on.
    missing = is_null(kind, values)
    if missing.any():
        places, values = RowPlaces(places.n, places.at[~missing]), values[~missing]
    if kind == "id":
        return fixed_texts(labelled(prefix or "id", values[places.order], 8), places.valid)
    if kind == "text":
        renumbered = TextCodes.of(values, words.texts)
        return renumbered.placed(
            places.spread(renumbered.places.take(values), np.int32), places.bitmap
        )
    if kind == "composed":
        written = _strings(values.tolist()).dictionary_encode()
        indices = written.indices.to_numpy(zero_copy_only=False)
        return pa.DictionaryArray.from_arrays(
            plain(places.spread(indices, np.int32), pa.int32(), places.bitmap),
            written.dictionary,
            safe=False,
        )
    if kind == "boolean":
        bits = places.spread(np.equal(values, 1), np.bool_)
        return pa.Array.from_buffers(pa.bool_(), places.n, [places.bitmap, bitmap(bits)])
    dtype = np.float64 if kind == "number" else np.int64
    arrow_type = scalar_type(kind, words.minor_digits)  # type: ignore[arg-type]
    return plain(places.spread(values, dtype), arrow_type, places.bitmap)


def dense(values: Array, kind: Kind, words: TextTable, prefix: str = "") -> pa.Array:
    """Return a column of a kind, null where the value is."""
    return scattered(
        RowPlaces(len(values), np.arange(len(values))), values, kind, words, prefix
    )


def listed(
    field: Field, places: RowPlaces, lengths: Array, items: Sequence[pa.Array], words: TextTable
) -> pa.Array:
    """Return a list column with lists at some places, null elsewhere.

    Args:
        places: m of them, rising.
        lengths: Shape (m,).
        items: One column per field (one alone for plain elements), all elements of all lists
            one after another.
    """
    kind = arrow_type(field, words.minor_digits)
    # A list that is null has length 0, so its offset is that of the next one, as Arrow wants
    # it.
    offsets = np.zeros(places.n + 1, np.int32)
    np.cumsum(places.spread(lengths, np.int32), out=offsets[1:])
    values = items[0]
    if field.item is None:
        values = pa.StructArray.from_arrays(list(items), fields=list(kind.value_type))
    return pa.Array.from_buffers(
        kind, places.n, [places.bitmap, pa.py_buffer(offsets)], children=[values]
    )


def elements(lengths: Array, cells: Array) -> Array:
    """Return the elements of lists one after another.

    Args:
        lengths: Shape (m,).
        cells: Shape (m, K).
    """
    return cells[np.less(np.arange(cells.shape[1]), lengths[:, None])]


def json_texts(kind: Kind, values: Array, words: TextTable, prefix: str = "") -> Array:
    """Return values as JSON texts: shape (n,), objects."""
    column = dense(values, kind, words, prefix)
    if kind in ("text", "id", "composed"):
        encoded = column.dictionary_encode() if kind == "id" else column
        quoted = [json.dumps(v, ensure_ascii=False) for v in encoded.dictionary.to_pylist()] + [
            "null"
        ]
        places = encoded.indices.fill_null(len(quoted) - 1).to_numpy(zero_copy_only=False)
        return np.take(np.array(quoted, object), places)
    if kind == "time":
        missing = is_null(kind, values)
        stamps = np.datetime_as_string(
            np.where(missing, 0, values).astype("datetime64[ms]"), unit="ms"
        )
        return np.where(missing, "null", [f'"{s}Z"' for s in stamps]).astype(object)
    plain_texts: Array = (
        column.cast(pa.string()).fill_null("null").to_numpy(zero_copy_only=False)
    )
    return plain_texts


def json_lists(lengths: Array, items: Sequence[Array], names: Sequence[str]) -> Array:
    """Return lists as JSON texts: shape (n,), objects.

    Args:
        lengths: Shape (n,).
        items: Per field, the JSON texts of all elements of all rows one after another.
        names: Names of the fields; empty for plain elements.
    """
    texts = (
        [_record(names, row) for row in zip(*items, strict=True)] if names else list(items[0])
    )
    # A loop over rows, but of changes alone, of which few are lists.
    edges = np.cumsum(np.concatenate([[0], lengths])).tolist()
    return np.array(["[" + ",".join(texts[a:b]) + "]" for a, b in pairwise(edges)], object)


def _record(names: Sequence[str], values: Sequence[str]) -> str:
    return (
        "{"
        + ",".join(
            f"{json.dumps(name)}:{value}" for name, value in zip(names, values, strict=True)
        )
        + "}"
    )
