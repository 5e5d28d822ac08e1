"""Identity: whose an event is, by one meaning for all vendors.

A user is somebody who is known; a device, or an anonymous id, stands for somebody who is not known yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footfall.foreign.vendor_records import Json, Kind, Vendor, at, first

_MIXPANELS_DEVICE = "$device:"
"""Before the distinct_id of a device. Source: Mixpanel, "Identifying users (simplified)"."""
_ANONYMOUS = (("properties", "$is_identified"), ("properties", "$process_person_profile"))
"""False in events of PostHog whose distinct_id is nobody's yet."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of an event.

    Args:
        others: Further ids that the event says are this user's.
        is_mutual: Any of them may be the one by which the user is known: some of PostHog's SDKs name the old id first.
    """

    user_id: str | None
    device_id: str | None
    others: tuple[str, ...] = ()
    is_mutual: bool = False


def as_id(value: Any) -> str | None:
    """Return an id as a text; a whole number is one too, an empty text is none."""
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) and value else None


def identity_of(event: Json, vendor: Vendor, kind: Kind) -> Identity:
    """Return the ids of an event."""
    user = as_id(first(event, vendor.user_id))
    device = as_id(first(event, vendor.device_id))
    if vendor.name == "mixpanel":
        user, device = _of_mixpanel(event, user, device)
    elif vendor.name == "posthog":
        user, device = _of_posthog(event, user, device)
    if kind == "group":
        # Only Segment's call also says who belongs to the group; PostHog's id is a stand-in.
        return Identity(None, None) if vendor.name == "posthog" else Identity(user, device)
    given = first(event, vendor.others)
    others = [as_id(one) for one in (given if isinstance(given, list) else [given])]
    apart = (one.removeprefix(_MIXPANELS_DEVICE) for one in others if one is not None)
    others_of_user = tuple(one for one in apart if one not in (user, device))
    return Identity(user, device, others_of_user, is_mutual=vendor.name == "posthog")


def _of_mixpanel(
    event: Json, user: str | None, device: str | None
) -> tuple[str | None, str | None]:
    merged = at(event, ("properties", "$distinct_ids"))
    if user is None and isinstance(merged, list) and merged:
        user = as_id(merged[0])
    identified = as_id(at(event, ("properties", "$identified_id")))
    if identified is not None:
        return identified, device
    if user is not None and user.startswith(_MIXPANELS_DEVICE):
        return None, device or user.removeprefix(_MIXPANELS_DEVICE) or None
    return (None, device) if user == device else (user, device)


def _of_posthog(
    event: Json, user: str | None, device: str | None
) -> tuple[str | None, str | None]:
    if user is not None and any(at(event, path) is False for path in _ANONYMOUS):
        return None, device or user
    return (None, device) if user == device else (user, device)
