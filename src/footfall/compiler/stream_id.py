"""The identity of a stream: a hash of everything that fixes its events."""

from __future__ import annotations

import dataclasses
import hashlib
from decimal import Decimal
from functools import cache

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


def stream_id(scenario_digits: str, start_ms: int, seed: int, tzdata: str) -> str:
    """Return 16 hex digits over what fixes a stream; those of its scenario among it."""
    return _digest(repr((scenario_digits, start_ms, seed, OUTPUT_VERSION, tzdata)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@cache
def _fields_of(kind: type) -> tuple[dataclasses.Field[object], ...] | None:
    """Return the fields of a class of records that can change an event; None of any other class."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(f for f in dataclasses.fields(kind) if f.name not in _NO_EVENTS)


def _is_unused(field: dataclasses.Field[object], value: object) -> bool:
    """Return whether a field was added later and has no value: identities of before stay."""
    return "added" in field.metadata and value == field.default


def _canonical(value: object) -> object:
    kind = type(value)
    fields = _fields_of(kind)  # type: ignore[arg-type]  # mypy takes a class's own __hash__ for that of its objects
    if fields is not None:
        values = ((f, getattr(value, f.name)) for f in fields)
        return (
            _TAGS.get(kind.__name__, kind.__name__),
            *((f.name, _canonical(v)) for f, v in values if not _is_unused(f, v)),
        )
    if isinstance(value, tuple):
        return tuple(map(_canonical, value))
    if isinstance(value, Decimal):
        # 1.50 and 1.5 are one number, and so one stream.
        return str(value.normalize())
    return value
