"""Every command that reads a store or a log × what is damaged or somebody else's: told as that, never as our fault."""

import gzip
import shutil
import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import footfall
from tests.commands import footfall as command

COMMANDS = (
    "report {}",
    "runs {}",
    "validate {} --against online-school",
    "send {} --to duckdb:out.duckdb",
    "taxonomy {} --to out.xlsx",
    "resume {}",
)
LOG = "".join(
    f'{{"event_type": "open", "time": {1_767_607_200_000 + n}, "user_id": "user-{n % 50}", "n": {n * 7919 % 1000}}}\n'
    for n in range(2000)
).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Stores of one small run."""
    folder = tmp_path_factory.mktemp("whole")
    to = [f"{kind}:{folder / name}" for kind, name in STORES.items()]
    footfall.run("online-school", to=to, people=90, days=3, workers=1)
    return folder


STORES = {"duckdb": "run.duckdb", "parquet": "run", "ndjson": "run.ndjson"}


@pytest.fixture(autouse=True)
def _copied(whole, tmp_path, monkeypatch):
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def with_a_hole(data):
    """Return data with a block of zeros, as a disk leaves it that lost one."""
    begin = 2 * len(data) // 5
    return (
        data[:begin]
        + bytes(min(4096, len(data) // 5))
        + data[begin + min(4096, len(data) // 5) :]
    )


def cut(data):
    return data[: len(data) // 2]


def rewrite(path, change):
    path.write_bytes(change(path.read_bytes()))
    return path


def table_of(path, sql):
    with duckdb.connect(path) as connection:
        connection.execute(sql)
    return path


def parquet(path):
    pq.write_table(pa.table({"a": [1]}), path)


def a_cut_manifest():
    rewrite(Path("run/manifest.json"), cut)
    return "run"


def a_foreign_manifest():
    Path("ext/_footfall").mkdir(parents=True)
    Path("ext/manifest.json").write_text('{"manifest_version": 3}')
    return "ext"


def a_cut_parquet_file():
    rewrite(next(Path("run/online_school/events").rglob("*.parquet")), cut)
    return "run"


def a_hole_in_parquet():
    rewrite(next(Path("run/online_school/events").rglob("*.parquet")), with_a_hole)
    return "run"


def a_parquet_file_that_is_gone():
    next(Path("run/online_school/arrivals").rglob("*.parquet")).unlink()
    return "run"


def a_damaged_line():
    return rewrite(Path("run.ndjson"), lambda data: data[:9] + b"\0" * 9 + data[18:])


def a_cut_line():
    return rewrite(Path("run.ndjson"), lambda data: data[:-30])


def a_hole_in_duckdb():
    return rewrite(Path("run.duckdb"), lambda data: data[:4096] + bytes(8192) + data[12288:])


def tables_of_somebody():
    return table_of(
        "own.duckdb",
        "CREATE TABLE runs (id INT); CREATE SCHEMA online_school; CREATE TABLE online_school.events (a INT)",
    )


def a_table_of_ours_that_is_another():
    name = "main.online_school_all_events"
    return table_of("run.duckdb", f"DROP TABLE {name}; CREATE TABLE {name} (a INT)")


def imported_events_of_somebody():
    return table_of("own.duckdb", "CREATE TABLE imported_events (a INT)")


def imported_files_of_somebody():
    Path("own/imported/events").mkdir(parents=True)
    parquet("own/imported/events/part-000000.parquet")
    return "own"


def a_hole_in_a_log():
    Path("log.ndjson.gz").write_bytes(with_a_hole(gzip.compress(LOG)))
    return "log.ndjson.gz"


def a_hole_in_a_zip():
    with zipfile.ZipFile("log.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", LOG)
    return rewrite(Path("log.zip"), with_a_hole)


def a_parquet_log_that_is_none():
    Path("logs").mkdir()
    parquet("logs/a.parquet")
    Path("logs/b.parquet").write_bytes(b"PAR1 and nothing else")
    return "logs"


def a_header_without_an_end():
    Path("log.csv").write_bytes(b"x" * 200_000)
    return "log.csv"


NO_RUNS = {"runs", "resume"}
ALL = {"report", "validate", "send", "taxonomy"} | NO_RUNS
READERS = ALL - NO_RUNS
DAMAGES = [
    # What it costs nothing to lose: the ledger says the same.
    (a_cut_manifest, set(), ""),
    (a_foreign_manifest, ALL, "ext"),
    (a_cut_parquet_file, ALL, ".parquet is damaged: it has "),
    (a_hole_in_parquet, ALL, ".parquet is damaged: "),
    (a_parquet_file_that_is_gone, ALL, ".parquet is gone"),
    # Its events cannot be reported again, but tallies in its ledger can; `validate` finds what it reads.
    (a_damaged_line, {"send", "validate"}, "1"),
    (a_cut_line, {"send", "validate"}, ""),
    (a_cut_line, {"report", "send"} | NO_RUNS, "run.ndjson is damaged: it has "),
    (a_hole_in_duckdb, ALL, "run.duckdb is damaged"),
    (tables_of_somebody, ALL, "has a table `runs` that footfall did not write"),
    (a_table_of_ours_that_is_another, READERS, "its tables are not as footfall made them"),
    (imported_events_of_somebody, ALL, "footfall did not write it"),
    (
        imported_files_of_somebody,
        READERS - {"send"},
        "part-000000.parquet was not written by footfall",
    ),
    (a_hole_in_a_log, READERS, "log.ndjson.gz cannot be read to its end"),
    (a_hole_in_a_zip, READERS, "a.json cannot be read to its end"),
    (a_parquet_log_that_is_none, READERS, "b.parquet is damaged"),
    (a_header_without_an_end, READERS - {"taxonomy"}, "log.csv:1: its header cannot be read"),
]


@pytest.mark.parametrize(
    ("damage", "refusing", "words"), DAMAGES, ids=lambda one: getattr(one, "__name__", "")
)
def test_what_is_damaged_is_told(damage, refusing, words):
    """Each command that needs what is damaged says which file it is, with code 1 or 2; none blames itself."""
    where = damage()
    for line in COMMANDS:
        said = command(*line.format(where).split())
        name = line.split()[0]
        assert "should not have happened" not in said.err, (line, said.err)
        assert said.code in (0, 1, 2), (line, said.err)
        if name in refusing:
            assert said.code in (1, 2), (line, said.out)
            assert words in said.err + said.out, (line, said.err)
