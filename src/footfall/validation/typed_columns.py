"""Typed columns, of a store or of Parquet, as the relation `e` that checks see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from footfall.errors import UsageError
from footfall.store.dialect import literal, quote
from footfall.validation.common_columns import (
    NAMES,
    TEXTS,
    is_banned,
    number_time,
    text_time,
    who,
)
from footfall.validation.event_source import ColumnTypes, EventSource

if TYPE_CHECKING:
    import duckdb


def typed_source(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    form: Literal["store", "parquet"],
    rows: str,
    *,
    has_order: bool,
) -> EventSource:
    """Return the event source of typed columns: `e` becomes a view over them.

    Args:
        connection: A database that sees the rows.
        name: What the user called the events.
        form: Whether rows have a table or a file as their place.
        rows: SQL for the relation.
        has_order: Whether rows follow each other in time, as the file has them.

    Raises:
        UsageError: No column names the event type.
    """
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    called = {
        column: next((n for n in names if n in types), "") for column, names in NAMES.items()
    }
    if not called["event_type"]:
        have = ", ".join(list(types)[:12])
        raise UsageError(
            f"{name} has no column event_type\n  it has: {have}\n  accepted: one row per event"
        )
    columns = ", ".join(
        [*_plain(called, types), *_typed_time(called["time"], types), *_places(form)]
    )
    objects = ", ".join(_object(column, called[column], types) for column in ("ep", "up"))
    spaced = next((column for column in types if column != column.strip()), None)
    # A view, not a table: a check reads from Parquet the columns that it asks for, and no
    # other.
    whose = _whose(called, types, _nobodies(connection, called, rows))
    connection.execute(f"""
        CREATE VIEW e AS SELECT {columns}, {objects}, {whose}, {_session(called["session_id"], types)},
            coalesce({_text_of(called["event_type"], types)}, '') = '' AS is_nameless, CAST(NULL AS VARCHAR) AS id_flaw,
            CAST(NULL AS VARCHAR) AS object_flaw, {literal(spaced) if spaced else "CAST(NULL AS VARCHAR)"} AS spaced
        FROM {rows}""")
    structs: dict[str, ColumnTypes | None] = {
        column: _fields(connection, called[column], types, rows) for column in ("ep", "up")
    }
    has = frozenset(column for column in called if called[column])
    # `event_time` is the name in Amplitude's exports, whose rows come in the order of their
    # upload.
    return EventSource(
        connection, name, form, structs, has, has_order and called["time"] != "event_time"
    )


def _plain(called: ColumnTypes, types: ColumnTypes) -> list[str]:
    texts = [f"{_text_of(called[column], types)} AS {column}" for column in TEXTS]
    return [
        *texts,
        f"{quote(called['revenue']) if called['revenue'] else 'CAST(NULL AS DOUBLE)'} AS revenue",
    ]


def _text_of(column: str, types: ColumnTypes) -> str:
    """Return SQL for a column as text: the file may have numbers there."""
    if not column:
        return "CAST(NULL AS VARCHAR)"
    return quote(column) if types[column] == "VARCHAR" else f"CAST({quote(column)} AS VARCHAR)"


def _places(form: str) -> tuple[str, ...]:
    if form == "parquet":
        return ("file_ AS file", "file_row_number + 1 AS line")
    return ("'' AS file", "CAST(NULL AS BIGINT) AS line")


def _typed_time(column: str, types: ColumnTypes) -> list[str]:
    if not column:
        return [
            "CAST(NULL AS BIGINT) AS time_ms",
            "'missing' AS time_flaw",
            "false AS time_is_digits",
            "'' AS time_text",
        ]
    value, is_digits = quote(column), "false"
    if types[column].startswith(("TIMESTAMP", "DATE")):
        ms, flaw = f"epoch_ms({value})", f"CASE WHEN {value} IS NULL THEN 'missing' END"
    elif types[column] == "VARCHAR":
        ms, flaw, is_digits = text_time(value)
    else:
        ms, flaw = number_time(f"CAST({value} AS BIGINT)")
    text = f"CAST({value} AS VARCHAR) AS time_text"
    return [f"{ms} AS time_ms", f"{flaw} AS time_flaw", f"{is_digits} AS time_is_digits", text]


def _object(column: str, called: str, types: ColumnTypes) -> str:
    if not called:
        return f"CAST(NULL AS JSON) AS {column}"
    if types[called].startswith("STRUCT"):
        return f"{quote(called)} AS {column}"
    # TRY: a text that is no JSON is a null here, and a finding of its own, not the end of the
    # query.
    if types[called] in ("VARCHAR", "JSON"):
        return f"TRY_CAST({quote(called)} AS JSON) AS {column}"
    return f"to_json({quote(called)}) AS {column}"


def _fields(
    connection: duckdb.DuckDBPyConnection, called: str, types: ColumnTypes, rows: str
) -> dict[str, str] | None:
    """Return the fields of a struct with their types; None for JSON."""
    if not called or not types[called].startswith("STRUCT"):
        return None
    described = connection.execute(
        f"DESCRIBE SELECT unnest({quote(called)}) FROM {rows}"
    ).fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _nobodies(
    connection: duckdb.DuckDBPyConnection, called: ColumnTypes, rows: str
) -> list[str]:
    """Return the users' ids that stand for nobody: looked at once each, not in every row."""
    if not called["user_id"]:
        return []
    user = quote(called["user_id"])
    found = connection.execute(
        f"WITH g AS MATERIALIZED (SELECT DISTINCT CAST({user} AS VARCHAR) AS u "
        f"FROM {rows}) "
        f"SELECT u FROM g WHERE {is_banned('u')} ORDER BY u LIMIT 1000"
    )
    return [str(row[0]) for row in found.fetchall()]


def _whose(called: ColumnTypes, types: ColumnTypes, nobodies: list[str]) -> str:
    user, device = _text_of(called["user_id"], types), _text_of(called["device_id"], types)
    listed = ", ".join(map(literal, nobodies))
    real = f"CASE WHEN {user} NOT IN ({listed}) THEN {user} END" if nobodies else user
    # The number that our streams have is a BIGINT; a column called `person` elsewhere may hold
    # anything.
    is_ours = bool(called["person"]) and types[called["person"]] == "BIGINT"
    person = "person" if is_ours else "CAST(NULL AS BIGINT)"
    return f"{who(person if is_ours else '', real, device)} AS who, {person} AS person, {real} AS real_user"


def _session(called: str, types: ColumnTypes) -> str:
    if not called:
        return "CAST(NULL AS BIGINT) AS session_id, false AS session_flaw"
    value = quote(called)
    flaw = (
        "false" if types[called] in ("BIGINT", "INTEGER", "UBIGINT") else f"{value} IS NOT NULL"
    )
    return f"TRY_CAST({value} AS BIGINT) AS session_id, {flaw} AS session_flaw"
