"""The queue of an upload to Amplitude: what is sent next, and what its answers mean; no thread, no network.

Source: Amplitude's documentation, pages http-v2 and batch-event-upload, as named in `limits.py`.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from footfall.errors import MASK, SinkError, TransientSinkError
from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import Secret
from footfall.sinks.amplitude.batch import BatchLimits, PeopleBatch
from footfall.sinks.amplitude.limits import Endpoint, is_bad_id
from footfall.sinks.amplitude.people import RATE_SPAN_S, PersonQueue, WaitingEvent
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.request_queue import IDLE_S, RequestQueue

_NAMING = (
    "events_with_invalid_fields",
    "events_with_missing_fields",
    "events_with_invalid_id_lengths",
)
_THROTTLED = ("throttled_users", "throttled_devices")
_QUOTA = ("exceeded_daily_quota_users", "exceeded_daily_quota_devices")


class AmplitudeQueue(RequestQueue[PeopleBatch]):
    """The events of a part on their way.

    An event waits in its person's queue → is in flight → is accepted, or refused into the dead letters, or waits again.
    A person's queue is ready → busy, while a request carries some of its events → ready, or waiting until there is
    room within Amplitude's rate per person, or parked until tomorrow.

    Args:
        person_queues: What is to be sent, by person.
        key: The project's.
        endpoint: One of the two ways in.
        outage: How long it is tried while everything fails.
        clock: Tells the time.
        limit: Of objects per second.
        keeps_states: What Amplitude has of people is noted with each answer.
    """

    def __init__(
        self,
        person_queues: Iterable[PersonQueue],
        key: Secret,
        endpoint: Endpoint,
        outage: Outage,
        clock: Clock,
        limit: RateLimit,
        *,
        keeps_states: bool = True,
    ) -> None:
        super().__init__(outage, clock, [limit])
        self._keeps_states = keeps_states
        self._key, self._endpoint = key, endpoint
        self._batch_limits = BatchLimits.of(endpoint)
        self._most_of_one = min(endpoint.events_per_s, self._batch_limits.objects)
        self._head = f'{{"api_key":{json.dumps(key.value)},"events":['.encode()
        self.person_queues = list(person_queues)
        self._ready: deque[PersonQueue] = deque()
        self._waiting: list[tuple[float, int, PersonQueue]] = []
        self._turns = (
            itertools.count()
        )  # breaks ties among those that wait until the same moment
        for person_queue in self.person_queues:
            self._drop_unsendable(person_queue)
            self._enqueue(person_queue)

    @property
    def has_more(self) -> bool:
        """Whether some people's events wait in their queues."""
        return bool(self._ready or self._waiting)

    def states_to_keep(self) -> dict[int, Any]:
        """Return what the ledger must keep of people, None where nothing is."""
        return {
            person_queue.person: person_queue.state_to_keep()
            for person_queue in self.person_queues
        }

    # What is sent.

    def next_batch(self, now: float) -> PeopleBatch | float:
        """Return events of as many people as a request holds, of each no more than a second's worth."""
        while self._waiting and self._waiting[0][0] <= now:
            self._ready.append(heapq.heappop(self._waiting)[2])
        if self._ready:
            return self._pack(now)
        return self._waiting[0][0] - now if self._waiting else IDLE_S

    def _pack(self, now: float) -> PeopleBatch:
        batch, size = PeopleBatch(), len(self._head) + 2
        limits = self._batch_limits
        while self._ready and len(batch.texts) < limits.objects and size < limits.size_bytes:
            person_queue = self._ready.popleft()
            room = person_queue.room(now, self._most_of_one)
            used = batch.fill(person_queue, limits, limits.size_bytes - size, room)
            if not used:  # it is the first of the next batch then
                self._ready.appendleft(person_queue)
                break
            person_queue.is_queued, person_queue.is_busy = False, True
            person_queue.ready_at = now
            size += used
        return batch

    def request(self, batch: PeopleBatch) -> Request:
        """Return the request of a batch."""
        body = b"".join((self._head, ",".join(batch.texts).encode(), b"]}"))
        return Request(body, {"Content-Type": "application/json", "Accept": "*/*"}, batch)

    def costs(self, batch: PeopleBatch) -> tuple[float]:
        """Return the objects on the wire."""
        return (len(batch.texts),)

    # What answers mean.

    def answered(self, batch: PeopleBatch, reply: Reply) -> None:
        """Take in an answer."""
        # Its excerpt may stand in messages and dead letters: never with our key, should it be repeated there.
        reply = replace(reply, body=reply.body.replace(self._key.value.encode(), MASK.encode()))
        body = _object(reply.body)
        if reply.status == 200 and body.get("code") == 200:
            self._accept_all(batch)
        elif reply.status == 400:
            self._bad_request(batch, reply, body)
        # The documented limit is kept before sending, so this is a lower one: of a proxy, or a new one.
        elif reply.status == 413:
            self._split(batch, reply)
        elif reply.status == 429:
            self._throttled(batch, reply, body)
        # A 200 without Amplitude's JSON comes from a proxy or a portal: nothing says that it was taken.
        elif reply.status in (0, 200, 408, 425) or reply.status >= 500:
            self.retry(batch, reply)
        else:  # 403 and all that the documentation does not name
            self.fail(SinkError(f"Amplitude refuses: {reply}"))

    def all_answered(self) -> None:
        """Tell that some people's events are pending until tomorrow."""
        parked = sum(person_queue.is_parked for person_queue in self.person_queues)
        if parked:
            self.fail(
                TransientSinkError(
                    f"the daily quota of {parked} people is used up; Amplitude takes more of them tomorrow"
                )
            )

    def _accept_all(self, batch: PeopleBatch) -> None:
        now = self._clock.monotonic()
        for person_batch in batch.people:
            self.accept([event.row for event in person_batch.events if event.is_event])
            person_batch.person_queue.state = person_batch.after
            if self._keeps_states:
                self.take_state(person_batch.person_queue.person, person_batch.after.to_json())
            self._rest(person_batch.person_queue, batch.n_objects_of(person_batch), now)
            self._release(person_batch.person_queue)

    def _rest(self, person_queue: PersonQueue, n_objects: int, now: float) -> None:
        """Let a person rest until there is room for an event, and for the `$identify` that may go with it."""
        person_queue.accepted.append((now, n_objects))
        has_room = person_queue.room(now, self._most_of_one) >= 2
        person_queue.ready_at = now if has_room else person_queue.accepted[0][0] + RATE_SPAN_S

    def _bad_request(self, batch: PeopleBatch, reply: Reply, body: dict[str, Any]) -> None:
        """Drop the events that are named, and send the others again: of a 400 nothing was taken.

        Source: http-v2, 400.
        """
        error = str(body.get("error", ""))
        if error.startswith("Invalid API key"):
            self.fail(SinkError(f"Amplitude does not know the key in {self._key.name}"))
            return
        if body.get("missing_field"):
            self.fail(
                SinkError(f"Amplitude says that a request lacks {body['missing_field']!r}")
            )
            return
        named = _named(batch, body)
        if named:
            self._refuse_some(batch, named, error or "refused with 400", reply)
        else:
            self._split(batch, reply)

    def _split(self, batch: PeopleBatch, reply: Reply) -> None:
        """Halve what is too large, or has a fault that nothing names. Source: http-v2, 413."""
        if batch.n_events == 1:
            every = set(range(len(batch.texts)))
            self._refuse_some(batch, every, f"refused with {reply.status}", reply)
            return
        for half in batch.halves():
            self.requeue(half)

    def _throttled(self, batch: PeopleBatch, reply: Reply, body: dict[str, Any]) -> None:
        """Leave those alone that are too fast, and send the others again. Source: http-v2, batch-event-upload, 429."""
        slow = {i for name in _THROTTLED for i in _keys(body.get(name))}
        over_quota = {i for name in _QUOTA for i in _keys(body.get(name))}
        places = {i for i in _whole(body.get("throttled_events")) if i < len(batch.places)}
        people = {batch.places[i][0] for i in places}
        if not (slow or over_quota or people):  # it means the project as a whole
            self.hold(self.retry(batch, reply))
            return
        until = self._clock.monotonic() + self._endpoint.wait_s
        for number, person_batch in enumerate(batch.people):
            person_queue = person_batch.person_queue
            ids = {i for event in person_batch.events for i in (event.user_id, event.device_id)}
            # Parked until the run ends: the quota is of a day, and the run says how many are pending.
            person_queue.is_parked = bool(ids & over_quota)
            is_slow = number in people or bool(ids & slow)
            person_queue.ready_at = until if is_slow else 0.0
            person_queue.put_back(person_batch.events, set())
            self._release(person_queue)

    def _refuse_some(
        self, batch: PeopleBatch, places: set[int], reason: str, reply: Reply
    ) -> None:
        """Refuse the events at some places on the wire; all others go back to their people's queues."""
        dropped = {batch.places[i] for i in places}
        self.refuse(
            [
                _dead_letter(batch.people[person].events[event], reason, reply)
                for person, event in sorted(dropped)
            ]
        )
        for number, person_batch in enumerate(batch.people):
            mine = {event for person, event in dropped if person == number}
            person_batch.person_queue.put_back(person_batch.events, mine)
            person_batch.person_queue.ready_at = 0.0
            self._release(person_batch.person_queue)

    # Whose turn it is.

    def _release(self, person_queue: PersonQueue) -> None:
        person_queue.is_busy = False
        self._enqueue(person_queue)

    def _enqueue(self, person_queue: PersonQueue) -> None:
        is_out = person_queue.is_queued or person_queue.is_busy or person_queue.is_parked
        if is_out or not person_queue.events:
            return
        person_queue.is_queued = True
        if person_queue.ready_at <= self._clock.monotonic():
            self._ready.append(person_queue)
        else:
            entry = (person_queue.ready_at, next(self._turns), person_queue)
            heapq.heappush(self._waiting, entry)

    def _drop_unsendable(self, person_queue: PersonQueue) -> None:
        """Refuse what Amplitude would: no id, a bad one, or an event too large for any request."""
        events, person_queue.events = list(person_queue.events), deque()
        reasons = {place: self._unsendable(event) for place, event in enumerate(events)}
        dropped = {place for place, reason in reasons.items() if reason}
        self.take_refused(
            _dead_letter(events[place], f"not sent: {reasons[place]}", Reply(0))
            for place in sorted(dropped)
        )
        person_queue.put_back(events, dropped)

    def _unsendable(self, event: WaitingEvent) -> str:
        if not event.user_id and not event.device_id:
            return "neither user_id nor device_id"
        if any(i is not None and is_bad_id(i) for i in (event.user_id, event.device_id)):
            return "an id that Amplitude does not accept"
        # Half: the properties that will go with it are not known yet, and take room too.
        is_too_large = len(event.text.encode()) > self._batch_limits.size_bytes // 2
        return "larger than a request may be" if is_too_large else ""


def _dead_letter(event: WaitingEvent, reason: str, reply: Reply) -> DeadLetter:
    return DeadLetter(
        event.text, reason, reply.status, reply.excerpt, event.is_event, event.row
    )


# Answers are text from somebody else: nothing in them is taken to be of the type that it should be.


def _named(batch: PeopleBatch, body: dict[str, Any]) -> set[int]:
    """Return the places on the wire that an answer names."""
    named = set(_whole(body.get("silenced_events")))
    for name in _NAMING:
        fields = body.get(name)
        for places in fields.values() if isinstance(fields, dict) else ():
            named |= _whole(places)
    silenced = body.get("silenced_devices")
    if isinstance(silenced, list):
        named |= {i for i in range(len(batch.texts)) if batch.event_at(i).device_id in silenced}
    return {i for i in named if i < len(batch.texts)}


def _whole(value: Any) -> set[int]:
    """Return the places in a list: `True` is none, and -1 would be the last."""
    return {i for i in value if type(i) is int and i >= 0} if isinstance(value, list) else set()


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _keys(value: Any) -> list[str]:
    is_either = isinstance(value, dict | list)
    return [key for key in value if isinstance(key, str)] if is_either else []
