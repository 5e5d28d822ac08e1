"""The queue of a topic: what became of messages, by the client's delivery reports; no thread, no network.

The client decides what is sent next: it has a queue of its own, batches by partition, and retries by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from footfall.errors import SinkError, TransientSinkError
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.protocol import Progress

REFUSALS = ("AUTHORIZATION", "AUTHENTICATION", "UNKNOWN_TOPIC", "INVALID")
"""Parts of the names of errors that will come again unless something is mended."""


class MessageQueue:
    """The messages of a part on their way; a `Delivery`.

    A message is queued in the client → reported as delivered, or refused for good, or not delivered and why.

    Args:
        tables: Keys, values and times, as `encode` makes them; a table is only read when it is its turn.
        size_bytes: Of all of them.

    Attributes:
        n_queued: Messages that the client has taken.
        n_reported: Messages that it has reported on.
    """

    retries = 0
    """What the client sends again by itself is not known."""

    def __init__(self, tables: Iterable[pa.Table], size_bytes: int) -> None:
        self.tables, self.size_bytes = tables, size_bytes
        self.n_queued = self.n_reported = self.accepted = 0
        self.dead_letters: list[DeadLetter] = []
        self.problem: SinkError | None = None
        self.is_permanent = False

    @property
    def is_done(self) -> bool:
        """Whether every message was reported as delivered or refused, once all were queued and waited for."""
        return self.problem is None

    @property
    def progress(self) -> Progress:
        """The progress of the messages so far."""
        in_flight = max(self.n_queued - self.n_reported, 0)
        return Progress(in_flight, self.accepted, len(self.dead_letters))

    def report(self, error: Any, message: Any) -> None:
        """Take in a delivery report."""
        self.n_reported += 1
        if error is None:
            self.accepted += 1
        else:
            self.refuse_or_fail(message.value(), error)

    def refuse_or_fail(self, value: bytes | str, error: Any) -> None:
        """Take in that a message was not delivered, or not even queued."""
        # The one refusal that is about a message alone; any other would meet the next one as well.
        if error.name() != "MSG_SIZE_TOO_LARGE":
            self.fail(error)
            return
        event = value.decode() if isinstance(value, bytes) else value
        reason = f"too large for the topic: {error.str()}"
        self.dead_letters.append(DeadLetter(event, reason))

    def fail(self, error: Any) -> None:
        """Note why nothing more is to be expected."""
        self.problem = self.problem or SinkError(f"{error.name()}: {error.str()}")
        self.is_permanent |= any(word in error.name() for word in REFUSALS)

    def leave(self) -> None:
        """Note that nothing more is waited for."""
        self.problem = self.problem or TransientSinkError("stopped before all was acknowledged")
