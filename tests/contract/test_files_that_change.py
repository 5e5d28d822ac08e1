"""Files and folders that somebody removes, replaces or cuts while they are written, or afterwards."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.store import open_store
from footfall.store.committed_files import Piece
from footfall.store.duckdb import connection
from footfall.store.tables import META_TABLES
from tests.chunks import SCHOOL, make_chunks, make_run

RUN = make_run(SCHOOL, days=1, people=128)
FILES = ("ndjson:a", "csv:a", "json:a", "ndjson:a.gz", "duckdb:a")


@cache
def chunks():
    return list(make_chunks(RUN, rows=20))


def begun(spec, n_parts=None):
    """Return an open sink with some parts of the run, and its path."""
    sink = parse(spec)
    sink.open(RUN, fresh=False)
    for chunk in chunks()[:n_parts]:
        sink.commit(sink.prepare(chunk))
    return sink, Path(spec.partition(":")[2])


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def put_a_folder(path):
    remove(path)
    path.mkdir()


def put_a_file(path):
    kept = path.with_name("kept")
    path.rename(kept)
    shutil.copy(kept, path)


def cut(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


CHANGES = {
    remove: "was removed",
    put_a_folder: "was replaced by a folder",
    put_a_file: "was replaced by another file",
    cut: "was changed: it has|is damaged",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("spec", FILES)
def test_a_run_is_not_complete_where_its_file_is_not_there(spec, change):
    """After the last part the file is another one, cut or gone: that is said, and what mends it."""
    sink, path = begun(spec)
    change(path)
    with pytest.raises(StoreError, match=rf"a(\.gz)? ({CHANGES[change]})(.|\n)*hint: "):
        sink.close(complete=True)


@pytest.mark.parametrize("change", [remove, put_a_folder, put_a_file])
@pytest.mark.parametrize("spec", FILES)
def test_no_part_is_committed_to_a_file_that_nobody_finds(spec, change):
    """The next part is refused; the run is not driven to its end for nothing."""
    sink, path = begun(spec, 1)
    change(path)
    with pytest.raises(StoreError, match=CHANGES[change]):
        sink.commit(sink.prepare(chunks()[1]))
    sink.close(complete=False)


@pytest.mark.parametrize("change", [remove, cut])
def test_a_folder_is_complete_with_every_file_as_it_was_written(change):
    """At the end and whenever the run is asked for again, a file that is gone or cut is named, and --fresh mends it."""
    sink, folder = begun("parquet:p")
    file = next(folder.rglob("*.parquet"))
    change(file)
    what = rf"{file} (is gone|is damaged: it has [\d,]+ bytes, and had .*)\n  hint: .* --fresh"
    with pytest.raises(StoreError, match=what):
        sink.close(complete=True)
    with pytest.raises(StoreError, match=what):
        parse("parquet:p").open(RUN, fresh=False)
    sink = parse("parquet:p")
    sink.open(RUN, fresh=True)
    sink.close(complete=False)


def test_a_folder_that_is_removed():
    """The next part says that the folder is gone; so does the end."""
    sink, folder = begun("parquet:p", 1)
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match=r"ledger.sqlite was removed while it was written"):
        sink.commit(sink.prepare(chunks()[1]))
    with pytest.raises(StoreError, match=r"parquet is gone|ledger.sqlite was removed"):
        sink.close(complete=True)


def test_a_database_that_is_cut_is_not_complete():
    """When the run is asked for again: half of the file is missing, and it says so."""
    sink, path = begun("duckdb:a")
    sink.close(complete=True)
    cut(path)
    with pytest.raises(StoreError, match=r"a (is damaged|cannot be opened|: )"):
        parse("duckdb:a").open(RUN, fresh=False)


def test_a_database_that_is_cut_before_its_last_blocks_are_written():
    """At its end the run is looked at anew: what DuckDB has in memory hides that the file lacks the rest."""
    sink, path = begun("duckdb:a")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "check_size", lambda *_: None)
        with path.open("r+b") as file:
            file.truncate(4096)
        with pytest.raises(
            StoreError, match=r"a was damaged while it was written\n.*\n  hint: move away"
        ):
            sink.close(complete=True)


@pytest.mark.parametrize("spec", ["ndjson:a", "duckdb:a"])
def test_what_is_removed_before_anything_was_committed(spec):
    """It says so; the one way on is the same command, once what is there now is moved away."""
    sink, path = begun(spec, 0)
    put_a_file(path)
    what = r"nothing had been committed to it\n  hint: move away .*the same command again"
    with pytest.raises(StoreError, match=what):
        sink.commit(sink.prepare(chunks()[0]))
    sink.close(complete=False)


def test_what_is_removed_with_another_run_in_it():
    """A database that has another run's parts is not told as one to which nothing had been committed."""
    sink, path = begun("duckdb:a")
    sink.close(complete=True)
    other = parse("duckdb:a")
    run = make_run(SCHOOL, seed=2, days=1, people=128)
    other.open(run, fresh=False)
    put_a_file(path)
    with pytest.raises(StoreError, match="was replaced by another file") as refused:
        other.commit(other.prepare(next(iter(make_chunks(run, rows=20)))))
    assert "nothing had been committed" not in str(refused.value)
    other.close(complete=False)


def test_the_ledger_of_a_file_that_is_removed():
    """What is said to do works: the file is moved away, and the same command makes both anew."""
    sink, path = begun("ndjson:a", 1)
    Path("a.footfall").unlink()
    what = r"a.footfall was removed(.|\n)* not all there any more\n  hint: move away a and a.footfall"
    with pytest.raises(StoreError, match=what):
        sink.commit(sink.prepare(chunks()[1]))
    sink.close(complete=False)
    path.rename("kept")
    assert finished("ndjson:a").stat().st_size


def zero(path):
    """Put zeros in the place of some bytes in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(bytes(64))


def finished(spec):
    """Return the file of a complete run: of a folder one with rows."""
    sink, path = begun(spec)
    sink.close(complete=True)
    return max(path.rglob("*.parquet")) if path.is_dir() else path


LEDGERED = [*FILES[:-1], "parquet:p"]


@pytest.mark.parametrize("spec", LEDGERED)
def test_other_contents_of_the_same_length_are_not_complete(spec):
    """A block of zeros is found by the run that is asked for again, and where it tells no time, by `check_contents`."""
    path = finished(spec)
    before = path.stat()
    zero(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    damaged = rf"{path.name} is damaged: its bytes [\d,]+ to [\d,]+ are not those(.|\n)*--fresh"
    with pytest.raises(StoreError, match=damaged):
        parse(spec).open(RUN, fresh=False)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with open_store(spec) as store, pytest.raises(StoreError, match=damaged):
        store.check_contents()


@pytest.mark.parametrize("spec", LEDGERED)
def test_a_copy_is_as_good(spec):
    """Times of files are lost where they are copied: what they hold counts, and nothing is written to them."""
    path = finished(spec)
    os.utime(path, ns=(0, 1))
    before = path.read_bytes()
    sink = parse(spec)
    assert sink.open(RUN, fresh=False)
    sink.close(complete=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("spec", LEDGERED)
def test_a_complete_run_is_not_touched(spec):
    """To ask for it again reads no contents, and changes no file of it."""
    path = finished(spec)
    before = path.stat()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Piece, "has_changed", None)
        sink = parse(spec)
        sink.open(RUN, fresh=False)
        sink.close(complete=True)
    assert path.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("spec", [*LEDGERED, "duckdb:a"])
def test_contents_that_are_as_they_were(spec):
    """Every store says what was found right."""
    finished(spec)
    with open_store(spec) as store:
        assert re.search(
            "hold.? what was written|rows are there, and can be read", store.check_contents()
        )


def test_a_database_that_lacks_rows():
    """Somebody has deleted one behind our back: it is told of which run and table."""
    finished("duckdb:a")
    with duckdb.connect("a") as connection:
        connection.execute(
            "DELETE FROM main.school_all_events WHERE insert_id = (SELECT min(insert_id) FROM main.school_all_events)"
        )
    with (
        open_store("a") as store,
        pytest.raises(StoreError, match=r"rows in school.events, and"),
    ):
        store.check_contents()


@pytest.mark.parametrize("spec", ["ndjson:a", "duckdb:a"])
def test_tallies_that_disagree(spec):
    """Rows of a table of tallies are gone: `check_contents` tells of which run, and of whom the two tables speak."""
    finished(spec)
    opened = duckdb.connect("a") if spec == "duckdb:a" else sqlite3.connect("a.footfall")
    with closing(opened):
        opened.execute("DELETE FROM city_tallies")
        opened.commit()
    disagree = r"a: run \w+ has 0 people in city_tallies, and \d+ in stage_tallies\n  hint: "
    with open_store(spec) as store, pytest.raises(StoreError, match=disagree):
        store.check_contents()


def test_all_tables_of_a_database_are_read():
    """Those of tallies, of catalogues and of others too: DuckDB finds a damaged block where it reads it."""
    finished("duckdb:a")
    with duckdb.connect("a") as opened:
        opened.execute("CREATE SCHEMA mine; CREATE TABLE mine.x AS SELECT 1 AS y")
    asked = []
    with open_store("duckdb:a") as store, pytest.MonkeyPatch.context() as patched:
        query = store.query
        patched.setattr(
            store, "query", lambda sql, *params: asked.append(sql) or query(sql, *params)
        )
        store.check_contents()
    read = {sql.split(" FROM ")[1] for sql in asked if "bit_xor" in sql}
    assert {'"mine"."x" AS t', *(f'"main"."{name}" AS t' for name in META_TABLES)} <= read


def test_a_ledger_of_the_time_before_checksums():
    """It is read, and written on; of its pieces only the size is known."""
    path = finished("ndjson:a")
    with closing(sqlite3.connect("a.footfall")) as ledger, ledger:
        ledger.execute("ALTER TABLE files DROP COLUMN crc32")
        ledger.execute("ALTER TABLE files DROP COLUMN modified_ns")
    zero(path)
    with open_store("a") as store:
        store.check_contents()
    sink = parse("ndjson:a")
    sink.open(RUN, fresh=False)
    sink.close(complete=True)
