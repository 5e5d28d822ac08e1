"""Amplitude's protocol at the receiver. Every limit and every answer names its source."""

import json
import logging
from urllib.parse import quote

import pytest
from amplitude import Amplitude, BaseEvent, EventOptions, Identify

from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.intake import ReceivedBatch
from footfall.receiver.received import EventWriter
from footfall.receiver.vendors.amplitude import AmplitudeProtocol as Checks
from footfall.receiver.vendors.amplitude import Answer
from footfall.sinks.amplitude.limits import BATCH, HTTP_V2, Endpoint
from tests.clocks import FakeClock
from tests.receivers import receiver

EVENT = {
    "user_id": "user-1",
    "device_id": "device-1",
    "event_type": "Opened",
    "time": 1_767_225_600_000,
}


def body(*events, **more) -> bytes:
    return json.dumps({"api_key": "key", "events": list(events), **more}).encode()


def many(n: int, **more) -> list[dict]:
    return [
        {**EVENT, "user_id": f"user-{i}", "device_id": f"device-{i}", **more} for i in range(n)
    ]


def answer(data: bytes, endpoint: Endpoint = HTTP_V2, **settings):
    return Checks(FakeClock(), **settings).take(endpoint, data)


REFUSED = {
    "http-v2: no body": (b"", "Missing request body", {}),
    "http-v2: no JSON": (b"{", "Invalid JSON request body", {}),
    "RFC 8259: NaN is no JSON": (
        body({**EVENT, "price": float("nan")}),
        "Invalid JSON request body",
        {},
    ),
    "http-v2: no api_key": (
        b'{"events":[]}',
        "Request missing required field",
        {"missing_field": "api_key"},
    ),
    "http-v2: no events": (
        b'{"api_key":"key"}',
        "Request missing required field",
        {"missing_field": "events"},
    ),
    "http-v2: an event that is no object": (body(EVENT, 1), "Invalid event JSON", {}),
    "http-v2: event_type is required": (
        body(EVENT, {"user_id": "user-1"}),
        "Request missing required field",
        {"events_with_missing_fields": {"event_type": [1]}},
    ),
    "http-v2: user_id or device_id": (
        body({"event_type": "Opened"}),
        "Request missing required field",
        {"events_with_missing_fields": {"user_id": [0], "device_id": [0]}},
    ),
    "http-v2: time is integer ms": (
        body(EVENT, {**EVENT, "time": "2026-01-01"}, {**EVENT, "time": 1.5}),
        "Invalid field values on some events",
        {"events_with_invalid_fields": {"time": [1, 2]}},
    ),
    "http-v2: objects nest at most 40 deep": (
        body({**EVENT, "event_properties": json.loads('{"a":' * 42 + "1" + "}" * 42)}),
        "Invalid field values on some events",
        {"events_with_invalid_fields": {"event_properties": [0]}},
    ),
    "http-v2: ids have 5 characters": (
        body(EVENT, {**EVENT, "user_id": "abc"}),
        "Invalid id length for user_id or device_id",
        {"events_with_invalid_id_lengths": {"user_id": [1]}},
    ),
    "http-v2: banned ids": (
        body({**EVENT, "device_id": "00000000-0000-0000-0000-000000000000"}),
        "Invalid id length for user_id or device_id",
        {"events_with_invalid_id_lengths": {"device_id": [0]}},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_requests(case):
    """What the documentation refuses is refused with 400, the documented text and the documented keys."""
    data, error, more = REFUSED[case]
    refused = answer(data)
    assert isinstance(refused, Answer)
    assert (refused.status, refused.body) == (400, {"code": 400, "error": error, **more})


def test_first_index_only():
    """Source: http-v2, 400: each list holds the first offending event, where that is asked for."""
    refused = answer(body({**EVENT, "time": "x"}, {**EVENT, "time": "y"}), is_first_only=True)
    assert refused.body["events_with_invalid_fields"] == {"time": [0]}


def test_wrong_key():
    """Source: http-v2, 400: an unknown key is `Invalid API key`."""
    assert answer(body(EVENT), api_key="another").body == {
        "code": 400,
        "error": "Invalid API key",
    }


def test_silenced():
    """Source: http-v2, 400: events of silenced devices are named."""
    refused = answer(body(*many(3)), silenced=frozenset({"device-1"}))
    assert (refused.body["error"], refused.body["silenced_events"]) == (
        "Events silenced for device_id",
        [1],
    )
    assert refused.body["silenced_devices"] == ["device-1"]


@pytest.mark.parametrize(("endpoint", "most"), [(HTTP_V2, 1_000_000), (BATCH, 20_000_000)])
def test_bytes(endpoint, most):
    """Source: http-v2 and batch-event-upload: more than 1 MB, or 20 MB, is 413."""
    data = body(EVENT)
    padded = data[:-1] + b" " * (most - len(data)) + b"}"
    assert not isinstance(answer(padded, endpoint), Answer)
    assert answer(padded + b" ", endpoint).body == {"code": 413, "error": "Payload too large"}


@pytest.mark.parametrize("endpoint", [HTTP_V2, BATCH])
def test_events(endpoint):
    """Source: http-v2 and batch-event-upload: 2,000 events are taken, 2,001 are 413."""
    assert len(answer(body(*many(2000)), endpoint).rows) == 2000
    assert answer(body(*many(2001)), endpoint).status == 413


@pytest.mark.parametrize(("endpoint", "rate", "span"), [(HTTP_V2, 30, 10), (BATCH, 1000, 30)])
def test_rate(endpoint, rate, span):
    """Source: http-v2 and batch-event-upload, 429: 30 (1,000) events/s of one user on average, and who is too fast."""
    checks = Checks(clock := FakeClock())
    for start in range(0, rate * span, 2000):
        batch = [EVENT] * min(2000, rate * span - start)
        assert not isinstance(checks.take(endpoint, body(*batch)), Answer)
    refused = checks.take(endpoint, body(*many(1), EVENT))
    assert (refused.status, refused.body["eps_threshold"]) == (429, rate)
    assert refused.body["throttled_events"] == [1]
    assert set(refused.body["throttled_users"]) == {"user-1"}
    assert set(refused.body["throttled_devices"]) == {"device-1"}
    clock.advance(span + 1)
    assert not isinstance(checks.take(endpoint, body(EVENT)), Answer)


def test_success(tmp_path):
    """Source: http-v2, 200: the number of events and of bytes, and the time."""
    with receiver(tmp_path) as client:
        data = body(EVENT)
        said = client.post("/2/httpapi", data).json
        assert (said["code"], said["events_ingested"], said["payload_size_bytes"]) == (
            200,
            1,
            len(data),
        )
        assert client.rows('SELECT event_type, "event" FROM received') == [
            ("Opened", json.dumps(EVENT, separators=(",", ":")))
        ]


def test_deduplication(tmp_path):
    """Source: http-v2, "Event deduplication": same insert_id and device_id count once; another device's does not."""
    with receiver(tmp_path) as client:
        one = {**EVENT, "insert_id": "a"}
        for event in (one, one, {**one, "device_id": "device-2"}, EVENT, EVENT):
            assert client.post("/batch", body(event)).status == 200
        assert [row[0] for row in client.rows()] == ["a", "a", None, None]
        assert client.post("/batch", body(one, one)).json["events_ingested"] == 2
        assert len(client.rows()) == 4


def test_deduplication_ends_after_7_days(tmp_path):
    """Source: http-v2, "Event deduplication": within the past 7 days; later it counts again, also after a restart."""
    one = {**EVENT, "insert_id": "a"}
    clock = FakeClock()
    intake = Checks(clock).take(BATCH, body(one))
    assert isinstance(intake, ReceivedBatch)
    results = []
    for days in (0, 6.9, 0.2):
        clock.advance(days * 86_400)
        store = EventWriter(DuckDBEventStore(tmp_path / "r.duckdb"), clock)
        results.append(store.submit(intake).result(10).new)
        store.close()
    assert results == [1, 0, 1]


def test_nothing_is_stored_by_half(tmp_path):
    """One bad event among good ones: none is stored."""
    with receiver(tmp_path) as client:
        assert client.post("/2/httpapi", body(*many(10), {**EVENT, "time": "x"})).status == 400
        assert client.rows() == []


def test_identify(tmp_path):
    """Source: identify: a form; operations change the user's properties; without identification `missing_event`."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    operations = {
        "$set": {"plan": "free", "n": 1},
        "$add": {"n": 2},
        "$append": {"tags": "a"},
        "$setOnce": {"plan": "x"},
    }
    text = quote(json.dumps([{"user_id": "user-1", "user_properties": operations}]))
    with receiver(tmp_path) as client:
        assert (
            client.send("POST", "/identify", f"api_key=key&identification={text}", form).status
            == 200
        )
        assert client.listener.received.profiles.of("u/user-1") == {
            "plan": "free",
            "n": 3,
            "tags": ["a"],
        }
        refused = client.send("POST", "/identify", "api_key=key&identification=%7B", form)
        assert (refused.status, refused.body) == (400, b"missing_event")


def test_sums_of_any_numbers(tmp_path):
    """A number that is too large to be added leaves the sum as it was; the event is taken like any other."""
    with receiver(tmp_path) as client:
        for n in (1.5, 10**400, 1e308, 2):
            event = {**EVENT, "event_type": "$identify", "user_properties": {"$add": {"n": n}}}
            assert client.post("/2/httpapi", body(event)).status == 200
        assert client.listener.received.profiles.of("u/user-1") == {"n": 3.5}


def test_state_outlives_a_restart(tmp_path):
    """What was said about an anonymous device belongs to the user it turns out to be, also after a restart."""
    first = {
        "device_id": "device-1",
        "event_type": "Opened",
        "user_properties": {"a": 1, "b": 1},
    }
    with receiver(tmp_path) as client:
        client.post("/2/httpapi", body(first))
    with receiver(tmp_path) as client:
        assert client.listener.received.profiles.of("d/device-1") == {"a": 1, "b": 1}
        client.post("/2/httpapi", body({**EVENT, "user_properties": {"b": 2}}))
    with receiver(tmp_path) as client:
        assert client.listener.received.profiles.of("u/user-1") == {"a": 1, "b": 2}
        assert client.listener.received.profiles.of("d/device-1") == {}


def test_official_sdk(tmp_path):
    """The unmodified official SDK delivers: every callback says 200, every event is stored once, identify works."""
    told = []
    with receiver(tmp_path) as client:
        sdk = Amplitude("key")
        sdk.configuration.server_url = f"{client.base}/2/httpapi"
        sdk.configuration.callback = lambda event, code, message: told.append(code)
        sdk.configuration.logger.setLevel(logging.ERROR)
        for i in range(450):
            sdk.track(
                BaseEvent(
                    "Opened",
                    user_id=f"user-{i % 50}",
                    device_id=f"device-{i % 50}",
                    event_properties={"i": i},
                )
            )
        for future in sdk.flush():
            future.result()
        change = Identify()
        change.set("plan", "paid").add("logins", 2)
        sdk.identify(change, EventOptions(user_id="user-7", device_id="device-7"))
        sdk.shutdown()
        assert set(told) == {200}
        assert len(told) == 451
        assert client.rows("SELECT count(*), count(DISTINCT insert_id) FROM received") == [
            (451, 451)
        ]
        assert client.listener.received.profiles.of("u/user-7") == {"plan": "paid", "logins": 2}


def test_official_sdk_drops_what_is_named(tmp_path):
    """The SDK reads our 400: the named event comes back to the caller, the others are sent again and stored."""
    told = []
    with receiver(tmp_path) as client:
        sdk = Amplitude("key")
        sdk.configuration.server_url = f"{client.base}/2/httpapi"
        sdk.configuration.callback = lambda event, code, message: told.append(code)
        sdk.configuration.logger.setLevel(logging.ERROR)
        for user in ("user-1", "abc", "user-2"):
            sdk.track(BaseEvent("Opened", user_id=user))
        for future in sdk.flush():
            future.result()
        sdk.shutdown()
        assert sorted(told) == [200, 200, 400]
        assert client.rows("SELECT count(*) FROM received") == [(2,)]
