"""The sink to webhooks: batches of events as JSON, signed, each with an id of its own, tried until they are taken.

Source:
    Standard Webhooks specification 1.0.0: headers, signature, what answers mean.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.errors import UsageError, shown
from footfall.net import address_guard
from footfall.net.clock import Clock, SystemClock
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import secret_from
from footfall.net.target import Target, read_target
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.dead_letters import time_of
from footfall.sinks.delivery.http_sender import HttpSender
from footfall.sinks.delivery.network_sink import NetworkSink
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.row_texts import RowTexts
from footfall.sinks.protocol import Capabilities, Prepared, prepared_of
from footfall.sinks.webhook import signature
from footfall.sinks.webhook.encode import RequestForm, batches_of, encode, times_of
from footfall.sinks.webhook.queue import SAME_FAILURES, WebhookQueue
from footfall.sinks.webhook.settings import WebhookSettings, read_settings
from footfall.store.schema_changes import check_chunk


class WebhookSink(NetworkSink[WebhookQueue]):
    """Sends the events of runs to a URL.

    Args:
        target: Where to.
        settings: How.
        is_trusted: The user has named the URL on the command line: it may be a private address.
        clock: Tells the time and waits.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
        resolver: Looks names up.
    """

    takes_dead_letters_of = ("webhook+", "kafka:")
    """Those that send events as they are stored."""

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
        super().__init__(
            f"webhook-{target.digest}", clock=clock or SystemClock(), folder=folder
        )
        self.target, self.settings = target, settings or WebhookSettings()
        self._is_trusted = is_trusted and not self.settings.is_public_only
        self._resolver = resolver
        self._open: _OpenWebhook | None = None

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

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events."""
        check_chunk(chunk)
        return prepared_of(chunk, encode(chunk.events, self.scratch))

    def connect(self, run: Run) -> None:
        """Take the secret, and make connections.

        Raises:
            UsageError: The secret is none.
        """
        if self.target.scheme == "http" and not self.target.is_local:
            sys.stderr.write(
                f"{self.name}: events go there in the clear; webhook+https does not\n"
            )
        secret = secret_from(signature.SECRET_NAME, self.name)
        keys = signature.keys_of(secret) if secret else []
        clock, settings = self.clock, self.settings
        self._open = _OpenWebhook(
            RequestForm(
                run.id, keys, f"footfall/{version('footfall')}", is_single=settings.batch == 1
            ),
            HttpSender.to(
                self.target,
                clock,
                n_connections=settings.concurrency,
                is_trusted=self._is_trusted,
                whole_s=settings.timeout,
                resolver=self._resolver,
                stop=self.stop,
            ),
            Outage(self.name, clock, settings.patience),
            (RateLimit(clock, settings.requests), RateLimit(clock, settings.rate)),
        )

    def delivery(self, prepared: Prepared, answered: AnsweredRows) -> WebhookQueue:
        """Return a part's events, cut into batches."""
        rows = RowTexts.of_prepared(prepared, answered)
        return self._queue(rows, times_of(prepared), most_refusals=SAME_FAILURES)

    def retry_delivery(self, events: Mapping[str, str]) -> WebhookQueue:
        """Return dead letters, cut into batches."""
        texts = list(events.values())
        # They were refused before, so that all are refused again says nothing against the destination.
        return self._queue(
            RowTexts.of_texts(texts), [time_of(text) for text in texts], most_refusals=0
        )

    def send(self, delivery: WebhookQueue) -> None:
        """Send over all connections."""
        assert self._open is not None, "this needs open"
        self._open.sender.run(delivery)

    def disconnect(self) -> None:
        """Close the connections, and forget the secret."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.sender.close()

    def _queue(
        self, rows: RowTexts, times_ms: Sequence[int], *, most_refusals: int
    ) -> WebhookQueue:
        assert self._open is not None, "this needs open"
        batches = batches_of(rows, times_ms, self.settings.batch, self.settings.batch_bytes)
        form, outage, limits = self._open.form, self._open.outage, self._open.limits
        return WebhookQueue(batches, form, outage, self.clock, limits, most_refusals)


@dataclass(frozen=True, slots=True)
class _OpenWebhook:
    """The state of an open webhook: never pickled; the signature's keys end with it."""

    form: RequestForm
    sender: HttpSender
    outage: Outage
    limits: tuple[RateLimit, RateLimit]


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
