"""Every call by which `footfall send` changes a file is refused once: of a store, of a log, of dead letters."""

import shutil
from functools import cache
from itertools import count
from pathlib import Path

import duckdb
import pytest

from tests.commands import footfall
from tests.endpoints import endpoint
from tests.faults.test_refused_calls import contents, listing, strays
from tests.refusing_system import RefusingSystem
from tests.thoroughness import IS_THOROUGH

EACH = 1 if IS_THOROUGH else 7
"""Every so many calls are refused; with `FOOTFALL_THOROUGH=1` each."""
SMALL = ("--people", 40, "--days", 2, "-q")
LOG = """user,event,at
ann,Seen,2026-01-05T10:00:00Z
bob,Seen,2026-01-05T10:01:00Z
ann,Bought,when
bob,Bought,2026-01-05T10:03:00Z
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@cache
def simulated():
    """Return a small run as NDJSON and its ledger, by name."""
    assert footfall("run", "starter", *SMALL, "--to", "ndjson:run.ndjson").code == 0
    return listing()


def put(files):
    """Make the folder what `listing` has found."""
    for path in Path().iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path, content in sorted(files.items()):
        path.mkdir() if content is False else path.write_bytes(content)


def climb(command, found):
    """Refuse each call of a command; then the same again does the whole of it.

    Args:
        command: Its arguments.
        found: Returns what readers find at the end.
    """
    before = listing()
    assert footfall(*command).code == 0
    wanted = found()
    for at in count(1, EACH):
        put(before)
        system = RefusingSystem(at)
        with pytest.MonkeyPatch.context() as patched:
            system.install(patched)
            said = footfall(*command)
        if not system.refused:
            break
        assert "should not have happened" not in said.err, (at, system.refused, said.err)
        assert said.code in (0, 1, 2), (at, system.refused)
        assert (said.code == 0 and found() == wanted) or "error: " in said.err, (at, said.err)
        again = footfall(*command)
        assert (again.code, found()) == (0, wanted), (at, system.refused, again.err)
        assert strays() == [] or system.refused == "unlink", (at, system.refused)
    assert (said.code, found()) == (0, wanted)
    assert at > 3


@pytest.mark.parametrize("spec", ["ndjson:b.ndjson", "parquet:p", "duckdb:b.duckdb"])
def test_a_stored_run(spec):
    """Whatever fails: the same command again brings the rest, and each event is there once."""
    put(simulated())
    climb(("send", "run.ndjson", "--to", spec, "-q"), lambda: contents(spec, "coffee"))


@pytest.mark.parametrize("spec", ["parquet:p", "duckdb:b.duckdb"])
def test_a_log(spec):
    """Events of others go into a store, and bad lines aside: all of them, whatever failed before."""
    put({Path("log.csv"): LOG.encode()})
    climb(
        ("send", "log.csv", "--to", spec, "--skip-bad", "bad.ndjson", "-q"),
        lambda: (imported(spec), Path("bad.ndjson").read_text()),
    )


def imported(spec):
    query = "SELECT * FROM {} ORDER BY insert_id"
    with duckdb.connect("b.duckdb" if spec.startswith("duckdb") else ":memory:") as connection:
        of = "imported.events" if spec.startswith("duckdb") else "'p/imported/events/*.parquet'"
        return connection.sql(query.format(of)).fetchall()


def test_dead_letters():
    """Each goes at least once, and a call that fails says so; in the end nothing is left to be sent."""
    with endpoint(lambda _: 422) as side:
        assert footfall("run", "starter", *SMALL, "--to", side.url).code == 1
        side.answer = lambda _: 200
        climb(("send", "dead-letters", "--to", side.url, "-q"), lambda: set(side.ids))
