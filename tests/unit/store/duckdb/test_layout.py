"""Tables that must take what they were not made for, or say why they cannot."""

from dataclasses import replace

import duckdb
import pytest

from footfall.data.schema import Field
from footfall.errors import StoreError, UsageError
from footfall.sinks import parse
from footfall.store.tables import check_names
from tests.chunks import SCHOOL, make_chunks, make_run


def write(spec, schema, seed):
    run = make_run(schema, seed=seed)
    sink = parse(spec)
    sink.open(run, fresh=False)
    for chunk in make_chunks(run):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)


def with_property(*fields):
    kept = [f for f in SCHOOL.event_properties if f.name not in {g.name for g in fields}]
    return replace(SCHOOL, event_properties=(*kept, *fields))


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            with_property(Field("count", "number")),
            r"event_properties.count is BIGINT in the store and DOUBLE",
        ),
        (
            with_property(Field("count", "list", "integer")),
            r"event_properties.count is BIGINT in the store and a list",
        ),
        (
            replace(SCHOOL, currency="JPY", minor_digits=0),
            r"revenue is DECIMAL\(18, 2\) in the store and DECIMAL\(18, 0\)",
        ),
    ],
)
def test_a_property_that_changes_its_type_is_refused(tmp_path, schema, message):
    """The error names the property and both types, and the store is as it was."""
    spec = f"duckdb:{tmp_path}/a.duckdb"
    write(spec, SCHOOL, 1)
    with pytest.raises(StoreError, match=message):
        parse(spec).open(make_run(schema, seed=2), fresh=False)
    write(spec, SCHOOL, 3)


def test_tables_of_others_are_left_alone(tmp_path):
    """A database with a table called like one of ours is refused, and not touched."""
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE events (a INTEGER)")
    with pytest.raises(
        StoreError, match="already has tables that footfall did not make: events"
    ):
        write(f"duckdb:{path}", SCHOOL, 1)
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [
            ("events",)
        ]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (replace(SCHOOL, scenario="main"), "scenario 'main' cannot be stored"),
        (replace(SCHOOL, scenario="pg_shop"), "scenario 'pg_shop' cannot be stored"),
    ],
)
def test_names_no_database_can_hold(schema, message):
    """Schemas that every database keeps for itself."""
    with pytest.raises(UsageError, match=message):
        check_names(schema)


def test_names_that_change_their_columns_are_refused(tmp_path):
    """A version whose `Direction` would be another column than that of a run that is there is refused, whole."""
    spec = f"duckdb:{tmp_path}/a.duckdb"
    upper, both = Field("Direction", "text"), Field("direction", "text")
    write(spec, replace(SCHOOL, event_properties=(upper,)), 1)
    other = replace(SCHOOL, event_properties=(both, upper))
    with pytest.raises(StoreError, match="Direction' is called 'Direction' in the store"):
        parse(spec).open(make_run(other, seed=2), fresh=False)
    write(spec, replace(SCHOOL, event_properties=(upper, both)), 3)
