"""The sink that docs/sinks/own.md shows works: it passes the contract, and `--to` finds it by the entry point shown."""

import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs.examples import ROOT, blocks

PAGE = ROOT / "docs" / "sinks" / "own.md"


@pytest.fixture
def package(tmp_path):
    """Return a folder with the page's modules, installed as far as an interpreter can tell."""
    for source in blocks(PAGE, "python"):
        name = re.match(r'"""(\w+\.py)', source)
        assert name, "a program says first what its file is called"
        (tmp_path / name[1]).write_text(source)
    (declared,) = blocks(PAGE, "toml")
    points = tomllib.loads(declared)["project"]["entry-points"]
    told = tmp_path / "sqlite_sink-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: sqlite-sink\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in of.items())
        for group, of in points.items()
    ]
    (told / "entry_points.txt").write_text("".join(lines))
    return tmp_path


def run(folder, command, *args):
    """Run one of this interpreter's commands where the package is installed."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [Path(sys.executable).with_name(command), *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_passes_the_contract(package):
    """With the test module of the page, and no test skipped but those of what it does not keep."""
    done = run(package, "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_sqlite_sink.py")
    assert done.returncode == 0, done.stdout + done.stderr
    skipped = set(re.findall(r"SKIPPED.*: (.*)", done.stdout))
    assert skipped == {"this sink keeps no counts, or its destination can be asked"}


def test_the_command_of_the_page_prints_what_it_says(package):
    """The sink is found, the line is that of the page, and every event is there; again, nothing is twice."""
    (command,), (line,) = blocks(PAGE, "sh"), blocks(PAGE, "text")
    first, again = (run(package, *command.split()) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert line in first.stdout
    assert "in sqlite:events.sqlite: complete before" in again.stdout
    with closing(sqlite3.connect(package / "events.sqlite")) as connection:
        n, n_ids = connection.execute(
            "SELECT count(*), count(DISTINCT json_extract(event, '$.insert_id')) FROM events"
        ).fetchone()
    assert n == n_ids
    assert f"{n:,} events" in line
