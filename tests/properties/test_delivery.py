"""For any schedule of failures: each event ends once, stored or refused, and Amplitude's user properties are ours."""

import json
from collections import deque
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.net.secrets import Secret
from footfall.receiver.profiles import PeopleProperties
from footfall.receiver.user_properties import update_of
from footfall.sinks.amplitude.limits import BATCH, HTTP_V2
from footfall.sinks.amplitude.people import PersonQueue, PersonState, WaitingEvent
from footfall.sinks.amplitude.queue import AmplitudeQueue
from footfall.sinks.delivery.answered_rows import AnsweredRows, spans_of
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.delivery.http_sender import carry_out
from footfall.sinks.delivery.outage import Outage
from tests.clocks import FakeClock
from tests.thoroughness import n_examples

VALUES = st.none() | st.integers(0, 9) | st.sampled_from(["a", "b"])
OWN = st.dictionaries(st.sampled_from(["p", "q", "stage"]), VALUES, max_size=2)
EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), OWN, st.integers(0, 9)), max_size=30
)
FAULTS = st.lists(
    st.sampled_from(
        ["ok", "lost", "500", "503", "cut", "413", "429", "429 all", "first", "html"]
    ),
    max_size=25,
)
KNOWN_FROM = st.lists(st.integers(0, 12), min_size=3, max_size=3)


class Fake:
    """A server with a schedule of failures; some events are bad for good. Ids are known again."""

    def __init__(self, faults, bad) -> None:
        self.faults, self.bad = deque(faults), bad
        self.stored: list[str] = []
        self.profiles = PeopleProperties()

    def __call__(self, request) -> Reply:
        events = json.loads(request.body)["events"]
        fault = self.faults.popleft() if self.faults else "ok"
        refusal = self.refusal(fault, events)
        if refusal is not None:
            return refusal
        self.take(events)
        return {
            "lost": Reply(0, reason="cut"),
            "500": Reply(500),
            "html": Reply(200, b"<html>"),
        }.get(fault, Reply(200, b'{"code":200}'))

    def refusal(self, fault, events) -> Reply | None:
        bad = [i for i, event in enumerate(events) if event["insert_id"] in self.bad]
        if bad:
            named = bad[:1] if fault == "first" else bad
            return self.said(400, events_with_invalid_fields={"time": named})
        if fault == "429":
            return self.said(
                429, throttled_devices={events[0].get("device_id"): 31}, throttled_events=[0]
            )
        plain = {"503": Reply(503), "cut": Reply(0), "429 all": self.said(429)}
        if (
            fault == "413"
            and len({event["insert_id"].removesuffix("-p") for event in events}) > 1
        ):
            return self.said(413)
        return plain.get(fault)

    def said(self, status, **body) -> Reply:
        return Reply(status, json.dumps({"code": status, "error": "wrong", **body}).encode())

    def take(self, events) -> None:
        for event in events:
            if event["insert_id"] in self.stored:
                continue
            self.stored.append(event["insert_id"])
            update = update_of(event, "httpapi")
            if update is not None:
                self.profiles.apply(update)


def lanes_of(events, known_from):
    """Return lanes, ids that are bad, and what is true of each person after all, and how they are known then."""
    person_queues, truth, identity, bad = {}, {}, {}, set()
    for n, (person, device, own, luck) in enumerate(events):
        user = f"user-{person}-x" if n >= known_from[person] else None
        device_id = f"device-{person}-{device}"
        insert_id = f"{person}-{n}"
        event = {
            "user_id": user,
            "device_id": device_id,
            "event_type": "x",
            "time": n,
            "insert_id": insert_id,
        }
        text = json.dumps({k: v for k, v in event.items() if v is not None})
        person_queue = person_queues.setdefault(person, PersonQueue(person, PersonState()))
        person_queue.events.append(
            WaitingEvent(text, person, user, device_id, n, dict(own), row=n)
        )
        truth.setdefault(person, {}).update(own)
        if luck == 0:
            bad.add(insert_id)
        else:
            identity[person] = f"u/{user}" if user else f"d/{device_id}"
    return list(person_queues.values()), truth, identity, bad


class KilledError(Exception):
    """The end of a process: what the server has done by then is done, what it answers reaches nobody."""


class Ledger:
    """What is noted of a part, as the ledger keeps it."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.dead_letters: list[DeadLetter] = []
        self.states: dict[int, object] = {}

    def note(self, answers) -> None:
        self.accepted += answers.accepted
        self.dead_letters += answers.dead_letters
        self.states |= answers.person_states

    def left_of(self, person_queues, n_events) -> list[PersonQueue]:
        """Return people's events as the sink makes them when the part is sent once more."""
        refused = [letter.row for letter in self.dead_letters]
        answered = AnsweredRows.of(n_events, spans_of(self.accepted), spans_of(refused))
        for person_queue in person_queues:
            kept = self.states.get(person_queue.person)
            person_queue.state = PersonState.from_json(kept or {})
            person_queue.leave_out(answered)
        return person_queues


def killed_after(n_requests, server):
    """Return a server that ends its client's process with the answer to the n-th request."""
    left = iter(range(n_requests - 1))

    def answer(request) -> Reply:
        reply = server(request)
        if next(left, None) is None:
            raise KilledError
        return reply

    return answer


@settings(max_examples=n_examples(300), deadline=None)
@given(
    events=EVENTS,
    known_from=KNOWN_FROM,
    faults=FAULTS,
    endpoint=st.sampled_from([HTTP_V2, BATCH]),
    kills=st.lists(st.integers(1, 4), max_size=4),
)
def test_amplitude(events, known_from, faults, endpoint, kills):
    """Stored and refused together are all events, each once; properties equal ours once everything is told.

    However often the process is killed meanwhile: then an event that was answered is in no request again.
    """
    _, truth, identity, bad = lanes_of(events, known_from)
    every = {f"{person}-{n}" for n, (person, *_) in enumerate(events)}
    clock, server, ledger = FakeClock(), Fake(faults, bad), Ledger()
    for n_requests in [*kills, 10**9]:
        person_queues, *_ = lanes_of(events, known_from)
        queue = AmplitudeQueue(
            ledger.left_of(person_queues, len(events)),
            Secret("KEY", "k"),
            endpoint,
            Outage("amplitude:", clock, 900),
            clock,
            RateLimit(clock, 0),
        )
        queue.note = ledger.note
        with suppress(KilledError):
            carry_out(queue, killed_after(n_requests, server), clock)
    queue.note_answers()
    assert queue.is_done
    events_stored = [i for i in server.stored if not i.endswith("-p")]
    rejected = [json.loads(letter.event)["insert_id"] for letter in ledger.dead_letters]
    assert sorted(events_stored + rejected) == sorted(every)
    assert set(rejected) == bad
    assert len(ledger.accepted) == len(set(ledger.accepted)) == len(events_stored)
    owed = queue.states_to_keep()
    for person, who in identity.items():
        told = server.profiles.of(who) | (owed[person] or {}).get("due", {})
        wanted = {k: v for k, v in truth[person].items() if v is not None}
        assert {k: v for k, v in told.items() if v is not None} == wanted
