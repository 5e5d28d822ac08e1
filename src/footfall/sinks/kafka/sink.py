"""The sink into a Kafka topic: one message per event, keyed by user; delivery reports alone move the cursor.

Source:
    librdkafka's CONFIGURATION.md: idempotence, queues and time-outs, partitioners.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import (
    MissingExtraError,
    PermanentSinkError,
    TransientSinkError,
    UsageError,
)
from footfall.net.clock import SystemClock
from footfall.sinks.delivery.dead_letters import DeadLetter, RetryOutcome, time_of
from footfall.sinks.delivery.delivery_ledger import FOLDER
from footfall.sinks.delivery.delivery_log import DeliveryLog
from footfall.sinks.delivery.http_sender import LEAVE_S
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.encoders.json_rows import json_rows
from footfall.sinks.protocol import (
    Capabilities,
    Cursors,
    Guarantee,
    Placement,
    Prepared,
    Progress,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import Scratch, drop, read_arrow
from footfall.store.schema_changes import check_chunk

FORM = "kafka://BROKER:PORT,…/TOPIC"
USER, PASSWORD = "FOOTFALL_KAFKA_USERNAME", "FOOTFALL_KAFKA_PASSWORD"
BATCH = 2_000  # messages between two looks at the delivery reports
PATIENCE_S = 300
_REACH_S = 10.0
_POLL_S = 0.1
_OURS: dict[str, Any] = {
    "client.id": "footfall",
    "enable.idempotence": True,
    "partitioner": "murmur2_random",  # as Java's clients: the same key, the same partition
    "linger.ms": 20,
    "compression.type": "lz4",
    "message.timeout.ms": PATIENCE_S * 1000,
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and how its brokers are reached.

    Args:
        brokers: As librdkafka's `bootstrap.servers`.
        name: Of the topic.
        options: Others of librdkafka's, without secrets.
    """

    brokers: str
    name: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The topic, as `parse` takes it."""
        options = "&".join(f"{key}={value}" for key, value in self.options)
        return f"kafka://{self.brokers}/{self.name}{'?' if options else ''}{options}"

    @property
    def patience_s(self) -> float:
        """Seconds that the client tries to deliver a message; 0 is for ever."""
        return float(dict(self.options).get("message.timeout.ms", PATIENCE_S * 1000)) / 1000

    @classmethod
    def of(cls, text: str) -> Topic:
        """Return the topic of `//BROKERS/TOPIC?OPTION=VALUE`.

        Raises:
            UsageError: It is not written so, or holds a secret.
        """
        place, _, query = text.removeprefix("//").partition("?")
        brokers, _, name = place.partition("/")
        options = tuple(parse_qsl(query))
        secret = next((key for key, _ in options if "password" in key or "secret" in key), None)
        if "@" in brokers or secret:
            raise UsageError(
                f"a password in the URL of a topic\n  hint: set {USER} and {PASSWORD} instead"
            )
        if not brokers or not name or "/" in name:
            raise UsageError(f"--to kafka:{text} names no topic\n  accepted: {FORM}")
        return cls(brokers, name, options)


class KafkaSink:
    """Writes the events of runs into a topic.

    Args:
        topic: Which.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    placement: Placement = "worker"
    guarantee: Guarantee = "at least once"

    def __init__(self, topic: Topic, *, folder: Path | None = None) -> None:
        self.topic, self._folder = topic, folder
        self._scratch = Scratch((folder or FOLDER) / f"{self.key}.scratch")
        self._delivery_log: DeliveryLog | None = None
        self._producer: Any = None
        self._reports = DeliveryReports()
        self._outage = Outage(self.name, SystemClock(), PATIENCE_S)
        self._stop: threading.Event | None = None

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return self.topic.shown

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a topic; its address holds no secret."""
        return Capabilities(kind="kafka")

    @property
    def key(self) -> str:
        """What tells destinations apart, fit for file names."""
        place = f"{self.topic.brokers}/{self.topic.name}"
        return f"kafka-{hashlib.sha256(place.encode()).hexdigest()[:12]}"

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events: key, JSON, time."""
        check_chunk(chunk)
        messages = (self._scratch.write_arrow("messages", _messages(chunk.events), BATCH),)
        return prepared_of(chunk, {"messages": messages if chunk.events.num_rows else ()})

    def stop_on(self, stop: threading.Event) -> None:
        """Give up waiting for brokers some seconds after an event is set; told before `open`."""
        self._stop = stop

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Take the ledger, and see that the topic can be reached.

        Raises:
            UsageError: There is no such topic.
            TransientSinkError: No broker answers.
        """
        producer = _producer(self.topic)
        delivery_log = DeliveryLog(
            self.name, self.key, run, fresh=fresh, clock=SystemClock(), folder=self._folder
        )
        try:
            _reach(producer, self.topic)
        except BaseException:
            delivery_log.close(complete=False)
            raise
        self._scratch.clear()
        self._delivery_log, self._producer = delivery_log, producer
        self._outage = Outage(self.name, SystemClock(), self.topic.patience_s)
        return dict(delivery_log.book.cursors)

    def commit(self, prepared: Prepared) -> Receipt:
        """Send a part's events; return when the brokers have acknowledged each.

        Raises:
            TransientSinkError: Some were not acknowledged in time: the part is pending.
            PermanentSinkError: The brokers refuse.
        """
        assert self._delivery_log is not None, "commit needs open"
        try:
            before = self._delivery_log.begin(prepared)
            if before is not None:
                return before
            reports = DeliveryReports()
            for payload in prepared.payloads["messages"]:
                self._send(read_arrow(payload), reports)
            self._check(reports, prepared.events)
            return self._delivery_log.settle(
                prepared, reports.dead_letters, prepared.size_bytes
            )
        finally:
            drop(prepared.files)

    def close(self, *, complete: bool) -> None:
        """Let the connections and the ledger go."""
        delivery_log, self._delivery_log, self._producer = self._delivery_log, None, None
        if delivery_log is not None:
            delivery_log.close(complete=complete)
        self._scratch.clear()

    def progress(self) -> Progress:
        """Return what has become of the part that is being sent; what the client sends again by itself is not known."""
        reports = self._reports
        counts = reports.counts
        return Progress(
            max(reports.n_queued - reports.n, 0), counts["delivered"], len(reports.dead_letters)
        )

    def tallies(self) -> Tallies | None:
        """Return what was counted in the parts that are delivered; None where some came without."""
        assert self._delivery_log is not None, "tallies needs open"
        return self._delivery_log.tallies

    def refused(self) -> int:
        """Return how many events were refused, and not accepted since."""
        assert self._delivery_log is not None, "refused needs open"
        return self._delivery_log.refused

    @property
    def letters_of(self) -> tuple[str, ...]:
        """Sinks whose dead letters it can take: those that send events as they are stored."""
        return ("kafka:", "webhook+")

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        """Send dead letters again; see `Retrying`."""
        assert self._delivery_log is not None, "retry needs open"
        left = self._delivery_log.begin_again(events)
        reports = DeliveryReports()
        self._send(_messages_of(left.values()), reports)
        self._check(reports, len(left))
        return self._delivery_log.settle_again(
            left, reports.dead_letters, sum(len(text.encode()) for text in left.values())
        )

    def _check(self, reports: DeliveryReports, n_events: int) -> None:
        """Check that all messages were reported as delivered or refused.

        Raises:
            SinkError: Some were not.
        """
        assert self._delivery_log is not None
        if reports.problem is None:
            return
        self._producer = _producer(self.topic)  # what a fatal error has ended sends no more
        raise self._delivery_log.undelivered(
            reports.problem,
            n_events,
            reports.counts["delivered"],
            is_permanent=reports.is_permanent,
        )

    def _send(self, messages: pa.Table, reports: DeliveryReports) -> None:
        """Queue all messages, as fast as the queue has room, and wait for all reports."""
        exceptions = _driver().KafkaException
        self._reports = reports
        try:
            for batch in messages.to_batches(BATCH):
                self._queue(batch, reports)
            while reports.n < reports.n_queued and reports.problem is None:
                self._wait(reports)
        except exceptions as error:
            reports.fail(error.args[0])
        finally:
            self._reports = DeliveryReports()

    def _queue(self, batch: pa.RecordBatch, reports: DeliveryReports) -> None:
        """Queue messages one by one, as the client takes them (its call for many takes no times)."""
        produce, name = self._producer.produce, self.topic.name
        too_large = _driver().KafkaException
        for key, value, timestamp in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            while reports.problem is None:
                try:
                    produce(name, value, key, on_delivery=reports.take, timestamp=timestamp)
                    reports.n_queued += 1
                except BufferError:  # back-pressure: reports make room
                    self._wait(reports)
                    continue
                except too_large as error:
                    reports.refuse_or_fail(value, error.args[0])
                break
        self._producer.poll(0)

    def _wait(self, reports: DeliveryReports) -> None:
        """Wait a moment for reports; once told to stop, not for longer than some seconds."""
        self._producer.poll(_POLL_S)
        if reports.n == reports.n_seen:
            self._outage.failed("no broker acknowledges anything")
        elif reports.problem is None:
            self._outage.worked()
        reports.n_seen = reports.n
        if self._stop is None or not self._stop.is_set():
            return
        reports.leave_at = reports.leave_at or time.monotonic() + LEAVE_S
        if time.monotonic() > reports.leave_at:
            reports.problem = reports.problem or "stopped before all was acknowledged"


@dataclass(slots=True)
class DeliveryReports:
    """What became of messages: delivered, refused for good, or not delivered and why.

    Args:
        n_seen: Messages that had been reported on when it was last looked.
        leave_at: On the monotonic clock, when nothing more is waited for; None while nobody wants to leave.
    """

    n_queued: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    problem: str | None = None
    is_permanent: bool = False
    n_seen: int = 0
    leave_at: float | None = None

    @property
    def n(self) -> int:
        """Messages that were reported on."""
        return self.counts.total()

    def take(self, error: Any, message: Any) -> None:
        """Take in a delivery report."""
        if error is None:
            self.counts["delivered"] += 1
        elif error.name() == "MSG_SIZE_TOO_LARGE":
            self.counts["refused"] += 1
            self._refuse(message.value(), error)
        else:
            self.counts["failed"] += 1
            self.fail(error)

    def refuse_or_fail(self, value: str, error: Any) -> None:
        """Take in that a message was not even queued."""
        if error.name() == "MSG_SIZE_TOO_LARGE":
            self._refuse(value, error)
        else:
            self.fail(error)

    def fail(self, error: Any) -> None:
        """Note why nothing more is to be expected."""
        refuses = ("AUTHORIZATION", "AUTHENTICATION", "UNKNOWN_TOPIC", "INVALID")
        self.problem = self.problem or f"{error.name()}: {error.str()}"
        self.is_permanent |= any(word in error.name() for word in refuses)

    def _refuse(self, value: bytes | str, error: Any) -> None:
        event = value.decode() if isinstance(value, bytes) else value
        self.dead_letters.append(DeadLetter(event, f"too large for the topic: {error.str()}"))


def _messages(events: pa.Table) -> pa.Table:
    """Return keys, values and times of messages."""
    people = pc.binary_join_element_wise("person-", events["person"].cast(pa.string()), "")
    return pa.table(
        {
            "key": pc.coalesce(events["user_id"].cast(pa.string()), people),
            "value": pa.chunked_array(_texts(events), pa.string()),
            "timestamp": events["time"].cast(pa.int64()),
        }
    )


def _messages_of(texts: Iterable[str]) -> pa.Table:
    """Return messages of single events."""
    values = list(texts)
    events = [json.loads(text) for text in values]
    keys = [str(event.get("user_id") or f"person-{event.get('person')}") for event in events]
    columns = {"key": pa.array(keys, pa.string()), "value": pa.array(values, pa.string())}
    return pa.table(
        {**columns, "timestamp": pa.array([time_of(text) for text in values], pa.int64())}
    )


def _texts(events: pa.Table) -> Iterator[pa.Array]:
    yield from json_rows(events)


def _driver() -> Any:
    try:
        import confluent_kafka
    except ImportError:
        raise MissingExtraError("confluent-kafka", "kafka", "Kafka") from None
    return confluent_kafka


def _producer(topic: Topic) -> Any:
    """Return a producer.

    Raises:
        UsageError: An option is not known to librdkafka, or contradicts what we need.
    """
    driver = _driver()
    settings = {
        **_OURS,
        **dict(topic.options),
        "bootstrap.servers": topic.brokers,
        "logger": _quiet(),
    }
    if os.environ.get(USER):
        secrets = {
            "sasl.username": os.environ[USER],
            "sasl.password": os.environ.get(PASSWORD, ""),
        }
        settings = {
            "sasl.mechanism": "PLAIN",
            "security.protocol": "SASL_SSL",
            **settings,
            **secrets,
        }
    try:
        return driver.Producer(settings)
    except driver.KafkaException as error:
        raise UsageError(
            f"{topic.shown}: {error.args[0].str()}\n  hint: options are those of librdkafka"
        ) from None


def _quiet() -> Any:
    """Return a logger that says nothing: what matters comes as an error."""
    import logging

    logger = logging.getLogger("footfall.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def _reach(producer: Any, topic: Topic) -> None:
    driver = _driver()
    found = _within(
        _REACH_S, lambda left: producer.list_topics(topic.name, timeout=left), driver, topic
    )
    error = found.topics[topic.name].error
    if error is not None and not error.retriable():
        raise UsageError(
            f"{topic.shown}: {error.str()}\n  hint: create the topic, or name another"
        )


def _within(seconds: float, ask: Callable[[float], Any], driver: Any, topic: Topic) -> Any:
    """Ask for the topic until it has a leader; one that is made by asking needs a moment."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            found = ask(max(give_up - time.monotonic(), 1.0))
        except driver.KafkaException as error:
            kind = PermanentSinkError if "AUTH" in error.args[0].name() else TransientSinkError
            raise kind(
                f"{topic.shown}: {error.args[0].str()}\n  hint: are the brokers running, and the addresses right?"
            ) from None
        told = found.topics[topic.name].error
        if told is None or not told.retriable() or time.monotonic() > give_up:
            return found
        time.sleep(_POLL_S)


def make(text: str) -> KafkaSink:
    """Return the sink of what follows `kafka:`."""
    return KafkaSink(Topic.of(text))
