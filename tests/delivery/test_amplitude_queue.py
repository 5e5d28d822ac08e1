"""What Amplitude's answers mean, on a clock that only moves when it is told to. Every test names its source."""

import json
from collections import Counter, deque

import pytest
from amplitude.utils import truncate

from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import Secret
from footfall.receiver.vendors.amplitude import AmplitudeProtocol as Checks
from footfall.receiver.vendors.amplitude import Answer
from footfall.sinks.amplitude.batch import with_properties
from footfall.sinks.amplitude.limits import BATCH, HTTP_V2
from footfall.sinks.amplitude.people import (
    PersonQueue,
    PersonState,
    WaitingEvent,
)
from footfall.sinks.amplitude.queue import AmplitudeQueue
from footfall.sinks.delivery.http_sender import carry_out
from footfall.sinks.delivery.outage import Outage
from tests.clocks import FakeClock

KEY = Secret("AMPLITUDE_API_KEY", "canary-key-123")


def item(
    person: int, n: int, *, size: int = 10, user: str | None = "", own=None
) -> WaitingEvent:
    user = f"user-{person:04d}" if user == "" else user
    event = {
        "user_id": user,
        "event_type": "x",
        "time": 1_767_225_600_000 + n,
        "insert_id": f"{person}-{n}",
        "event_properties": {"p": "y" * size},
    }
    return WaitingEvent(
        json.dumps({k: v for k, v in event.items() if v is not None}),
        person,
        user,
        None,
        event["time"],
        own or {},
    )


def person_queues(people: int, events: int, **more) -> list[PersonQueue]:
    return [
        PersonQueue(p, PersonState(), deque(item(p, n, **more) for n in range(events)))
        for p in range(people)
    ]


class Server:
    """Answers as it is told, then 200; counts what it has taken, and checks the order within each person."""

    def __init__(self, clock, answer=None) -> None:
        self.clock, self.answer = clock, answer or (lambda events: None)
        self.requests: list[list[dict]] = []
        self.taken: list[str] = []
        self.times: list[float] = []
        self.sizes: list[int] = []

    def __call__(self, request):
        events = json.loads(request.body)["events"]
        self.requests.append(events)
        self.times.append(self.clock.now)
        self.sizes.append(len(request.body))
        reply = self.answer(events)
        if reply is not None:
            return reply
        self.taken += [event["insert_id"] for event in events]
        return Reply(200, b'{"code":200}')


def refuse(status: int, **body) -> Reply:
    return Reply(status, json.dumps({"code": status, **body}).encode())


def queue(held, clock, *, endpoint=BATCH, patience_s=900.0, rate=0) -> AmplitudeQueue:
    outage = Outage("amplitude:us", clock, patience_s)
    return AmplitudeQueue(held, KEY, endpoint, outage, clock, RateLimit(clock, rate))


def run(held, answer=None, **more):
    clock = FakeClock()
    server = Server(clock, answer)
    sent = queue(held, clock, **more)
    carry_out(sent, server, clock)
    return sent, server


def once(*replies):
    left = list(replies)
    return lambda events: left.pop(0) if left else None


def all_of(people, events):
    return sorted(f"{p}-{n}" for p in range(people) for n in range(events))


@pytest.mark.parametrize(
    ("endpoint", "most_events", "most_bytes"),
    [(HTTP_V2, 1000, 900_000), (BATCH, 2000, 18_000_000)],
)
@pytest.mark.parametrize("size", [10, 3000])
def test_limits_of_requests(endpoint, most_events, most_bytes, size):
    """Source: http-v2 and batch-event-upload: never more than 2,000 events, never more than 1 MB (20 MB)."""
    sent, server = run(person_queues(1500, 2, size=size), endpoint=endpoint)
    assert sent.is_done
    assert sorted(server.taken) == all_of(1500, 2)
    assert max(map(len, server.requests)) <= most_events
    assert max(server.sizes) <= most_bytes


@pytest.mark.parametrize(("endpoint", "rate"), [(HTTP_V2, 30), (BATCH, 1000)])
def test_rate_of_each_person(endpoint, rate):
    """Source: http-v2, batch-event-upload, 429: no person has more than 30 (1,000) events in any second."""
    n = rate * 4 + 7
    sent, server = run(person_queues(3, n), endpoint=endpoint)
    assert sent.is_done
    sends = [
        (time, Counter(e["user_id"] for e in events))
        for time, events in zip(server.times, server.requests, strict=True)
    ]
    for begin, _ in sends:
        within = sum(
            (counts for time, counts in sends if begin <= time < begin + 0.999), Counter()
        )
        assert max(within.values()) <= rate
    assert [i for i in server.taken if i.startswith("1-")] == [f"1-{i}" for i in range(n)]


def test_the_receiver_agrees():
    """What is sent by these rules is never throttled, nor refused, by our reading of the limits."""
    clock = FakeClock()
    checks = Checks(clock)

    def answer(request):
        taken = checks.take(HTTP_V2, request.body)
        return (
            Reply(taken.status, json.dumps(taken.body).encode())
            if isinstance(taken, Answer)
            else Reply(200, b'{"code":200}')
        )

    statuses = Counter()

    def counted(request):
        reply = answer(request)
        statuses[reply.status] += 1
        return reply

    sent = queue(person_queues(20, 400), clock, endpoint=HTTP_V2)
    carry_out(sent, counted, clock)
    assert sent.is_done
    assert set(statuses) == {200}


@pytest.mark.parametrize(
    "name",
    [
        "events_with_invalid_fields",
        "events_with_missing_fields",
        "events_with_invalid_id_lengths",
    ],
)
@pytest.mark.parametrize("is_first_only", [True, False])
def test_400_names_events(name, is_first_only):
    """Source: http-v2, 400: the named events are dropped, the others sent again, also if only the first is named."""
    bad = {"3-1", "7-0", "7-2"}

    def answer(events):
        places = [i for i, event in enumerate(events) if event["insert_id"] in bad]
        return (
            refuse(
                400, error="wrong", **{name: {"time": places[:1] if is_first_only else places}}
            )
            if places
            else None
        )

    sent, server = run(person_queues(10, 3), answer)
    assert sent.is_done
    assert sorted(server.taken) == sorted(set(all_of(10, 3)) - bad)
    assert {
        json.loads(dead_letter.event)["insert_id"] for dead_letter in sent.dead_letters
    } == bad
    assert {(dead_letter.status, dead_letter.reason) for dead_letter in sent.dead_letters} == {
        (400, "wrong")
    }


def test_400_silenced():
    """Source: http-v2, 400: silenced events, and those of silenced devices, are dropped."""
    held = [
        *person_queues(3, 2),
        PersonQueue(
            9,
            PersonState(),
            deque(
                [
                    WaitingEvent(
                        '{"device_id":"device-9","insert_id":"9-0"}', 9, None, "device-9", 0, {}
                    )
                ]
            ),
        ),
    ]

    def answer(events):
        if any(e["insert_id"] in ("9-0", "1-1") for e in events):
            places = [i for i, e in enumerate(events) if e["insert_id"] == "1-1"]
            return refuse(
                400,
                error="Events silenced for device_id",
                silenced_events=places,
                silenced_devices=["device-9"],
            )
        return None

    sent, _ = run(held, answer)
    assert {
        json.loads(dead_letter.event)["insert_id"] for dead_letter in sent.dead_letters
    } == {"9-0", "1-1"}
    assert sent.accepted == 5


def test_400_that_names_nothing():
    """Source: http-v2, 400: where no event is named, halving finds the one that is wrong."""
    sent, server = run(
        person_queues(8, 4),
        lambda events: (
            refuse(400, error="Invalid JSON request body")
            if "5-2" in [e["insert_id"] for e in events]
            else None
        ),
    )
    assert sent.is_done
    assert sorted(server.taken) == sorted(set(all_of(8, 4)) - {"5-2"})
    assert len(sent.dead_letters) == 1


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            refuse(400, error="Invalid API key: canary-key-123"),
            "does not know the key in AMPLITUDE_API_KEY",
        ),
        (refuse(400, error="x", missing_field="api_key"), "lacks 'api_key'"),
        (refuse(403, error="Forbidden"), "Forbidden"),
        (Reply(404, b"canary-key-123 is not here"), "404 ••• is not here"),
        (Reply(302, b""), "302"),
    ],
)
def test_hopeless(reply, told):
    """Source: http-v2, 400, 403: a wrong key, and what no retry can mend, end it at once; no key is shown."""
    sent, server = run(person_queues(3, 2), once(reply))
    assert len(server.requests) == 1
    assert sent.is_permanent
    assert told in str(sent.problem)
    assert "canary" not in str(sent.problem)


def test_413_is_halved():
    """Source: http-v2, 413: split and sent again; an event that is too large alone is dropped."""
    sent, server = run(
        person_queues(10, 3),
        lambda events: (
            refuse(413, error="Payload too large")
            if len(events) > 4 or "2-1" in [e["insert_id"] for e in events]
            else None
        ),
    )
    assert sent.is_done
    assert sorted(server.taken) == sorted(set(all_of(10, 3)) - {"2-1"})
    assert [dead_letter.status for dead_letter in sent.dead_letters] == [413]


@pytest.mark.parametrize(("endpoint", "wait_s"), [(HTTP_V2, 30), (BATCH, 15)])
@pytest.mark.parametrize("how", ["throttled_users", "throttled_events"])
def test_429_holds_only_the_throttled(endpoint, wait_s, how):
    """Source: http-v2, batch-event-upload, 429: those named wait 30 s (15 s), all others go on at once."""
    state = {"left": 1}

    def answer(events):
        places = [i for i, e in enumerate(events) if e["user_id"] == "user-0002"]
        if places and state["left"]:
            state["left"] -= 1
            named = {"user-0002": 31} if how == "throttled_users" else places
            return refuse(
                429, error="Too many requests for some devices and users", **{how: named}
            )
        return None

    sent, server = run(person_queues(5, 3), answer, endpoint=endpoint)
    assert sent.is_done
    assert sorted(server.taken) == all_of(5, 3)
    first = {
        e["user_id"]: t
        for t, events in reversed(list(zip(server.times[1:], server.requests[1:], strict=True)))
        for e in events
    }
    assert first["user-0002"] - server.times[0] >= wait_s
    assert max(t for user, t in first.items() if user != "user-0002") - server.times[0] < 1


def test_429_daily_quota():
    """Source: batch-event-upload, 429: whoever has used up the day's quota stays pending; the others are delivered."""
    sent, server = run(
        person_queues(5, 3),
        lambda events: (
            refuse(429, exceeded_daily_quota_users={"user-0001": 500_200}, throttled_events=[])
            if any(e["user_id"] == "user-0001" for e in events)
            else None
        ),
    )
    assert not sent.is_done
    assert "daily quota of 1 people" in str(sent.problem)
    assert not sent.is_permanent
    assert sorted(server.taken) == sorted(i for i in all_of(5, 3) if not i.startswith("1-"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(0, reason="cut"),
        Reply(200, b"<html>"),
        Reply(200, b"[]"),
        refuse(408),
        *map(refuse, (500, 502, 503, 504)),
        refuse(429),
    ],
)
def test_again(reply):
    """Source: http-v2, 5xx: exactly the same is sent again, with back-off; a 200 that is no JSON counts as unknown."""
    sent, server = run(person_queues(4, 2), once(*[reply] * 5))
    assert sent.is_done
    assert len(server.requests) == 6
    assert all(events == server.requests[0] for events in server.requests)
    assert server.times[-1] > server.times[0]


def test_gives_up_for_now():
    """After the patience given, what is left is pending."""
    clock = FakeClock()
    sent, begun = queue(person_queues(2, 2), clock, patience_s=60.0), clock.now
    carry_out(sent, lambda request: refuse(503), clock)
    assert "nothing was accepted for 60 s" in str(sent.problem)
    assert not sent.is_permanent
    assert clock.now - begun == 60


def test_an_outage_is_told(capsys):
    """While all fails, it is said why, and that it is tried again; and that it works again."""
    clock = FakeClock()
    end = clock.now + 30
    sent = queue(person_queues(2, 2), clock)
    carry_out(
        sent, lambda _: refuse(503) if clock.now < end else Reply(200, b'{"code":200}'), clock
    )
    assert capsys.readouterr().err == (
        "amplitude:us: 503 Service Unavailable; trying again for up to 15 min\namplitude:us: it works again\n"
    )


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("abc", "an id"),
        ("anonymous", "an id"),
        ("00000000-0000-0000-0000-000000000000", "an id"),
        (None, "neither"),
    ],
)
def test_not_sent(user, reason):
    """Source: http-v2, invalid ids: what Amplitude would refuse is not sent, and told why."""
    held = person_queues(2, 2)
    held[0].events[0] = item(0, 0, user=user, own={"plan": "paid"})
    sent, server = run(held)
    assert [
        dead_letter.reason.startswith(f"not sent: {reason}")
        for dead_letter in sent.dead_letters
    ] == [True]
    assert sorted(server.taken) == ["0-1", "1-0", "1-1"]
    (event,) = [e for e in server.requests[0] if e["insert_id"] == "0-1"]
    assert event["user_properties"] == {"plan": "paid"}


def test_long_user_properties_are_cut_as_the_sdk_cuts_them():
    """Source: http-v2, "String character limit"; amplitude-analytics 1.3.0, utils.truncate."""
    said = {
        "text": "é" * 3000,
        "list": ["a" * 2000, 5],
        "object": {"deep": "b" * 1025},
        "short": "c",
        "number": 7,
    }
    (text,) = with_properties(
        WaitingEvent('{"insert_id":"i1"}', 1, "user-1", None, 0, {}), said
    )
    assert json.loads(text)["user_properties"] == truncate(said)


def test_properties_on_the_wire():
    """Source: http-v2, identify: values are a plain map on the event; what is taken away is $unset in an $identify."""
    held = person_queues(1, 2)
    held[0].events[0].properties = {"plan": "paid", "tags": ["a"]}
    held[0].events[1].properties = {"plan": None, "n": 2}
    _, server = run(held)
    (events,) = server.requests
    assert [e.get("user_properties") for e in events] == [
        {"plan": "paid", "tags": ["a"]},
        {"n": 2},
        {"$unset": {"plan": "-"}},
    ]
    assert [e["event_type"] for e in events] == ["x", "x", "$identify"]


def test_one_persons_events_are_in_one_request_at_a_time():
    """While a request with some of a person's events is on its way, none of their later ones is sent."""
    clock = FakeClock()
    sent = queue(person_queues(2, 40), clock, endpoint=HTTP_V2)
    first = sent.next()
    assert isinstance(sent.next(), float)
    clock.advance(10)
    assert isinstance(sent.next(), float)
    sent.handle(first, Reply(200, b'{"code":200}'))
    assert isinstance(sent.next(), float)
    clock.advance(1)
    assert json.loads(sent.next().body)["events"][0]["insert_id"] == "0-30"


def test_rate_of_the_plan():
    """Source: http-v2: not more events per second than the plan has."""
    clock = FakeClock()
    begun = clock.now
    carry_out(queue(person_queues(1000, 10), clock, rate=1000), Server(clock), clock)
    assert 7.9 <= clock.now - begun <= 10.2
