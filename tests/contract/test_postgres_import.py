"""Events that footfall did not make go into PostgreSQL by their insert_id: each once, however often they are sent."""

import gzip
import json

import pytest

from footfall.errors import UsageError
from footfall.execution.send import send
from footfall.foreign.importing import import_log
from footfall.sinks import parse
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from footfall.store import open_store
from tests.commands import footfall

EVENTS = [
    {
        "insert_id": "a",
        "event_type": "Seen",
        "time": "2026-01-01T00:00:00.125Z",
        "user_id": "u",
        "n": 1.5,
    },
    {
        "insert_id": "b",
        "event_type": 'Say "hi"\\',
        "time": 1767225600250,
        "device_id": "d",
        "text": "tab\t, Ω\n",
    },
    {"event_type": "No id", "time": "2026-01-01T05:30:00+05:30"},
]


def write(path, events):
    text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def take(file, url):
    (done,) = import_log(file, [(url, url)]).stores
    return done


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl.gz"])
def test_each_event_is_there_once(postgres, url, tmp_path, name):
    """Sent twice, and with one more the third time; the whole line is kept."""
    file = write(tmp_path / name, EVENTS)
    assert [take(file, url).new, take(file, url).new] == [3, 0]
    write(file, [*EVENTS, {**EVENTS[0], "insert_id": "c"}, EVENTS[1]])
    done = take(file, url)
    assert (done.events, done.new, done.known, done.repeated) == (5, 1, 3, 1)
    with postgres.connect(url) as connection:
        rows = connection.execute("SELECT event FROM imported.events").fetchall()
        times = connection.execute(
            "SELECT count(DISTINCT time), min(extract(epoch FROM time)) FROM imported.events"
        )
        assert times.fetchone() == (3, 1767225600)
    assert {json.dumps(e, sort_keys=True) for (e,) in rows} >= {
        json.dumps(e, sort_keys=True) for e in EVENTS
    }


@pytest.mark.parametrize(
    "line", ["{", '{"event_type": "x"}', '{"time": 0}', '{"event_type": "x", "time": "soon"}']
)
def test_a_line_that_is_no_event_changes_nothing(postgres, url, tmp_path, line):
    """Broken JSON, no type, no time: the file is refused as a whole."""
    file = write(tmp_path / "a.ndjson", EVENTS)
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(UsageError, match="nothing was changed"):
        take(file, url)
    with postgres.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('imported.events')").fetchone() == (None,)


def test_a_table_of_an_earlier_version(postgres, url, tmp_path):
    """A table of ours without sessions gets the column, and keeps its rows."""
    file = write(tmp_path / "a.ndjson", EVENTS)
    take(file, url)
    with postgres.connect(url) as connection:
        connection.execute("ALTER TABLE imported.events DROP COLUMN session_id")
    assert take(file, url).new == 0
    with postgres.connect(url) as connection:
        assert connection.execute(
            "SELECT count(*), count(session_id) FROM imported.events"
        ).fetchone() == (3, 0)


@pytest.mark.parametrize("schema", ["imported", "ecommerce"])
def test_a_table_of_somebody(postgres, url, schema):
    """A table called like one of ours, with other columns, is somebody's own: the database holds no runs."""
    with postgres.connect(url) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.events (a int)")
    for line in ("report {}", "validate {} --against ecommerce", "runs {}", "resume {}"):
        said = footfall(*line.format(url).split())
        assert (said.code, "holds no runs" in said.err) == (1, True), (line, said.err)


def test_a_stored_run_goes_to_postgresql(url, tmp_path):
    """From DuckDB, with tallies: the run in PostgreSQL says of itself what the one in the file does."""
    run = make_run(SCHOOL, days=3)
    sink = parse(f"duckdb:{tmp_path}/a.duckdb")
    sink.open(run, fresh=False)
    for chunk in make_chunks(run):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    assert send(tmp_path / "a.duckdb", to=url).is_clean
    with open_store(tmp_path / "a.duckdb") as one, open_store(url) as other:
        assert one.tallies(run.id) == other.tallies(run.id)
        for table in ("events", "changes", "arrivals"):
            sql = f"SELECT count(*), count(DISTINCT person), max(person) FROM school.{table}"
            assert one.query(sql) == other.query(sql)
