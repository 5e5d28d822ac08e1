"""Processes of footfall that need not be started from nothing: forked from one that has all of it imported.

Most of the time of a small `footfall run` is Python's imports. What is tested here goes on after them: what is killed,
what two processes do to one store, what a page shows. A process started so has its own number, streams, folder and
environment, and ends as any other.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import IO, Any, Self

ROOT = Path(__file__).parents[1]


class Process:
    """A running command, with the methods of `subprocess.Popen` that tests use; its output is text."""

    def __init__(self, asked: dict[str, Any], streams: list[int]) -> None:
        self.args = asked["args"]
        self.returncode: int | None = None
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(server())
        socket.send_fds(connection, [json.dumps(asked).encode()], streams)
        connection.shutdown(socket.SHUT_WR)
        self._told = connection.makefile(
            "rb", buffering=0
        )  # so that `select` sees all there is
        connection.close()
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        """Return the exit code, or None while it is at work."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            return self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code, that of a signal negative."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what is printed until the end."""
        said = {}

        def read(pipe: IO[str]) -> None:
            said[pipe] = pipe.read()

        end = None if timeout is None else time.monotonic() + timeout
        pipes = [pipe for pipe in (self.stdout, self.stderr) if pipe and not pipe.closed]
        threads = [Thread(target=read, args=[pipe], daemon=True) for pipe in pipes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(None if end is None else max(0.0, end - time.monotonic()))
            if thread.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout)
        for pipe in pipes:
            pipe.close()
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        return said.get(self.stdout, ""), said.get(self.stderr, "")

    def send_signal(self, number: int) -> None:
        """Send a signal, if it is at work; its end may come in between."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdout, self.stderr):
            if pipe:
                pipe.close()
        self.wait()


def start(
    *args: object,
    code: str | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    start_new_session: bool = False,
    before: str = "",
) -> Process:
    """Start `footfall ARGS…`, or `python -c CODE ARGS…`; `before` is a program that the process executes first."""
    asked = {
        "args": [str(arg) for arg in args],
        "code": code,
        "cwd": str(cwd or Path.cwd()),
        "env": dict(os.environ) if env is None else env,
        "start_new_session": start_new_session,
        "before": before,
    }
    pipes = os.pipe(), os.pipe()
    with Path(os.devnull).open() as nothing:
        process = Process(asked, [nothing.fileno(), *(writer for _, writer in pipes)])
    for _, writer in pipes:
        os.close(writer)
    process.stdout, process.stderr = (
        os.fdopen(reader, encoding="utf-8") for reader, _ in pipes
    )
    return process


def run(*args: object, timeout: float = 120, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run `footfall ARGS…`, or `python -c CODE ARGS…`, to its end."""
    process = start(*args, **how)
    out, err = process.communicate(timeout)
    return subprocess.CompletedProcess(process.args, process.wait(), out, err)


@cache
def server() -> str:
    """Start the process that forks, once; return where it listens."""
    path = folder() / "socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    with listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    atexit.register(process.communicate)  # closes its standard input, upon which it ends
    return str(path)


@cache
def folder() -> Path:
    """Make a folder whose path is short enough for a socket; it is removed at the end."""
    made = Path(tempfile.mkdtemp(prefix="footfall-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def until(is_so: Callable[[], bool], process: Process) -> None:
    """Wait until something is so, while a process is at work."""
    deadline = time.monotonic() + 90
    while not is_so():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether a process is at work, as Linux shows it: one that has ended and was not waited for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@cache
def command_folder() -> Path:
    """Return a folder for `PATH`, with a `footfall` that is such a process, for what a shell runs."""
    made = folder() / "bin"
    made.mkdir()
    command = made / "footfall"
    command.write_text(f"#!{sys.executable} -IS\nSOCKET = {server()!r}\n{COMMAND}")
    command.chmod(0o755)
    return made


COMMAND = """
import json, os, signal, socket, sys

asked = {"args": sys.argv[1:], "code": None, "cwd": os.getcwd(), "env": dict(os.environ), "start_new_session": False,
         "before": ""}
connection = socket.socket(socket.AF_UNIX)
connection.connect(SOCKET)
socket.send_fds(connection, [json.dumps(asked).encode()], [0, 1, 2])
connection.shutdown(socket.SHUT_WR)
told = connection.makefile("rb")
pid = int(told.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: os.kill(pid, number))
code = int(told.readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
