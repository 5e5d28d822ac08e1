"""Events as a webhook takes them: rows of JSON, cut into batches, and each batch as a signed request."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.row_texts import RowBatch, RowTexts, bytes_of, row_payloads
from footfall.sinks.protocol import Payload, Prepared
from footfall.sinks.scratch import Scratch
from footfall.sinks.webhook import signature

if TYPE_CHECKING:
    import pyarrow as pa


def encode(events: pa.Table, scratch: Scratch) -> dict[str, tuple[Payload, ...]]:
    """Return events as payloads: rows as JSON with commas between, their lengths, their times."""
    from footfall.sinks.encoders.json_rows import json_rows

    if not events.num_rows:
        return {}
    # Beside the rows, not out of them: a batch needs the time of its last event, and parses none.
    times = events["time"].combine_chunks().cast("int64").to_numpy(zero_copy_only=False)
    data = times.tobytes()
    return {
        **row_payloads(list(json_rows(events, end=",")), scratch),
        "times": (Payload(events.num_rows, len(data), data=data),),
    }


def times_of(prepared: Prepared) -> list[int]:
    """Return the events' times, ms since the epoch."""
    return memoryview(bytes_of(prepared, "times")).cast("q").tolist()


@dataclass(slots=True)
class WebhookBatch(RowBatch):
    """Some rows that are sent together.

    Args:
        time_ms: Time of the last event, ms since the epoch.
        id: The header `webhook-id`, once there is a request of it.
    """

    time_ms: int = 0
    id: str = ""

    @property
    def name(self) -> str:
        """The id: the jitter of retries is drawn from it."""
        return self.id


def batches_of(
    rows: RowTexts, times_ms: Sequence[int], most_rows: int, most_bytes: int
) -> list[WebhookBatch]:
    """Return rows cut into batches."""
    return [
        WebhookBatch(rows, batch.first, batch.end, time_ms=times_ms[batch.end - 1])
        for batch in rows.batches(most_rows, most_bytes)
    ]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The form of requests: how a batch becomes one.

    Args:
        run: Id of the run.
        keys: For signatures; none leaves them out.
        agent: The header User-Agent.
        is_single: Events are sent one by one, without a list around them.
    """

    run: str
    keys: Sequence[bytes] = field(repr=False)
    agent: str
    is_single: bool = False

    def request(self, batch: WebhookBatch, now_s: int) -> Request:
        """Return the request: the same body and id for every attempt, another timestamp and signature."""
        body = self.body(batch)
        # The id is a hash of what is sent, not a number that somebody draws: after a crash the same part
        # makes the same requests, and a receiver that keeps ids takes none of them twice.
        batch.id = "ff_" + hashlib.sha256(body).hexdigest()[:40]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self.agent,
            signature.ID: batch.id,
            signature.TIMESTAMP: str(now_s),
        }
        if self.keys:
            signed = signature.sign(self.keys, batch.id, now_s, body)
            headers[signature.SIGNATURE] = signed
        return Request(body, headers, batch)

    def body(self, batch: WebhookBatch) -> bytes:
        """Return the body. Source: Standard Webhooks 1.0.0, "Payload structure": type, timestamp, data."""
        moment = dt.datetime.fromtimestamp(batch.time_ms / 1000, dt.UTC)
        time = moment.isoformat(timespec="milliseconds").removesuffix("+00:00")
        kind = "event" if self.is_single else "events"
        head = f'{{"type":"footfall.{kind}","timestamp":"{time}Z","data":'
        if self.is_single:
            return b"".join((head.encode(), batch.body, b"}"))
        head += f'{{"run":"{self.run}","events":['
        return b"".join((head.encode(), batch.body, b"]}}"))
