"""Vendors: what each calls who, what and when in its events, as data for Python and for SQL.

Source: the vendors' documentation of their HTTP APIs and exports, and what their SDKs of 2026-11 send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from footfall.foreign.vendor_records import (
    PROFILE_CALLS,
    Json,
    Kind,
    Mark,
    Paths,
    Vendor,
    as_text,
    first,
)


def _mark(members: str, *within: str, **among: tuple[str, ...]) -> Mark:
    names = frozenset(members.split()) | among.keys()
    return Mark(names, _paths(*within), {k: frozenset(v) for k, v in among.items()})


def _paths(*texts: str) -> Paths:
    # No vendor's own names hold a slash; users' names are never part of a path.
    return tuple(tuple(text.split("/")) for text in texts)


_CALLS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}
_SEGMENT_CALLS = tuple(_CALLS)

FOOTFALL = Vendor(
    name="footfall",
    title="footfall",
    marks=(_mark("event_type person"),),
    event_type=_paths("event_type"),
    time=_paths("time"),
    time_unit="ms",
    insert_id=_paths("insert_id"),
    user_id=_paths("user_id"),
    device_id=_paths("device_id"),
    session_id=_paths("session_id"),
    city=_paths("city"),
    country=_paths("country"),
    platform=_paths("platform"),
    event_properties=_paths("event_properties"),
    user_properties=_paths("user_properties"),
    envelope=_paths("data/events"),
)
AMPLITUDE = Vendor(
    name="amplitude",
    title="Amplitude",
    marks=tuple(_mark(f"event_type {kind}_properties") for kind in ("event", "user", "group"))
    + tuple(_mark(f"event_type {name}") for name in ("library", "event_time", "amplitude_id")),
    event_type=_paths("event_type"),
    time=_paths("time", "event_time"),
    time_unit="ms",
    insert_id=_paths("insert_id", "$insert_id"),
    user_id=_paths("user_id"),
    device_id=_paths("device_id"),
    session_id=_paths("session_id"),
    city=_paths("city"),
    country=_paths("country"),
    platform=_paths("platform"),
    event_properties=_paths("event_properties"),
    user_properties=_paths("user_properties"),
    groups=_paths("groups"),
    library=_paths("library"),
    kind=_paths("event_type"),
    kinds={"$identify": "identify", "$groupidentify": "group"},
    envelope=_paths("events"),
)
SEGMENT = Vendor(
    name="segment",
    title="Segment",
    marks=(
        _mark("messageId", type=_SEGMENT_CALLS),
        _mark("userId", type=_SEGMENT_CALLS),
        _mark("anonymousId", type=_SEGMENT_CALLS),
    ),
    # Pages and screens have a name; identify, group and alias are called what they are.
    event_type=_paths("event", "name", "type"),
    time=_paths("timestamp", "originalTimestamp", "sentAt", "receivedAt"),
    insert_id=_paths("messageId"),
    user_id=_paths("userId"),
    device_id=_paths("anonymousId"),
    session_id=_paths("context/sessionId"),
    city=_paths("context/location/city"),
    country=_paths("context/location/country"),
    platform=_paths("context/os/name", "context/device/type"),
    event_properties=_paths("properties"),
    user_properties=_paths("traits", "context/traits"),
    groups=_paths("context/groupId", "groupId"),
    library=_paths("context/library/name", "context/library/version"),
    kind=_paths("type"),
    kinds=_CALLS,
    changes={"$set": _paths("traits", "context/traits")},
    changing=("identify", "group"),
    group_key=_paths("groupId"),
    others=_paths("previousId"),
    envelope=_paths("batch"),
    time_unit="any",
)
RUDDERSTACK = replace(
    SEGMENT,
    name="rudderstack",
    title="RudderStack",
    # Its SDKs say through which channel they send, which Segment's do not.
    marks=(_mark("channel messageId", type=_SEGMENT_CALLS),),
)
POSTHOG = Vendor(
    name="posthog",
    title="PostHog",
    marks=(
        _mark("event distinct_id"),
        _mark("event", "properties/$lib"),
        _mark("event uuid", "properties/distinct_id"),
    ),
    event_type=_paths("event"),
    # A browser's second of its own stands where an older SDK sends no timestamp.
    time=_paths("timestamp", "properties/$time"),
    time_unit="any",
    insert_id=_paths("uuid"),
    user_id=_paths("properties/$user_id", "distinct_id", "properties/distinct_id"),
    device_id=_paths("properties/$device_id"),
    session_id=_paths("properties/$session_id"),
    city=_paths("properties/$geoip_city_name"),
    country=_paths("properties/$geoip_country_code"),
    platform=_paths("properties/$os", "properties/$device_type"),
    event_properties=_paths("properties"),
    user_properties=_paths("$set", "properties/$set"),
    groups=_paths("properties/$groups"),
    library=_paths("properties/$lib", "properties/$lib_version"),
    kind=_paths("event"),
    kinds={
        "$identify": "identify",
        "$set": "identify",
        "$set_once": "identify",
        "$unset": "identify",
        "$groupidentify": "group",
        "$create_alias": "alias",
        "$merge_dangerously": "alias",
        "$pageview": "page",
        "$screen": "screen",
    },
    changes={
        "$set": _paths("$set", "properties/$set", "properties/$group_set"),
        "$setOnce": _paths("$set_once", "properties/$set_once"),
        "$unset": _paths("$unset", "properties/$unset"),
    },
    group_type=_paths("properties/$group_type"),
    group_key=_paths("properties/$group_key"),
    others=_paths("properties/alias", "properties/$anon_distinct_id"),
    envelope=_paths("batch", "data", "results"),
)
MIXPANEL = Vendor(
    name="mixpanel",
    title="Mixpanel",
    marks=(
        *(
            _mark("event", f"properties/{name}")
            for name in ("distinct_id", "token", "mp_lib", "$insert_id", "$device_id")
        ),
        _mark("$token $distinct_id"),
        _mark("$token $group_key $group_id"),
    ),
    event_type=_paths("event"),
    # Seconds, or milliseconds: its import takes either, its export has seconds.
    time=_paths("properties/time", "$time"),
    time_unit="any",
    insert_id=_paths("properties/$insert_id"),
    user_id=_paths("properties/$user_id", "properties/distinct_id", "$distinct_id"),
    device_id=_paths("properties/$device_id"),
    session_id=_paths("properties/$session_id"),
    city=_paths("properties/$city"),
    country=_paths("properties/mp_country_code"),
    platform=_paths("properties/$os", "properties/$device"),
    event_properties=_paths("properties"),
    user_properties=_paths("$set", "$set_once"),
    library=_paths("properties/mp_lib", "properties/$lib_version"),
    kind=_paths("event"),
    kinds={
        "$identify": "identify",
        "$create_alias": "alias",
        "$merge": "alias",
        "$mp_web_page_view": "page",
    },
    changes={
        "$set": _paths("$set"),
        "$setOnce": _paths("$set_once"),
        "$add": _paths("$add"),
        "$append": _paths("$append"),
        "$postInsert": _paths("$union"),
        "$remove": _paths("$remove"),
        "$unset": _paths("$unset"),
        "$clearAll": _paths("$delete"),
    },
    group_type=_paths("$group_key"),
    group_key=_paths("$group_id"),
    others=_paths("properties/alias", "properties/$anon_id", "properties/$distinct_ids"),
)
GA4 = Vendor(
    name="ga4",
    title="Google Analytics 4",
    marks=(
        _mark("event_name event_params"),
        _mark("event_name event_timestamp"),
        _mark("name params client_id"),
        _mark("name params app_instance_id"),
    ),
    event_type=_paths("event_name", "name"),
    time=_paths("event_timestamp", "timestamp_micros"),
    time_unit="us",
    insert_id=(),
    user_id=_paths("user_id"),
    device_id=_paths("user_pseudo_id", "client_id", "app_instance_id"),
    session_id=_paths(
        "params/session_id", "params/ga_session_id", "event_params/ga_session_id"
    ),
    city=_paths("geo/city"),
    country=_paths("geo/country"),
    platform=_paths("platform", "device/operating_system"),
    event_properties=_paths("event_params", "params"),
    user_properties=_paths("user_properties"),
    kind=_paths("event_name", "name"),
    kinds={"page_view": "page", "screen_view": "screen"},
    envelope=_paths("events"),
    inherited=(
        "client_id",
        "app_instance_id",
        "user_id",
        "timestamp_micros",
        "user_properties",
    ),
)
SNOWPLOW = Vendor(
    name="snowplow",
    title="Snowplow",
    marks=(
        _mark("eid p", e=("pv", "pp", "ue", "se", "tr", "ti")),
        _mark("event_name collector_tstamp"),
        _mark("event_id collector_tstamp"),
    ),
    # The name of a self-describing event stands within its data (`ue_pr`, `ue_px`) until it is enriched.
    event_type=_paths("event_name", "se_ac", "e"),
    time=_paths("derived_tstamp", "collector_tstamp", "ttm", "dtm"),
    time_unit="ms",
    insert_id=_paths("event_id", "eid"),
    user_id=_paths("user_id", "uid"),
    device_id=_paths("domain_userid", "network_userid", "duid", "nuid"),
    session_id=_paths("domain_sessionid", "sid"),
    city=_paths("geo_city"),
    country=_paths("geo_country"),
    platform=_paths("os_name", "platform", "p"),
    library=_paths("v_tracker", "tv"),
    kind=_paths("event_name", "e"),
    kinds={"pv": "page", "page_view": "page", "screen_view": "screen"},
    envelope=_paths("data"),
)
ANYBODY = Vendor(
    name="",
    title="others",
    marks=(),
    event_type=_paths("event_type", "event", "event_name", "type", "name"),
    time=_paths("time", "timestamp"),
    time_unit="any",
    insert_id=_paths("insert_id", "id", "messageId", "event_id"),
    user_id=_paths("user_id", "userId"),
    device_id=_paths("device_id", "anonymousId"),
    session_id=_paths("session_id"),
    city=_paths("city"),
    country=_paths("country"),
    platform=_paths("platform"),
    event_properties=_paths("event_properties", "properties"),
    user_properties=_paths("user_properties"),
    changes={"$set": _paths("user_properties")},
)
"""Where things stand in events that could be anybody's."""
VENDORS = (FOOTFALL, AMPLITUDE, RUDDERSTACK, SEGMENT, POSTHOG, MIXPANEL, GA4, SNOWPLOW)
"""In the order in which they are tried: who has the same members and more stands first."""
BY_NAME: Mapping[str, Vendor] = {vendor.name: vendor for vendor in VENDORS}

MAKERS_OF_EVENTS = (AMPLITUDE, POSTHOG, MIXPANEL)
"""Those that make events themselves, with names that begin with `$`."""

POSTHOGS_EVENTS = ("$pageview", "$pageleave", "$autocapture")
"""Events that tell a log of PostHog's, also one with columns of other names, as its pages download them."""

_MARKS = tuple((mark, vendor) for vendor in VENDORS for mark in vendor.marks)


def vendor_of(event: Json) -> Vendor | None:
    """Return whose event it is, by its members; None where it could be anybody's."""
    for mark, vendor in _MARKS:
        if mark.is_of(event):
            return vendor
    return None


def kind_of(event: Json, vendor: Vendor | None) -> Kind:
    """Return what kind of call an event is."""
    if vendor is None:
        return "track"
    if "$group_key" in event:
        return "group"
    said = as_text(first(event, vendor.kind))
    if said is None and "$distinct_id" in event:
        return "identify"
    return vendor.kinds.get(said or "", "track")


def calls_of(vendor: Vendor) -> frozenset[str]:
    """Return what a vendor's calls that tell of people and groups are called among event types."""
    said = (one for one, kind in vendor.kinds.items() if kind in PROFILE_CALLS)
    return frozenset(f"${one.removeprefix('$')}" for one in said)


AMPLITUDES_CALLS = calls_of(AMPLITUDE)
ANY_CALLS = frozenset(name for vendor in VENDORS for name in calls_of(vendor))
