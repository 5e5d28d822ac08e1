"""Envelopes are opened, and never taken for events."""

import pytest

from footfall.foreign.envelopes import NotAnEvent, events_of
from footfall.foreign.vendors import VENDORS, kind_of

TRACK = {"type": "track", "event": "Order Paid", "userId": "u1", "messageId": "m1"}
CAPTURE = {"event": "Order Paid", "distinct_id": "u1", "properties": {"$lib": "posthog-node"}}
TRACKED = {"event": "Order Paid", "properties": {"distinct_id": "u1", "token": "t"}}
SENT = {"event_type": "Order Paid", "user_id": "user-1", "event_properties": {}}
OWN = {"event_type": "Order Paid", "person": 3, "event_properties": {}}
EXPORTED = {"event_name": "Order Paid", "event_params": [], "user_pseudo_id": "1.2"}
COLLECTED = {"e": "se", "se_ac": "Order Paid", "p": "srv", "eid": "1", "uid": "u1"}


@pytest.mark.parametrize(
    ("value", "vendor"),
    [
        ({"batch": [TRACK], "writeKey": "k", "sentAt": "2026-01-05"}, "segment"),
        ({"batch": [TRACK | {"channel": "server"}]}, "rudderstack"),
        ({"batch": [CAPTURE], "api_key": "k"}, "posthog"),
        ({"data": [CAPTURE]}, "posthog"),
        ([TRACKED], "mixpanel"),
        ({"events": [SENT], "api_key": "k"}, "amplitude"),
        ({"type": "footfall.events", "data": {"events": [OWN]}}, "footfall"),
        ({"type": "footfall.event", "data": OWN}, "footfall"),
        (EXPORTED, "ga4"),
        ({"client_id": "1.2", "events": [{"name": "Order Paid", "params": {}}]}, "ga4"),
        ({"schema": "iglu:…", "data": [COLLECTED]}, "snowplow"),
        ([{"batch": [TRACK]}, {"batch": [TRACK]}], "segment"),
        ({"event": "Order Paid"}, None),
        ({"type": "Order Paid", "data": {"amount": 3}}, None),
        ({"type": "Order Paid", "data": [{"amount": 3}]}, None),
        ({"name": "Order Paid"}, None),
    ],
)
def test_forms(value, vendor):
    """Each form of each vendor gives its events, with their type and whose they are."""
    for event in events_of(value):
        assert event.event_type == "Order Paid"
        assert (event.vendor and event.vendor.name) == vendor


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"amount": 3}, "event 0 is no event: event_type .* is missing"),
        ({"batch": [TRACK, {"amount": 3}]}, "event 1 is no event"),
        ({"batch": [{k: v for k, v in TRACK.items() if k != "event"}]}, "event 0 is no event"),
        ({"batch": [{"batch": [{"batch": [{"batch": [TRACK]}]}]}]}, "event 0 is no event"),
        ({"event_type": "", "user_id": "user-1"}, "event 0 is no event"),
        ({"event_type": 3}, "event 0 is no event"),
        ({"batch": [3]}, "event 0 is not an object"),
        (3, "event 0 is not an object"),
        ({"batch": []}, "the batch has no events"),
        ([], "the batch has no events"),
    ],
)
def test_no_events(value, said):
    """What is no event is told with its place; nothing is taken for one."""
    with pytest.raises(NotAnEvent, match=said):
        events_of(value)


def test_envelopes_members_hold_for_events():
    """What GA4's envelope says of all its events, each says; what they say themselves wins."""
    envelope = {"client_id": "1.2", "timestamp_micros": 5, "other": 1}
    first, second = events_of(
        envelope | {"events": [{"name": "a", "params": {}}, {"name": "b", "client_id": "3"}]}
    )
    assert first.event == {"name": "a", "params": {}, "client_id": "1.2", "timestamp_micros": 5}
    assert second.event["client_id"] == "3"


def test_unknown_members_are_kept():
    """An event is given back as it came."""
    (event,) = events_of({"batch": [TRACK | {"x": [1, {"y": None}]}]})
    assert event.event == TRACK | {"x": [1, {"y": None}]}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (TRACK, "track"),
        (TRACK | {"type": "page", "name": "Home"}, "page"),
        (TRACK | {"type": "identify"}, "identify"),
        (TRACK | {"type": "alias"}, "alias"),
        (SENT | {"event_type": "$identify"}, "identify"),
        (SENT | {"event_type": "$groupidentify"}, "group"),
        (CAPTURE | {"event": "$set"}, "identify"),
        (CAPTURE | {"event": "$create_alias"}, "alias"),
        ({"$token": "t", "$distinct_id": "u1", "$set": {}}, "identify"),
        ({"$token": "t", "$group_key": "org", "$group_id": "acme", "$set": {}}, "group"),
        ({"event": "$pageview"}, "track"),
    ],
)
def test_kinds(event, kind):
    """What kind of call an event is, each vendor says in its own way."""
    (found,) = events_of(event)
    assert kind_of(found.event, found.vendor) == kind


def test_vendors_have_names_of_their_own():
    """No two vendors share a name, and each is recognised by something."""
    assert len({vendor.name for vendor in VENDORS}) == len(VENDORS)
    assert all(vendor.marks and vendor.event_type and vendor.time for vendor in VENDORS)
