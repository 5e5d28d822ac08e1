"""The sink to webhooks: batches of events as JSON, signed, each with an id of its own, tried until they are taken.

Source:
    Standard Webhooks specification 1.0.0: headers, signature, what answers mean.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import UsageError, shown
from footfall.net import address_guard
from footfall.net.clock import Clock, SystemClock
from footfall.net.http_client import HttpConnection
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import secret_from
from footfall.net.target import Options, Target, read_target
from footfall.sinks.delivery.dead_letters import RetryOutcome, time_of
from footfall.sinks.delivery.delivery_ledger import FOLDER
from footfall.sinks.delivery.delivery_log import DeliveryLog
from footfall.sinks.delivery.http_sender import HttpSender
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.row_texts import RowTexts, lengths_of
from footfall.sinks.protocol import (
    Capabilities,
    Cursors,
    Guarantee,
    Payload,
    Placement,
    Prepared,
    Progress,
    Receipt,
    prepared_of,
)
from footfall.sinks.scratch import Scratch, drop
from footfall.sinks.webhook import signature
from footfall.sinks.webhook.queue import SAME_FAILURES, RequestForm, WebhookQueue, batches_of
from footfall.store.schema_changes import check_chunk

if TYPE_CHECKING:
    import pyarrow as pa

MOST_REQUESTS_PER_S = 100
"""To a host that is not this machine, unless another number is given: nobody is to be flooded by accident."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How a webhook is sent to; every one is an option behind `#` in the URL.

    Args:
        batch: Events per request at most; 1 sends each by itself.
        batch_bytes: Bytes per request, about.
        concurrency: Requests at once.
        rate: Events per second; 0 is no limit.
        requests: Requests per second; 0 is no limit.
        timeout: Seconds that one request may take in all.
        patience: Seconds after which it is given up for now if nothing was accepted meanwhile; 0 never gives up.
        is_public_only: Refuse private addresses, also when the user has named them.
    """

    batch: int = 500
    batch_bytes: int = 500_000
    concurrency: int = 4
    rate: int = 0
    requests: int = 0
    timeout: int = 30
    patience: int = 900
    is_public_only: bool = False


def read_settings(given: dict[str, str], target: Target, name: str) -> WebhookSettings:
    """Return the settings of a URL's options.

    Raises:
        UsageError: There is no such option, or its value is not accepted.
    """
    options = Options(given, name)
    settings = WebhookSettings(
        batch=options.number("batch", 500, 1, 10_000),
        batch_bytes=options.number("batch-bytes", 500_000, 1, 5_000_000),
        concurrency=options.number("concurrency", 4, 1, 64),
        rate=options.number("rate", 0, 0, 10_000_000),
        requests=options.number(
            "requests", 0 if target.is_local else MOST_REQUESTS_PER_S, 0, 100_000
        ),
        timeout=options.number("timeout", 30, 1, 600),
        patience=options.number("patience", 900, 0, 10_000_000),
        is_public_only=options.flag("public-only"),
    )
    options.check()
    return settings


class WebhookSink:
    """Sends the events of runs to a URL.

    Args:
        target: Where to.
        settings: How.
        is_trusted: The user has named the URL on the command line: it may be a private address.
        clock: Tells the time and waits.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    placement: Placement = "worker"
    guarantee: Guarantee = "at least once"

    def __init__(
        self,
        target: Target,
        settings: WebhookSettings | None = None,
        *,
        is_trusted: bool = False,
        clock: Clock | None = None,
        folder: Path | None = None,
        resolver: address_guard.Resolver = address_guard.resolve,
    ) -> None:
        self.target, self.settings = target, settings or WebhookSettings()
        self._is_trusted = is_trusted and not self.settings.is_public_only
        self._clock, self._folder, self._resolver = clock or SystemClock(), folder, resolver
        self._scratch = Scratch((folder or FOLDER) / f"{self.key}.scratch")
        self._sending: _Sending | None = None
        self._stop: threading.Event | None = None

    @property
    def name(self) -> str:
        """The destination; the path is shown for this machine only, since it may be secret."""
        return f"webhook+{self.target.shown}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a URL, whose path is left out of the name unless it is this machine's."""
        return Capabilities(
            kind=f"webhook+{self.target.scheme}", is_masked=not self.target.is_local
        )

    @property
    def key(self) -> str:
        """What tells destinations apart, fit for file names."""
        return f"webhook-{self.target.digest}"

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events."""
        check_chunk(chunk)
        return prepared_of(chunk, encode(chunk.events, self._scratch))

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Take the ledger and the secret.

        Raises:
            UsageError: The secret is none.
            StoreError: Another process has the ledger.
        """
        if self.target.scheme == "http" and not self.target.is_local:
            sys.stderr.write(
                f"{self.name}: events go there in the clear; webhook+https does not\n"
            )
        secret = secret_from(signature.SECRET_NAME, self.name)
        keys = signature.keys_of(secret) if secret else []
        delivery_log = DeliveryLog(
            self.name, self.key, run, fresh=fresh, clock=self._clock, folder=self._folder
        )
        self._scratch.clear()
        self._sending = _Sending(
            delivery_log, self._sender(), self._envelope(run, keys), self.settings, self._clock
        )
        return dict(delivery_log.book.cursors)

    def stop_on(self, stop: threading.Event) -> None:
        """Send nothing new once an event is set."""
        self._stop = stop

    def progress(self) -> Progress:
        """Return what has become of the part that is being sent."""
        sending = self._sending
        return Progress() if sending is None else sending.progress()

    def tallies(self) -> Tallies | None:
        """Return what was counted in the parts that are delivered; None where some came without."""
        assert self._sending is not None, "tallies needs open"
        return self._sending.delivery_log.tallies

    def refused(self) -> int:
        """Return how many events were refused, and not accepted since."""
        assert self._sending is not None, "refused needs open"
        return self._sending.delivery_log.refused

    @property
    def letters_of(self) -> tuple[str, ...]:
        """Sinks whose dead letters it can take: those that send events as they are stored."""
        return ("webhook+", "kafka:")

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        """Send dead letters again; see `Retrying`."""
        assert self._sending is not None, "retry needs open"
        return self._sending.retry(events)

    def commit(self, prepared: Prepared) -> Receipt:
        """Send a part's events; return when all are accepted or refused.

        Raises:
            TransientSinkError: Some were neither within the time given, or it was stopped: the part is pending.
            PermanentSinkError: The other side wants nothing, or everything fails the same way.
        """
        assert self._sending is not None, "commit needs open"
        try:
            return self._sending.commit(prepared)
        finally:
            drop(prepared.files)

    def close(self, *, complete: bool) -> None:
        """Let the connections and the ledger go."""
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.close(complete=complete)
        self._scratch.clear()

    def _sender(self) -> HttpSender:
        channels = [
            HttpConnection(
                self.target,
                self._clock,
                is_trusted=self._is_trusted,
                whole_s=self.settings.timeout,
                resolver=self._resolver,
            )
            for _ in range(self.settings.concurrency)
        ]
        sender = HttpSender(channels, self._clock)
        if self._stop is not None:
            sender.stop_on(self._stop)
        return sender

    def _envelope(self, run: Run, keys: list[bytes]) -> RequestForm:
        return RequestForm(
            run.id, keys, f"footfall/{version('footfall')}", is_single=self.settings.batch == 1
        )


class _Sending:
    """A webhook that is open."""

    def __init__(
        self,
        delivery_log: DeliveryLog,
        sender: HttpSender,
        envelope: RequestForm,
        settings: WebhookSettings,
        clock: Clock,
    ) -> None:
        self.delivery_log, self._sender, self._envelope, self._settings = (
            delivery_log,
            sender,
            envelope,
            settings,
        )
        self._clock = clock
        self._outage = Outage(delivery_log.name, clock, settings.patience)
        self._paces = (RateLimit(clock, settings.requests), RateLimit(clock, settings.rate))
        self._queue: WebhookQueue | None = None
        self._n_retries = 0

    def progress(self) -> Progress:
        queue = self._queue
        now = Progress() if queue is None else queue.progress
        return replace(now, retries=self._n_retries + now.retries)

    def commit(self, prepared: Prepared) -> Receipt:
        before = self.delivery_log.begin(prepared)
        if before is not None:
            return before
        queue = self._deliver(rows_of(prepared), times_of(prepared))
        return self.delivery_log.settle(prepared, queue.dead_letters, queue.size_bytes)

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        left = self.delivery_log.begin_again(events)
        times = [time_of(text) for text in left.values()]
        queue = self._deliver(
            RowTexts.of_texts(left.values()), times, most_refusals=0
        )  # they were refused before
        return self.delivery_log.settle_again(left, queue.dead_letters, queue.size_bytes)

    def _deliver(
        self, rows: RowTexts, times_ms: list[int], *, most_refusals: int = SAME_FAILURES
    ) -> WebhookQueue:
        """Send rows until all are accepted or refused."""
        batches = batches_of(rows, times_ms, self._settings.batch, self._settings.batch_bytes)
        queue = WebhookQueue(
            batches, self._envelope, self._outage, self._clock, self._paces, most_refusals
        )
        self._queue = queue
        try:
            self._sender.run(queue)
        finally:
            self._n_retries, self._queue = self._n_retries + queue.retries, None
        if not queue.is_done:
            why = str(queue.problem or "stopped before all was accepted")
            raise self.delivery_log.undelivered(
                why, len(rows), queue.accepted, is_permanent=queue.is_hopeless
            )
        return queue

    def close(self, *, complete: bool) -> None:
        self._sender.close()
        self.delivery_log.close(complete=complete)


def encode(events: pa.Table, scratch: Scratch) -> dict[str, tuple[Payload, ...]]:
    """Return events as payloads: rows as JSON with commas between, their lengths, their times."""
    from footfall.sinks.encoders.json_rows import json_rows, text_bytes

    if not events.num_rows:
        return {}
    texts = list(json_rows(events, end=","))
    rows = scratch.write(
        "rows", events.num_rows, lambda file: file.writelines(map(text_bytes, texts))
    )
    times = (
        events["time"].combine_chunks().cast("int64").to_numpy(zero_copy_only=False).tobytes()
    )
    lengths = lengths_of(texts)
    return {
        "rows": (rows,),
        "lengths": (Payload(events.num_rows, len(lengths), data=lengths),),
        "times": (Payload(events.num_rows, len(times), data=times),),
    }


def rows_of(prepared: Prepared, name: str = "rows", lengths: str = "lengths") -> RowTexts:
    """Return the rows that were prepared."""
    return RowTexts.of(bytes_of(prepared, name), bytes_of(prepared, lengths))


def times_of(prepared: Prepared) -> list[int]:
    """Return the events' times, ms since the epoch."""
    return memoryview(bytes_of(prepared, "times")).cast("q").tolist()


def bytes_of(prepared: Prepared, name: str) -> bytes:
    """Return the bytes of a payload."""
    payload = next(iter(prepared.payloads.get(name, ())), None)
    if payload is None:
        return b""
    return payload.file.read_bytes() if payload.file is not None else payload.data or b""


def make(scheme: str, text: str) -> WebhookSink:
    """Return the sink of a URL that the user has named.

    Args:
        scheme: `http` or `https`.
        text: What follows `webhook+SCHEME:`.

    Raises:
        UsageError: It is no URL, or an option is not accepted.
    """
    if scheme not in ("http", "https"):
        raise UsageError(
            f"webhook+{shown(scheme)}: there is no such scheme\n  accepted: webhook+https, webhook+http"
        )
    target, given = read_target(text, scheme)
    return WebhookSink(
        target, read_settings(given, target, f"webhook+{target.shown}"), is_trusted=True
    )
