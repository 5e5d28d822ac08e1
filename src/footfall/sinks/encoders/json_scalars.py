"""Scalars as JSON texts, column by column: amounts, texts, times; no Python object is made per row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.units import DAY_MS, MINUTE_MS

Ints = npt.NDArray[np.int64]


def decimals(array: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the sign with the digits before the point, and the point with those after it.

    Arrow's own cast takes 80 ns per value, this 25 ns; the low word of a decimal of up to 18
    digits is its integer.
    """
    # Arrow holds decimals as little-endian integers of 64 or 128 bits, so every second word of
    # the latter is the sign alone.
    width = array.type.byte_width // 8
    words = np.frombuffer(
        array.buffers()[1], np.int64, width * len(array), width * 8 * array.offset
    )[::width]
    # The sign is taken off before: dividing -5 cents by 100 would give -1 and 95.
    whole, rest = np.divmod(np.abs(words), 10**array.type.scale)
    before = pa.array(whole).cast(pa.string())
    if (words < 0).any():
        before = pc.if_else(
            pa.array(words < 0), pc.binary_join_element_wise(pa.scalar("-"), before, ""), before
        )
    return masked(before, array), _fractions(array.type.scale).take(pa.array(rest))


@cache
def _fractions(digits: int) -> pa.Array:
    return pa.array([f".{i:0{digits}d}" for i in range(10**digits)])


def escaped(texts: pa.Array) -> pa.Array:
    """Escape quotes, backslashes and control characters, as JSON demands.

    Args:
        texts: Strings; nulls stay null.
    """
    if texts.null_count == len(texts):
        return texts
    # One look at all bytes: most columns need no escape, and then no text is searched.
    found = np.frombuffer(text_bytes(texts), np.uint8)
    if not _needs_escape(found):
        return texts
    for code in _SPECIAL:
        if (found == code).any():
            texts = pc.replace_substring(texts, chr(code), json.dumps(chr(code))[1:-1])
    return texts


_SPECIAL = (0x5C, 0x22, *range(0x20))  # the backslash first: the other escapes bring new ones


def _needs_escape(found: npt.NDArray[np.uint8]) -> bool:
    return bool(((found < 0x20) | (found == 0x22) | (found == 0x5C)).any())


def text_bytes(texts: pa.Array) -> memoryview:
    """Return the bytes of texts, one after the other; they are not copied.

    Args:
        texts: Strings, at least one; nulls have no bytes.
    """
    _, offsets, data = texts.buffers()
    if data is None:  # Arrow's way to say that all are empty
        return memoryview(b"")
    places = memoryview(offsets).cast("i")
    return memoryview(data)[places[texts.offset] : places[texts.offset + len(texts)]]


def times(array: pa.Array, before: str, after: str) -> pa.Array:
    """Return times as texts of one width, joined from tables of days, minutes and ms."""
    stamps = array.cast(pa.timestamp("ms", tz=array.type.tz)).cast(pa.int64()).fill_null(0)
    days, rest = np.divmod(stamps.to_numpy(zero_copy_only=False), DAY_MS)
    minutes, ms = np.divmod(rest, MINUTE_MS)
    head, tail = (before + '"').encode(), ('"' + after).encode()
    layout = [
        ("head", f"S{len(head)}"),
        ("day", "S11"),
        ("minute", "S6"),
        ("ms", "S7"),
        ("tail", f"S{len(tail)}"),
    ]
    # All texts have one width, so that rows of this array, one behind the other, are the texts'
    # buffer.
    rows = np.empty(len(array), dtype=layout)
    rows["head"], rows["tail"] = head, tail
    rows["day"] = _days(days)
    rows["minute"], rows["ms"] = _MINUTES[minutes], _MILLISECONDS[ms]
    offsets = np.arange(len(array) + 1, dtype=np.int32) * np.int32(rows.itemsize)
    texts = pa.StringArray.from_buffers(len(array), pa.py_buffer(offsets), pa.py_buffer(rows))
    return masked(texts, array)


def _days(days: Ints) -> npt.NDArray[np.bytes_]:
    """Return `2026-01-31T` per day since the epoch; each day is written once."""
    first = int(days.min()) if len(days) else 0
    span = int(days.max()) - first + 1 if len(days) else 1
    # Few days far apart (birthdays) are looked up; mostly a slice spans a few days, and
    # counting will do.
    if span > len(days) + 10_000:
        different, places = np.unique(days, return_inverse=True)
    else:
        different, places = np.arange(first, first + span), days - first
    texts = np.datetime_as_string(different.astype("datetime64[D]")).astype("S10")
    return np.char.add(texts, b"T")[places]


_MINUTES = np.array([f"{i // 60:02d}:{i % 60:02d}:".encode() for i in range(1440)])
_MILLISECONDS = np.array(
    [f"{i // 1000:02d}.{i % 1000:03d}Z".encode() for i in range(MINUTE_MS)]
)


def side_by_side(parts: Sequence[pa.Array | pa.Scalar]) -> pa.Array:
    """Return per row the texts of all parts, one behind the other; null where one of them is."""
    return pc.binary_join_element_wise(*parts, pa.scalar(""))


def masked(texts: pa.Array, like: pa.Array) -> pa.Array:
    """Return texts with null where another array is null."""
    if not like.null_count:
        return texts
    return pc.if_else(like.is_valid(), texts, pa.scalar(None, pa.string()))
