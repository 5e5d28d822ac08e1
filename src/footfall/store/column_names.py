"""Columns of properties where a database takes names that differ in case alone for one.

DuckDB does, in structs too, and whoever reads Parquet files with it. There the first of such
names, in the scenario's order, keeps its own; the next ones get a number: `price`, `Price_2`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from footfall.data.schema import Field, StreamSchema
from footfall.errors import shown

WHY = "names that differ only in case are one there"


@dataclass(frozen=True, slots=True)
class RenamedField:
    """A property, or a field of one, that a destination calls otherwise.

    Args:
        path: `event` or `user`, the property, and the fields that lead to it, as elsewhere.
        becomes: As the destination has it.
        why: A reason for people.
    """

    path: tuple[str, ...]
    becomes: str
    why: str

    def __str__(self) -> str:
        whose, declared, *inner = self.path
        what = f"{whose} property {shown(declared)}"
        what = f"field {shown('.'.join(inner))} of {what}" if inner else what
        return f"{what} is called {shown(self.becomes)}, since {self.why}"


def with_columns(stream: StreamSchema) -> StreamSchema:
    """Return a schema whose fields know their columns where these are called otherwise."""
    events, people = _numbered(stream.event_properties), _numbered(stream.user_properties)
    if events is stream.event_properties and people is stream.user_properties:
        return stream
    return replace(stream, event_properties=events, user_properties=people)


def renamed_fields(stream: StreamSchema) -> list[RenamedField]:
    """Return what is called otherwise in a database that ignores case."""
    known = with_columns(stream)
    return [
        *_renamed(("event",), known.event_properties),
        *_renamed(("user",), known.user_properties),
    ]


def column_of(field: Field) -> str:
    """Return the name of a field's column."""
    return field.column or field.name


def _renamed(above: tuple[str, ...], fields: Sequence[Field]) -> Iterator[RenamedField]:
    for field in fields:
        path = (*above, field.name)
        if field.column:
            yield RenamedField(path, field.column, WHY)
        yield from _renamed(path, field.fields)


def _numbered(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return fields with the columns of those that others are taken for; the same if there are none."""
    known = {field.name.lower() for field in fields}
    used: set[str] = set()
    found = []
    for field in fields:
        column, number = field.name, 2
        while column.lower() in used or (number > 2 and column.lower() in known):
            column, number = f"{field.name}_{number}", number + 1
        used.add(column.lower())
        inner = _numbered(field.fields)
        is_same = column == field.name and inner is field.fields
        column = "" if column == field.name else column
        found.append(field if is_same else replace(field, column=column, fields=inner))
    return fields if all(a is b for a, b in zip(fields, found, strict=True)) else tuple(found)
