"""People and their user properties: what Amplitude has of them, and what is pending until an event carries it.

Amplitude keeps one state per person, which an event changes; footfall's truth is what each event has changed. Three
rules make the one follow the other, whatever is refused, reordered or sent twice:

1. Values are absolute (`$set`, `$unset`), so sending one twice is idempotent.
2. Amplitude knows people by their user id, or, while they are anonymous, by their device. On another device, and when
   they become known, they are somebody new to it: everything reported so far is sent once more.
3. A state moves on when a request is accepted, never when it is sent: a request works on a copy of the state. What
   a refused event would have changed is carried by the person's next one.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from footfall.sinks.amplitude.encode import Properties
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.dead_letters import time_of
from footfall.sinks.delivery.row_texts import RowTexts
from footfall.sinks.protocol import Prepared
from footfall.sinks.scratch import read_arrow

RATE_SPAN_S = 1.0
"""Within which the events of one person are counted: Amplitude's limits are per second."""


@dataclass(slots=True)
class WaitingEvent:
    """An event that waits.

    Args:
        text: The event as JSON, an object that is not empty.
        properties: User properties that it changes.
        is_event: False for what was only made to send properties.
        row: Of the event in its part, or its place among the dead letters that are sent again; -1 for what is no event.
    """

    text: str = field(repr=False)
    person: int
    user_id: str | None
    device_id: str | None
    time_ms: int
    properties: Properties
    is_event: bool = True
    row: int = -1

    @property
    def identity(self) -> str:
        """The id that Amplitude knows the person by: `u/USER` or `d/DEVICE`."""
        return f"u/{self.user_id}" if self.user_id else f"d/{self.device_id}"


@dataclass(slots=True)
class PersonState:
    """The user properties of a person, as Amplitude has them, and those that are pending.

    Args:
        reported: What was sent, kept while it may have to be sent once more: while the person is anonymous.
        identity: Identity that it was sent for last.
        pending: What was not sent yet.
        devices: Devices for which something was sent while the person was anonymous. When one of them turns out to be
            the user's, Amplitude gives the user what the device had: also what has been taken away meanwhile.
    """

    reported: Properties = field(default_factory=dict)
    identity: str = ""
    pending: Properties = field(default_factory=dict)
    devices: list[str] = field(default_factory=list)

    def report(self, event: WaitingEvent) -> Properties:
        """Return what goes with an event, and take it as reported."""
        self.pending |= event.properties
        # Somebody new to Amplitude, or a device that it is about to merge into the user with old values.
        is_new = event.identity != self.identity or (
            event.user_id is not None and event.device_id in self.devices
        )
        sent = self.reported | self.pending if is_new else self.pending
        self.reported, self.pending = self.reported | self.pending, {}
        self.identity = event.identity
        if event.user_id:
            # The device has been merged into the user by this event. Once all of them are, nothing that
            # Amplitude merges can bring old values back, so nothing has to be sent once more.
            self.devices = [device for device in self.devices if device != event.device_id]
            self.reported = self.reported if self.devices else {}
        elif event.device_id and event.device_id not in self.devices:
            self.devices = [*self.devices, event.device_id]
        return sent

    def copy(self) -> PersonState:
        """Return a copy, to be thrown away if the event is not accepted."""
        return PersonState(
            dict(self.reported), self.identity, dict(self.pending), list(self.devices)
        )

    def to_json(self) -> Any:
        """Return what the ledger must keep, or None if nothing must."""
        if not self.reported and not self.pending and not self.identity:
            return None
        # The keys are those of ledgers since format 1.
        return {
            "state": self.reported,
            "told_to": self.identity,
            "due": self.pending,
            "devices": self.devices,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PersonState:
        """Return the state that a ledger has kept; nothing kept is nothing reported."""
        return cls(
            kept.get("state", {}),
            kept.get("told_to", ""),
            kept.get("due", {}),
            kept.get("devices", []),
        )


@dataclass(slots=True, eq=False)
class PersonQueue:
    """A person's events in their order; at most one request at a time carries some of them.

    Args:
        tail: Properties that changed after all of these events.
        ready_at: Not before.
        is_busy: Some are in flight.
        is_parked: Amplitude takes no more of this person today.
        accepted: When something of theirs was accepted within the last second, and how many objects.
    """

    person: int
    state: PersonState
    events: deque[WaitingEvent] = field(default_factory=deque)
    tail: Properties = field(default_factory=dict)
    ready_at: float = 0.0
    is_busy: bool = False
    is_parked: bool = False
    is_queued: bool = False
    accepted: deque[tuple[float, int]] = field(default_factory=deque)

    def room(self, now: float, most: int) -> int:
        """Return how many objects may be sent now, so that none of a person's seconds has more than so many."""
        while self.accepted and self.accepted[0][0] <= now - RATE_SPAN_S:
            self.accepted.popleft()
        return most - sum(n for _, n in self.accepted)

    def put_back(self, events: list[WaitingEvent], dropped: set[int]) -> None:
        """Put events back at the front, without those at some places; what these changed goes with the next one."""
        left: list[WaitingEvent] = []
        orphaned: Properties = {}
        for place, event in enumerate(events):
            if place in dropped:
                orphaned |= event.properties
            else:
                # The later value wins: an event's own comes after that of the dropped one before it.
                event.properties, orphaned = orphaned | event.properties, {}
                left.append(event)
        if orphaned and self.events:
            self.events[0].properties = orphaned | self.events[0].properties
        else:
            self.tail = orphaned | self.tail
        self.events.extendleft(reversed(left))

    def leave_out(self, answered: AnsweredRows) -> None:
        """Leave out events that were answered before.

        A person's events are sent in order: what a refused one has changed went with one that is accepted, if any is
        behind it, and is in the state; else it goes with the next one.
        """
        events, self.events = list(self.events), deque()
        is_accepted = [bool(answered.accepted[event.row]) for event in events]
        n_done = max((place + 1 for place, is_so in enumerate(is_accepted) if is_so), default=0)
        left = events[n_done:]
        refused = {place for place, event in enumerate(left) if answered.refused[event.row]}
        self.put_back(left, refused)

    def state_to_keep(self) -> Any:
        """Return what must be kept once all events are accepted or refused, or None."""
        self.state.pending, self.tail = self.state.pending | self.tail, {}
        return self.state.to_json()


def events_of(prepared: Prepared, changed: Mapping[str, Properties]) -> list[WaitingEvent]:
    """Return a part's events, with the properties that each changes.

    Args:
        changed: Row → properties.
    """
    payloads = prepared.payloads.get("who", ())
    if not payloads:
        return []
    who = read_arrow(payloads[0])
    columns = (
        who["person"].to_pylist(),
        who["user_id"].to_pylist(),
        who["device_id"].to_pylist(),
        who["time"].cast("int64").to_pylist(),
    )
    rows = RowTexts.of_prepared(prepared)
    return [
        WaitingEvent(
            rows.text(row), person, user, device, time, changed.get(str(row), {}), row=row
        )
        for row, (person, user, device, time) in enumerate(zip(*columns, strict=True))
    ]


def person_queues_of(texts: Iterable[str]) -> list[PersonQueue]:
    """Return single events by whom they are of, in the order of their times, as ids alone tell it."""
    events = [(row, json.loads(text), text) for row, text in enumerate(texts)]
    person_queues: dict[tuple[str | None, str | None], PersonQueue] = {}
    for row, event, text in sorted(events, key=lambda entry: time_of(entry[2])):
        user, device = _id(event.get("user_id")), _id(event.get("device_id"))
        person_queue = person_queues.setdefault(
            (user, None if user else device), PersonQueue(len(person_queues), PersonState())
        )
        person_queue.events.append(
            WaitingEvent(text, person_queue.person, user, device, time_of(text), {}, row=row)
        )
    return list(person_queues.values())


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) else None
