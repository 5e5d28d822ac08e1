"""Webhooks that were received: one event, or a batch of them, in the forms that senders use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from footfall.foreign.envelopes import NotAnEvent, events_of, unwrapped
from footfall.foreign.vendor_records import as_text
from footfall.foreign.vendors import AMPLITUDE, FOOTFALL
from footfall.receiver.event_times import moments
from footfall.receiver.foreign_rows import LONGEST_ID, batch_of
from footfall.receiver.intake import (
    Json,
    MalformedBody,
    ReceivedBatch,
    Row,
    Update,
    dumped,
    key_of,
    parse_json,
)
from footfall.receiver.user_properties import update_of
from footfall.receiver.vendors.amplitude_fields import wrong_fields

MOST_EVENTS = 10_000
MOST_BYTES = 5_000_000
LINES = "application/x-ndjson"
KINDS = (
    "application/json",
    "application/cloudevents+json",
    LINES,
    "text/plain",
    "",
)
"""Content types; the body is JSON whatever it is called, as browsers' `sendBeacon` says `text/plain`."""
_NAMES = ("insert_id", "id", "messageId", "event_id")
_AMPLITUDES = frozenset().union(*(mark.members for mark in AMPLITUDE.marks)) - {"event_type"}
_TEXT_TYPES = {str, type(None)}


def take(body: bytes, message: str | None, now_ms: int, kind: str = "") -> ReceivedBatch:
    """Return the events that a webhook brings.

    Args:
        body: One event (an object), several (a list of objects), or either in an envelope, as footfall and others do:
            `{"type": ..., "data": {"events": [...]}}`, `{"events": [...]}`, `{"batch": [...]}`. Events may be any
            vendor's (`footfall.foreign.vendors`).
        message: Its id, where the sender gives one.
        now_ms: The moment of receipt, which events without a time get.
        kind: Content type; of `LINES` each line is a body.

    Raises:
        MalformedBody: It is none of these.
    """
    if not body:
        raise MalformedBody("the body is empty")
    lines = body.splitlines() if kind == LINES else [body]
    events = [event for line in lines if line.strip() for event in unwrapped(parse_json(line))]
    if len(events) > MOST_EVENTS:
        raise MalformedBody(
            f"the batch has {len(events)} events; at most {MOST_EVENTS} are taken at once"
        )
    # The body's digest stands beside the id: the same id with another body is a conflict, not a duplicate.
    named = (key_of("m", message), hashlib.sha256(body).hexdigest()) if message else None
    try:
        taken = _taken(events, now_ms)
    except NotAnEvent as error:
        raise MalformedBody(str(error)) from None
    return ReceivedBatch(taken.rows, taken.updates, named, taken.remarks)


def _taken(events: Sequence[Any], now_ms: int) -> ReceivedBatch:
    # What has an event_type and no members of others is ours, or in our form: column by column, in a third of the time.
    types: list[Any] = [
        event.get("event_type") if type(event) is dict else None for event in events
    ]
    if set(map(type, types)) == {str} and all(map(str.strip, types)):
        return _own(events, types, now_ms)
    return batch_of(events_of(list(events)), "webhook", "w", now_ms)


def _own(events: Sequence[Json], types: Sequence[str], now_ms: int) -> ReceivedBatch:
    """Return events in our form, made column by column."""
    ids = [_first_text(event, _NAMES) for event in events]
    users, devices, cities, stages, libraries = (
        _texts(events, name) for name in ("user_id", "device_id", "city", "stage", "library")
    )
    people = [event.get("person") for event in events]
    is_plain = AMPLITUDE.kinds.keys().isdisjoint(types)
    values = [event.get("time") for event in events]
    if None in values:
        values = [_time(event) for event in events]
    times, remarks = moments(values, "ms", now_ms)
    columns = (
        [key_of("w", one) if one else None for one in ids],
        repeat("webhook", len(events)),
        ids,
        types,
        times,
        [
            str(p) if type(p) is int else user or device
            for p, user, device in zip(people, users, devices, strict=True)
        ],
        users,
        devices,
        cities,
        stages,
        dumped(events),
        repeat("track", len(events)) if is_plain else map(_kind, types),
        [FOOTFALL.name if "person" in event else _name_of(event) for event in events],
        libraries,
    )
    for name, texts in (("insert_id", ids), ("user_id", users), ("device_id", devices)):
        _check_ids(name, texts)
    rows = list(map(Row._make, zip(*columns, strict=True)))
    updates = [_update(event) if is_plain else _any_update(event) for event in events]
    return ReceivedBatch(rows, updates, remarks=remarks)


def _texts(events: Sequence[Json], name: str) -> list[str | None]:
    values = [event.get(name) for event in events]
    # One look at the types of all spares a call for each.
    return values if _TEXT_TYPES.issuperset(map(type, values)) else list(map(as_text, values))


def _kind(event_type: str) -> str:
    return AMPLITUDE.kinds.get(event_type, "track")


def _name_of(event: Json) -> str | None:
    return None if _AMPLITUDES.isdisjoint(event) else AMPLITUDE.name


def _check_ids(name: str, ids: Sequence[str | None]) -> None:
    if max(map(len, filter(None, ids)), default=0) <= LONGEST_ID:
        return
    place, length = next(
        (i, len(one)) for i, one in enumerate(ids) if one and len(one) > LONGEST_ID
    )
    raise MalformedBody(
        f"{name} of event {place} has {length} characters; at most {LONGEST_ID} are taken"
    )


def _first_text(event: Json, names: Sequence[str]) -> str | None:
    for name in names:
        value = event.get(name)
        if isinstance(value, str):
            return value
    return None


def _time(event: Json) -> Any:
    time = event.get("time")
    return event.get("timestamp") if time is None else time


def _any_update(event: Json) -> Update | None:
    """Return the update of a person or of groups by an event, operations of Amplitude's included."""
    if event["event_type"] not in AMPLITUDE.kinds:
        return _update(event)
    return update_of(event, "webhook") if not wrong_fields(event) else None


def _update(event: Json) -> Update | None:
    """Return the update of a person by an event.

    It holds the properties that the event changed; null means that one was taken away.
    """
    properties = event.get("user_properties")
    if not isinstance(properties, dict):
        properties = {}
    changed = event.get("changed")
    names = (
        [n for n in changed if isinstance(n, str)]
        if isinstance(changed, list)
        else list(properties)
    )
    if not names:
        return None
    values = {name: properties.get(name) for name in names}
    operations = {
        "$set": {name: value for name, value in values.items() if value is not None},
        "$unset": {name: "-" for name, value in values.items() if value is None},
    }
    return Update(as_text(event.get("user_id")), as_text(event.get("device_id")), operations)
