"""Kafka keeps what every sink keeps, on the mock cluster that librdkafka brings along."""

import json
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from footfall.errors import PermanentSinkError, SinkError, TransientSinkError, UsageError
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import plain
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.suite import SinkContract
from footfall.sinks.conformance.synthetic_chunks import (
    make_chunk,
    make_chunks,
    make_parts,
    make_run,
)
from footfall.sinks.kafka.settings import Topic
from footfall.sinks.kafka.sink import KafkaSink
from tests import brokers
from tests.brokers import Broken, messages, new_topic


@pytest.fixture(scope="module")
def cluster():
    with brokers.cluster() as addresses:
        yield addresses


@pytest.fixture
def topic():
    return new_topic()


class TestKafka(SinkContract):
    @pytest.fixture(autouse=True)
    def _topic(self, cluster, topic):
        self.cluster, self.topic = cluster, topic

    def make(self, folder):
        return KafkaSink(Topic(self.cluster, self.topic), folder=folder / "ledger")

    def read(self, folder, run):
        rows = [
            plain(json.loads(value, parse_float=Decimal))
            for _, value, _, _ in messages(self.cluster, self.topic)
        ]
        return {"events": [row for row in rows if row["run"] == run.id]}

    def test_takes_many_rows(self, tmp_path):
        """More rows than stand in one batch; the mock cluster keeps some megabytes."""
        run = make_run(SCHOOL, days=1, people=32)
        chunk = make_chunk(run, make_parts(run, group=32)[0], rows=15_000)
        self.write(tmp_path, run, [chunk])
        self.check(tmp_path, run, [chunk])

    def test_fresh_begins_anew(self, tmp_path):
        """`fresh` forgets what was acknowledged; a topic forgets nothing, so its events come again with their ids."""
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        self.write(tmp_path, run, chunks)
        sink = self.make(tmp_path)
        assert sink.open(run, fresh=True) == {}
        assert not sink.commit(sink.prepare(chunks[0])).was_there_already
        sink.close(complete=False)
        ids = [row["insert_id"] for row in self.read(tmp_path, run)["events"]]
        assert len(ids) - len(set(ids)) == chunks[0].events.num_rows


def test_messages_are_keyed_by_user(cluster, topic, tmp_path):
    """The key is the user, or the person while anonymous; one key, one partition; the time is the event's."""
    run = make_run(SCHOOL, days=1)
    sink = KafkaSink(Topic(cluster, topic), folder=tmp_path)
    sink.open(run, fresh=False)
    for chunk in make_chunks(run):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    partitions = {}
    for key, value, time_ms, partition in messages(cluster, topic):
        event = json.loads(value)
        assert key == event.get("user_id", f"person-{event['person']}")
        assert partitions.setdefault(key, partition) == partition
        assert event["insert_id"].endswith(str(time_ms))
    assert len(set(partitions.values())) > 1


def test_too_large_a_message_is_a_dead_letter(cluster, topic, tmp_path):
    """What the producer may not send is refused for good, kept with the reason, and counted."""
    run = make_run(SCHOOL, days=1, people=32)
    chunk = make_chunk(run, make_parts(run, group=32)[0], rows=200)
    ids = chunk.events["insert_id"].to_pylist()
    long = pa.array([ids[0] + "x" * 5_000, *ids[1:]])
    chunk = replace(
        chunk, events=chunk.events.set_column(0, chunk.events.schema.field(0), long)
    )
    sink = KafkaSink(
        Topic(cluster, topic, (("message.max.bytes", "1000"),)), folder=tmp_path / "ledger"
    )
    sink.open(run, fresh=False)
    receipt = sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    assert receipt.accepted + receipt.rejected == chunk.events.num_rows
    assert receipt.accepted == len(messages(cluster, topic))
    (dead_letters,) = tmp_path.rglob("*.ndjson")
    kept = [json.loads(line) for line in dead_letters.read_text().splitlines()]
    assert len(kept) == receipt.rejected == 1
    assert all("too large" in dead_letter["reason"] for dead_letter in kept)


def test_a_small_queue_is_back_pressure(cluster, topic, tmp_path):
    """A queue of a few messages: the sink waits for room, and all arrive."""
    run = make_run(SCHOOL, days=1)
    sink = KafkaSink(
        Topic(cluster, topic, (("queue.buffering.max.messages", "7"),)), folder=tmp_path
    )
    sink.open(run, fresh=False)
    total = sum(sink.commit(sink.prepare(chunk)).accepted for chunk in make_chunks(run))
    sink.close(complete=True)
    assert len(messages(cluster, topic)) == total


def test_brokers_that_are_not_there(tmp_path, monkeypatch):
    """The error names the address and what to look at; nothing is noted."""
    monkeypatch.setattr("footfall.sinks.kafka.client.REACH_S", 1.0)
    with pytest.raises(
        TransientSinkError, match=r"kafka://127.0.0.1:1/x: (.|\n)*are the brokers running"
    ):
        KafkaSink(Topic("127.0.0.1:1", "x"), folder=tmp_path).open(
            make_run(SCHOOL), fresh=False
        )


@pytest.mark.parametrize(
    "text", ["kafka:", "kafka://", "kafka://broker", "kafka:///topic", "kafka://a/b/c"]
)
def test_a_topic_is_named_in_full(text):
    """Brokers and one topic."""
    with pytest.raises(UsageError, match=r"names no t(opic|arget)"):
        parse(text)


@pytest.mark.parametrize("text", ["kafka://u:hunter2@b/t", "kafka://b/t?sasl.password=hunter2"])
def test_a_password_in_the_url_is_refused_and_not_shown(text):
    """Passwords come from the environment."""
    with pytest.raises(UsageError, match="FOOTFALL_KAFKA_PASSWORD") as problem:
        parse(text)
    assert "hunter2" not in str(problem.value)


def test_an_option_that_does_not_exist_is_told(tmp_path):
    """The own words of librdkafka, with the topic."""
    with pytest.raises(UsageError, match=r"No such configuration property(.|\n)*librdkafka"):
        KafkaSink(Topic("127.0.0.1:1", "x", (("no.such", "1"),)), folder=tmp_path).open(
            make_run(SCHOOL), fresh=False
        )


@pytest.fixture(scope="module")
def broken():
    return Broken()


REQUEST_TIMED_OUT, TOPIC_AUTHORIZATION_FAILED, OUT_OF_ORDER, TRANSPORT = 7, 29, 45, -195


@pytest.mark.parametrize("codes", [(REQUEST_TIMED_OUT,) * 3, (TRANSPORT,) * 2])
def test_what_passes_is_tried_again_and_there(broken, topic, tmp_path, codes):
    """Time-outs are retried and each event is there once; after cut connections each is there, repeats by the same id.

    Which requests a cut hits is a race, and the mock broker, unlike a real one, takes a repeated sequence of the
    idempotent producer again: so after a cut only what the sink promises can be asked for, at least once.
    """
    broken.create(topic)
    run = make_run(SCHOOL, days=1)
    sink = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)
    sink.open(run, fresh=False)
    broken.answer(*codes)
    total = sum(sink.commit(sink.prepare(chunk)).accepted for chunk in make_chunks(run))
    sink.close(complete=True)
    ids = [json.loads(value)["insert_id"] for _, value, _, _ in messages(broken.brokers, topic)]
    assert len(set(ids)) == total
    assert len(ids) == total or TRANSPORT in codes


@pytest.mark.parametrize(
    ("code", "kind"),
    [(TOPIC_AUTHORIZATION_FAILED, PermanentSinkError), (OUT_OF_ORDER, SinkError)],
)
def test_what_is_refused_is_pending_and_goes_again(broken, topic, tmp_path, code, kind):
    """A refusal ends the part: it is not noted as delivered, and the same run again delivers it."""
    broken.create(topic)
    run = make_run(SCHOOL, days=1)
    chunks = list(make_chunks(run))
    sink = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)
    sink.open(run, fresh=False)
    broken.answer(*[code] * 4)
    with pytest.raises(kind, match="are pending, and nothing is lost"):
        sink.commit(sink.prepare(chunks[0]))
    sink.close(complete=False)
    broken.answer_well()
    sink = KafkaSink(Topic(broken.brokers, topic), folder=tmp_path)
    sink.open(run, fresh=False)
    for chunk in chunks:
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    ids = {json.loads(value)["insert_id"] for _, value, _, _ in messages(broken.brokers, topic)}
    assert ids == {i for chunk in chunks for i in chunk.events["insert_id"].to_pylist()}
