"""Unit tests are fast: they start no process, use no network, and no simulation of many people."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import imports

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "unit"
HEAVY = {
    f"tests.{name}"
    for name in [
        "brokers",
        "browser",
        "commands",
        "disks",
        "endpoints",
        "kills",
        "postgres",
        "receivers",
    ]
}
REFUSED = {
    "a process": "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])",
    "a worker": "import multiprocessing; multiprocessing.get_context('spawn').Process(target=print).start()",
    "a fork": "import os; os.fork()",
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "a server": "import socket; socket.create_server(('127.0.0.1', 0))",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What pytest says of tests that do what they must not, below a copy of the conftest of tests/unit."""
    folder = tmp_path_factory.mktemp("unit")
    (folder / "conftest.py").write_text((FOLDER / "conftest.py").read_text())
    tests = [f"def test_{n}():\n    {code}\n" for n, code in enumerate(REFUSED.values())]
    fixture = "import pytest\n@pytest.fixture(scope='module')\ndef made():\n    import os; os.fork()\n"
    used = "def test_fixture(made):\n    pass\n"
    (folder / "test_all.py").write_text("\n\n".join([fixture, *tests, used]))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def test_what_unit_tests_must_not_do_fails(said):
    """A process, a worker, a fork, a connection and a server are refused, in tests and in their fixtures."""
    n = len(REFUSED)
    assert f"{n} failed, 1 error" in said
    assert said.count("see tests/README.md") >= n + 1


def test_every_module_of_unit_mirrors_the_package():
    """Each folder of tests/unit is a folder of the package."""
    folders = {path.parent for path in FOLDER.rglob("test_*.py")} - {FOLDER}
    places = {folder.relative_to(FOLDER) for folder in folders}
    assert [str(p) for p in places if not (ROOT / "src" / "footfall" / p).is_dir()] == []


def test_unit_tests_need_nothing_heavy():
    """No module of tests/unit imports what runs commands, servers, brokers or a browser."""
    found = {
        str(path.relative_to(FOLDER)): sorted(HEAVY & set(imports(ast.parse(path.read_text()))))
        for path in FOLDER.rglob("*.py")
    }
    assert {path: names for path, names in found.items() if names} == {}
