"""Catalogues in PostgreSQL: their rows, and views that may have other columns with every run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from footfall.data.stream import Run
from footfall.store.catalogue_rows import catalogue_rows
from footfall.store.dialect import literal, quote
from footfall.store.postgres import connection as pg
from footfall.store.postgres.dialect import DIALECT
from footfall.store.postgres.owned_tables import MADE
from footfall.store.tables import CATALOGUE_ROWS

MOST_NAME_BYTES = 63
"""The server cuts longer names without an error, and two of ours would share one."""


def put_catalogues(connection: pg.Connection, run: Run, meta: str) -> None:
    """Keep the catalogues of a run, unless they are there.

    Args:
        connection: The database.
        run: The run.
        meta: The schema of tables about runs.
    """
    columns = [[row[name] for row in catalogue_rows(run)] for name in CATALOGUE_ROWS.names]
    casts = ", ".join(f"CAST(%s AS {DIALECT.column_type(f.type)}[])" for f in CATALOGUE_ROWS)
    connection.execute(
        f"INSERT INTO {meta}.catalogue_rows ({', '.join(CATALOGUE_ROWS.names)}) "
        f"SELECT * FROM unnest({casts}) ON CONFLICT DO NOTHING",
        columns,
    )


def make_catalogues(connection: pg.Connection, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Make the views of catalogues anew.

    Args:
        connection: The database.
        wanted: Schema → name of a view → its query.
    """
    drop_catalogues(connection)
    for schema, queries in wanted.items():
        for name, query in queries.items():
            if len(name.encode()) <= MOST_NAME_BYTES:
                _make(connection, f"{quote(schema)}.{quote(name)}", query)


def drop_catalogues(connection: pg.Connection) -> None:
    """Drop the views of catalogues, whose columns may be others now, unless views of users need them."""
    found = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'v' AND obj_description(c.oid, 'pg_class') = %s",
        [MADE],
    ).fetchall()
    for schema, name in found:
        _try(connection, f"DROP VIEW {quote(schema)}.{quote(name)}")


def _make(connection: pg.Connection, view: str, query: str) -> None:
    comment = f"COMMENT ON VIEW {view} IS {literal(MADE)}"
    _try(connection, f"CREATE OR REPLACE VIEW {view} AS {query}", comment)


def _try(connection: pg.Connection, *statements: str) -> None:
    """Execute what may be refused, as to a view that others have built on: then that stays."""
    with suppress(pg.driver().Error), pg.transaction(connection):
        for statement in statements:
            connection.execute(statement)
