"""Conversion of what a store returns into the Arrow types of a chunk."""

from __future__ import annotations

import pyarrow as pa


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table's rows with the columns of a schema; those that are not there are null.

    Args:
        table: Columns as a database returns them: plain texts, wide decimals, times in µs,
            structs with other members, or as the texts of JSON objects.
        schema: What is wanted.
    """
    return pa.table([_column(table, field) for field in schema], schema=schema)


def relabelled(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table whose structs have other names: the same data, member by member.

    Args:
        table: Any.
        schema: The same types but for names within structs.
    """
    if table.schema == schema:
        return table
    columns = [
        pa.chunked_array([_relabel(c, field.type) for c in column.chunks], field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.table(columns, schema=schema)


def _relabel(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_list(kind):
        values = _relabel(array.flatten(), kind.value_type)
        return pa.ListArray.from_arrays(
            _offsets(array), values, type=kind, mask=array.is_null()
        )
    members = [_relabel(a, f.type) for a, f in zip(array.flatten(), kind, strict=True)]
    return pa.StructArray.from_arrays(members, fields=list(kind), mask=array.is_null())


def _column(table: pa.Table, field: pa.Field) -> pa.Array:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    return _fit(_whole(table.column(field.name)), field.type)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [column.combine_chunks()])
    )


def _fit(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_dictionary(kind):
        encoded = (
            array
            if pa.types.is_dictionary(array.type)
            else array.cast(pa.string()).dictionary_encode()
        )
        return encoded.cast(kind)
    if pa.types.is_struct(kind):
        return _struct(_parsed(array, kind) if pa.types.is_string(array.type) else array, kind)
    if pa.types.is_list(kind):
        values = _fit(array.flatten(), kind.value_type)
        return pa.ListArray.from_arrays(
            _offsets(array), values, type=kind, mask=array.is_null()
        )
    return array.cast(kind)


def _parsed(texts: pa.Array, kind: pa.StructType) -> pa.Array:
    """Return JSON objects as a struct; money keeps all its digits."""
    import pyarrow.json as pj

    if not len(texts):
        return pa.array([], _plain(kind))
    # All objects in one block: the parser takes a schema for the members that it is to expect,
    # and fails on an object that is longer than its block.
    data = "".join(f'{{"v":{text or "null"}}}\n' for text in texts.to_pylist()).encode()
    schema = pa.schema([pa.field("v", _plain(kind))])
    reading = pj.ReadOptions(use_threads=False, block_size=len(data) + 1)
    parsing = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    return _whole(
        pj.read_json(pa.BufferReader(data), read_options=reading, parse_options=parsing)["v"]
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return a type as a parser of JSON knows it: texts as they are, decimals of 128 bits."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_decimal(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain(field.type)) for field in kind])
    return kind


def _struct(array: pa.StructArray, kind: pa.StructType) -> pa.Array:
    """Return a struct with the wanted members: by their names, else without case as databases do it."""
    names = [member.name for member in array.type]
    by_case = {name.lower(): place for place, name in enumerate(names)}
    places = by_case | {name: place for place, name in enumerate(names)}
    there = array.flatten()
    found = [places.get(m.name, by_case.get(m.name.lower())) for m in kind]
    children = [
        pa.nulls(len(array), member.type) if at is None else _fit(there[at], member.type)
        for at, member in zip(found, kind, strict=True)
    ]
    return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())


def _offsets(array: pa.ListArray) -> pa.Array:
    """Return the offsets into the flattened values, from 0; nulls take no place there."""
    import numpy as np

    # Not `array.offsets`: these count from the start of the buffer, and `flatten` leaves out
    # both what is outside of a slice and what lies under nulls.
    lengths = array.value_lengths().fill_null(0).to_numpy()
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
