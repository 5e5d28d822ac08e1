"""The sink to Amplitude: requests within its limits, every documented answer handled, user properties as here."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import SinkError, StoreError, UsageError
from footfall.net.clock import Clock, SystemClock
from footfall.net.http_client import HttpConnection, Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import Secret, secret_from
from footfall.sinks.amplitude.encode import encode
from footfall.sinks.amplitude.limits import DEDUPLICATION_DAYS, ENDPOINTS
from footfall.sinks.amplitude.people import (
    PersonQueue,
    ToldState,
    WaitingEvent,
    items_of,
    person_queues_of,
    with_device,
)
from footfall.sinks.amplitude.queue import AmplitudeQueue
from footfall.sinks.amplitude.settings import AmplitudeSettings, read_settings
from footfall.sinks.delivery.dead_letters import RetryOutcome
from footfall.sinks.delivery.delivery_ledger import FOLDER, DeliveryLedger
from footfall.sinks.delivery.delivery_log import DeliveryLog
from footfall.sinks.delivery.http_sender import HttpSender, carry_out
from footfall.sinks.delivery.outage import Outage
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
from footfall.sinks.scratch import Scratch, drop
from footfall.sinks.webhook.sink import bytes_of
from footfall.store.schema_changes import check_chunk
from footfall.units import DAY_MS

KEY_NAME = "AMPLITUDE_API_KEY"
LONG_S = 60.0
"""An upload that takes longer is foretold."""


class AmplitudeSink:
    """Sends the events of runs to a project in Amplitude.

    Args:
        settings: How.
        clock: Tells the time and waits.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    placement: Placement = "worker"
    guarantee: Guarantee = "at least once"

    def __init__(
        self,
        settings: AmplitudeSettings | None = None,
        *,
        clock: Clock | None = None,
        folder: Path | None = None,
    ) -> None:
        self.settings, self._clock, self._folder = (
            settings or AmplitudeSettings(),
            clock or SystemClock(),
            folder,
        )
        self._scratch = Scratch(
            (folder or FOLDER) / f"amplitude-{self.settings.target.digest}.scratch"
        )
        self._sending: _Sending | None = None
        self._stop: threading.Event | None = None

    @property
    def name(self) -> str:
        """The destination; that nothing is sent there stands in it, so that no count is taken for delivered."""
        base, dry = self.settings.base, self.settings.is_dry
        options = [*([f"url={base.shown}"] if base else []), *(["dry-run"] if dry else [])]
        return f"amplitude:{self.settings.region}{'#' if options else ''}{'&'.join(options)}"

    @property
    def capabilities(self) -> Capabilities:
        """Capabilities of a project: it keeps users with their properties, and can be tried without sending."""
        return Capabilities(kind="amplitude", can_dry_run=True, keeps_profiles=True)

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events, and what they say about people."""
        check_chunk(chunk)
        library = f"footfall/{version('footfall')}"
        payloads = encode(
            chunk, library, self._scratch, skips_properties=self.settings.skips_properties
        )
        return prepared_of(chunk, payloads)

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Take the key and the ledger.

        Raises:
            UsageError: There is no key.
            StoreError: Another process has the ledger, or what would be sent again is too old.
        """
        key = self._key()
        self._sending = _Sending(
            self.settings, self.name, key, run, self._clock, self._folder, self._stop
        )
        try:
            self._sending.open(fresh=fresh)
        except BaseException:
            self._sending.release()
            self._sending = None
            raise
        self._scratch.clear()
        return self._sending.cursors

    def stop_on(self, stop: threading.Event) -> None:
        """Leave soon after an event is set."""
        self._stop = stop

    def forecast(self) -> None:
        """Say with the first part how long a long upload will take."""
        assert self._sending is not None, "foretell needs open"
        self._sending.wants_forecast = True

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
        """Sinks whose dead letters it can take: its own kind, since no other has events as Amplitude wants them."""
        return ("amplitude:",)

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        """Send dead letters again; see `Retrying`. What they said about people was told by other means."""
        assert self._sending is not None, "retry needs open"
        return self._sending.retry(events)

    def commit(self, prepared: Prepared) -> Receipt:
        """Send a part's events; return when all are accepted or refused.

        Raises:
            TransientSinkError: Some were neither within the time given, or it was stopped: the part is pending.
            PermanentSinkError: The key is wrong, or Amplitude wants nothing of us.
        """
        assert self._sending is not None, "commit needs open"
        try:
            return self._sending.commit(prepared)
        finally:
            drop(prepared.files)

    def close(self, *, complete: bool) -> None:
        """Tell what is due about people, if the run is complete, and let the ledger go."""
        sending, self._sending = self._sending, None
        try:
            if sending is not None:
                sending.close(complete=complete)
        finally:
            self._scratch.clear()

    def _key(self) -> Secret:
        key = secret_from(KEY_NAME, self.name)
        if key is None and self.settings.is_dry:
            return Secret(KEY_NAME, "dry-run")
        if key is None:
            raise UsageError(
                f"{KEY_NAME} is not set\n  accepted: the API key of the project, as its settings show it\n"
                f"  hint: export {KEY_NAME}=...; with --dry-run nothing is sent and none is needed"
            )
        base = self.settings.base
        if (
            base is not None
            and base.scheme == "http"
            and not base.is_local
            and not self.settings.is_dry
        ):
            sys.stderr.write(
                f"{self.name}: events and the key go there in the clear; https does not\n"
            )
        return key


class _Sending:
    """A project that is open."""

    def __init__(
        self,
        settings: AmplitudeSettings,
        name: str,
        key: Secret,
        run: Run,
        clock: Clock,
        folder: Path | None,
        stop: threading.Event | None,
    ) -> None:
        self._settings, self._name, self._key, self._run = settings, name, key, run
        self._real_clock, self._endpoint = clock, ENDPOINTS[settings.endpoint]
        self._clock: Clock = DryRunClock(clock) if settings.is_dry else clock
        self._pace = RateLimit(self._clock, settings.rate)
        self._outage = Outage(name, self._clock, settings.patience)
        self._resources = ExitStack()
        self._folder = self._own_folder(folder)
        self._sender = self._make_sender(stop)
        self.wants_forecast = False
        self._n_requests = self._n_bytes = self._n_refused = self._n_retries = 0
        self._queue: AmplitudeQueue | None = None
        self._delivery_log: DeliveryLog | None = None
        self._before: dict[int, PersonQueue] = {}

    def open(self, *, fresh: bool) -> None:
        """Take the ledger, and check that nothing would be sent again that Amplitude has forgotten to have."""
        digest = hashlib.sha256(self._key.value.encode()).hexdigest()[:8]
        name = f"amplitude-{self._settings.target.digest}-{digest}"
        self._delivery_log = DeliveryLog(
            self._name,
            name,
            self._run,
            fresh=fresh,
            clock=self._real_clock,
            folder=self._folder,
            check=lambda ledger: self._check_age(ledger, fresh=fresh),
        )

    @property
    def cursors(self) -> Cursors:
        """What is accepted already."""
        return dict(self.delivery_log.book.cursors)

    def commit(self, prepared: Prepared) -> Receipt:
        before = self.delivery_log.begin(prepared)
        if before is not None:
            return before
        self._foretell(prepared)
        queue = self._delivered(self._person_queues(prepared), prepared.events)
        self._remember(queue.person_queues)
        owed = {} if self._settings.skips_properties else queue.owed()
        return self.delivery_log.settle(prepared, queue.dead_letters, queue.size_bytes, owed)

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        left = self.delivery_log.begin_again(events)
        queue = self._delivered(person_queues_of(left.values()), len(left))
        return self.delivery_log.settle_again(left, queue.dead_letters, queue.size_bytes)

    def progress(self) -> Progress:
        queue = self._queue
        now = Progress() if queue is None else queue.progress
        return replace(now, retries=self._n_retries + now.retries)

    def close(self, *, complete: bool) -> None:
        try:
            if complete:
                self._tell_what_is_due()
            if (
                self._settings.is_dry and self._n_requests + self._n_refused
            ):  # live opens a sink to look at it
                self._say_what_was_checked()
        finally:
            self.release(complete=complete)

    def release(self, *, complete: bool = False) -> None:
        """Let everything go."""
        self._sender.close()
        if self._delivery_log is not None:
            self._delivery_log.close(complete=complete)
        self._resources.close()

    @property
    def delivery_log(self) -> DeliveryLog:
        assert self._delivery_log is not None, "this needs open"
        return self._delivery_log

    def _own_folder(self, folder: Path | None) -> Path | None:
        """Return where the ledger is; what a dry run notes is thrown away."""
        if not self._settings.is_dry:
            return folder
        return Path(self._resources.enter_context(tempfile.TemporaryDirectory())) / "ledger"

    def _make_sender(self, stop: threading.Event | None) -> HttpSender:
        settings = self._settings
        is_trusted = settings.base is not None
        channels = [
            HttpConnection(
                settings.target, self._clock, is_trusted=is_trusted, whole_s=settings.timeout
            )
            for _ in range(settings.concurrency)
        ]
        sender = HttpSender(channels, self._clock)
        if stop is not None:
            sender.stop_on(stop)
        return sender

    def _check_age(self, ledger: DeliveryLedger, *, fresh: bool) -> None:
        """Check that what is sent again is younger than Amplitude's memory.

        Raises:
            StoreError: It is not, and nobody has forced it.
        """
        run = self._run.id
        first = ledger.first_attempt_ms(run) if fresh else ledger.oldest_attempt_ms(run)
        if first is None or self._settings.is_forced:
            return
        days = (self._real_clock.wall_ms() - first) / DAY_MS
        if days < DEDUPLICATION_DAYS:
            return
        what = (
            "events of this run"
            if fresh
            else "the part that was being sent when the run was stopped"
        )
        raise StoreError(
            f"{self._name}: {what} went out {days:.1f} days ago for the first time\n"
            f"  Amplitude knows an insert_id again for {DEDUPLICATION_DAYS} days: sent again they would count twice\n"
            f"  hint: #force sends them nevertheless; another --seed makes other people"
        )

    def _person_queues(self, prepared: Prepared) -> list[PersonQueue]:
        """Return the part's events by person."""
        said = json.loads(bytes_of(prepared, "said") or b"{}")
        items, later = items_of(prepared, said.get("rows", {})), said.get("later", {})
        people = dict.fromkeys([*(item.person for item in items), *map(int, later)])
        owed = self.delivery_log.ledger.owed(self._run.id, people)
        person_queues = {
            person: PersonQueue(person, ToldState(**owed.get(person, {}))) for person in people
        }
        for person in person_queues.keys() & self._before.keys():
            before = self._before[person]
            person_queues[person].taken, person_queues[person].ready_at = (
                before.taken,
                before.ready_at,
            )
        for item in items:
            person_queues[item.person].items.append(
                with_device(item, person_queues[item.person])
            )
        for person, what in later.items():
            person_queues[int(person)].tail = what
        return list(person_queues.values())

    def _remember(self, person_queues: list[PersonQueue]) -> None:
        """Keep whose events have just been sent: rates are of people, not of parts."""
        now = self._clock.monotonic()
        known = self._before | {
            person_queue.person: person_queue for person_queue in person_queues
        }
        self._before = {
            person: person_queue
            for person, person_queue in known.items()
            if person_queue.taken and person_queue.taken[-1][0] > now - 1.0
        }

    def _delivered(self, person_queues: list[PersonQueue], n_events: int) -> AmplitudeQueue:
        """Send until all events are accepted or refused.

        Raises:
            SinkError: Some were neither.
        """
        queue = self._deliver(person_queues)
        if not queue.is_done:
            why = str(queue.problem or "stopped before all was accepted")
            raise self.delivery_log.undelivered(
                why, n_events, queue.accepted, is_permanent=queue.is_hopeless
            )
        return queue

    def _deliver(self, person_queues: list[PersonQueue]) -> AmplitudeQueue:
        queue = AmplitudeQueue(
            person_queues, self._key, self._endpoint, self._outage, self._clock, self._pace
        )
        self._queue = queue
        try:
            if self._settings.is_dry:
                carry_out(queue, lambda _: Reply(200, b'{"code":200}'), self._clock)
            else:
                self._sender.run(queue)
        finally:
            self._n_retries, self._queue = self._n_retries + queue.retries, None
        self._n_requests += queue.requests
        self._n_bytes += queue.size_bytes
        self._n_refused += len(queue.dead_letters)
        return queue

    def _tell_what_is_due(self) -> None:
        """Tell what no event has told: of people whose last event was refused, or who have changed after it."""
        delivery_log = self.delivery_log
        person_queues = []
        for person, what in delivery_log.ledger.owed(self._run.id).items():
            known = ToldState(**what)
            if known.due and known.told_to:
                person_queues.append(PersonQueue(person, known))
                person_queues[-1].items.append(self._telling(person, known))
        if not person_queues:
            return
        queue = self._deliver(person_queues)
        if not queue.is_done:
            raise queue.problem or SinkError(
                f"{self._name}: stopped before all user properties were told"
            )
        valid = delivery_log.dead_letters.write(queue.dead_letters, self._run.id, self._name)
        delivery_log.ledger.settle_owed(self._run.id, queue.owed(), dead_letters=valid)

    def _telling(self, person: int, known: ToldState) -> WaitingEvent:
        kind, _, who = known.told_to.partition("/")
        ids = {"user_id": who} if kind == "u" else {"device_id": who}
        time_ms = self._run.until_ms - 1
        due = hashlib.sha256(json.dumps(known.due, sort_keys=True).encode()).hexdigest()[:12]
        event = {
            **ids,
            "time": time_ms,
            "insert_id": f"{self._run.id[:8]}-{person:08x}-{due}",
            "library": f"footfall/{version('footfall')}",
        }
        return WaitingEvent(
            json.dumps(event),
            person,
            ids.get("user_id"),
            ids.get("device_id"),
            time_ms,
            {},
            is_event=False,
        )

    def _foretell(self, prepared: Prepared) -> None:
        """Say, before a long upload, how long it will take: as if all parts were like the first."""
        if not (self.wants_forecast and prepared.events and self._settings.rate):
            return
        self.wants_forecast = False
        part, run = prepared.part, self._run
        people = min(part.end_person, run.people) - part.first_person
        share = (
            (part.until_ms - part.from_ms)
            * people
            / ((run.until_ms - run.stream.start_ms) * run.people)
        )
        n_events = round(prepared.events / min(max(share, 1e-9), 1.0))
        seconds = n_events / self._settings.rate
        if seconds > LONG_S:
            told = f"about {n_events:,} events at {self._settings.rate:,} per second: about {_duration(seconds)}"
            sys.stderr.write(f"{self._name}: {told}\n")

    def _say_what_was_checked(self) -> None:
        assert isinstance(self._clock, DryRunClock)
        told = f"{self._n_requests:,} requests, {self._n_bytes:,} bytes, {self._n_refused:,} refused before sending"
        sys.stderr.write(
            f"{self._name}: nothing was sent: {told}; it would take about {_duration(self._clock.passed_s)}\n"
        )


class DryRunClock:
    """A clock for dry runs: waiting takes no time, but is counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.passed_s = clock, 0.0

    def wall_ms(self) -> int:
        """Return the time of day, ms since the epoch."""
        return self._clock.wall_ms()

    def monotonic(self) -> float:
        """Return the seconds that were waited for."""
        return self.passed_s

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        """Count some seconds."""
        del wake
        self.passed_s += max(seconds, 1e-6)


def _duration(seconds: float) -> str:
    return str(dt.timedelta(seconds=max(round(seconds), 1)))


def make(text: str) -> AmplitudeSink:
    """Return the sink that a user has named: `us` or `eu`, or nothing, and options behind `#`.

    Raises:
        UsageError: There is no such region or option.
    """
    return AmplitudeSink(read_settings(text))
