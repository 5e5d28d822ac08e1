"""Kafka under faults: whatever is killed or gone, in the end every event is there, and few are there again.

`FOOTFALL_KILLS=50` kills as often; the usual run does it a few times.
"""

import json
import random
import threading
import time
from collections import Counter

import pytest

from footfall.errors import StoreError, TransientSinkError
from footfall.execution.batch import Drive
from footfall.execution.chunks import simulate
from footfall.execution.schedule import make_schedule
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import GROUP, make_chunk, make_chunks
from footfall.sinks.kafka.settings import Topic
from footfall.sinks.kafka.sink import KafkaSink
from tests import brokers, processes
from tests.brokers import Broken, messages, new_topic
from tests.engines import FakeEngine
from tests.kills import kill, rounds
from tests.thoroughness import n_kills

KILLS = n_kills()
ENGINE = FakeEngine(people=4 * GROUP, days=2 + 3 * KILLS // 4, rows=100, schema=SCHOOL)
"""With parts enough for the kills, each of which lets one or two pass, or three."""
SLOWLY = (("batch.num.messages", "20"),)
QUERY = "batch.num.messages=20"

CHILD = """
import sys, threading
from pathlib import Path
from footfall.execution.batch import Drive
from footfall.sinks.kafka.settings import Topic
from footfall.sinks.kafka.sink import KafkaSink
from tests.faults.test_kafka import ENGINE, SLOWLY

class Telling(KafkaSink):
    def commit(self, prepared):
        print("part", flush=True)
        return super().commit(prepared)

sink = Telling(Topic(sys.argv[1], sys.argv[2], SLOWLY), folder=Path(sys.argv[3]))
Drive(ENGINE, ENGINE.run, [sink], stop=threading.Event(), n_workers=1).drive()
"""


@pytest.fixture(scope="module")
def cluster():
    """A cluster that takes its time, so that there is something to kill."""
    with brokers.cluster(test_mock_broker_rtt=20) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def broken():
    return Broken()


@pytest.fixture
def topic():
    return new_topic()


def drive(sink):
    return Drive(ENGINE, ENGINE.run, [sink], stop=threading.Event(), n_workers=1).drive()


def ids_in(addresses, topic):
    return [json.loads(value)["insert_id"] for _, value, _, _ in messages(addresses, topic)]


def ids_of(chunks):
    return [i for chunk in chunks for i in chunk.events["insert_id"].to_pylist()]


def next_part(sink):
    """Return the part that a run would send next: the one that was on its way when it was killed."""
    cursors = sink.open(ENGINE.run, fresh=False)
    sink.close(complete=False)
    step = next(make_schedule(ENGINE, ENGINE.run.until_ms, (cursors,)).steps(), None)
    return None if step is None else step.part


def test_client_killed_at_random_instants(cluster, topic, tmp_path):
    """Every event is there; one is there again at most as often as its part was on its way when a kill came.

    Of one key, whatever was sent again, events come for the first time in their order.
    """
    chance = random.Random(20260102)
    sink = KafkaSink(Topic(cluster, topic), folder=tmp_path)
    most = Counter(ids_of(make_chunks(ENGINE.run, rows=ENGINE.rows)))
    n_events = len(most)
    for _ in range(KILLS):
        with processes.start(cluster, topic, tmp_path, code=CHILD) as child:
            for _ in range(chance.randrange(1, 3)):
                assert child.stdout.readline()
            time.sleep(chance.uniform(0, 0.2))
            assert child.poll() is None
            child.kill()
        part = next_part(sink)
        most.update(ids_of([make_chunk(ENGINE.run, part, rows=ENGINE.rows)]) if part else [])
    result = drive(sink)
    assert result.is_clean
    found = messages(cluster, topic)
    times = Counter(json.loads(value)["insert_id"] for _, value, _, _ in found)
    assert len(times) == n_events
    assert times.keys() == most.keys()
    assert [i for i, n in times.items() if n > most[i]] == []
    assert in_order(found)


def in_order(found):
    """Return whether each key's events come in order of time, those left out that come again."""
    known, last = set(), {}
    for key, value, time_ms, _ in found:
        insert_id = json.loads(value)["insert_id"]
        if insert_id not in known:
            known.add(insert_id)
            if time_ms < last.get(key, 0):
                return False
            last[key] = time_ms
    return True


def test_the_command_killed_at_random_instants(cluster, tmp_path):
    """`footfall run` killed again and again: every event is there, and what the last call says adds up."""
    ids = set(ids_of(simulate("ecommerce", people=1200, days=3)))
    chance = random.Random(20260103)

    def begin(folder):
        to = f"kafka://{cluster}/{folder.parent.name}-{folder.name}?{QUERY}"
        size = ("--people", "1200", "--days", "3")
        args = (*size, "--to", to, "--quiet", "--summary", "json")
        return processes.start("run", "ecommerce", *args, cwd=folder)

    for folder in rounds(
        tmp_path, KILLS, lambda place: kill(begin(place), chance.uniform(0.8, 3.5))
    ):
        (balance,) = json.loads(begin(folder).communicate(timeout=120)[0])["sinks"]
        assert balance["is_complete"]
        assert (
            balance["generated"]
            == balance["accepted"] + balance["rejected"] + balance["pending"]
        )
        assert balance["rejected"] == balance["pending"] == 0
        assert set(ids_in(cluster, f"{folder.parent.name}-{folder.name}")) == ids


def test_brokers_gone_for_a_while(broken, topic, tmp_path):
    """All brokers leave in the middle of a run and come back: the run waits, goes on, and every event is there."""
    broken.create(topic)
    sink = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)
    sink.open(ENGINE.run, fresh=False)
    chunks = list(make_chunks(ENGINE.run, rows=ENGINE.rows))
    accepted = sink.commit(sink.prepare(chunks[0])).accepted
    broken.leave()
    threading.Timer(1.5, broken.come_back).start()
    accepted += sum(sink.commit(sink.prepare(chunk)).accepted for chunk in chunks[1:])
    sink.close(complete=True)
    ids = ids_of(chunks)
    assert accepted == len(ids)
    assert set(ids_in(broken.brokers, topic)) == set(ids)


def test_brokers_gone_for_longer(broken, topic, tmp_path):
    """After the time given the part is pending, with how to go on; later the same run delivers what is missing."""
    broken.create(topic)
    options = (("message.timeout.ms", "1500"),)
    sink = KafkaSink(Topic(broken.brokers, topic, options), folder=tmp_path)
    sink.open(ENGINE.run, fresh=False)
    chunks = list(make_chunks(ENGINE.run, rows=ENGINE.rows))
    sink.commit(sink.prepare(chunks[0]))
    broken.leave()
    try:
        with pytest.raises(
            TransientSinkError,
            match=r"are pending, and nothing is lost\n  hint: the same command",
        ):
            sink.commit(sink.prepare(chunks[1]))
        sink.close(complete=False)
    finally:
        broken.come_back()
    result = drive(KafkaSink(Topic(broken.brokers, topic), folder=tmp_path))
    assert result.is_clean
    assert result.sinks[0].accepted == len(ids_of(chunks[1:]))
    assert set(ids_in(broken.brokers, topic)) == set(ids_of(chunks))


def test_silent_brokers_are_told_of(broken, topic, tmp_path, monkeypatch, capsys):
    """While no broker answers it is said so, and for how long it is tried; and that it works again."""
    monkeypatch.setattr("footfall.sinks.delivery.outage.SAY_AFTER_S", 0.5)
    broken.create(topic)
    sink = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)
    sink.open(ENGINE.run, fresh=False)
    (chunk, *_) = make_chunks(ENGINE.run, rows=ENGINE.rows)
    broken.leave()
    back = threading.Timer(2.0, broken.come_back)
    back.start()
    sink.commit(sink.prepare(chunk))
    back.join()
    sink.close(complete=False)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert (
        first == f"{sink.name}: no broker acknowledges anything; trying again for up to 5 min"
    )
    assert last == f"{sink.name}: it works again"


def test_a_stop_ends_the_waiting(broken, topic, tmp_path, monkeypatch):
    """Ctrl-C while the brokers are away: the sink leaves soon, with the part pending."""
    monkeypatch.setattr("footfall.sinks.kafka.sink.LEAVE_S", 0.5)
    broken.create(topic)
    sink, stop = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path), threading.Event()
    sink.stop_on(stop)
    sink.open(ENGINE.run, fresh=False)
    (chunk, *_) = make_chunks(ENGINE.run, rows=ENGINE.rows)
    broken.leave()
    try:
        threading.Timer(0.5, stop.set).start()
        with pytest.raises(
            TransientSinkError, match=r"stopped before all was acknowledged\n(.|\n)*are pending"
        ):
            sink.commit(sink.prepare(chunk))
        sink.close(complete=False)
    finally:
        broken.come_back()
    assert drive(KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)).is_clean


def test_two_at_once(cluster, topic, tmp_path):
    """A second run on the ledger of the first is refused, and says which process has it; the first goes on."""
    with processes.start(cluster, topic, tmp_path, code=CHILD) as child:
        child.stdout.readline()
        with pytest.raises(
            StoreError,
            match=rf"is in use by process {child.pid}\n  hint: wait until it has ended",
        ):
            KafkaSink(Topic(cluster, topic), folder=tmp_path).open(ENGINE.run, fresh=False)
        assert child.stdout.readline() == "part\n"
        child.kill()
