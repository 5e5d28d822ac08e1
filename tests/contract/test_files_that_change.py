"""Files and folders that somebody removes, replaces or cuts while they are written, or afterwards."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
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
