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
from itertools import groupby
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.sinks.encoders.json_scalars import decimals, escaped, masked, side_by_side, times

SLICE_ROWS = 65_536
"""Rows that are encoded at once: their texts stay near the caches, and below 2 GiB, Arrow's bound."""

# As many combinations as a slice has rows: with more, marking them would cost more than the rows.
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
        return masked(
            _objects([f.name for f in kind], columns, len(array), before, after), array
        )
    if pa.types.is_list(kind):
        return _lists(array, before, after)
    if pa.types.is_timestamp(kind):
        return times(array, before, after)
    if pa.types.is_string(kind):
        return side_by_side([pa.scalar(before + '"'), escaped(array), pa.scalar('"' + after)])
    # JSON has neither NaN nor Infinity.
    if pa.types.is_floating(kind):
        array = pc.if_else(pc.is_finite(array), array, pa.scalar(None, kind))
    if pa.types.is_decimal(kind) and 0 < kind.scale <= 4 and kind.precision <= 18:
        return side_by_side([pa.scalar(before), *decimals(array), pa.scalar(after)])
    return side_by_side([pa.scalar(before), array.cast(pa.string()), pa.scalar(after)])


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
        [
            part
            for kind, group in groupby(members, _kind)
            for part in _member_texts(kind, list(group))
        ]
    )
    return (
        side_by_side([pa.scalar(left), joined, pa.scalar(right)]) if left or right else joined
    )


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


def _member_texts(kind: Kind, members: list[_Member]) -> Iterator[pa.Array]:
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
    return masked(
        side_by_side([pa.scalar(before + "["), joined, pa.scalar("]" + after)]), array
    )
