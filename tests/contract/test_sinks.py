"""One suite, every sink."""

import gzip
import json
from decimal import Decimal

import pytest

from footfall.data.schema import events_schema
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import from_csv, from_json, plain
from footfall.sinks.conformance.suite import SinkContract
from footfall.store import open_store


class StoreContract(SinkContract):
    """What can be queried."""

    def read(self, folder, run):
        scenario = run.stream.schema.scenario
        with open_store(self.make(folder).name) as store:
            if not any(info.id == run.id and info.parts for info in store.runs()):
                return {}
            return {
                name: plain(
                    store.arrow(
                        f'SELECT * FROM "{scenario}".all_{name} WHERE run = ?', [run.id]
                    ).to_pylist()
                )
                for name in ("events", "changes", "arrivals")
            }


class TestDuckDB(StoreContract):
    def make(self, folder):
        return parse(f"duckdb:{folder}/events.duckdb")


class TestParquet(StoreContract):
    def make(self, folder):
        return parse(f"parquet:{folder}/events")


class TestParquetByDay(StoreContract):
    def make(self, folder):
        return parse(f"parquet:{folder}/events", partition="day")


class TextContract(SinkContract):
    """Single files of text."""

    has_many_runs = False
    ending = ""

    def make(self, folder):
        return parse(f"{folder}/events.{self.ending}")

    def read(self, folder, run):
        data = (folder / f"events.{self.ending}").read_bytes()
        text = (gzip.decompress(data) if self.ending.endswith(".gz") else data).decode()
        return {"events": self.rows(text, run)}

    def rows(self, text, run):
        raise NotImplementedError


class TestNDJSON(TextContract):
    ending = "ndjson"

    def rows(self, text, run):
        assert not text or text.endswith("\n")
        return [from_json(line) for line in text.split("\n")[:-1]]


class TestNDJSONZipped(TestNDJSON):
    ending = "ndjson.gz"


class TestJSON(TextContract):
    ending = "json"

    def rows(self, text, run):
        return plain(json.loads(text, parse_float=Decimal))


class TestJSONZipped(TestJSON):
    ending = "json.gz"


class TestCSV(TextContract):
    ending = "csv"

    def rows(self, text, run):
        return from_csv(text, events_schema(run.stream.schema))


class TestCSVZipped(TestCSV):
    ending = "csv.gz"


class TestStandardOutput(SinkContract):
    has_many_runs = False
    resumes = False

    @pytest.fixture(autouse=True)
    def _output(self, capsysbinary):
        self.captured, self.text = capsysbinary, ""

    def make(self, folder):
        return parse("-")

    def read(self, folder, run):
        self.text += self.captured.readouterr().out.decode()
        return {"events": [from_json(line) for line in self.text.split("\n")[:-1]]}
