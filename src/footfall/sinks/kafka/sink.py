"""The sink into a Kafka topic: one message per event, keyed by user; delivery reports alone move the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.net.clock import SystemClock
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.http_sender import LEAVE_S
from footfall.sinks.delivery.network_sink import NetworkSink
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.kafka.client import POLL_S, driver, producer_of, reach
from footfall.sinks.kafka.encode import encode, encode_texts
from footfall.sinks.kafka.queue import Message, MessageQueue
from footfall.sinks.kafka.settings import Topic, read_settings
from footfall.sinks.protocol import Capabilities, Prepared, prepared_of
from footfall.sinks.scratch import read_arrow
from footfall.store.schema_changes import check_chunk

BATCH = 2_000
"""Messages between two looks at the delivery reports."""


class KafkaSink(NetworkSink[MessageQueue]):
    """Writes the events of runs into a topic.

    Args:
        topic: Which.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    takes_dead_letters_of = ("kafka:", "webhook+")
    """Those that send events as they are stored."""

    def __init__(self, topic: Topic, *, folder: Path | None = None) -> None:
        super().__init__(f"kafka-{topic.digest}", clock=SystemClock(), folder=folder)
        self.topic = topic
        self._producer: Any = None
        self._n_seen = 0
        self._leave_at: float | None = None

    @property
    def name(self) -> str:
        """The destination, as `parse` takes it."""
        return self.topic.shown

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a topic; its address holds no secret."""
        return Capabilities(kind="kafka")

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events: key, JSON, time."""
        check_chunk(chunk)
        messages = (self.scratch.write_arrow("messages", encode(chunk.events), BATCH),)
        return prepared_of(chunk, {"messages": messages if chunk.events.num_rows else ()})

    def connect(self, run: Run) -> None:
        """Make a producer, and see that the topic can be reached.

        Raises:
            UsageError: There is no such topic.
            TransientSinkError: No broker answers.
        """
        del run
        self._producer = producer_of(self.topic)
        reach(self._producer, self.topic)
        self._outage = Outage(self.name, self.clock, self.topic.patience_s)

    def disconnect(self) -> None:
        """Let the producer go."""
        self._producer = None

    def delivery(self, prepared: Prepared, answered: AnsweredRows) -> MessageQueue:
        """Return a part's messages."""
        payloads = prepared.payloads["messages"]
        return MessageQueue(map(read_arrow, payloads), prepared.size_bytes, answered)

    def retry_delivery(self, events: Mapping[str, str]) -> MessageQueue:
        """Return dead letters as messages."""
        texts = events.values()
        return MessageQueue([encode_texts(texts)], sum(len(text.encode()) for text in texts))

    def send(self, delivery: MessageQueue) -> None:
        """Queue all messages, as fast as the client's queue has room, and wait for all reports.

        Once told to stop, queue no more, and wait for the reports on what is queued, some seconds at most.
        """
        self._n_seen, self._leave_at = 0, None
        batches = delivery.batches(BATCH)
        try:
            while not self._is_told_to_stop and (messages := next(batches, None)) is not None:
                self._queue(messages, delivery)
            while delivery.n_reported < delivery.n_queued and delivery.problem is None:
                self._wait(delivery)
            if next(batches, None) is not None:
                delivery.leave()
        except driver().KafkaException as error:
            delivery.give_up(error.args[0])
        if (
            delivery.problem is not None
        ):  # a producer that a fatal error has ended sends no more
            self._producer = producer_of(self.topic)

    def _queue(self, messages: Iterable[Message], delivery: MessageQueue) -> None:
        """Queue messages one by one, as the client takes them (its call for many takes no times)."""
        produce, name = self._producer.produce, self.topic.name
        exceptions = driver().KafkaException
        for row, key, value, timestamp in messages:
            report = partial(delivery.report, row)
            while delivery.problem is None:
                try:
                    produce(name, value, key, on_delivery=report, timestamp=timestamp)
                    delivery.n_queued += 1
                except (
                    BufferError
                ):  # backpressure: the client's queue is full, reports make room
                    self._wait(delivery)
                    continue
                except exceptions as error:
                    delivery.refuse_or_fail(row, value, error.args[0])
                break
        self._producer.poll(0)
        delivery.note_answers()

    @property
    def _is_told_to_stop(self) -> bool:
        return self.stop is not None and self.stop.is_set()

    def _wait(self, delivery: MessageQueue) -> None:
        """Wait a moment for reports; once told to stop, not for longer than some seconds."""
        self._producer.poll(POLL_S)
        delivery.note_answers()
        # No report within a poll may be a slow broker; only after five such seconds anything is said.
        if delivery.n_reported == self._n_seen:
            self._outage.failed("no broker acknowledges anything")
        elif delivery.problem is None:
            self._outage.worked()
        self._n_seen = delivery.n_reported
        if not self._is_told_to_stop:
            return
        now = self.clock.monotonic()
        self._leave_at = self._leave_at or now + LEAVE_S
        if now > self._leave_at:
            delivery.leave()


def make(text: str) -> KafkaSink:
    """Return the sink of what follows `kafka:`."""
    return KafkaSink(read_settings(text))
