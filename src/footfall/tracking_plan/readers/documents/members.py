"""Members of maps in files of others, in which anything may stand anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from footfall.tracking_plan.readers.grid import clean


def map_at(value: Any, key: str) -> Mapping[str, Any]:
    """Return the map that stands at a key, an empty one where none does."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def list_at(value: Any, key: str) -> list[Any]:
    """Return the list that stands at a key, an empty one where none does."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return list(found) if isinstance(found, list) else []


def text_at(value: Any, *keys: str) -> str:
    """Return the first text that stands at some keys, "" where none does."""
    members = (value.get(key) for key in keys) if isinstance(value, Mapping) else ()
    return next((text for text in map(text_of, members) if text), "")


def text_of(value: Any) -> str:
    """Return a text fit for a plan, "" for what is none."""
    return clean(value) if isinstance(value, str) else ""


def maps_of(values: Any) -> list[Mapping[str, Any]]:
    """Return the maps of a list."""
    found = values if isinstance(values, list) else []
    return [value for value in found if isinstance(value, Mapping)]


def says_something(value: Any) -> bool:
    """Return whether a value is more than a place that was left empty, or a no."""
    return value is not False and value not in (None, "", [], {})


def unread(value: Mapping[str, Any], read: Iterable[str]) -> list[str]:
    """Return the keys of a map that say something and are not among some."""
    known = set(read)
    told = (key for key, inner in value.items() if key not in known and says_something(inner))
    return [key for key in told if key != "version" or str(value[key]) not in _FIRST_VERSIONS]


_FIRST_VERSIONS = ("1", "1.0", "1.0.0", "1-0-0")
"""What says of something only that it was never changed."""
