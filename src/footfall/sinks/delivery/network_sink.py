"""The frame of a sink over a network: what is left to a vendor is settings, encoding and a queue."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import StoreError
from footfall.net.clock import Clock
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.dead_letters import RetryOutcome
from footfall.sinks.delivery.delivery import Delivery
from footfall.sinks.delivery.delivery_ledger import FOLDER, DeliveryLedger
from footfall.sinks.delivery.delivery_log import DeliveryLog
from footfall.sinks.protocol import (
    Capabilities,
    Cursors,
    Guarantee,
    Placement,
    Prepared,
    Progress,
    Receipt,
)
from footfall.sinks.scratch import Scratch, drop

D = TypeVar("D", bound=Delivery)
NOTHING = AnsweredRows.of(0)


class NetworkSink(ABC, Generic[D]):
    """A sink whose destination keeps no cursors for us: they are in a ledger beside the command.

    made → `open`: connections, then the ledger, which one process at a time has → `commit`, part by part: noted as
    being sent, sent until every event is accepted or refused, each answer noted, noted as delivered → `close`.

    What the destination has acknowledged is noted, request by request. A crash sends again what was on its way, with
    the same ids: at least once. `prepare` runs on a pickled copy that is not open, so what cannot be pickled is
    made by `connect`, and given up by `disconnect`.

    Args:
        key: What tells destinations apart, fit for a file name; no secret.
        clock: Tells the time.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    placement: ClassVar[Placement] = "worker"
    guarantee: ClassVar[Guarantee] = "at least once"
    takes_dead_letters_of: ClassVar[tuple[str, ...]] = ()
    """Beginnings of the names of sinks whose dead letters it can take; its own kind's, as a rule."""

    def __init__(self, key: str, *, clock: Clock, folder: Path | None) -> None:
        self.key, self.clock, self.folder = key, clock, folder
        self.scratch = Scratch((folder or FOLDER) / f"{key}.scratch")
        self.stop: threading.Event | None = None
        self._log: DeliveryLog | None = None
        self._delivery: D | None = None
        self._n_retries = 0
        self._before = NOTHING

    # What a vendor brings.

    @property
    @abstractmethod
    def name(self) -> str:
        """The destination, as `parse` takes it, without any secret."""

    @abstractmethod
    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk; see `Sink.prepare`."""

    @abstractmethod
    def connect(self, run: Run) -> None:
        """Take the secrets and make what sends; before the ledger is taken, so that nothing is noted if it fails.

        Raises:
            UsageError: A secret is missing or malformed.
            SinkError: The destination cannot be reached, for those that can tell.
        """

    @abstractmethod
    def delivery(self, prepared: Prepared, answered: AnsweredRows) -> D:
        """Return a part's events as a delivery, without those that were answered before."""

    @abstractmethod
    def retry_delivery(self, events: Mapping[str, str]) -> D:
        """Return dead letters as a delivery.

        Args:
            events: Id → event as JSON.
        """

    @abstractmethod
    def send(self, delivery: D) -> None:
        """Send until every event is accepted or refused, or until it is given up: then the delivery says why."""

    @abstractmethod
    def disconnect(self) -> None:
        """Close what `connect` has made; also of a sink that was never opened."""

    def ledger_key(self) -> str:
        """Return what the ledger's file is called."""
        return self.key

    def ledger_folder(self) -> Path | None:
        """Return where the ledger is kept; None is `.footfall-ledger` here."""
        return self.folder

    def check_ledger(self, ledger: DeliveryLedger, run: Run, *, fresh: bool) -> None:
        """Refuse to open, by raising, over what an earlier run has left in the ledger."""

    def person_states(self, delivery: D) -> Mapping[int, Any] | None:
        """Return what is to be kept of people in the ledger, in one transaction with the part; None of nobody."""
        del delivery
        return None

    def finish(self, *, complete: bool) -> None:
        """Send what is left when the sink is closed, whose ledger is open still."""

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities that commands ask for."""
        return Capabilities()

    # What it gets.

    def stop_on(self, stop: threading.Event) -> None:
        """Send nothing new once an event is set, and leave within seconds; told before `open`."""
        self.stop = stop

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Make connections, and take the ledger.

        Raises:
            UsageError: A secret is missing or malformed.
            StoreError: Another process has the ledger.
        """
        try:
            self.connect(run)
            self._log = DeliveryLog(
                self.name,
                self.ledger_key(),
                run,
                fresh=fresh,
                clock=self.clock,
                folder=self.ledger_folder(),
                check=lambda ledger: self.check_ledger(ledger, run, fresh=fresh),
            )
        except BaseException:
            self.disconnect()
            raise
        self.scratch.clear()  # of a run that was killed; whoever has the ledger has the folder too
        self._n_retries = 0
        return dict(self._log.book.cursors)

    def commit(self, prepared: Prepared) -> Receipt:
        """Send a part's events; return when all are accepted or refused.

        Raises:
            TransientSinkError: Some were neither within the time given, or it was stopped: the part is pending.
            PermanentSinkError: The other side wants nothing, or everything fails the same way.
        """
        try:
            answered = self.log.begin(prepared)
            if isinstance(answered, Receipt):
                return answered
            self._before = answered
            delivery = self.delivery(prepared, answered)
            delivery.note = partial(self.log.note, prepared.part)
            self.deliver(delivery, prepared.events, answered.n_accepted)
            return self.log.settle(prepared, delivery.size_bytes, self.person_states(delivery))
        finally:
            self._before = NOTHING
            drop(prepared.files)

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        """Send dead letters again; see `AcceptsDeadLetters`."""
        pending = self.log.begin_retry(events)
        delivery = self.retry_delivery(pending)
        delivery.note = partial(self.log.note_retry, list(pending))
        self.deliver(delivery, len(pending))
        return RetryOutcome(len(pending), delivery.accepted, delivery.size_bytes)

    def deliver(self, delivery: D, n_events: int, n_before: int = 0) -> None:
        """Send until all events are accepted or refused.

        Args:
            n_events: Of them all.
            n_before: How many of them were accepted before.

        Raises:
            SinkError: Some were neither.
            StoreError: What was answered cannot be noted.
        """
        self.attempt(delivery)
        if isinstance(delivery.problem, StoreError):
            raise delivery.problem
        if not delivery.is_done:
            why = str(delivery.problem or "stopped before all was accepted")
            accepted = n_before + delivery.accepted
            raise self.log.undelivered(
                why, n_events, accepted, is_permanent=delivery.is_permanent
            )

    def attempt(self, delivery: D) -> None:
        """Send until all events are accepted or refused, or until the delivery says why not."""
        self._delivery = delivery
        try:
            self.send(delivery)
            delivery.note_answers()  # what was refused without being sent
        finally:
            self._n_retries, self._delivery = self._n_retries + delivery.retries, None

    def progress(self) -> Progress:
        """Return what has become of the part that is being sent."""
        # Another thread asks at any time: one read, since the sender may take it away in between.
        delivery = self._delivery
        now = Progress() if delivery is None else delivery.progress
        return replace(
            now,
            accepted=self._before.n_accepted + now.accepted,
            rejected=self._before.n_refused + now.rejected,
            retries=self._n_retries + now.retries,
        )

    def tallies(self) -> Tallies | None:
        """Return what was counted in the parts that are delivered; None where some came without."""
        return self.log.tallies

    def refused(self) -> int:
        """Return how many events were refused, and not accepted since."""
        return self.log.refused

    def close(self, *, complete: bool) -> None:
        """Let the connections and the ledger go."""
        with ExitStack() as ending:  # these run backwards, each even if another one has failed
            ending.callback(self.scratch.clear)
            ending.callback(self.disconnect)
            if self._log is not None:
                ending.callback(self._close_log, complete=complete)
                self.finish(complete=complete)

    @property
    def log(self) -> DeliveryLog:
        """The delivery log of the open run."""
        assert self._log is not None, "this needs open"
        return self._log

    def _close_log(self, *, complete: bool) -> None:
        log, self._log = self.log, None
        log.close(complete=complete)
