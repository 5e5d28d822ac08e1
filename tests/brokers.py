"""A Kafka for tests: the mock cluster that librdkafka brings along, on loopback, in threads of this process."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

kafka = pytest.importorskip("confluent_kafka", reason="needs the extra kafka")

ALL = -1


@contextmanager
def cluster(**settings: str | int) -> Iterator[str]:
    """Run a cluster of three brokers while the context lasts; give their addresses.

    Args:
        settings: librdkafka's, `test_mock_broker_rtt` for `test.mock.broker.rtt`.
    """
    named = {name.replace("_", "."): value for name, value in settings.items()}
    owner = kafka.Producer({"test.mock.num.brokers": 3, **named})
    yield ",".join(f"{b.host}:{b.port}" for b in owner.list_topics(timeout=10).brokers.values())
    owner.flush(1)


def new_topic() -> str:
    """Return a name that no topic has; a topic is made by the first who asks for it."""
    return f"events-{uuid4().hex[:8]}"


def messages(brokers: str, topic: str) -> list[tuple[str, bytes, int, int]]:
    """Return (key, event, time, partition) of all messages of a topic, per partition in order."""
    consumer = kafka.Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": uuid4().hex,
            "enable.auto.commit": False,
            # The fetch of a partition that is read to its end stays open for so long, and holds up the next one's.
            "fetch.wait.max.ms": 10,
        }
    )
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    found = []
    for number in partitions:
        place = kafka.TopicPartition(topic, number)
        low, high = consumer.get_watermark_offsets(place, timeout=10)
        consumer.assign([kafka.TopicPartition(topic, number, low)])
        while low < high:
            for message in consumer.consume(min(high - low, 500), timeout=5):
                assert message.error() is None
                low = message.offset() + 1
                found.append(
                    (message.key().decode(), message.value(), message.timestamp()[1], number)
                )
    consumer.close()
    return found


class Broken:
    """A cluster that can be told to answer with errors or to be gone, through librdkafka's C interface (Linux wheels).

    Its data outlive that it is gone.
    """

    def __init__(self) -> None:
        spec = importlib.util.find_spec("confluent_kafka")
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parents[1] / "confluent_kafka.libs"
        found = sorted(folder.glob("librdkafka*.so*")) if folder.is_dir() else []
        if not found:
            pytest.skip("the library of the wheel is not where it is on Linux")
        self.lib = ctypes.CDLL(str(found[0]))
        for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        conf = self.lib.rd_kafka_conf_new()
        self.rk = self.lib.rd_kafka_new(0, ctypes.c_void_p(conf), None, 0)
        self.cluster = ctypes.c_void_p(
            self.lib.rd_kafka_mock_cluster_new(ctypes.c_void_p(self.rk), 3)
        )
        self.brokers = self.lib.rd_kafka_mock_cluster_bootstraps(self.cluster).decode()

    def create(self, topic: str) -> None:
        self.lib.rd_kafka_mock_topic_create(self.cluster, topic.encode(), 4, 1)

    def answer(self, *codes: int) -> None:
        """Answer the next requests to produce with errors."""
        array = (ctypes.c_int * len(codes))(*codes)
        self.lib.rd_kafka_mock_push_request_errors_array(
            self.cluster, ctypes.c_int16(0), len(codes), array
        )

    def answer_well(self) -> None:
        """Forget what was to be answered with errors."""
        self.lib.rd_kafka_mock_clear_request_errors(self.cluster, ctypes.c_int16(0))

    def leave(self) -> None:
        """Cut all connections, and take none."""
        assert not self.lib.rd_kafka_mock_broker_set_down(self.cluster, ctypes.c_int32(ALL))

    def come_back(self) -> None:
        """Be there again."""
        assert not self.lib.rd_kafka_mock_broker_set_up(self.cluster, ctypes.c_int32(ALL))
