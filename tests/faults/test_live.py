"""Live runs that are killed go on where the sink stands: nothing is missing, nothing is there twice."""

import random
import time

import pytest

import footfall
from footfall.errors import StoreError
from footfall.execution.live.checkpoint import FOLDER
from footfall.execution.live.live_run import live
from footfall.execution.setup import RunParameters, set_up
from footfall.store import open_store
from footfall.units import DAY_MS
from tests import processes
from tests.endpoints import endpoint
from tests.runs.test_live import FakeClock
from tests.thoroughness import n_kills

KILLS = n_kills()
SCENARIO, PEOPLE, START, DAYS = "online-school", 1500, "2026-03-01", 5
SPEED = 43_200.0

CHILD = """
import sys
from footfall.execution.live import checkpoint
from footfall.execution.live.live_run import live
checkpoint.EVERY_S = checkpoint.WORTH_S = float(sys.argv[2])
checkpoint.MOST_SHARE = 1.0
live("online-school", to=sys.argv[1], people=1500, start="2026-03-01", speed=float(sys.argv[3]), for_s=600,
     watch=lambda standing: print("on", flush=True))
"""

CHILD_OF_TWO = """
import sys
from footfall.execution.live.live_run import live
live("online-school", to=sys.argv[1:3], people=1500, start="2026-03-01", speed=float(sys.argv[3]), for_s=600,
     watch=lambda standing: print("on", flush=True))
"""


@pytest.mark.parametrize("every_s", [0.1, 1e9], ids=["with checkpoints", "without"])
def test_a_live_run_that_is_killed(postgres, tmp_path, monkeypatch, every_s):
    """Killed at random instants, and brought to its end: each event once, as one long run has them.

    A checkpoint that was being written when it was killed is none; one from before the kill is gone on from.
    """
    monkeypatch.chdir(tmp_path)
    url, chance = postgres.create(), random.Random(5)
    for _ in range(KILLS):
        with processes.start(url, every_s, 80_000 / KILLS, code=CHILD) as child:
            child.stdout.readline()
            time.sleep(chance.uniform(0.0, 2.0))
            child.kill()
    ready = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=DAYS))
    until_ms = ready.run.stream.start_ms + DAYS * DAY_MS
    at_ms = _reached(url) or ready.run.stream.start_ms
    assert at_ms < until_ms
    assert (tmp_path / FOLDER).exists() == (every_s < 1)
    live(
        SCENARIO,
        to=url,
        people=PEOPLE,
        start=START,
        speed=SPEED,
        for_s=(until_ms - at_ms) / 1000 / SPEED,
        clock=FakeClock(),
    )
    wanted = footfall.events(SCENARIO, people=PEOPLE, start=START, days=DAYS)[
        "insert_id"
    ].to_pylist()
    with open_store(url) as store:
        found = [row[0] for row in store.query("SELECT insert_id FROM online_school.events")]
        assert store.runs()[0].is_complete
    assert sorted(found) == sorted(wanted)


def _reached(url):
    try:
        with open_store(url) as store:
            ((until_ms,),) = store.query("SELECT max(until_ms) FROM footfall.ledger")
            return until_ms
    except StoreError:
        return None


def test_several_sinks_and_kills(tmp_path, monkeypatch):
    """A quick and a slow one, killed at random instants: they stand at different times, and in the end have the same.

    Each event is in the store once; the receiver, which may see one again with its id, has each.
    """
    monkeypatch.chdir(tmp_path)
    chance = random.Random(7)

    def slow(_):
        time.sleep(0.02)
        return 200

    with endpoint(slow) as receiver:
        to = ["duckdb:a.duckdb", receiver.url]
        for _ in range(KILLS):
            with processes.start(*to, 80_000 / KILLS, code=CHILD_OF_TWO) as child:
                child.stdout.readline()
                time.sleep(chance.uniform(0.0, 1.5))
                child.kill()
        ready = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=DAYS))
        until_ms = ready.run.stream.start_ms + DAYS * DAY_MS
        assert (_reached("a.duckdb") or 0) < until_ms
        clock, at_once = FakeClock(until_ms), {"speed": 1e6, "for_s": 1e-10, "catch_up": True}
        result = live(SCENARIO, to=to, people=PEOPLE, start=START, clock=clock, **at_once)
        assert all(sink.generated == sink.accepted for sink in result.sinks)
        wanted = sorted(
            footfall.events(SCENARIO, people=PEOPLE, start=START, days=DAYS)[
                "insert_id"
            ].to_pylist()
        )
        with open_store("a.duckdb") as store:
            found = [
                row[0] for row in store.query("SELECT insert_id FROM online_school.events")
            ]
            assert store.runs()[0].is_complete
        assert sorted(found) == wanted
        assert sorted(set(receiver.ids)) == wanted
