"""SQL for the values of typed columns: as texts, as ids, and as JSON can say them."""

from __future__ import annotations

from footfall.foreign.common_columns import is_endless
from footfall.foreign.event_source import ColumnTypes
from footfall.store.dialect import quote

FLOATS = ("DOUBLE", "FLOAT")
"""Types of DuckDB's that may hold NaN."""


def text_of(column: str, types: ColumnTypes) -> str:
    """Return SQL for a column as text: the file may have numbers there."""
    if not column:
        return "CAST(NULL AS VARCHAR)"
    if types[column] == "BLOB":
        return f"decode({quote(column)})"
    return quote(column) if types[column] == "VARCHAR" else f"CAST({quote(column)} AS VARCHAR)"


def id_of(column: str, types: ColumnTypes) -> str:
    """Return SQL for an id as text: of a float that is whole without its `.0`."""
    text = text_of(column, types)
    return f"regexp_replace({text}, '[.]0$', '')" if types.get(column) in FLOATS else text


def value_of(name: str, types: ColumnTypes) -> str:
    """Return SQL for a value as it is typed."""
    # pandas and Spark may write texts as bytes.
    return text_of(name, types) if types[name] == "BLOB" else quote(name)


def finite_of(name: str, types: ColumnTypes) -> str:
    """Return SQL for a value as JSON can say it: NaN and infinite numbers are missing ones."""
    member = value_of(name, types)
    return (
        f"CASE WHEN NOT {is_endless(member)} THEN {member} END"
        if types[name] in FLOATS
        else member
    )


def said_of(name: str, types: ColumnTypes) -> str:
    """Return SQL for a value, null for an empty list: each event of Google Analytics is exported with all columns."""
    is_list = types[name].endswith("[]")
    return (
        f"CASE WHEN len({quote(name)}) > 0 THEN {quote(name)} END"
        if is_list
        else finite_of(name, types)
    )
