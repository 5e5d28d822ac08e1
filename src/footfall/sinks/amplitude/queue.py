"""What is sent to Amplitude next, and what its answers mean; no thread, no network, no clock but the one given.

Source: Amplitude's documentation, pages http-v2 and batch-event-upload, as named in `delivery/amplitude_limits.py`.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from footfall.errors import SinkError, TransientSinkError
from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.retry import backoff_s
from footfall.net.secrets import MASK, Secret
from footfall.sinks.amplitude.limits import Endpoint, is_bad_id
from footfall.sinks.amplitude.people import (
    PersonQueue,
    ToldState,
    WaitingEvent,
    with_properties,
)
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.protocol import Progress

_NAMING = (
    "events_with_invalid_fields",
    "events_with_missing_fields",
    "events_with_invalid_id_lengths",
)
_THROTTLED = ("throttled_users", "throttled_devices")
_QUOTA = ("exceeded_daily_quota_users", "exceeded_daily_quota_devices")


@dataclass(slots=True)
class PersonBatch:
    """What a request carries of one person: events, and what is known of them once it is accepted."""

    person_queue: PersonQueue
    items: list[WaitingEvent]
    after: ToldState


@dataclass(slots=True)
class AmplitudeRequest:
    """What a request carries.

    Args:
        places: Per object on the wire: which share, which of its events.
        attempts: How often exactly this was sent.
    """

    shares: list[PersonBatch]
    texts: list[str] = field(repr=False)
    places: list[tuple[int, int]]
    attempts: int = 0

    @property
    def n_items(self) -> int:
        """Number of events."""
        return sum(len(share.items) for share in self.shares)

    @property
    def name(self) -> str:
        """Something that tells it from others."""
        first = self.shares[0]
        return f"{first.person_queue.person}/{first.items[0].time_ms}/{len(self.texts)}"


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """How much a request holds: a bit less than Amplitude takes.

    Args:
        events: Objects per request.
        size_bytes: Of the body.
    """

    events: int
    size_bytes: int

    @classmethod
    def of(cls, endpoint: Endpoint) -> RequestLimits:
        """Return what is safe: 1,000 events and 0.9 MB, or 2,000 and 18 MB."""
        return cls(
            1000 if endpoint.most_bytes <= 1_000_000 else 2000, endpoint.most_bytes * 9 // 10
        )


class AmplitudeQueue:
    """The events of a part on their way.

    An event waits in its person's lane → is in flight → is accepted, or refused into the letters, or waits again.
    """

    def __init__(
        self,
        person_queues: Iterable[PersonQueue],
        key: Secret,
        endpoint: Endpoint,
        outage: Outage,
        clock: Clock,
        pace: RateLimit,
    ) -> None:
        self._key, self._endpoint, self._outage, self._clock, self._pace = (
            key,
            endpoint,
            outage,
            clock,
            pace,
        )
        self._limits = RequestLimits.of(endpoint)
        self._head = f'{{"api_key":{json.dumps(key.value)},"events":['.encode()
        self.person_queues = list(person_queues)
        self._ready: deque[PersonQueue] = deque()
        self._waiting: list[tuple[float, int, PersonQueue]] = []
        self._again: list[tuple[float, int, AmplitudeRequest]] = []
        self._numbers = itertools.count()
        self._in_flight = 0
        self._events_in_flight = 0
        self._held_until = 0.0
        self.accepted = self.size_bytes = self.requests = self.retries = 0
        self.dead_letters: list[DeadLetter] = []
        self.problem: SinkError | None = None
        self.is_hopeless = False
        for person_queue in self.person_queues:
            self._drop_unsendable(person_queue)
            self._enqueue(person_queue)

    @property
    def is_done(self) -> bool:
        """Whether everything is accepted or refused."""
        return self.problem is None and not (
            self._ready or self._waiting or self._again or self._in_flight
        )

    @property
    def is_failing(self) -> bool:
        """Whether nothing gets through."""
        return self._outage.is_on

    @property
    def progress(self) -> Progress:
        """What has become of the events so far."""
        return Progress(
            self._events_in_flight, self.accepted, len(self.dead_letters), self.retries
        )

    def next(self) -> Request | float | None:
        """Return what is to be sent now, or how many seconds to wait, or None when there is nothing left to do."""
        if self.problem is not None:
            return None
        if self.is_done:
            self._finish()
            return None
        self._outage.look()
        pace_s = self._pace.wait_s()
        if pace_s > 0:  # our own doing, which has nothing to do with patience
            return pace_s
        now = self._clock.monotonic()
        load = self._held_until - now if self._held_until > now else self._due(now)
        if not isinstance(load, float):
            return self._sent(load)
        return self._outage.patient(load, is_in_flight=self._in_flight > 0, give_up=self.fail)

    def handle(self, request: Request, reply: Reply) -> None:
        """Take in an answer."""
        load: AmplitudeRequest = request.what
        self._in_flight -= 1
        self._events_in_flight -= load.n_items
        load.attempts += 1
        reply = self._scrubbed(reply)
        body = _object(reply.body)
        if reply.status == 200 and body.get("code") == 200:
            self._accept(load)
        elif reply.status == 400:
            self._bad_request(load, reply, body)
        elif reply.status == 413:
            self._split(load, reply)
        elif reply.status == 429:
            self._throttled(load, reply, body)
        elif reply.status in (0, 200, 408, 425) or reply.status >= 500:
            self._retry(load, reply)
        else:  # 403 and all that the documentation does not name
            self.fail(SinkError(f"Amplitude refuses: {reply}"))

    def fail(self, problem: SinkError) -> None:
        """Send no more."""
        self.problem = self.problem or problem
        self.is_hopeless |= not isinstance(problem, TransientSinkError)

    def owed(self) -> dict[int, Any]:
        """Return what is to be remembered of people, None where nothing is."""
        return {person_queue.person: person_queue.owed() for person_queue in self.person_queues}

    # What is sent.

    def _due(self, now: float) -> AmplitudeRequest | float:
        """Return a load that is to be sent now, or seconds to wait."""
        while self._waiting and self._waiting[0][0] <= now:
            self._ready.append(heapq.heappop(self._waiting)[2])
        if self._again and self._again[0][0] <= now:
            return heapq.heappop(self._again)[2]
        if self._ready:
            return self._pack(now)
        times = [queue[0][0] for queue in (self._waiting, self._again) if queue]
        return min(times) - now if times else 60.0

    def _pack(self, now: float) -> AmplitudeRequest:
        """Return events of as many people as a request holds, of each no more than a second's worth."""
        load, size = AmplitudeRequest([], [], []), len(self._head) + 2
        while (
            self._ready
            and len(load.texts) < self._limits.events
            and size < self._limits.size_bytes
        ):
            person_queue = self._ready.popleft()
            person_queue.is_queued = False
            size += self._add(load, person_queue, self._limits.size_bytes - size)
            if not person_queue.is_busy:  # nothing of it fitted
                self._ready.appendleft(person_queue)
                person_queue.is_queued = True
                break
            person_queue.ready_at = now
        return load

    def _add(self, load: AmplitudeRequest, person_queue: PersonQueue, room: int) -> int:
        """Move events of a person into a load while they fit; return their bytes."""
        share = PersonBatch(person_queue, [], person_queue.known.copy())
        room_of_one = person_queue.room(self._clock.monotonic(), self._most_of_one)
        used = sent = 0
        while person_queue.items:
            before = share.after.copy()
            texts = with_properties(
                person_queue.items[0], share.after.tell(person_queue.items[0])
            )
            size = sum(len(text.encode()) + 1 for text in texts)
            is_over = (
                len(load.texts) + len(texts) > self._limits.events
                or sent + len(texts) > room_of_one
            )
            if (is_over or used + size > room) and (share.items or load.shares):
                share.after = before
                break
            load.places += [(len(load.shares), len(share.items))] * len(texts)
            load.texts += texts
            share.items.append(person_queue.items.popleft())
            used, sent = used + size, sent + len(texts)
        if share.items:
            load.shares.append(share)
            person_queue.is_busy = True
        return used

    @property
    def _most_of_one(self) -> int:
        return min(self._endpoint.events_per_s, self._limits.events)

    def _sent(self, load: AmplitudeRequest) -> Request:
        self._in_flight += 1
        self._events_in_flight += load.n_items
        self.retries += load.attempts > 0
        self._pace.take(len(load.texts))
        body = b"".join((self._head, ",".join(load.texts).encode(), b"]}"))
        self.size_bytes += len(body)
        self.requests += 1
        return Request(body, {"Content-Type": "application/json", "Accept": "*/*"}, load)

    # What answers mean.

    def _accept(self, load: AmplitudeRequest) -> None:
        now = self._clock.monotonic()
        self._outage.worked()
        for share in load.shares:
            self.accepted += sum(item.is_event for item in share.items)
            share.person_queue.known = share.after
            self._note_taken(load, share, now)
            self._release(share.person_queue)

    def _note_taken(self, load: AmplitudeRequest, share: PersonBatch, now: float) -> None:
        """Let a person rest until there is room for an event, and for the `$identify` that may go with it."""
        place, person_queue = (
            next(i for i, other in enumerate(load.shares) if other is share),
            share.person_queue,
        )
        person_queue.taken.append((now, sum(which == place for which, _ in load.places)))
        person_queue.ready_at = (
            now
            if person_queue.room(now, self._most_of_one) >= 2
            else person_queue.taken[0][0] + 1.0
        )

    def _bad_request(self, load: AmplitudeRequest, reply: Reply, body: dict[str, Any]) -> None:
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
        named = self._named(load, body)
        if named:
            self._give_back(load, named, error or "refused with 400", reply)
        else:
            self._split(load, reply)

    def _named(self, load: AmplitudeRequest, body: dict[str, Any]) -> set[int]:
        """Return the places on the wire that an answer names."""
        lists = [body.get("silenced_events")]
        for name in _NAMING:
            found = body.get(name)
            lists += list(found.values()) if isinstance(found, dict) else []
        named = {
            i for found in lists if isinstance(found, list) for i in found if type(i) is int
        }
        silenced = body.get("silenced_devices")
        if isinstance(silenced, list):
            named |= {
                i
                for i, (share, item) in enumerate(load.places)
                if _item(load, share, item).device_id in silenced
            }
        return {i for i in named if 0 <= i < len(load.texts)}

    def _split(self, load: AmplitudeRequest, reply: Reply) -> None:
        """Halve what is too large, or has a fault that nothing names. Source: http-v2, 413."""
        if load.n_items == 1:
            self._give_back(
                load, set(range(len(load.texts))), f"refused with {reply.status}", reply
            )
        elif len(load.shares) == 1:
            share = load.shares[0]
            middle = len(share.items) // 2
            share.person_queue.put_back(share.items[middle:], set())
            self._push(
                self._repacked(
                    [PersonBatch(share.person_queue, share.items[:middle], share.after)]
                ),
                0.0,
            )
        else:
            middle = len(load.shares) // 2
            for half in (load.shares[:middle], load.shares[middle:]):
                self._push(self._repacked(half), 0.0)

    def _repacked(self, shares: Sequence[PersonBatch]) -> AmplitudeRequest:
        load = AmplitudeRequest([], [], [])
        for share in shares:
            after = share.person_queue.known.copy()
            for place, item in enumerate(share.items):
                texts = with_properties(item, after.tell(item))
                load.places += [(len(load.shares), place)] * len(texts)
                load.texts += texts
            load.shares.append(PersonBatch(share.person_queue, share.items, after))
        return load

    def _throttled(self, load: AmplitudeRequest, reply: Reply, body: dict[str, Any]) -> None:
        """Leave those alone that are too fast, and send the others again. Source: http-v2, batch-event-upload, 429."""
        slow = {i for name in _THROTTLED for i in _keys(body.get(name))}
        over = {i for name in _QUOTA for i in _keys(body.get(name))}
        listed = body.get("throttled_events")
        places = {i for i in listed if type(i) is int} if isinstance(listed, list) else set()
        shares = {load.places[i][0] for i in places if 0 <= i < len(load.places)}
        if not (slow or over or shares):
            self._retry(load, reply)
            return
        until = self._clock.monotonic() + self._endpoint.wait_s
        for place, share in enumerate(load.shares):
            ids = {i for item in share.items for i in (item.user_id, item.device_id)}
            share.person_queue.is_parked = bool(ids & over)
            is_slow = place in shares or bool(ids & slow)
            share.person_queue.ready_at = until if is_slow else 0.0
            share.person_queue.put_back(share.items, set())
            self._release(share.person_queue)

    def _retry(self, load: AmplitudeRequest, reply: Reply) -> None:
        """Send exactly this again, later. Source: http-v2, 5xx: it may or may not have been taken; ids tell."""
        pause_s = backoff_s(load.name, load.attempts)
        self._push(load, pause_s)
        if reply.status == 429:
            self._held_until = self._clock.monotonic() + pause_s
        self._outage.failed(reply.gist, str(reply))
        if self._outage.left_s <= 0:
            self.fail(self._outage.given_up())

    def _give_back(
        self, load: AmplitudeRequest, wire: set[int], reason: str, reply: Reply
    ) -> None:
        """Refuse the events at some places on the wire; all others of the load go back to their lanes."""
        self._outage.worked()
        dropped = {load.places[i] for i in wire}
        for place, share in enumerate(load.shares):
            mine = {item for which, item in dropped if which == place}
            for number in sorted(mine):
                item = share.items[number]
                self.dead_letters.append(_dead_letter(item, reason, reply))
            share.person_queue.put_back(share.items, mine)
            share.person_queue.ready_at = 0.0
            self._release(share.person_queue)

    def _push(self, load: AmplitudeRequest, pause_s: float) -> None:
        heapq.heappush(
            self._again, (self._clock.monotonic() + pause_s, next(self._numbers), load)
        )

    def _release(self, person_queue: PersonQueue) -> None:
        person_queue.is_busy = False
        self._enqueue(person_queue)

    def _enqueue(self, person_queue: PersonQueue) -> None:
        if (
            not person_queue.items
            or person_queue.is_queued
            or person_queue.is_busy
            or person_queue.is_parked
        ):
            return
        person_queue.is_queued = True
        if person_queue.ready_at <= self._clock.monotonic():
            self._ready.append(person_queue)
        else:
            heapq.heappush(
                self._waiting, (person_queue.ready_at, next(self._numbers), person_queue)
            )

    def _drop_unsendable(self, person_queue: PersonQueue) -> None:
        """Refuse what Amplitude would: no id, a bad one, or an event too large for any request."""
        items, person_queue.items = list(person_queue.items), deque()
        reasons = [self._unsendable(item) for item in items]
        dropped = {place for place, reason in enumerate(reasons) if reason}
        for place in sorted(dropped):
            self.dead_letters.append(
                _dead_letter(items[place], f"not sent: {reasons[place]}", Reply(0))
            )
        person_queue.put_back(items, dropped)

    def _unsendable(self, item: WaitingEvent) -> str:
        if not item.user_id and not item.device_id:
            return "neither user_id nor device_id"
        if any(i is not None and is_bad_id(i) for i in (item.user_id, item.device_id)):
            return "an id that Amplitude does not accept"
        return (
            "larger than a request may be"
            if len(item.text.encode()) > self._limits.size_bytes // 2
            else ""
        )

    def _finish(self) -> None:
        parked = sum(person_queue.is_parked for person_queue in self.person_queues)
        if parked:
            self.fail(
                TransientSinkError(
                    f"the daily quota of {parked} people is used up; Amplitude takes more of them tomorrow"
                )
            )

    def _scrubbed(self, reply: Reply) -> Reply:
        """Return an answer without our key, should it be repeated there."""
        return replace(reply, body=reply.body.replace(self._key.value.encode(), MASK.encode()))


def _dead_letter(item: WaitingEvent, reason: str, reply: Reply) -> DeadLetter:
    return DeadLetter(item.text, reason, reply.status, reply.excerpt, is_event=item.is_event)


def _item(load: AmplitudeRequest, share: int, item: int) -> WaitingEvent:
    return load.shares[share].items[item]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _keys(value: Any) -> list[str]:
    return (
        [key for key in value if isinstance(key, str)] if isinstance(value, dict | list) else []
    )
