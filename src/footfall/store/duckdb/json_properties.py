"""Properties under the names that are written, as JSON: where a table's columns are called otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.data.schema import Field, StreamSchema
from footfall.store.column_names import column_of, with_columns
from footfall.store.dialect import literal, quote


def as_written(schema: StreamSchema) -> str:
    """Return what to select of a run's events: `*`, or properties as JSON if a name is not its column's.

    Args:
        schema: Of the run, as it was written.
    """
    known = with_columns(schema)
    if known is schema:
        return "*"
    columns = {
        "event_properties": known.event_properties,
        "user_properties": known.user_properties,
    }
    replaced = [f"{_object(c, fields, 0)} AS {c}" for c, fields in columns.items() if fields]
    return f"* REPLACE ({', '.join(replaced)})"


def _object(value: str, fields: Sequence[Field], depth: int) -> str:
    """Return a struct as a JSON object without the members that are null."""
    members = ", ".join(
        f"{literal(field.name)}, {_member(f'{value}.{quote(column_of(field))}', field, depth)}"
        for field in fields
    )
    # A merge patch takes members that are null for such to be removed (RFC 7396).
    made = f"json_merge_patch('{{}}', json_object({members}))"
    return f"CASE WHEN {value} IS NOT NULL THEN {made} END"


def _member(value: str, field: Field, depth: int) -> str:
    if field.type == "record":
        return _object(value, field.fields, depth)
    if field.fields:
        element = f"e{depth}"
        return f"list_transform({value}, lambda {element}: {_object(element, field.fields, depth + 1)})"
    if field.type == "time":
        return f"strftime({value} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')"
    return value
