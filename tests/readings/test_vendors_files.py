"""Events of vendors are read where their tables say, and checked without Amplitude's rules."""

import json

import pytest

from footfall.foreign.open_events import open_events
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty, validate

MOMENT = 1_767_607_200
PAID = {"amount": "12.5"}
PLAN = Expectations(
    name="plan",
    tells_of_people=False,
    events={
        "Paid": ExpectedEvent(
            "Paid", properties={"amount": ExpectedProperty("amount", "number")}
        )
    },
)
SEGMENT = {
    "type": "track",
    "event": "Paid",
    "userId": "u1",
    "messageId": "m-1",
    "timestamp": "2026-01-05T10:00:00.000Z",
    "properties": PAID,
}
MIXPANEL = {
    "event": "Paid",
    "properties": {
        "time": MOMENT,
        "distinct_id": "u1",
        "$insert_id": "i-1",
        "$os": "iOS",
        "mp_lib": "web",
        **PAID,
    },
}
POSTHOG = {
    "event": "Paid",
    "distinct_id": "u1",
    "uuid": "8c139779-6750-4aca-8280-6d447c97c2bb",
    "timestamp": "2026-01-05T10:00:00Z",
    "properties": {"$lib": "web", **PAID},
}
GA4 = {
    "event_name": "Paid",
    "event_timestamp": MOMENT * 10**6,
    "user_pseudo_id": "u1",
    "event_params": [{"key": "amount", "value": {"string_value": "12.5"}}],
}


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("Segment", SEGMENT),
        ("Segment", {"batch": [SEGMENT]}),
        ("Mixpanel", MIXPANEL),
        ("PostHog", POSTHOG),
        ("PostHog", {"api_key": "k", "batch": [POSTHOG]}),
        ("Google Analytics 4", GA4),
    ],
)
def test_one_finding(tmp_path, title, event):
    """The vendor is named; what it calls its own is no finding, a number sent as text is one."""
    path = tmp_path / "x.ndjson"
    path.write_text(json.dumps(event))
    found = validate(path, PLAN)
    assert [(f.check, f.subject) for f in found.findings] == [("property_type", "Paid.amount")]
    assert found.taken == f"read as events of {title}"


def test_calls_that_are_no_events(tmp_path):
    """Who somebody is, is no event that a plan would have to declare."""
    identify = {
        "type": "identify",
        "userId": "u1",
        "messageId": "m-2",
        "timestamp": "2026-01-05T10:00:00Z",
        "traits": {"plan": "free"},
    }
    path = tmp_path / "x.ndjson"
    path.write_text(
        f"{json.dumps(SEGMENT | {'properties': {'amount': 1}})}\n{json.dumps(identify)}\n"
    )
    assert validate(path, PLAN).findings == ()


def test_a_track_without_an_event(tmp_path):
    """A call that tracks something without saying what has no event type here, as in the receiver."""
    lines = [
        {
            "type": "track",
            "userId": "user-1",
            "messageId": "a",
            "timestamp": "2026-01-05T10:00:00Z",
            **more,
        }
        for more in ({"event": "Seen"}, {"name": "Seen too"})
    ]
    path = tmp_path / "x.ndjson"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with open_events(path) as source:
        found = source.rows("SELECT event_type, is_nameless FROM e ORDER BY n")
    assert found == [("Seen", False), (None, True)]


def test_what_is_true_of_a_group_is_no_user_property(tmp_path):
    """The traits of Segment's `group` are not held against user properties; those of `identify` are."""
    calls = [
        SEGMENT | {"type": "group", "groupId": "g1", "traits": {"desks": 4}},
        SEGMENT | {"type": "identify", "messageId": "m-2", "traits": {"chairs": 4}},
    ]
    path = tmp_path / "calls.ndjson"
    path.write_text("\n".join(map(json.dumps, calls)) + "\n")
    people = {"age": ExpectedProperty("age", "integer")}
    found = validate(path, Expectations("plan", {}, people)).findings
    assert [(f.check, f.subject) for f in found] == [
        ("property_unknown", "user property chairs")
    ]


def test_items_of_google_analytics_are_properties_as_any_other(tmp_path):
    """Lists and records that its export has beside the parameters are kept and checked; empty columns say nothing."""
    nothing = {"items": [], "ecommerce": {"transaction_id": None}}
    said = {
        "items": [
            {
                "item_id": "desk",
                "price": "3.5",
                "coupon": None,
                "item_params": [{"key": "shade", "value": {"string_value": "red"}}],
            }
        ],
        "ecommerce": {"transaction_id": "t-1", "tax": None},
    }
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(json.dumps(GA4 | more) for more in (said, nothing)))
    with open_events(path) as source:
        found = [json.loads(ep) for (ep,) in source.rows("SELECT ep FROM e ORDER BY n")]
    assert found == [
        {
            "items": [{"item_id": "desk", "price": "3.5", "item_params": {"shade": "red"}}],
            "ecommerce": {"transaction_id": "t-1"},
            "amount": "12.5",
        },
        {"amount": "12.5"},
    ]
    fields = [ExpectedProperty("item_id", "text"), ExpectedProperty("price", "number")]
    items = ExpectedProperty("items", "list", fields={each.name: each for each in fields})
    amount = ExpectedProperty("amount", "text")
    paid = ExpectedEvent("Paid", properties={"amount": amount, "items": items})
    findings = validate(path, Expectations("plan", {"Paid": paid})).findings
    assert {(f.check, f.subject) for f in findings} == {
        ("property_type", "Paid.items[].price"),
        ("property_unknown", "Paid.ecommerce"),
        ("property_unknown", "Paid.items[].item_params"),
    }


def test_items_stand_beside_parameters_that_are_a_map_too(tmp_path):
    """Where somebody has made a map of the parameters, the items are properties all the same."""
    path = tmp_path / "x.ndjson"
    event = GA4 | {"event_params": {"amount": 3}, "items": [{"item_id": "desk"}]}
    path.write_text(json.dumps(event))
    with open_events(path) as source:
        ((ep,),) = source.rows("SELECT ep FROM e")
    assert json.loads(ep) == {"items": [{"item_id": "desk"}], "amount": 3}


@pytest.mark.parametrize(
    "event",
    [
        {"event_name": "Paid", "event_timestamp": MOMENT, "user_id": "u1"},
        {"event": "Paid", "distinct_id": "u1", "timestamp": "2026-01-05T10:00:00Z"},
        {"event": "Paid", "type": "track", "userId": "u1", "timestamp": "2026-01-05T10:00:00Z"},
    ],
)
def test_a_log_of_ones_own_that_looks_like_a_vendors(tmp_path, event):
    """Where no line has properties as the vendor has them, its members beside are the properties."""
    path = tmp_path / "x.ndjson"
    path.write_text(json.dumps(event | {"amount": 3}))
    with open_events(path) as source:
        ((name, who, ep),) = source.rows("SELECT event_type, who, ep FROM e")
    assert (name, who, json.loads(ep)["amount"]) == ("Paid", "u1", 3)


def test_an_event_of_a_vendor_without_properties_has_none(tmp_path):
    """What is taken away from properties elsewhere is not put there as nulls."""
    path = tmp_path / "x.ndjson"
    bare = {name: value for name, value in POSTHOG.items() if name != "properties"}
    path.write_text("\n".join(map(json.dumps, [POSTHOG, bare])))
    with open_events(path) as source:
        found = [json.loads(ep) for (ep,) in source.rows("SELECT ep FROM e ORDER BY n")]
    assert found == [{"$lib": "web", **PAID}, {}]
