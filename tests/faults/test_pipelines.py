"""Several sinks at once, of which one hangs or fails, in runs that are stopped and killed: each has everything once."""

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import cache

import pytest

from footfall.errors import StoreError
from footfall.execution.chunks import simulate
from footfall.store import open_store
from tests import processes
from tests.endpoints import endpoint
from tests.kills import kill, rounds
from tests.processes import until
from tests.receivers import receiver
from tests.thoroughness import n_kills

KILLS = n_kills()
START = "from footfall.cli.main import main; main()"
SIZE = ("--people", "2000", "--days", "4")
FILES = ("--to", "parquet:p", "--to", "duckdb:a.duckdb")


@pytest.fixture(scope="module")
def ids():
    """Ids of all events of the run, sorted."""
    return sorted(
        i
        for c in simulate("ecommerce", people=2000, days=4)
        for i in c.events["insert_id"].to_pylist()
    )


def start(folder, *args):
    return processes.start("run", "ecommerce", *SIZE, *args, cwd=folder)


def finish(folder, *args, code=0):
    process = start(folder, *args)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert "Traceback" not in err
    return out, err


def ids_in(store):
    with open_store(store) as opened:
        return sorted(row[0] for row in opened.query("SELECT insert_id FROM ecommerce.events"))


def is_complete(store):
    try:
        with open_store(store) as opened:
            return any(info.is_complete for info in opened.runs())
    except StoreError:
        return False


def sinks_of(out):
    """Return the balances of a summary, by kind of sink, having checked that they add up."""
    sinks = json.loads(out)["sinks"]
    for sink in sinks:
        assert sink["generated"] == sink["accepted"] + sink["rejected"] + sink["pending"]
    return {sink["to"].partition(":")[0]: sink for sink in sinks}


def test_a_hanging_sink_beside_quick_ones(tmp_path, ids):
    """The others are complete while one hangs; Ctrl-C once ends the run with 1, JSON and how to go on; it goes on."""
    with endpoint(lambda _: 0) as hanging:
        to = ("--to", f"{hanging.url}#timeout=5&patience=0", *FILES)
        process = start(tmp_path, *to, "--summary", "json")
        until(lambda: is_complete(tmp_path / "p"), process)
        until(lambda: is_complete(tmp_path / "a.duckdb"), process)
        assert ids_in(tmp_path / "p") == ids_in(tmp_path / "a.duckdb") == ids
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "finishing what is in flight" in err
        assert "to continue: footfall" in err
        assert "Traceback" not in err
        sinks = sinks_of(out)
        assert sinks["webhook+http"]["pending"] == len(ids)
        assert sinks["webhook+http"]["problem"] is None
        assert [
            sinks[kind]["is_complete"] for kind in ("webhook+http", "parquet", "duckdb")
        ] == [False, True, True]
        hanging.answer = lambda _: 200
        finish(tmp_path, *to, "--quiet")
        assert sorted(set(hanging.ids)) == ids
    assert ids_in(tmp_path / "p") == ids_in(tmp_path / "a.duckdb") == ids


@pytest.mark.parametrize(
    ("status", "words"),
    [(410, "it is gone and wants no more events"), (503, "nothing was accepted")],
)
def test_a_sink_that_fails(tmp_path, ids, status, words):
    """The others get everything; the failure is told, the exit code is 1, the summary is there; later it goes on."""
    with endpoint(lambda _: status) as failing:
        to = ("--to", f"{failing.url}#patience=1", *FILES)
        out, err = finish(tmp_path, *to, "--summary", "json", code=1)
        assert f"error: {failing.url}: {words}" in err
        assert "are pending, and nothing is lost" in err
        assert (
            "not everything is delivered; what was committed is kept\n  to continue: footfall"
            in err
        )
        sinks = sinks_of(out)
        assert (sinks["webhook+http"]["accepted"], sinks["webhook+http"]["pending"]) == (
            0,
            len(ids),
        )
        assert words in sinks["webhook+http"]["problem"]
        assert sinks["parquet"]["is_complete"]
        assert ids_in(tmp_path / "p") == ids_in(tmp_path / "a.duckdb") == ids
        failing.answer = lambda _: 200
        out, _ = finish(tmp_path, *to)
        assert sorted(failing.ids) == ids
        assert "Stages:" in out


def test_a_sink_that_fails_alone(tmp_path, ids):
    """Also a run into one sink that gives up prints its summary, and ends with 1."""
    with endpoint(lambda _: 410) as failing:
        out, err = finish(tmp_path, "--to", failing.url, "--summary", "json", code=1)
        (sink,) = sinks_of(out).values()
        assert sink["generated"] == sink["pending"] > 0
        assert "error: webhook+http" in err


def test_ctrl_c_twice(tmp_path, ids):
    """A sink that hangs does not keep the process: it ends with 130, and the same command completes everything."""
    with endpoint(lambda _: 0) as hanging:
        to = ("--to", f"{hanging.url}#timeout=60&patience=0", *FILES)
        process = start(tmp_path, *to, "--summary", "json")
        until(hanging.asked.is_set, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert err.endswith("stopped\n")
        assert "Traceback" not in err
        assert out == ""
        hanging.answer = lambda _: 200
        hanging.go_on.set()
        finish(tmp_path, *to, "--quiet")
        assert sorted(set(hanging.ids)) == ids
    assert ids_in(tmp_path / "p") == ids_in(tmp_path / "a.duckdb") == ids


def test_kills_while_sinks_stand_apart(tmp_path, ids):
    """Kill -9 at random instants while a slow sink is far behind: in the end each has every event, the stores once."""
    chance = random.Random(11)

    def slowly(events):
        time.sleep(0.05)
        return 200

    with endpoint(slowly) as slow:
        to = (
            "--to",
            f"{slow.url}#batch=100&concurrency=2",
            *FILES,
            "--workers",
            "2",
            "--quiet",
        )
        for folder in rounds(
            tmp_path, KILLS, lambda place: kill(start(place, *to), chance.uniform(1.0, 5.0))
        ):
            finish(folder, *to)
            assert sorted(set(slow.ids)) == ids
            slow.ids.clear()
            assert not list((folder / ".footfall-ledger").glob("*.scratch/*"))
            assert ids_in(folder / "p") == ids_in(folder / "a.duckdb") == ids
            assert not list(folder.rglob("*.tmp"))


def test_kills_of_all_processes(tmp_path):
    """Kill -9 of owner and workers at once, at random instants: in the end each of three sinks has each event once."""
    size = (
        "--people",
        "16000",
        "--days",
        "2",
        "--workers",
        "2",
    )  # two groups, so that there are two workers
    wanted = sorted(
        i
        for c in simulate("ecommerce", people=16_000, days=2)
        for i in c.events["insert_id"].to_pylist()
    )
    chance = random.Random(12)
    with ExitStack() as held:
        receiver_of = cache(lambda folder: held.enter_context(receiver(folder)))

        def begin(folder):
            to = f"webhook+http://127.0.0.1:{receiver_of(folder).listener.port}/webhook#batch=200&concurrency=2"
            args = (*size, "--to", to, *FILES, "--summary", "json")
            return processes.start(
                "run", "ecommerce", *args, cwd=folder, start_new_session=True
            )

        for folder in rounds(
            tmp_path, KILLS, lambda place: kill(begin(place), chance.uniform(1.0, 4.0))
        ):
            process = begin(folder)
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            sinks = sinks_of(out).values()
            assert all(
                sink["is_complete"] and sink["pending"] == sink["rejected"] == 0
                for sink in sinks
            )
            stored = receiver_of(folder).rows("SELECT insert_id FROM received")
            assert sorted(i for (i,) in stored) == wanted
            assert ids_in(folder / "p") == ids_in(folder / "a.duckdb") == wanted


def test_a_reader_that_leaves_does_not_end_the_others(tmp_path, ids):
    """`--to - --to parquet:p | head` fills the folder, and says nothing of the pipe."""
    line = f"{sys.executable} -c '{START}' run ecommerce {' '.join(SIZE)} --to - --to parquet:p --quiet | head -n 1"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["insert_id"]
    assert "closed by its reader" not in done.stderr
    assert ids_in(tmp_path / "p") == ids
