"""Batches for Amplitude: events of many people, some of each, as the JSON that goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from footfall.sinks.amplitude.encode import Properties
from footfall.sinks.amplitude.limits import LONGEST_TEXT, Endpoint
from footfall.sinks.amplitude.people import PersonQueue, PersonState, WaitingEvent


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Limits of a batch: a bit less than Amplitude takes.

    Args:
        objects: Events, and `$identify` events that were added to them.
        size_bytes: Of the body.
    """

    objects: int
    size_bytes: int

    @classmethod
    def of(cls, endpoint: Endpoint) -> BatchLimits:
        """Return what is safe: 1,000 events and 0.9 MB, or 2,000 and 18 MB."""
        return cls(
            1000 if endpoint.most_bytes <= 1_000_000 else 2000, endpoint.most_bytes * 9 // 10
        )


@dataclass(slots=True)
class PersonBatch:
    """The events of one person in a batch.

    Args:
        after: The person's state once it is accepted.
    """

    person_queue: PersonQueue
    events: list[WaitingEvent]
    after: PersonState


@dataclass(slots=True)
class PeopleBatch:
    """Events of several people that one request carries.

    Args:
        texts: Objects as they go over the wire: an event may be two of them, with an `$identify` behind it.
        places: Per object: which person's batch, which of its events.
        attempts: How often exactly this was sent.
    """

    people: list[PersonBatch] = field(default_factory=list)
    texts: list[str] = field(default_factory=list, repr=False)
    places: list[tuple[int, int]] = field(default_factory=list)
    attempts: int = 0

    @property
    def n_events(self) -> int:
        """Number of events."""
        return sum(len(person_batch.events) for person_batch in self.people)

    @property
    def name(self) -> str:
        """Something that tells it from others."""
        first = self.people[0]
        return f"{first.person_queue.person}/{first.events[0].time_ms}/{len(self.texts)}"

    def event_at(self, place: int) -> WaitingEvent:
        """Return the event that an object on the wire stands for."""
        person, event = self.places[place]
        return self.people[person].events[event]

    def n_objects_of(self, person_batch: PersonBatch) -> int:
        """Return how many objects on the wire are one person's."""
        number = next(i for i, other in enumerate(self.people) if other is person_batch)
        return sum(person == number for person, _ in self.places)

    def fill(
        self, person_queue: PersonQueue, limits: BatchLimits, room_bytes: int, n: int
    ) -> int:
        """Move events of a person in here while they fit.

        Args:
            room_bytes: Bytes that are left.
            n: Objects that the person may send now.

        Returns:
            Their bytes; 0 where not even the first one fits.
        """
        # On a copy: the person's own state moves when Amplitude has accepted the request.
        person_batch = PersonBatch(person_queue, [], person_queue.state.copy())
        used = sent = 0
        while person_queue.events:
            before = person_batch.after.copy()
            event = person_queue.events[0]
            texts = with_properties(event, person_batch.after.report(event))
            size = sum(len(text.encode()) + 1 for text in texts)
            n_objects = len(texts)
            is_over = len(self.texts) + n_objects > limits.objects or sent + n_objects > n
            # The first event of an empty batch goes in whatever it takes: else it would wait for ever.
            if (is_over or used + size > room_bytes) and (person_batch.events or self.people):
                person_batch.after = before
                break
            self.places += [(len(self.people), len(person_batch.events))] * n_objects
            self.texts += texts
            person_batch.events.append(person_queue.events.popleft())
            used, sent = used + size, sent + n_objects
        if person_batch.events:
            self.people.append(person_batch)
        return used

    def halves(self) -> Iterator[PeopleBatch]:
        """Yield this in two halves; of one person alone only the first, the other one goes back into the queue."""
        middle = len(self.people) // 2
        if len(self.people) > 1:
            yield repacked(self.people[:middle])
            yield repacked(self.people[middle:])
            return
        # Two batches of one person in flight would lose the order of the person's events.
        (person_batch,) = self.people
        middle = len(person_batch.events) // 2
        person_batch.person_queue.put_back(person_batch.events[middle:], set())
        yield repacked(
            [
                PersonBatch(
                    person_batch.person_queue, person_batch.events[:middle], person_batch.after
                )
            ]
        )


def repacked(people: Sequence[PersonBatch]) -> PeopleBatch:
    """Return events as a batch anew: what goes with each follows from the person's state as it is now."""
    batch = PeopleBatch()
    for person_batch in people:
        after = person_batch.person_queue.state.copy()
        for place, event in enumerate(person_batch.events):
            texts = with_properties(event, after.report(event))
            batch.places += [(len(batch.people), place)] * len(texts)
            batch.texts += texts
        batch.people.append(PersonBatch(person_batch.person_queue, person_batch.events, after))
    return batch


def with_properties(event: WaitingEvent, properties: Properties) -> list[str]:
    """Return what goes on the wire for an event: itself with what is set, behind it what takes properties away.

    Source: http-v2, user_properties: a plain map sets; operations such as $unset need the event type `$identify`, and
    the two must not be mixed. identify: the value of $unset is `-`.
    """
    # Cut here as Amplitude would: else its state and ours would differ, and a reader could not tell why.
    values = {name: _cut(value) for name, value in properties.items() if value is not None}
    gone = {name: "-" for name, value in properties.items() if value is None}
    if not event.is_event:
        return [_identify(event, {"$set": values} if values else {}, gone)]
    # Spliced into the text: 39,000 events per second are encoded, none is parsed on the way.
    text = f'{event.text[:-1]},"user_properties":{_json(values)}}}' if values else event.text
    return [text, _identify(event, {}, gone)] if gone else [text]


def _cut(value: Any) -> Any:
    """Return a value with its texts cut as Amplitude cuts them. Source: http-v2, "String character limit"."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    return value


def _identify(event: WaitingEvent, operations: dict[str, Properties], gone: Properties) -> str:
    """Return an event that only changes properties.

    Its id follows from the event it goes with, or from what it changes: sent twice, it counts once.
    """
    whole = json.loads(event.text)
    kept = {
        name: whole[name]
        for name in ("user_id", "device_id", "time", "library")
        if name in whole
    }
    changes = operations | ({"$unset": gone} if gone else {})
    return _json(
        {
            **kept,
            "event_type": "$identify",
            "insert_id": f"{whole['insert_id']}-p",
            "user_properties": changes,
        }
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
