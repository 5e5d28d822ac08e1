"""A run into real stores, with chunks that need no simulation: complete, continued, stopped, killed, in any order."""

import threading
from dataclasses import replace

import pytest

from footfall.errors import UsageError
from footfall.execution.batch import Drive
from footfall.execution.result import RunResult
from footfall.sinks.files.duckdb_file import DuckDBSink
from footfall.store import open_store
from footfall.units import DAY_MS
from tests import processes
from tests.engines import GROUP, FakeEngine
from tests.kills import kill

ENGINE = FakeEngine(people=3 * GROUP, rows=40)
PAIR = FakeEngine(
    people=2 * GROUP, rows=40
)  # two groups: in order of time, the windows are as wide as without


def drive(*files, engine=ENGINE, days=3, stop=None, sinks=None, **options) -> RunResult:
    until = engine.stream.start_ms + days * DAY_MS
    run = replace(engine.run, until_ms=until)
    made = sinks or [DuckDBSink(file) for file in files]
    return Drive(engine, run, made, stop=stop or threading.Event(), **options).drive()


def rows_of(file):
    with open_store(file) as store:
        return store.arrow("SELECT * FROM shop.events ORDER BY time, person")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All rows of an undisturbed run."""
    file = tmp_path_factory.mktemp("whole") / "a.duckdb"
    drive(file)
    return rows_of(file)


def test_everything_is_accepted(tmp_path, whole):
    """A run ends with all events in its sink, and a balance that says so."""
    result = drive(tmp_path / "a.duckdb")
    assert result.is_finished
    assert result.is_clean
    assert result.is_whole
    assert result.events == len(whole)
    (balance,) = result.sinks
    assert (balance.generated, balance.accepted, balance.rejected, balance.pending) == (
        len(whole),
        len(whole),
        0,
        0,
    )


def test_workers_write_the_same(tmp_path, whole):
    """Two processes store what one stores."""
    drive(tmp_path / "a.duckdb", n_workers=2)
    assert rows_of(tmp_path / "a.duckdb") == whole


def test_time_order_stores_the_same(tmp_path):
    """In order of time the same events come, and lie in that order."""
    drive(tmp_path / "whole.duckdb", engine=PAIR)
    drive(tmp_path / "a.duckdb", engine=PAIR, in_time_order=True, n_workers=2)
    with open_store(tmp_path / "a.duckdb") as store:
        times = [
            time
            for (time,) in store.query("SELECT time FROM main.shop_all_events ORDER BY rowid")
        ]
    assert times == sorted(times)
    assert rows_of(tmp_path / "a.duckdb") == rows_of(tmp_path / "whole.duckdb")


def test_the_same_again_does_nothing(tmp_path, whole):
    """A complete run is left alone."""
    drive(tmp_path / "a.duckdb")
    again = drive(tmp_path / "a.duckdb")
    assert again.was_complete
    assert (again.events, again.parts) == (0, 0)
    assert rows_of(tmp_path / "a.duckdb") == whole


def test_a_longer_run_continues(tmp_path, whole):
    """One day first, three days then: the same as three at once."""
    drive(tmp_path / "a.duckdb", days=1)
    longer = drive(tmp_path / "a.duckdb", days=3)
    assert longer.sinks[0].before == "incomplete"
    assert not longer.is_whole
    assert rows_of(tmp_path / "a.duckdb") == whole


def test_a_shorter_run_is_there_already(tmp_path, whole):
    """What reaches further needs nothing, and stays complete."""
    drive(tmp_path / "a.duckdb")
    assert drive(tmp_path / "a.duckdb", days=1).was_complete
    with open_store(tmp_path / "a.duckdb") as store:
        assert store.runs()[0].is_complete


def test_fresh_does_it_again(tmp_path, whole):
    """`fresh` removes the run first; nothing is there twice."""
    drive(tmp_path / "a.duckdb")
    assert drive(tmp_path / "a.duckdb", fresh=True).events == len(whole)
    assert rows_of(tmp_path / "a.duckdb") == whole


def test_each_sink_gets_what_it_lacks(tmp_path, whole):
    """A sink that is behind catches up, one that is complete is left alone, a new one gets all."""
    drive(tmp_path / "done.duckdb")
    drive(tmp_path / "behind.duckdb", days=1)
    result = drive(*(tmp_path / f"{name}.duckdb" for name in ("done", "behind", "new")))
    assert [sink.before for sink in result.sinks] == ["complete", "incomplete", "new"]
    assert [sink.generated == 0 for sink in result.sinks] == [True, False, False]
    assert all(
        rows_of(tmp_path / f"{name}.duckdb") == whole for name in ("done", "behind", "new")
    )


class StopsAfter(DuckDBSink):
    """A sink during whose n-th commit the user presses Ctrl-C."""

    def __init__(self, path, stop, parts):
        super().__init__(path)
        self.stop, self.parts = stop, parts

    def __reduce__(self):
        return DuckDBSink, (self.path,)

    def commit(self, prepared):
        self.parts -= 1
        if not self.parts:
            self.stop.set()
        return super().commit(prepared)


@pytest.mark.parametrize(
    "options", [{}, {"n_workers": 2}, {"in_time_order": True, "engine": PAIR}]
)
def test_a_stopped_run_continues(tmp_path, options):
    """Ctrl-C keeps what is committed; the same command again adds the rest."""
    drive(tmp_path / "whole.duckdb", **options)
    whole = rows_of(tmp_path / "whole.duckdb")
    stop = threading.Event()
    stopped = drive(stop=stop, sinks=[StopsAfter(tmp_path / "a.duckdb", stop, 2)], **options)
    assert not stopped.is_finished
    assert 0 < len(rows_of(tmp_path / "a.duckdb")) < len(whole)
    with open_store(tmp_path / "a.duckdb") as store:
        assert not store.runs()[0].is_complete
    assert drive(tmp_path / "a.duckdb", **options).is_finished
    assert rows_of(tmp_path / "a.duckdb") == whole


def test_another_order_is_refused(tmp_path):
    """What was begun by groups cannot go on in order of time while these differ: events would be there twice."""
    stop = threading.Event()
    drive(stop=stop, sinks=[StopsAfter(tmp_path / "a.duckdb", stop, 2)])
    with pytest.raises(UsageError, match="without --order time"):
        drive(tmp_path / "a.duckdb", in_time_order=True)
    drive(tmp_path / "a.duckdb")


class Fails(DuckDBSink):
    """A sink that breaks at its first commit."""

    def commit(self, prepared):
        raise OSError("the cable was cut")


def test_a_failing_sink_leaves_the_others_closed(tmp_path, whole):
    """When one sink fails, all are closed, and the others can be continued."""
    with pytest.raises(OSError, match="the cable was cut"):
        drive(sinks=[DuckDBSink(tmp_path / "a.duckdb"), Fails(tmp_path / "b.duckdb")])
    drive(tmp_path / "a.duckdb")
    assert rows_of(tmp_path / "a.duckdb") == whole


KILLED = """
import sys, pathlib
from tests.runs.test_batch import drive
drive(pathlib.Path(sys.argv[1]), n_workers=int(sys.argv[2]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_kill_and_run_again(tmp_path, whole, workers):
    """Killed with -9 at any time and run again: every event once, none missing."""
    file = tmp_path / "a.duckdb"
    n_kills = 0
    for wait_s in (0.2, 0.3, 0.4, 0.5, 0.6):
        n_kills += kill(processes.start(file, workers, code=KILLED), wait_s)
    assert n_kills
    done = processes.run(file, workers, code=KILLED)
    assert done.returncode == 0, done.stderr
    assert rows_of(file) == whole
    assert list(tmp_path.iterdir()) == [file]
