"""Tables in somebody's PostgreSQL database that footfall makes: it touches no others.

What footfall makes carries a comment that says so; what does not carry it is never altered or
dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from footfall.errors import StoreError
from footfall.store.dialect import create_table, literal, quote
from footfall.store.postgres import connection as pg
from footfall.store.postgres.address import Address
from footfall.store.postgres.dialect import DIALECT

MADE = "made by footfall"
"""The comment."""

# Key of an advisory lock: "footfall", as a number of 64 bits.
_DDL_LOCK = 0x666F6F7466616C6C


def only_one(connection: pg.Connection) -> None:
    """Let only this process make tables, up to the end of its transaction.

    `CREATE … IF NOT EXISTS` alone does not do: two sessions at once both find nothing, and the
    slower one fails.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_DDL_LOCK])


def make_schema(connection: pg.Connection, name: str) -> None:
    """Make a schema if it is missing; anybody's will do, for each table is checked."""
    found = connection.execute(
        "SELECT 1 FROM pg_namespace WHERE nspname = %s", [name]
    ).fetchone()
    if not found:
        connection.execute(f"CREATE SCHEMA {quote(name)}")
        connection.execute(f"COMMENT ON SCHEMA {quote(name)} IS {literal(MADE)}")


def make_tables(
    connection: pg.Connection,
    address: Address,
    schema: str,
    tables: Mapping[str, tuple[pa.Schema, Sequence[str]]],
) -> None:
    """Make a schema with tables, or check that those that are there are ours.

    Args:
        connection: The database; statements run in the transaction of the caller.
        address: The database, for errors.
        schema: Name of the schema.
        tables: Name → columns, and those that are its key.

    Raises:
        StoreError: One is there that footfall did not make.
    """
    only_one(connection)
    make_schema(connection, schema)
    for name, (columns, keys) in tables.items():
        make_table(connection, address, schema, name, columns, keys)


def make_table(
    connection: pg.Connection,
    address: Address,
    schema: str,
    name: str,
    columns: pa.Schema,
    keys: Sequence[str],
    *,
    by_day: bool = False,
) -> None:
    """Make a table, or check that the one that is there is ours.

    Raises:
        StoreError: It is not, or somebody has changed it.
    """
    table = f"{quote(schema)}.{name}"
    comment = comment_on(connection, "n.nspname = %s AND c.relname = %s", [schema, name])
    # Never IF NOT EXISTS: a table of the same name may be somebody's, and would be written
    # into.
    if comment is not None:
        _check_table(connection, address, schema, name, columns, is_ours=comment == MADE)
        return
    statement = create_table(DIALECT, table, columns).replace(" IF NOT EXISTS", "")
    if keys:
        statement = f"{statement[:-1]}, PRIMARY KEY ({', '.join(keys)}))"
    connection.execute(statement + (" PARTITION BY RANGE (time)" if by_day else ""))
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(MADE)}")


def add_columns(
    connection: pg.Connection, schema: str, table: str, columns: Mapping[str, str]
) -> None:
    """Add columns that a table of ours lacks, made by an earlier version; others are left alone.

    Args:
        columns: Name → type.
    """
    comment = comment_on(connection, "n.nspname = %s AND c.relname = %s", [schema, table])
    if comment == MADE:
        for name, kind in columns.items():
            connection.execute(
                f"ALTER TABLE {quote(schema)}.{quote(table)} ADD COLUMN IF NOT EXISTS {quote(name)} {kind}"
            )


def comment_on(connection: pg.Connection, condition: str, params: Sequence[str]) -> str | None:
    """Return the comment on a relation or schema, empty for none; None if it is not there."""
    found = connection.execute(
        "SELECT coalesce(CASE WHEN c.oid IS NULL THEN obj_description(n.oid, 'pg_namespace') "
        "ELSE obj_description(c.oid, 'pg_class') END, '') "
        f"FROM pg_namespace AS n LEFT JOIN pg_class AS c ON c.relnamespace = n.oid WHERE {condition}",
        params,
    ).fetchone()
    return None if found is None else str(found[0])


def _check_table(
    connection: pg.Connection,
    address: Address,
    schema: str,
    name: str,
    columns: pa.Schema,
    *,
    is_ours: bool,
) -> None:
    wanted = {field.name: DIALECT.column_type(field.type) for field in columns}
    have = columns_of(connection, schema, name)
    found = {column: kind for column, (kind, _) in have.items()}
    wrong = [
        f"{c}: {found.get(c, 'missing')}, wanted {kind}"
        for c, kind in wanted.items()
        if found.get(c) != kind
    ]
    # Columns that others have added are left alone, unless they refuse our rows.
    wrong += [
        f"{c}: not known, and must be filled"
        for c, (_, must) in have.items()
        if c not in wanted and must
    ]
    if wrong or not is_ours:
        listed = (
            "".join(f"\n  {line}" for line in wrong)
            or "\n  its columns are the same, but it is not ours to write"
        )
        whose = (
            "has been changed since footfall made it" if is_ours else "was not made by footfall"
        )
        raise StoreError(
            f"{address.shown}: table {schema}.{name} is there already and {whose}{listed}\n"
            "  hint: nothing was altered; rename that table, or write to another database"
        )


def columns_of(
    connection: pg.Connection, schema: str, name: str
) -> dict[str, tuple[str, bool]]:
    """Return a relation's columns: type, and whether rows without a value are refused."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT a.atthasdef "
        "FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped",
        [schema, name],
    ).fetchall()
    return {column: (kind, must) for column, kind, must in rows}
