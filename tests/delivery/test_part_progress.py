"""Progress within a part: what was answered before a delivery ended is in no request again, whatever ended it."""

import json
import threading
from collections import Counter
from contextlib import closing, suppress

import pytest

from footfall.errors import PermanentSinkError, StoreError, TransientSinkError
from footfall.net.http_client import Reply
from footfall.net.target import Target
from footfall.sinks.amplitude.batch import BatchLimits
from footfall.sinks.amplitude.settings import AmplitudeSettings
from footfall.sinks.amplitude.sink import AmplitudeSink
from footfall.sinks.delivery.delivery_ledger import DeliveryLedger
from footfall.sinks.delivery.http_sender import carry_out
from footfall.sinks.kafka.settings import Topic
from footfall.sinks.kafka.sink import KafkaSink
from footfall.sinks.webhook.settings import WebhookSettings
from footfall.sinks.webhook.sink import WebhookSink
from tests import brokers
from tests.chunks import SHOP, anonymous_first, make_chunks, make_run
from tests.clocks import FakeClock

NOWHERE = Target("http", "127.0.0.1", 9, "/")
N_EVENTS = 300


class Endpoint:
    """A server that keeps what comes in, refuses what it is told to, and at some request ends its client's process."""

    def __init__(self, refused=()) -> None:
        self.refused, self.ends_at = frozenset(refused), -1
        self.sent: list[list[str]] = []
        self.ids: list[str] = []

    def __call__(self, request) -> Reply:
        body = json.loads(request.body)
        events = body["events"] if "events" in body else body["data"]["events"]
        sent = [e["insert_id"] for e in events if not e["insert_id"].endswith("-p")]
        self.sent.append(sent)
        self.ids.append(request.headers.get("webhook-id", ""))
        if len(self.sent) == self.ends_at:
            raise KeyboardInterrupt
        bad = [place for place, name in enumerate(sent) if name in self.refused]
        if bad and "api_key" in body:
            answer = {"code": 400, "events_with_invalid_fields": {"time": bad}}
            return Reply(400, json.dumps(answer).encode())
        return Reply(422) if bad else Reply(200, b'{"code":200}')


def webhook(folder):
    return WebhookSink(
        NOWHERE, WebhookSettings(batch=20), clock=FakeClock(), folder=folder / "ledger"
    )


def amplitude(folder):
    settings = AmplitudeSettings(base=NOWHERE)
    return AmplitudeSink(settings, clock=FakeClock(), folder=folder / "ledger")


@pytest.fixture(params=[webhook, amplitude], ids=["webhook", "amplitude"])
def make(request, monkeypatch):
    monkeypatch.setenv("AMPLITUDE_API_KEY", "some key")
    few = BatchLimits(20, 900_000)
    monkeypatch.setattr(BatchLimits, "of", classmethod(lambda *_: few))
    return request.param


def deliver(sink, endpoint, chunk):
    """Deliver a part; return its receipt, or None where the process ended."""
    sink.send = lambda delivery: carry_out(delivery, endpoint, sink.clock)
    sink.open(chunk_run(), fresh=False)
    try:
        with suppress(KeyboardInterrupt):
            return sink.commit(sink.prepare(chunk))
    finally:
        sink.close(complete=False)


def chunk_run():
    return make_run(SHOP, days=1)


def the_chunk():
    return next(iter(anonymous_first(make_chunks(chunk_run(), rows=N_EVENTS))))


def test_only_what_was_in_flight_goes_again(tmp_path, make):
    """A process that ends at its third request, and again three later: those two requests go again, nothing else."""
    chunk, endpoint = the_chunk(), Endpoint()
    for ends_at in (3, 6, -1):
        endpoint.ends_at = ends_at
        receipt = deliver(make(tmp_path), endpoint, chunk)
    ids = chunk.events["insert_id"].to_pylist()
    in_flight = endpoint.sent[2] + endpoint.sent[5]
    assert Counter(i for sent in endpoint.sent for i in sent) == Counter(ids + in_flight)
    assert (receipt.accepted, receipt.rejected) == (len(ids), 0)


def test_a_webhook_knows_a_request_again(tmp_path):
    """What was in flight goes again as the request that it was, with its id, and all others are cut as they were."""
    undisturbed, disturbed, chunk = Endpoint(), Endpoint(), the_chunk()
    deliver(webhook(tmp_path / "one"), undisturbed, chunk)
    for ends_at in (3, 6, -1):
        disturbed.ends_at = ends_at
        deliver(webhook(tmp_path / "other"), disturbed, chunk)
    assert sorted(set(disturbed.ids)) == sorted(undisturbed.ids)
    assert len(disturbed.ids) == len(undisturbed.ids) + 2


def test_refused_ones_stay_refused(tmp_path, make):
    """An event that was refused before the end is not sent again, stands in the dead letters once, and is counted."""
    chunk = the_chunk()
    ids = chunk.events["insert_id"].to_pylist()
    endpoint = Endpoint(refused=ids[:3])
    for ends_at in (5, -1):
        endpoint.ends_at = ends_at
        receipt = deliver(make(tmp_path), endpoint, chunk)
    (letters,) = tmp_path.glob("dead-letters/*.ndjson")
    kept = [json.loads(line)["event"]["insert_id"] for line in letters.read_text().splitlines()]
    assert set(ids[:3]) <= set(kept)
    assert len(kept) == len(set(kept)) == receipt.rejected
    assert receipt.accepted + receipt.rejected == len(ids)
    assert all(kept[0] not in sent for sent in endpoint.sent[5:])


def test_dead_letters_too(tmp_path, make):
    """Dead letters that are sent again, and were accepted before the end, do not go once more."""
    chunk = the_chunk()
    ids = chunk.events["insert_id"].to_pylist()
    deliver(make(tmp_path), Endpoint(refused=ids[100:]), chunk)
    (letters,) = tmp_path.glob("dead-letters/*.ndjson")
    lines = [json.loads(line) for line in letters.read_text().splitlines()]
    events = {line["event"]["insert_id"]: json.dumps(line["event"]) for line in lines}
    endpoint, outcomes = Endpoint(), []
    for ends_at in (3, -1):
        endpoint.ends_at = ends_at
        sink = make(tmp_path)
        sink.send = lambda delivery, of=sink: carry_out(delivery, endpoint, of.clock)
        sink.open(chunk_run(), fresh=False)
        with suppress(KeyboardInterrupt):
            outcomes.append(sink.retry(events))
        sink.close(complete=False)
    sent = [i for sent in endpoint.sent for i in sent]
    assert Counter(sent) == Counter([*events, *endpoint.sent[2]])
    assert (
        outcomes[0].accepted
        == outcomes[0].sent
        == len(events) - sum(map(len, endpoint.sent[:2]))
    )


def test_a_ledger_that_cannot_be_written(tmp_path, make, monkeypatch):
    """Where an answer cannot be noted nothing more is sent, and the error is the ledger's."""

    def full(*_, **__):
        raise StoreError("ledger: the disk is full")

    endpoint = Endpoint()
    with monkeypatch.context() as patched:
        patched.setattr(DeliveryLedger, "note_answers", full)
        with pytest.raises(StoreError, match="ledger: the disk is full"):
            deliver(make(tmp_path), endpoint, the_chunk())
    assert len(endpoint.sent) == 1
    assert deliver(make(tmp_path), endpoint, the_chunk()).accepted == len(the_chunk().events)


def test_nothing_is_left_in_the_ledger(tmp_path, make):
    """Once a part is delivered, its answers are one row: the ledger does not grow with requests."""
    deliver(make(tmp_path), Endpoint(), the_chunk())
    (path,) = tmp_path.glob("ledger/*.sqlite")
    with closing(DeliveryLedger(path)) as ledger:
        assert ledger.rows("SELECT count(*) FROM answered") == [(0,)]
        assert ledger.rows("SELECT sum(accepted) FROM groups") == [(len(the_chunk().events),)]


def test_a_wrong_address(tmp_path):
    """Where every request is refused, and so none is to be blamed on its events, all go again once that is mended."""
    chunk = the_chunk()
    ids = chunk.events["insert_id"].to_pylist()
    with pytest.raises(PermanentSinkError, match="every request fails the same way"):
        deliver(webhook(tmp_path), Endpoint(refused=ids), chunk)
    assert not list(tmp_path.glob("dead-letters/*"))
    assert deliver(webhook(tmp_path), Endpoint(), chunk).accepted == len(ids)


def test_kafka(tmp_path, monkeypatch):
    """A topic: told to stop within a part, it has every message that was queued once, and then the others once."""
    monkeypatch.setattr("footfall.sinks.kafka.sink.BATCH", 20)
    chunk, stop = the_chunk(), threading.Event()
    with brokers.cluster() as addresses:
        topic = Topic(addresses, brokers.new_topic())
        first, second = (KafkaSink(topic, folder=tmp_path) for _ in range(2))
        first.stop_on(stop)
        first.open(chunk_run(), fresh=False)
        queue = first._queue
        monkeypatch.setattr(first, "_queue", lambda *args: (queue(*args), stop.set()))
        with pytest.raises(TransientSinkError, match="20 were accepted; 431 are pending"):
            first.commit(first.prepare(chunk))
        first.close(complete=False)
        second.open(chunk_run(), fresh=False)
        receipt = second.commit(second.prepare(chunk))
        second.close(complete=True)
        values = [json.loads(value) for _, value, *_ in brokers.messages(addresses, topic.name)]
    ids = chunk.events["insert_id"].to_pylist()
    assert receipt.accepted == len(ids)
    assert sorted(value["insert_id"] for value in values) == sorted(ids)
