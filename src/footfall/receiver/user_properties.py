"""Operations on properties of users and groups, as Amplitude defines them, and the updates that events carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from footfall.foreign.identity import Identity, as_id
from footfall.foreign.vendor_records import Kind, Vendor, as_text, first
from footfall.receiver.intake import Json, Source, Update

LARGEST_SUM = 1e300
"""Beyond this `$add` does nothing: the next one might come to infinity, which JSON does not have."""
IDENTIFY = "$identify"
GROUP_IDENTIFY = "$groupidentify"


def update_of(event: Json, source: Source) -> Update | None:
    """Return the update of a person by an event of Amplitude's.

    Source: http-v2, user_properties: operations only where event_type is `$identify`, else a plain map; identify.
    """
    if event.get("event_type") == GROUP_IDENTIFY:
        return _update_of_groups(event)
    properties = event.get("user_properties")
    if event.get("$skip_user_properties_sync"):
        return None
    user, device = event.get("user_id"), event.get("device_id")
    # Without properties it still links: from here on the device is the user's.
    if not properties:
        return Update(user, device, {}) if user and device else None
    is_identify = source == "identify" or event.get("event_type") == IDENTIFY
    if is_identify and any(name in OPERATIONS for name in properties):
        return Update(user, device, operations_in(properties))
    return Update(user, device, {"$set": properties})


def foreign_update_of(
    event: Json, vendor: Vendor, kind: Kind, identity: Identity
) -> Update | None:
    """Return the update of a person or a group by an event of any vendor; None where it changes nothing."""
    user, device, others = identity.user_id, identity.device_id, identity.others
    is_changing = not vendor.changing or kind in vendor.changing
    said = {name: first(event, paths) for name, paths in vendor.changes.items()}
    operations = operations_in(said) if is_changing else {}
    if kind == "group":
        key = as_id(first(event, vendor.group_key))
        group = as_text(first(event, vendor.group_type)) or "group"
        return (
            None if key is None else Update(None, None, operations, groups=(f"{group}/{key}",))
        )
    is_link = bool(others) or (user is not None and device is not None)
    if not operations and not is_link:
        return None
    return Update(user, device, operations, others, is_mutual=identity.is_mutual)


def operations_in(said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return operations as property → value each, whatever form they were said in.

    What is taken away may be a list of names; `$clearAll` has any value.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for name, values in said.items():
        if isinstance(values, dict):
            found[name] = values
        elif name == "$unset" and isinstance(values, list):
            found[name] = {one: "-" for one in values if isinstance(one, str)}
        elif name == "$clearAll" and values is not None:
            found[name] = {"-": values}
    return found


def _update_of_groups(event: Json) -> Update | None:
    """Return the update of groups by an event. Source: group-identify; http-v2, `groups`: a key, or some."""
    groups = [
        f"{kind}/{as_id(key)}"
        for kind, keys in (event.get("groups") or {}).items()
        for key in (keys if isinstance(keys, list) else [keys])
        if as_id(key) is not None
    ]
    properties = event.get("group_properties") or {}
    has_operations = any(name in OPERATIONS for name in properties)
    operations = operations_in(properties) if has_operations else {"$set": properties}
    return Update(None, None, operations, groups=tuple(groups)) if groups else None


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
    "$clearAll": lambda into, *_: into.clear(),
}
"""Source: identify, "Supported operations"; the last one is what the SDK 1.3.0 sends."""
