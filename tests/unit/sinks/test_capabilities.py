"""What sinks say that they can do."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from footfall.sinks import parse
from footfall.sinks.protocol import Capabilities, capabilities_of
from footfall.sinks.registry import KINDS

SPECS = {
    "duckdb:a.duckdb": Capabilities(
        "duckdb", Path("a.duckdb"), "duckdb:a.duckdb", has_rows=True, event_bytes=90
    ),
    "parquet:a": Capabilities(
        "parquet", Path("a"), "parquet:a", has_rows=True, event_bytes=25, can_partition=True
    ),
    "ndjson:a.ndjson": Capabilities(
        "ndjson", Path("a.ndjson"), "ndjson:a.ndjson", event_bytes=485
    ),
    "json:a.json": Capabilities("json", Path("a.json"), "json:a.json", event_bytes=485),
    "csv:a.csv.gz": Capabilities("csv", Path("a.csv.gz"), "csv:a.csv.gz", event_bytes=315 / 12),
    "-": Capabilities("-", writes_stdout=True),
    "postgres://ann@db/shop": Capabilities(
        "postgresql", store="postgresql://ann@db/shop", has_rows=True, can_partition=True
    ),
    "webhook+http://127.0.0.1/x": Capabilities("webhook+http"),
    "webhook+https://example.org/x": Capabilities("webhook+https", is_masked=True),
    "amplitude:eu": Capabilities("amplitude", can_dry_run=True, keeps_profiles=True),
    "kafka://broker:9092/clicks": Capabilities("kafka"),
}


@pytest.mark.parametrize("spec", SPECS)
def test_every_kind_says_what_it_can_do(spec):
    """Before it is opened, and a copy in a worker says the same."""
    sink = parse(spec)
    assert capabilities_of(sink) == SPECS[spec]
    assert capabilities_of(pickle.loads(pickle.dumps(sink))) == SPECS[spec]


def test_no_kind_is_left_out():
    """Every kind of the registry says here what it can do; `postgres` is another spelling."""
    assert {can.kind for can in SPECS.values()} == {*KINDS, "-"} - {"postgres"}


def test_a_sink_that_says_nothing_can_do_nothing_in_particular():
    """The protocol `Sink` asks for no capabilities: one without them is taken for plain."""
    assert capabilities_of(object()) == Capabilities()
    assert not Capabilities().keeps_runs


def test_a_password_is_no_part_of_them():
    """The address of a store is the name, by which this process opens it; that something is left out is told."""
    can = capabilities_of(parse("postgresql://ann:c4n4ry@db/shop"))
    assert "c4n4ry" not in repr(can)
    assert can == replace(SPECS["postgres://ann@db/shop"], is_masked=True)
