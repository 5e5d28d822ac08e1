"""What a webhook's answers mean, on a clock that only moves when it is told to."""

import json

import pytest
from standardwebhooks.webhooks import Webhook

from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.retry import backoff_s, retry_after_s
from footfall.net.secrets import Secret
from footfall.sinks.delivery.http_sender import carry_out
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.row_texts import RowTexts
from footfall.sinks.webhook import signature
from footfall.sinks.webhook.encode import RequestForm, batches_of
from footfall.sinks.webhook.queue import WebhookQueue, meaning_of
from tests.clocks import FakeClock

NAME = "webhook+http://there"
SECRET = Secret("FOOTFALL_WEBHOOK_SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")


def rows(n: int) -> RowTexts:
    texts = [json.dumps({"insert_id": f"e{i}"}) + "," for i in range(n)]
    lengths = b"".join(len(text).to_bytes(4, "little") for text in texts)
    return RowTexts.of("".join(texts).encode(), lengths)


class Server:
    """Answers with the statuses it is given, then with 200; keeps what it has accepted."""

    def __init__(
        self, *statuses: int, headers: dict[str, str] | None = None, clock=None
    ) -> None:
        self.statuses, self.headers, self.clock = list(statuses), headers or {}, clock
        self.requests, self.taken, self.times = [], [], []

    def __call__(self, request):
        self.requests.append(request)
        self.times.append(self.clock.now if self.clock else 0)
        status = self.statuses.pop(0) if self.statuses else 200
        if 200 <= status < 300:
            self.taken += [
                event["insert_id"] for event in json.loads(request.body)["data"]["events"]
            ]
        return Reply(status, b"said so", self.headers if status >= 300 else {})


def queue(
    n: int, clock, *, batch=10, patience_s=900.0, paces=(0, 0), envelope=None
) -> WebhookQueue:
    held = rows(n)
    batches = batches_of(held, [1_767_225_600_000 + i for i in range(n)], batch, 100_000)
    made = envelope or RequestForm("run1", (), "footfall/0")
    outage = Outage(NAME, clock, patience_s)
    return WebhookQueue(
        batches, made, outage, clock, (RateLimit(clock, paces[0]), RateLimit(clock, paces[1]))
    )


MEANINGS = {
    "accepted": [200, 201, 202, 204, 299],
    "over": [301, 302, 303, 307, 308, 401, 403, 407, 410],
    "split": [413],
    "again": [0, 100, 102, 408, 425, 429, 500, 501, 502, 503, 504, 599, 600],
    "refused": [400, 404, 405, 406, 409, 411, 414, 415, 418, 422, 451, 499],
}


@pytest.mark.parametrize(
    ("meaning", "status"), [(m, s) for m, statuses in MEANINGS.items() for s in statuses]
)
def test_meaning_of_status(meaning, status):
    """Source: Standard Webhooks 1.0.0 and RFC 9110: which statuses accept, ask again, split, refuse, or end it."""
    assert meaning_of(status) == meaning


@pytest.mark.parametrize("status", MEANINGS["again"])
def test_again(status):
    """What may pass is tried again until it is accepted: the same id and body, another timestamp."""
    clock = FakeClock()
    server = Server(*[status] * 5, clock=clock)
    sent = queue(10, clock)
    carry_out(sent, server, clock)
    assert sent.is_done
    assert (sent.accepted, server.taken, len(server.requests)) == (
        10,
        [f"e{i}" for i in range(10)],
        6,
    )
    assert (
        len({r.body for r in server.requests})
        == len({r.headers["webhook-id"] for r in server.requests})
        == 1
    )


def test_waits_grow_with_full_jitter():
    """Waits are at most 0.5, 1, 2, ... 60 s, and differ between requests."""
    for attempts in range(1, 20):
        waits = {backoff_s(f"m{i}", attempts) for i in range(50)}
        most = min(60, 0.5 * 2 ** (attempts - 1))
        assert max(waits) <= most
        assert len(waits) == 50
        assert max(waits) - min(waits) > most / 2


def test_outage_of_ten_minutes():
    """During ten minutes of 503 no more than 150 requests are made by 4 batches; afterwards nothing is missing."""
    clock = FakeClock()
    end = clock.now + 600

    class Away(Server):
        def __call__(self, request):
            self.statuses = [503] if clock.now < end else []
            return super().__call__(request)

    server = Away(clock=clock)
    sent = queue(40, clock)
    carry_out(sent, server, clock)
    assert sent.is_done
    assert sorted(server.taken) == sorted(f"e{i}" for i in range(40))
    assert len(server.requests) <= 150


def test_gives_up_for_now():
    """When nothing was accepted for the patience given, the rest is pending, with the last answer as the reason."""
    clock = FakeClock()
    sent = queue(10, clock, patience_s=60.0)
    carry_out(sent, Server(*[503] * 10_000, clock=clock), clock)
    assert str(sent.problem) == "nothing was accepted for 60 s; the last answer: 503 said so"
    assert not sent.is_permanent
    assert (sent.accepted, sent.dead_letters) == (0, [])


def test_how_long_nothing_was_accepted():
    """It is told from the first try on: answers may be waited for long, before the patience begins and after it."""
    clock = FakeClock()
    sent, begun = queue(10, clock, patience_s=2.0), clock.now
    while sent.problem is None:
        if isinstance(request := sent.next(), float):
            clock.advance(request)
            continue
        clock.advance(7.0)
        sent.handle(request, Reply(0, reason="no answer in time"))
    assert f"nothing was accepted for {clock.now - begun:.0f} s" in str(sent.problem)
    assert clock.now - begun > 7 + 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("-5", None),
        ("NaN", None),
        ("1000000000", 900.0),
        ("Wed, 18 Nov 2026 11:07:10 GMT", 30.0),
        ("Wed, 18 Nov 2020 11:07:10 GMT", 1.0),
        ("Wed, 99 Nov 2026", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header, seconds):
    """Source: RFC 9110, 10.2.3: seconds or a date; kept between 1 s and 15 min, ignored when it is neither."""
    assert retry_after_s(header, 1_795_000_000_000) == seconds


def test_retry_after_holds_everything():
    """An answer that asks to wait holds all requests to that place, not only its own."""
    clock = FakeClock()
    server = Server(429, headers={"retry-after": "20"}, clock=clock)
    carry_out(queue(30, clock), server, clock)
    assert server.times[1] - server.times[0] >= 20
    assert len(server.taken) == 30


def test_retry_after_beyond_patience():
    """What asks to wait for longer than the patience lasts is not waited for, nor asked again before its time."""
    clock = FakeClock()
    server, begun = Server(*[503] * 9, headers={"retry-after": "20"}, clock=clock), clock.now
    sent = queue(10, clock, patience_s=2.0)
    carry_out(sent, server, clock)
    assert str(sent.problem) == "nothing was accepted for 2 s; the last answer: 503 said so"
    assert (clock.now - begun, len(server.requests)) == (2, 1)


def test_patience_is_of_failures():
    """What is sent once in ten minutes, because it is to be slow, is not given up at its first failure."""
    clock = FakeClock()
    server = Server(200, 503, 200, clock=clock)
    sent = queue(1200, clock, batch=600, paces=(0, 1), patience_s=60.0)
    carry_out(sent, server, clock)
    assert sent.is_done
    assert len(server.requests) == 3


def test_413_splits_down_to_one():
    """Source: RFC 9110, 15.5.14: too large is halved until it fits; an event that is too large alone is refused."""
    clock = FakeClock()

    class Small(Server):
        def __call__(self, request):
            events = json.loads(request.body)["data"]["events"]
            self.statuses = [413] if len(events) > 3 or {"insert_id": "e7"} in events else []
            return super().__call__(request)

    server = Small(clock=clock)
    sent = queue(10, clock)
    carry_out(sent, server, clock)
    assert sorted(server.taken) == sorted(f"e{i}" for i in range(10) if i != 7)
    assert [(dead_letter.event, dead_letter.status) for dead_letter in sent.dead_letters] == [
        ('{"insert_id": "e7"}', 413)
    ]


def test_refused():
    """Other 4xx are for good: the events go to the letters, with status and answer; the others go on."""
    clock = FakeClock()
    server = Server(200, 422, clock=clock)
    sent = queue(30, clock)
    carry_out(sent, server, clock)
    assert (sent.is_done, sent.accepted, len(sent.dead_letters)) == (True, 20, 10)
    dead_letter = json.loads(sent.dead_letters[0].line("run1", "sink"))
    assert dead_letter == {
        "run": "run1",
        "sink": "sink",
        "reason": "refused with 422",
        "status": 422,
        "response": "said so",
        "event": {"insert_id": "e10"},
    }


def test_the_same_refusal_again_and_again():
    """Twenty refusals in a row with nothing accepted stop the run: the fault is not in the events."""
    clock = FakeClock()
    server = Server(*[404] * 100, clock=clock)
    sent = queue(1000, clock)
    carry_out(sent, server, clock)
    assert len(server.requests) == 20
    assert str(sent.problem) == "every request fails the same way: 404 said so"
    assert sent.is_permanent


@pytest.mark.parametrize(
    ("status", "why"),
    [(410, "gone"), (401, "credentials"), (403, "forbids"), (308, "moved to http://other/")],
)
def test_over(status, why):
    """410 stops, as do wrong credentials and redirects, which are not followed: one request, nothing refused."""
    clock = FakeClock()
    server = Server(*[status] * 9, headers={"location": "http://other/"}, clock=clock)
    sent = queue(30, clock)
    carry_out(sent, server, clock)
    assert (len(server.requests), sent.dead_letters, sent.is_permanent) == (1, [], True)
    assert why in str(sent.problem)


def test_clock_set_back():
    """A clock that is set back by two hours in the middle delays nothing: waits are measured on another one."""
    clock = FakeClock()

    class Back(Server):
        def __call__(self, request):
            clock.wall -= 7_200_000
            return super().__call__(request)

    begun = clock.now
    server = Back(503, 503, 503, clock=clock)
    sent = queue(30, clock)
    carry_out(sent, server, clock)
    assert sent.is_done
    assert clock.now - begun < 10


def test_rates():
    """Not more requests, and not more events, per second than given."""
    for paces, least_s in (((10, 0), 9.8), ((0, 100), 9.8)):
        clock = FakeClock()
        begun = clock.now
        carry_out(queue(1000, clock, paces=paces), Server(clock=clock), clock)
        assert least_s <= clock.now - begun <= 10.2


def test_cuts():
    """Batches have no more rows and bytes than given, unless one row alone has more; nothing is missing."""
    held = rows(100)
    for most_rows, most_bytes in ((7, 10**6), (1000, 100), (3, 1), (1, 50)):
        cuts = [(batch.first, batch.end) for batch in held.batches(most_rows, most_bytes)]
        assert [row for first, end in cuts for row in range(first, end)] == list(range(100))
        assert all(end - first <= most_rows for first, end in cuts)
        assert all(
            len(held.joined(first, end)) <= most_bytes or end - first == 1
            for first, end in cuts
        )


def test_signature_vector():
    """Source: Standard Webhooks, computed with plain HMAC: id msg_test_1 at 1700000000."""
    body = b'{"type":"user.created","data":{"id":1}}'
    made = signature.sign(signature.keys_of(SECRET), "msg_test_1", 1_700_000_000, body)
    assert made == "v1,ZOJmjEnOCP9+RQKSdHZwctJ1gNN8KMCyWy4sNp+59Fo="


def test_official_library_accepts_our_signatures():
    """What we send is verified by the reference library; with one bit changed it is not; two keys sign both ways."""
    clock = FakeClock(wall_ms=__import__("time").time_ns() // 1_000_000)
    other = Secret("x", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr")
    keys = [*signature.keys_of(other), *signature.keys_of(SECRET)]
    server = Server(clock=clock)
    carry_out(queue(50, clock, envelope=RequestForm("run1", keys, "footfall/0")), server, clock)
    for request in server.requests:
        for secret in (SECRET, other):
            Webhook(secret.value).verify(request.body.decode(), dict(request.headers))
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(SECRET.value).verify(request.body.decode() + " ", dict(request.headers))


def test_single_events():
    """With one event per request the body is that event, without a list around it."""
    clock = FakeClock()
    bodies = []
    sent = queue(
        3, clock, batch=1, envelope=RequestForm("run1", (), "footfall/0", is_single=True)
    )
    carry_out(
        sent, lambda request: bodies.append(json.loads(request.body)) or Reply(200), clock
    )
    assert bodies[0] == {
        "type": "footfall.event",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {"insert_id": "e0"},
    }
    assert len(bodies) == 3
