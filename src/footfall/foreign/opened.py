"""Lines that hold several events, or an event's properties as a list: opened to plain objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from footfall.foreign.envelopes import unwrapped
from footfall.foreign.roles import BESIDE, PARAMS

_LISTS = (PARAMS, "user_properties")
"""Members in which Google Analytics 4 exports a list of keys and typed values."""
_TYPED: Mapping[str, Callable[[str], Any]] = {
    "int_value": int,
    "float_value": float,
    "double_value": float,
}
"""Members that hold numbers, which BigQuery writes as texts."""


def opened(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that a line's object holds: itself, unless it is an envelope."""
    events = [event for event in unwrapped(value) if isinstance(event, dict)] or [value]
    return [_plain(event) if PARAMS in event else event for event in events]


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with lists of typed values as plain maps.

    Source: BigQuery export schema of GA4: `{"key": …, "value": {"string_value": …, "int_value": …}}`.
    """
    lists = {name: event[name] for name in _LISTS if isinstance(event.get(name), list)}
    plain = {name: _map(values) for name, values in lists.items()}
    params = plain.get(PARAMS, event[PARAMS])
    beside = _said({name: event[name] for name in BESIDE if name in event})
    # Most lines have nothing to open, and are kept as they were written.
    if not plain and not beside:
        return event
    return event | plain | ({PARAMS: beside | params} if isinstance(params, dict) else {})


def _said(value: Any) -> Any:
    """Return a value without members that are empty: each event is exported with all columns."""
    if isinstance(value, list):
        is_map = all(isinstance(one, dict) and one.keys() == {"key", "value"} for one in value)
        return _map(value) if is_map else [_said(one) for one in value]
    if not isinstance(value, dict):
        return value
    fields = {name: _said(inner) for name, inner in value.items()}
    return {name: inner for name, inner in fields.items() if inner not in (None, [], {})}


def _map(values: list[Any]) -> dict[str, Any]:
    pairs = (one for one in values if isinstance(one, dict) and isinstance(one.get("key"), str))
    return {one["key"]: _value(one.get("value")) for one in pairs}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    # A timestamp of its setting stands beside a user property's value.
    found = ((name, inner) for name, inner in value.items() if name.endswith("_value"))
    name, inner = next((one for one in found if one[1] is not None), ("", None))
    if not isinstance(inner, str) or name not in _TYPED:
        return inner
    try:
        return _TYPED[name](inner)
    except ValueError:
        return inner
