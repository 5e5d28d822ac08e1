"""Webhooks that come in: one event, or a batch of them, in the forms that senders use."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from footfall.server.intake import (
    Intake,
    Json,
    Malformed,
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


def take(body: bytes, message: str | None) -> Intake:
    """Return what a webhook brings.

    Args:
        body: One event (an object), several (a list of objects), or an envelope as footfall and others send it:
            `{"type": ..., "data": {"events": [...]}}`, `{"events": [...]}`, `{"type": ..., "data": {...}}`.
        message: Its id, where the sender gives one.

    Raises:
        Malformed: It is none of these.
    """
    if not body:
        raise Malformed("the body is empty")
    events = _events(parse_json(body))
    if len(events) > MOST_EVENTS:
        raise Malformed(f"the batch has {len(events)} events; at most {MOST_EVENTS} are taken at once")
    named = (key_of("m", message), hashlib.sha256(body).hexdigest()) if message else None
    rows = [_row(event, text) for event, text in zip(events, dumped(events), strict=True)]
    for name in ("insert_id", "user_id", "device_id"):
        _check_ids(name, [getattr(row, name) for row in rows])
    return Intake(rows, [_update(event) for event in events], named)


def _check_ids(name: str, ids: Sequence[str | None]) -> None:
    if max(map(len, filter(None, ids)), default=0) <= LONGEST_ID:
        return
    place, length = next((i, len(one)) for i, one in enumerate(ids) if one and len(one) > LONGEST_ID)
    raise Malformed(f"{name} of event {place} has {length} characters; at most {LONGEST_ID} are taken")


def _events(value: Any) -> list[Json]:
    inner = value.get("data") if isinstance(value, dict) and isinstance(value.get("data"), dict) else value
    for form in (inner, value):
        if isinstance(form, dict) and isinstance(form.get("events"), list):
            value = form["events"]
            break
        if isinstance(form, dict) and "event_type" in form:
            value = form
            break
    events = value if isinstance(value, list) else [value]
    if not events:
        raise Malformed("the batch has no events")
    place = next((i for i, event in enumerate(events) if not isinstance(event, dict)), None)
    if place is not None:
        raise Malformed(f"event {place} is not an object")
    return events


def _row(event: Json, text: str) -> Row:
    insert_id = _first_text(event, _NAMES)
    user, device = as_text(event.get("user_id")), as_text(event.get("device_id"))
    person = event.get("person")
    return Row(
        key=key_of("w", insert_id) if insert_id else None,
        source="webhook",
        insert_id=insert_id,
        event_type=_first_text(event, _TYPES),
        time_ms=_first_time(event),
        who=str(person) if type(person) is int else user or device,
        user_id=user,
        device_id=device,
        city=as_text(event.get("city")),
        stage=as_text(event.get("stage")),
        event=text,
    )


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
    """Return what an event says about its person: the properties it changed, null meaning that one was taken away."""
    properties = event.get("user_properties")
    if not isinstance(properties, dict):
        properties = {}
    changed = event.get("changed")
    names = [n for n in changed if isinstance(n, str)] if isinstance(changed, list) else list(properties)
    if not names:
        return None
    values = {name: properties.get(name) for name in names}
    operations = {
        "$set": {name: value for name, value in values.items() if value is not None},
        "$unset": {name: "-" for name, value in values.items() if value is None},
    }
    return Update(as_text(event.get("user_id")), as_text(event.get("device_id")), operations)
