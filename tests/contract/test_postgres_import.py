"""Events that footfall did not make go into PostgreSQL by their insert_id: each once, however often they are sent."""

import gzip
import json

import pytest

from footfall.errors import PermanentSinkError, StoreError, UsageError
from footfall.execution.send import send, send_foreign
from footfall.sinks import parse
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from footfall.store import open_store

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


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl.gz"])
def test_each_event_is_there_once(postgres, url, tmp_path, name):
    """Sent twice, and with one more the third time; the whole line is kept."""
    file = write(tmp_path / name, EVENTS)
    assert [send_foreign(file, url).new, send_foreign(file, url).new] == [3, 0]
    write(file, [*EVENTS, {**EVENTS[0], "insert_id": "c"}, EVENTS[1]])
    done = send_foreign(file, url)
    assert (done.lines, done.new) == (5, 1)
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
    with pytest.raises((StoreError, PermanentSinkError), match="nothing was changed"):
        send_foreign(file, url)
    with postgres.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('imported.events')").fetchone() == (None,)


def test_broken_json_is_told_with_its_line(url, tmp_path):
    """File and line number."""
    file = write(tmp_path / "a.ndjson", EVENTS)
    file.write_text(file.read_text() + "{\n")
    with pytest.raises(StoreError, match=r"a\.ndjson:4: invalid input syntax"):
        send_foreign(file, url)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[1]", "it is no object"),
        ("", "it is no object"),
        ('{"time": 0}', "it has no event_type"),
        ('{"event_type": "x", "time": null}', "it has no time"),
        ('{"event_type": "x", "time": "soon"}', "its time is none"),
        ('{"event_type": "x", "time": [1]}', "its time is none"),
    ],
)
def test_a_line_that_is_no_event_is_told_with_its_number(url, tmp_path, line, fault):
    """And with what is wrong, and what is accepted."""
    file = write(tmp_path / "a.ndjson", EVENTS)
    file.write_text(f"{file.read_text()}{line}\n{{}}\n")
    with pytest.raises(
        StoreError,
        match=rf"a\.ndjson:4: {fault}\n  accepted: an object with event_type and time",
    ):
        send_foreign(file, url)


def test_other_sinks_take_no_foreign_events(tmp_path):
    """They could not tell which they have."""
    file = write(tmp_path / "a.ndjson", EVENTS)
    with pytest.raises(UsageError, match="was not written by footfall"):
        send_foreign(file, f"duckdb:{tmp_path}/b.duckdb")


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
