"""Batches that were received, checked and ready to be stored: all of a request or nothing of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

_ENCODER = msgspec.json.Encoder()
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
Source = str
"""The way in: the last part of a path, such as `webhook` or `httpapi`."""
Json = dict[str, Any]
LONGEST_KEY = 250
MOST_CONTAINERS = 500_000
"""Objects and lists of a body: 5 MB of empty lists would become 100 MB of Python objects."""
MOST_MILLISECONDS = 253_402_300_800_000  # the year 10000


class Row(NamedTuple):
    """A row of `received`.

    Args:
        key: What makes an event the same as another; None where nothing does.
        who: The person, as far as the event tells.
        event: The event as it came, as JSON.
        kind: What kind of call it is (`footfall.foreign.vendors.Kind`).
        vendor: Whose event it is; None where it could be anybody's.
        library: What has sent it, as far as the event tells.
    """

    key: str | None
    source: Source
    insert_id: str | None
    event_type: str | None
    time_ms: int | None
    who: str | None
    user_id: str | None
    device_id: str | None
    city: str | None
    stage: str | None
    event: str
    kind: str
    vendor: str | None
    library: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """An update of a person's user properties, or of groups' properties, by an event.

    Args:
        operations: Operation (`$set`, `$unset`, ...) → property → value.
        others: Further ids that are this user's.
        groups: What is updated instead of the person: `TYPE/KEY` each.
        is_mutual: One of the others may be the id by which the user is known already.
    """

    user_id: str | None
    device_id: str | None
    operations: Mapping[str, Mapping[str, Any]]
    others: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    is_mutual: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedBatch:
    """A request's events.

    Args:
        rows: One per event.
        updates: One per event; None where it says nothing.
        message: Key of the message and digest of its body, for senders that name their messages.
        remarks: What was done about some events (`event_times.py`) → how many.
    """

    rows: Sequence[Row]
    updates: Sequence[Update | None]
    message: tuple[str, str] | None = None
    remarks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The outcome of storing a received batch.

    Args:
        new: Events that were not there yet.
        duplicates: Events that were.
        is_replay: The message was there already, with the same body.
        is_conflict: A message of that id was there with another body: nothing was stored.
    """

    new: int
    duplicates: int
    is_replay: bool = False
    is_conflict: bool = False


class MalformedBody(Exception):  # noqa: N818 - reads as what a request is
    """A body that cannot be read; the message is a plain sentence, fit to be sent back."""


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        MalformedBody: It is not UTF-8 or no JSON, contains half a surrogate pair, NUL or a
            number like 1e400, is nested too deeply, or has more objects and lists than events
            need: three bytes of text would become sixty of memory.
    """
    # Counted in the text, before anything is parsed: brackets within texts count too, which no event has so many of.
    if body.count(b"{") + body.count(b"[") > MOST_CONTAINERS:
        raise MalformedBody(f"the body has more than {MOST_CONTAINERS:,} objects and lists")
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise MalformedBody("the body is nested too deeply") from None
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise MalformedBody(_flaw(body, error)) from None
    # The quick test spares the regular expression, which tells `\\u0000` from `\\\\u0000`, for nearly all bodies.
    if b"\\u0000" in body and _NUL.search(body):
        raise MalformedBody("the body contains the character NUL")  # which no database can hold
    return value


def _flaw(body: bytes, error: Exception) -> str:
    """Return why a body cannot be decoded; by its version, msgspec tells UTF-8 by either error."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return "the body is not UTF-8"
    return f"the body is no JSON: {str(error)[:80]}"


def as_milliseconds(value: Any) -> int | None:
    """Return a value if it is a time in whole milliseconds that a calendar has, else None."""
    # Not `isinstance`: true and false are integers for it.
    return value if type(value) is int and 0 <= value < MOST_MILLISECONDS else None


def dumped(values: Sequence[Json]) -> list[str]:
    """Return objects as compact JSON.

    Raises:
        MalformedBody: One is nested too deeply.
    """
    try:
        lines = _ENCODER.encode_lines(values)
    except RecursionError:
        raise MalformedBody("the body is nested too deeply") from None
    return lines.decode().split("\n")[:-1]


def key_of(kind: str, *parts: str) -> str:
    """Return the key of some texts: the texts themselves, or their digest where they are long."""
    key = "/".join((kind, *parts))
    return key if len(key) <= LONGEST_KEY else f"{kind}/{digest(*parts)}"


def digest(*parts: str) -> str:
    """Return the digest of some texts, 32 hex digits; no text can contain what joins them."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
