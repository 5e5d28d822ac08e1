"""PostgreSQL keeps what every sink keeps, and is never left altered where it is somebody else's."""

import json
from decimal import Decimal

import pytest

import footfall
from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import plain
from footfall.sinks.conformance.schemas import SCHOOL, SHOP
from footfall.sinks.conformance.suite import SinkContract
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from footfall.store import open_store
from tests.small_scenarios import small


class TestPostgreSQL(SinkContract):
    partition = "none"

    @pytest.fixture(autouse=True)
    def _database(self, postgres, url):
        self.postgres, self.url = postgres, url

    def make(self, folder):
        return parse(self.url, partition=self.partition)

    def read(self, folder, run):
        with self.postgres.connect(self.url) as connection:
            _numbers_with_all_digits(connection)
            return {
                name: _rows(connection, f'"{run.stream.schema.scenario}".all_{name}', run.id)
                for name in ("events", "changes", "arrivals")
            }


class TestPostgreSQLByDay(TestPostgreSQL):
    partition = "day"


def _numbers_with_all_digits(connection):
    from psycopg.types.json import set_json_loads

    set_json_loads(lambda text: json.loads(text, parse_float=Decimal), connection)


def _rows(connection, table, run):
    cursor = connection.execute(f"SELECT * FROM {table} WHERE run = %s", [run])
    names = [column.name for column in cursor.description]
    return [plain(dict(zip(names, row, strict=True))) for row in cursor]


def write(url, run, **options):
    sink = parse(url, **options)
    sink.open(run, fresh=False)
    for chunk in make_chunks(run):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)


def relations(postgres, url):
    with postgres.connect(url) as connection:
        rows = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        ).fetchall()
        return [name for (name,) in rows]


def test_a_table_of_somebody_else_is_refused_with_what_differs(postgres, url):
    """A table `events` in the scenario's schema that footfall did not make is named, compared, and left as it is."""
    with postgres.connect(url) as connection:
        connection.execute("CREATE SCHEMA school")
        connection.execute(
            "CREATE TABLE school.all_events (insert_id text, time timestamp, mine text NOT NULL)"
        )
    before = relations(postgres, url)
    with pytest.raises(StoreError, match="was not made by footfall") as problem:
        parse(url).open(make_run(SCHOOL), fresh=False)
    assert "time: timestamp without time zone, wanted timestamp with time zone" in str(
        problem.value
    )
    assert "event_properties: missing, wanted jsonb" in str(problem.value)
    assert "mine: not known, and must be filled" in str(problem.value)
    assert relations(postgres, url) == before


def test_a_table_with_the_same_columns_is_refused_too(postgres, url):
    """Who made a table is known by its comment, not by its columns."""
    write(url, make_run(SCHOOL))
    with postgres.connect(url) as connection:
        connection.execute("COMMENT ON TABLE school.all_events IS 'mine'")
    with pytest.raises(StoreError, match="not ours to write"):
        parse(url).open(make_run(SCHOOL), fresh=False)


def test_a_column_that_was_altered_is_told(postgres, url):
    """Our own table, changed by somebody: refused with the difference."""
    write(url, make_run(SCHOOL))
    with postgres.connect(url) as connection:
        connection.execute("ALTER TABLE school.all_events DROP COLUMN language CASCADE")
    with pytest.raises(
        StoreError,
        match=r"has been changed since footfall made it\n  language: missing, wanted text",
    ):
        parse(url).open(make_run(SCHOOL, seed=2), fresh=False)


def test_a_column_that_was_added_is_left_alone(postgres, url):
    """A column of somebody else that may be null does no harm, and stays."""
    write(url, make_run(SCHOOL))
    with postgres.connect(url) as connection:
        connection.execute("ALTER TABLE school.all_events ADD COLUMN note text")
    write(url, make_run(SCHOOL, seed=2))


def test_deleting_the_last_run_takes_only_what_we_made(postgres, url):
    """With a scenario's last run its tables go; a table that somebody put beside them stays, and its schema."""
    for schema in (SCHOOL, SHOP):
        write(url, make_run(schema))
    with postgres.connect(url) as connection:
        connection.execute("CREATE TABLE school.notes (text text)")
    with open_store(url, read_only=False) as store:
        for info in store.runs():
            store.delete(info.id)
        assert store.runs() == []
    assert [name for name in relations(postgres, url) if not name.startswith("footfall.")] == [
        "school.notes"
    ]


def test_deleting_one_of_two_runs_leaves_the_other(postgres, url):
    """The other run has all its rows, its tallies and its views."""
    runs = [make_run(SCHOOL), make_run(SCHOOL, seed=2)]
    for run in runs:
        write(url, run)
    with open_store(url, read_only=False) as store:
        kept = store.tallies(runs[1].id)
        store.delete(runs[0].id)
        (info,) = store.runs()
        assert (info.id, info.is_complete) == (runs[1].id, True)
        assert store.query("SELECT count(*) FROM footfall.events") == [(info.events,)]
        assert store.tallies(runs[1].id) == kept
        assert store.tallies(runs[0].id).decisions == {}


def test_a_store_that_is_read_cannot_be_written(url):
    """`open_store` asks the server to refuse every statement that writes."""
    write(url, make_run(SCHOOL))
    with open_store(url) as store, pytest.raises(StoreError, match="read-only"):
        store.delete(store.runs()[0].id)


def test_indexes_come_at_the_end(postgres, url):
    """A backfill has no secondary index before it is complete; then it has, and no event is there twice."""
    run = make_run(SCHOOL)
    sink = parse(url)
    sink.open(run, fresh=False)
    sink.close(complete=False)
    assert _indexes(postgres, url) == set()
    write(url, run)
    assert _indexes(postgres, url) >= {
        "events_person",
        "events_insert_id",
        "changes_person",
        "arrivals_person",
    }


def _indexes(postgres, url):
    with postgres.connect(url) as connection:
        rows = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'school'"
        ).fetchall()
        return {name for (name,) in rows}


def test_events_by_day_lie_in_a_table_per_day(postgres, url):
    """With `partition="day"` each day of events, in UTC, is a partition."""
    write(url, make_run(SCHOOL, days=3), partition="day")
    days = [name for name in relations(postgres, url) if name.startswith("school.events_")]
    assert days == [
        "school.events_2026-01-01",
        "school.events_2026-01-02",
        "school.events_2026-01-03",
    ]


def test_what_is_kept_by_day_stays_so(postgres, url):
    """Whoever goes on with it need not say it again: the tables that are there tell."""
    write(url, make_run(SCHOOL, days=2), partition="day")
    write(url, make_run(SCHOOL, days=4))
    days = [name for name in relations(postgres, url) if name.startswith("school.events_")]
    assert len(days) == 4


def test_more_user_properties_than_a_view_has_room_for(postgres, url):
    """They are refused with the limit before anything is made."""
    properties = ", ".join(f"p{n}: {{start: {n}, type: integer}}" for n in range(1_700))
    scenario = small(people=f"{{count: 9, home: cities, properties: {{{properties}}}}}")
    with pytest.raises(StoreError, match=r"more user properties(.|\n)*1664(.|\n)*hint: DuckDB"):
        footfall.run(scenario, to=url, days=1)
    assert relations(postgres, url) == []


def test_a_catalogue_with_more_columns_than_a_view_has_room_for(postgres, url):
    """Its rows are there, and no view; columns of home are a document, of any number."""
    columns, values = (", ".join(f"{sign}{n}" for n in range(1_700)) for sign in "cv")
    scenario = small(
        catalogues=f"{{cities: {{columns: [city, country, time_zone, {columns}], "
        f"rows: [[Paris, FR, Europe/Paris, {values}]]}}}}"
    )
    assert footfall.run(scenario, to=url, days=3).is_finished
    with open_store(url) as store:
        ((content,),) = store.catalogues(store.runs()[-1].id).values()
        assert json.loads(content)["c1699"] == "v1699"
        assert store.query("SELECT home ->> 'c1699' FROM shop.users LIMIT 1") == [("v1699",)]
