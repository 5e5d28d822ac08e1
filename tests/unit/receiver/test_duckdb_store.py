"""What is received, in a DuckDB file: people as a log with views over it; files of others stay as they are."""

import duckdb
import pytest

from footfall.errors import StoreError
from footfall.receiver.duckdb_store import DuckDBEventStore


@pytest.fixture
def event_store(tmp_path):
    made = DuckDBEventStore(tmp_path / "r.duckdb")
    made.open()
    yield made
    made.close()


def test_the_last_that_was_said_counts(event_store):
    """Each person and device is there once, as it was saved last, also after the file is opened anew."""
    for people, links in [
        ({"u/1": '{"n":1}', "d/2": '{"n":2}'}, {"device": "1"}),
        ({"u/1": '{"n":3}'}, {}),
        ({"d/2": None, "d/3": '{"n":4}'}, {"device": "2", "other": "1"}),
        ({}, {}),
    ]:
        with event_store.transaction():
            event_store.save(people, links)
    for _ in range(2):
        people, links = map(list, event_store.people())
        assert dict(people) == {"u/1": '{"n":3}', "d/3": '{"n":4}'}
        assert dict(links) == {"device": "2", "other": "1"}
        assert (len(people), len(links)) == (2, 2)
        event_store.open()


def test_a_file_with_tables_of_people(tmp_path):
    """Where `users` and `links` are tables still, as receivers used to make them, they become what was said first."""
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as before:
        before.execute(
            "CREATE TABLE users (id VARCHAR NOT NULL, properties VARCHAR NOT NULL, PRIMARY KEY (id))"
        )
        before.execute(
            "CREATE TABLE links (device VARCHAR NOT NULL, user_id VARCHAR NOT NULL, PRIMARY KEY (device))"
        )
        before.execute("""INSERT INTO users VALUES ('u/1', '{"n":1}'), ('u/2', '{"n":2}')""")
        before.execute("INSERT INTO links VALUES ('device', '1')")
    event_store = DuckDBEventStore(path)
    event_store.open()
    with event_store.transaction():
        event_store.save({"u/1": '{"n":3}'}, {})
    people, links = map(list, event_store.people())
    event_store.close()
    assert (dict(people), links) == ({"u/1": '{"n":3}', "u/2": '{"n":2}'}, [("device", "1")])


def test_files_of_others_stay(tmp_path):
    """A file whose tables have our names and other columns is refused, and nothing in it is changed."""
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(str(path)) as mine:
        mine.execute("CREATE TABLE users AS SELECT 1 AS id, 2 AS age")
    with pytest.raises(
        StoreError,
        match=r"mine\.duckdb: users is there already and was not made by footfall serve",
    ):
        DuckDBEventStore(path).open()
    with duckdb.connect(str(path)) as mine:
        assert mine.execute("SHOW TABLES").fetchall() == [("users",)]
        assert mine.execute("FROM users").fetchall() == [(1, 2)]


def test_a_file_without_the_last_columns(tmp_path):
    """A file that was made before `received` had its last columns gets them, and keeps its rows."""
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as before:
        before.execute(
            "CREATE TABLE received (received TIMESTAMP_MS NOT NULL, source VARCHAR NOT NULL, insert_id VARCHAR, "
            "event_type VARCHAR, time TIMESTAMP_MS, who VARCHAR, user_id VARCHAR, device_id VARCHAR, city VARCHAR, "
            'stage VARCHAR, "event" VARCHAR)'
        )
        before.execute(
            "INSERT INTO received (received, source) VALUES ('2026-01-05', 'webhook')"
        )
    event_store = DuckDBEventStore(path)
    event_store.open()
    assert event_store.run("SELECT source, kind, vendor FROM received") == [
        ("webhook", None, None)
    ]
    assert event_store.overview().events == 1
    event_store.close()


def test_groups_are_stored(event_store):
    """Properties of groups stand in a table of their own, and come back among people's."""
    with event_store.transaction():
        event_store.save({"u/1": '{"n":1}', "g/org/acme": '{"size":5}'}, {})
    assert event_store.run("FROM groups") == [("org/acme", '{"size":5}')]
    assert dict(event_store.people()[0]) == {"u/1": '{"n":1}', "g/org/acme": '{"size":5}'}
