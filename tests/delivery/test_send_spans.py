"""Spans of a stored run, one after the other, into one destination: no event is passed over in silence."""

import json
import random
import re
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

import footfall
from footfall.data.part import Part
from footfall.errors import StoreError
from footfall.execution.send import send
from footfall.sinks import parse
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import make_run
from footfall.sinks.delivery.delivery_ledger import FORMAT, DeliveryLedger
from footfall.store import open_store
from footfall.store.runs import shown_time
from footfall.units import DAY_MS
from tests.endpoints import endpoint

DAYS = 7


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A stored run of some days, the start of it, and the time and id of each event."""
    file = tmp_path_factory.mktemp("source") / "a.duckdb"
    footfall.run(
        "online-school",
        people=300,
        start="2026-03-01",
        days=DAYS,
        to=f"duckdb:{file}",
        workers=1,
    )
    with open_store(file) as store:
        events = store.query("SELECT epoch_ms(time), insert_id FROM online_school.events")
        return file, store.runs()[0].run.stream.start_ms, events


@pytest.fixture(params=["duckdb", "parquet", "ndjson", "webhook", "postgresql"])
def destination(request, tmp_path, monkeypatch):
    """Where to, and a function that returns the ids that are there."""
    monkeypatch.chdir(tmp_path)
    match request.param:
        case "webhook":
            with endpoint() as other_side:
                yield other_side.url, lambda: other_side.ids
        case "ndjson":
            file = tmp_path / "b.ndjson"
            yield (
                f"ndjson:{file}",
                lambda: [
                    json.loads(line)["insert_id"] for line in file.read_text().splitlines()
                ],
            )
        case "postgresql":
            url = request.getfixturevalue("url")
            yield url, lambda: stored(url)
        case kind:
            yield f"{kind}:{tmp_path}/b", lambda: stored(tmp_path / "b")


def stored(where):
    with open_store(where) as store:
        return [
            insert_id
            for (insert_id,) in store.query("SELECT insert_id FROM online_school.events")
        ]


@pytest.mark.parametrize("seed", range(3))
def test_any_spans_in_any_order(source, destination, seed):
    """Each delivers what is asked for, and nothing else, or is refused, naming both times, and changes nothing."""
    file, start_ms, events = source
    to, received = destination
    rng, held = random.Random(seed), None
    for _ in range(7):
        first, last = sorted(rng.sample(range(DAYS + 1), 2))
        if held and rng.random() < 0.6:
            first = held[0]  # else hardly anything would be continued
            last = max(last, first + 1)
        span = {"from_ms": start_ms + first * DAY_MS, "until_ms": start_ms + last * DAY_MS}
        if held and first != held[0]:
            before = sorted(received())
            there, asked = (
                re.escape(shown_time(start_ms + day * DAY_MS)) for day in (held[0], first)
            )
            told = rf"(?s)is there from {there} on.*asked for from {asked} on.*--from {there}` continues it"
            with pytest.raises(StoreError, match=told):
                send(file, to=to, **span)
            assert sorted(received()) == before
            continue
        send(file, to=to, **span)
        held = (first, max(last, held[1] if held else 0))
        wanted = [i for at, i in events if held[0] * DAY_MS <= at - start_ms < held[1] * DAY_MS]
        assert sorted(received()) == sorted(wanted)


def test_a_run_does_not_call_a_span_complete(source, destination):
    """What was simulated before the span is not taken for delivered by `footfall run` either."""
    file, start_ms, _ = source
    to, received = destination
    send(file, to=to, from_ms=start_ms + DAY_MS)
    before = sorted(received())
    with pytest.raises(StoreError, match=r"is there from 2026-03-0\dT?\S* on"):
        footfall.run(
            "online-school", people=300, start="2026-03-01", days=DAYS, to=to, workers=1
        )
    assert sorted(received()) == before


def test_fresh_begins_at_another_time(source, destination):
    """What is thrown away first need not be continued."""
    file, start_ms, events = source
    to, received = destination
    send(file, to=to, from_ms=start_ms + DAY_MS)
    have = len(received()) if to.startswith("webhook") else 0  # what a webhook has, it has
    footfall.run(
        "online-school", people=300, start="2026-03-01", days=DAYS, to=to, workers=1, fresh=True
    )
    assert sorted(received()[have:]) == sorted(i for _, i in events)


def test_a_destination_that_has_nothing_yet_may_begin_anew(source, tmp_path):
    """Opened, and then another sink of the call failed: nothing is there, so any start will do."""
    file, start_ms, _ = source
    with open_store(file) as store:
        run = store.runs()[0].run
    sink = parse(f"duckdb:{tmp_path}/b.duckdb")
    sink.open(run, fresh=False)
    sink.close(complete=False)
    assert send(file, to=f"duckdb:{tmp_path}/b.duckdb", from_ms=start_ms + DAY_MS).is_finished


def test_dead_letters_say_nothing_of_a_start(tmp_path):
    """Of their run only the id is known: sent to a new destination or an old one, its start stays what it is."""
    run = make_run(SCHOOL)
    dead_letters = replace(run, stream=replace(run.stream, start_ms=0), until_ms=0)
    one = Part(0, 64, run.stream.start_ms, run.until_ms)
    with closing(DeliveryLedger(tmp_path / "ledger.sqlite")) as ledger:
        ledger.begin(dead_letters, "x", 1)
        ledger.begin(run, "x", 1)
        ledger.send(run.id, one, 1)
        ledger.begin(dead_letters, "x", 1)
        ledger.begin(run, "x", 1)
        with pytest.raises(StoreError, match="is there from"):
            ledger.begin(replace(run, stream=replace(run.stream, start_ms=5)), "x", 1)


def test_a_ledger_of_an_earlier_format(tmp_path):
    """It does not know when its runs start: it takes what is asked for next, and keeps to that."""
    run = make_run(SCHOOL)
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.execute(
            "CREATE TABLE runs (run TEXT PRIMARY KEY, sink TEXT NOT NULL, title TEXT NOT NULL, "
            "begun INTEGER NOT NULL, finished INTEGER, letters INTEGER NOT NULL DEFAULT 0)"
        )
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO runs VALUES (?, 'x', 'x', 1, NULL, 7)", (run.id,))
        old.commit()
    with closing(DeliveryLedger(path)) as ledger:
        assert ledger.begin(run, "x", 1) == {}
        assert ledger.dead_letters_bytes(run.id) == 7
    with closing(sqlite3.connect(path)) as new:
        assert new.execute("SELECT start FROM runs").fetchall() == [(run.stream.start_ms,)]
        assert new.execute("PRAGMA user_version").fetchone() == (FORMAT,)
