"""Schema of what a run produces: the Arrow schemas of its tables, made of (name, type) records.

Sinks and reports know a scenario by this alone: columns, currency and stages, never its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

FieldType = Literal[
    "text", "integer", "number", "boolean", "money", "time", "id", "list", "record"
]

TIMESTAMP = pa.timestamp("ms", tz="UTC")
TEXT = pa.dictionary(pa.int32(), pa.string())
"""Texts of few values, as names of cities are: four bytes a row instead of the text."""
MONEY_DIGITS = 18
"""Digits that 64 bits hold: amounts below 1e16 with two digits after the point."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property as it is emitted.

    Args:
        name: As it is written everywhere.
        type: `text` has few values and is dictionary-encoded, `id` is text with a value of its
            own per row.
        item: For `list`: type of the elements, or None when they are records.
        fields: For a record or a list of records: their fields.
        identifier: How the scenario's expressions call it, where that is not its name; two
            fields that differ in it alone are one.
        column: How a database has it, where that cannot have its name (`store/column_names.py`).
    """

    name: str
    type: FieldType
    item: FieldType | None = None
    fields: tuple[Field, ...] = ()
    identifier: str = field(default="", compare=False)
    column: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueColumns:
    """The columns of a catalogue, as stores show it.

    Args:
        name: As in the scenario.
        columns: In order; scalars.
    """

    name: str
    columns: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class StreamSchema:
    """All that decides the columns of a stream's tables.

    Args:
        scenario: Name of the scenario; the schema's name in a database.
        event_properties: Fields of the struct `event_properties`, in order.
        user_properties: Fields of the struct `user_properties`, in order.
        currency: ISO 4217 code of every money value.
        minor_digits: Digits after the point of that currency (2 for EUR, 0 for JPY).
        stages: The critical path, in order.
        goal: Index of the stage that counts as conversion.
        home: Fields of the struct `home`: what the home catalogue says besides the columns that
            every home has.
        catalogues: What there is to choose from, the home catalogue included.
    """

    scenario: str
    event_properties: tuple[Field, ...]
    user_properties: tuple[Field, ...]
    currency: str
    minor_digits: int
    stages: tuple[str, ...]
    goal: int
    home: tuple[Field, ...] = ()
    catalogues: tuple[CatalogueColumns, ...] = ()


def field_called(fields: Sequence[Field], text: str) -> Field | None:
    """Return the field that a user means: by its name, else by what expressions call it."""
    by_name = (one for one in fields if one.name == text)
    # Most have none: nothing is what nobody means.
    by_identifier = (one for one in fields if text and one.identifier == text)
    return next(by_name, None) or next(by_identifier, None)


def arrow_type(field: Field, minor_digits: int) -> pa.DataType:
    """Return the Arrow type of a property.

    Args:
        field: The property.
        minor_digits: Scale of money.
    """
    if field.type == "record":
        return struct_type(field.fields, minor_digits)
    if field.type == "list":
        if field.item is None:
            return pa.list_(struct_type(field.fields, minor_digits))
        return pa.list_(scalar_type(field.item, minor_digits))
    return scalar_type(field.type, minor_digits)


def scalar_type(name: FieldType, minor_digits: int) -> pa.DataType:
    """Return the Arrow type of a scalar type's name."""
    types: dict[str, pa.DataType] = {
        "text": TEXT,
        "id": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "money": pa.decimal64(MONEY_DIGITS, minor_digits),
        "time": TIMESTAMP,
    }
    return types[name]


def struct_type(fields: Sequence[Field], minor_digits: int) -> pa.StructType:
    """Return the struct of several properties, every child nullable."""
    return pa.struct(
        [pa.field(f.column or f.name, arrow_type(f, minor_digits)) for f in fields]
    )


def common_columns() -> list[pa.Field]:
    """Return the columns of `events` that every scenario has; the structs follow them."""
    return [
        pa.field("insert_id", pa.string(), nullable=False),
        pa.field("event_type", TEXT, nullable=False),
        pa.field("category", TEXT, nullable=False),
        pa.field("time", TIMESTAMP, nullable=False),
        pa.field("person", pa.int64(), nullable=False),
        # Texts of few values within a part: an id is repeated in each event of its person.
        pa.field("user_id", TEXT),
        pa.field("device_id", TEXT),
        pa.field("session_id", pa.int64()),
        pa.field("stage", TEXT, nullable=False),
        pa.field("city", TEXT, nullable=False),
        pa.field("country", TEXT, nullable=False),
        pa.field("platform", TEXT),
        pa.field("os_name", TEXT),
        pa.field("language", TEXT),
        pa.field("revenue", pa.decimal64(MONEY_DIGITS, 2)),
        pa.field("currency", TEXT),
        pa.field("run", TEXT, nullable=False),
    ]


def events_schema(stream: StreamSchema) -> pa.Schema:
    """Return the Arrow schema of `events`: common columns, then structs of what is declared."""
    # Money has the digits of the scenario's currency; `common_columns` shows two.
    money = pa.field("revenue", pa.decimal64(MONEY_DIGITS, stream.minor_digits))
    columns = [money if c.name == "revenue" else c for c in common_columns()]
    if stream.event_properties:
        columns.append(
            pa.field(
                "event_properties", struct_type(stream.event_properties, stream.minor_digits)
            )
        )
    if stream.user_properties:
        columns.append(
            pa.field(
                "user_properties", struct_type(stream.user_properties, stream.minor_digits)
            )
        )
        columns.append(pa.field("changed", pa.list_(TEXT)))
    return pa.schema(columns)


def changes_schema() -> pa.Schema:
    """Return the Arrow schema of `changes`: one row per change of a user property or the stage.

    `old` and `new` are JSON texts (`null` is the JSON null); the property `stage` carries the
    furthest stage reached. `sequence` counts a person's changes from 1: order by it where times
    are equal.
    """
    return pa.schema(
        [
            pa.field("person", pa.int64(), nullable=False),
            pa.field("sequence", pa.int64(), nullable=False),
            pa.field("property", TEXT, nullable=False),
            pa.field("old", pa.string(), nullable=False),
            pa.field("new", pa.string(), nullable=False),
            pa.field("time", TIMESTAMP, nullable=False),
            pa.field("insert_id", pa.string()),
            pa.field("run", TEXT, nullable=False),
        ]
    )


def arrivals_schema(stream: StreamSchema) -> pa.Schema:
    """Return the Arrow schema of `arrivals`, one row per person.

    For people who were there before the start, `arrived` lies before it, and `stage` and
    `properties` are those at the start; for all others those at arrival. `user_id` is always
    filled: it is what the person will be known by.
    """
    columns = [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("arrived", TIMESTAMP, nullable=False),
        # One row per person: a dictionary would be as long as the column.
        pa.field("user_id", pa.string(), nullable=False),
        pa.field("city", TEXT, nullable=False),
        pa.field("country", TEXT, nullable=False),
        pa.field("language", TEXT),
        pa.field("time_zone", TEXT, nullable=False),
        pa.field("stage", TEXT, nullable=False),
        pa.field("run", TEXT, nullable=False),
    ]
    if stream.user_properties:
        columns.append(
            pa.field("properties", struct_type(stream.user_properties, stream.minor_digits))
        )
    if stream.home:
        columns.append(pa.field("home", struct_type(stream.home, stream.minor_digits)))
    return pa.schema(columns)
