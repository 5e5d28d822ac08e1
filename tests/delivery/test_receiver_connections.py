"""The receiver's connections: whoever keeps it waiting makes way, and nobody keeps others out."""

import contextlib
import http.client
import socket
import threading
import time

import pytest

from footfall.receiver import connections as module
from tests.receivers import JSON, receiver

MOST = 8


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_CONNECTIONS", MOST)
    with receiver(tmp_path) as made:
        yield made


def opened(client, sent=b""):
    connection = socket.create_connection(("127.0.0.1", client.listener.port), timeout=10)
    connection.sendall(sent)
    return connection


def head(client, *more):
    lines = (f"Host: 127.0.0.1:{client.listener.port}", *more)
    return "\r\n".join(("POST /webhook HTTP/1.1", *lines, "", "")).encode()


def asked(connection):
    """Ask over a connection that is kept, and return the answer's status."""
    connection.request("POST", "/webhook", b'{"event_type":"x"}', JSON)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def is_closed(connection):
    with contextlib.suppress(ConnectionResetError):
        return connection.sock.recv(1) == b""
    return True


def test_idle_connections_make_way(client):
    """However many are kept alive, a new one is answered; the one that was idle longest is closed, and no other."""
    kept = [
        http.client.HTTPConnection("127.0.0.1", client.listener.port, timeout=10)
        for _ in range(MOST)
    ]
    with contextlib.ExitStack() as ended:
        for connection in kept:
            ended.callback(connection.close)
            assert asked(connection) == 200
        assert asked(kept[0]) == 200
        assert client.send("GET", "/health").status == 200
        assert is_closed(kept[1])
        del kept[1]
        assert [asked(connection) for connection in kept] == [200] * (MOST - 1)


@pytest.mark.parametrize("begun", [b"POST /webh", None])
def test_slow_senders_keep_nobody_out(client, begun):
    """Those who send a byte now and then, of their headers or of a body, make way for others."""
    first = head(client, "Content-Length: 100") if begun is None else begun
    slow = [opened(client, first) for _ in range(3 * MOST)]
    ended = threading.Event()

    def dribble():
        while not ended.wait(0.02):
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.sendall(b"x")

    sender = threading.Thread(target=dribble)
    sender.start()
    try:
        for _ in range(20):
            assert client.post("/webhook", [{"event_type": "x"}]).status == 200
    finally:
        ended.set()
        sender.join()
        for connection in slow:
            connection.close()


def test_all_at_work(client, monkeypatch):
    """Where all are at work, a new one gets a 503 with Retry-After, which is counted; those at work are answered."""
    store, insert = client.listener.received.event_store, threading.Event()
    taken = store.insert

    def waiting(rows, now_ms):
        insert.wait(10)
        taken(rows, now_ms)

    monkeypatch.setattr(store, "insert", waiting)
    body = b'{"event_type":"x"}'
    request = head(client, f"Content-Length: {len(body)}") + body
    busy = [opened(client, request) for _ in range(MOST)]
    time.sleep(0.3)
    said = client.send("GET", "/health")
    insert.set()
    assert (said.status, said.headers["retry-after"]) == (503, "5")
    assert said.json["title"] == "too many connections are at work at once"
    for connection in busy:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
        connection.close()
    refused = client.send("GET", "/health").json["refused"]
    assert refused == [
        {"status": 503, "reason": "too many connections are at work at once", "requests": 1}
    ]
