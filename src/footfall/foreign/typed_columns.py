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
    PARAMS_SESSION,
    ROLE_OF_COMMON,
    ROW_INDEX,
    SAMPLE_ROWS,
    SET,
    Named,
    Roles,
    roles_of,
)
from footfall.foreign.sql_objects import member_of, object_of, object_without
from footfall.foreign.sql_times import number_time, stamp_time, text_time
from footfall.foreign.sql_values import FLOATS, finite_of, id_of, said_of, text_of, value_of
from footfall.foreign.vendor_records import Unit
from footfall.foreign.vendors import AMPLITUDES_CALLS
from footfall.store.dialect import literal, literals, quote

if TYPE_CHECKING:
    import duckdb

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
            {_properties(typed, is_whole=is_whole)} AS ep, {_user_properties(typed)} AS up,
            {_session(typed)},
            coalesce({text_of(called["event_type"], types)}, '') = '' AS is_nameless, CAST(NULL AS VARCHAR) AS id_flaw,
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
        roles=_taken(called, roles),
    )


def _whole_ids(connection: duckdb.DuckDBPyConnection, typed: Typed) -> str:
    """Return what is said of ids that stand as floats, where one of them is whole."""
    columns = (typed.called[name] for name in IDS)
    found = [
        column
        for column in columns
        if typed.types.get(column) in FLOATS
        and connection.execute(
            f"SELECT 1 FROM {typed.rows} WHERE {text_of(column, typed.types)} LIKE '%.0' LIMIT 1"
        ).fetchone()
    ]
    return f"{', '.join(found)} without the .0 of whole numbers" if found else ""


# --- roles -----------------------------------------------------------------------------------------------------------


def _sampled(
    connection: duckdb.DuckDBPyConnection, rows: str, types: ColumnTypes
) -> dict[str, Sampled]:
    own = {column: stored for column, stored in types.items() if column not in PLACE_COLUMNS}
    texts = ", ".join(text_of(column, types) for column in own)
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


def _taken(called: ColumnTypes, roles: Roles | None) -> dict[str, str]:
    """Return the names of columns and members that say who, when or what → which of these."""
    members = roles.members if roles else ()
    found = {called[common]: role for common, role in ROLE_OF_COMMON.items() if called[common]}
    return found | {name: "session" for name in members if name == PARAMS_SESSION}


def _called(types: ColumnTypes, roles: Roles | None) -> ColumnTypes:
    ours = {
        column: next((n for n in names if n in types), "") for column, names in NAMES.items()
    }
    if roles is None or roles.is_ours:
        return ours
    taken = {COMMON_OF_ROLE[role]: column for role, column in roles.columns.items()}
    # Without a column of their own people's properties stand within the events'.
    people = roles.people or roles.holder * (SET in roles.members)
    taken |= {"ep": roles.holder, "up": people or ours["up"] * roles.is_like_ours}
    return ours | taken if roles.is_like_ours else dict.fromkeys(NAMES, "") | taken


# --- columns ---------------------------------------------------------------------------------------------------------


def _properties(typed: Typed, *, is_whole: bool) -> str:
    """Return SQL for the properties of an event: a column of its own, or all columns without a role.

    Args:
        typed: The columns.
        is_whole: Whether they are to be written as JSON: then what it cannot say is null.
    """
    taken = typed.roles.members if typed.roles else ()
    held = object_without(typed.called["ep"], typed.types, taken)
    if typed.roles is None or not typed.roles.properties:
        return held
    holder = typed.roles.holder
    member = said_of if holder == PARAMS else finite_of if is_whole or holder else value_of
    members = [
        f"{quote(name)} := {member(name, typed.types)}" for name in typed.roles.properties
    ]
    packed = f"struct_pack({', '.join(members)})"
    if holder:
        return f"json_merge_patch(to_json({packed}), coalesce(to_json({held}), '{{}}'))"
    # A column of JSON has values of any kind: so all properties are looked at as JSON.
    is_json = any(typed.types[name] == "JSON" for name in typed.roles.properties)
    return f"to_json({packed})" if is_json else packed


def _user_properties(typed: Typed) -> str:
    if typed.roles and SET in typed.roles.members:
        return member_of(typed.roles.holder, typed.types, SET)
    return object_of(typed.called["up"], typed.types)


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
    members = ", ".join(f"{quote(name)} := {finite_of(name, types)}" for name in own)
    endless = [is_endless(quote(name)) for name in own if types[name] in FLOATS]
    found = " OR ".join(endless) or "false"
    return f"to_json(struct_pack({members})) AS event, {found} AS endless"


def _is_export(called: ColumnTypes) -> str:
    return f"{called['time'] == 'event_time'} AS is_export"


def _plain(called: ColumnTypes, types: ColumnTypes) -> list[str]:
    texts = [
        f"{(id_of if column in IDS else text_of)(called[column], types)} AS {column}"
        for column in TEXTS
    ]
    return [
        *texts,
        f"{quote(called['revenue']) if called['revenue'] else 'CAST(NULL AS DOUBLE)'} AS revenue",
    ]


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
        ms, flaw, is_digits = text_time(text_of(column, types), typed.unit)
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
        f"WITH g AS MATERIALIZED (SELECT DISTINCT {text_of(column, types)} AS u "
        f"FROM {rows}) "
        f"SELECT u FROM g WHERE {is_nobody('u')} ORDER BY u LIMIT 1000"
    )
    return [str(row[0]) for row in found.fetchall()]


def _whose(called: ColumnTypes, types: ColumnTypes, nobodies: Mapping[str, list[str]]) -> str:
    real, device = (
        f"CASE WHEN {of} NOT IN ({literals(listed)}) THEN {of} END" if listed else of
        for column, listed in nobodies.items()
        for of in [id_of(called[column], types)]
    )
    # The number that our streams have is a BIGINT; a column called `person` elsewhere may hold
    # anything.
    is_ours = bool(called["person"]) and types[called["person"]] == "BIGINT"
    person = "person" if is_ours else "CAST(NULL AS BIGINT)"
    return f"{who(person if is_ours else '', real, device)} AS who, {person} AS person, {real} AS real_user"


def _session(typed: Typed) -> str:
    called, types, held = typed.called["session_id"], typed.types, typed.called["ep"]
    if not called:
        is_held = typed.roles is not None and PARAMS_SESSION in typed.roles.members
        member = member_of(held, types, PARAMS_SESSION) if is_held else "CAST(NULL AS JSON)"
        text = f"({member} ->> '$')"
        return (
            f"TRY_CAST({text} AS BIGINT) AS session_id, {text} AS session_text, "
            "false AS session_flaw"
        )
    value = quote(called)
    flaw = (
        "false" if types[called] in ("BIGINT", "INTEGER", "UBIGINT") else f"{value} IS NOT NULL"
    )
    return (
        f"TRY_CAST({value} AS BIGINT) AS session_id, {id_of(called, types)} AS session_text, "
        f"{flaw} AS session_flaw"
    )
