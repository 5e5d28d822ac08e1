"""Runs that are killed, on the real engine, into every kind of store and file: afterwards every event is there once."""

import csv
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from footfall.execution.chunks import simulate
from footfall.store import open_store
from tests import processes
from tests.kills import kill, rounds
from tests.thoroughness import n_kills

KILLS = n_kills()
RUN = ("run", "ecommerce", "--people", "16000", "--days", "3", "--quiet")
"""10,908 people come in three days or came before: two groups, so that there is work for two workers."""
SPECS = ("duckdb:a.duckdb", "parquet:p", "ndjson:a.ndjson", "csv:a.csv", "json:a.json")
SINKS = tuple(word for spec in SPECS for word in ("--to", spec))


def start(folder, *args):
    return processes.start(*RUN, *args, cwd=folder)


def finish(folder, *args):
    done = processes.run(*RUN, *args, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ids_in(folder):
    """Return the ids of all events per sink, sorted."""
    found = {
        "ndjson": [
            json.loads(line)["insert_id"]
            for line in (folder / "a.ndjson").read_text().splitlines()
        ]
    }
    found["json"] = [
        event["insert_id"] for event in json.loads((folder / "a.json").read_text())
    ]
    with (folder / "a.csv").open(newline="") as file:
        found["csv"] = [row["insert_id"] for row in csv.DictReader(file, strict=True)]
    for name in ("a.duckdb", "p"):
        with open_store(folder / name) as store:
            found[name] = [
                row[0] for row in store.query("SELECT insert_id FROM ecommerce.events")
            ]
    return {name: sorted(ids) for name, ids in found.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Ids of an undisturbed run, and how long it took."""
    folder = tmp_path_factory.mktemp("whole")
    begun = time.monotonic()
    finish(folder, *SINKS)
    return ids_in(folder)["ndjson"], time.monotonic() - begun


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_run_is_killed(tmp_path, whole, workers):
    """Kill -9 at random instants, several times, then once more to the end: nothing twice, nothing missing.

    What the last call says of each sink adds up.
    """
    ids, seconds = whole
    chance = random.Random(int(workers))

    def strike(folder):
        return kill(
            start(folder, *SINKS, "--workers", workers), chance.uniform(0.2, 0.7) * seconds
        )

    for folder in rounds(tmp_path, KILLS, strike):
        check(finish(folder, *SINKS, "--workers", workers, "--summary", "json"))
        assert all(found == ids for found in ids_in(folder).values())


def check(said):
    """Check that the balances of a summary add up, and that all is delivered."""
    sinks = json.loads(said)["sinks"]
    assert [sink["to"] for sink in sinks] == list(SPECS)
    for sink in sinks:
        assert sink["is_complete"]
        assert sink["generated"] == sink["accepted"] + sink["rejected"] + sink["pending"]
        assert sink["rejected"] == sink["pending"] == 0


def workers_of(pid):
    """Return the ids of a process's children."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()] if children.exists() else []


def started_workers(process):
    """Return the ids of a run's workers, once there are any."""
    deadline = time.monotonic() + 60
    while not (workers := workers_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return workers


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_a_worker_is_killed(tmp_path, whole):
    """A killed worker ends the run with 1 and says how to continue; the same command again completes it."""
    process = start(tmp_path, *SINKS, "--workers", "2")
    os.kill(started_workers(process)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "worker 1 of 2 was killed by signal 9 (SIGKILL)" in err
    assert "run the same command again to continue" in err
    assert "Traceback" not in err
    finish(tmp_path, *SINKS)
    assert all(found == whole[0] for found in ids_in(tmp_path).values())


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_ctrl_c_twice_stops_at_once(tmp_path):
    """The second Ctrl-C does not wait; what is there is consistent, and the same command completes it."""
    many = (
        "--people",
        "30000",
    )  # so many that parts take longer than the second Ctrl-C is away
    process = start(tmp_path, *SINKS, *many, "--workers", "2")
    assert started_workers(process)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, err = process.communicate(timeout=30)
    assert process.returncode in {130, 1}, err
    assert "Traceback" not in err
    finish(tmp_path, *SINKS, *many)
    chunks = simulate("ecommerce", people=30_000, days=3)
    ids = sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())
    assert all(found == ids for found in ids_in(tmp_path).values())


def test_two_runs_at_once(tmp_path, whole):
    """A second run into the same store is refused while the first is at work, and harms nothing."""
    first = start(tmp_path, "--to", "duckdb:a.duckdb")
    while not (tmp_path / "a.duckdb.wal").exists():
        time.sleep(0.005)
    first.send_signal(signal.SIGSTOP)
    second = start(tmp_path, "--to", "duckdb:a.duckdb")
    _, err = second.communicate(timeout=60)
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 1), err
    assert "in use" in err
    with open_store(tmp_path / "a.duckdb") as store:
        assert (
            sorted(row[0] for row in store.query("SELECT insert_id FROM ecommerce.events"))
            == whole[0]
        )
