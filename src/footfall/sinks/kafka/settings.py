"""Settings of a topic and its client, read from what a user writes.

Source:
    librdkafka's CONFIGURATION.md: idempotence, queues and time-outs, partitioners.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from footfall.errors import UsageError

FORM = "kafka://BROKER:PORT,…/TOPIC"
USER, PASSWORD = "FOOTFALL_KAFKA_USERNAME", "FOOTFALL_KAFKA_PASSWORD"
PATIENCE_S = 300
OPTIONS: dict[str, Any] = {
    "client.id": "footfall",
    "enable.idempotence": True,  # what the client retries by itself is there once, in its order
    "partitioner": "murmur2_random",  # as Java's clients: the same key, the same partition
    "linger.ms": 20,
    "compression.type": "lz4",
    "message.timeout.ms": PATIENCE_S * 1000,
}
"""Options of librdkafka unless the user gives others."""


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
    def digest(self) -> str:
        """12 hex digits that tell topics apart; options make no other topic of it."""
        place = f"{self.brokers}/{self.name}"
        return hashlib.sha256(place.encode()).hexdigest()[:12]

    @property
    def patience_s(self) -> float:
        """Seconds that the client tries to deliver a message; 0 is for ever."""
        return float(dict(self.options).get("message.timeout.ms", PATIENCE_S * 1000)) / 1000

    def client_options(self) -> dict[str, Any]:
        """Return the options of librdkafka, with the secrets of the environment among them."""
        options = {**OPTIONS, **dict(self.options), "bootstrap.servers": self.brokers}
        user = os.environ.get(USER)
        if not user:
            return options
        secrets = {"sasl.username": user, "sasl.password": os.environ.get(PASSWORD, "")}
        safe = {"sasl.mechanism": "PLAIN", "security.protocol": "SASL_SSL"}
        return {**safe, **options, **secrets}


def read_settings(text: str) -> Topic:
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
    return Topic(brokers, name, options)
