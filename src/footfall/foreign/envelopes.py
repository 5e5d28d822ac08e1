"""Envelopes: a parsed JSON value → the events in it; an envelope is never an event itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

from footfall.foreign.vendor_records import Json, Path, Vendor, as_text, at, first
from footfall.foreign.vendors import ANYBODY, VENDORS, vendor_of

DEEPEST = 3
"""Envelopes within envelopes: a list of requests, each with its data, each with its events."""
_NAMES = tuple(name for (name,) in ANYBODY.event_type)
_SURE = ("event_type", "event", "event_name")
"""Names under which nothing else stands than an event's type."""
# Longest first: `data` around a list is one, and so is what it may hold itself.
_ENVELOPES: tuple[Path, ...] = tuple(
    sorted(
        {path for vendor in VENDORS for path in vendor.envelope} | {("data", "batch")},
        key=len,
        reverse=True,
    )
)
_INHERITED = tuple(dict.fromkeys(name for vendor in VENDORS for name in vendor.inherited))


class NotAnEvent(Exception):  # noqa: N818 - reads as what a value is
    """A value that is no event; the message says where it stands and what it lacks."""


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """An event as it came, and whose it is.

    Args:
        event: All its members, and those of its envelope that hold for it.
        vendor: None where it could be anybody's.
    """

    event: Json
    vendor: Vendor | None

    @property
    def event_type(self) -> str | None:
        """The event's type."""
        return event_type_of(self.event, self.vendor)


def event_type_of(event: Json, vendor: Vendor | None) -> str | None:
    """Return an event's type; None where it has none, as an update of a profile."""
    if vendor is None:
        # The first that is a text: another name may hold anything.
        return next((event[name] for name in _NAMES if _is_name(event.get(name))), None)
    # A call that tracks something names it under `event` alone: what it is called is not what it is.
    is_track = first(event, vendor.kind) == "track"
    found = first(event, vendor.event_type[: 1 if is_track else None])
    return found if _is_name(found) else None


def _is_name(value: Any) -> TypeGuard[str]:
    """Return whether a value is a text with something in it besides spaces."""
    return isinstance(value, str) and value.strip() != ""


def events_of(value: Any) -> list[ForeignEvent]:
    """Return the events that a parsed JSON value brings.

    Args:
        value: An event, a list of events, an envelope around either, or a list of envelopes.

    Raises:
        NotAnEvent: Something in it is neither an event nor an envelope, or there is nothing in it.
    """
    found = [_taken(event, place) for place, event in enumerate(unwrapped(value))]
    if not found:
        raise NotAnEvent("the batch has no events")
    return found


def unwrapped(value: Any, depth: int = DEEPEST) -> list[Any]:
    """Return what stands in the envelopes of a value; a value without an envelope stands alone.

    An envelope's members that hold for each of its events are put into those.
    """
    if isinstance(value, list):
        # The common cases are seen at once, and are given back as they are.
        if depth == 0 or all(type(item) is dict and "event_type" in item for item in value):
            return value
        if all(_inner(item) is None for item in value):
            return value
        return [event for item in value for event in unwrapped(item, depth - 1)]
    inner = _inner(value) if depth else None
    if inner is None:
        return [value]
    inherited = {name: value[name] for name in _INHERITED if name in value}
    events = unwrapped(inner, depth - 1)
    if not inherited:
        return events
    return [inherited | event if isinstance(event, dict) else event for event in events]


def _inner(value: Any) -> Any:
    """Return what stands in an envelope; None where a value is none."""
    if not isinstance(value, dict) or any(as_text(value.get(name)) for name in _SURE):
        return None
    has_type = any(as_text(value.get(name)) for name in _NAMES)
    for path in _ENVELOPES:
        inner = at(value, path)
        # A list beside a type may as well be what the event is about.
        if isinstance(inner, list) and not (has_type and path == ("data",)):
            return inner
    data = value.get("data")
    return data if isinstance(data, dict) and any(name in data for name in _SURE) else None


def _taken(event: Any, place: int) -> ForeignEvent:
    if not isinstance(event, dict):
        raise NotAnEvent(f"event {place} is not an object")
    vendor = vendor_of(event)
    taken = ForeignEvent(event, vendor)
    is_profile = "$distinct_id" in event or "$group_key" in event
    if taken.event_type is None and not (vendor is not None and is_profile):
        raise NotAnEvent(f"event {place} is no event: event_type (or type, event) is missing")
    return taken
