"""The clock is set back in the middle of something: nothing waits for it, nothing is lost or there twice."""

import csv
import json
import threading
import time

import pytest

import footfall
from footfall.execution.resume import resume
from footfall.execution.send import send
from footfall.execution.setup import RunParameters, set_up
from footfall.net.clock import SystemClock
from footfall.net.target import Target
from footfall.receiver.chaos import ChaosProfile
from footfall.sinks import parse
from footfall.sinks.amplitude.settings import AmplitudeSettings
from footfall.sinks.amplitude.sink import AmplitudeSink
from footfall.sinks.webhook.settings import WebhookSettings
from footfall.sinks.webhook.sink import WebhookSink
from footfall.store import open_store
from footfall.units import DAY_MS
from tests.chunks import SHOP, make_chunks, make_run
from tests.delivery.test_amplitude_sink import anonymous_first
from tests.endpoints import endpoint
from tests.receivers import receiver

YEAR_MS = 365 * DAY_MS
RUN = {"people": 1500, "start": "2026-03-01", "days": 8}
KINDS = ("webhook", "amplitude")


class Wrong(SystemClock):
    """A clock that is off, and can be set."""

    shift_ms = 0

    def wall_ms(self) -> int:
        return super().wall_ms() + self.shift_ms


def sink_to(kind, port, folder, clock):
    if kind == "webhook":
        target = Target("http", "127.0.0.1", port, "/webhook")
        made = WebhookSettings(batch=30, timeout=5, patience=60)
        return WebhookSink(target, made, is_trusted=True, folder=folder / "ledger", clock=clock)
    base = Target("http", "127.0.0.1", port, "/")
    made = AmplitudeSettings(base=base, endpoint="batch", rate=0, timeout=5)
    return AmplitudeSink(made, folder=folder / "ledger", clock=clock)


@pytest.mark.parametrize("kind", KINDS)
def test_clock_set_back(tmp_path, monkeypatch, kind):
    """Set back by a year between two parts and again between two runs, over a line that fails: each event is once."""
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")
    run = make_run(SHOP, days=1)
    chunks = anonymous_first(list(make_chunks(run, rows=60)))
    ids = sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())
    clock = Wrong()
    with receiver(
        tmp_path, chaos=ChaosProfile(kinds=("5xx", "429", "cut"), share=0.3)
    ) as client:
        first = sink_to(kind, client.listener.port, tmp_path, clock)
        first.open(run, fresh=False)
        first.commit(first.prepare(chunks[0]))
        clock.shift_ms = -YEAR_MS
        first.commit(first.prepare(chunks[1]))
        first.close(complete=False)
        clock.shift_ms = -2 * YEAR_MS
        second = sink_to(kind, client.listener.port, tmp_path, clock)
        cursors = second.open(run, fresh=False)
        receipts = [second.commit(second.prepare(chunk)) for chunk in chunks]
        second.close(complete=True)
        stored = client.rows("SELECT insert_id FROM received WHERE event_type <> '$identify'")
    assert cursors
    assert [receipt.was_there_already for receipt in receipts] == [True, True] + [False] * (
        len(chunks) - 2
    )
    assert sorted(i for (i,) in stored) == ids


def set_back(monkeypatch):
    """Set this process's clock back by a year."""
    right = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: right() - YEAR_MS * 1_000_000)


@pytest.fixture(scope="module")
def ids():
    """Ids of all events of the run, sorted."""
    return sorted(footfall.events("online-school", **RUN)["insert_id"].to_pylist())


def ids_in(path):
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return sorted(row["insert_id"] for row in csv.DictReader(file))
    if path.suffix == ".ndjson":
        return sorted(json.loads(line)["insert_id"] for line in path.read_text().splitlines())
    with open_store(path) as store:
        return sorted(
            row[0] for row in store.query("SELECT insert_id FROM online_school.events")
        )


def begin(spec):
    """Write the first half of the run."""
    ready, sink = set_up("online-school", RunParameters(**RUN)), parse(spec)
    start_ms, until_ms = ready.run.stream.start_ms, ready.run.until_ms
    sink.open(ready.run, fresh=False)
    group = ready.engine.simulation(ready.run.id, 0, ready.engine.groups.range(0)[1], until_ms)
    sink.commit(sink.prepare(group.advance((start_ms + until_ms) // 2)))
    sink.close(complete=False)


@pytest.mark.parametrize("name", ["a.duckdb", "p", "a.ndjson", "a.csv"])
def test_clock_set_back_before_a_run_is_resumed(tmp_path, monkeypatch, ids, name):
    """Begun next year, as the clock has it: `resume` completes it, with each event once, and then has nothing to do."""
    path = tmp_path / name
    begin(f"{'parquet' if name == 'p' else path.suffix[1:]}:{path}")
    assert 0 < len(ids_in(path)) < len(ids)
    set_back(monkeypatch)
    (result,) = resume(path)
    assert result.is_clean
    with open_store(path) as store:
        (info,) = store.runs()
    assert info.is_complete
    assert info.finished_ms < info.created_ms - YEAR_MS // 2
    assert ids_in(path) == ids
    assert resume(path) == []


def test_clock_set_back_before_a_delivery_goes_on(tmp_path, monkeypatch, ids):
    """A stored run is sent, stopped on the way, and sent again a year earlier: each event is there once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("footfall.execution.stored_engine.PART_EVENTS", 40)
    footfall.run("online-school", to="duckdb:a.duckdb", workers=1, **RUN)
    stop = threading.Event()
    with endpoint() as made:

        def stopping(events):
            if len(made.ids) > len(ids) // 3:
                stop.set()
            return 200

        made.answer = stopping
        to = f"{made.url}#batch=10"
        first = send("a.duckdb", to=to, stop=stop)
        assert not first.is_finished
        assert 0 < first.sinks[0].accepted < len(ids)
        set_back(monkeypatch)
        second = send("a.duckdb", to=[to, "ndjson:a.ndjson"])
        assert second.is_clean
        assert second.sinks[0].accepted == len(ids) - first.sinks[0].accepted
        assert sorted(made.ids) == ids
    assert ids_in(tmp_path / "a.ndjson") == ids
