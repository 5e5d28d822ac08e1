"""What may be thrown at a receiver, and what must hold whatever it is: a machine for Hypothesis.

`tests/delivery/test_receiver_fuzz.py` runs it for a moment, `benchmarks/fuzz_receiver.py` for minutes.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.receivers import JSON, Answer, Client

PATHS = st.sampled_from(
    [
        *("/webhook", "/2/httpapi", "/batch", "/identify", "/groupidentify"),
        *("/track", "/track/?verbose=1", "/engage", "/groups", "/import"),
        *("/batch/", "/capture/", "/e/", "/i/v0/e/", "/i/v1/analytics/events", "/flags/?v=2"),
        *(
            "/v1/batch",
            "/v1/t",
            "/v1/identify",
            "/v1/page",
            "/v1/s",
            "/v1/g",
            "/v1/alias",
            "/v1/m",
        ),
    ]
)
NAMES = st.sampled_from(
    [
        *(
            "user_id",
            "device_id",
            "event_type",
            "time",
            "timestamp",
            "insert_id",
            "user_properties",
            "event_properties",
        ),
        *(
            "$set",
            "$add",
            "$append",
            "$unset",
            "$setOnce",
            "$remove",
            "$preInsert",
            "groups",
            "price",
            "revenue",
        ),
        *(
            "events",
            "data",
            "api_key",
            "options",
            "min_id_length",
            "stage",
            "city",
            "person",
            "changed",
            "type",
            "id",
        ),
        *(
            "event",
            "properties",
            "traits",
            "userId",
            "anonymousId",
            "previousId",
            "groupId",
            "messageId",
            "context",
            "batch",
            "writeKey",
            "distinct_id",
            "uuid",
            "token",
            "alias",
        ),
        *(
            "$token",
            "$distinct_id",
            "$insert_id",
            "$device_id",
            "$user_id",
            "$group_key",
            "$group_id",
            "$group_type",
            "$groups",
            "$distinct_ids",
            "$anon_distinct_id",
            "$union",
            "$delete",
            "$set_once",
        ),
    ]
)
TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "$identify",
        "user-1",
        "device-1",
        "$create_alias",
        "$groupidentify",
        "$merge",
        "alias",
        "group",
        "track",
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59+23:59",
        "0001-01-01",
        "é" * 1030,
    ]
)
NUMBERS = (
    st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from([0, 10**400, 253_402_300_799_999])
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)
OPERATION = st.dictionaries(st.sampled_from(["a", "b", "stage"]), VALUES, max_size=3)
EVENTS = st.fixed_dictionaries(
    {
        "user_id": st.sampled_from(["user-1", "user-2"]),
        "event_type": TEXTS | st.just("$identify"),
    },
    optional={
        "device_id": st.sampled_from(["device-1", "device-2"]),
        "insert_id": TEXTS,
        "time": st.integers(0, 2 * 10**12) | st.integers(0, 2**62),
        "user_properties": st.dictionaries(NAMES, VALUES | OPERATION, max_size=4),
        "event_properties": st.dictionaries(NAMES | TEXTS, VALUES, max_size=4),
        "stage": VALUES,
        "person": VALUES,
    },
)
IDS = st.sampled_from(
    [
        *("userId", "anonymousId", "previousId", "groupId", "messageId", "distinct_id", "uuid"),
        *("$distinct_id", "$group_key", "$group_id", "timestamp", "$set", "traits"),
    ]
)


@st.composite
def foreign_events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw events that look like other vendors'."""
    people = st.sampled_from(["user-1", "user-2", "device-1"])
    named = st.sampled_from(["$identify", "$create_alias", "$merge"])
    return {
        "event": draw(TEXTS | named),
        "type": draw(st.sampled_from(["track", "identify", "group", "alias", "page"]) | TEXTS),
        "properties": draw(st.dictionaries(NAMES | TEXTS, VALUES, max_size=5)),
        **draw(st.dictionaries(IDS, people | VALUES, max_size=8)),
    }


FOREIGN = foreign_events()
KINDS = st.sampled_from(
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *(
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
                "content-encoding",
                "access-control-request-method",
                "transfer-encoding",
                "expect",
            ),
            *(
                "content-length",
                "host",
                "origin",
                "sec-fetch-site",
                "authorization",
                "connection",
                "upgrade",
                "x",
            ),
        ]
    ),
    st.text(
        st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"),
        max_size=20,
    )
    | st.sampled_from(
        [
            "chunked",
            "gzip",
            "deflate",
            "br",
            "identity",
            "100-continue",
            "0",
            "-1",
            "99999999999",
            "close",
            "websocket",
        ]
    ),
    max_size=3,
)


def deep(n: int) -> bytes:
    """Return JSON that is nested."""
    return b'{"a":' * n + b"1" + b"}" * n


def _wrapped(path: str, events: list[Any]) -> bytes:
    """Return a body that brings events."""
    if path == "/webhook" or path.startswith(("/track", "/engage", "/groups", "/import")):
        return json.dumps(events).encode()
    if path.startswith("/v1/") and path != "/v1/batch":
        return json.dumps(
            {"writeKey": "key", **(events[0] if events and isinstance(events[0], dict) else {})}
        ).encode()
    keys = {"api_key": "key", "writeKey": "key", "token": "key"}
    return json.dumps({**keys, "events": events, "batch": events}).encode()


FORM = "application/x-www-form-urlencoded"


class Machine(RuleBasedStateMachine):
    """Throws things at a receiver that outlives it; `client` and `sent` are set by who runs it."""

    client: Client
    sent: ClassVar[Counter[str]] = Counter()
    numbers = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.mine = f"{next(self.numbers)}"
        self.known: set[str] = set()
        self.messages: dict[str, list[str]] = {}

    def _stored(self) -> int:
        return self.client.listener.receiver.totals["events"]

    def _answer(self, what: str, send: Callable[[], Answer]) -> Answer:
        """Send; whatever it is, it is answered with 2xx or 4xx, and with 4xx nothing is stored."""
        before = self._stored()
        said = send()
        self.sent[f"{what} {said.status}"] += 1
        assert 200 <= said.status < 500, (said.status, said.body)
        # Mixpanel's strict import stores what is right, and says with 400 what is not.
        is_partial = b"num_records_imported" in said.body
        assert said.status < 300 or is_partial or self._stored() == before
        return said

    def _post(
        self, what: str, path: str, body: bytes, kind: str = "application/json"
    ) -> Answer:
        return self._answer(
            what, lambda: self.client.send("POST", path, body, {"Content-Type": kind})
        )

    @rule(path=PATHS, value=VALUES, events=st.lists(EVENTS | VALUES, max_size=3), kind=KINDS)
    def anything(self, path: str, value: Any, events: list[Any], kind: str) -> None:
        """Send JSON of any form, or almost right."""
        self._post("json", path, json.dumps(value).encode(), kind)
        self._post("events", path, _wrapped(path, events))

    @rule(path=PATHS, events=st.lists(FOREIGN, min_size=1, max_size=4), way=st.integers(0, 3))
    def foreign(self, path: str, events: list[Any], way: int) -> None:
        """Send events of other vendors' forms, plain, packed, in a form, in base64."""
        body = _wrapped(
            path, [{"properties": {"token": "t"}, "$token": "t"} | e for e in events]
        )
        if way == 1:
            body = gzip.compress(body)
        if way > 1:
            text = body if way == 2 else base64.b64encode(body)
            body = b"data=" + quote(text).encode()
        self._post("foreign", path, body, "text/plain" if way < 2 else FORM)

    @rule(path=PATHS, body=st.binary(max_size=40), at=st.floats(0, 1), event=FOREIGN)
    def packed(self, path: str, body: bytes, at: float, event: Any) -> None:
        """Send what is no gzip though it begins like it, and gzip that is cut or has bytes put in."""
        whole = gzip.compress(_wrapped(path, [event]))
        place = int(at * len(whole))
        for sent in (b"\x1f\x8b" + body, whole[:place], whole[:place] + body + whole[place:]):
            self._post("packed", path, sent, "text/plain")

    @rule(path=PATHS, events=st.lists(EVENTS, min_size=1, max_size=4))
    def almost_right(self, path: str, events: list[Any]) -> None:
        """Send events that have what an event must have, and anything besides."""
        self._post("almost right", path, _wrapped(path, events))

    @rule(
        path=PATHS,
        events=st.lists(EVENTS, max_size=3),
        at=st.floats(0, 1),
        bits=st.binary(max_size=6),
    )
    def broken(self, path: str, events: list[Any], at: float, bits: bytes) -> None:
        """Send JSON with some bytes put in, or cut short."""
        whole = json.dumps({"api_key": "key", "events": events}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        place = int(at * len(whole))
        self._post("broken", path, whole[:place] + bits + whole[place:])
        self._post("cut", path, whole[:place])

    @rule(
        path=PATHS, n=st.sampled_from([39, 41, 900, 1100, 100_000]), body=st.binary(max_size=40)
    )
    def not_json(self, path: str, n: int, body: bytes) -> None:
        """Send bytes, and nesting."""
        self._post("bytes", path, body)
        self._post(
            "deep",
            path,
            b'{"api_key":"key","events":[{"user_id":"user-1","event_type":"x","e":'
            + deep(n)
            + b"}]}",
        )

    @rule(value=VALUES, events=st.lists(EVENTS, max_size=2), raw=TEXTS)
    def identify(self, value: Any, events: list[Any], raw: str) -> None:
        """Send forms."""
        kind = "application/x-www-form-urlencoded"
        for text in (json.dumps(value), json.dumps(events), raw):
            form = f"api_key=key&identification={quote(text, errors='replace')}"
            self._post("form", "/identify", form.encode(), kind)
        self._post("form", "/identify", raw.encode("utf-8", "replace"), kind)

    @rule(
        method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "x"]),
        headers=HEADERS,
        path=PATHS | TEXTS,
    )
    def odd_headers(self, method: str, headers: dict[str, str], path: str) -> None:
        """Send headers that contradict each other, and odd targets."""
        target = path if path.startswith("/") else "/" + quote(path, errors="replace")
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.client.listener.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._raw("\r\n".join([*lines, "", "{}"]).encode("latin-1", "replace"))

    @rule(raw=st.binary(min_size=1, max_size=60), at=st.floats(0, 1))
    def not_http(self, raw: bytes, at: float) -> None:
        """Send what is no HTTP, or has bytes put in."""
        whole = (
            f"POST /webhook HTTP/1.1\r\nHost: "
            f"127.0.0.1:{self.client.listener.port}\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        place = int(at * len(whole))
        self._raw(raw)
        self._raw(whole[:place].encode() + raw + whole[place:].encode())

    def _raw(self, request: bytes) -> None:
        before = self._stored()
        try:
            said = self.client.raw(request)
        except ConnectionError:
            said = b""
        self.sent["raw"] += 1
        statuses = [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]]
        assert all(status < 500 for status in statuses), said[:200]
        assert any(200 <= status < 300 for status in statuses) or self._stored() == before

    @rule(ids=st.lists(st.integers(0, 9), min_size=1, max_size=6), person=st.integers(0, 3))
    def right(self, ids: list[int], person: int) -> None:
        """Send right webhooks: what is new is accepted, what is known is not."""
        names = [f"{self.mine}-{i}" for i in ids]
        events = [
            {
                "event_type": "x",
                "insert_id": name,
                "user_id": f"u{person}",
                "user_properties": {"n": person},
            }
            for name in names
        ]
        said = self._post("right", "/webhook", json.dumps(events).encode())
        new = set(names) - self.known
        assert said.json == {"accepted": len(new), "duplicates": len(names) - len(new)}
        self.known |= new

    @rule(message=st.integers(0, 3), ids=st.lists(st.integers(10, 15), min_size=1, max_size=3))
    def message(self, message: int, ids: list[int]) -> None:
        """Send messages that are named: once, again, and again with another body."""
        name, names = f"m-{self.mine}-{message}", [f"{self.mine}-{i}" for i in ids]
        body = json.dumps([{"event_type": "x", "insert_id": n} for n in names]).encode()
        headers = JSON | {"webhook-id": name}
        said = self._answer(
            "message", lambda: self.client.send("POST", "/webhook", body, headers)
        )
        before = self.messages.setdefault(name, names)
        if before is not names:
            assert said.status == (200 if before == names else 409)
            return
        new = set(names) - self.known
        assert said.json == {"accepted": len(new), "duplicates": len(names) - len(new)}
        self.known |= new

    @rule(ids=st.lists(st.integers(0, 9), min_size=1, max_size=6), device=st.integers(0, 2))
    def right_batch(self, ids: list[int], device: int) -> None:
        """Send right batches of Amplitude's: the same insert_id of the same device counts once."""
        names = [f"{self.mine}-a{device}-{i}" for i in ids]
        event = {"device_id": f"{self.mine}-device-{device}", "event_type": "x"}
        before = self._stored()
        body = {"api_key": "key", "events": [event | {"insert_id": name} for name in names]}
        said = self._post("right", "/batch", json.dumps(body).encode())
        assume(said.status != 429)
        new = set(names) - self.known
        assert (said.status, self._stored() - before) == (200, len(new))
        self.known |= new

    @rule()
    def look(self) -> None:
        """Look at everything: it can be shown whatever has come, and no markup of senders is in it."""
        for path in ("/", "/health", "/metrics"):
            said = self._answer("look", lambda path=path: self.client.send("GET", path))
            assert said.status == 200
            assert b"<script" not in said.body

    @invariant()
    def is_counted(self) -> None:
        """What was counted is what is stored; asked once in a while."""
        if next(self.numbers) % 40 == 0:
            assert self.client.rows("SELECT count(*) FROM received") == [(self._stored(),)]
