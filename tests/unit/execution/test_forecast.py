"""What is told before a large run begins."""

import shutil
from types import SimpleNamespace

import pytest

from footfall.execution import forecast
from footfall.execution.forecast import forecast_lines
from footfall.sinks import parse_all
from tests.engines import FakeEngine


@pytest.fixture
def large(monkeypatch):
    """A run that counts as large, of 84 million events."""
    monkeypatch.setattr(forecast, "LARGE_PERSON_DAYS", 0)
    monkeypatch.setattr(forecast, "expected_events", lambda _engine, _run: 84_218_750)
    return FakeEngine()


def test_a_small_run_is_not_worth_it():
    """Nothing is said, and nobody simulated, before a run that is done in a moment."""
    engine = FakeEngine()
    assert list(forecast_lines(engine, engine.run, parse_all(["duckdb:a.duckdb"]))) == []


def test_events_and_files_are_foretold(large):
    """Events are told in two digits, files by their kind, other sinks not at all; nothing where all is there."""
    sinks = parse_all(["parquet:a", "csv:a.csv.gz", "webhook+https://example.org/x"])
    (line,) = forecast_lines(large, large.run, sinks)
    assert (
        line == "expected: about 84,000,000 events, 2.1 GB in parquet:a, 2.2 GB in csv:a.csv.gz"
    )
    assert list(forecast_lines(large, large.run, [])) == []


def test_a_disk_that_is_too_small_is_told_before(large, monkeypatch, tmp_path):
    """Whoever has too little room for a file hears of it beforehand, with what a full disk does."""
    asked = []
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: asked.append(folder) or SimpleNamespace(free=10**9)
    )
    sink = f"ndjson:{tmp_path}/not/there/a.ndjson"
    _, warning = forecast_lines(large, large.run, parse_all(sink))
    assert warning.startswith(
        f"warning: {sink} will not fit: about 40.8 GB are expected, 1.0 GB are free\n"
    )
    assert asked == [tmp_path]
