"""Events of any vendor as rows: one meaning of who, what and when."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.foreign.envelopes import ForeignEvent
from footfall.foreign.identity import as_id, identity_of
from footfall.foreign.vendor_records import Path, Vendor, as_text, at, first
from footfall.foreign.vendors import ANYBODY, kind_of
from footfall.receiver.event_times import moments, together
from footfall.receiver.intake import (
    MalformedBody,
    ReceivedBatch,
    Row,
    Source,
    Update,
    dumped,
    key_of,
)
from footfall.receiver.user_properties import GROUP_IDENTIFY, IDENTIFY, foreign_update_of

LONGEST_ID = 1024
_STAGE: Path = ("stage",)
_UNNAMED = {"identify": IDENTIFY, "group": GROUP_IDENTIFY}
"""Names of updates of profiles, which have none where Mixpanel sends them: Amplitude's."""


def batch_of(
    events: Sequence[ForeignEvent], source: Source, prefix: str, now_ms: int
) -> ReceivedBatch:
    """Return events as a batch to be stored.

    Args:
        events: Events, each recognised, or anybody's.
        source: The way in.
        prefix: Of the keys by which an event is known again; `v` puts the vendor's name behind it.
        now_ms: The moment of receipt, which events without a time get.

    Raises:
        MalformedBody: An id is too long, or an event is nested too deeply.
    """
    vendors = [found.vendor or ANYBODY for found in events]
    times, remarks = _times(events, vendors, now_ms)
    texts = dumped([found.event for found in events])
    rows, updates = [], []
    for place, (found, vendor) in enumerate(zip(events, vendors, strict=True)):
        row, update = _row(found, vendor, source, prefix)
        _check_ids(row, place)
        rows.append(row._replace(time_ms=times[place], event=texts[place]))
        updates.append(update)
    return ReceivedBatch(rows, updates, remarks=remarks)


def library_of(event: dict[str, object], vendor: Vendor) -> str | None:
    """Return the library that has sent an event, with its version where it says so."""
    parts = [as_text(at(event, path)) for path in vendor.library]
    return "/".join(part for part in parts if part)[:LONGEST_ID] or None


def _times(
    events: Sequence[ForeignEvent], vendors: Sequence[Vendor], now_ms: int
) -> tuple[list[int], dict[str, int]]:
    times, remarks = [], []
    for found, vendor in zip(events, vendors, strict=True):
        value = first(found.event, vendor.time)
        ((ms,), remark) = moments([value], vendor.time_unit, now_ms)
        times.append(ms)
        # An update of a profile is true from when it comes: it needs no time.
        remarks.append(remark if found.event_type else {})
    return times, together(remarks)


def _row(
    found: ForeignEvent, vendor: Vendor, source: Source, prefix: str
) -> tuple[Row, Update | None]:
    event, kind = found.event, kind_of(found.event, found.vendor)
    identity = identity_of(event, vendor, kind)
    user, device = identity.user_id, identity.device_id
    insert = as_id(first(event, vendor.insert_id))
    update = foreign_update_of(event, vendor, kind, identity)
    said = first(event, vendor.user_properties)
    stages = (at(event, _STAGE), said.get("stage") if isinstance(said, dict) else None)
    row = Row(
        key=_key(event, vendor, insert, user or device, prefix) if insert else None,
        source=source,
        insert_id=insert,
        event_type=found.event_type or _UNNAMED.get(kind),
        time_ms=None,
        who=user or device,
        user_id=user,
        device_id=device,
        city=as_text(first(event, vendor.city)),
        stage=next((stage for stage in map(as_text, stages) if stage), None),
        event="",
        kind=kind,
        vendor=vendor.name or None,
        library=library_of(event, vendor),
    )
    return row, update


def _key(
    event: dict[str, object], vendor: Vendor, insert: str, who: str | None, prefix: str
) -> str:
    if prefix != "v":
        return key_of(prefix, insert)
    # Mixpanel counts an id per person and event; the others' ids are unique.
    if vendor.name == "mixpanel":
        return key_of("v", "mixpanel", who or "", str(event.get("event")), insert)
    return key_of("v", vendor.name, insert)


def _check_ids(row: Row, place: int) -> None:
    for name in ("insert_id", "user_id", "device_id"):
        length = len(getattr(row, name) or "")
        if length > LONGEST_ID:
            raise MalformedBody(
                f"{name} of event {place} has {length} characters; at most {LONGEST_ID} are taken"
            )
