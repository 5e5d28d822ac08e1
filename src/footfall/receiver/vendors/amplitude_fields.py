"""The fields of Amplitude's events: names, types and ranges.

Source: http-v2, "Keys for the event argument"; names as in `sinks/amplitude/limits.py`.
"""

from __future__ import annotations

from typing import Any

from footfall.foreign.vendor_records import as_text
from footfall.receiver.intake import Json, as_milliseconds
from footfall.receiver.user_properties import GROUP_IDENTIFY
from footfall.sinks.amplitude.limits import DEEPEST, LONGEST_TEXT

_TEXTS = (
    "user_id",
    "device_id",
    "event_type",
    "app_version",
    "platform",
    "os_name",
    "os_version",
    "device_brand",
    "device_manufacturer",
    "device_model",
    "carrier",
    "country",
    "region",
    "city",
    "dma",
    "language",
    "productId",
    "revenueType",
    "currency",
    "ip",
    "idfa",
    "idfv",
    "adid",
    "android_id",
    "android_app_set_id",
    "insert_id",
    "partner_id",
    "library",
    "version_name",
    "user_agent",
)
_NUMBERS = ("price", "revenue", "location_lat", "location_lng")
_WHOLES = ("time", "quantity", "event_id", "session_id")
_OBJECTS = (
    "event_properties",
    "user_properties",
    "groups",
    "group_properties",
    "plan",
    "ingestion_metadata",
)
TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXTS, (str,)),
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(_WHOLES, (int,)),
    **dict.fromkeys(_OBJECTS, (dict,)),
    "$skip_user_properties_sync": (bool,),
}
"""Source: http-v2, "Keys for the event argument"; the last two objects and `library` are what the SDK 1.3.0 sends."""
MOST_INTEGER = 2**63


def lacking_fields(event: Json) -> list[str]:
    """Return the names of required fields that an event lacks."""
    event_type = event.get("event_type")
    lacking = [] if event_type else ["event_type"]
    if event.get("user_id") or event.get("device_id"):
        return lacking
    # Source: group-identify: it is about groups, and asks for no user.
    if event_type == GROUP_IDENTIFY:
        return [] if event.get("groups") else ["groups"]
    return [*lacking, "user_id", "device_id"]


def wrong_fields(event: Json) -> list[str]:
    """Return the names of fields whose values are of the wrong type or out of range."""
    wrong = ["insert_id"] if len(as_text(event.get("insert_id")) or "") > LONGEST_TEXT else []
    # The one loop over every field of every event, hence exact types,
    # not isinstance, and no call for texts. Exact types also tell `True` from 1.
    for name, value in event.items():
        kinds = TYPES.get(name)
        if kinds is None or value is None:
            continue
        kind = type(value)
        if kind not in kinds or (kind is not str and not _is_in_range(name, value)):
            wrong.append(name)
    return wrong


def _is_in_range(name: str, value: Any) -> bool:
    if name == "time":
        return as_milliseconds(value) is not None
    if type(value) is int:
        return -MOST_INTEGER <= value < MOST_INTEGER
    return type(value) is not dict or not _depth_over(value, DEEPEST)


def _depth_over(value: Any, most: int) -> bool:
    """Tell whether an object or list is nested deeper than a number of levels."""
    if most < 0:
        return True
    for item in value.values() if type(value) is dict else value:
        if (type(item) is dict or type(item) is list) and _depth_over(item, most - 1):
            return True
    return False
