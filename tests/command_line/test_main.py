"""The frame: which commands there are, and what becomes of mistakes and faults."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
import duckdb
import pytest

from footfall.cli import main as frame
from footfall.cli import scenarios
from footfall.cli.interrupts import SignalWatch
from footfall.errors import SinkError, StoreError
from tests.commands import footfall

COMMAND = str(Path(sys.executable).parent / "footfall")


def test_help_lists_every_command():
    """`footfall --help`, and `footfall` alone, say what there is."""
    said = footfall("--help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in frame.COMMANDS)
    assert footfall().out == said.out


def test_version():
    """`--version` is one line."""
    assert footfall("--version").out.startswith("footfall 0.")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("rn", "did you mean: footfall run"),
        ("reports", "footfall report"),
        ("shop.yaml", "footfall run shop.yaml"),
    ],
)
def test_an_unknown_command_names_the_nearest(written, hint):
    """A misspelt command is a mistake of the user, with the nearest named."""
    said = footfall(written)
    assert said.code == 2
    assert f"there is no command '{written}'" in said.err
    assert hint in said.err


@pytest.mark.parametrize(
    "args", [("--bad",), ("run",), ("run", "ecommerce", "--peopel", "3"), ("run", "a", "b")]
)
def test_misuse_is_code_2(args):
    """Mistakes that click finds end like all others: a message, where to look, code 2."""
    said = footfall(*args)
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert "--help" in said.err
    assert said.out == ""


def test_failures_are_code_1(monkeypatch):
    """What is no mistake of the user is told without a traceback, and ends with 1."""
    monkeypatch.setattr(
        scenarios.command, "callback", raises(SinkError("the other end refused 3 events"))
    )
    said = footfall("scenarios")
    assert (said.code, said.err) == (1, "error: the other end refused 3 events\n")


def test_faults_are_told_shortly(monkeypatch):
    """An error that nobody foresaw: what it was, what is kept, how to report it; no traceback."""
    monkeypatch.setattr(
        scenarios.command, "callback", raises(ZeroDivisionError("division by zero"))
    )
    said = footfall("scenarios")
    assert said.code == 1
    assert "ZeroDivisionError: division by zero" in said.err
    assert "FOOTFALL_DEBUG=1" in said.err
    assert "Traceback" not in said.err


def test_faults_show_where_on_request(monkeypatch):
    """With FOOTFALL_DEBUG=1 the traceback comes too."""
    monkeypatch.setenv("FOOTFALL_DEBUG", "1")
    monkeypatch.setattr(
        scenarios.command, "callback", raises(ZeroDivisionError("division by zero"))
    )
    assert "Traceback" in footfall("scenarios").err


@pytest.mark.parametrize(
    "problem",
    [
        RuntimeError("Query interrupted"),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        StoreError("clicks.csv: it cannot be read: Query interrupted"),
    ],
)
def test_a_signal_that_a_library_has_renamed(monkeypatch, problem):
    """What a library makes of a signal is no fault: the command was stopped, whatever it was doing."""
    stop = raises(problem)

    def callback(**given):
        with suppress(KeyboardInterrupt):
            click.get_current_context().find_object(SignalWatch)._on_signal(
                signal.SIGTERM, None
            )
        stop(**given)

    monkeypatch.setattr(scenarios.command, "callback", callback)
    said = footfall("scenarios")
    assert (said.code, said.err) == (130, "stopped\n")


def raises(problem):
    def callback(**_):
        raise problem

    return callback


def test_help_starts_fast():
    """`footfall --help` takes less than 0.3 s of processor time (the best of three, as other programs run too)."""
    seconds = []
    for _ in range(3):
        begun = os.times()
        subprocess.run([COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        ended = os.times()
        user = ended.children_user - begun.children_user
        seconds.append(user + ended.children_system - begun.children_system)
    assert 0 < min(seconds) < 0.3


def test_help_imports_nothing_heavy():
    """Neither help nor version needs a library beyond click."""
    code = (
        "import sys; from footfall.cli.main import SignalWatch, _exit_code; "
        "_exit_code(['--help'], SignalWatch()); print(sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = ("numpy", "pyarrow", "duckdb", "rich", "yaml")
    assert [name for name in heavy if f"'{name}'" in done.stdout] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    """A completion script comes with the line that installs it."""
    said = footfall("completion", shell)
    assert said.code == 0
    assert f"footfall completion {shell} >" in said.out
    assert "_FOOTFALL_COMPLETE" in said.out


def test_completion_offers_scenarios():
    """The shell completes shipped scenarios."""
    import os

    env = {
        **os.environ,
        "_FOOTFALL_COMPLETE": "bash_complete",
        "COMP_WORDS": "footfall run eco",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([COMMAND], env=env, capture_output=True, text=True, check=True)
    assert "plain,ecommerce" in done.stdout


def test_the_module_is_the_command_too():
    done = subprocess.run(
        [sys.executable, "-m", "footfall", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        done.stdout
        == subprocess.run(
            [COMMAND, "--version"], capture_output=True, text=True, check=True
        ).stdout
    )
