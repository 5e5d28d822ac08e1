"""A process that has imported all of footfall, and forks for each command it is asked for; started by `processes.py`.

    python -m tests.fork_server FD

FD is a socket that listens. The process ends when its standard input does, which is when the tests' process has ended.
It has one thread, so that forking is safe.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from types import ModuleType
from typing import Any

import footfall
from footfall.execution.without_pandas import leave_pandas_out

WHERE_USED = (
    "pytest",
    "duckdb",
    "h11",
    "openpyxl",
    "psycopg",
    "pyarrow.csv",
    "pyarrow.json",
    "pyarrow.parquet",
    "rich.table",
)
"""Libraries that footfall imports where it uses them."""


def main() -> None:
    """Fork for each connection until nobody is there."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import_all()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [], 60)
        with suppress(ChildProcessError):  # waited for, so that their time counts as the tests'
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if sys.stdin in ready:
            return
        if listener in ready:
            connection = listener.accept()[0]
            if not os.fork():
                listener.close()
                attend(connection)
            connection.close()


def import_all() -> None:
    """Import what commands import, as far as it is installed."""
    leave_pandas_out()
    names = [module.name for module in pkgutil.walk_packages(footfall.__path__, "footfall.")]
    for name in (*names, *WHERE_USED):
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection in a child copies all of these objects


def attend(connection: socket.socket) -> None:
    """Fork the command's process, tell its number, and how it has ended."""
    text, streams, _, _ = socket.recv_fds(connection, 65_536, 3)
    while piece := connection.recv(65_536):
        text += piece
    child = os.fork()
    if not child:
        connection.close()
        become(json.loads(text), streams)
    for stream in streams:
        os.close(stream)
    with suppress(OSError):  # who asked has left
        connection.sendall(f"{child}\n".encode())
    status = os.waitpid(child, 0)[1]
    with suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become(asked: dict[str, Any], streams: list[int]) -> None:
    """Be the process that was asked for, from its streams to its exit code."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if asked["start_new_session"]:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    sys.modules["__main__"] = ModuleType("__main__")
    code = 1
    try:
        exec(asked["before"], {})
        code = ended(asked["code"], asked["args"])
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(code: str | None, args: list[str]) -> int:
    """Run a command of footfall, or a program of Python; return the exit code."""
    try:
        if code is None:
            from footfall.cli.main import main as command

            sys.argv = ["footfall", *args]
            command()
        else:
            sys.argv = ["-c", *args]
            exec(code, sys.modules["__main__"].__dict__)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
