"""Rows as JSON objects, column by column: no Python object is made per row.

Null members are left out, but stay in lists as `null`. Times are `2026-01-01T00:00:05.120Z`,
money is a number with all its digits, text is UTF-8 with only what JSON demands escaped. What
is not finite becomes null.

How it is fast (benchmarks/sinks.py): a dictionary's values are encoded once; neighbouring
dictionary columns are fused into one column of member texts; columns that are mostly null are
encoded only where they are not, and brought together per row; all others meet in one
element-wise join.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.units import DAY_MS, MINUTE_MS

SLICE_ROWS = 65_536
"""Rows that are encoded at once: their texts stay near the caches, and below Arrow's 2 GiB for an array of texts."""

# As many combinations as a slice has rows: with more, a table of texts would be larger than
# what it serves.
_FUSED_CODES = 65_536
# From here on it is cheaper to gather the few texts of a row than to pass over all nulls of
# every column.
_SPARSE_SHARE = 0.5

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer]
Kind = Literal["fused", "sparse", "dense"]


def json_rows(table: pa.Table, *, end: str = "") -> Iterator[pa.Array]:
    """Encode a table's rows as JSON objects.

    Args:
        table: Any columns: text, integers, floats, booleans, decimals, timestamps in ms, lists
            and structs of these, dictionaries of text.
        end: Text after every object, such as a line feed.

    Yields:
        String arrays, in order, together one object per row; none is null.
    """
    for batch in table.to_batches(max_chunksize=SLICE_ROWS):
        yield _objects(batch.schema.names, batch.columns, batch.num_rows, "", end)


def json_texts(array: pa.Array, *, before: str = "", after: str = "") -> pa.Array:
    """Encode values as JSON texts.

    Args:
        array: Values.
        before: Text to put before each.
        after: Text to put after each.

    Returns:
        String array; null where the value is.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return json_texts(array.dictionary, before=before, after=after).take(array.indices)
    if pa.types.is_struct(kind):
        columns = array.flatten()
        return _masked(
            _objects([f.name for f in kind], columns, len(array), before, after), array
        )
    if pa.types.is_list(kind):
        return _lists(array, before, after)
    if pa.types.is_timestamp(kind):
        return _times(array, before, after)
    if pa.types.is_string(kind):
        return _join([pa.scalar(before + '"'), escaped(array), pa.scalar('"' + after)])
    # JSON has neither NaN nor Infinity.
    if pa.types.is_floating(kind):
        array = pc.if_else(pc.is_finite(array), array, pa.scalar(None, kind))
    if pa.types.is_decimal(kind) and 0 < kind.scale <= 4 and kind.precision <= 18:
        return _join([pa.scalar(before), *_decimals(array), pa.scalar(after)])
    return _join([pa.scalar(before), array.cast(pa.string()), pa.scalar(after)])


def _decimals(array: pa.Array) -> tuple[pa.Array, pa.Array]:
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
    return _masked(before, array), _fractions(array.type.scale).take(pa.array(rest))


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


def _join(parts: Sequence[pa.Array | pa.Scalar]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, pa.scalar(""))


def _masked(texts: pa.Array, like: pa.Array) -> pa.Array:
    """Return texts with null where another array is null."""
    if not like.null_count:
        return texts
    return pc.if_else(like.is_valid(), texts, pa.scalar(None, pa.string()))


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) + ":"


@dataclass(frozen=True, slots=True)
class _Member:
    """A column as a member of objects: `before`, name, value, `after`."""

    before: str
    column: pa.Array
    after: str = ""

    def texts(self) -> pa.Array:
        return json_texts(self.column, before=self.before, after=self.after)

    @property
    def is_full(self) -> bool:
        """Whether every row has a text; a float that is not finite has none."""
        kind = self.column.type
        return not (
            self.column.null_count or pa.types.is_dictionary(kind) or pa.types.is_floating(kind)
        )


def _objects(
    names: Sequence[str], columns: Sequence[pa.Array], length: int, before: str, after: str
) -> pa.Array:
    """Return `before{members}after` per row.

    Where the first or the last column is always there, its texts bring the brace along: that
    saves a pass over all.
    """
    members = [_Member(_key(name), column) for name, column in zip(names, columns, strict=True)]
    left, right = before + "{", "}" + after
    if not members:
        return pa.array([left + right], pa.string()).take(
            pa.array(np.zeros(length, dtype=np.int64))
        )
    if members[0].is_full:
        members[0], left = replace(members[0], before=left + members[0].before), ""
    if members[-1].is_full:
        members[-1], right = replace(members[-1], after=right), ""
    joined = _skip_nulls(
        [part for kind, group in groupby(members, _kind) for part in _joined(kind, list(group))]
    )
    return _join([pa.scalar(left), joined, pa.scalar(right)]) if left or right else joined


def _skip_nulls(members: Sequence[pa.Array]) -> pa.Array:
    """Join members by commas, without the nulls; where all are null, the text is empty.

    Arrow leaves rows out in which all inputs are null (up to version 26 at least), so that
    there must be none.
    """
    first, *others = members
    if all(member.null_count for member in members):
        empty = np.logical_and.reduce(
            [member.is_null().to_numpy(zero_copy_only=False) for member in members]
        )
        first = pc.if_else(pa.array(empty), pa.scalar(""), first)
    return (
        pc.binary_join_element_wise(first, *others, pa.scalar(","), null_handling="skip")
        if others
        else first
    )


def _kind(member: _Member) -> Kind:
    if member.column.null_count > _SPARSE_SHARE * len(member.column):
        return "sparse"
    return "fused" if pa.types.is_dictionary(member.column.type) else "dense"


def _joined(kind: Kind, members: list[_Member]) -> Iterator[pa.Array]:
    """Yield arrays of `"name":value`, or of several joined by commas; null where all are."""
    if kind == "sparse":
        yield _sparse(members)
    elif kind == "fused":
        yield from map(_fused, _runs(members))
    else:
        yield from (member.texts() for member in members)


def _runs(members: list[_Member]) -> Iterator[list[_Member]]:
    """Yield neighbouring dictionary columns whose values have few enough combinations."""
    run: list[_Member] = []
    codes = 1
    for member in members:
        size = len(member.column.dictionary) + 1
        if run and codes * size > _FUSED_CODES:
            yield run
            run, codes = [], 1
        run.append(member)
        codes *= size
    yield run


def _fused(members: list[_Member]) -> pa.Array:
    """Return the joined texts of dictionary columns; each combination is encoded once."""
    if len(members) == 1:
        return members[0].texts()
    # A mixed-radix number per row, one digit per column, of which the highest stands for null:
    # the same number means the same text, and only numbers that occur are made into one.
    sizes = [len(member.column.dictionary) + 1 for member in members]
    codes = np.zeros(len(members[0].column), dtype=np.int64)
    for member, size in zip(members, sizes, strict=True):
        codes = codes * size + _codes(member.column, size - 1)
    occurs = np.zeros(int(np.prod(sizes)), dtype=np.bool_)
    occurs[codes] = True
    # Marking and counting instead of `np.unique`, which would sort all rows.
    texts = _combined(members, sizes, np.flatnonzero(occurs))
    places = np.cumsum(occurs) - 1
    return texts.take(pa.array(places[codes]))


def _combined(members: list[_Member], sizes: list[int], combinations: Ints) -> pa.Array:
    parts = []
    for member, size in zip(reversed(members), reversed(sizes), strict=True):
        combinations, code = np.divmod(combinations, size)
        texts = json_texts(member.column.dictionary, before=member.before)
        parts.append(texts.take(pa.array(code, mask=code == size - 1)))
    joined = _skip_nulls(parts[::-1])
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _codes(column: pa.Array, null_code: int) -> npt.NDArray[np.integer]:
    """Return a dictionary column's codes, with one of its own for null."""
    indices = column.indices.fill_null(null_code) if column.null_count else column.indices
    codes: npt.NDArray[np.integer] = indices.to_numpy()
    return codes


def _sparse(members: list[_Member]) -> pa.Array:
    """Return the joined texts of columns that are mostly null; null where all of them are.

    Every text that occurs stands once in a list; what each row has is a list of numbers in it,
    put together column by column, so that texts are copied only once, row by row.
    """
    length = len(members[0].column)
    present = [member for member in members if member.column.null_count < length]
    if not present:
        return pa.nulls(length, pa.string())
    rows = [
        np.flatnonzero(member.column.is_valid().to_numpy(zero_copy_only=False))
        for member in present
    ]
    counts = np.bincount(np.concatenate(rows), minlength=length)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    texts, numbers = _numbered(present, rows)
    # Where the next text of each row goes: column by column, so that members keep their order.
    free = offsets[:-1].copy()
    order = np.empty(int(offsets[-1]), dtype=np.int32)
    for at, numbers_of_column in zip(rows, numbers, strict=True):
        order[free[at]] = numbers_of_column
        free[at] += 1
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts.take(pa.array(order)))
    joined = pc.binary_join(lists, ",")
    return (
        joined
        if counts.all()
        else pc.if_else(pa.array(counts > 0), joined, pa.scalar(None, pa.string()))
    )


def _numbered(members: list[_Member], rows: Sequence[Places]) -> tuple[pa.Array, list[Places]]:
    """Return the texts of all columns in one list, and per column the places of its values."""
    texts: list[pa.Array] = []
    numbers: list[Places] = []
    size = 0
    for member, at in zip(members, rows, strict=True):
        # Of a dictionary its values, whoever uses them; of others, the value of each row that
        # has one.
        is_coded = pa.types.is_dictionary(member.column.type)
        values = member.column.dictionary if is_coded else member.column.take(pa.array(at))
        numbers.append(
            (_raw(member.column.indices)[at] if is_coded else np.arange(len(at))) + size
        )
        texts.append(json_texts(values, before=member.before))
        size += len(values)
    return pa.concat_arrays(texts), numbers


def _raw(integers: pa.Array) -> npt.NDArray[np.integer]:
    """Return integers as they lie in memory, with anything where they are null."""
    kind = np.dtype(integers.type.to_pandas_dtype())
    data = integers.buffers()[1]
    return np.frombuffer(data, kind, len(integers), integers.offset * kind.itemsize)


def _lists(array: pa.Array, before: str, after: str) -> pa.Array:
    # Offsets of our own: those of a slice do not begin at 0, and nulls may have elements under
    # them.
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    elements = json_texts(array.flatten()).fill_null("null")
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, elements), ",")
    return _masked(_join([pa.scalar(before + "["), joined, pa.scalar("]" + after)]), array)


def _times(array: pa.Array, before: str, after: str) -> pa.Array:
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
    return _masked(texts, array)


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
