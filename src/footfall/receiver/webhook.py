"""Webhooks that were received: one event, or a batch of them, in the forms that senders use."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from footfall.receiver.intake import (
    Json,
    MalformedBody,
    ReceivedBatch,
    Row,
    Update,
    as_milliseconds,
    as_text,
    dumped,
    key_of,
    parse_json,
)

MOST_EVENTS = 10_000
MOST_BYTES = 5_000_000
LONGEST_ID = 1024
_NAMES = ("insert_id", "id", "messageId", "event_id")
_TYPES = ("event_type", "type", "event", "name")
_TIMES = ("time", "timestamp")


def take(body: bytes, message: str | None) -> ReceivedBatch:
    """Return the events that a webhook brings.

    Args:
        body: One event (an object), several (a list of objects), or either wrapped as footfall and others do:
            `{"type": ..., "data": {"events": [...]}}`, `{"events": [...]}`, `{"type": ..., "data": {...}}`.
        message: Its id, where the sender gives one.

    Raises:
        MalformedBody: It is none of these.
    """
    if not body:
        raise MalformedBody("the body is empty")
    events = _events(parse_json(body))
    if len(events) > MOST_EVENTS:
        raise MalformedBody(
            f"the batch has {len(events)} events; at most {MOST_EVENTS} are taken at once"
        )
    # The body's digest stands beside the id: the same id with another body is a conflict, not a duplicate.
    named = (key_of("m", message), hashlib.sha256(body).hexdigest()) if message else None
    return ReceivedBatch(_rows(events), [_update(event) for event in events], named)


def _check_ids(name: str, ids: Sequence[str | None]) -> None:
    if max(map(len, filter(None, ids)), default=0) <= LONGEST_ID:
        return
    place, length = next(
        (i, len(one)) for i, one in enumerate(ids) if one and len(one) > LONGEST_ID
    )
    raise MalformedBody(
        f"{name} of event {place} has {length} characters; at most {LONGEST_ID} are taken"
    )


def _events(value: Any) -> list[Json]:
    inner = (
        value.get("data")
        if isinstance(value, dict) and isinstance(value.get("data"), dict)
        else value
    )
    for form in (inner, value):
        if isinstance(form, dict) and isinstance(form.get("events"), list):
            value = form["events"]
            break
        if isinstance(form, dict) and "event_type" in form:
            value = form
            break
    events = value if isinstance(value, list) else [value]
    if not events:
        raise MalformedBody("the batch has no events")
    place = next((i for i, event in enumerate(events) if not isinstance(event, dict)), None)
    if place is not None:
        raise MalformedBody(f"event {place} is not an object")
    return events


def _rows(events: Sequence[Json]) -> list[Row]:
    """Return a row per event, made column by column: that takes two thirds of the time."""
    ids = [_first_text(event, _NAMES) for event in events]
    users, devices, cities, stages = (
        [as_text(event.get(name)) for event in events]
        for name in ("user_id", "device_id", "city", "stage")
    )
    people = [event.get("person") for event in events]
    columns = (
        [key_of("w", one) if one else None for one in ids],
        repeat("webhook", len(events)),
        ids,
        [_first_text(event, _TYPES) for event in events],
        [_first_time(event) for event in events],
        [
            str(p) if type(p) is int else user or device
            for p, user, device in zip(people, users, devices, strict=True)
        ],
        users,
        devices,
        cities,
        stages,
        dumped(events),
    )
    for name, texts in (("insert_id", ids), ("user_id", users), ("device_id", devices)):
        _check_ids(name, texts)
    return list(map(Row._make, zip(*columns, strict=True)))


def _first_text(event: Json, names: Sequence[str]) -> str | None:
    for name in names:
        value = event.get(name)
        if isinstance(value, str):
            return value
    return None


def _first_time(event: Json) -> int | None:
    for name in _TIMES:
        value = _milliseconds(event.get(name))
        if value is not None:
            return value
    return None


def _milliseconds(value: Any) -> int | None:
    # `fromisoformat` reads any text to its end: a megabyte of digits is not looked at.
    if not isinstance(value, str) or len(value) > 40:
        return as_milliseconds(value)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return as_milliseconds((aware - _EPOCH) // _MILLISECOND)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


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
