"""One run from the command line into stores and files, and all that reads them, with no part replaced."""

import csv
import gzip
import json

import pytest

import footfall
from footfall.store import open_store
from tests.commands import footfall as command

ASKED = ("--people", 400, "--days", 6, "--seed", 3)
STORES = ("duckdb:a.duckdb", "parquet:a")
FILES = ("ndjson:a.ndjson.gz", "csv:a.csv")


@pytest.fixture(scope="module", autouse=True)
def _written(tmp_path_factory):
    """A folder with the run, which is the working directory of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("written"))
        to = [word for sink in STORES + FILES for word in ("--to", sink)]
        said = command("run", "starter", *ASKED, *to, "--quiet")
        assert (said.code, said.err) == (0, "")
        yield


@pytest.fixture(scope="module")
def events():
    """The same events as a table."""
    return footfall.events("starter", people=400, days=6, seed=3)


def _ids_in_store(name):
    with open_store(name) as store:
        return sorted(row[0] for row in store.query("SELECT insert_id FROM main.events"))


def test_every_destination_holds_the_same_events(events):
    """DuckDB, Parquet, NDJSON and CSV hold the ids of the table, each once."""
    ids = sorted(events["insert_id"].to_pylist())
    assert len(set(ids)) == len(ids) > 100
    assert [_ids_in_store(name) for name in STORES] == [ids, ids]
    with gzip.open("a.ndjson.gz", "rt", encoding="utf-8") as lines:
        assert sorted(json.loads(line)["insert_id"] for line in lines) == ids
    with open("a.csv", encoding="utf-8", newline="") as lines:  # noqa: PTH123 - csv's usual way
        assert sorted(row["insert_id"] for row in csv.DictReader(lines)) == ids


def test_both_stores_give_the_same_report():
    """What is counted in DuckDB's file and in Parquet's is the same."""
    first, second = (command("report", name, "--format", "json") for name in STORES)
    assert (first.code, first.err) == (0, "")
    assert json.loads(first.out)["stages"] == json.loads(second.out)["stages"]


@pytest.mark.parametrize("path", ["a.duckdb", "parquet:a", "a.ndjson.gz", "a.csv"])
def test_what_was_written_is_valid(path):
    """Each destination can be read back, and nothing in it is wrong."""
    said = command("validate", path, "--against", "starter")
    assert (said.code, said.err) == (0, "")


def test_frames(events):
    """Both pandas and Polars take the table over, money and times as they are."""
    polars = pytest.importorskip("polars")
    pytest.importorskip("pandas")
    flat = events.flatten()
    frame, table = flat.to_pandas(), polars.from_arrow(flat)
    assert len(frame) == len(table) == events.num_rows
    assert list(frame["insert_id"]) == table["insert_id"].to_list()
    assert frame["revenue"].dropna().tolist() == table["revenue"].drop_nulls().to_list() != []
    times = events["time"].to_pylist()
    assert frame["time"].tolist() == table["time"].to_list() == times
