"""Work in this process and in others: the same outcomes, bounded, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass

import pytest

from footfall.errors import FootfallError, PermanentSinkError
from footfall.execution import pool
from footfall.execution.pool import WorkerPool, results_of
from footfall.execution.schedule import make_schedule
from footfall.execution.task import Job
from footfall.units import DAY_MS
from tests.engines import GROUP, FakeEngine
from tests.processes import is_alive


@dataclass(frozen=True)
class Counts:
    """A sink's encoder that counts rows."""

    def prepare(self, chunk):
        return chunk.part, chunk.events.num_rows


@dataclass(frozen=True)
class Heavy(Counts):
    """An encoder that takes its time through a pipe."""

    weight: bytes = bytes(20_000_000)


@dataclass(frozen=True)
class Breaks:
    """A sink's encoder that cannot encode."""

    problem: type[Exception]

    def prepare(self, chunk):
        raise self.problem("cannot hold 3 apples")


@dataclass(frozen=True)
class Dies:
    """A sink's encoder that takes its process with it."""

    def prepare(self, chunk):
        os.kill(os.getpid(), signal.SIGKILL)


def job_of(*encoders, people=4 * GROUP, days=3, **options):
    engine = FakeEngine(people=people, rows=20)
    until, encoders = engine.stream.start_ms + days * DAY_MS, encoders or (Counts(),)
    return Job(
        engine,
        engine.run.id,
        make_schedule(engine, until, ({},) * len(encoders)),
        encoders,
        **options,
    )


@pytest.mark.parametrize("n_workers", [2, 3])
def test_workers_give_what_one_process_gives(n_workers):
    """Outcomes come in plan order and are the same for any number of workers."""
    alone = [
        (o.step, o.prepared, o.tallies) for o in results_of(job_of(), 1, threading.Event())
    ]
    shared = [
        (o.step, o.prepared, o.tallies)
        for o in results_of(job_of(), n_workers, threading.Event())
    ]
    assert shared == alone
    assert len(alone) == 12


def test_arrow_data_survives_the_pipe():
    """A chunk from a worker equals the chunk made here."""
    there = [o.chunk for o in results_of(job_of(keep_chunks=True), 2, threading.Event())]
    here = [o.chunk for o in results_of(job_of(keep_chunks=True), 1, threading.Event())]
    assert [c.events for c in there] == [c.events for c in here]


def test_stop_ends_after_what_is_in_flight():
    """Once told to stop, what comes still is the next in order, and soon nothing."""
    stop = threading.Event()
    seen = []
    for outcome in results_of(job_of(people=40 * GROUP), 2, stop):
        seen.append(outcome.step.number)
        stop.set()
    assert seen == list(range(len(seen)))
    assert len(seen) < 10


def test_workers_wait_for_the_owner():
    """A slow owner is never more than a few outcomes behind: memory stays bounded."""
    with (
        WorkerPool(job_of(people=40 * GROUP), 2, threading.Event()) as workers,
        closing(workers.part_results()) as outcomes,
    ):
        next(outcomes)
        time.sleep(1)
        assert workers._messages.qsize() + len(workers._waiting) <= 4


@pytest.mark.parametrize("n_workers", [1, 2])
def test_nothing_is_encoded_for_a_sink_that_is_given_up(n_workers):
    """Soon after the owner has given one up, its parts are left out, here and in workers; the others get theirs."""
    job, encoded = job_of(Counts(), Counts(), people=20 * GROUP), []
    for outcome in results_of(job, n_workers, threading.Event()):
        first, second = outcome.prepared
        assert first is not None
        assert outcome.chunk is None
        encoded.append(second is not None)
        job.given_up.add(1)
    assert len(encoded) == 60
    assert encoded[0]
    assert sum(encoded) < 10


def test_a_chunk_is_kept_only_for_a_sink_that_wants_it():
    """What the owner would encode is not handed over once that sink is given up."""
    wanted = [
        outcome.chunk is not None
        for outcome in results_of(job_of(Counts(), None), 1, threading.Event())
    ]
    given_up = results_of(job_of(Counts(), None, given_up={1}), 1, threading.Event())
    assert set(wanted) == {True}
    assert {outcome.chunk for outcome in given_up} == {None}


def test_a_stop_before_a_long_job_is_handed_over():
    """Ctrl-C while workers still read what they are to do, which is more than a pipe holds: they end in peace."""
    stop = threading.Event()
    stop.set()
    assert len(list(results_of(job_of(Heavy(), people=40 * GROUP), 2, stop))) < 10


@pytest.mark.parametrize("problem", [FootfallError, PermanentSinkError])
def test_errors_of_ours_keep_their_class(problem):
    """An error in a worker arrives as the error it was, with its place as a note."""
    with pytest.raises(problem, match="cannot hold 3 apples") as caught:
        list(results_of(job_of(Breaks(problem)), 2, threading.Event()))
    assert "in prepare" in caught.value.__notes__[0]


def test_other_errors_name_their_class():
    """What is no error of ours says what it was."""
    with pytest.raises(RuntimeError, match="KeyError: 'cannot hold 3 apples'"):
        list(results_of(job_of(Breaks(KeyError)), 2, threading.Event()))


def test_a_killed_worker_is_told():
    """A worker killed by a signal: which, what is kept, how to go on."""
    with pytest.raises(
        FootfallError,
        match=r"worker \d of 2 was killed by signal 9 \(SIGKILL\)(.|\n)*to continue",
    ):
        list(results_of(job_of(Dies()), 2, threading.Event()))


def test_leaving_early_leaves_no_process():
    """When the owner loses interest, the workers are gone."""
    with WorkerPool(job_of(people=400 * GROUP), 2, threading.Event()) as workers:
        next(workers.part_results())
        pids = workers.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


OWNER = """
import sys, threading
from footfall.execution.pool import WorkerPool
from tests.runs.test_pool import job_of
from tests.engines import GROUP
with WorkerPool(job_of(people=4000 * GROUP), 2, threading.Event()) as workers:
    outcomes = workers.part_results()
    next(outcomes)
    print(*workers.pids, flush=True)
    for _ in outcomes:
        pass
"""


def test_workers_die_with_their_owner():
    """An owner killed with -9 leaves no worker behind."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if is_alive(pid)] == []


def test_ctrl_c_while_workers_start():
    """What is pressed while a worker is being started is not lost, and the worker never sees it."""
    seen, command = (
        [],
        [
            sys.executable,
            "-c",
            "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))",
        ],
    )
    before = signal.signal(signal.SIGINT, lambda *_: seen.append("Ctrl-C"))
    try:
        with pool._signals_kept_back():
            os.kill(os.getpid(), signal.SIGINT)
            said = subprocess.check_output(command, text=True)
        assert seen == ["Ctrl-C"]
    finally:
        signal.signal(signal.SIGINT, before)
    assert "SIGINT" in said
