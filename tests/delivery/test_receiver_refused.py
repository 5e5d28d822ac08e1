"""Requests that are refused: counted by reason, wherever they were refused."""

import pytest

from tests.receivers import receiver

EVENT = {"event_type": "x"}


@pytest.fixture
def client(tmp_path):
    with receiver(tmp_path) as made:
        yield made


def refuse(client):
    """Send what is refused for eight reasons, twice for the first."""
    for _ in range(2):
        client.post("/webhook", EVENT, **{"Content-Encoding": "br"})
    client.post("/webhook", EVENT, Origin="http://shop.test")
    client.post("/webhook", "{")
    client.send("POST", "/webhook", "{}", {"Content-Type": "image/png"})
    client.post("/v1/track", {"userId": "ann", "event": "x"})
    client.send("PUT", "/webhook")
    client.send("GET", "/", headers={"Host": "shop.test"})
    client.raw(b"no request\r\n\r\n")


WANTED = {
    (415, "the body is compressed otherwise than by gzip or deflate"): 2,
    (403, "a page of another site has sent this; --allow-origin ORIGIN lets its events in"): 1,
    (400, "it cannot be read, or lacks something"): 1,
    (415, "the content type is none that is taken"): 1,
    (401, "the key or the signature is missing or wrong"): 1,
    (405, "the method does not fit the path"): 1,
    (421, "the receiver is asked under another name than 127.0.0.1, localhost or [::1]"): 1,
    (400, "it is no HTTP"): 1,
}


def test_health_and_metrics(client):
    """/health tells how many were refused and why, and so do the metrics."""
    assert client.send("GET", "/health").json["refused"] == []
    refuse(client)
    told = client.send("GET", "/health").json["refused"]
    assert {(one["status"], one["reason"]): one["requests"] for one in told} == WANTED
    assert told[0]["requests"] == 2
    metrics = client.send("GET", "/metrics").body.decode()
    for (status, reason), n in WANTED.items():
        assert (
            f'footfall_received_refused_total{{status="{status}",reason="{reason}"}} {n}\n'
            in metrics
        )


def test_the_page(client):
    """The page shows a table of them, once there are any, and their number."""
    assert "Refused requests" not in client.send("GET", "/").body.decode()
    refuse(client)
    page = client.send("GET", "/").body.decode()
    assert "Refused requests" in page
    assert "compressed otherwise than by gzip or deflate" in page
    assert "<dt>refused since the start</dt><dd>9</dd>" in page


def test_at_the_end(client):
    """The console gets a line per reason when the receiver ends, the most frequent first."""
    refuse(client)
    lines = client.listener.receiver.refused.lines()
    assert lines[0] == (
        "2 requests refused with 415: the body is compressed otherwise than by gzip or deflate"
    )
    assert "1 request refused with 400: it is no HTTP" in lines
    assert len(lines) == len(WANTED)


def test_paths_that_a_slash_tells_apart(tmp_path):
    """A remark names the path as its vendor writes it: /batch/ is PostHog's, /batch Amplitude's."""
    told = []
    with receiver(tmp_path, told.append) as client:
        posthog = {"api_key": "k", "batch": [{"event": "x", "distinct_id": "ann"}]}
        client.post("/batch/", posthog)
        client.post("/batch", {"api_key": "k", "events": [EVENT | {"user_id": "user-1"}]})
        client.post("/capture/", posthog["batch"][0] | {"api_key": "k"})
    assert [line.split(" without")[0] for line in told] == [
        "events came to /batch/",
        "events came to /batch",
        "events came to /capture",
    ]
