"""The queue of a topic: what became of messages, by the client's delivery reports; no thread, no network.

The client decides what is sent next: it has a queue of its own, batches by partition, and retries by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from footfall.errors import SinkError, TransientSinkError
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.delivery import Delivery
from footfall.sinks.protocol import Progress

Message = tuple[int, str, str, int]
REFUSALS = ("AUTHORIZATION", "AUTHENTICATION", "UNKNOWN_TOPIC", "INVALID")
"""Parts of the names of errors that will come again unless something is mended."""


class MessageQueue(Delivery):
    """The messages of a part on their way.

    A message is queued in the client → reported as delivered, or refused for good, or not delivered and why.

    Args:
        tables: Keys, values and times, as `encode` makes them; a table is only read when it is its turn.
        size_bytes: Of all of them.
        answered: Rows that are left out, since they were answered before; None if none was.

    Attributes:
        n_queued: Messages that the client has taken.
        n_reported: Messages that it has reported on.
    """

    def __init__(
        self,
        tables: Iterable[pa.Table],
        size_bytes: int,
        answered: AnsweredRows | None = None,
    ) -> None:
        super().__init__()  # of `retries` nothing is known: the client sends again by itself
        self.size_bytes = size_bytes
        self._tables, self._answered = tables, answered
        self.n_queued = self.n_reported = 0

    def batches(self, most: int) -> Iterator[list[Message]]:
        """Yield the messages, so many at a time at most: row, key, value, time."""
        row, known = 0, None if self._answered is None else self._answered.known.tolist()
        for table in self._tables:
            for batch in table.to_batches(most):
                columns = [column.to_pylist() for column in batch.columns]
                rows = range(row, row + batch.num_rows)
                row += batch.num_rows
                messages = zip(rows, *columns, strict=True)
                yield [
                    message for message in messages if known is None or not known[message[0]]
                ]

    @property
    def is_done(self) -> bool:
        """Whether every message was reported as delivered or refused, once all were queued and waited for."""
        return self.problem is None

    @property
    def progress(self) -> Progress:
        """The progress of the messages so far."""
        in_flight = max(self.n_queued - self.n_reported, 0)
        return Progress(in_flight, self.accepted, len(self.dead_letters))

    def report(self, row: int, error: Any, message: Any) -> None:
        """Take in a delivery report."""
        self.n_reported += 1
        if error is None:
            self.take_accepted((row,))
        else:
            self.refuse_or_fail(row, message.value(), error)

    def refuse_or_fail(self, row: int, value: bytes | str, error: Any) -> None:
        """Take in that a message was not delivered, or not even queued."""
        # The one refusal that is about a message alone; any other would meet the next one as well.
        if error.name() != "MSG_SIZE_TOO_LARGE":
            self.give_up(error)
            return
        event = value.decode() if isinstance(value, bytes) else value
        reason = f"too large for the topic: {error.str()}"
        self.take_refused([DeadLetter(event, reason, row=row)])

    def give_up(self, error: Any) -> None:
        """Take in why nothing more is to be expected."""
        is_permanent = any(word in error.name() for word in REFUSALS)
        kind = SinkError if is_permanent else TransientSinkError
        self.fail(kind(f"{error.name()}: {error.str()}"))

    def leave(self) -> None:
        """Take in that nothing more is waited for."""
        self.fail(TransientSinkError("stopped before all was acknowledged"))
