"""One signal ends any command within five seconds, whatever it is at; the same command then does the rest."""

import os
import signal
import sys
import time
from functools import cache

import pytest

from footfall.execution.chunks import simulate
from footfall.store import open_store
from tests import processes
from tests.endpoints import endpoint
from tests.faults.test_killed_runs import workers_of
from tests.processes import is_alive, until

SIZE = ("--people", "6000", "--days", "4")
RUN = ("run", "ecommerce", *SIZE, "--to", "duckdb:a.duckdb")
HANGING = """
import ctypes
from pathlib import Path
from footfall.cli import interrupts
import footfall.{module} as module
from footfall.cli.main import main

before = module.{function}
calls = []

def hang(*args, **named):
    calls.append(args)
    if len(calls) < {at}:
        return before(*args, **named)
    Path("stuck").touch()
    {how}

module.{function} = hang
interrupts.LEAVE_S = 1.5
main()
"""
IN_PYTHON = "while True: sum(range(1000))"
IN_C = """
    libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(mutex), libc.pthread_mutex_lock(mutex)  # no signal ends that
"""


def hanging(folder, *args, module, function, how, at=2):
    """Start a command that hangs at a call of a function; return it once it does."""
    code = HANGING.format(module=module, function=function, how=how, at=at)
    process = processes.start(*args, code=code, cwd=folder)
    until((folder / "stuck").exists, process)
    return process


def ended(process, number=signal.SIGTERM, *, group=False):
    """Send one signal; return exit code and standard error, having checked that it took five seconds at most."""
    begun = time.monotonic()
    os.killpg(process.pid, number) if group else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - begun < 5
    assert "Traceback" not in err
    return process.returncode, err


@cache
def whole():
    """Return the ids of all events of an undisturbed run, sorted."""
    chunks = simulate("ecommerce", people=6000, days=4)
    return sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())


def ids_in(store):
    with open_store(store) as opened:
        return sorted(row[0] for row in opened.query("SELECT insert_id FROM ecommerce.events"))


PLACES = [
    pytest.param("sim.waves", "_sweep", IN_PYTHON, 300, id="simulating"),
    pytest.param("sim.simulation", "assemble", IN_C, 1, id="assembling, in a library's code"),
    pytest.param("sinks.store_sink", "StoreSink.commit", IN_C, 1, id="committing"),
    pytest.param("sinks.store_sink", "StoreSink.open", IN_C, 1, id="waiting for a store"),
]


@pytest.mark.parametrize(("module", "function", "how", "at"), PLACES)
def test_a_run_that_hangs_is_left(tmp_path, module, function, how, at):
    """What is kept and how to go on is said, with the exit code of a stopped run; going on gives every event once."""
    process = hanging(tmp_path, *RUN, module=module, function=function, how=how, at=at)
    code, err = ended(process)
    assert code == 1
    assert err == (
        "\nstopping: finishing what is in flight (Ctrl-C again stops at once)\n"
        "left before that was finished; what was committed is kept, the rest is pending\n"
        "  to continue: footfall run ecommerce --people 6000 --days 4 --to duckdb:a.duckdb\n"
    )
    assert processes.run(*RUN, "--quiet", cwd=tmp_path).returncode == 0
    assert ids_in(tmp_path / "a.duckdb") == whole()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_a_signal_to_the_whole_group_of_processes(tmp_path):
    """As service managers send it: the owner decides what it means, and workers end with the run, not before."""
    args = ("run", "ecommerce", "--people", "11000", "--days", "20", "--workers", "2")
    process = processes.start(*args, cwd=tmp_path, start_new_session=True)
    until(lambda: len(workers_of(process.pid)) > 1, process)
    workers = workers_of(process.pid)
    code, err = ended(process, group=True)
    assert code == 1
    assert "to continue: footfall run ecommerce" in err
    assert "killed by signal" not in err
    until_gone = time.monotonic() + 5
    while any(map(is_alive, workers)) and time.monotonic() < until_gone:
        time.sleep(0.05)
    assert not any(map(is_alive, workers))


def test_a_receiver_that_hangs_is_left(tmp_path):
    """It keeps no run; later it gets every event."""
    with endpoint(lambda _: 0) as stuck:
        args = ("run", "ecommerce", *SIZE, "--to", f"{stuck.url}#timeout=60")
        process = processes.start(*args, cwd=tmp_path)
        until(stuck.asked.is_set, process)
        code, err = ended(process, signal.SIGINT)
        assert code == 1, err
        stuck.answer = lambda _: 200
        stuck.go_on.set()
        assert processes.run(*args, "--quiet", cwd=tmp_path).returncode == 0
        assert sorted(set(stuck.ids)) == whole()


def test_a_signal_that_comes_twice_at_a_time_is_one(tmp_path):
    """`timeout` sends SIGTERM to the command and to its group: the run finishes what is in flight all the same."""
    where = {"module": "sim.waves", "function": "_sweep", "how": IN_PYTHON, "at": 300}
    process = hanging(tmp_path, *RUN, **where)
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert (code, err.count("stopping")) == (1, 1)


def test_a_command_that_writes_nothing_ends_too(tmp_path):
    """One that hangs in a library's code is left with 130, as one that a signal can end."""
    where = {"module": "execution.engine", "function": "understand", "at": 1}
    for how in (IN_C, IN_PYTHON):
        (tmp_path / "stuck").unlink(missing_ok=True)
        process = hanging(tmp_path, "check", "ecommerce", how=how, **where)
        code, err = ended(process)
        assert (code, err.strip()) == (130, "stopped")


def test_a_receiver_that_is_stopped_while_it_begins(tmp_path):
    """From the line on that says that it listens, a signal ends it as later: in order, with what it has stored."""
    before = """
import asyncio, os, signal
made = asyncio.SelectorEventLoop.__init__
def interrupted(self, *args):
    os.kill(os.getpid(), signal.SIGTERM)
    made(self, *args)
asyncio.SelectorEventLoop.__init__ = interrupted
"""
    process = processes.start("serve", "--port", "0", cwd=tmp_path, before=before)
    _, err = process.communicate(60)
    assert process.returncode == 0, err
    assert "0 events stored" in err
    assert not any(sign in err for sign in ("Traceback", "Warning"))
