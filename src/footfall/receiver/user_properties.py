"""Operations on user properties, as Amplitude defines them, and the updates that its events carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from footfall.receiver.intake import Json, Source, Update

LARGEST_SUM = 1e300
"""Beyond this `$add` does nothing: the next one might come to infinity, which JSON does not have."""
IDENTIFY = "$identify"


def update_of(event: Json, source: Source) -> Update | None:
    """Return the update of a person by an event of Amplitude's.

    Source: http-v2, user_properties: operations only where event_type is `$identify`, else a plain map; identify.
    """
    properties = event.get("user_properties")
    if event.get("$skip_user_properties_sync"):
        return None
    user, device = event.get("user_id"), event.get("device_id")
    # Without properties it still links: from here on the device is the user's.
    if not properties:
        return Update(user, device, {}) if user and device else None
    is_identify = source == "identify" or event.get("event_type") == IDENTIFY
    has_operations = is_identify and any(name in OPERATIONS for name in properties)
    operations = (
        {k: v for k, v in properties.items() if isinstance(v, dict)}
        if has_operations
        else {"$set": properties}
    )
    return Update(user, device, operations)


Operation = Callable[[Json, str, Any], None]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _add(into: Json, name: str, value: Any) -> None:
    before = into.get(name, 0)
    # What cannot be added, or would come to infinity, is left as it is; nothing tells the sender.
    if all(isinstance(n, int | float) and abs(n) < LARGEST_SUM for n in (value, before)):
        into[name] = before + value


def _append(into: Json, name: str, value: Any) -> None:
    into[name] = [*_listed(into.get(name, [])), *_listed(value)]


def _prepend(into: Json, name: str, value: Any) -> None:
    into[name] = [*_listed(value), *_listed(into.get(name, []))]


def _post_insert(into: Json, name: str, value: Any) -> None:
    before = _listed(into.get(name, []))
    into[name] = [*before, *(v for v in _listed(value) if v not in before)]


def _pre_insert(into: Json, name: str, value: Any) -> None:
    before = _listed(into.get(name, []))
    into[name] = [*(v for v in _listed(value) if v not in before), *before]


def _remove(into: Json, name: str, value: Any) -> None:
    if name in into:
        into[name] = [v for v in _listed(into[name]) if v not in _listed(value)]


OPERATIONS: dict[str, Operation] = {
    "$set": lambda into, name, value: into.__setitem__(name, value),
    "$setOnce": lambda into, name, value: into.setdefault(name, value),
    "$unset": lambda into, name, _: into.pop(name, None),
    "$add": _add,
    "$append": _append,
    "$prepend": _prepend,
    "$preInsert": _pre_insert,
    "$postInsert": _post_insert,
    "$remove": _remove,
}
"""Source: identify, "Supported operations"."""
