"""Unit tests start no process and use no network: what needs either belongs elsewhere."""

import multiprocessing.process
import os
import socket
import subprocess

import pytest

STARTS = (
    (subprocess.Popen, "__init__"),
    (multiprocessing.process.BaseProcess, "start"),
    (os, "fork"),
    (os, "posix_spawn"),
)
CONNECTS = ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket.socket, "bind"))


# Per module, and autouse: in force before the module's own fixtures are made, and gone before the next folder's tests.
@pytest.fixture(scope="module", autouse=True)
def _no_process_and_no_network():
    """Refuse both, with the place where such a test belongs."""
    with pytest.MonkeyPatch.context() as patch:
        for where, name in STARTS:
            _refuse(
                patch, where, name, "starts a process", "runs, command_line, pages or faults"
            )
        for where, name in CONNECTS:
            _refuse(patch, where, name, "uses a socket", "delivery")
        yield


def _refuse(patch, where, name, does, belongs):
    def refused(*args, **kwargs):
        pytest.fail(
            f"a unit test {does} ({name}): it belongs into tests/{belongs}, see tests/README.md"
        )

    patch.setattr(where, name, refused)
