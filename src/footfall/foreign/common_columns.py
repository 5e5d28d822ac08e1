"""Columns that checks see, by whatever name they are read, and SQL for flaws of ids that reading shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from footfall.data.schema import common_columns
from footfall.sinks.amplitude.limits import BANNED_IDS, SHORTEST_ID
from footfall.store.dialect import literal, literals

NAMES: Mapping[str, tuple[str, ...]] = {
    "event_type": ("event_type",),
    "insert_id": ("insert_id", "$insert_id"),
    "event_id": ("event_id", "event_id "),
    "time": ("time", "event_time"),
    "user_id": ("user_id",),
    "device_id": ("device_id",),
    "session_id": ("session_id",),
    "city": ("city",),
    "country": ("country",),
    "category": ("category",),
    "stage": ("stage",),
    "person": ("person",),
    "revenue": ("revenue",),
    "currency": ("currency",),
    "ep": ("event_properties",),
    "up": ("user_properties",),
}
"""Column → what it is called in files.

Source: docs/events.md; Amplitude's http-v2 and export pages.
"""
IDS = ("insert_id", "event_id", "user_id", "device_id", "session_id")
"""Columns of ids: 5.0 is the number 5 there, as pandas writes it where a column of whole numbers has a gap."""
TEXTS = (
    "event_type",
    "insert_id",
    "event_id",
    "user_id",
    "device_id",
    "city",
    "country",
    "category",
    "stage",
    "currency",
)

_AMPLITUDES = """
    app_version os_version device_brand device_manufacturer device_model device_type device_family carrier region dma
    ip ip_address location_lat location_lng idfa idfv adid android_id partner_id amplitude_id server_upload_time
    api_key user_agent"""
TOP_LEVEL = frozenset(
    (
        *(name for names in NAMES.values() for name in names),
        *(field.name for field in common_columns()),
        *_AMPLITUDES.split(),
    )
)
"""Names beside the properties, in our events and Amplitude's: none of them is a property.

Source: docs/events.md; Amplitude's http-v2, "Keys for the event argument", and its export page.
"""

ZERO = re.compile("-1|0+")
_NIL = "[{]?0{8}-?0{4}-?0{4}-?0{4}-?0{12}[}]?"
# The one list of what Amplitude documents, as its sink and the receiver use it.
BANNED = f"({literals(sorted(BANNED_IDS))})"


def is_banned(column: str) -> str:
    """Return SQL for whether an id is one that Amplitude refuses.

    Source: http-v2, "Device IDs and User IDs: invalid values"; `sinks/amplitude/limits.py` has
    the list.
    """
    return f"(lower(trim({column})) IN {BANNED} OR trim({column}, '0-') = '')"


def is_short(column: str) -> str:
    """Return SQL for whether an id is shorter than Amplitude takes (`min_id_length`), and not banned anyway."""
    return f"(length({column}) < {SHORTEST_ID} AND NOT {is_banned(column)})"


def is_endless(value: str) -> str:
    """Return SQL for whether a number is NaN or infinite, which no JSON can say."""
    # As text, and by a pattern: from the least and greatest value that Parquet keeps, of which NaN
    # is none, DuckDB 2.0 concludes that all are finite, and equal to no such text.
    return f"coalesce(regexp_full_match(CAST({value} AS VARCHAR), '-?(nan|inf)'), false)"


def is_whole_number(stored: str) -> bool:
    """Return whether a type of DuckDB's holds whole numbers alone."""
    return stored.endswith(("INT", "INTEGER")) or (
        stored.startswith("DECIMAL(") and stored.endswith(",0)")
    )


def who(person: str, user: str, device: str) -> str:
    """Return SQL for whose an event is: the person if the file knows, else the real user, else the device."""
    return person or f"coalesce({user}, 'device ' || {device})"


def is_nobody(of: str) -> str:
    """Return SQL for whether the id of a user or device is a word for nobody, or the nil UUID.

    Numbers count people, 0 too, although Amplitude refuses it.
    """
    return f"(lower(trim({of})) IN {_NOBODY} OR regexp_full_match(trim({of}), {literal(_NIL)}))"


_NOBODY = (
    f"({literals(sorted({word for word in BANNED_IDS if not ZERO.fullmatch(word)} | {'nan'}))})"
)
"""`nan` is what pandas writes for none."""


def is_zero(user: str) -> str:
    """Return SQL for whether an id is a number that senders may write for nobody."""
    return f"regexp_full_match({user}, {literal(ZERO.pattern)})"


def somebody(of: str) -> str:
    """Return SQL for the id of a user or device, null where it is a word for nobody."""
    return f"CASE WHEN NOT {is_nobody(of)} THEN {of} END"
