"""Typed columns, of a store or of Parquet, as the relation `e` that checks see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from footfall.foreign.common_columns import (
    IDS,
    NAMES,
    TEXTS,
    is_endless,
    is_nobody,
    is_whole_number,
    who,
)
from footfall.foreign.event_source import ColumnTypes, EventForm, EventSource
from footfall.foreign.role_contents import Sampled
from footfall.foreign.role_names import is_like_ids
from footfall.foreign.roles import (
    COMMON_OF_ROLE,
    PARAMS,
    ROW_INDEX,
    SAMPLE_ROWS,
    Named,
    Roles,
    roles_of,
)
from footfall.foreign.sql_objects import object_of
from footfall.foreign.sql_times import number_time, stamp_time, text_time
from footfall.foreign.vendor_records import Unit
from footfall.foreign.vendors import AMPLITUDES_CALLS
from footfall.store.dialect import literal, literals, quote

if TYPE_CHECKING:
    import duckdb

FLOATS = ("DOUBLE", "FLOAT")
PLACE_COLUMNS = ("file_", "file_row_number", "row_n_", "row_line_")
"""Columns that reading adds, to say where a row stands."""
_PLACES: Mapping[EventForm, tuple[str, ...]] = {
    "parquet": ("file_ AS file", "file_row_number + 1 AS line"),
    "store": ("'' AS file", "CAST(NULL AS BIGINT) AS line"),
    "lines": ("0 AS part", "row_line_ AS line", "row_n_ AS n"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """Typed columns as they stand in a file or a store.

    Args:
        name: What the user called the events.
        form: Whether rows have a table, a file or a line as their place.
        rows: SQL for the relation.
        types: Column → DuckDB's type.
        called: Common column → column; empty where there is none.
        roles: Of columns with names of their own, or of properties that stand beside ours.
    """

    name: str
    form: EventForm
    rows: str
    types: ColumnTypes
    called: ColumnTypes
    roles: Roles | None

    @property
    def is_foreign(self) -> bool:
        """Whether columns have names of their own."""
        return self.roles is not None and not self.roles.is_ours

    @property
    def unit(self) -> Unit:
        """The unit that numbers are wanted in as times."""
        return "ms" if not self.is_foreign or self.roles is None else self.roles.unit or "ms"


def typed_source(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    form: EventForm,
    rows: str,
    *,
    has_order: bool,
    named: Named | None = None,
    parts: tuple[str, ...] = (),
    into: str = "e",
    is_whole: bool = False,
) -> EventSource:
    """Return the event source of typed columns: `e` becomes a view over them.

    Args:
        connection: A database that sees the rows.
        name: What the user called the events.
        form: Whether rows have a table, a file or a line as their place.
        rows: SQL for the relation.
        has_order: Whether rows follow each other in time, as the file has them.
        named: Columns that somebody named.
        parts: Names of the files of lines.
        into: Name of the view.
        is_whole: Whether a column `event` has the whole row, as JSON.

    Raises:
        UsageError: A column that must be there is not recognised.
    """
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    own = [column for column in types if column not in PLACE_COLUMNS]
    roles = roles_of(name, own, lambda: _sampled(connection, rows, types), named or Named())
    called = _called(types, roles)
    typed = Typed(name, form, rows, types, called, roles)
    columns = ", ".join(
        [*_plain(called, types), *_typed_time(typed), *_PLACES[form], _is_export(called)]
        + ([_whole(types)] if is_whole else [])
    )
    spaced = next((column for column in types if column != column.strip()), None)
    # A view, not a table: a check reads from Parquet the columns that it asks for, and no
    # other.
    nobodies = {
        c: _nobodies(connection, called[c], types, rows) for c in ("user_id", "device_id")
    }
    whose = _whose(called, types, nobodies)
    connection.execute(f"""
        CREATE VIEW {into} AS SELECT {columns}, {whose},
            {_properties(typed, is_whole=is_whole)} AS ep, {object_of(called["up"], types)} AS up,
            {_session(called["session_id"], types)},
            coalesce({_text_of(called["event_type"], types)}, '') = '' AS is_nameless, CAST(NULL AS VARCHAR) AS id_flaw,
            {_object_flaw(typed)} AS object_flaw, {literal(spaced) if spaced else "CAST(NULL AS VARCHAR)"} AS spaced
        FROM {rows}""")
    structs: dict[str, ColumnTypes | None] = {
        column: _fields(connection, column, into) for column in ("ep", "up")
    }
    has = frozenset(column for column in called if called[column])
    # `event_time` is the name in Amplitude's exports, whose rows come in the order of their
    # upload; nor does anybody say that a foreign log is in order.
    is_ordered = has_order and called["time"] != "event_time" and not typed.is_foreign
    return EventSource(
        connection,
        name,
        form,
        structs,
        has - {"session_id"} if typed.is_foreign else has,
        is_ordered,
        parts,
        typed.is_foreign,
        "; ".join(
            filter(None, (roles.sentence() if roles else "", _whole_ids(connection, typed)))
        ),
        # Whose events they are is not known where columns have names of their own.
        calls=frozenset() if typed.is_foreign else AMPLITUDES_CALLS,
        has_own_events=not typed.is_foreign,
    )


def _whole_ids(connection: duckdb.DuckDBPyConnection, typed: Typed) -> str:
    """Return what is said of ids that stand as floats, where one of them is whole."""
    columns = (typed.called[name] for name in IDS)
    found = [
        column
        for column in columns
        if typed.types.get(column) in FLOATS
        and connection.execute(
            f"SELECT 1 FROM {typed.rows} WHERE {_text_of(column, typed.types)} LIKE '%.0' LIMIT 1"
        ).fetchone()
    ]
    return f"{', '.join(found)} without the .0 of whole numbers" if found else ""


# --- roles -----------------------------------------------------------------------------------------------------------


def _sampled(
    connection: duckdb.DuckDBPyConnection, rows: str, types: ColumnTypes
) -> dict[str, Sampled]:
    own = {column: stored for column, stored in types.items() if column not in PLACE_COLUMNS}
    texts = ", ".join(_text_of(column, types) for column in own)
    if not own:
        return {}
    sample = connection.execute(f"SELECT {texts} FROM {rows} LIMIT {SAMPLE_ROWS}").fetchall()
    values = list(zip(*sample, strict=True)) if sample else [()] * len(own)
    return {
        column: _as_id(column, Sampled(stored, seen))
        for (column, stored), seen in zip(own.items(), values, strict=True)
    }


def _as_id(column: str, one: Sampled) -> Sampled:
    """Return a column of floats as one of whole numbers, where it is called like ids and holds no others."""
    if one.stored not in FLOATS or not is_like_ids(column):
        return one
    texts = [None if text == "nan" else text for text in one.texts]
    is_whole = all(text is None or text.endswith(".0") for text in texts)
    return (
        Sampled("BIGINT", [text and text.removesuffix(".0") for text in texts])
        if is_whole
        else one
    )


def _called(types: ColumnTypes, roles: Roles | None) -> ColumnTypes:
    ours = {
        column: next((n for n in names if n in types), "") for column, names in NAMES.items()
    }
    if roles is None or roles.is_ours:
        return ours
    taken = {COMMON_OF_ROLE[role]: column for role, column in roles.columns.items()}
    taken |= {"ep": roles.holder, "up": roles.people or ours["up"] * roles.is_like_ours}
    return ours | taken if roles.is_like_ours else dict.fromkeys(NAMES, "") | taken


# --- columns ---------------------------------------------------------------------------------------------------------


def _properties(typed: Typed, *, is_whole: bool) -> str:
    """Return SQL for the properties of an event: a column of its own, or all columns without a role.

    Args:
        typed: The columns.
        is_whole: Whether they are to be written as JSON: then what it cannot say is null.
    """
    held = object_of(typed.called["ep"], typed.types)
    if typed.roles is None or not typed.roles.properties:
        return held
    holder = typed.roles.holder
    member = _said if holder == PARAMS else _finite if is_whole or holder else _member
    members = [
        f"{quote(name)} := {member(name, typed.types)}" for name in typed.roles.properties
    ]
    packed = f"struct_pack({', '.join(members)})"
    if holder:
        return f"json_merge_patch(to_json({packed}), coalesce(to_json({held}), '{{}}'))"
    # A column of JSON has values of any kind: so all properties are looked at as JSON.
    is_json = any(typed.types[name] == "JSON" for name in typed.roles.properties)
    return f"to_json({packed})" if is_json else packed


def _member(name: str, types: ColumnTypes) -> str:
    # pandas and Spark may write texts as bytes.
    return _text_of(name, types) if types[name] == "BLOB" else quote(name)


def _finite(name: str, types: ColumnTypes) -> str:
    """Return SQL for a value as JSON can say it: NaN and infinite numbers are missing ones."""
    member = _member(name, types)
    return (
        f"CASE WHEN NOT {is_endless(member)} THEN {member} END"
        if types[name] in FLOATS
        else member
    )


def _said(name: str, types: ColumnTypes) -> str:
    """Return SQL for a value, null for an empty list: each event of Google Analytics is exported with all columns."""
    is_list = types[name].endswith("[]")
    return (
        f"CASE WHEN len({quote(name)}) > 0 THEN {quote(name)} END"
        if is_list
        else _finite(name, types)
    )


def _object_flaw(typed: Typed) -> str:
    column = typed.called["ep"]
    if typed.types.get(column) != "VARCHAR":
        return "CAST(NULL AS VARCHAR)"
    value = quote(column)
    is_object = f"json_type(TRY_CAST({value} AS JSON)) IS NOT DISTINCT FROM 'OBJECT'"
    return f"CASE WHEN {value} <> '' AND NOT {is_object} THEN {literal(column)} END"


def _whole(types: ColumnTypes) -> str:
    """Return SQL for the whole row as JSON, and for whether it held a number that JSON cannot say."""
    own = [name for name in types if name not in (*PLACE_COLUMNS, *ROW_INDEX)]
    members = ", ".join(f"{quote(name)} := {_finite(name, types)}" for name in own)
    endless = [is_endless(quote(name)) for name in own if types[name] in FLOATS]
    found = " OR ".join(endless) or "false"
    return f"to_json(struct_pack({members})) AS event, {found} AS endless"


def _is_export(called: ColumnTypes) -> str:
    return f"{called['time'] == 'event_time'} AS is_export"


def _plain(called: ColumnTypes, types: ColumnTypes) -> list[str]:
    texts = [
        f"{(_id_of if column in IDS else _text_of)(called[column], types)} AS {column}"
        for column in TEXTS
    ]
    return [
        *texts,
        f"{quote(called['revenue']) if called['revenue'] else 'CAST(NULL AS DOUBLE)'} AS revenue",
    ]


def _text_of(column: str, types: ColumnTypes) -> str:
    """Return SQL for a column as text: the file may have numbers there."""
    if not column:
        return "CAST(NULL AS VARCHAR)"
    if types[column] == "BLOB":
        return f"decode({quote(column)})"
    return quote(column) if types[column] == "VARCHAR" else f"CAST({quote(column)} AS VARCHAR)"


def _id_of(column: str, types: ColumnTypes) -> str:
    """Return SQL for an id as text: of a float that is whole without its `.0`."""
    text = _text_of(column, types)
    return f"regexp_replace({text}, '[.]0$', '')" if types.get(column) in FLOATS else text


def _typed_time(typed: Typed) -> list[str]:
    column, types = typed.called["time"], typed.types
    if not column:
        return [
            "CAST(NULL AS BIGINT) AS time_ms",
            "'missing' AS time_flaw",
            "false AS time_is_digits",
            "CAST(NULL AS VARCHAR) AS time_text",
        ]
    value, is_digits = quote(column), "false"
    if types[column].startswith(("TIMESTAMP", "DATE")):
        ms = stamp_time(value, types[column])
        flaw = f"CASE WHEN {value} IS NULL THEN 'missing' END"
    elif types[column] in ("VARCHAR", "BLOB"):
        ms, flaw, is_digits = text_time(_text_of(column, types), typed.unit)
    else:
        ms, flaw = number_time(value, typed.unit)
    text = f"CAST({value} AS VARCHAR) AS time_text"
    shown = "false" if typed.is_foreign else is_digits
    return [f"{ms} AS time_ms", f"{flaw} AS time_flaw", f"{shown} AS time_is_digits", text]


def _fields(
    connection: duckdb.DuckDBPyConnection, column: str, of: str
) -> dict[str, str] | None:
    """Return the fields of a struct with their types; None for JSON."""
    ((_, stored, *_),) = connection.execute(f"DESCRIBE SELECT {column} FROM {of}").fetchall()
    if not str(stored).startswith("STRUCT"):
        return None
    described = connection.execute(f"DESCRIBE SELECT unnest({column}) FROM {of}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _nobodies(
    connection: duckdb.DuckDBPyConnection, column: str, types: ColumnTypes, rows: str
) -> list[str]:
    """Return the ids of a column that stand for nobody: looked at once each, not in every row."""
    if not column or is_whole_number(types[column]):
        return []
    if types[column] in FLOATS:
        return ["nan"]
    found = connection.execute(
        f"WITH g AS MATERIALIZED (SELECT DISTINCT {_text_of(column, types)} AS u "
        f"FROM {rows}) "
        f"SELECT u FROM g WHERE {is_nobody('u')} ORDER BY u LIMIT 1000"
    )
    return [str(row[0]) for row in found.fetchall()]


def _whose(called: ColumnTypes, types: ColumnTypes, nobodies: Mapping[str, list[str]]) -> str:
    real, device = (
        f"CASE WHEN {of} NOT IN ({literals(listed)}) THEN {of} END" if listed else of
        for column, listed in nobodies.items()
        for of in [_id_of(called[column], types)]
    )
    # The number that our streams have is a BIGINT; a column called `person` elsewhere may hold
    # anything.
    is_ours = bool(called["person"]) and types[called["person"]] == "BIGINT"
    person = "person" if is_ours else "CAST(NULL AS BIGINT)"
    return f"{who(person if is_ours else '', real, device)} AS who, {person} AS person, {real} AS real_user"


def _session(called: str, types: ColumnTypes) -> str:
    if not called:
        return (
            "CAST(NULL AS BIGINT) AS session_id, CAST(NULL AS VARCHAR) AS session_text, "
            "false AS session_flaw"
        )
    value = quote(called)
    flaw = (
        "false" if types[called] in ("BIGINT", "INTEGER", "UBIGINT") else f"{value} IS NOT NULL"
    )
    return (
        f"TRY_CAST({value} AS BIGINT) AS session_id, {_id_of(called, types)} AS session_text, "
        f"{flaw} AS session_flaw"
    )
