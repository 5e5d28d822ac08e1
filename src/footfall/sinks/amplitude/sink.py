"""The sink to Amplitude: requests within its limits, every documented answer handled, user properties as here."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from footfall.data.chunk import Chunk
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run
from footfall.errors import SinkError, StoreError, UsageError
from footfall.net.clock import Clock, SystemClock
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import Secret, secret_from
from footfall.sinks.amplitude.dry_run import DryRun, duration
from footfall.sinks.amplitude.encode import encode, renamed
from footfall.sinks.amplitude.limits import DEDUPLICATION_DAYS, ENDPOINTS
from footfall.sinks.amplitude.people import (
    PersonQueue,
    PersonState,
    WaitingEvent,
    events_of,
    person_queues_of,
)
from footfall.sinks.amplitude.queue import AmplitudeQueue
from footfall.sinks.amplitude.settings import AmplitudeSettings, read_settings
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.delivery_ledger import DeliveryLedger
from footfall.sinks.delivery.http_sender import HttpSender
from footfall.sinks.delivery.network_sink import NetworkSink
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.row_texts import bytes_of
from footfall.sinks.protocol import Capabilities, Prepared, prepared_of
from footfall.store.column_names import RenamedField
from footfall.store.schema_changes import check_chunk
from footfall.units import DAY_MS

KEY_NAME = "AMPLITUDE_API_KEY"
LONG_S = 60.0
"""An upload that takes longer is forecast."""


class AmplitudeSink(NetworkSink[AmplitudeQueue]):
    """Sends the events of runs to a project in Amplitude.

    Args:
        settings: How.
        clock: Tells the time and waits.
        folder: Where the ledger is kept; None is `.footfall-ledger` here.
    """

    takes_dead_letters_of = ("amplitude:",)
    """Its own kind only, since no other has events as Amplitude wants them."""

    def __init__(
        self,
        settings: AmplitudeSettings | None = None,
        *,
        clock: Clock | None = None,
        folder: Path | None = None,
    ) -> None:
        self.settings = settings or AmplitudeSettings()
        key = f"amplitude-{self.settings.target.digest}"
        super().__init__(key, clock=clock or SystemClock(), folder=folder)
        self._wants_forecast = False
        self._project: _OpenProject | None = None

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

    def renamed(self, schema: StreamSchema) -> list[RenamedField]:
        """Return the user properties whose names are operations there."""
        return [] if self.settings.skips_properties else renamed(schema)

    def prepare(self, chunk: Chunk) -> Prepared:
        """Encode a chunk's events, and the user properties that they change."""
        check_chunk(chunk)
        payloads = encode(
            chunk,
            f"footfall/{version('footfall')}",
            self.scratch,
            skips_properties=self.settings.skips_properties,
        )
        return prepared_of(chunk, payloads)

    def forecast(self) -> None:
        """Say with the first part how long a long upload will take."""
        self._wants_forecast = True

    def connect(self, run: Run) -> None:
        """Take the key, and make connections.

        Raises:
            UsageError: There is no key.
        """
        self._wants_forecast = False
        self._project = _OpenProject(self, self._key(), run)

    def disconnect(self) -> None:
        """Close the connections, and forget the key."""
        project, self._project = self._project, None
        if project is not None:
            project.close()

    def ledger_key(self) -> str:
        """Return what the ledger's file is called: two projects at one address are two destinations."""
        digest = hashlib.sha256(self._opened.key.value.encode()).hexdigest()[:8]
        return f"{self.key}-{digest}"

    def ledger_folder(self) -> Path | None:
        """Return where the ledger is; what a dry run notes is thrown away, or the real one would skip it."""
        dry_run = self._opened.dry_run
        return super().ledger_folder() if dry_run is None else dry_run.folder

    def check_ledger(self, ledger: DeliveryLedger, run: Run, *, fresh: bool) -> None:
        """Check that what is sent again is younger than Amplitude's memory.

        Raises:
            StoreError: It is not, and nobody has forced it.
        """
        first_ms = (
            ledger.first_attempt_ms(run.id) if fresh else ledger.oldest_attempt_ms(run.id)
        )
        if first_ms is None or self.settings.is_forced:
            return
        days = (self.clock.wall_ms() - first_ms) / DAY_MS
        if days < DEDUPLICATION_DAYS:
            return
        what = (
            "events of this run"
            if fresh
            else "the part that was being sent when the run was stopped"
        )
        raise StoreError(
            f"{self.name}: {what} went out {days:.1f} days ago for the first time\n"
            f"  Amplitude knows an insert_id again for {DEDUPLICATION_DAYS} days: sent again they would count twice\n"
            f"  hint: #force sends them nevertheless; another --seed makes other people"
        )

    def delivery(self, prepared: Prepared, answered: AnsweredRows) -> AmplitudeQueue:
        """Return a part's events by person."""
        project = self._opened
        if self._wants_forecast and prepared.events and self.settings.rate:
            self._wants_forecast = False
            project.say_forecast(prepared)
        changed = json.loads(bytes_of(prepared, "changed") or b"{}")
        events, later = events_of(prepared, changed.get("rows", {})), changed.get("later", {})
        people = dict.fromkeys([*(event.person for event in events), *map(int, later)])
        states = self.log.ledger.person_states(self.log.run.id, people)
        person_queues = {
            person: project.person_queue(person, PersonState.from_json(states.get(person, {})))
            for person in people
        }
        for event in events:
            person_queues[event.person].events.append(event)
        for person_queue in person_queues.values():
            person_queue.leave_out(answered)
        for person, properties in later.items():
            person_queues[int(person)].tail |= properties
        return project.queue(list(person_queues.values()))

    def retry_delivery(self, events: Mapping[str, str]) -> AmplitudeQueue:
        """Return dead letters by person; what they changed went with other events."""
        return self._opened.queue(person_queues_of(events.values()))

    def send(self, delivery: AmplitudeQueue) -> None:
        """Send over all connections; a dry run does so without any."""
        self._opened.send(delivery)

    def person_states(self, delivery: AmplitudeQueue) -> Mapping[int, Any] | None:
        """Return what is to be kept of people in the ledger."""
        self._opened.remember(delivery.person_queues)
        return None if self.settings.skips_properties else delivery.states_to_keep()

    def finish(self, *, complete: bool) -> None:
        """Send the user properties that are pending still, if the run is complete."""
        if complete:
            self._send_pending()
        dry_run = self._opened.dry_run
        summary = dry_run.summary() if dry_run is not None else ""
        if summary:
            sys.stderr.write(f"{self.name}: {summary}\n")

    def _send_pending(self) -> None:
        """Send what no event has carried: of people whose last event was refused, or who have changed after it."""
        run, ledger = self.log.run, self.log.ledger
        person_queues = []
        for person, kept in ledger.person_states(run.id).items():
            state = PersonState.from_json(kept)
            # Without an identity nothing of this person was ever sent: Amplitude has nobody to change.
            if state.pending and state.identity:
                person_queues.append(PersonQueue(person, state))
                person_queues[-1].events.append(_carrier(person, state, run))
        if not person_queues:
            return
        queue = self._opened.queue(person_queues)
        self.attempt(queue)
        if not queue.is_done:
            raise queue.problem or SinkError(
                f"{self.name}: stopped before all user properties were told"
            )
        self.log.settle_person_states(queue.dead_letters, queue.states_to_keep())

    @property
    def _opened(self) -> _OpenProject:
        assert self._project is not None, "this needs open"
        return self._project

    def _key(self) -> Secret:
        key = secret_from(KEY_NAME, self.name)
        if self.settings.is_dry:
            return key or Secret(KEY_NAME, "dry-run")
        if key is None:
            raise UsageError(
                f"{KEY_NAME} is not set\n  accepted: the API key of the project, as its settings show it\n"
                f"  hint: export {KEY_NAME}=...; with --dry-run nothing is sent and none is needed"
            )
        base = self.settings.base
        if base is not None and base.scheme == "http" and not base.is_local:
            sys.stderr.write(
                f"{self.name}: events and the key go there in the clear; https does not\n"
            )
        return key


class _OpenProject:
    """A project that is open: its key, its connections, and what its limits have to remember between parts.

    Args:
        sink: Whose it is.
        key: The project's.
        run: The run.
    """

    def __init__(self, sink: AmplitudeSink, key: Secret, run: Run) -> None:
        self.key, self._name, self._run, self._settings = key, sink.name, run, sink.settings
        self.dry_run = DryRun(sink.clock) if sink.settings.is_dry else None
        self._clock = sink.clock if self.dry_run is None else self.dry_run.clock
        self._outage = Outage(self._name, self._clock, self._settings.patience)
        self._limit = RateLimit(self._clock, self._settings.rate)
        self._sender = HttpSender.to(
            self._settings.target,
            self._clock,
            n_connections=self._settings.concurrency,
            is_trusted=self._settings.base is not None,
            whole_s=self._settings.timeout,
            stop=sink.stop,
        )
        self._recent: dict[int, PersonQueue] = {}

    def close(self) -> None:
        """Let everything go."""
        self._sender.close()
        if self.dry_run is not None:
            self.dry_run.close()

    def queue(self, person_queues: list[PersonQueue]) -> AmplitudeQueue:
        """Return people's events as a queue."""
        endpoint = ENDPOINTS[self._settings.endpoint]
        return AmplitudeQueue(
            person_queues,
            self.key,
            endpoint,
            self._outage,
            self._clock,
            self._limit,
            keeps_states=not self._settings.skips_properties,
        )

    def send(self, queue: AmplitudeQueue) -> None:
        """Send until all events are accepted or refused."""
        if self.dry_run is not None:
            self.dry_run.send(queue)
        else:
            self._sender.run(queue)

    def person_queue(self, person: int, state: PersonState) -> PersonQueue:
        """Return a person's queue in this part; rates are of people, not of parts, so the last one's counts."""
        person_queue, before = PersonQueue(person, state), self._recent.get(person)
        if before is not None:
            person_queue.accepted, person_queue.ready_at = before.accepted, before.ready_at
        return person_queue

    def remember(self, person_queues: list[PersonQueue]) -> None:
        """Keep those whose events were sent within the last second."""
        now = self._clock.monotonic()
        # All others have room for a whole second's worth: they need no memory, which would grow with the run.
        recent = self._recent | {queue.person: queue for queue in person_queues}
        self._recent = {
            person: queue
            for person, queue in recent.items()
            if queue.accepted and queue.accepted[-1][0] > now - 1.0
        }

    def say_forecast(self, prepared: Prepared) -> None:
        """Say, before a long upload, how long it will take: as if all parts were like the first."""
        part, run = prepared.part, self._run
        people = min(part.end_person, run.people) - part.first_person
        whole = (run.until_ms - run.stream.start_ms) * run.people
        share = (part.until_ms - part.from_ms) * people / whole
        n_events = round(prepared.events / min(max(share, 1e-9), 1.0))
        seconds = n_events / self._settings.rate
        if seconds > LONG_S:
            sys.stderr.write(
                f"{self._name}: about {n_events:,} events at {self._settings.rate:,} per second: "
                f"about {duration(seconds)}\n"
            )


def _carrier(person: int, state: PersonState, run: Run) -> WaitingEvent:
    """Return an event that is made to carry a person's pending properties, at the run's last millisecond."""
    kind, _, who = state.identity.partition("/")
    ids = {"user_id": who} if kind == "u" else {"device_id": who}
    time_ms = run.until_ms - 1
    # Its id is a hash of what it carries: sent twice it counts once, and with other values it is another one.
    pending = json.dumps(state.pending, sort_keys=True)
    digest = hashlib.sha256(pending.encode()).hexdigest()[:12]
    event = {
        **ids,
        "time": time_ms,
        "insert_id": f"{run.id[:8]}-{person:08x}-{digest}",
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


def make(text: str) -> AmplitudeSink:
    """Return the sink that a user has named: `us` or `eu`, or nothing, and options behind `#`.

    Raises:
        UsageError: There is no such region or option.
    """
    return AmplitudeSink(read_settings(text))
