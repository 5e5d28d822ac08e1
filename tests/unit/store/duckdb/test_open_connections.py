"""A file that the program around us has open: the message says by which connection."""

import duckdb
import pytest

import __main__
from footfall.errors import StoreError
from footfall.store import open_store
from footfall.store.duckdb.connection import hide_progress


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.duckdb"
    duckdb.connect(str(path)).close()
    return path


def test_the_variable_is_named(file, tmp_path, monkeypatch):
    """Of the connections in variables of the program, only those to this file are named, and what they read stays."""
    other = duckdb.connect(str(tmp_path / "other.duckdb"))
    closed = duckdb.connect()
    closed.close()
    with duckdb.connect(str(file)) as own:
        for name, connection in {"mine": own, "other": other, "closed": closed}.items():
            monkeypatch.setattr(__main__, name, connection, raising=False)
        waiting = own.execute("SELECT 42")
        with pytest.raises(StoreError, match=r"is open in this program already by `mine`\n"):
            open_store(file)
        assert waiting.fetchall() == [(42,)]
    other.close()


def test_a_connection_without_a_name(file):
    """One that no variable of the main program holds is told by what makes such connections."""
    with (
        duckdb.connect(str(file)),
        pytest.raises(StoreError, match=r"already, by a connection of duckdb\.connect\n  hint"),
    ):
        open_store(file)


class WithoutWidgets:
    """A connection in a notebook where a package is missing: there is no bar, and it cannot be set."""

    def execute(self, sql):
        if sql.startswith("SET"):
            raise duckdb.InvalidInputException("required package 'ipywidgets' is missing")
        return self

    def fetchone(self):
        return (False,)


def test_no_progress_bar_is_no_problem():
    """Where DuckDB draws none, it is not told to draw none; where it would, it is."""
    hide_progress(WithoutWidgets())
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = true")
        hide_progress(connection)
        shown = connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    assert shown == (False,)
