"""What stands before the receiver: names, sites, tokens, sizes. No case may be answered with 5xx."""

import contextlib
import gzip
import itertools
import json
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.errors import StoreError, UsageError
from footfall.html import security_policy
from footfall.net.clock import SystemClock
from footfall.net.secrets import Secret
from footfall.receiver import page
from footfall.receiver.connections import GuardedConnection
from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.event_store import EventsRefused
from footfall.receiver.intake import ReceivedBatch
from footfall.receiver.listen import (
    ListenSettings,
    bind,
    check_reach,
    event_store_of,
)
from footfall.receiver.received import EventWriter
from footfall.receiver.webhook import take
from footfall.sinks.webhook import signature
from tests.clocks import FakeClock
from tests.receivers import JSON, receiver, stored
from tests.thoroughness import n_examples

EVENT = {"insert_id": "a", "event_type": "Opened"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with receiver(tmp_path_factory.mktemp("receiver")) as made:
        yield made


HOSTS = [
    *(
        "evil.test",
        "evil.test:{port}",
        "127.0.0.1.evil.test:{port}",
        "localhost.evil.test:{port}",
        "127.0.0.1:9999",
    ),
    *(
        "127.0.0.1",
        "0.0.0.0:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "localhost:{port}@evil.test",
        "a/public?x=",
    ),
    *(
        "localhost.:{port}",
        "127.0.0.1:{port},evil.test",
        "[::ffff:127.0.0.1]:{port}",
        "xn--e1afmkfd.test:{port}",
        "",
    ),
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/", "/metrics", "/health"])
def test_other_names(client, host, path):
    """Under a name that is not this machine's nothing is shown: an answer of 4xx without a body (DNS rebinding)."""
    given = host.replace("{port}", str(client.listener.port))
    said = client.send("GET", path, headers={"Host": given})
    assert said.status in (400, 421)
    assert b"events" not in said.body


def test_host_twice_or_missing(client):
    """Two Host headers, none, or an absolute target: refused."""
    own = f"127.0.0.1:{client.listener.port}".encode()
    for request in (
        b"GET / HTTP/1.1\r\nHost: " + own + b"\r\nHost: evil.test\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET http://evil.test/ HTTP/1.1\r\nHost: " + own + b"\r\n\r\n",
    ):
        assert client.raw(request).split(b" ")[1] in (b"400", b"421")


def test_own_names(client):
    """127.0.0.1 and localhost with the port are right."""
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert (
            client.send(
                "GET", "/health", headers={"Host": f"{name}:{client.listener.port}"}
            ).status
            == 200
        )


TYPES = ["application/json", "text/plain", "application/x-www-form-urlencoded"]
SITES = [
    {"Origin": "http://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:{port}"},
]


@pytest.mark.parametrize(
    ("path", "kind", "emission"),
    list(itertools.product(["/webhook", "/2/httpapi", "/batch", "/identify"], TYPES, SITES)),
)
def test_cross_site(client, path, kind, emission):
    """A page of another site cannot send anything here: 403, nothing stored."""
    headers = {k: v.replace("{port}", str(client.listener.port)) for k, v in emission.items()}
    assert (
        client.send("POST", path, json.dumps(EVENT), {"Content-Type": kind} | headers).status
        == 403
    )
    assert client.rows() == []


def test_same_site(client):
    """Requests of our own page, or with no such headers at all, pass the guard (here: to a 400 for the body)."""
    for emission in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": f"{client.base}"}, {}):
        assert client.send("POST", "/webhook", b"", JSON | emission).status == 400


def test_headers_of_answers(client):
    """Answers cannot be framed, sniffed, scripted, cached or read across sites."""
    headers = client.send("GET", "/").headers
    policy = f"{security_policy(page.STYLE)}; frame-ancestors 'none'"
    assert headers["content-security-policy"] == policy
    assert "access-control-allow-origin" not in headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == (
        "nosniff",
        "no-store",
    )


WAYS_TO_PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "GZIP ": gzip.compress,
    "gzip in two members": lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]),
}


@pytest.mark.parametrize("way", WAYS_TO_PACK)
def test_compressed_bodies(tmp_path, way):
    """Bodies in gzip or deflate are taken as they were before."""
    packed = WAYS_TO_PACK[way](json.dumps(EVENT).encode())
    with receiver(tmp_path) as client:
        said = client.post("/webhook", packed, **{"Content-Encoding": way.partition(" in ")[0]})
        assert said.json == {"accepted": 1, "duplicates": 0}


@pytest.mark.parametrize(
    "packed", [b"x" * 100, gzip.compress(b"{}", mtime=0)[:-9], b"", b"\x1f\x8b"]
)
def test_bodies_that_are_not_what_they_say(client, packed):
    """A body that is not compressed as it says, or is cut off: 400, and why."""
    said = client.post("/webhook", packed, **{"Content-Encoding": "gzip"})
    assert (said.status, said.json["status"]) == (400, 400)
    assert re.match("the (compressed )?body (is|ends)", said.json["title"])


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br"])
def test_other_compression(client, encoding):
    """A body that is compressed otherwise: 415, and what is taken."""
    said = client.post("/webhook", b"x", **{"Content-Encoding": encoding})
    assert said.status == 415
    assert said.json["title"] == "the body is compressed otherwise than by gzip or deflate"


@pytest.mark.parametrize("path", ["/webhook", "/2/httpapi", "/v1/batch", "/track", "/batch/"])
def test_bodies_that_explode(client, path):
    """A body of some kilobytes that becomes gigabytes is read no further than the path's limit: 413."""
    begun = time.process_time()
    packed = gzip.compress(b" " * 200_000_000)
    said = client.post(path, packed, **{"Content-Encoding": "gzip"})
    assert said.status == 413
    assert time.process_time() - begun < 10


def test_unpacked_bytes_count(tmp_path, monkeypatch):
    """The bound on what is in memory counts what bodies become, not what comes over the wire."""
    monkeypatch.setattr("footfall.receiver.request_guard.MOST_BODY_BYTES", 1_000_000)
    with receiver(tmp_path) as client:
        packed = gzip.compress(b"[" + b" " * 2_000_000 + b"]")
        said = client.post("/webhook", packed, **{"Content-Encoding": "gzip"})
        assert (said.status, said.headers["retry-after"]) == (503, "5")
        assert client.post("/webhook", EVENT).status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=UTF-8", "application/x-ndjson", None]
)
def test_content_types(tmp_path, kind):
    """JSON is taken under the names that senders have for it; `text/plain` is what `sendBeacon` says."""
    with receiver(tmp_path) as client:
        headers = {} if kind is None else {"Content-Type": kind}
        assert client.send("POST", "/webhook", json.dumps(EVENT), headers).status == 200


def test_content_type_of_a_form(client):
    """Another content type: 415, which one it is and which are taken."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    said = client.send("POST", "/webhook", "a=1", headers)
    assert said.status == 415
    assert said.json["title"].startswith(
        "the content type is application/x-www-form-urlencoded; accepted: "
    )


def test_long_headers(client):
    """Headers above 16 KiB: 4xx or a closed connection, nothing else."""
    said = client.raw(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100_000 + b"\r\n\r\n")
    assert said == b"" or b" 400 " in said[:20] or b" 431 " in said[:20]


def test_long_bodies(client):
    """A body that says it is too long, and one that turns out to be: 413."""
    assert client.post("/webhook", b" " * 5_000_001).status == 413
    own = f"127.0.0.1:{client.listener.port}".encode()
    head = (
        b"POST /2/httpapi HTTP/1.1\r\nHost: " + own + b"\r\nContent-Type: application/json\r\n"
    )
    chunk = b"186a0\r\n" + b" " * 100_000 + b"\r\n"
    said = client.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 11 + b"0\r\n\r\n")
    assert b" 413 " in said[:20]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -1",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: five",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Content-Length: 50",
    ],
)
def test_wrong_lengths(client, head):
    """Lengths that contradict each other or the body: 4xx or a closed connection, nothing stored."""
    own = f"127.0.0.1:{client.listener.port}".encode()
    request = (
        b"POST /webhook HTTP/1.1\r\nHost: "
        + own
        + b"\r\nContent-Type: application/json\r\n"
        + head
        + b"\r\n\r\n{}"
    )
    said = client.raw(request)
    assert said == b"" or said.split(b" ")[1].startswith(b"4")
    assert client.rows() == []


BAD = [
    *(
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'"x"',
        b'{"a":NaN}',
        b'{"events":[]}',
        b'{"events":[1]}',
        b"[{},3]",
    ),
    *(
        b"[" * 100_000,
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"a":1e400}',
        b"\xff\xfe",
        b'{"a":' + b"9" * 5000 + b"}",
    ),
]


@pytest.mark.parametrize("data", BAD, ids=[repr(bad[:20]) for bad in BAD])
def test_bad_webhooks(client, data):
    """What is no event is refused with 400, a sentence, and no trace in the store."""
    said = client.post("/webhook", data)
    assert said.status == 400
    assert said.json["status"] == 400
    assert said.json["title"]
    assert client.rows() == []


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "user_id",
        "device_id",
        "event_type",
        "time",
        "user_properties",
        "event_properties",
        "insert_id",
        "groups",
        "price",
    ]
)
EVENTS = st.dictionaries(KEYS, JSON_VALUES, max_size=9) | st.fixed_dictionaries(
    {"user_id": st.just("user-1"), "event_type": st.just("x")},
    optional={
        "user_properties": st.dictionaries(
            st.sampled_from(["$set", "$add", "$append", "a", "stage"]), JSON_VALUES
        )
    },
)


@settings(
    max_examples=n_examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(["/webhook", "/2/httpapi", "/batch"]),
    events=st.lists(EVENTS | JSON_VALUES, max_size=3),
)
def test_never_500(fuzzed, path, events):
    """Whatever JSON is sent, the answer is 2xx or 4xx, and the page can be shown afterwards."""
    value = events if path == "/webhook" else {"api_key": "key", "events": events}
    assert fuzzed.post(path, json.dumps(value)).status < 500
    assert fuzzed.send("GET", "/").status == 200


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    with receiver(tmp_path_factory.mktemp("fuzzed")) as made:
        yield made


def test_page_is_inert(fuzzed):
    """Names with markup are shown as text."""
    fuzzed.post(
        "/webhook",
        {"event_type": "<img src=x onerror=alert(1)>", "city": "<script>\u202e", "person": 1},
    )
    shown = fuzzed.send("GET", "/").body
    assert b"<img" not in shown
    assert b"<script" not in shown
    assert "\u202e" not in shown.decode()


SECRET = Secret("FOOTFALL_WEBHOOK_SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")


def signed(body: bytes, message: str = "msg_1", shift_s: int = 0) -> dict[str, str]:
    seconds = int(time.time()) + shift_s
    header = signature.sign(signature.keys_of(SECRET), message, seconds, body)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": header,
    }


def test_signatures(tmp_path):
    """With a secret only what is signed, in time, with the right key, is taken; a message again changes nothing."""
    body = json.dumps(EVENT).encode()
    right = signed(body)
    with receiver(tmp_path, webhook_secret=SECRET) as client:
        wrong = [
            {},
            {**right, "webhook-signature": "v1,AAAA"},
            {**right, "webhook-signature": "v1,!!!"},
            {**right, "webhook-signature": "v1"},
            {**right, "webhook-signature": right["webhook-signature"].replace("v1,", "v2,")},
            {**right, "webhook-timestamp": "nan"},
            {**right, "webhook-timestamp": right["webhook-timestamp"] + ".0"},
            {**right, "webhook-timestamp": "١٢٣٤٥٦٧٨٩٠".encode().decode("latin-1")},
            {**right, "webhook-id": "other"},
            signed(body, shift_s=-360),
            signed(body, shift_s=360),
            signed(body + b" "),
        ]
        assert [client.post("/webhook", body, **headers).status for headers in wrong] == [
            401
        ] * len(wrong)
        assert client.rows() == []
        assert client.post("/webhook", body, **right).json == {"accepted": 1, "duplicates": 0}
        assert client.post("/webhook", body, **right).json == {"accepted": 0, "duplicates": 1}
        other = json.dumps({**EVENT, "insert_id": "b"}).encode()
        assert client.post("/webhook", other, **signed(other)).status == 409
        assert len(client.rows()) == 1


def test_other_machines_need_a_token():
    """An address that others can reach needs a token of 16 characters; loopback does not."""
    check_reach(ListenSettings(store=None, host="::1"))
    for token in (None, Secret("FOOTFALL_RECEIVER_TOKEN", "short")):
        with pytest.raises(
            UsageError, match=r"(?s)--host 0\.0\.0\.0 .* needs a token.*at least 16 characters"
        ):
            check_reach(ListenSettings(store=None, host="0.0.0.0", token=token))


def test_stores():
    """A file or a PostgreSQL database; anything else is refused without showing a password."""
    assert event_store_of("duckdb:a/b.duckdb", None).name == "b.duckdb"
    assert (
        event_store_of("postgresql://me:secret@host/db", None).name == "postgresql://me@host/db"
    )
    with pytest.raises(
        UsageError, match=r'--to "mysql:…": .*\n  accepted: FILE, duckdb:FILE or postgresql:'
    ):
        event_store_of("mysql://me:secret@host/db", None)
    with pytest.raises(
        UsageError, match="--max-size limits a DuckDB file, not postgresql://me@host/db\n"
    ):
        event_store_of("postgresql://me:secret@host/db", 10**9)


def test_token(tmp_path):
    """With a token, nothing is shown or taken without it; browsers may send it as a password."""
    token = Secret("FOOTFALL_RECEIVER_TOKEN", "t" * 16)
    with receiver(tmp_path, token=token) as client:
        assert client.send("GET", "/").status == 401
        assert client.post("/webhook", EVENT).status == 401
        assert (
            client.send("GET", "/", headers={"Authorization": "Bearer " + "t" * 16}).status
            == 200
        )
        assert (
            client.send(
                "GET", "/", headers={"Authorization": "Basic Zm9vOnR0dHR0dHR0dHR0dHR0dHQ="}
            ).status
            == 200
        )
        assert client.send("GET", "/", headers={"Authorization": "Basic !!!"}).status == 401
        event = {"event_type": "x", "user_id": "user-1"}
        for key, status in (("any", 400), ("t" * 15 + "é", 400), ("t" * 16, 200)):
            assert client.post("/batch", {"api_key": key, "events": [event]}).status == status


def test_port_in_use(client):
    """A port that is taken: who answers there, and what to do."""
    port = client.listener.port
    with pytest.raises(
        UsageError,
        match=rf"port {port} is in use by another footfall serve\n  hint: .* --port {port + 1}",
    ):
        bind("127.0.0.1", port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="in use by another program"):
            bind("127.0.0.1", other.getsockname()[1])


def test_half_open_connections(client):
    """Connections that say nothing do not keep others out."""
    idle = [socket.create_connection(("127.0.0.1", client.listener.port)) for _ in range(90)]
    try:
        assert client.send("GET", "/health").status == 200
    finally:
        for connection in idle:
            connection.close()


def test_dribbling_headers(tmp_path, monkeypatch):
    """A connection whose headers do not come in time is closed; one that is used goes on."""
    monkeypatch.setattr("footfall.receiver.connections.HEADER_TIME_S", 0.3)
    with receiver(tmp_path) as client:
        with socket.create_connection(("127.0.0.1", client.listener.port), timeout=10) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127")
            begun = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                assert slow.recv(100) == b""
            assert time.monotonic() - begun < 5
        assert client.send("GET", "/health").status == 200


def test_answers_are_not_held_back(tmp_path, monkeypatch):
    """Nagle's algorithm is off, which else keeps the body of an answer for some 40 ms behind its head."""
    made, seen = GuardedConnection.connection_made, []

    def watching(self, transport):
        made(self, transport)
        seen.append(
            transport.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY
            )
        )

    monkeypatch.setattr(GuardedConnection, "connection_made", watching)
    with receiver(tmp_path) as client:
        assert client.send("GET", "/health").status == 200
    assert seen
    assert all(seen)


def test_too_many_objects(client):
    """A body of millions of objects is refused before it is parsed: 400."""
    said = client.post("/webhook", b"[" + b"{}," * 1_000_000 + b"{}]")
    assert (said.status, said.json["title"]) == (
        400,
        "the body has more than 500,000 objects and lists",
    )


def test_too_much_at_once(tmp_path, monkeypatch):
    """More bytes at once than fit: 503 with Retry-After; what was held is given back, whatever became of a request."""
    monkeypatch.setattr("footfall.receiver.request_guard.MOST_BODY_BYTES", 100_000)
    with receiver(tmp_path) as client:
        for path in ("/webhook", "/batch"):
            said = client.post(path, b" " * 100_001)
            assert (said.status, said.headers["retry-after"]) == (503, "5")
        with socket.create_connection(("127.0.0.1", client.listener.port)) as cut:
            host = f"Host: 127.0.0.1:{client.listener.port}\r\n".encode()
            cut.sendall(
                b"POST /webhook HTTP/1.1\r\n"
                + host
                + b"Content-Length: 99999\r\n\r\n"
                + b" " * 60_000
            )
            time.sleep(0.1)
        for _ in range(5):
            assert (
                client.post("/webhook", b"[" + b" " * 80_000 + b'{"event_type":"x"}]').status
                == 200
            )


def test_cancelled_while_waiting(tmp_path):
    """A request that is cancelled before its turn is not stored, and those behind it are."""
    store = EventWriter(DuckDBEventStore(tmp_path / "r.duckdb"), SystemClock())
    held, insert = threading.Event(), store.event_store.insert

    def slow(rows, now):
        held.wait(10)
        insert(rows, now)

    store.event_store.insert = slow
    first = store.submit(take(b'{"event_type": "x", "id": "0"}', None, 0))
    while not first.running():
        time.sleep(0.01)
    cancelled, last = [
        store.submit(take(b'{"event_type": "x", "id": "%d"}' % n, None, 0)) for n in (1, 2)
    ]
    assert not first.cancel()
    assert cancelled.cancel()
    held.set()
    assert [first.result(10).new, last.result(10).new] == [1, 1]
    store.close()
    assert sorted(stored(tmp_path, file="r.duckdb")) == [("0",), ("2",)]


def test_huge_ids(client):
    """Ids beyond 1,024 characters are refused: 400, named, nothing stored."""
    for name in ("insert_id", "user_id", "device_id"):
        said = client.post("/webhook", [EVENT, {"event_type": "x", name: "x" * 1025}])
        assert (said.status, said.json["title"]) == (
            400,
            f"{name} of event 1 has 1025 characters; at most 1024 are taken",
        )
        event = {"event_type": "x", "user_id": "user-1", name: "x" * 1025}
        assert client.post("/batch", {"api_key": "k", "events": [event]}).status == 400
    assert client.rows() == []


def test_one_at_fault_among_many(tmp_path):
    """What a store will never hold is refused with 400, and does not take down what waits for the same commit."""
    with receiver(tmp_path) as client:
        store, release, inserted = (
            client.listener.received,
            threading.Event(),
            client.listener.received.event_store.insert,
        )

        def picky(rows, now):
            release.wait(10)
            if any(row.insert_id == "poison" for row in rows):
                raise EventsRefused("cannot hold these events")
            inserted(rows, now)

        store.event_store.insert = picky
        ids = ["first", "poison", "a", "b", "c"]
        with ThreadPoolExecutor(len(ids)) as pool:
            answers = [
                pool.submit(
                    client.post, "/webhook", {"event_type": "x", "insert_id": i, "user_id": i}
                )
                for i in ids
            ]
            time.sleep(0.3)
            release.set()
            assert sorted(answer.result().status for answer in answers) == [
                200,
                200,
                200,
                200,
                400,
            ]
        assert sorted(row[0] for row in client.rows()) == ["a", "b", "c", "first"]
        assert store.profiles.of("u/poison") == {}
        assert client.send("GET", "/health").status == 200


def test_max_size(tmp_path):
    """Once the file is as large as it may be, senders are told to come again and /health says why; nothing is lost."""
    with receiver(tmp_path, most_bytes=1_000_000) as client:
        statuses = [
            client.post(
                "/webhook",
                [
                    {"event_type": "x", "insert_id": f"{n}-{i}", "text": "x" * 500}
                    for i in range(400)
                ],
            ).status
            for n in range(8)
        ]
        stored = statuses.count(200)
        assert 0 < stored < 8
        assert statuses == [200] * stored + [503] * (8 - stored)
        assert (
            "received.duckdb is full: it has " in client.send("GET", "/health").json["reason"]
        )
        assert len(client.rows()) == 400 * stored


def test_trouble_is_told(tmp_path):
    """Whoever runs it is told once when trouble begins, and when it ends."""
    told, clock = [], FakeClock()
    store = EventWriter(DuckDBEventStore(tmp_path / "r.duckdb"), clock, told.append)
    insert = store.event_store.insert

    def full(rows, now):
        raise OSError(28, "No space left on device")

    for broken in (True, True, False, False):
        store.event_store.insert = full if broken else insert
        clock.advance(2)
        with contextlib.suppress(StoreError):
            store.submit(take(b'{"event_type": "x"}', None, 0)).result(10)
    store.close()
    assert [line.splitlines()[0] for line in told] == [
        "events are refused with 503: r.duckdb: the disk is full",
        "events are stored again",
    ]


def test_disk_full(tmp_path, monkeypatch):
    """While the store takes nothing, senders are told to come again, /health and the page say why, no half is there."""
    monkeypatch.setattr("footfall.receiver.received.REST_S", 0.2)
    with receiver(tmp_path) as client:
        store = client.listener.received
        insert = store.event_store.insert

        def full(rows, now):
            insert(rows[: len(rows) // 2], now)
            raise OSError(28, "No space left on device")

        store.event_store.insert = full
        events = [
            {**EVENT, "insert_id": f"e{i}", "user_id": "user-1", "user_properties": {"n": i}}
            for i in range(4)
        ]
        said = client.post("/webhook", events)
        assert (said.status, said.headers["retry-after"]) == (503, "5")
        batch = {"api_key": "k", "events": [events[0]]}
        assert client.post("/batch", batch).headers["retry-after"] == "5"
        health = client.send("GET", "/health")
        assert health.status == 503
        assert health.json["reason"] == "received.duckdb: the disk is full"
        assert (
            b"Events are refused: received.duckdb: the disk is full"
            in client.send("GET", "/").body
        )
        assert b"footfall_received_store_up 0\n" in client.send("GET", "/metrics").body
        assert client.rows() == []
        store.event_store.insert = insert
        time.sleep(0.3)
        assert client.send("GET", "/health").status == 200
        assert client.post("/webhook", events).json == {"accepted": 4, "duplicates": 0}
        assert store.profiles.of("u/user-1") == {"n": 3}


def test_kill_9_keeps_what_was_acknowledged(tmp_path):
    """Every event that was answered with 2xx is in the file after kill -9."""
    import http.client

    import duckdb

    store = tmp_path / "r.duckdb"
    code = "from footfall.cli.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--store", str(store)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    port = int(process.stderr.readline().split("127.0.0.1:")[1].split(",")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for i in range(30):
        connection.request(
            "POST",
            "/webhook",
            json.dumps([{"event_type": "x", "insert_id": f"{i}-{j}"} for j in range(20)]),
            JSON,
        )
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    process.kill()
    process.wait()
    process.stderr.close()
    connection.close()
    with duckdb.connect(str(store)) as opened:
        assert opened.execute(
            "SELECT count(*), count(DISTINCT insert_id) FROM received"
        ).fetchall() == [(600, 600)]


class LittleRoom(DuckDBEventStore):
    """A store with room for so many bytes at once."""

    room = 20_000

    def insert(self, rows, now_ms):
        self.check(sum(len(row.event) for row in rows))
        super().insert(rows, now_ms)

    def probe(self, n_bytes):
        self.check(n_bytes)
        super().probe(n_bytes)

    def check(self, n_bytes):
        if n_bytes > self.room:
            raise StoreError("the disk is full")


def test_health_is_what_a_batch_would_get(tmp_path):
    """After a failure a little room is none: it is over once as much could be written as was to be stored."""
    clock, told = FakeClock(), []
    store = LittleRoom(tmp_path / "r.duckdb")
    writer = EventWriter(store, clock, told.append)

    def attempt(body):
        clock.sleep(2)
        return writer.submit(take(body, None, 0) if body else ReceivedBatch([], [])).exception()

    small = json.dumps(EVENT).encode()
    large = json.dumps(EVENT | {"insert_id": "b", "text": "x" * 30_000}).encode()
    assert (attempt(b""), attempt(small)) == (None, None)
    assert [str(attempt(body)) for body in (large, b"", small, b"", large)] == [
        "the disk is full"
    ] * 5
    store.room = 100_000
    assert (attempt(b""), attempt(large), attempt(small)) == (None, None, None)
    assert told == ["events are refused with 503: the disk is full", "events are stored again"]
    assert store.run("SELECT count(*) FROM received") == [(2,)]
    assert store.run("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'probe'") == [
        (0,)
    ]
    writer.close()
