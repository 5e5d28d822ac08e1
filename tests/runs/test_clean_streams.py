"""In what footfall writes there is nothing wrong, whatever it is written to."""

import json
from collections import Counter

import pytest

import footfall
from footfall.execution.setup import RunParameters, set_up
from footfall.net.target import Target
from footfall.sim import Simulation
from footfall.sinks import parse
from footfall.sinks.amplitude.settings import AmplitudeSettings
from footfall.sinks.amplitude.sink import AmplitudeSink
from footfall.validation import validate
from tests.declared import declared
from tests.receivers import receiver

SCENARIOS = ("ecommerce", "online-school")
TARGETS = {
    "duckdb": "shop.duckdb",
    "parquet": "shop",
    "ndjson": "shop.ndjson",
    "ndjson.gz": "shop.ndjson.gz",
    "json": "shop.json",
    "csv": "shop.csv",
}
TOLD_OF_SMALL_RUNS = {"never_seen"}


@pytest.fixture(scope="module", params=SCENARIOS)
def written(request, tmp_path_factory):
    """Return a scenario, and a folder with one run of it in every form."""
    folder = tmp_path_factory.mktemp(request.param)
    to = [f"{kind.partition('.')[0]}:{folder / name}" for kind, name in TARGETS.items()]
    run = footfall.run(request.param, people=150, to=to)
    return request.param, folder, run


@pytest.mark.parametrize("form", TARGETS)
def test_nothing_is_wrong(written, form):
    """A fresh run has no findings and nothing odd, in any form."""
    scenario, folder, _ = written
    told = validate(folder / TARGETS[form], declared(scenario))
    assert told.findings == ()
    assert {remark.check for remark in told.remarks} <= TOLD_OF_SMALL_RUNS
    assert told.count > 700


def test_parquet_files_alone(written):
    """Its Parquet files can be checked without the store around them."""
    scenario, folder, _ = written
    (events,) = [p for p in (folder / "shop").iterdir() if (p / "events").is_dir()]
    assert validate(events / "events", declared(scenario)).is_clean
    assert validate(next((events / "events").rglob("*.parquet")), scenario).is_clean


def test_day_partitions(tmp_path):
    """Parquet with a folder per day is clean too."""
    footfall.run(
        "online-school", people=100, to=parse(f"parquet:{tmp_path / 'days'}", partition="day")
    )
    assert validate(tmp_path / "days", declared("online-school")).is_clean


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_amplitude_upload(scenario, tmp_path, monkeypatch):
    """What Amplitude is sent has nothing wrong: ms, no numbers of people, properties of users as set."""
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")
    setup = set_up(scenario, RunParameters(people=150))
    with receiver(tmp_path) as client:
        base = Target("http", "127.0.0.1", client.listener.port, "/")
        sink = AmplitudeSink(
            AmplitudeSettings(base=base, endpoint="batch", rate=0, timeout=5),
            folder=tmp_path / "own",
        )
        sink.open(setup.run, fresh=False)
        simulation = Simulation(setup.engine.model, setup.run.id, 0, 4096, setup.run.until_ms)
        sink.commit(sink.prepare(simulation.advance(setup.run.until_ms)))
        sink.close(complete=True)
        events = [
            json.loads(text)
            for (text,) in client.rows('SELECT CAST("event" AS VARCHAR) FROM received')
        ]
    path = tmp_path / "sent.ndjson"
    events.sort(key=lambda event: event["time"])
    path.write_text("\n".join(map(json.dumps, events)))
    told = validate(path, declared(scenario))
    assert told.findings == ()
    assert [remark for remark in told.remarks if remark.check not in TOLD_OF_SMALL_RUNS] == []
    assert "stage_order" in told.skipped


def test_stage_goes_back(written, tmp_path):
    """An event that records an earlier stage than one before it is found."""
    scenario, folder, _ = written
    events = [json.loads(line) for line in (folder / "shop.ndjson").read_text().splitlines()]
    last = {event["person"]: event for event in events}
    lowest = {"ecommerce": "visitor", "online-school": "lead"}[scenario]
    n_events = Counter(event["person"] for event in events)
    wrong = next(
        e for e in last.values() if e["stage"] != lowest and n_events[e["person"]] > 20
    )
    wrong["stage"] = lowest
    path = tmp_path / "back.ndjson"
    path.write_text("\n".join(map(json.dumps, events)))
    (found,) = validate(path, declared(scenario)).findings
    assert (found.check, found.count, found.at.insert_id) == (
        "stage_back",
        1,
        wrong["insert_id"],
    )
