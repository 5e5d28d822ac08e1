"""Crashes and full disks at every single file operation, and kills at random instants, sink by sink."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import differences, expected, plain
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from footfall.store import open_store
from tests import processes
from tests.faults.crashing import rows_in_file
from tests.kills import rounds
from tests.thoroughness import n_kills

ROOT = Path(__file__).parents[2]
KILLS = n_kills()
RUN = make_run(SCHOOL, days=6, people=128)
FILES = ("ndjson:a.ndjson", "csv:a.csv", "json:a.json")
SPECS = ("duckdb:a.duckdb", "parquet:p", *FILES)

CHILD = """
import sys
from footfall.sinks import parse
from footfall.sinks.conformance.synthetic_chunks import make_chunks
from tests.faults.test_crashes import RUN
sink = parse(sys.argv[1])
cursors = sink.open(RUN, fresh=False)
print("open", flush=True)
for chunk in make_chunks(RUN):
    if chunk.part.until_ms > cursors.get((chunk.part.first_person, chunk.part.end_person), 0):
        sink.commit(sink.prepare(chunk))
        print("part", flush=True)
sink.close(complete=True)
"""

LIMITED = """
import resource, sys
from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.sinks.conformance.synthetic_chunks import make_chunks
from tests.faults.test_crashes import RUN
sink = parse(sys.argv[1])
sink.open(RUN, fresh=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    for chunk in make_chunks(RUN, rows=4000):
        sink.commit(sink.prepare(chunk))
except StoreError as error:
    print(error)
try:
    sink.close(complete=False)
except StoreError as error:
    print(error)
"""


@cache
def chunks_of(rows=100):
    """Return the run's chunks with about so many rows each, made once."""
    return list(make_chunks(RUN, rows=rows))


@cache
def rows_wanted(rows=100):
    """Return all that is in these chunks, in plain form."""
    return expected(chunks_of(rows))


def rows_in(folder, spec):
    """Return what is there of the run, by table."""
    if spec in FILES:
        return {"events": rows_in_file(folder / spec.partition(":")[2], RUN)}
    with open_store(folder / spec.partition(":")[2]) as store:
        return {
            name: plain(store.arrow(f"SELECT * FROM school.{name}").to_pylist())
            for name in ("events", "changes", "arrivals")
        }


@pytest.mark.parametrize("spec", ["parquet:p", *FILES])
def test_a_failure_at_any_operation_leaves_something_to_continue(tmp_path, spec):
    """Dead before, dead after, disk full, half written: at every sync, rename, append and commit; then all is there.

    In the usual run each of them fails in every other way.
    """
    folder = tmp_path / "run"
    kind, _, name = spec.partition(":")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.crashing", f"{kind}:{folder / name}", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({a["at"] for a in attempts}) >= 8
    assert [a for a in attempts if a["again"] != "finished" or not a["good"]] == []
    full = [a["ended"] for a in attempts if a["how"] == "disk full"]
    assert [
        text
        for text in full
        if "the disk is full" not in text or "hint: free some space" not in text
    ] == []
    assert {a["ended"] for a in attempts if a["how"] != "disk full"} == {"died"}


@pytest.mark.parametrize("spec", SPECS)
def test_a_kill_at_any_instant_leaves_something_to_continue(tmp_path, spec):
    """After kill -9 at random instants, what was acknowledged is there; after the last run, every row is there once."""
    chance = random.Random(f"{spec} {time.time_ns()}")
    wanted = rows_wanted()
    acknowledged = Counter()

    def strike(folder):
        child = processes.start(spec, code=CHILD, cwd=folder)
        assert child.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0, 0.6))
        is_at_work = child.poll() is None
        child.send_signal(signal.SIGKILL)
        acknowledged[folder] += child.communicate()[0].count("part\n")
        assert committed(folder, spec) >= acknowledged[folder]
        acknowledged[folder] = committed(folder, spec)
        return is_at_work

    for folder in rounds(tmp_path, KILLS, strike):
        last = processes.start(spec, code=CHILD, cwd=folder)
        last.communicate()
        assert last.returncode == 0
        assert differences(wanted, rows_in(folder, spec)) == {}


def committed(folder, spec):
    """Return how many parts a store says it has, while nobody writes it."""
    with open_store(folder / spec.partition(":")[2]) as store:
        return store.runs()[0].parts


@pytest.mark.parametrize("spec", SPECS)
def test_a_limit_keeps_what_was_committed(tmp_path, spec):
    """Where no more can be written, the error says so and how to go on; with space again, the run is completed."""
    limits = {
        "duckdb": 4_000_000,
        "parquet": 70_000,
        "ndjson": 3_000_000,
        "csv": 3_000_000,
        "json": 3_000_000,
    }
    limit = limits[spec.partition(":")[0]]
    child = processes.start(spec, limit, code=LIMITED, cwd=tmp_path)
    said = child.communicate()[0]
    assert "a file may not grow so large here" in said
    assert "every part committed before is kept" in said
    assert "hint: `ulimit -f` shows the limit" in said
    chunks = chunks_of(4000)
    sink = parse(f"{spec.partition(':')[0]}:{tmp_path / spec.partition(':')[2]}")
    sink.open(RUN, fresh=False)
    already = [sink.commit(sink.prepare(chunk)).was_there_already for chunk in chunks]
    sink.close(complete=True)
    assert not all(already)
    assert differences(rows_wanted(4000), rows_in(tmp_path, spec)) == {}


@pytest.mark.parametrize("spec", SPECS)
def test_two_at_once(tmp_path, spec):
    """While one process writes, a second one is refused with the number of the first, which is not disturbed."""
    first = processes.start(spec, code=CHILD, cwd=tmp_path)
    assert first.stdout.readline() == "open\n"
    first.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(
            StoreError, match=rf"is in use by process {first.pid}( .*)?\n  hint: wait"
        ):
            parse(f"{spec.partition(':')[0]}:{tmp_path / spec.partition(':')[2]}").open(
                RUN, fresh=False
            )
    finally:
        first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0
    assert differences(rows_wanted(), rows_in(tmp_path, spec)) == {}
