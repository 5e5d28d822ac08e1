"""Lines of JSON as a table of the columns that checks see.

Lines that are no JSON object are listed beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.store.dialect import literal, quote
from footfall.store.duckdb import connection as db
from footfall.validation.common_columns import NAMES, TEXTS, number_time, real_user, text_time
from footfall.validation.lines import Lines, parts_of, read_lines

if TYPE_CHECKING:
    import duckdb

_WANTED = tuple(dict.fromkeys(name for names in NAMES.values() for name in names))
_SCHEMA = pa.schema(
    [("n", pa.int64()), ("part", pa.int32()), ("line", pa.int64()), ("text", pa.string())]
)


def load(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Fill the table `e` (and `bad`, of lines that are no events) from a file of lines.

    Args:
        connection: An empty database in memory.
        path: NDJSON, plain or gzip, a JSON array, or a zip of such files.

    Returns:
        Names of the parts, by number.
    """
    parts = parts_of(path)
    # The table gets its types from the query itself, run over no lines.
    empty = _batch(Lines(0, 1, []), 0)
    with db.registered(connection, empty, "batch"):
        connection.execute(f"CREATE TABLE e AS {_query()}")
        connection.execute("CREATE TABLE bad (n BIGINT, part INTEGER, line BIGINT)")
    n = 0
    for lines in read_lines(path, parts):
        _insert(connection, _batch(lines, n))
        n += len(lines.texts)
    return tuple(part.name for part in parts)


def load_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Fill the tables from a CSV file with a header, in which objects are JSON texts.

    A row's line is its number.

    Args:
        connection: An empty database in memory that may read the file.
        path: A CSV file, plain or gzip.
    """
    options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
    rows = f"read_csv({literal(str(path))}, {options})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    names = [str(row[0]) for row in described]
    # Columns of CSV are texts. What NDJSON has as numbers becomes one again, so that no check
    # takes it for a mistake.
    whole = {"session_id", "person"}
    values = (
        f"TRY_CAST({quote(name)} AS BIGINT)" if name in whole else quote(name) for name in names
    )
    members = ", ".join(
        f"{quote(name)} := {value}" for name, value in zip(names, values, strict=True)
    )
    # Rows become JSON once more, and go the way of lines: one query knows what an event looks
    # like.
    connection.execute(
        "CREATE VIEW batch AS "
        "SELECT n, 0::INTEGER AS part, n + 2 AS line, to_json(row_) AS text FROM "
        f"(SELECT row_number() OVER () - 1 AS n, struct_pack({members}) AS row_ "
        f"FROM {rows})"
    )
    connection.execute(f"CREATE TABLE e AS {_query()}")
    connection.execute("CREATE TABLE bad (n BIGINT, part INTEGER, line BIGINT)")
    return (path.name,)


def _batch(lines: Lines, n: int) -> pa.Table:
    rows = [
        (n + i, lines.part, lines.first + i, text)
        for i, text in enumerate(lines.texts)
        if text != ""
    ]
    columns = zip(*rows, strict=True) if rows else ([], [], [], [])
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)
    ]
    return pa.table(arrays, schema=_SCHEMA)


def _insert(connection: duckdb.DuckDBPyConnection, batch: pa.Table) -> None:
    """Insert lines; where one breaks the query, halves of them, until that one is alone and bad.

    A broken line among n costs about 2 log2 n queries. To try each line beforehand would read
    all lines twice.
    """
    import duckdb

    with db.registered(connection, batch, "batch"):
        try:
            connection.execute(f"INSERT INTO e {_query()}")
        except (duckdb.ConversionException, duckdb.InvalidInputException):
            halves = (
                [batch.slice(0, len(batch) // 2), batch.slice(len(batch) // 2)]
                if len(batch) > 1
                else []
            )
        else:
            connection.execute(
                "INSERT INTO bad SELECT n, part, line FROM batch "
                "WHERE json_type(TRY_CAST(text AS JSON)) IS DISTINCT FROM 'OBJECT'"
            )
            return
        if not halves:
            connection.execute("INSERT INTO bad SELECT n, part, line FROM batch")
    for half in halves:
        _insert(connection, half)


def _at(name: str, of: str = "x") -> str:
    """Return SQL for a member of a line, its text or its type: by the first of its names that is there."""
    places = [f"{of}[{_WANTED.index(called) + 1}]" for called in NAMES[name]]
    return places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"


def _text(name: str) -> str:
    return _at(name, "s")


def _type(name: str) -> str:
    return f"coalesce({_at(name, 't')}, 'NULL')"


def _query() -> str:
    """Return the query that makes rows of `e` from `batch`."""
    # One list of paths: DuckDB goes through a line three times, for values, texts and types,
    # not once per member.
    paths = ", ".join(literal("/" + name) for name in _WANTED)
    texts = ", ".join(f"{_text(name)} AS {name}" for name in TEXTS)
    return f"""
        SELECT n, part, line, {texts}, {_times()}, {_sessions()},
            TRY_CAST({_text("person")} AS BIGINT) AS person, TRY_CAST({_text("revenue")} AS DOUBLE) AS revenue,
            {_ids_flaw()} AS id_flaw, {real_user(_text("user_id"))} AS real_user,
            {_object("ep")} AS ep, {_settings(_object("up"))} AS up, {_objects_flaw()} AS object_flaw,
            coalesce({_text("event_type")}, '') = '' OR {_type("event_type")} <> 'VARCHAR' AS is_nameless,
            list_filter(json_keys(j), lambda k: k <> trim(k))[1] AS spaced,
            x[{_WANTED.index("event_time") + 1}] IS NOT NULL AS is_export,
        FROM (SELECT n, part, line, j, json_extract(j, [{paths}]) AS x, json_extract_string(j, [{paths}]) AS s,
                json_type(j, [{paths}]) AS t
            FROM (SELECT n, part, line, TRY_CAST(text AS JSON) AS j FROM batch) WHERE json_type(j) = 'OBJECT')"""


def _times() -> str:
    of, text = _type("time"), _text("time")
    number, flaw = number_time(f"TRY_CAST({text} AS BIGINT)")
    from_text, text_flaw, is_digits = text_time(text)
    is_text = f"{of} = 'VARCHAR'"
    is_number = f"{of} IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
    # 1767301200000.0 is whole, however a sender writes it.
    is_fraction = (
        f"{of} = 'DOUBLE' AND TRY_CAST({text} AS DOUBLE) <> floor(TRY_CAST({text} AS DOUBLE))"
    )
    return f"""
        CASE WHEN {is_text} THEN {from_text} WHEN {is_number} THEN {number} END AS time_ms,
        CASE WHEN {is_text} THEN {text_flaw} WHEN {is_fraction} THEN 'fraction' WHEN {is_number} THEN {flaw}
            WHEN {of} = 'NULL' THEN 'missing' ELSE 'unreadable' END AS time_flaw,
        {is_text} AND {is_digits} AS time_is_digits, {text} AS time_text"""


def _sessions() -> str:
    of, text = _type("session_id"), _text("session_id")
    is_whole = f"{of} IN ('BIGINT', 'UBIGINT')"
    return f"""
        TRY_CAST({text} AS BIGINT) AS session_id,
        {of} <> 'NULL' AND NOT {is_whole} AS session_flaw"""


def _ids_flaw() -> str:
    names = ("user_id", "device_id", "insert_id")
    cases = (
        f"WHEN {_type(name)} NOT IN ('NULL', 'VARCHAR') THEN {literal(name)}" for name in names
    )
    return f"CASE {' '.join(cases)} END"


def _object(name: str) -> str:
    """Return SQL for an object of properties, also one that was written into a text."""
    inner = f"TRY_CAST({_text(name)} AS JSON)"
    return (
        f"CASE {_type(name)} WHEN 'OBJECT' THEN {_at(name)} "
        f"WHEN 'VARCHAR' THEN CASE WHEN json_type({inner}) = 'OBJECT' "
        f"THEN {inner} END END"
    )


def _objects_flaw() -> str:
    cases = (
        f"WHEN {_type(name)} NOT IN ('NULL', 'OBJECT') "
        f"AND {_object(name)} IS NULL THEN {literal(NAMES[name][0])}"
        for name in ("ep", "up")
    )
    return f"CASE {' '.join(cases)} END"


def _settings(up: str) -> str:
    """Return SQL for what is set, where Amplitude's operations stand in place of a plain map.

    Source: Identify API.

    `$set` goes over `$setOnce`, as the later of the two: what a property holds already, no
    single event says.
    """
    once, now = (
        f"coalesce(json_extract({up}, '/{name}'), '{{}}')" for name in ("$setOnce", "$set")
    )
    operations = f"json_merge_patch({once}, {now})"
    return f"CASE WHEN starts_with(json_keys({up})[1], '$') THEN {operations} ELSE {up} END"
