"""The identity of a stream: a hash of everything that fixes its events."""

from __future__ import annotations

import dataclasses
import hashlib
from decimal import Decimal

from footfall.scenario.records import Scenario

OUTPUT_VERSION = 2
"""Raised only when the same stream gives other events; the changelog says so."""

_TAGS = {
    "EmitStep": "Emit",
    "DoStep": "Do",
    "MaybeStep": "Maybe",
    "EitherStep": "Either",
    "EitherOption": "Option",
    "RepeatStep": "Repeat",
    "GoOnStep": "GoOn",
    "LeaveStep": "Leave",
    "WaitStep": "Pause",
    "ChangeStep": "Change",
    "PickStep": "Pick",
    "RetryStep": "Retry",
    "LaterStep": "Later",
    "WhenStep": "Guard",
}
"""The name under which a record enters the hash, where it is not that of its class.

A stream's identity must outlive a renamed class: ids in stores and at vendors begin with it.
"""

# Places in the file, texts for people, and how a word is quoted: a comment or a better title
# makes no other stream. Nor do constraints: they say which values are right, and draw none, so
# a run goes on where one was added.
_NO_EVENTS = frozenset(
    {
        *("at", "about", "title", "example", "source", "is_quoted"),
        *("constraint", "elements", "described"),
    }
)


def scenario_hash(scenario: Scenario) -> str:
    """Return 16 hex digits over all of a scenario that can change an event."""
    return _digest(repr(_canonical(scenario)))


def stream_id(scenario: Scenario, start_ms: int, seed: int, tzdata: str) -> str:
    """Return 16 hex digits over what fixes a stream."""
    return _digest(repr((scenario_hash(scenario), start_ms, seed, OUTPUT_VERSION, tzdata)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _counts(field: dataclasses.Field[object], record: object) -> bool:
    """Return whether a field of a record is a part of its identity."""
    is_unused = "added" in field.metadata and getattr(record, field.name) == field.default
    return field.name not in _NO_EVENTS and not is_unused


def _canonical(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f.name for f in dataclasses.fields(value) if _counts(f, value)]
        return (
            _TAGS.get(type(value).__name__, type(value).__name__),
            *((name, _canonical(getattr(value, name))) for name in fields),
        )
    if isinstance(value, tuple):
        return tuple(_canonical(v) for v in value)
    if isinstance(value, Decimal):
        # 1.50 and 1.5 are one number, and so one stream.
        return str(value.normalize())
    return value
