"""What was counted, where `run` and `send` deliver parts of the same run: the whole of it, or nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import footfall
from footfall.data.part import Part
from footfall.data.tallies import Tallies
from footfall.errors import UsageError
from footfall.execution.send import send
from footfall.execution.setup import RunParameters, set_up
from footfall.sinks import parse
from footfall.sinks.delivery.delivery_ledger import CountedParts
from footfall.sinks.protocol import KeepsTallies, Prepared
from footfall.store import open_store
from footfall.units import DAY_MS
from tests.endpoints import endpoint

SIZE = {"people": 300, "start": "2026-03-01"}
DAYS = 7


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A stored run, and what was counted in it."""
    file = tmp_path_factory.mktemp("source") / "a.duckdb"
    return file, simulated(f"duckdb:{file}", DAYS).tallies


@pytest.fixture
def webhook(tmp_path, monkeypatch):
    """A receiver, and a folder of its own for the ledger."""
    monkeypatch.chdir(tmp_path)
    with endpoint() as other_side:
        yield other_side.url


def simulated(to, days):
    return footfall.run("online-school", to=to, days=days, workers=1, **SIZE)


def begin(to, days):
    """Simulate the first days of the run, as if it had been stopped then."""
    ready, sink = set_up("online-school", RunParameters(days=DAYS, **SIZE)), parse(to)
    sink.open(ready.run, fresh=False)
    group = ready.engine.simulation(
        ready.run.id, *ready.engine.groups.range(0), ready.run.until_ms
    )
    sink.commit(sink.prepare(group.advance(ready.run.stream.start_ms + days * DAY_MS)))
    sink.close(complete=False)


def start_of(file):
    with open_store(file) as store:
        return store.runs()[0].run.stream.start_ms


def kept(result, to):
    """Return the tallies that a destination has after a call."""
    if isinstance(parse(to), KeepsTallies):
        return result.sinks[0].tallies
    with open_store(to) as store:
        return store.tallies(result.run.id)


def test_run_then_send(source, webhook):
    """Begun by a simulation and ended by `send`: what was counted in the whole run, once."""
    file, counted = source
    begin(webhook, 3)
    assert kept(send(file, to=webhook), webhook) == counted


def test_send_then_run(source, webhook):
    """Begun by `send`, which brings no tallies with a span: those of the rest are not shown as if they were all."""
    file, _ = source
    done = send(file, to=webhook, until_ms=start_of(file) + 3 * DAY_MS)
    assert kept(done, webhook) is None
    assert kept(simulated(webhook, DAYS), webhook) is None


@pytest.mark.parametrize("to", ["duckdb:b.duckdb", "ndjson:b.ndjson"])
def test_a_report_of_what_was_not_counted(source, tmp_path, monkeypatch, to):
    """Stores too: the answer key of a run of which a span came without counts is refused, also once it was ended."""
    monkeypatch.chdir(tmp_path)
    send(source[0], to=to, until_ms=start_of(source[0]) + 3 * DAY_MS)
    with pytest.raises(UsageError, match="covers 0 of its"):
        footfall.report(to, truth=True)
    simulated(to, DAYS)
    with pytest.raises(UsageError, match="report on the store that they came from"):
        footfall.report(to, truth=True)


def test_sent_to_its_end_and_made_longer(source, webhook):
    """All of a run that was sent is counted, so a simulation may go on from there."""
    file, counted = source
    assert kept(send(file, to=webhook), webhook) == counted
    longer = simulated(webhook, DAYS + 2)
    assert (
        kept(longer, webhook)
        == simulated(f"duckdb:{Path('b.duckdb').absolute()}", DAYS + 2).tallies
    )


def test_a_part_that_reaches_beyond(source):
    """Tallies of a run up to its end are not those of all parts, where another group is there for longer."""
    prepared = Prepared("run", Part(64, 128, 0, 5), replace(source[1], is_whole=True), 1, 0, 0)
    before = CountedParts(Tallies.empty(), covered=0, parts=3)
    assert before.after(prepared, is_farthest=True).is_all
    assert not before.after(prepared, is_farthest=False).is_all


def test_a_ledger_from_before_there_were_counts(source, webhook):
    """Parts of which nothing is known are not passed over: there are no tallies, until `send` brings those of all."""
    file, counted = source
    begin(webhook, 3)
    (ledger,) = Path(".footfall-ledger").glob("*.sqlite")
    with closing(sqlite3.connect(ledger)) as opened:
        opened.execute("DROP TABLE counted")
        opened.commit()
    begin_more = simulated(webhook, 5)
    assert kept(begin_more, webhook) is None
    assert kept(send(file, to=webhook), webhook) == counted


@pytest.mark.parametrize("kind", ["webhook", "duckdb", "parquet", "ndjson", "postgresql"])
def test_a_run_that_grew_is_sent_again(request, tmp_path, webhook, kind):
    """The tallies of the longer run take the place of the shorter one's."""
    stored, to = tmp_path / "grows.duckdb", f"{kind}:{tmp_path}/b.{kind}"
    if kind == "webhook":
        to = webhook
    if kind == "postgresql":
        to = request.getfixturevalue("url")
    for days in (3, DAYS):
        simulated(f"duckdb:{stored}", days)
        done = send(stored, to=to)
        with open_store(stored) as store:
            assert kept(done, to) == store.tallies(done.run.id)


@pytest.mark.parametrize("kind", ["ndjson", "csv", "json", "duckdb", "parquet"])
def test_a_part_that_was_simulated_is_told(source, tmp_path, kind):
    """Files keep counts too: `send` does not end what a simulation has begun there."""
    to = f"{kind}:{tmp_path}/b.{kind}"
    begin(to, 3)
    with pytest.raises(UsageError, match=r"a part of run .* that was simulated"):
        send(source[0], to=to)
