"""Records of vendors: where each has who, what and when in its events, and how a place is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Path = tuple[str, ...]
"""Names of members, from the outside in."""
Paths = tuple[Path, ...]
"""Where something may stand; the first place that has a value counts."""
Unit = Literal["s", "ms", "us", "ns", "any"]
"""What a number is a time in; `any` is told by its size (`times.py`)."""
Kind = Literal["track", "page", "screen", "identify", "group", "alias"]
"""Kind of a call: something happened, who somebody is, what is true of a group, which ids are one person's."""

PROFILE_CALLS: tuple[Kind, ...] = ("identify", "group", "alias")
"""Those that are no events, but tell of a person or a group."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Members by which an event is recognised, all of which it has.

    Args:
        members: Outermost ones.
        within: Deeper ones.
        among: Outermost member → the values that it may have.
    """

    members: frozenset[str]
    within: Paths = ()
    among: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_of(self, event: Json) -> bool:
        """Tell whether an event has it."""
        if not self.members <= event.keys():
            return False
        for path in self.within:
            if at(event, path) is None:
                return False
        return all(as_text(event[name]) in self.among[name] for name in self.among)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor, and where things stand in its events.

    Args:
        name, title: As columns hold it, and as pages show it.
        marks: Any of these makes an event one of this vendor's.
        time_unit: Of a number at `time`, as the vendor's API defines it.
        library: Name of what has sent it, and its version.
        kind: Where an event says what kind of call it is.
        kinds: What stands there → the kind; everything else is `track`.
        changes: Operation on properties of a user or a group, as Amplitude calls it → where what it changes stands.
        changing: Kinds of calls that change something; empty for all.
        group_type, group_key: Which group a call of the kind `group` is about.
        others: Further ids of the same person, by kind of call.
        envelope: Members around a list of events.
        inherited: Members of the envelope that hold for each event in it.
    """

    name: str
    title: str
    marks: tuple[Mark, ...]
    event_type: Paths
    time: Paths
    time_unit: Unit
    insert_id: Paths
    user_id: Paths
    device_id: Paths
    session_id: Paths = ()
    city: Paths = ()
    country: Paths = ()
    platform: Paths = ()
    event_properties: Paths = ()
    user_properties: Paths = ()
    groups: Paths = ()
    library: Paths = ()
    kind: Paths = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    changes: Mapping[str, Paths] = field(default_factory=dict)
    changing: tuple[Kind, ...] = ()
    group_type: Paths = ()
    group_key: Paths = ()
    others: Paths = ()
    envelope: Paths = ()
    inherited: tuple[str, ...] = ()


def at(event: Json, path: Path) -> Any:
    """Return what stands at a path, or None."""
    value: Any = event
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first(event: Json, paths: Paths) -> Any:
    """Return the first value that stands at one of some paths, or None."""
    for path in paths:
        value = at(event, path)
        if value is not None:
            return value
    return None


def as_text(value: Any) -> str | None:
    """Return a value if it is a text, else None."""
    return value if isinstance(value, str) else None
