"""Mixpanel, PostHog, Segment and RudderStack at the receiver: requests as SDKs send them, and what these must hear."""

import base64
import gzip
import json
from urllib.parse import quote

import pytest

from footfall.net.secrets import Secret
from tests.receivers import receiver

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WRITE_KEY = {"Authorization": "Basic " + base64.b64encode(b"key:").decode()}
MOMENT_S = 1_767_607_200  # 2026-01-05 10:00 UTC
COLUMNS = "vendor, kind, event_type, user_id, device_id, insert_id"
SEEN = f"SELECT {COLUMNS} FROM received ORDER BY {COLUMNS}"


@pytest.fixture
def client(tmp_path):
    with receiver(tmp_path) as made:
        yield made


def tracked(event="Order Paid", **properties):
    own = {"token": "t", "distinct_id": "ann", "time": MOMENT_S, "$insert_id": "i1"}
    return {"event": event, "properties": own | properties}


def captured(event="Order Paid", **more):
    return {"event": event, "distinct_id": "ann", "uuid": "u1", "properties": {}} | more


def called(kind="track", **more):
    own = {"type": kind, "userId": "ann", "messageId": "m1"}
    return own | ({"event": "Order Paid"} if kind == "track" else {}) | more


def data(value, *, is_base64=False):
    text = json.dumps(value)
    return f"data={quote(base64.b64encode(text.encode()).decode() if is_base64 else text)}"


def times(client):
    return [f"{t:%Y-%m-%d %H:%M}" for (t,) in client.rows("SELECT time FROM received")]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (data(tracked()), FORM),
        (data([tracked()], is_base64=True), FORM),
        (json.dumps([tracked()]), {"Content-Type": "application/json"}),
        (gzip.compress(json.dumps(tracked()).encode()), {"Content-Encoding": "gzip"}),
    ],
)
def test_mixpanel_track(client, body, headers):
    """Forms, base64, JSON and gzip are one event; who asks for it hears JSON, and the others `1`."""
    for path, said in (("/track", b"1"), ("/track/?verbose=1", b'"status":1')):
        answer = client.send("POST", path, body, headers)
        assert answer.status == 200
        assert said in answer.body
    assert client.rows(SEEN) == [("mixpanel", "track", "Order Paid", "ann", None, "i1")]
    assert times(client) == ["2026-01-05 10:00"]


def test_mixpanel_by_get(client):
    """Some SDKs send events in the query of a GET; a HEAD of it stores nothing."""
    path = f"/track?{data(tracked(), is_base64=True)}"
    assert client.send("HEAD", path).status == 405
    assert client.rows() == []
    assert client.send("GET", path).body == b"1"
    assert client.rows(SEEN) == [("mixpanel", "track", "Order Paid", "ann", None, "i1")]


def test_mixpanel_profiles(client):
    """Operations change people and groups, and each is a row of its kind."""
    for change in (
        {"$set": {"plan": "free", "n": 1, "tags": ["a"]}},
        {"$set_once": {"plan": "other", "first": 1}},
        {"$add": {"n": 2}},
        {"$append": {"tags": "b"}},
        {"$union": {"tags": ["a", "c"]}},
        {"$remove": {"tags": "b"}},
        {"$unset": ["first"]},
    ):
        update = {"$token": "t", "$distinct_id": "ann", **change}
        assert client.send("POST", "/engage", data(update), FORM).body == b"1"
    group = {"$token": "t", "$group_key": "org", "$group_id": "acme", "$set": {"size": 5}}
    assert client.send("POST", "/groups", data(group), FORM).body == b"1"
    profiles = client.listener.received.profiles
    assert profiles.of("u/ann") == {"plan": "free", "n": 3, "tags": ["a", "c"]}
    assert profiles.of("g/org/acme") == {"size": 5}
    assert client.rows(
        "SELECT kind, event_type, count(*) FROM received GROUP BY ALL ORDER BY 1"
    ) == [
        ("group", "$groupidentify", 1),
        ("identify", "$identify", 7),
    ]
    client.send("POST", "/engage", data({"$token": "t", "$distinct_id": "ann", "$delete": ""}))
    assert profiles.of("u/ann") == {}


def test_mixpanel_strict_import(client):
    """Source: import-events, 400: what is right is stored, what is wrong is named; it need not come again."""
    lines = [tracked(), tracked(**{"$insert_id": None}), tracked(event=""), tracked(time="x")]
    body = "\n".join(map(json.dumps, lines))
    headers = {"Content-Type": "application/x-ndjson"}
    said = client.send("POST", "/import?strict=1", body, headers)
    assert said.status == 400
    assert said.json["num_records_imported"] == 1
    assert [(f["index"], f["field"]) for f in said.json["failed_records"]] == [
        (1, "properties.$insert_id"),
        (2, "event"),
        (3, "properties.time"),
    ]
    assert len(client.rows()) == 1
    right = client.send("POST", "/import?strict=1", json.dumps([tracked()]), headers)
    assert right.json == {"code": 200, "num_records_imported": 1, "status": "OK"}


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("", 400, "the body is empty"),
        ("data=", 400, "the body is empty"),
        ("data=%7B", 400, "the body is no JSON"),
        ("data=???", 400, "the field data is neither JSON nor JSON in base64"),
        (data([]), 400, "data, missing or empty"),
        (data({"event": "x", "properties": {}}), 400, "token, missing or empty"),
        (data(tracked(event="")), 400, "event of event 0: event name must be a non-empty text"),
        (data([tracked()] * 2001), 413, "request has 2001 events, the limit is 2000"),
    ],
)
def test_mixpanel_refusals(client, body, status, error):
    """What is refused says why, where JSON is asked for, and `0` where it is not; nothing is stored."""
    said = client.send("POST", "/track?verbose=1", body, FORM)
    assert (said.status, said.json["status"]) == (status, 0)
    assert said.json["error"].startswith(error)
    assert client.send("POST", "/track", body, FORM).body == b"0"
    assert client.rows() == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/batch/", {"api_key": "k", "batch": [captured()]}),
        ("/capture/", {"api_key": "k", **captured()}),
        ("/i/v0/e/", {"api_key": "k", **captured()}),
        ("/e/?ip=0", [captured(properties={"token": "k"})]),
        ("/e", {"token": "k", "data": [captured()]}),
    ],
)
def test_posthog_capture(client, path, value):
    """Each form of each path is one event, plain, compressed unsaid, or in a form."""
    text = json.dumps(
        value | captured(timestamp="2026-01-05T10:00:00Z") if path == "/capture/" else value
    )
    for body, kind in (
        (text, "application/json"),
        (gzip.compress(text.encode()), "text/plain"),
        (f"data={quote(base64.b64encode(text.encode()).decode())}", FORM["Content-Type"]),
    ):
        said = client.send("POST", path, body, {"Content-Type": kind})
        assert (said.status, said.json) == (200, {"status": "Ok"})
    assert client.rows(SEEN) == [("posthog", "track", "Order Paid", "ann", None, "u1")]


def test_posthog_newest(client):
    """The newest path hears of each event what became of it."""
    headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
    body = json.dumps({"batch": [captured(), captured(uuid="u2")]})
    said = client.send("POST", "/i/v1/analytics/events", body, headers)
    assert said.json == {"results": {"u1": {"result": "ok"}, "u2": {"result": "ok"}}}


@pytest.mark.parametrize("path", ["/flags", "/flags/?v=2", "/decide/?v=3"])
def test_posthog_flags(client, path):
    """Who asks for flags hears that there are none."""
    said = client.send("POST", path, json.dumps({"token": "k", "distinct_id": "ann"}))
    assert (said.status, said.json["flags"], said.json["featureFlags"]) == (200, {}, {})


def test_posthog_people(client):
    """Who is anonymous is a device; once identified, what was true of the device is the user's."""
    anonymous = {"$device_id": "d1", "distinct_id": "d1", "$set": {"from": "ad"}}
    linked = {"$anon_distinct_id": "d1", "$device_id": "d1", "$set": {"plan": "pro"}}
    group = {"$group_type": "org", "$group_key": "acme", "$group_set": {"size": 5}}
    batch = [
        captured("Seen", uuid="1", distinct_id="d1", properties=anonymous),
        captured("Personless", uuid="2", properties={"$process_person_profile": False}),
        captured("$identify", uuid="3", properties=linked),
        captured("$create_alias", uuid="4", properties={"alias": "ann@work"}),
        captured("$set", uuid="5", distinct_id="ann@work", **{"$set": {"city": "Köln"}}),
        captured("$groupidentify", uuid="6", distinct_id="$org_acme", properties=group),
    ]
    assert client.post("/batch/", {"api_key": "k", "batch": batch}).status == 200
    assert client.rows(SEEN) == [
        ("posthog", "alias", "$create_alias", "ann", None, "4"),
        ("posthog", "group", "$groupidentify", None, None, "6"),
        ("posthog", "identify", "$identify", "ann", "d1", "3"),
        ("posthog", "identify", "$set", "ann@work", None, "5"),
        ("posthog", "track", "Personless", None, "ann", "2"),
        ("posthog", "track", "Seen", None, "d1", "1"),
    ]
    profiles = client.listener.received.profiles
    assert profiles.of("u/ann") == {"from": "ad", "plan": "pro", "city": "Köln"}
    assert profiles.of("g/org/acme") == {"size": 5}
    assert client.rows("SELECT device, user_id FROM links ORDER BY 1") == [
        ("ann@work", "ann"),
        ("d1", "ann"),
    ]


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        ({"batch": [captured()]}, 401, "event submitted without an api_key"),
        ({"api_key": "k", "batch": []}, 400, "empty batch"),
        ({"api_key": "k", "batch": [3]}, 400, "event 0 is not an object"),
        (
            {"api_key": "k", "batch": [captured(), {"distinct_id": "a"}]},
            400,
            "event 1 has no event name",
        ),
        (
            {"api_key": "k", "batch": [captured(distinct_id="")]},
            400,
            "event 0 has no distinct_id",
        ),
    ],
)
def test_posthog_refusals(client, value, status, said):
    """What is refused says why, as a plain text; nothing is stored."""
    answer = client.post("/batch/", value)
    assert (answer.status, answer.body.decode()) == (status, said)
    assert client.rows() == []


@pytest.mark.parametrize("vendor", ["segment", "rudderstack"])
def test_segment_batch(client, vendor):
    """Calls of each kind, and people, groups and aliases that they make; RudderStack's are told by their channel."""
    more = {"channel": "server"} if vendor == "rudderstack" else {}
    batch = [
        called(messageId="1", timestamp="2026-01-05T10:00:00Z"),
        called("identify", messageId="2", traits={"plan": "pro"}),
        called("page", messageId="3", name="Home", userId=None, anonymousId="anon"),
        called("screen", messageId="4", name="Main"),
        called("group", messageId="5", groupId="acme", traits={"size": 5}),
        called("alias", messageId="6", previousId="anon"),
        called("track", messageId="7", userId=42),
    ]
    body = {"batch": [call | more for call in batch], "writeKey": "key"}
    assert client.post("/v1/batch", body).json == {"success": True}
    assert client.rows(SEEN) == [
        (vendor, "alias", "alias", "ann", None, "6"),
        (vendor, "group", "group", "ann", None, "5"),
        (vendor, "identify", "identify", "ann", None, "2"),
        (vendor, "page", "Home", None, "anon", "3"),
        (vendor, "screen", "Main", "ann", None, "4"),
        (vendor, "track", "Order Paid", "42", None, "7"),
        (vendor, "track", "Order Paid", "ann", None, "1"),
    ]
    profiles = client.listener.received.profiles
    assert profiles.of("u/ann") == {"plan": "pro"}
    assert profiles.of("g/group/acme") == {"size": 5}
    assert client.rows("SELECT device, user_id FROM links") == [("anon", "ann")]


@pytest.mark.parametrize(
    "path", ["/v1/t", "/v1/track", "/v1/i", "/v1/identify", "/v1/p", "/v1/g", "/v1/a"]
)
def test_segment_single_calls(client, path):
    """A call says by its path what kind it is; browsers send it as text/plain."""
    call = {"userId": "ann", "messageId": "1", "event": "x", "groupId": "g", "previousId": "p"}
    headers = WRITE_KEY | {"Content-Type": "text/plain"}
    assert client.send("POST", path, json.dumps(call), headers).json == {"success": True}
    ((kind,),) = client.rows("SELECT kind FROM received")
    assert kind.startswith(path.removeprefix("/v1/"))


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        ({"batch": [called()]}, 401, "no write key"),
        ({"writeKey": "k"}, 400, "batch is missing or empty"),
        (
            {"writeKey": "k", "batch": [{"userId": "a"}]},
            400,
            r"batch\[0\]: type is not one of track",
        ),
        (
            {"writeKey": "k", "batch": [called(), called(event=None)]},
            400,
            r"batch\[1\]: event is missing",
        ),
        (
            {"writeKey": "k", "batch": [called(userId="")]},
            400,
            r"batch\[0\]: userId or anonymousId is missing",
        ),
        ({"writeKey": "k", "batch": [called()] * 2501}, 413, "batch has 2501 calls"),
        ([], 400, "the body is no object"),
    ],
)
def test_segment_refusals(client, value, status, said):
    """What is refused says why, with its place; nothing is stored."""
    answer = client.post("/v1/batch", value)
    assert (answer.status, answer.json["success"]) == (status, False)
    assert answer.json["message"].startswith(said.replace("\\", ""))
    assert client.rows() == []


def test_keys(tmp_path):
    """Where there is a token, it is the key of all vendors; another, or none, is refused in the vendor's words."""
    token = "t" * 16
    with receiver(tmp_path, token=Secret("FOOTFALL_RECEIVER_TOKEN", token)) as made:
        for key, status in (("other", 401), ("", 401), (token, 200)):
            basic = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
            requests = [
                ("/track", tracked(token=key), {}),
                ("/import?strict=1", [tracked(token="")], basic),
                ("/batch/", {"api_key": key, "batch": [captured()]}, {}),
                ("/v1/batch", {"batch": [called()]}, basic),
                ("/v1/batch", {"batch": [called(messageId="2")], "writeKey": key}, {}),
            ]
            for path, value, headers in requests:
                said = made.post(path, value, **headers)
                # A token that is missing is a 400 in Mixpanel's words.
                is_missing = not key and path.startswith(("/track", "/import"))
                assert said.status == (400 if is_missing else status), (path, key)
        assert len(made.listener.received.event_store.run("SELECT 1 FROM received")) == 4


def test_what_is_known_is_not_stored_again(client):
    """An id that came before counts once, for each vendor as it says."""
    requests = [
        ("/track", [tracked(), tracked("Other"), tracked()]),
        ("/batch/", {"api_key": "k", "batch": [captured(), captured()]}),
        ("/v1/batch", {"writeKey": "k", "batch": [called(), called()]}),
    ]
    for path, value in requests * 2:
        assert client.post(path, value).status == 200
    assert len(client.rows()) == 4


def test_envelopes_at_the_webhook(client):
    """An envelope of any vendor is opened; an object without an event's type is refused, not stored as nothing."""
    for value in (
        {"batch": [called(messageId="1"), called(messageId="2")]},
        {"api_key": "k", "batch": [captured(uuid="3")]},
        tracked(**{"$insert_id": "4"}),
        {
            "client_id": "c",
            "timestamp_micros": MOMENT_S * 10**6,
            "events": [{"name": "x", "params": {}}],
        },
    ):
        assert client.post("/webhook", value).status == 200
    assert client.rows(SEEN) == [
        ("ga4", "track", "x", None, "c", None),
        ("mixpanel", "track", "Order Paid", "ann", None, "4"),
        ("posthog", "track", "Order Paid", "ann", None, "3"),
        ("segment", "track", "Order Paid", "ann", None, "1"),
        ("segment", "track", "Order Paid", "ann", None, "2"),
    ]
    refused = client.post("/webhook", {"batch": [called(), {"amount": 3}]})
    assert refused.status == 400
    assert refused.json["title"] == (
        "event 1 is no event: event_type (or type, event) is missing"
    )


def test_group_identify(client):
    """Amplitude's group calls ask for no user, as an event and as a form; groups are kept."""
    event = {
        "event_type": "$groupidentify",
        "groups": {"org": ["acme", "sub"]},
        "group_properties": {"$set": {"size": 5}},
    }
    assert client.post("/2/httpapi", {"api_key": "k", "events": [event]}).status == 200
    item = {
        "group_type": "org",
        "group_value": "acme",
        "group_properties": {"$add": {"size": 2}},
    }
    form = f"api_key=k&identification={quote(json.dumps([item]))}"
    assert client.send("POST", "/groupidentify", form, FORM).body == b"success"
    assert client.rows("SELECT id, properties FROM groups ORDER BY id") == [
        ("org/acme", '{"size":7}'),
        ("org/sub", '{"size":5}'),
    ]
    without = {"event_type": "$groupidentify", "group_properties": {}}
    refused = client.post("/2/httpapi", {"api_key": "k", "events": [without]})
    assert refused.json["events_with_missing_fields"] == {"groups": [0]}


def test_times(tmp_path):
    """Without a time an event has the moment of receipt; seconds are read as such; both are told, once, and shown."""
    told = []
    with receiver(tmp_path, tell=told.append) as client:
        event = {"event_type": "x", "user_id": "user-1"}
        for more in ({}, {}, {"time": MOMENT_S}, {"time": MOMENT_S * 1000}):
            body = {"api_key": "k", "events": [event | more]}
            assert client.post("/2/httpapi", body).status == 200
        lags = [
            abs((at - t).total_seconds())
            for t, at in client.rows("SELECT time, received FROM received")
        ]
        assert sum(lag < 60 for lag in lags) == 2
        assert times(client).count("2026-01-05 10:00") == 2
    assert [line.partition(":")[0] for line in told] == [
        "events came to /2/httpapi without a time",
        "events came to /2/httpapi with times in seconds",
    ]
