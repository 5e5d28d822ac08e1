"""Which tests call a function, and whether any of them fails: each asked of a process forked from a warm one."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

import pytest

FOLDERS = (
    "tests/unit/data",
    "tests/unit/execution",
    "tests/unit/reports",
    "tests/unit/sim",
    "tests/unit/sinks",
    "tests/unit/store",
    "tests/statistics",
    "tests/properties/test_report.py",
    "tests/properties/test_report_of_runs.py",
    "tests/properties/test_shipped.py",
    "tests/contract/test_stores.py",
    "tests/contract/test_catalogues.py",
)
"""Tests that lie nearest, and run in the test's process; golden digests are none of them."""
WARM = (
    "click",
    "duckdb",
    "hypothesis",
    "hypothesis.strategies",
    "numpy",
    "openpyxl",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.parquet",
    "rich.console",
    "yaml",
)
"""What takes long to import, and is none of ours."""
UNWARNED = "ignore::pytest.PytestAssertRewriteWarning"
"""Of a plugin that was imported while warming up: its own assertions are of no concern."""
BUSY = ("FailedHealthCheck", "DeadlineExceeded")
"""A machine that is busy with other things makes data slowly: that says nothing of the code."""
MOST_S, MOST_PROCESSOR_S = 900, 150
"""Tests that take more processor time hang; by the clock alone a machine may be busy."""
OPTIONS = (
    "-q",
    "-n",
    "0",
    "-p",
    "no:cacheprovider",
    "--no-header",
    "--tb=line",
    "-W",
    UNWARNED,
)

Test = str
Function = str
"""File from the root on, and the line that its code begins in: `src/footfall/sim/laws.py:12`."""


@dataclass
class Covering:
    """Which tests call what.

    Args:
        callers: Function → tests that call it.
        seconds: Test that passes → how long it takes.
    """

    callers: dict[Function, list[Test]]
    seconds: dict[Test, float]

    def functions(self, file: str) -> list[Function]:
        """Return the functions of a file that any test calls."""
        return [function for function in self.callers if function.startswith(f"{file}:")]

    def tests(self, functions: Collection[Function], first: str, most_s: float) -> list[Test]:
        """Return tests of functions that take so long in all, the quickest first.

        Those that call one come before others of their files, which may share what the first of them has made.

        Args:
            functions: Any of them counts.
            first: Tests of files that are called like this come before all others.
            most_s: Seconds, or a single test.
        """
        callers = {test for function in functions for test in self.callers.get(function, ())}
        files = {_file(test) for test in callers}
        others = {test for test in self.seconds if _file(test) in files}

        def order(test: Test) -> tuple[bool, bool, float]:
            return (Path(_file(test)).name != first, test not in callers, self.seconds[test])

        found: list[Test] = []
        for test in sorted((callers | others) & self.seconds.keys(), key=order):
            most_s -= self.seconds[test]
            if found and most_s < 0:
                break
            found.append(test)
        return found


def _file(test: Test) -> str:
    return test.split("::")[0]


def warm_up() -> None:
    """Import what tests need, so that processes forked from this one have it."""
    # Threads would be missing in whoever is forked.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in WARM:
        importlib.import_module(name)


def covering(copy: Path, packages: Sequence[str]) -> Covering:
    """Return which tests call the functions of packages, in a copy of the repository."""
    made = json.loads(_in_process(lambda: _map(copy, packages), copy, 10**5, 0))
    return Covering(**made)


def first_failure(copy: Path, tests: Sequence[Test]) -> str:
    """Return the first of these tests that fails, or how the process ended; nothing if all pass."""
    return _in_process(lambda: _run(tests), copy, MOST_PROCESSOR_S, MOST_S)


def _run(tests: Sequence[Test]) -> str:
    sys.dont_write_bytecode = True
    selected = _Selected(tests)
    files = sorted({_file(test) for test in tests})
    code = pytest.main([*OPTIONS, *files], plugins=[selected])
    return selected.failed or ("" if code in (0, 1) else f"exit code {int(code)}")


class _Selected:
    """Runs some tests, in this order, until one fails."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}
        self._session: pytest.Session | None = None
        self.failed = ""

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep what is stopped."""
        self._session = session

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the others."""
        kept = [item for item in items if item.nodeid in self._places]
        items[:] = sorted(kept, key=lambda item: self._places[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take a file that cannot be imported for a test that fails."""
        self._take(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Stop after the first that fails."""
        self._take(report)

    def _take(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not any(word in report.longreprtext for word in BUSY):
            self.failed = self.failed or report.nodeid
            assert self._session is not None
            self._session.shouldstop = "noticed"


def _map(copy: Path, packages: Sequence[str]) -> str:
    calls = _Calls([f"{copy}/src/footfall/{package}/" for package in packages], copy)
    pytest.main([*OPTIONS, *FOLDERS], plugins=[calls])
    return json.dumps({"callers": calls.callers(), "seconds": calls.seconds})


class _Calls:
    """Notes which functions each test calls, by a tracer that sees calls alone."""

    def __init__(self, folders: Sequence[str], copy: Path) -> None:
        self._folders, self._copy = tuple(folders), copy
        self._of: dict[Test, set[CodeType]] = defaultdict(set)
        self._now: set[CodeType] = set()
        self._failed: set[Test] = set()
        self.seconds: dict[Test, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Trace a test, what it is prepared by and what cleans up after it."""
        self._now = self._of[item.nodeid]
        threading.settrace(self._call)
        sys.settrace(self._call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]  # None ends it

    def _call(self, frame: FrameType, _event: str, _arg: object) -> None:
        self._now.add(frame.f_code)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test takes, and whether it passes."""
        if report.failed or report.skipped:
            self._failed.add(report.nodeid)
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def callers(self) -> dict[Function, list[Test]]:
        """Return who calls what, without tests that did not pass."""
        found: dict[Function, list[Test]] = defaultdict(list)
        for test in self._failed:
            self.seconds.pop(test, None)
        for test in self.seconds:
            for code in self._of[test]:
                if code.co_filename.startswith(self._folders):
                    file = os.path.relpath(code.co_filename, self._copy)
                    found[f"{file}:{code.co_firstlineno}"].append(test)
        return found


def _in_process(what: Callable[[], str], copy: Path, most_processor_s: int, most_s: int) -> str:
    """Return what a function says in a process of its own, or how that process ended."""
    # A file, not a pipe: what the process leaves behind would hold a pipe open.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = os.fork()
        if not process:
            try:
                _be_child(copy, most_processor_s, most_s)
                said.write(what())
            except BaseException:  # noqa: BLE001  # nothing may go on as if it were the process that forked it
                said.write(traceback.format_exc())
            finally:
                said.flush()
                os._exit(0)
        _, status = os.waitpid(process, 0)
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        said.seek(0)
        return said.read() if os.WIFEXITED(status) else f"signal {os.WTERMSIG(status)}"


def _be_child(copy: Path, most_processor_s: int, most_s: int) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (most_processor_s, most_processor_s))
    signal.alarm(most_s)
    os.chdir(copy)
    source = str(copy / "src")
    sys.path[:] = [source, *(path for path in sys.path if not path.endswith("benchmarks"))]
    os.environ["PYTHONPATH"] = f"{source}{os.pathsep}{copy}"
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
