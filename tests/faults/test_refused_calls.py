"""Every call by which a file is made is refused once, in every sink of files and every command that writes."""

import shutil
from functools import cache
from itertools import count
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from footfall.errors import FootfallError
from footfall.refusals import refusal
from footfall.sinks import parse
from footfall.store import open_store
from footfall.store.files.file_ledger import FileLedger
from footfall.store.files.layout import file_ledger_path, folder_ledger_path
from footfall.store.whole_files import is_temporary
from tests.chunks import SCHOOL, make_chunks, make_run
from tests.commands import footfall
from tests.plans import LESSONS
from tests.refusing_system import RefusingSystem

RUN = make_run(SCHOOL, days=1, people=128)
SPECS = (
    "ndjson:a.ndjson",
    "ndjson:a.ndjson.gz",
    "csv:a.csv",
    "json:a.json",
    "parquet:p",
    "duckdb:a.duckdb",
)


@cache
def chunks():
    return list(make_chunks(RUN, rows=5))[:2]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(spec):
    """Do what is left of the run."""
    sink = parse(spec)
    complete = False
    try:
        cursors = sink.open(RUN, fresh=False)
        for chunk in chunks():
            part = chunk.part
            if part.until_ms > cursors.get((part.first_person, part.end_person), 0):
                sink.commit(sink.prepare(chunk))
        complete = True
    finally:
        sink.close(complete=complete)


def contents(spec, scenario="school"):
    """Return what readers find: the file, or rows, and what the ledger tells."""
    place = Path(spec.partition(":")[2])
    if spec.startswith("duckdb"):
        with open_store(place) as store:
            (info,) = store.runs()
            rows = store.query(f"SELECT * FROM {scenario}.events ORDER BY insert_id")
            return info.state, info.events, info.parts, store.tallies(info.id), rows
    is_folder = place.is_dir()
    # Not through a store: to open one costs four times what the run does.
    with FileLedger(
        folder_ledger_path(place) if is_folder else file_ledger_path(place)
    ) as ledger:
        (info,) = ledger.runs()
        tallies = ledger.tallies(info.id)
    rows = {
        file.as_posix(): pq.read_table(file, partitioning=None)
        for file in place.rglob("*.parquet")
    }
    return info.state, info.events, info.parts, tallies, rows or place.read_bytes()


def strays():
    return [
        path.name for path in Path().rglob("*") if is_temporary(path) or path.suffix == ".spool"
    ]


@pytest.mark.parametrize("spec", SPECS)
def test_a_refused_call_in_a_sink(tmp_path, spec):
    """Each fails with a sentence, and the same again gives what an undisturbed run gives, with nothing left beside."""
    write(spec)
    wanted = contents(spec)
    for at in count(1):
        for path in tmp_path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        system = RefusingSystem(at)
        with pytest.MonkeyPatch.context() as patched:
            system.install(patched)
            told = error_of(spec)
        if not system.refused:
            break
        # What cannot be removed at the end, or is there already, is no reason to fail.
        assert told or contents(spec) == wanted, (at, system.refused)
        write(spec)
        assert contents(spec) == wanted, (at, system.refused)
        assert strays() == [] or system.refused == "unlink", (at, system.refused)
    assert told == ""
    assert at > 3


def error_of(spec):
    """Return what a user reads when a run fails; an error that is none of ours is raised."""
    try:
        write(spec)
    except FootfallError as told:
        return str(told)
    except OSError as problem:
        told = refusal(problem)
        if told is None:
            raise
        return str(told)
    return ""


COMMANDS = (
    ("new", "shop/mine.yaml", "--from", "online-school"),
    ("taxonomy", "plan.csv", "--to", "deep/plan.md"),
    ("taxonomy", "plan.csv", "--to", "schemas", "--format", "json-schema"),
    ("taxonomy", "plan.csv", "--to", "new.yaml"),
    ("taxonomy", "plan.csv", "--into", "lessons.yaml"),
    ("diagram", "lessons.yaml", "--to", "lessons.dot"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_refused_call_in_a_command(tmp_path, command):
    """Each exits with 1 or 2 and a sentence, and leaves everything as it was; then the command does what it does."""
    (tmp_path / "lessons.yaml").write_text(LESSONS)
    (tmp_path / "plan.csv").write_text("Category,Event,Description\nBooking,Asked,Asks\n")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "Asked.json").write_text("old")
    refuse_each(command)


def test_a_refused_call_in_a_report():
    """JSON, over a store that is only read."""
    assert footfall("new", "mine.yaml").code == 0
    made = footfall("run", "mine.yaml", "--people", 30, "--days", 2, "--to", "duckdb:s", "-q")
    assert made.code == 0
    Path("report.json").write_text("old")
    refuse_each(("report", "s", "--to", "report.json"))


def refuse_each(command):
    before = listing()
    for at in count(1):
        system = RefusingSystem(at)
        with pytest.MonkeyPatch.context() as patched:
            system.install(patched)
            said = footfall(*command)
        if not system.refused:
            break
        assert "should not have happened" not in said.err, (at, system.refused, said.err)
        if said.code == 0:  # there is another way
            assert listing() != before
            restore(before)
            continue
        assert said.code in (1, 2), (at, system.refused)
        assert "error: " in said.err
        assert listing() == before or system.refused == "unlink", (at, system.refused)
    assert said.code == 0
    assert listing() != before
    assert at > 3


def listing():
    return {path: path.is_file() and path.read_bytes() for path in Path().rglob("*")}


def restore(before):
    """Make the folder what it was."""
    for path in sorted(listing().keys() - before.keys(), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for path, content in before.items():
        if content is not False:
            path.write_bytes(content)
