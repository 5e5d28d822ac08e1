"""Each command where the system refuses something: told as what it is, never as a fault in footfall."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from footfall.cli.main import COMMANDS, footfall
from tests import processes
from tests.disks import small_disk
from tests.small_scenarios import scenario_text

FORBIDDEN = ("should not have happened", "a fault in footfall", "Traceback")
ARGUMENTS = {
    "scenario": "shop.yaml",
    "store": "shop.duckdb",
    "file": "{file}",
    "source": "shop.yaml",
    "events": "shop.ndjson",
    "person": "3",
    "shell": "bash",
    "--to": "made/{command}.svg",
    "--run": "{run}",
    "--against": "shop.yaml",
}
"""A value for each required argument and option, by its name."""
BESIDES: dict[str, list[str]] = {
    "run": ["--to", "ndjson:made/run.ndjson.gz", "--to", "duckdb:made/run.duckdb"],
    "live": ["--to", "ndjson:made/live.ndjson", "--for", "1s", "--speed", "1000"],
    "send": ["--to", "parquet:made/send"],
    "report": ["--to", "made/report.html"],
    "taxonomy": ["--to", "made/plan.xlsx"],
    "serve": ["--to", "made/received.duckdb", "--port", "0"],
}
"""What commands are given in place of, or besides, what they require, so that they write."""


FULL, CLOSED = "the disk is full", "it is closed"
STREAM = "import os; os.dup2(os.open({path!r}, os.O_WRONLY), {number})"


@dataclass(frozen=True)
class Condition:
    """Something that the system refuses.

    Args:
        says: What every command that fails of it says, as a pattern.
        fails: A command that does fail.
        before: What its process executes first.
        disk: Options of a small disk with everything on it; it is filled up, or else read-only.
        env: Variables of its environment.
        instead: What stands in its arguments in place of what.
    """

    says: str
    fails: str = "run"
    before: str = ""
    disk: str = ""
    env: dict[str, str] = field(default_factory=dict)
    instead: tuple[str, str] = ("", "")


TARGET = r"made/[\w.-]+"
BY_LIBRARIES = (127, -signal.SIGABRT, -signal.SIGSEGV)
"""How a process ends in which the C library, or one in C++, has got no memory: nothing of ours runs then."""
LONG = "x" * 300
CONDITIONS = {
    "full disk": Condition(FULL, disk="mode=755"),
    "no inodes": Condition("no room for another file", disk="mode=755,nr_inodes=40"),
    "read-only disk": Condition("read-only", disk="ro"),
    "another user's folder": Condition(
        "permission denied|not allowed|not yours",
        # Root too is subject to modes once it has no capabilities.
        before="import ctypes, os, pathlib\n"
        "for path in ('.', *pathlib.Path().rglob('*')): os.chmod(path, 0o555)\n"
        "ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())",
    ),
    "small files": Condition(
        "a file may not grow so large here|`ulimit -f`",
        before="from resource import *; setrlimit(RLIMIT_FSIZE, (100, 100))",
    ),
    "few descriptors": Condition(
        "too many files are open",
        before="import os; from resource import *\n"
        "n = len(os.listdir('/proc/self/fd')) + 1\n"
        "setrlimit(RLIMIT_NOFILE, (n, n))",
    ),
    "little memory": Condition(
        "memory ran out|no more processes or threads",
        before="from resource import *\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "setrlimit(RLIMIT_AS, (pages * 4096 + 2_000_000,) * 2)",
    ),
    "standard output full": Condition(
        f"standard output: {FULL}", "check", STREAM.format(path="/dev/full", number=1)
    ),
    "standard output closed": Condition(
        f"standard output: {CLOSED}",
        "check",
        "import os, sys; os.close(1); sys.stdout = sys.__stdout__ = None",
    ),
    "reader gone": Condition(
        "^$", "check", "import os; a, b = os.pipe(); os.close(a); os.dup2(b, 1); os.close(b)"
    ),
    "standard error full": Condition("^$", "", STREAM.format(path="/dev/full", number=2)),
    "standard error closed": Condition(
        "^$", "", "import os, sys; os.close(2); sys.stderr = sys.__stderr__ = None"
    ),
    "no surroundings": Condition(
        "^$",
        "",
        "import os, sys; os.close(0); sys.stdin = sys.__stdin__ = None",
        env={"TMPDIR": "/not/there", "HOME": "/not/there"},
    ),
    "current folder gone": Condition(
        "current folder is not there|no such file|does not exist",
        before="import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd())",
    ),
    "target is a folder": Condition("it is a folder|is a directory|not written by footfall"),
    "target below a file": Condition(
        "a file stands where a folder should be", instead=("made/", "shop.yaml/")
    ),
    "target with a long name": Condition("name is too long", instead=("made/", f"made/{LONG}")),
    "target that is not text": Condition("not UTF-8", instead=("made/", "made/\udcff")),
    "source with a long name": Condition(
        "too long|no such file|does not exist", instead=("^shop", LONG)
    ),
    "source that is not text": Condition(
        "not UTF-8|no such file|does not exist|cannot be read", instead=("^shop", "\udcff")
    ),
}


def arguments(name: str, run: str) -> list[str]:
    """Return a command's arguments: its own, and a value for each that it requires besides."""
    command = footfall.get_command(click.Context(footfall), name)
    assert command is not None
    besides, given = BESIDES.get(name, []), []
    file = "made/new.yaml" if name == "new" else "shop.yaml"
    for parameter in command.params:
        written = parameter.opts[0]
        if (parameter.required or written == "store") and written not in besides:
            value = ARGUMENTS[written].format(command=name, run=run, file=file)
            given += [written, value] if written.startswith("-") else [value]
    return [name, *given, *besides]


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, str]]:
    """A folder with what commands take, a scenario, a store and a log; and the store's run."""
    folder = Path(tempfile.mkdtemp(prefix="footfall-refusals-"))
    text = scenario_text(people="{count: 20, home: cities}")
    (folder / "shop.yaml").write_text(text)
    sinks = ["--to", "duckdb:shop.duckdb", "--to", "ndjson:shop.ndjson"]
    made = processes.run("run", "shop.yaml", "-q", *sinks, cwd=folder)
    assert made.returncode == 0, made.stderr
    (folder / "made").mkdir()
    runs = processes.run("runs", "shop.duckdb", "--format", "json", cwd=folder).stdout
    yield folder, json.loads(runs)[0]["run"]
    shutil.rmtree(folder)


@contextmanager
def refused(condition: Condition, given: Path) -> Iterator[Path]:
    """Make a folder with what commands take, in which a condition holds."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="footfall-refusals-"))
        )
        if condition.disk:
            options = condition.disk.replace("ro", "mode=755")
            stack.enter_context(small_disk("4m", folder, options))
        shutil.copytree(given, folder, dirs_exist_ok=True)
        if condition.disk:
            _fill(folder, condition.disk)
        yield folder


def _fill(disk: Path, options: str) -> None:
    if options == "ro":
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        return
    with suppress(OSError):
        for number in range(1_000):
            (disk / f"{number}").touch()
            if "inodes" not in options:
                (disk / "0").write_bytes(bytes(4 << 20))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_refusal_is_told_as_what_it_is(name, condition, place):
    """No command calls it a fault in footfall; one that fails of it says which refusal it was."""
    holds, (given, run) = CONDITIONS[condition], place
    args = [re.sub(*holds.instead, one) for one in arguments(name, run)[1:]]
    with refused(holds, given) as folder:
        for target in re.findall(TARGET, " ".join(args)) if "is a folder" in condition else ():
            (folder / target).mkdir()
        process = processes.start(
            name, *args, cwd=folder, before=holds.before, env=os.environ | holds.env
        )
        if name == "serve":
            begun = process.stderr.readline()
            if not begun.startswith("error"):  # it listens, or cannot say so
                process.send_signal(signal.SIGTERM)
        out, err = process.communicate(60)
    assert not any(sentence in out + err for sentence in FORBIDDEN), err
    if name == "serve" or (condition == "little memory" and process.returncode in BY_LIBRARIES):
        return
    assert process.returncode in (0, 1, 2), err
    if process.returncode:
        assert re.search(holds.says, err), err
    assert process.returncode or name != holds.fails
