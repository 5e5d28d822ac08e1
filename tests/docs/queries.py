"""The queries that docs/events.md shows, the store they run on, and their results as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

import footfall
from tests.docs.examples import ROOT

PAGE = ROOT / "docs" / "events.md"
QUERY = re.compile(r"(?<=^```sql\n)(.*?)(^```\n\n)((?:\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)
"""A query, what stands between, and the table below it."""


@contextmanager
def store(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make the store of the page's first command in a folder, and open it."""
    footfall.run(
        "ecommerce", people=500, to=[f"duckdb:{folder}/shop.duckdb", f"parquet:{folder}/shop"]
    )
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET file_search_path = '{folder}'")
        yield connection


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the names of a query's columns and its rows."""
    result = connection.sql(sql)
    return result.columns, result.fetchall()


def table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the result of a query as a Markdown table."""
    names, found = rows(connection, sql)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in found)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
