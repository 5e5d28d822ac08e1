"""Schema evolution: whether data fit into the tables that are there, and what these lack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import CatalogueColumns, Field, StreamSchema
from footfall.errors import PermanentSinkError, StoreError
from footfall.store.column_names import column_of, with_columns
from footfall.store.dialect import Dialect
from footfall.store.tables import scenario_tables

Path = tuple[str, ...]
ELEMENT = "element"


def leaves(dialect: Dialect, schema: pa.Schema) -> dict[Path, tuple[str, Path]]:
    """Return the SQL type of every leaf of a schema.

    Args:
        dialect: The database.
        schema: Columns, nested as they may be.

    Returns:
        Path in lower case (as databases compare names; `element` stands for a list's) → (SQL
        type, path as written).
    """
    found: dict[Path, tuple[str, Path]] = {}
    for field in schema:
        _collect(dialect, (field.name,), field.type, found)
    return found


def _collect(
    dialect: Dialect, path: Path, kind: pa.DataType, found: dict[Path, tuple[str, Path]]
) -> None:
    if pa.types.is_struct(kind):
        for field in kind:
            _collect(dialect, (*path, field.name), field.type, found)
    elif pa.types.is_list(kind):
        _collect(dialect, (*path, ELEMENT), kind.value_type, found)
    else:
        found[tuple(name.lower() for name in path)] = (dialect.column_type(kind), path)


def missing(
    dialect: Dialect, table: str, stored: pa.Schema, wanted: pa.Schema
) -> dict[Path, pa.DataType]:
    """Return what a stored table lacks: path of a column or field → its Arrow type.

    Raises:
        StoreError: A column or property has another type in the store.
    """
    # Leaf by leaf, for a type can change in three ways: of a leaf; from a leaf to a list or
    # record; and back. New leaves beside the others are the only change that tables can follow.
    have = leaves(dialect, stored)
    for key, (kind, path) in leaves(dialect, wanted).items():
        if key in have and have[key][0] != kind:
            raise _conflict(table, path, have[key][0], kind)
        for length in range(1, len(key)):
            if key[:length] in have:
                raise _conflict(table, path[:length], have[key[:length]][0], "a list or record")
        if any(other[: len(key)] == key and len(other) > len(key) for other in have):
            raise _conflict(table, path, "a list or record", kind)
    return dict(_absent((), _children(stored), wanted))


def _conflict(table: str, path: Path, stored: str, wanted: str) -> StoreError:
    return StoreError(
        f"{table}: {'.'.join(path)} is {stored} in the store and {wanted} in this scenario\n"
        "  a property that changes its type cannot share a table with its past\n"
        "  hint: rename the property, write to another store, or delete the runs that have the old type"
    )


def _children(kind: Any) -> dict[str, pa.DataType]:
    return {field.name.lower(): field.type for field in kind}


def _absent(
    path: Path, have: Mapping[str, pa.DataType], wanted: Any
) -> list[tuple[Path, pa.DataType]]:
    found: list[tuple[Path, pa.DataType]] = []
    for field in wanted:
        here = (*path, field.name)
        if field.name.lower() not in have:
            found.append((here, field.type))
            continue
        stored, kind = have[field.name.lower()], field.type
        while pa.types.is_list(kind) and pa.types.is_list(stored):
            here, stored, kind = (*here, ELEMENT), stored.value_type, kind.value_type
        if pa.types.is_struct(kind):
            found += _absent(here, _children(stored), kind)
    return found


def check_chunk(chunk: Chunk) -> None:
    """Check that a chunk has the columns that its stream declares: none is ever cut off.

    Raises:
        PermanentSinkError: They have others.
    """
    for name, schema in scenario_tables(chunk.stream.schema).items():
        table: pa.Table = getattr(chunk, name)
        if not table.schema.equals(schema):
            raise PermanentSinkError(
                f"part {chunk.part.name} of run {chunk.run}: columns of {name} differ from what the scenario declares\n"
                f"  {_difference(table.schema, schema)}\n"
                "  hint: this is a fault of what made the chunk, not of the scenario"
            )


def _difference(found: pa.Schema, declared: pa.Schema) -> str:
    for field in declared:
        at = found.get_field_index(field.name)
        if at < 0:
            return f"missing: {field}"
        if not found.field(at).equals(field):
            return f"declared: {field}; found: {found.field(at)}"
    return f"declared, in order: {', '.join(declared.names)}; found: {', '.join(found.names)}"


def check_columns(stream: StreamSchema, others: Iterable[StreamSchema]) -> None:
    """Check that names which differ in case alone have the same columns in all runs of a store.

    Raises:
        StoreError: A property of a run that is there is called otherwise than it would be here.
    """
    wanted = _columns(with_columns(stream))
    for other in others:
        have = _columns(with_columns(other))
        for path in wanted.keys() & have.keys():
            if wanted[path].lower() != have[path].lower():
                raise StoreError(
                    f"property {'.'.join(path)!r} is called {have[path]!r} in the store, "
                    f"and {wanted[path]!r} by this version of the scenario: names that differ "
                    "only in case are one there\n"
                    "  hint: write to another store, or delete the runs of the other version"
                )


def _columns(stream: StreamSchema) -> dict[Path, str]:
    """Return the column of each property and field, by the names that lead there."""
    found: dict[Path, str] = {}

    def add(above: Path, fields: Iterable[Field]) -> None:
        for field in fields:
            found[*above, field.name] = column_of(field)
            add((*above, field.name), field.fields)

    add(("event",), stream.event_properties)
    add(("user",), stream.user_properties)
    return found


def merged(dialect: Dialect, schemas: list[StreamSchema]) -> StreamSchema:
    """Return the last of several schemas of a scenario, with the properties of all.

    Args:
        dialect: The database; where it ignores case, fields know their columns.
        schemas: At least one; those of the latest run last.
    """
    last, ignores_case = schemas[-1], dialect.ignores_case
    known = [with_columns(schema) if ignores_case else schema for schema in schemas]
    return replace(
        last,
        event_properties=_merge([s.event_properties for s in known], ignores_case),
        user_properties=_merge([s.user_properties for s in known], ignores_case),
        home=_merge([s.home for s in known], ignores_case),
        catalogues=_merge_catalogues(schemas),
    )


def _merge_catalogues(schemas: list[StreamSchema]) -> tuple[CatalogueColumns, ...]:
    """Return all catalogues with all their columns; those of several types as texts."""
    found: dict[str, dict[str, Field]] = {}
    for catalogue in (c for s in schemas for c in s.catalogues):
        columns = found.setdefault(catalogue.name, {})
        for column in catalogue.columns:
            before = columns.get(column.name, column)
            columns[column.name] = column if before == column else Field(column.name, "text")
    return tuple(CatalogueColumns(name, tuple(of.values())) for name, of in found.items())


def _merge(versions: list[tuple[Field, ...]], ignores_case: bool) -> tuple[Field, ...]:
    # Where case is ignored there are no two columns that differ in nothing else. The first
    # spelling and place stay: tables are only ever widened.
    fields: dict[str, Field] = {}
    for field in (field for version in versions for field in version):
        key = column_of(field).lower() if ignores_case else field.name
        before = fields.get(key, field)
        inner = (
            field.fields
            if before is field
            else _merge([before.fields, field.fields], ignores_case)
        )
        fields[key] = replace(field, name=before.name, column=before.column, fields=inner)
    return tuple(fields.values())
