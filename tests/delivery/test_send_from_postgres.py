"""What lies in PostgreSQL is delivered elsewhere: every row, with every digit, and the tallies."""

import threading

import pytest

import footfall
from footfall.errors import UsageError
from footfall.execution.send import send
from footfall.sinks import parse
from footfall.store import open_store
from footfall.units import DAY_MS
from tests.runs.test_live import assert_same, contents

SIZE = {"people": 1200, "days": 6, "start": "2026-03-01", "workers": 1}


@pytest.fixture(scope="module", params=["ecommerce", "online-school"])
def stored(postgres, tmp_path_factory, request):
    """A scenario's name, its run in PostgreSQL, and the same run in files."""
    folder, url = tmp_path_factory.mktemp("direct"), postgres.create()
    to = [url, f"duckdb:{folder}/a.duckdb", f"ndjson:{folder}/a.ndjson"]
    assert footfall.run(request.param, to=to, **SIZE).is_clean
    return request.param.replace("-", "_"), url, folder


def lines(file):
    return sorted(file.read_text().splitlines())


@pytest.mark.parametrize("part_events", [200_000, 2_000])
def test_a_run_is_the_same_after_a_journey(stored, tmp_path, monkeypatch, part_events):
    """Into a DuckDB file and a file of lines, in few parts and in many: what the run itself has written there."""
    scenario, url, folder = stored
    monkeypatch.setattr("footfall.execution.stored_engine.PART_EVENTS", part_events)
    result = send(url, to=[f"duckdb:{tmp_path}/b.duckdb", f"ndjson:{tmp_path}/b.ndjson"])
    assert result.is_clean
    assert_same(
        contents(tmp_path / "b.duckdb", scenario), contents(folder / "a.duckdb", scenario)
    )
    assert lines(tmp_path / "b.ndjson") == lines(folder / "a.ndjson")


def test_a_stopped_delivery_goes_on(stored, tmp_path, monkeypatch):
    """Stopped after a part, the same again delivers the rest."""
    scenario, url, folder = stored
    monkeypatch.setattr("footfall.execution.stored_engine.PART_EVENTS", 300)
    stop, sink = threading.Event(), parse(f"duckdb:{tmp_path}/b.duckdb")
    commit = sink.commit
    monkeypatch.setattr(sink, "commit", lambda prepared: (stop.set(), commit(prepared))[1])
    monkeypatch.setattr(type(sink), "placement", "single")
    assert not send(url, to=sink, stop=stop).is_finished
    assert send(url, to=f"duckdb:{tmp_path}/b.duckdb").is_finished
    assert_same(
        contents(tmp_path / "b.duckdb", scenario), contents(folder / "a.duckdb", scenario)
    )


def test_a_span_of_a_run(stored, tmp_path):
    """Only what happened in two days."""
    scenario, url, folder = stored
    with open_store(folder / "a.duckdb") as store:
        first = store.runs()[0].run.stream.start_ms + 2 * DAY_MS
        (count,) = store.query(
            f"SELECT count(*) FROM {scenario}.events WHERE time >= make_timestamptz({first * 1000}) "
            f"AND time < make_timestamptz({(first + 2 * DAY_MS) * 1000})"
        )[0]
    to = f"ndjson:{tmp_path}/b.ndjson"
    assert send(url, to=to, from_ms=first, until_ms=first + 2 * DAY_MS).events == count > 0
    assert set(lines(tmp_path / "b.ndjson")) < set(lines(folder / "a.ndjson"))


def test_not_into_itself(stored):
    """The database that it comes from is refused."""
    with pytest.raises(UsageError, match="is where the run comes from"):
        send(stored[1], to=stored[1])
