"""Pages of other origins: none may send by default; those that are allowed may, to the ways in alone."""

import json

import pytest

from footfall.errors import UsageError
from footfall.receiver.origins import origin_of
from tests.receivers import JSON, receiver

PAGE = "http://localhost:3000"
EVENT = {"event_type": "Opened", "user_id": "user-1"}
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,authorization",
    "Sec-Fetch-Site": "same-site",
}
WAYS_IN = ["/webhook", "/2/httpapi", "/batch", "/track/", "/e/", "/flags/", "/v1/t"]


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def client(tmp_path_factory, told):
    folder = tmp_path_factory.mktemp("origins")
    with receiver(folder, origins=(PAGE,), tell=told.append) as made:
        yield made


@pytest.mark.parametrize("path", WAYS_IN)
def test_preflight(client, path):
    """A browser that asks hears what it may send: this origin alone, these headers, for ten minutes."""
    said = client.send("OPTIONS", path, headers=PREFLIGHT)
    assert (said.status, said.body) == (204, b"")
    assert said.headers["access-control-allow-origin"] == PAGE
    assert said.headers["access-control-allow-headers"] == "content-type,authorization"
    assert said.headers["access-control-allow-methods"] == "GET, POST"
    assert said.headers["vary"] == "Origin"
    assert "access-control-allow-private-network" not in said.headers


def test_private_network(client):
    """A browser that asks whether a public page may reach this machine hears that it may."""
    asks = PREFLIGHT | {"Access-Control-Request-Private-Network": "true"}
    said = client.send("OPTIONS", "/track", headers=asks)
    assert said.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("path", ["/", "/metrics", "/health", "/nothing"])
def test_only_ways_in(client, path):
    """What shows anything says nothing to pages of others, whoever they are."""
    for method in ("GET", "OPTIONS"):
        said = client.send(method, path, headers=PREFLIGHT)
        assert not [name for name in said.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3001",
        "https://localhost:3000",
        "http://localhost",
        "http://localhost:3000.evil.test",
        "null",
        "*",
        "HTTP://LOCALHOST:3000",
    ],
)
def test_other_origins(client, origin):
    """An origin that differs in anything is refused, with why; nothing is stored."""
    before = len(client.rows())
    for method in ("OPTIONS", "POST"):
        said = client.send(
            method, "/webhook", json.dumps(EVENT), JSON | PREFLIGHT | {"Origin": origin}
        )
        assert said.status == 403
        assert "--allow-origin" in said.json["title"]
        assert "access-control-allow-origin" not in said.headers
    assert len(client.rows()) == before


def test_events(client):
    """The events of an allowed page are stored, and its browser may read the answer, a refusal too."""
    from_page = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    said = client.post("/webhook", EVENT, **from_page)
    assert (said.status, said.headers["access-control-allow-origin"]) == (200, PAGE)
    refused = client.post("/webhook", {}, **from_page)
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (400, PAGE)
    packed = client.post("/webhook", EVENT, **from_page, **{"Content-Encoding": "br"})
    assert (packed.status, packed.headers["access-control-allow-origin"]) == (415, PAGE)


def test_two_origins(client):
    """Two headers Origin are none that is allowed."""
    own = f"127.0.0.1:{client.listener.port}"
    head = f"POST /webhook HTTP/1.1\r\nHost: {own}\r\nOrigin: {PAGE}\r\nOrigin: http://evil.test\r\n"
    assert b" 403 " in client.raw(f"{head}Content-Length: 0\r\n\r\n".encode())[:20]


def test_pictures(client):
    """A picture on a page of others stores nothing, though it is a GET and these take events by GET."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}):
        said = client.send(
            "GET",
            '/track?data={"event":"x","properties":{"token":"t"}}'.replace(" ", ""),
            headers=headers,
        )
        assert said.status == 403


def test_off_by_default(tmp_path):
    """Without the option nothing is allowed; who starts the receiver is told once what would allow it."""
    told = []
    with receiver(tmp_path, tell=told.append) as client:
        for _ in range(3):
            assert client.send("OPTIONS", "/track", headers=PREFLIGHT).status == 403
            assert client.post("/track", {}, Origin=PAGE).status == 403
        assert client.post("/track", {}, Origin="http://evil test\u00e9").status == 403
    assert told == [f"a page of {PAGE} is refused; --allow-origin {PAGE} lets its events in"]


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "localhost:3000",
        "http://localhost:3000/",
        "http://localhost:3000/shop",
        "ftp://localhost",
        "http://localhost:80",
        "https://a b",
        "http://me@localhost",
        "",
    ],
)
def test_what_is_no_origin(text):
    """What no browser would send as an origin is refused, with what is accepted."""
    with pytest.raises(
        UsageError, match=r"(?s)--allow-origin .*accepted: one origin as browsers write it"
    ):
        origin_of(text)


def test_origins():
    """An origin is what a browser writes, in small letters."""
    assert origin_of("http://LocalHost:3000") == b"http://localhost:3000"
    assert origin_of("https://[::1]:8443") == b"https://[::1]:8443"
