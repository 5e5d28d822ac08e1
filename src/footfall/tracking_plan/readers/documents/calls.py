"""Calls that plans of vendors declare: events, and what is said of people and of groups.

Segment, RudderStack and those who followed them have one set of kinds: `track` is an event,
`identify` tells of a person, `group` of an account, `page` and `screen` of what is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Call = Literal["track", "identify", "group", "page", "screen", "alias", "common"]
_CALLS: Mapping[str, Call] = {
    "track": "track", "event": "track", "object": "track", "events": "track", "custom": "track",
    "identify": "identify", "user": "identify", "users": "identify", "profile": "identify", "people": "identify",
    "group": "group", "groups": "group", "account": "group",
    "page": "page", "screen": "screen", "alias": "alias",
    "common": "common", "global": "common",
}  # fmt: skip
KIND_KEYS = (
    "eventType",
    "event_type",
    "type",
    "call",
    "callType",
    "call_type",
    "entityType",
    "kind",
)
"""Keys that say which call an element is of; `event_type` names the event where it holds another word."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A call that a plan declares.

    Args:
        name: As sent; "" where the call has none.
        schema: Of all that is sent, or of the properties alone.
        place: In its file, for messages.
        section: Where in the schema the properties stand, if the plan says so: `traits`.
        named_by: The member of the schema whose only value is the name, where it is taken for that.
        is_open: The plan says beside the schema that what is not declared is welcome.
    """

    call: Call
    name: str
    schema: Mapping[str, Any]
    place: str = ""
    about: str = ""
    category: str = ""
    section: str = ""
    is_open: bool = False
    named_by: str = ""


def call_of(word: Any) -> Call | None:
    """Return the kind of call that a word names; None for other words."""
    plain = word.strip().casefold() if isinstance(word, str) else ""
    return _CALLS.get(plain)


def kind_of(element: Mapping[str, Any]) -> tuple[Call, str]:
    """Return the kind of call that an element of a plan is of, and the key that says so, "" for none."""
    for key in KIND_KEYS:
        found = call_of(element.get(key))
        if found:
            return found, key
    return "track", ""
