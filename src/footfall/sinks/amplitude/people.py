"""What Amplitude has been told about each person, and what it is to be told with their next event.

Values are absolute ($set, $unset), so telling one twice changes nothing. Amplitude knows people by their user id, or,
while they are anonymous, by their device: on another device, and when they become known, everything is told again.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from footfall.sinks.amplitude.encode import Said
from footfall.sinks.amplitude.limits import LONGEST_TEXT
from footfall.sinks.delivery.dead_letters import time_of
from footfall.sinks.protocol import Prepared
from footfall.sinks.scratch import read_arrow
from footfall.sinks.webhook.sink import rows_of


@dataclass(slots=True)
class WaitingEvent:
    """An event that waits.

    Args:
        text: The event as JSON, an object that is not empty.
        own: What it says about its person.
        is_event: False for what was only made to tell properties.
    """

    text: str = field(repr=False)
    person: int
    user_id: str | None
    device_id: str | None
    time_ms: int
    own: Said
    is_event: bool = True

    @property
    def identity(self) -> str:
        """What Amplitude knows the person by."""
        return f"u/{self.user_id}" if self.user_id else f"d/{self.device_id}"


@dataclass(slots=True)
class ToldState:
    """What was told about a person, and what is due.

    Args:
        state: What was told, kept while it may have to be told again.
        told_to: Identity that it was told to last.
        due: What was not told yet.
        devices: Devices that were told something while the person was anonymous. When one of them turns out to be the
            user's, Amplitude gives the user what the device had: also what has been taken away meanwhile.
    """

    state: Said = field(default_factory=dict)
    told_to: str = ""
    due: Said = field(default_factory=dict)
    devices: list[str] = field(default_factory=list)

    def tell(self, item: WaitingEvent) -> Said:
        """Return what goes with an event, and take it as told."""
        self.due |= item.own
        is_new = item.identity != self.told_to or (
            item.user_id is not None and item.device_id in self.devices
        )
        news = self.state | self.due if is_new else self.due
        self.state, self.due, self.told_to = self.state | self.due, {}, item.identity
        if item.user_id:
            self.devices = [device for device in self.devices if device != item.device_id]
            self.state = self.state if self.devices else {}  # nothing has to be told again
        elif item.device_id and item.device_id not in self.devices:
            self.devices = [*self.devices, item.device_id]
        return news

    def copy(self) -> ToldState:
        """Return a copy, to be thrown away if the event is not accepted."""
        return ToldState(dict(self.state), self.told_to, dict(self.due), list(self.devices))

    def plain(self) -> Any:
        """Return what must be remembered, or None if nothing must."""
        if not self.state and not self.due and not self.told_to:
            return None
        return {
            "state": self.state,
            "told_to": self.told_to,
            "due": self.due,
            "devices": self.devices,
        }


@dataclass(slots=True, eq=False)
class PersonQueue:
    """A person's events in their order; at most one request at a time carries some of them.

    Args:
        tail: What is true after all of these events, and none of them says.
        ready_at: Not before.
        is_busy: Some are on their way.
        is_parked: Amplitude takes no more of this person today.
        taken: When something of theirs was accepted within the last second, and how many objects.
    """

    person: int
    known: ToldState
    items: deque[WaitingEvent] = field(default_factory=deque)
    tail: Said = field(default_factory=dict)
    ready_at: float = 0.0
    is_busy: bool = False
    is_parked: bool = False
    is_queued: bool = False
    taken: deque[tuple[float, int]] = field(default_factory=deque)

    def room(self, now: float, most: int) -> int:
        """Return how many objects may be sent now, so that none of a person's seconds has more than so many."""
        while self.taken and self.taken[0][0] <= now - 1.0:
            self.taken.popleft()
        return most - sum(n for _, n in self.taken)

    def put_back(self, items: list[WaitingEvent], dropped: set[int]) -> None:
        """Put events back at the front, without those at some places; what these said goes with the next one."""
        left: list[WaitingEvent] = []
        said: Said = {}
        for place, item in enumerate(items):
            if place in dropped:
                said |= item.own
            else:
                item.own, said = said | item.own, {}
                left.append(item)
        if said and self.items:
            self.items[0].own = said | self.items[0].own
        else:
            self.tail = said | self.tail
        self.items.extendleft(reversed(left))

    def owed(self) -> Any:
        """Return what must be remembered once all events are accepted or refused, or None."""
        self.known.due, self.tail = self.known.due | self.tail, {}
        return self.known.plain()


def with_properties(item: WaitingEvent, said: Said) -> list[str]:
    """Return what goes on the wire for an event: itself with what is set, behind it what takes properties away.

    Source: http-v2, user_properties: a plain map sets; operations such as $unset need the event type `$identify`, and
    the two must not be mixed. identify: the value of $unset is `-`.
    """
    values = {name: _cut(value) for name, value in said.items() if value is not None}
    gone = {name: "-" for name, value in said.items() if value is None}
    if not item.is_event:
        return [identify(item, {"$set": values} if values else {}, gone)]
    text = f'{item.text[:-1]},"user_properties":{_json(values)}}}' if values else item.text
    return [text, identify(item, {}, gone)] if gone else [text]


def _cut(value: Any) -> Any:
    """Return a value with its texts cut as Amplitude cuts them. Source: http-v2, "String character limit"."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [_cut(item) for item in value]
    return (
        {name: _cut(item) for name, item in value.items()} if isinstance(value, dict) else value
    )


def identify(item: WaitingEvent, operations: dict[str, Said], gone: Said) -> str:
    """Return an event that only changes properties; its id follows from the one it goes with, or from what it says."""
    whole = json.loads(item.text)
    kept = {
        name: whole[name]
        for name in ("user_id", "device_id", "time", "library")
        if name in whole
    }
    asked = operations | ({"$unset": gone} if gone else {})
    return _json(
        {
            **kept,
            "event_type": "$identify",
            "insert_id": f"{whole['insert_id']}-p",
            "user_properties": asked,
        }
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def items_of(prepared: Prepared, said: dict[str, dict[str, Any]]) -> list[WaitingEvent]:
    """Return a part's events, with what each says about its person.

    Args:
        said: Row → what it says.
    """
    payloads = prepared.payloads.get("who", ())
    if not payloads:
        return []
    who = read_arrow(payloads[0])
    times = who["time"].cast("int64").to_pylist()
    columns = (
        who["person"].to_pylist(),
        who["user_id"].to_pylist(),
        who["device_id"].to_pylist(),
        times,
    )
    rows = rows_of(prepared)
    return [
        WaitingEvent(rows.text(row), person, user, device, time, said.get(str(row), {}))
        for row, (person, user, device, time) in enumerate(zip(*columns, strict=True))
    ]


def person_queues_of(texts: Iterable[str]) -> list[PersonQueue]:
    """Return single events by whom they are of, in the order of their times, as ids alone tell it."""
    events = [(json.loads(text), text) for text in texts]
    person_queues: dict[tuple[str | None, str | None], PersonQueue] = {}
    for event, text in sorted(events, key=lambda pair: time_of(pair[1])):
        user, device = (
            i if isinstance(i, str) else None
            for i in (event.get("user_id"), event.get("device_id"))
        )
        person_queue = person_queues.setdefault(
            (user, None if user else device), PersonQueue(len(person_queues), ToldState())
        )
        person_queue.items.append(
            WaitingEvent(text, person_queue.person, user, device, time_of(text), {})
        )
    return list(person_queues.values())


def with_device(item: WaitingEvent, person_queue: PersonQueue) -> WaitingEvent:
    """Return an event with an identity: what an anonymous person does without a device happened on the last one."""
    if item.user_id or item.device_id:
        return item
    last = (
        person_queue.items[-1].device_id
        if person_queue.items
        else person_queue.known.told_to.removeprefix("d/")
    )
    if last:
        item.device_id = last
        item.text = f'{{"device_id":{json.dumps(last)},{item.text[1:]}'
    return item
