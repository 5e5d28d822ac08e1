"""Destinations that another process has open: they are named, with that process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.store import open_store
from tests.chunks import SCHOOL, make_run
from tests.contract.test_stores import SPECS

HOLDER = """
import sys
from footfall.sinks import parse
from tests.chunks import SCHOOL, make_run
sink = parse(sys.argv[1])
sink.open(make_run(SCHOOL), fresh=False)
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("spec", [*SPECS, "ndjson:a.ndjson"])
def test_a_destination_in_use_names_the_process(spec):
    """While another process writes, a second writer is refused; what has no lock for readers can be read."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, spec],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert child.stdout.readline() == b"open\n"
    with pytest.raises(StoreError, match=f"is in use by process {child.pid}"):
        parse(spec).open(make_run(SCHOOL), fresh=False)
    if spec.startswith("duckdb"):
        with pytest.raises(StoreError, match=f"is in use by process {child.pid}"):
            open_store(spec)
    else:
        with open_store(spec) as store:
            assert not store.runs()[0].is_complete
    child.communicate()
    sink = parse(spec)
    sink.open(make_run(SCHOOL), fresh=False)
    sink.close(complete=False)


def environment():
    root = str(Path(__file__).parents[2])
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
    }
