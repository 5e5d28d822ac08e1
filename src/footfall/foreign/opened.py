"""Lines that hold several events, or an event's properties as a list: opened to plain objects."""

from __future__ import annotations

from typing import Any

from footfall.foreign.envelopes import unwrapped

_LISTS = ("event_params", "user_properties")
"""Members in which Google Analytics 4 exports a list of keys and typed values."""


def opened(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that a line's object holds: itself, unless it is an envelope."""
    events = [event for event in unwrapped(value) if isinstance(event, dict)] or [value]
    return [
        _plain(event) if isinstance(event.get(_LISTS[0]), list) else event for event in events
    ]


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with lists of typed values as plain maps.

    Source: BigQuery export schema of GA4: `{"key": …, "value": {"string_value": …, "int_value": …}}`.
    """
    lists = {name: event[name] for name in _LISTS if isinstance(event.get(name), list)}
    return event | {name: _map(values) for name, values in lists.items()}


def _map(values: list[Any]) -> dict[str, Any]:
    pairs = (one for one in values if isinstance(one, dict) and isinstance(one.get("key"), str))
    return {one["key"]: _value(one.get("value")) for one in pairs}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    # A timestamp of its setting stands beside a user property's value.
    typed = (inner for name, inner in value.items() if name.endswith("_value"))
    return next((inner for inner in typed if inner is not None), None)
