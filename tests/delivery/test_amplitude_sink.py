"""The Amplitude sink on our receiver, and against the official SDK."""

import json
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyarrow as pa
import pytest
from amplitude import Amplitude, BaseEvent

from footfall import run as run_scenario
from footfall.data.tallies import Tallies
from footfall.errors import PermanentSinkError, StoreError, UsageError
from footfall.net.http_client import Reply
from footfall.net.target import Target
from footfall.receiver.chaos import ChaosProfile
from footfall.receiver.vendors.amplitude import AmplitudeProtocol as Checks
from footfall.receiver.vendors.amplitude import Answer
from footfall.sinks import parse
from footfall.sinks.amplitude.limits import HTTP_V2
from footfall.sinks.amplitude.settings import AmplitudeSettings
from footfall.sinks.amplitude.sink import AmplitudeSink
from footfall.sinks.delivery.http_sender import carry_out
from tests.chunks import AWKWARD, NAMES, SCHOOL, SHOP, anonymous_first, make_chunks, make_run
from tests.clocks import FakeClock
from tests.receivers import receiver


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")


def sink_to(port: int, folder, **settings) -> AmplitudeSink:
    base = Target("http", "127.0.0.1", port, "/")
    clock = settings.pop("clock", None)
    made = AmplitudeSettings(
        **{"base": base, "endpoint": "batch", "rate": 0, "timeout": 5} | settings
    )
    return AmplitudeSink(made, folder=folder / "ledger", clock=clock)


def deliver(sink, run, chunks, *, fresh=False, complete=True):
    sink.open(run, fresh=fresh)
    try:
        return [sink.commit(sink.prepare(chunk)) for chunk in chunks]
    finally:
        sink.close(complete=complete)


def ids(chunks) -> list[str]:
    return sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())


def states(chunks) -> dict[int, dict]:
    """Return what is true of each person in the end: as they arrived, then every change; null is nothing."""
    from footfall.sinks.encoders.json_rows import json_rows

    people: dict[int, dict] = {}
    for chunk in chunks:
        for text in (t for array in json_rows(chunk.arrivals) for t in array.to_pylist()):
            row = json.loads(text)
            people[row["person"]] = {**row.get("properties", {}), "stage": row["stage"]}
        for change in chunk.changes.to_pylist():
            people.setdefault(change["person"], {})[change["property"]] = json.loads(
                change["new"]
            )
    return {
        person: {k: v for k, v in state.items() if v is not None}
        for person, state in people.items()
    }


def identities(chunks) -> dict[int, str]:
    """Return what Amplitude knows people by in the end."""
    found: dict[int, str] = {}
    for chunk in chunks:
        for row in chunk.events.select(["person", "user_id", "device_id"]).to_pylist():
            if row["user_id"]:
                found[row["person"]] = f"u/{row['user_id']}"
            elif not found.get(row["person"], "").startswith("u/"):
                found[row["person"]] = f"d/{row['device_id']}"
    return found


def tallied(chunks):
    total = Tallies.empty()
    for chunk in chunks:
        total.add(chunk.tallies)
    return total


def check_states(client, chunks):
    wanted, known_by = states(chunks), identities(chunks)
    got = {person: client.listener.received.profiles.of(i) for person, i in known_by.items()}
    assert got == {person: wanted[person] for person in known_by}


@pytest.mark.parametrize("schema", [SHOP, SCHOOL, AWKWARD, NAMES], ids=lambda s: s.scenario)
def test_events_and_state(tmp_path, schema):
    """Every event is stored once, and the receiver's user properties equal ours once the queue is empty."""
    run = make_run(schema, days=2)
    chunks = anonymous_first(make_chunks(run, rows=100))
    with receiver(tmp_path) as client:
        receipts = deliver(sink_to(client.listener.port, tmp_path), run, chunks)
        stored = client.rows(
            "SELECT insert_id FROM received WHERE event_type != '$identify' ORDER BY insert_id"
        )
        assert [i for (i,) in stored] == ids(chunks)
        assert sum(r.accepted for r in receipts) == len(stored)
        check_states(client, chunks)


@pytest.mark.parametrize("seed", [1, 2])
def test_chaos(tmp_path, seed):
    """With failures of all kinds everything is stored once, and the state is ours."""
    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=150))
    profile = ChaosProfile(share=0.4, seed=seed, hang_s=1.5, slow_s=0.2)
    with receiver(tmp_path, chaos=profile) as client:
        deliver(sink_to(client.listener.port, tmp_path, timeout=1), run, chunks)
        stored = client.rows(
            "SELECT insert_id FROM received WHERE event_type != '$identify' ORDER BY insert_id"
        )
        assert [i for (i,) in stored] == ids(chunks)
        check_states(client, chunks)


def test_interrupted_between_parts(tmp_path):
    """What is owed to people outlives the process: half of the parts in one, the others in another, same state."""
    run = make_run(SCHOOL, days=2)
    chunks = anonymous_first(make_chunks(run, rows=60))
    with receiver(tmp_path) as client:
        deliver(sink_to(client.listener.port, tmp_path), run, chunks[:2], complete=False)
        sink = sink_to(client.listener.port, tmp_path)
        deliver(sink, run, chunks)
        check_states(client, chunks)
        sink.open(run, fresh=False)
        assert sink.tallies() == tallied(chunks)
        sink.close(complete=True)


@pytest.mark.parametrize("progress", [True, False])
def test_how_long_it_will_take(progress, tmp_path, monkeypatch, capsys):
    """How long an upload will take is told with its first part, to those who want to see progress."""
    monkeypatch.chdir(tmp_path)
    run_scenario(
        "ecommerce", people=500, days=7, to=["amplitude:us#dry-run&rate=1"], progress=progress
    )
    told = capsys.readouterr().err.splitlines()
    assert told[-1].startswith("amplitude:us#dry-run: nothing was sent: ")
    foretold = [line for line in told if "events at 1 per second: about " in line]
    assert len(foretold) == len(told) - 1 == progress


@pytest.mark.parametrize("schema", [SHOP, AWKWARD, NAMES], ids=lambda s: s.scenario)
def test_payload_equals_the_sdk(tmp_path, schema):
    """For the same event the official SDK sends the same object, but for its own name in `library`.

    The currency of one of the schemas has no minor digits: `revenue` is a float nevertheless, or the SDK drops it.
    """
    run = make_run(schema, days=1)
    (chunk, *_) = anonymous_first(make_chunks(run, rows=80))
    with recorder() as (port, bodies):
        deliver(sink_to(port, tmp_path, endpoint="v2"), run, [chunk], complete=False)
        ours = {
            e["insert_id"]: e
            for body in bodies
            for e in body["events"]
            if e["event_type"] != "$identify"
        }
        bodies.clear()
        sdk = Amplitude("test-key-0001")
        sdk.configuration.server_url = f"http://127.0.0.1:{port}/2/httpapi"
        for event in ours.values():
            given = {k: v for k, v in event.items() if k not in ("event_type", "library")}
            sdk.track(BaseEvent(event["event_type"], **given))
        for future in sdk.flush():
            future.result()
        sdk.shutdown()
        theirs = {e["insert_id"]: e for body in bodies for e in body["events"]}
    assert len(ours) == chunk.events.num_rows
    for insert_id, event in ours.items():
        assert event.pop("library").startswith("footfall/")
        assert theirs[insert_id].pop("library").startswith("amplitude-python/")
        assert event == theirs[insert_id]


class recorder:  # noqa: N801 - reads as a verb in a `with`
    """Answers 200 to everything, and keeps the bodies."""

    def __enter__(self):
        bodies: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                answer = b'{"code":200}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self.server.server_address[1], bodies

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def test_rejected_events_and_their_changes(tmp_path):
    """Events that are refused are in the letters; what they said goes with the person's next event, or at the end."""
    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=80))
    refused = set(ids(chunks)[::7])
    with receiver(tmp_path) as client:
        checks = client.listener.receiver.vendors[0]
        original = checks._flaws

        def flaws(events):
            from footfall.receiver.vendors.amplitude import bad_request

            bad = [i for i, event in enumerate(events) if event.get("insert_id") in refused]
            if bad:
                return bad_request(
                    "Invalid field values on some events",
                    events_with_invalid_fields={"time": bad[:1]},
                )
            return original(events)

        checks._flaws = flaws
        sink = sink_to(client.listener.port, tmp_path)
        receipts = deliver(sink, run, chunks)
        stored = {
            i
            for (i,) in client.rows(
                "SELECT insert_id FROM received WHERE event_type != '$identify'"
            )
        }
        (dead_letters,) = (tmp_path / "dead-letters").glob("*.ndjson")
        lines = [json.loads(line) for line in dead_letters.read_text().splitlines()]
        assert {line["event"]["insert_id"] for line in lines} == refused
        assert len(lines) == len(refused) == sum(receipt.rejected for receipt in receipts)
        assert stored == set(ids(chunks)) - refused
        assert lines[0]["status"] == 400
        check_states(client, [without(chunk, refused) for chunk in chunks])


def without(chunk, refused):
    """Return a chunk without some of its events, but with all that they changed."""
    import pyarrow.compute as pc

    kept = chunk.events.filter(
        pc.invert(pc.is_in(chunk.events["insert_id"], value_set=pa.array(sorted(refused))))
    )
    return replace(chunk, events=kept)


def test_wrong_key(tmp_path):
    """A key that is not known stops at once, without showing it; without a key nothing begins."""
    from footfall.net.secrets import Secret

    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=20))
    with (
        receiver(tmp_path, api_key=Secret("AMPLITUDE_API_KEY", "another")) as client,
        pytest.raises(
            PermanentSinkError, match=r"(?s)does not know the key in AMPLITUDE_API_KEY.*pending"
        ) as caught,
    ):
        deliver(sink_to(client.listener.port, tmp_path), run, chunks)
    assert "test-key-0001" not in str(caught.value)


def test_no_key(tmp_path, monkeypatch):
    """Without a key nothing is begun, and the error says where it comes from."""
    monkeypatch.delenv("AMPLITUDE_API_KEY")
    with pytest.raises(UsageError, match="AMPLITUDE_API_KEY is not set"):
        sink_to(9, tmp_path).open(make_run(SCHOOL), fresh=False)


def test_dry_run(tmp_path, monkeypatch, capsys):
    """A dry run needs no key and no network, sends nothing, notes nothing, and says how long it would take."""
    monkeypatch.delenv("AMPLITUDE_API_KEY")
    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=50))
    receipts = deliver(sink_to(9, tmp_path, is_dry=True, rate=10), run, chunks)
    assert sum(r.accepted for r in receipts) == len(ids(chunks))
    said = capsys.readouterr().err
    assert "dry-run: nothing was sent" in said
    assert "it would take about 0:0" in said
    assert not list(tmp_path.rglob("*.sqlite"))


def test_the_rate_of_a_person_holds_across_parts(tmp_path, monkeypatch):
    """Source: http-v2, 429: what a person has done in one part counts when the next one is sent: nothing is throttled.

    Parts of 25 events of a person, two people by turns, on a clock that only moves when it is waited for.
    """
    run = make_run(SCHOOL, days=30)
    statuses = Counter()
    sink = sink_to(9, tmp_path, is_dry=True, rate=0, endpoint="v2")
    sink.open(run, fresh=False)
    checks = Checks(sink._project.dry_run.clock)

    def answer(request):
        taken = checks.take(HTTP_V2, request.body)
        status, body = (
            (taken.status, taken.body) if isinstance(taken, Answer) else (200, {"code": 200})
        )
        statuses[status] += 1
        return Reply(status, json.dumps(body).encode())

    monkeypatch.setattr(
        "footfall.sinks.amplitude.dry_run.carry_out",
        lambda queue, _, clock: carry_out(queue, answer, clock),
    )
    accepted = [
        sink.commit(sink.prepare(of_one_person(chunk))).accepted for chunk in make_chunks(run)
    ]
    sink.close(complete=False)
    assert sum(accepted) == 25 * 60
    assert statuses.keys() == {200}


def of_one_person(chunk):
    """Return a chunk with 25 events, all of its first person."""
    events, n, person = chunk.events.slice(0, 25), 25, chunk.part.first_person
    for name, value in {
        "user_id": f"user-{person:05d}",
        "device_id": f"device-{person:05d}",
        "person": person,
    }.items():
        place = events.schema.get_field_index(name)
        field = events.schema.field(place)
        events = events.set_column(place, field, pa.array([value] * n).cast(field.type))
    return replace(chunk, events=events, changes=chunk.changes.slice(0, 0))


@pytest.mark.parametrize(
    ("scheme", "host"), [("http", "192.0.2.7"), ("https", "192.0.2.7"), ("http", "127.0.0.1")]
)
def test_a_key_that_goes_in_the_clear_is_told(tmp_path, capsys, scheme, host):
    """To another machine without TLS: everybody on the way can read the key."""
    sink = sink_to(9, tmp_path, base=Target(scheme, host, 9, "/"))
    sink.open(make_run(SCHOOL), fresh=False)
    sink.close(complete=False)
    assert ("the key go there in the clear" in capsys.readouterr().err) == (
        scheme == "http" and host != "127.0.0.1"
    )


def test_seven_days(tmp_path):
    """What was being sent more than 7 days ago is not sent again, unless forced: ids are forgotten by then."""
    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=20))
    clock = FakeClock()
    with receiver(tmp_path) as client:
        port = client.listener.port
        sink = sink_to(port, tmp_path)
        sink.clock = clock
        sink.open(run, fresh=False)
        sink.log.begin(sink.prepare(chunks[0]))
        sink.close(complete=False)
        clock.advance(6.9 * 86_400)
        sink.open(run, fresh=False)
        sink.close(complete=False)
        clock.advance(0.2 * 86_400)
        with pytest.raises(StoreError, match=r"(?s)7\.1 days ago.*for 7 days.*#force"):
            sink.open(run, fresh=False)
        forced = sink_to(port, tmp_path, is_forced=True)
        assert len(deliver(forced, run, chunks)) == len(chunks)


def test_fresh_after_seven_days(tmp_path):
    """--fresh would send all of it again: refused as well, once ids are forgotten."""
    run = make_run(SCHOOL, days=1)
    chunks = anonymous_first(make_chunks(run, rows=20))
    with receiver(tmp_path) as client:
        deliver(sink_to(client.listener.port, tmp_path), run, chunks)
        sink = sink_to(client.listener.port, tmp_path)
        deliver(sink, run, chunks, fresh=True)
        sink.clock = FakeClock(
            wall_ms=__import__("time").time_ns() // 1_000_000 + 8 * 86_400_000
        )
        with pytest.raises(StoreError, match="events of this run went out"):
            sink.open(run, fresh=True)


def test_options():
    """Regions, endpoints and options are checked; what stands behind # is read, and shown when it is wrong."""
    assert parse("amplitude:").settings.region == "us"
    assert parse("amplitude:eu#endpoint=batch").settings.target.path == "/batch"
    assert parse("amplitude:eu").settings.target.host == "api.eu.amplitude.com"
    assert parse("amplitude:us#url=http://127.0.0.1:8888").settings.rate == 0
    for spec, told in {
        "amplitude:mars": "accepted: amplitude:us, amplitude:eu",
        "amplitude:us#endpoint=v3": "accepted: v2 or batch",
        "amplitude:us#rat=3": 'has no option "rat"',
        "amplitude:us#url=ftp://x": "accepted: http://HOST",
    }.items():
        with pytest.raises(UsageError) as caught:
            parse(spec)
        assert told in str(caught.value)
