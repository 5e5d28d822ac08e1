"""Differences between rows as they should be and as a destination has them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.schema import StreamSchema
from footfall.sinks.protocol import Sink
from footfall.sinks.renaming import renamed_by
from footfall.store.column_names import RenamedField

Row = dict[str, Any]
Tables = dict[str, list[Row]]
_DECODER = json.JSONDecoder(parse_float=Decimal)
KEYS = {"events": ("insert_id",), "changes": ("person", "sequence"), "arrivals": ("person",)}


def expected(chunks: Iterable[Chunk]) -> Tables:
    """Return all rows of some chunks, in plain form."""
    tables: Tables = {name: [] for name in KEYS}
    for chunk in chunks:
        made = _rows_of(_SameChunk(chunk))
        for name, rows in tables.items():
            rows.extend(made[name])
    return tables


class _SameChunk:
    """A chunk as a key: it equals itself alone, so that no tables are compared."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk

    def __hash__(self) -> int:
        return id(self.chunk)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameChunk) and self.chunk is other.chunk


# Kept, as chunks are: every test of every sink asks for the rows of the same few.
@lru_cache(maxsize=128)
def _rows_of(key: _SameChunk) -> Tables:
    return {name: [plain(row) for row in getattr(key.chunk, name).to_pylist()] for name in KEYS}


def plain(value: Any) -> Any:
    """Return a value in the form in which destinations are compared.

    Nulls are left out of records, numbers are decimals, times are texts like
    `2026-01-01T00:00:05.120Z`.
    """
    kind = type(value)
    if kind is str or kind is Decimal:  # most values
        return value
    if kind is dict:
        return {
            str(name): plain(member) for name, member in value.items() if member is not None
        }
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    # Through repr: the shortest text that gives this float, which is what a text format holds
    # of it.
    return Decimal(repr(value)) if isinstance(value, int | float) else value


def expected_of(sink: Sink, chunks: Iterable[Chunk]) -> Tables:
    """Return all rows of some chunks, in plain form, under the names that a sink gives them."""
    known = list(chunks)
    renamed = renamed_by(sink, known[0].stream.schema) if known else ()
    return renamed_rows(expected(known), renamed)


def names_lost(sink: Sink, schema: StreamSchema) -> list[str]:
    """Return names of properties that a sink makes one of, or gives to a property that is not there."""
    lost: list[str] = []
    for whose, fields in (("event", schema.event_properties), ("user", schema.user_properties)):
        renamed = [one for one in renamed_by(sink, schema) if one.path[:-1] == (whose,)]
        becomes = {one.path[-1]: one.becomes for one in renamed}
        counts = Counter(becomes.get(field.name, field.name) for field in fields)
        lost += [name for name, count in counts.items() if count > 1]
        lost += becomes.keys() - {field.name for field in fields}
    return lost


def renamed_rows(tables: Tables, renamed: Sequence[RenamedField]) -> Tables:
    """Return rows with properties under the names that a destination gives them."""
    if not renamed:
        return tables
    names = {one.path: one.becomes for one in renamed}
    columns = {"event_properties": "event", "user_properties": "user", "properties": "user"}
    return {
        table: [
            {
                n: _renamed(v, names, (columns[n],)) if n in columns else v
                for n, v in row.items()
            }
            for row in rows
        ]
        for table, rows in tables.items()
    }


def _renamed(value: Any, names: Mapping[tuple[str, ...], str], path: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_renamed(item, names, path) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        names.get((*path, name), name): _renamed(inner, names, (*path, name))
        for name, inner in value.items()
    }


def from_json(text: str) -> Any:
    """Return the plain form of a JSON text; numbers keep all their digits."""
    return plain(_DECODER.decode(text))


def from_csv(text: str, schema: pa.Schema) -> list[Row]:
    """Return the plain rows of a CSV text; only the empty text has quotes, null has none."""
    null = "\x00null"
    # Python's reader drops the quotes, and with them the difference.
    marked = io.StringIO(_mark_nulls(text, null), newline="")
    rows = list(csv.DictReader(marked))
    readers = {field.name: _cell_reader(field.type) for field in schema}
    return [{n: readers[n](c) for n, c in row.items() if c != null} for row in rows]


def _mark_nulls(text: str, null: str) -> str:
    """Put a mark into every empty cell that has no quotes."""
    return _CELL.sub(lambda cell: (cell[1] or null) + cell[2], text)


_CELL = re.compile(r'("(?:[^"]|"")*"|[^",\r\n]+|)(,|\r\n)')


def _cell_reader(kind: pa.DataType) -> Callable[[str], Any]:
    """Return what brings the cells of a column into plain form."""
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_timestamp(kind):
        return str
    return from_json


def differences(
    wanted: Mapping[str, list[Row]], found: Mapping[str, list[Row]]
) -> dict[str, dict[str, int]]:
    """Return per table that differs: rows missing, unexpected, duplicate and altered.

    Args:
        wanted: Rows by table.
        found: Rows by table, only of the tables that the destination keeps.
    """
    counted = {name: _count(wanted[name], rows, KEYS[name]) for name, rows in found.items()}
    return {name: counts for name, counts in counted.items() if any(counts.values())}


def _count(wanted: list[Row], found: list[Row], keys: tuple[str, ...]) -> dict[str, int]:
    have = Counter(_key(row, keys) for row in found)
    by_key = {_key(row, keys): row for row in found}
    want = {_key(row, keys): row for row in wanted}
    return {
        "missing": len(want.keys() - by_key.keys()),
        "unexpected": len(by_key.keys() - want.keys()),
        "duplicate": sum(have.values()) - len(have),
        "altered": sum(row != by_key[key] for key, row in want.items() if key in by_key),
    }


def _key(row: Row, keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[key] for key in keys)
