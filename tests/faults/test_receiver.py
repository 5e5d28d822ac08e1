"""The receiver under faults: whatever breaks, what was answered with 2xx is stored once, and nothing by half."""

import json
import random
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest
from starlette.responses import JSONResponse

from footfall.errors import StoreError
from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.received import EventWriter
from footfall.receiver.vendors.amplitude import AmplitudeProtocol
from footfall.receiver.webhook import take
from footfall.sinks.amplitude.limits import BATCH
from footfall.sinks.conformance.schemas import SHOP
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from tests.clocks import FakeClock
from tests.delivery.test_webhook_sink import deliver, sink_to
from tests.disks import small_disk
from tests.receivers import Client, receiver, stored

BATCH_EVENTS = 200
LIMIT = "received.duckdb: a file may not grow so large here"
QUOTA_BYTES = 3_000_000


@pytest.fixture(autouse=True)
def short_rest(monkeypatch):
    monkeypatch.setattr("footfall.receiver.received.REST_S", 0.05)


def batch(n):
    """Return a batch whose people change with it, so that a half would show."""
    return [
        {
            "event_type": "x",
            "insert_id": f"{n}-{i}",
            "user_id": f"user-{i}",
            "user_properties": {"n": n},
            "text": f"{n}-{i} " * 60,
        }
        for i in range(BATCH_EVENTS)
    ]


def fill(client):
    """Send batches until one is refused; return how many were taken."""
    for n in range(2000):
        said = client.post("/webhook", batch(n))
        if said.status != 200:
            assert (said.status, said.headers["retry-after"]) == (503, "5")
            return n
    raise AssertionError("the disk is never full")


def check(client, n_batches):
    """Check that whole batches are there, each event once, and that people are as the last batch left them."""
    rows = client.rows("SELECT insert_id FROM received")
    assert sorted(i for (i,) in rows) == sorted(
        f"{n}-{i}" for n in range(n_batches) for i in range(BATCH_EVENTS)
    )
    assert client.listener.received.profiles.of("u/user-0") == {"n": n_batches - 1}


def until_well(client):
    deadline = time.monotonic() + 30
    while (said := client.send("GET", "/health")).status != 200:
        assert time.monotonic() < deadline, said.body
        time.sleep(0.05)


def test_disk_full():
    """A full disk: 503 with Retry-After, /health says why, no half is there; with room again it goes on by itself."""
    with small_disk("6m") as disk, receiver(disk.folder) as client:
        taken = fill(client)
        assert taken > 0
        health = client.send("GET", "/health")
        assert (health.status, health.json["reason"]) == (
            503,
            "received.duckdb: the disk is full",
        )
        for _ in range(5):
            time.sleep(0.06)  # the store is tried again
            assert client.send("GET", "/health").status == 503
            assert client.post("/webhook", batch(taken)).status == 503
        assert client.send("GET", "/").status in (200, 503)
        disk.grow("64m")
        until_well(client)
        check(client, taken)
        assert client.post("/webhook", batch(taken)).json == {
            "accepted": BATCH_EVENTS,
            "duplicates": 0,
        }
        check(client, taken + 1)


def test_ends_while_the_disk_is_full():
    """A receiver that ends while the disk is full has kept what it acknowledged."""
    with small_disk("6m") as disk:
        with receiver(disk.folder) as client:
            taken = fill(client)
        disk.grow("64m")
        assert stored(disk.folder, "SELECT count(*) FROM received") == [(taken * BATCH_EVENTS,)]


@pytest.mark.skipif(
    not hasattr(resource, "prlimit"),
    reason="only Linux changes the limits of a running process",
)
def test_quota(tmp_path):
    """Where files may not grow any more: as with a full disk, and it goes on once they may; needs no mount."""
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({QUOTA_BYTES}, resource.RLIM_INFINITY))
from footfall.cli.main import main; main()
"""
    command = [
        sys.executable,
        "-c",
        code,
        "serve",
        "--port",
        "0",
        "--to",
        str(tmp_path / "received.duckdb"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    port = int(process.stderr.readline().split("//127.0.0.1:")[1].split(",")[0])
    client = Client(SimpleNamespace(port=port))
    try:
        taken = fill(client)
        assert taken > 0
        assert client.send("GET", "/health").json["reason"] == LIMIT
        resource.prlimit(
            process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        until_well(client)
        assert client.post("/webhook", batch(taken)).json == {
            "accepted": BATCH_EVENTS,
            "duplicates": 0,
        }
    finally:
        process.terminate()
        told = process.communicate(timeout=30)[1]
    assert f"events are refused with 503: {LIMIT}" in told
    assert "events are stored again" in told
    ids = [i for (i,) in stored(tmp_path)]
    assert sorted(ids) == sorted(
        f"{n}-{i}" for n in range(taken + 1) for i in range(BATCH_EVENTS)
    )


def test_servers_disk_full(postgres, tmp_path):
    """PostgreSQL's disk is full: as with a file."""
    with small_disk("24m", options="uid=65534,gid=65534,mode=700") as disk:
        with postgres.connect() as connection:
            connection.execute(f"CREATE TABLESPACE little LOCATION '{disk.folder}'")
            connection.execute("CREATE DATABASE on_little TABLESPACE little")
        with receiver(tmp_path, store=postgres.url("on_little")) as client:
            taken = fill(client)
            assert "disk is full" in client.send("GET", "/health").json["reason"]
            disk.grow("200m")
            until_well(client)
            check(client, taken)
            assert client.post("/webhook", batch(taken)).status == 200
            check(client, taken + 1)
        with postgres.connect() as connection:
            connection.execute("DROP DATABASE on_little WITH (FORCE)")
            connection.execute("DROP TABLESPACE little")


def send_all(client, sender):
    """Send 25 batches, each until it is taken, as a sender who is told to come again does."""
    for n in range(25):
        events = [{"event_type": "x", "insert_id": f"{sender}-{n}-{i}"} for i in range(20)]
        while client.post("/webhook", events).status != 200:
            time.sleep(0.02)


def send_while(client, trouble):
    """Send from four sides while something breaks; check that every event is there once."""
    done = threading.Event()
    breaker = threading.Thread(target=trouble, args=(done,))
    breaker.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda sender: send_all(client, sender), range(4)))
    done.set()
    breaker.join()
    until_well(client)
    rows = client.rows("SELECT insert_id FROM received")
    assert sorted(i for (i,) in rows) == sorted(
        f"{s}-{n}-{i}" for s in range(4) for n in range(25) for i in range(20)
    )


def test_connections_terminated(postgres, url, tmp_path):
    """An administrator ends our connections again and again: 503s, and in the end every event is there once."""

    def terminate(done):
        chance = random.Random(7)
        with postgres.connect() as connection:
            while not done.wait(chance.uniform(0.02, 0.2)):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'footfall'"
                )

    with receiver(tmp_path, store=url) as client:
        send_while(client, terminate)


def test_server_killed_and_restarted(postgres, url, tmp_path):
    """The server crashes and comes back: /health says so meanwhile, and in the end every event is there once."""
    health = []

    def crash(done):
        done.wait(0.2)
        postgres.stop(signal.SIGQUIT)
        health.append(client.send("GET", "/health"))
        health.append(client.send("GET", "/"))
        postgres.start()

    with receiver(tmp_path, store=url) as client:
        send_while(client, crash)
    assert [said.status for said in health] == [503, 503]
    assert health[0].json["status"] == "failing"


def head(client, length):
    return (
        f"POST /webhook HTTP/1.1\r\nHost: 127.0.0.1:{client.listener.port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
def test_cut_in_the_body(tmp_path, is_reset):
    """A connection that ends in the middle of a body leaves nothing, wherever the cut is."""
    body = json.dumps(batch(0)).encode()
    with receiver(tmp_path) as client:
        for share in (0.0, 0.3, 0.9, 0.9999):
            connection = socket.create_connection(("127.0.0.1", client.listener.port))
            if is_reset:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
            connection.sendall(head(client, len(body)) + body[: int(share * len(body))])
            time.sleep(0.1)
            connection.close()
        assert client.post("/webhook", batch(1)).json == {
            "accepted": BATCH_EVENTS,
            "duplicates": 0,
        }
        assert len(client.rows()) == BATCH_EVENTS


def test_cut_before_the_answer(tmp_path):
    """A sender who does not wait for the answer: all is stored or nothing, and sent again it is there once."""
    body = json.dumps(batch(0)).encode()
    with receiver(tmp_path) as client:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", client.listener.port)) as connection:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                connection.sendall(head(client, len(body)) + body)
            with suppress(OSError):
                assert len(client.rows()) in (0, BATCH_EVENTS)
        assert client.post("/webhook", batch(0)).status == 200
        check(client, 1)


def test_clock_set_back(tmp_path):
    """A clock that is set back, or far ahead and back again, makes nothing known unknown and stops nothing."""
    clock = FakeClock()
    checks = AmplitudeProtocol(clock)
    event = {"event_type": "x", "user_id": "user-1", "device_id": "device-1", "insert_id": "a"}
    body = json.dumps({"api_key": "k", "events": [event]}).encode()
    store = EventWriter(DuckDBEventStore(tmp_path / "r.duckdb"), clock)
    day_ms = 86_400_000

    def send():
        taken = [
            store.submit(take(b'{"event_type": "x", "insert_id": "w"}', None, 0)),
            store.submit(checks.take(BATCH, body)),
        ]
        return [future.result(10).new for future in taken]

    assert send() == [1, 1]
    for shift in (-400 * day_ms, 3 * day_ms, -day_ms):
        clock.wall += shift
        assert send() == [0, 0]
    store.close()


def test_ends_while_in_trouble(postgres, url, tmp_path):
    """A receiver whose database is gone can still be stopped; one that begins then says why it cannot."""
    with receiver(tmp_path, store=url) as client:
        postgres.stop(signal.SIGQUIT)
        assert client.post("/webhook", batch(0)).status == 503
    try:
        with pytest.raises(Exception, match="cannot be reached"), receiver(tmp_path, store=url):
            pass
    finally:
        postgres.start()


def test_full_disk_for_dead_letters(tmp_path):
    """The disk of the dead letters is full: the part is not noted as delivered; with room again each letter is once."""
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=900)
    refused = set(chunk.events["insert_id"].to_pylist()[::4])
    folder = tmp_path / "dead-letters"
    folder.mkdir()
    with small_disk("64k", folder) as disk, receiver(tmp_path) as client:
        store = client.listener.receiver._stored_webhook

        async def picky(request, intake):
            if refused.isdisjoint(row.insert_id for row in intake.rows):
                return await store(request, intake)
            return JSONResponse({"title": "not these"}, 422)

        client.listener.receiver._stored_webhook = picky
        with pytest.raises(StoreError, match="the disk is full"):
            deliver(sink_to(client, tmp_path, batch=3), run, [chunk])
        disk.grow("8m")
        (receipt,) = deliver(sink_to(client, tmp_path, batch=3), run, [chunk])
        (dead_letters,) = folder.glob("*.ndjson")
        ids = [
            json.loads(line)["event"]["insert_id"]
            for line in dead_letters.read_text().splitlines()
        ]
        kept = {i for (i,) in client.rows("SELECT insert_id FROM received")}
    assert receipt.rejected == len(ids) == len(set(ids))
    assert refused <= set(ids)
    assert sorted([*kept, *ids]) == sorted(chunk.events["insert_id"].to_pylist())
