"""Columns that checks see, by whatever name they are read.

And SQL for flaws of times and ids that reading shows.
"""

from __future__ import annotations

from collections.abc import Mapping

from footfall.sinks.amplitude.limits import BANNED_IDS, SHORTEST_ID
from footfall.store.dialect import literals

SECONDS_BELOW = 10**11
"""Numbers below it are seconds: as milliseconds they would lie before 1973."""
MICROSECONDS_FROM = 10**14
"""Numbers from it on are finer than milliseconds: as such they would lie after 5138."""

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


def number_time(value: str) -> tuple[str, str]:
    """Return SQL for a number as ms since the epoch, and for its flaw."""
    ms = (
        f"CASE WHEN {value} BETWEEN -{SECONDS_BELOW} AND {SECONDS_BELOW} "
        f"THEN {value} * 1000 "
        f"WHEN {value} NOT BETWEEN -{MICROSECONDS_FROM} AND {MICROSECONDS_FROM} "
        f"THEN {value} // 1000 ELSE {value} END"
    )
    flaw = (
        f"CASE WHEN {value} IS NULL THEN 'missing' "
        f"WHEN {value} BETWEEN -{SECONDS_BELOW} AND {SECONDS_BELOW} "
        "THEN 'seconds' "
        f"WHEN {value} NOT BETWEEN -{MICROSECONDS_FROM} AND {MICROSECONDS_FROM} "
        "THEN 'microseconds' END"
    )
    return ms, flaw


def text_time(value: str) -> tuple[str, str, str]:
    """Return SQL for a text as ms since the epoch, for its flaw, and for whether it is digits."""
    # Today seconds have 10 digits, milliseconds 13, microseconds 16; `2026` is a year, and left
    # to the cast.
    is_digits = f"coalesce(regexp_full_match({value}, '[0-9]{{8,17}}'), false)"
    ms, flaw = number_time(f"TRY_CAST({value} AS BIGINT)")
    stamp = f"epoch_ms(TRY_CAST({value} AS TIMESTAMPTZ))"
    whole_flaw = (
        f"CASE WHEN coalesce({value}, '') = '' THEN 'missing' WHEN {is_digits} "
        f"THEN {flaw} "
        f"WHEN {stamp} IS NULL THEN 'unreadable' END"
    )
    return f"CASE WHEN {is_digits} THEN {ms} ELSE {stamp} END", whole_flaw, is_digits


def who(person: str, user: str, device: str) -> str:
    """Return SQL for whose an event is: the person if the file knows, else the real user, else the device."""
    return person or f"coalesce({user}, 'device ' || {device})"


def real_user(user: str) -> str:
    """Return SQL for a user's id, null where it is a word for nobody."""
    return f"CASE WHEN NOT {is_banned(user)} THEN {user} END"
