"""Stores by where they lie: runs are listed and removed without anything being opened by hand."""

import errno
import os
from contextlib import ExitStack
from dataclasses import replace

import pytest

from footfall.errors import StoreError, UsageError
from footfall.foreign.log_paths import is_foreign
from footfall.sinks import parse
from footfall.store.durable import Lock
from footfall.store.open import delete, runs
from tests.stores import Rows, make_run, write_rows


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.duckdb"
    for name in ("aa11", "bb22"):
        run = make_run()
        write_rows(path, replace(run, id=name, stream=replace(run.stream, id=name)), Rows())
    return path


def test_runs_are_listed_and_removed(shop):
    """The one asked for last is at the end; a run goes by the beginning of its id, and is returned."""
    assert [info.id for info in runs(shop)] == ["aa11", "bb22"]
    assert delete(shop, "aa").id == "aa11"
    assert [info.id for info in runs(f"duckdb:{shop}")] == ["bb22"]


def test_a_run_that_cannot_be_removed_is_still_there(tmp_path, monkeypatch):
    """On a full disk the file is named, and that nothing of the run is gone."""
    file = tmp_path / "shop.ndjson"
    with ExitStack() as stack:
        parse(str(file)).begin(make_run(), stack, fresh=False)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Lock, "_try_once", full)
    (run,) = runs(file)
    with pytest.raises(
        StoreError, match=r"shop.ndjson: the disk is full\n  the run is still there, whole"
    ):
        delete(file, run.id)
    assert file.exists()


def test_a_run_that_is_not_there_is_not_removed(shop):
    """The message lists those that are."""
    with pytest.raises(UsageError, match=r'there is no run "cc"\n  aa11'):
        delete(shop, "cc")
    assert len(runs(shop)) == 2


@pytest.mark.parametrize("name", ["shop.duckdb", "shop.ndjson"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_what_is_no_file_is_refused(tmp_path, name):
    """A pipe is not waited for, neither as a store nor as a log, and a sink leaves nothing beside it."""
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(StoreError, match=f"{name} is a pipe, and no file"):
        runs(path)
    with pytest.raises(StoreError, match="is a pipe"), ExitStack() as stack:
        parse(str(path)).begin(make_run(), stack, fresh=False)
    assert [*tmp_path.iterdir()] == [path]


def test_what_is_called_like_a_store_is_no_log(tmp_path):
    """An empty file that is called like a DuckDB file is told to be none, wherever a store is asked for."""
    path = tmp_path / "shop.duckdb"
    path.touch()
    assert not is_foreign(path)
    with pytest.raises(StoreError, match="is no DuckDB file"):
        runs(path)
