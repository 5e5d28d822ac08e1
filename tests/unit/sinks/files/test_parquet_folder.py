"""Parquet files that appear whole, are found again, and can be searched."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from footfall.sinks.files import parquet_folder
from footfall.sinks.files.parquet_folder import ParquetSink
from footfall.store import durable, open_store
from footfall.store.files.file_ledger import FileLedger
from footfall.store.whole_files import temporary_path
from footfall.units import HOUR_MS
from tests.chunks import SCHOOL, make_chunks, make_run

RUN = make_run(SCHOOL)


@pytest.fixture
def told(monkeypatch):
    """What happened, in order: (what, name)."""
    said = []

    def telling(what, module, name, label):
        original = getattr(module, name)

        def told(*args):
            said.append((what, label(*args)))
            return original(*args)

        monkeypatch.setattr(module, name, told)

    telling("sync", durable, "sync", lambda file: Path(file.name).name)
    telling("rename", durable, "replace", lambda _, final: final.name.split(".parquet")[0])
    telling("sync folder", durable, "sync_folder", lambda folder: folder.name)
    telling("commit", FileLedger, "commit", lambda _, part, *__: part["until_ms"])
    return said


def test_data_are_on_disk_before_their_name_and_their_name_before_the_ledger(tmp_path, told):
    """For every part: its files are synced, then renamed, then their folders synced, then the ledger knows them."""
    sink = ParquetSink(tmp_path / "p")
    sink.open(RUN, fresh=False)
    for chunk in make_chunks(RUN):
        told.clear()
        sink.commit(sink.prepare(chunk))
        whats = [what for what, _ in told]
        n_files = whats.count("rename")
        assert whats[:n_files] == ["sync"] * n_files
        assert whats[n_files : 2 * n_files] == ["rename"] * n_files
        assert set(whats[2 * n_files : -1]) == {"sync folder"}
        assert whats[-1] == "commit"
        assert {name for what, name in told if what == "rename"} == {chunk.part.name}
    sink.close(complete=True)


def test_the_manifest_lists_just_what_is_committed(tmp_path, monkeypatch):
    """Every file, its rows and bytes; and it is renewed while the run goes on."""
    monkeypatch.setattr(parquet_folder, "MANIFEST_EVERY_S", 0)
    sink = ParquetSink(tmp_path)
    sink.open(RUN, fresh=False)
    rows = 0
    for chunk in make_chunks(RUN):
        sink.commit(sink.prepare(chunk))
        rows += chunk.events.num_rows
        (run,) = json.loads((tmp_path / "manifest.json").read_text())["runs"]
        assert (run["state"], run["rows"]["events"]) == ("running", rows)
        for file in (f for files in run["files"].values() for f in files):
            assert pq.read_metadata(tmp_path / file["file"]).num_rows == file["rows"]
            assert (tmp_path / file["file"]).stat().st_size == file["bytes"]
    sink.close(complete=True)
    (run,) = json.loads((tmp_path / "manifest.json").read_text())["runs"]
    assert (run["state"], run["run"], run["seed"]) == ("complete", RUN.id, 1)


def test_days_have_folders_of_their_own(tmp_path):
    """With `partition day`, a file has the events of one day, UTC; the other tables are not cut."""
    sink = ParquetSink(tmp_path, partition="day")
    sink.open(RUN, fresh=False)
    for chunk in make_chunks(RUN, window_ms=7 * HOUR_MS):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    files = sorted((tmp_path / "school" / "events" / RUN.id).rglob("*.parquet"))
    assert {file.parent.name for file in files} == {"date=2026-01-01", "date=2026-01-02"}
    for file in files:
        days = {str(t.date()) for t in pq.ParquetFile(file).read()["time"].to_pylist()}
        assert file.parent.name == f"date={days.pop()}"
        assert not days
    assert not list((tmp_path / "school" / "changes").rglob("date=*"))


def test_what_others_have_put_there_stays(tmp_path):
    """Deleting a run, beginning it anew and tidying up after a kill remove files of ours alone."""
    sink = ParquetSink(tmp_path)
    sink.open(RUN, fresh=False)
    sink.commit(sink.prepare(next(make_chunks(RUN))))
    sink.close(complete=False)
    below = tmp_path / "school" / "events" / RUN.id
    theirs = [below / "notes.txt", below / "more.parquet", tmp_path / ".draft.tmp"]
    for file in theirs:
        file.write_text("theirs")
    left = temporary_path(below)
    left.touch()
    sink.open(RUN, fresh=True)
    sink.close(complete=False)
    assert sorted(path.name for path in below.iterdir()) == ["more.parquet", "notes.txt"]
    with open_store(tmp_path) as store:
        store.delete(RUN.id)
    assert [file.read_text() for file in theirs] == ["theirs"] * 3


def test_columns_that_are_searched_have_statistics(tmp_path):
    """Readers can pass over row groups by time, person and city; the other columns cost no time for that."""
    chunk = next(make_chunks(RUN))
    with (tmp_path / "a.parquet").open("wb") as file:
        parquet_folder.write_parquet(chunk.events, file)
    group = pq.read_metadata(tmp_path / "a.parquet").row_group(0)
    found = {
        group.column(i).path_in_schema: group.column(i).is_stats_set
        for i in range(group.num_columns)
    }
    assert found["time"]
    assert found["person"]
    assert found["city"]
    assert not found["event_properties.count"]
    assert (
        pq.read_table(tmp_path / "a.parquet", partitioning=None).to_pylist()
        == chunk.events.to_pylist()
    )
