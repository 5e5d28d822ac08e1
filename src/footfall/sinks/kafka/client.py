"""The client library: its producer, whether a topic can be reached, and its errors in the user's words."""

from __future__ import annotations

import logging
import time
from typing import Any

from footfall.errors import (
    MissingExtraError,
    PermanentSinkError,
    TransientSinkError,
    UsageError,
)
from footfall.sinks.kafka.settings import Topic

REACH_S = 10.0
POLL_S = 0.1


def driver() -> Any:
    """Return the module `confluent_kafka`.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import confluent_kafka
    except ModuleNotFoundError:
        raise MissingExtraError("confluent-kafka", "kafka", "Kafka") from None
    return confluent_kafka


def producer_of(topic: Topic) -> Any:
    """Return a producer.

    Raises:
        UsageError: An option is not known to librdkafka, or contradicts what we need.
    """
    confluent_kafka = driver()
    try:
        return confluent_kafka.Producer({**topic.client_options(), "logger": _silent_logger()})
    except confluent_kafka.KafkaException as error:
        raise UsageError(
            f"{topic.shown}: {error.args[0].str()}\n  hint: options are those of librdkafka"
        ) from None


def _silent_logger() -> logging.Logger:
    """Return a logger that says nothing: what matters comes as an error."""
    logger = logging.getLogger("footfall.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def reach(producer: Any, topic: Topic) -> None:
    """Check that a topic is there and has a leader.

    Raises:
        UsageError: There is no such topic.
        TransientSinkError: No broker answers.
        PermanentSinkError: The brokers do not accept who we are.
    """
    error = _metadata(producer, topic).topics[topic.name].error
    if error is not None and not error.retriable():
        raise UsageError(
            f"{topic.shown}: {error.str()}\n  hint: create the topic, or name another"
        )


def _metadata(producer: Any, topic: Topic) -> Any:
    """Return what brokers say of a topic, once it has a leader: one that is made by asking needs a moment.

    This waits for a state, it does not retry a failure: so it polls, and does not back off.
    """
    exceptions = driver().KafkaException
    give_up = time.monotonic() + REACH_S
    while True:
        try:
            found = producer.list_topics(
                topic.name, timeout=max(give_up - time.monotonic(), 1.0)
            )
        except exceptions as error:
            kind = PermanentSinkError if "AUTH" in error.args[0].name() else TransientSinkError
            raise kind(
                f"{topic.shown}: {error.args[0].str()}\n  hint: are the brokers running, and the addresses right?"
            ) from None
        flaw = found.topics[topic.name].error
        if flaw is None or not flaw.retriable() or time.monotonic() > give_up:
            return found
        time.sleep(POLL_S)
