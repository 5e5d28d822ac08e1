"""What a store says about itself, what its views say about people, and what happens where there is none."""

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from footfall.data.tallies import Tallies
from footfall.errors import StoreError, UsageError
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import plain
from footfall.store import open_store
from footfall.store.column_names import renamed_fields
from tests.chunks import AWKWARD, BARE, NAMES, SCHOOL, SHOP, make_chunks, make_run

SPECS = ["duckdb:a.duckdb", "parquet:p"]


MADE = {}


def chunks_of(run):
    """Return the chunks of a run, which are made once."""
    key = (run.id, run.stream.schema.scenario, run.until_ms, run.people)
    if key not in MADE:
        MADE[key] = list(make_chunks(run))
    return MADE[key]


def write(spec, run, *, complete=True, parts=None):
    sink = parse(spec)
    sink.open(run, fresh=False)
    chunks = chunks_of(run)[:parts]
    for chunk in chunks:
        sink.commit(sink.prepare(chunk))
    sink.close(complete=complete)
    return chunks


def rows(chunks, table):
    return [row for chunk in chunks for row in getattr(chunk, table).to_pylist()]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(
    "schema", [SHOP, SCHOOL, AWKWARD, NAMES, BARE], ids=lambda schema: schema.scenario
)
def test_users_are_people_as_they_are_now(spec, schema):
    """Every person once, with the latest value of every property, typed as it was at arrival, null included."""
    run = make_run(schema)
    chunks = write(spec, run)
    now = {row["person"]: dict(row) for row in rows(chunks, "arrivals")}
    latest = {}
    for change in sorted(rows(chunks, "changes"), key=lambda c: (c["person"], c["sequence"])):
        latest[change["person"], change["property"]] = json.loads(
            change["new"], parse_float=Decimal
        )
    with open_store(spec) as store:
        found = store.arrow(
            f'SELECT * FROM "{schema.scenario}".users ORDER BY person'
        ).to_pylist()
    assert [user["person"] for user in found] == sorted(now)
    for user in found:
        person = user["person"]
        assert user["stage"] == latest.get((person, "stage"), now[person]["stage"])
        told = {one.path: one.becomes for one in renamed_fields(schema)}
        for name, was in (now[person].get("properties") or {}).items():
            value = user["properties"][told.get(("user", name), name)]
            wanted = plain(latest.get((person, name), was))
            if isinstance(wanted, list):
                wanted = [
                    {told.get(("user", name, k), k): v for k, v in one.items()}
                    if isinstance(one, dict)
                    else one
                    for one in wanted
                ]
            assert plain(value) == wanted


@pytest.mark.parametrize("spec", SPECS)
def test_sessions_sum_up_their_events(spec):
    """A session has as many events, and as much revenue, as carry its id."""
    run = make_run(SHOP)
    chunks = write(spec, run)
    events = rows(chunks, "events")
    counts = Counter((e["person"], e["session_id"]) for e in events)
    revenue = defaultdict(Decimal)
    for event in events:
        revenue[event["person"], event["session_id"]] += event["revenue"] or 0
    with open_store(spec) as store:
        found = store.query(
            "SELECT person, session_id, events, coalesce(revenue, 0) FROM shop.sessions"
        )
    assert {(p, s): n for p, s, n, _ in found} == counts
    assert {(p, s): money for p, s, _, money in found} == revenue


@pytest.mark.parametrize("spec", SPECS)
def test_stages_are_those_entered(spec):
    """The stage at arrival, then every change of the stage, with its place on the path."""
    run = make_run(SCHOOL)
    chunks = write(spec, run)
    wanted = {(a["person"], a["stage"], 1) for a in rows(chunks, "arrivals")}
    for change in rows(chunks, "changes"):
        if change["property"] == "stage":
            stage = json.loads(change["new"])
            wanted.add((change["person"], stage, SCHOOL.stages.index(stage) + 1))
    with open_store(spec) as store:
        found = store.query("SELECT person, stage, position FROM school.stages")
        starts = store.query("SELECT person FROM school.stages WHERE at_start")
    assert sorted(found) == sorted(wanted)
    assert sorted(p for (p,) in starts) == [p for p in range(run.people) if p % 4 == 0]


@pytest.mark.parametrize("spec", SPECS)
def test_cities_add_up(spec):
    """People, active people, sessions and events per home city are those of the rows."""
    run = make_run(BARE)
    chunks = write(spec, run)
    events = rows(chunks, "events")
    people = Counter(a["city"] for a in rows(chunks, "arrivals"))
    with open_store(spec) as store:
        found = {
            city: counts
            for city, *counts in store.query(
                "SELECT city, people, active, events FROM bare.cities"
            )
        }
        assert {city: n for city, (n, _, _) in found.items()} == people
        assert {city: n for city, (_, _, n) in found.items()} == Counter(
            e["city"] for e in events
        )
        assert sum(n for _, n, _ in found.values()) == len({e["person"] for e in events})
        assert store.query("SELECT sum(sessions) FROM bare.cities")[0][0] == len(
            {(e["person"], e["session_id"]) for e in events}
        )


@pytest.mark.parametrize("spec", SPECS)
def test_main_unites_all_scenarios(spec):
    """The views of the main schema hold the common columns of every scenario, with its name, whatever the currency."""
    runs = [make_run(schema) for schema in (SHOP, SCHOOL, AWKWARD, BARE)]
    counts = {run.stream.schema.scenario: len(rows(write(spec, run), "events")) for run in runs}
    with open_store(spec) as store:
        assert (
            dict(store.query("SELECT scenario, count(*) FROM main.events GROUP BY scenario"))
            == counts
        )
        for view in ("changes", "arrivals", "users", "sessions", "stages", "cities"):
            found = dict(
                store.query(f"SELECT scenario, count(*) FROM main.{view} GROUP BY scenario")
            )
            assert found.keys() == counts.keys()
            for scenario, count in found.items():
                assert store.query(f'SELECT count(*) FROM "{scenario}".{view}') == [(count,)]


@pytest.mark.parametrize("spec", [*SPECS, "ndjson:a.ndjson"])
def test_runs_and_tallies_come_back(spec):
    """What a run was asked for, how far it is, and what was counted, to the last digit."""
    run = make_run(SCHOOL)
    chunks = write(spec, run, complete=False, parts=3)
    wanted = Tallies.empty()
    for chunk in chunks:
        wanted.add(chunk.tallies)
    with open_store(spec) as store:
        (info,) = store.runs()
        assert store.tallies(run.id) == wanted
        assert store.has_rows == (spec in SPECS)
    assert info.run == run
    assert (info.state, info.parts, info.finished_ms) == ("running", 3, None)
    assert info.events == len(rows(chunks, "events"))
    write(spec, run)
    with open_store(spec) as store:
        (info,) = store.runs()
    assert info.is_complete
    assert info.parts == 4
    assert info.finished_ms >= info.created_ms


@pytest.mark.parametrize("spec", SPECS)
def test_delete_removes_one_run(spec, tmp_path):
    """A deleted run is gone from every relation and from the disk; the others are as they were."""
    runs = [make_run(SCHOOL), make_run(SCHOOL, seed=2), make_run(AWKWARD)]
    for run in runs:
        write(spec, run)
    with open_store(spec, read_only=False) as store:
        for gone, left in ((runs[0], 2), (runs[2], 1), (runs[1], 0)):
            others = store.query(
                "SELECT run, count(*) FROM main.all_events WHERE run != ? GROUP BY run ORDER BY run",
                [gone.id],
            )
            store.delete(gone.id)
            assert len(store.runs()) == left
            assert store.tallies(gone.id) == Tallies.empty()
            if left:
                assert (
                    store.query(
                        "SELECT run, count(*) FROM main.all_events GROUP BY run ORDER BY run"
                    )
                    == others
                )
    assert not list(tmp_path.rglob("*.parquet"))
    write(spec, runs[0])


def test_delete_of_a_single_file_removes_it(tmp_path):
    """An NDJSON file goes with its ledger."""
    run = make_run(SCHOOL)
    write("ndjson:a.ndjson", run)
    with open_store("a.ndjson", read_only=False) as store:
        store.delete(run.id)
        assert store.runs() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spec", SPECS)
def test_delete_of_what_is_not_there(spec):
    """The error lists the runs that are there."""
    run = make_run(SCHOOL)
    write(spec, run)
    with (
        open_store(spec, read_only=False) as store,
        pytest.raises(UsageError, match=f"no run 123.*\n  {run.id}"),
    ):
        store.delete("123")


def test_delete_needs_a_store_that_can_be_written():
    """A DuckDB file that was opened for reading says so."""
    run = make_run(SCHOOL)
    write("duckdb:a.duckdb", run)
    with (
        open_store("a.duckdb") as store,
        pytest.raises(StoreError, match=r"read-only.*\n.*still there, whole"),
    ):
        store.delete(run.id)


def test_a_wrong_query_is_told_in_one_line():
    """What the database says, and that nothing was changed."""
    write("duckdb:a.duckdb", make_run(SCHOOL))
    with (
        open_store("a.duckdb") as store,
        pytest.raises(StoreError, match=r"nonsense.*\n  nothing was changed"),
    ):
        store.query("SELECT nonsense FROM main.runs")


def test_a_store_reads_only_itself():
    """Queries reach neither other files nor the network."""
    for spec in SPECS:
        write(spec, make_run(SCHOOL))
        with (
            open_store(spec) as store,
            pytest.raises(StoreError, match="disabled by configuration"),
        ):
            store.query("SELECT * FROM read_text('/etc/hostname')")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "gone.duckdb",
            None,
            "gone.duckdb does not exist\n  hint: `footfall run SCENARIO --to gone.duckdb`",
        ),
        (
            "text.duckdb",
            b"no database at all, but longer than a header\n" * 1000,
            "text.duckdb is no DuckDB file",
        ),
        ("table.csv", b"a,b\n1,2\n" * 1000, "table.csv is no DuckDB file"),
    ],
)
def test_what_is_no_store(tmp_path, name, content, message):
    """A missing file and a file of another kind are told apart."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StoreError, match=message):
        open_store(name)


def test_a_foreign_database_and_a_foreign_folder(tmp_path):
    """Where footfall has written nothing, there are no runs."""
    duckdb.connect("other.duckdb").execute("CREATE TABLE a (b INTEGER)").fetchall()
    with pytest.raises(StoreError, match=r"other.duckdb holds no runs"):
        open_store("other.duckdb")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="folder is no store: it has no ledger"):
        open_store("folder")


@pytest.mark.parametrize("spec", [*SPECS, "ndjson:a.ndjson"])
def test_a_store_of_an_earlier_version(spec):
    """A store of the format before, whose views mixed runs, is refused to readers and writers, and left as it is."""
    run = make_run(SHOP)
    write(spec, run)
    path = Path(spec.partition(":")[2])
    _make_earlier(path)
    said = "written by an earlier version of footfall.*\n.*left as it is\n  hint: run the same"
    for read_only in (True, False):
        with pytest.raises(StoreError, match=said):
            open_store(spec, read_only=read_only)
    with pytest.raises(StoreError, match=said):
        parse(spec).open(run, fresh=False)


def _make_earlier(path):
    column = "ALTER TABLE runs DROP COLUMN asked"
    if path.suffix == ".duckdb":
        with duckdb.connect(path) as connection:
            connection.execute(column)
        return
    ledger = (
        path / "_footfall" / "ledger.sqlite"
        if path.is_dir()
        else path.with_name(path.name + ".footfall")
    )
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(column)


def test_a_folder_can_be_asked_by_any_client():
    """The script of a folder makes the views of a store, over the files that were committed, wherever the folder is."""
    runs = [make_run(AWKWARD), make_run(AWKWARD, seed=2), make_run(BARE)]
    for run in runs:
        write("parquet:p", run)
    Path("elsewhere").mkdir()
    folder = Path("p").rename("elsewhere/q")
    with open_store(folder) as store, duckdb.connect() as client:
        client.execute("SET TimeZone = 'UTC'")
        client.execute(f"SET file_search_path = '{folder}'")
        client.execute((folder / "views.sql").read_text(encoding="utf-8"))
        for view in (
            "runs",
            "events",
            "users",
            "stages",
            "cities",
            "all_users",
            "awkward.users",
        ):
            wanted = store.arrow(f"SELECT * FROM {view} ORDER BY ALL")
            assert client.sql(f"SELECT * FROM {view} ORDER BY ALL").to_arrow_table() == wanted
    with open_store(folder, read_only=False) as store:
        for run in runs:
            store.delete(run.id)
    with duckdb.connect() as client:
        client.execute((folder / "views.sql").read_text(encoding="utf-8"))
