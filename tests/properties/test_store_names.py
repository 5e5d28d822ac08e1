"""A store may be called anything: whoever opens it asks it by the names on the page."""

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from footfall.store import open_store
from footfall.store.duckdb.connection import database_name
from tests.stores import Rows, write_rows
from tests.stores import make_run as run_of_rows

DAY = 86_400_000
ROWS = Rows(
    arrivals=[(0, 0, "Oslo", "NO", "Europe/Oslo", "visitor", {"plan": "free", "age": 3})],
    changes=[(0, "plan", '"free"', '"paid"', DAY)],
    events=[(0, 5, 5, "Oslo", "NO", "web", 150), (0, DAY, DAY, "Oslo", "NO", "web", None)],
)
WORDS = ("tiny", "TINY", "main", "memory", "temp", "system", "pg_catalog", "information_schema")
VIEWS = ("events", "changes", "arrivals", "users", "sessions", "stages", "cities")
# What a file system takes: no slash, no zero byte, 255 bytes with the ending.
STEMS = st.one_of(
    st.sampled_from(WORDS),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"),
        min_size=1,
        max_size=40,
    ),
).filter(lambda name: name.strip(". ") != "")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("names")
    write_rows(path / "made.duckdb", run_of_rows(people=1), ROWS)
    return path / "made.duckdb"


def counts(connection, prefix):
    return [
        connection.execute(f"SELECT count(*) FROM {prefix}{view}").fetchone()[0]
        for view in VIEWS
    ]


WANTED = [2, 1, 1, 1, 2, 1, 1]


@settings(max_examples=40, deadline=None)
@given(STEMS, st.sampled_from((".duckdb", ".db", "", ".a.duckdb")))
@example("tiny", ".duckdb")
def test_any_file_name_can_be_asked(tmp_path_factory, stem, ending):
    """Names of one part, of `main` and of the scenario's schema work in a file called anything."""
    path = tmp_path_factory.mktemp("any") / f"{stem}{ending}"
    write_rows(path, run_of_rows(people=1), ROWS)
    with duckdb.connect(str(path), read_only=True) as connection:
        for prefix in ("", "main.", "tiny.", "all_", "main.all_", "tiny.all_"):
            assert counts(connection, prefix) == WANTED
        # Of one scenario, also in the main schema, properties have their types.
        ((kind,),) = connection.execute("SELECT typeof(properties.age) FROM users").fetchall()
        assert kind == "BIGINT"
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        if name.isidentifier():
            assert name.removesuffix("_db") == database_name(path).removesuffix("_db")
    with open_store(path) as opened:
        assert opened.query("SELECT count(*) FROM tiny.events") == [(2,)]


@settings(max_examples=40, deadline=None)
@given(STEMS)
@example("tiny")
def test_any_later_name_can_be_asked(tmp_path_factory, store, stem):
    """A file that is renamed, or attached under any alias, is asked by names of one part, or of `main`."""
    path = tmp_path_factory.mktemp("renamed") / f"{stem}.duckdb"
    path.write_bytes(store.read_bytes())
    with duckdb.connect(str(path), read_only=True) as connection:
        assert counts(connection, "") == counts(connection, "main.") == WANTED
    if stem.lower() in ("main", "memory", "temp", "system"):
        return  # no aliases: DuckDB keeps them for itself
    alias = '"' + stem.replace('"', '""') + '"'
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE main.tiny_all_events AS SELECT 'of somebody else' AS run"
        )
        connection.execute(f"ATTACH '{store}' AS {alias} (READ_ONLY)")
        assert counts(connection, f"{alias}.main.") == WANTED
        if stem.lower() not in WORDS or stem.lower() == "tiny":  # schemas of every database
            assert counts(connection, f"{alias}.") == WANTED


def test_a_second_scenario_in_a_file_called_like_the_first_is_never_mixed_in(tmp_path):
    """Then `tiny.events` is refused by DuckDB, which would else be those of both."""
    from dataclasses import replace

    path = tmp_path / "tiny.duckdb"
    first = run_of_rows(people=1)
    write_rows(path, first, ROWS)
    schema = replace(first.stream.schema, scenario="other")
    other = replace(
        first,
        id="00000000000000cc",
        stream=replace(first.stream, id="00000000000000cc", schema=schema),
    )
    write_rows(path, other, ROWS)
    with duckdb.connect(str(path), read_only=True) as connection:
        with pytest.raises(duckdb.BinderException, match="Ambiguous"):
            connection.execute("SELECT count(*) FROM tiny.events")
        assert counts(connection, "") == [2 * n for n in WANTED]
        assert connection.execute("SELECT count(*) FROM tiny.tiny.events").fetchall() == [(2,)]
    with open_store(path, read_only=False) as opened:
        assert opened.query("SELECT count(*) FROM tiny.events") == [(2,)]
        opened.delete(other.id)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert counts(connection, "tiny.") == WANTED
