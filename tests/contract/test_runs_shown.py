"""Several runs in a store are not mixed by a plain query: it shows the latest run of each scenario."""

from dataclasses import replace

import pytest

import footfall
from footfall.data.schema import Field
from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.store import open_store
from tests.chunks import SCHOOL, SHOP, make_chunks, make_run

VIEWS = ("events", "changes", "arrivals", "users", "sessions", "stages", "cities")


def write(spec, run):
    sink = parse(spec)
    sink.open(run, fresh=False)
    for chunk in make_chunks(run):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)


def runs_of(store, name):
    return {run for (run,) in store.query(f"SELECT DISTINCT run FROM {name}")}


def test_plain_names_show_the_latest_run_of_each_scenario(spec):
    """`events` and the others, of a scenario and of all, show the run last asked for; `all_events` every run."""
    first, second = make_run(SHOP), make_run(SHOP, seed=2)
    school = make_run(SCHOOL)
    for run in (first, school, second):
        write(spec, run)
    for asked in (second, first):
        if asked is first:  # complete already: nothing is written, but it was asked for
            write(spec, asked)
        with open_store(spec) as store:
            assert store.runs()[-1].id == asked.id
            for view in VIEWS:
                assert runs_of(store, f"shop.{view}") == {asked.id}
                assert runs_of(store, f"{store.meta}.{view}") == {asked.id, school.id}
                assert runs_of(store, f"shop.all_{view}") == {first.id, second.id}
                assert runs_of(store, f"{store.meta}.all_{view}") == {
                    *(first.id, second.id, school.id)
                }
            (people,) = store.query("SELECT count(*), count(DISTINCT person) FROM shop.users")
            assert people == (asked.people, asked.people)
    with open_store(spec, read_only=False) as store:
        store.delete(first.id)
        assert runs_of(store, "shop.users") == {second.id}
        store.delete(second.id)
        assert runs_of(store, f"{store.meta}.users") == {school.id}


def test_people_are_told_apart_by_their_user_id(spec):
    """Numbers of people begin with 0 in every run; `user_id`, the first column of `users`, is of one person only."""
    for scenario, seed in (("starter", 1), ("starter", 2), ("online-school", 1)):
        footfall.run(scenario, people=40, days=1, seed=seed, to=spec)
    with open_store(spec) as store:
        users = store.arrow(f"SELECT * FROM {store.meta}.all_users")
        assert users.column_names[:4] == ["scenario", "user_id", "run", "person"]
        people = "SELECT count(*), count(DISTINCT {0}) FROM {1}.all_users"
        ((n, ids),) = store.query(people.format("user_id", store.meta))
        ((_, numbers),) = store.query(people.format("person", store.meta))
    assert n == ids > numbers


def test_the_main_schema_has_properties(spec):
    """Typed as they are where there is one scenario and the database has types; as JSON where there are several."""
    write(spec, make_run(SHOP))
    with open_store(spec) as store:
        has_structs = store.dialect.has_structs
        if has_structs:
            assert store.query(
                "SELECT sum(event_properties.quantity) FROM main.events"
            ) == store.query("SELECT sum(event_properties.quantity) FROM shop.events")
    write(spec, make_run(SCHOOL))
    with open_store(spec) as store:
        events, users = (f"{store.meta}.{view}" for view in ("events", "users"))
        for scenario, view, column, member in (
            ("shop", events, "event_properties", "coupon"),
            ("school", events, "event_properties", "promocode"),
            ("shop", users, "properties", "loyalty"),
            ("school", users, "properties", "status"),
        ):
            own = f"{scenario}.{view.partition('.')[2]}"
            value = f"{column}.{member}" if has_structs else f"{column} ->> '{member}'"
            counts = "SELECT count(*), count({0}), count(DISTINCT {0}) FROM {1}"
            assert store.query(
                counts.format(f"({column} ->> '{member}')", view)
                + f" WHERE scenario = '{scenario}'"
            ) == store.query(counts.format(value, own))
        # A member without a value is left out: nobody counts a null for a value.
        ((n, filled),) = store.query(
            f"SELECT count(event_properties -> 'coupon'), count(event_properties ->> 'coupon') FROM {events}"
        )
        assert n == filled > 0


def test_a_second_version_of_a_scenario_is_shown_with_its_properties(spec):
    """A run of a later version brings its column; the earlier run, asked for again, is shown as it was."""
    later = replace(SCHOOL, user_properties=(*SCHOOL.user_properties, Field("score", "number")))
    one, two = make_run(SCHOOL), make_run(later, seed=2)
    write(spec, one)
    with open_store(spec) as store:
        before = store.query("SELECT count(*), count(properties) FROM school.users")
    write(spec, two)
    write(spec, one)
    with open_store(spec) as store:
        assert store.query("SELECT count(*), count(properties) FROM school.users") == before


def test_a_database_of_the_format_before_is_refused(postgres):
    """PostgreSQL too: whoever reads or writes is told, and nothing is altered."""
    url = postgres.create()
    write(url, make_run(SCHOOL))
    with postgres.connect(url) as connection:
        connection.execute("ALTER TABLE footfall.runs DROP COLUMN asked CASCADE")
    for refused in (
        lambda: open_store(url),
        lambda: parse(url).open(make_run(SCHOOL), fresh=False),
    ):
        with pytest.raises(StoreError, match="written by an earlier version of footfall"):
            refused()
