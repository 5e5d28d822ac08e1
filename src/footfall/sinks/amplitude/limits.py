"""Amplitude's documented limits, in one place: the sink keeps them, the receiver checks them.

Source of everything here unless a line says otherwise: Amplitude's documentation, repository
amplitude/amplitude-docs of 2026-03-13, pages `http-v2`, `batch-event-upload`, `identify`, `limits`.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000
MOST_EVENTS = 2000
"""Events per request. Source: http-v2, "Upload limits"; batch-event-upload, "Limits" → 413."""
SHORTEST_ID = 5
"""Characters of user_id and device_id, unless options.min_id_length says otherwise. Source: http-v2, "Options"."""
LONGEST_TEXT = 1024
"""Characters of a text, cut beyond. Source: http-v2, "String character limit"."""
DEEPEST = 40
"""Nesting of properties. Source: http-v2, "Keys for the event argument": event_properties, user_properties."""
MOST_KEYS = 1024
"""Keys of an object of properties. Source: amplitude-analytics 1.3.0, constants.MAX_PROPERTY_KEYS."""
DEDUPLICATION_DAYS = 7
"""Same device_id and insert_id within this time count once. Source: http-v2, "Event deduplication"."""
DAILY_EVENTS = 500_000
"""Events of a user or device in 24 hours, once flagged as spam. Source: batch-event-upload, 429."""
STARTER_EVENTS_PER_S = 1000
"""Events per second of the Starter plan. Source: http-v2, "Upload limits"."""

OPERATIONS = frozenset(
    {
        *("$set", "$setOnce", "$add", "$append", "$prepend", "$unset", "$preInsert"),
        *("$postInsert", "$remove", "$clearAll"),
    }
)
"""Keys of user_properties that are taken for operations. Source: identify; amplitude-analytics 1.3.0 for the last."""
BANNED_IDS = frozenset(
    {
        *("anonymous", "nil", "none", "null", "n/a", "na", "undefined", "unknown", "", '""'),
        *("00000000-0000-0000-0000-000000000000", "{}", "lmy47d", "0", "-1"),
    }
)
"""Ids that are answered with 400. Source: http-v2, "Device IDs and User IDs: invalid values"."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of the two ways in.

    Args:
        path: Behind the host.
        most_bytes: Of a request → 413.
        events_per_s: Of one user or device → 429.
        average_s: Seconds over which that is averaged.
        wait_s: How long to leave a throttled user or device alone.
    """

    path: str
    most_bytes: int
    events_per_s: int
    average_s: int
    wait_s: int


HTTP_V2 = Endpoint("/2/httpapi", 1 * MEGABYTE, 30, 10, 30)
"""Source: http-v2, "Upload limits", 429. The page says "averaged over a recent window"; 10 s is our reading."""
BATCH = Endpoint("/batch", 20 * MEGABYTE, 1000, 30, 15)
"""Source: batch-event-upload, "Limits", 429: averaged over 30 s, wait about 15 s."""
ENDPOINTS = {"v2": HTTP_V2, "batch": BATCH}
BASES = {"us": "https://api2.amplitude.com", "eu": "https://api.eu.amplitude.com"}
"""Source: http-v2, "Endpoints"."""


def is_bad_id(text: str, shortest: int = SHORTEST_ID) -> bool:
    """Tell whether Amplitude refuses an id: too short, on the list of banned ones, or zeros alone."""
    return len(text) < shortest or text.lower() in BANNED_IDS or not text.strip("0-")
