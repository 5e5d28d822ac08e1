"""Connections to DuckDB that the program around us holds, by the names of its variables."""

from __future__ import annotations

import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def names_of_holders(path: Path) -> list[str]:
    """Return the variables of the main program, or of a notebook, that are connections to a file."""
    import duckdb

    variables = vars(sys.modules["__main__"])
    return [
        name
        for name, value in list(variables.items())
        # Notebooks keep what cells gave under `_` and `_12` besides.
        if isinstance(value, duckdb.DuckDBPyConnection)
        and not name.startswith("_")
        and _holds(value, path)
    ]


def _holds(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    import duckdb

    # A cursor of its own, so that a result which the program has not read yet stays.
    with suppress(duckdb.Error), closing(connection.cursor()) as cursor:
        files = [row[2] for row in cursor.execute("PRAGMA database_list").fetchall()]
        return any(file and Path(file).resolve() == path.resolve() for file in files)
    return False
