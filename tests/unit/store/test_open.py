"""Stores by where they lie: runs are listed and removed without anything being opened by hand."""

from dataclasses import replace

import pytest

from footfall.errors import UsageError
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


def test_a_run_that_is_not_there_is_not_removed(shop):
    """The message lists those that are."""
    with pytest.raises(UsageError, match=r'there is no run "cc"\n  aa11'):
        delete(shop, "cc")
    assert len(runs(shop)) == 2
