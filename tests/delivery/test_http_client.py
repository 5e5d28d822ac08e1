"""Hostile answers: whatever the other side does, the exchange ends, is small, and says what happened."""

import re
import socket
import threading
import time

import pytest

from footfall.errors import PermanentSinkError
from footfall.net.clock import SystemClock
from footfall.net.http_client import MOST_ANSWER_BYTES, HttpConnection
from footfall.net.target import Target


class Rude:
    """A server that sends some bytes, whatever it is sent, and then closes, waits, or goes on for ever."""

    def __init__(self, data: bytes, *, then: str = "close", first: str = "read") -> None:
        self.data, self.then, self.first = data, then, first
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while not self.done.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.answer(connection)

    def answer(self, connection: socket.socket) -> None:
        try:
            if self.first == "read":
                connection.recv(65_536)
            connection.sendall(self.data)
            while self.then == "flood" and not self.done.is_set():
                connection.sendall(b"x" * 10_000)
            while self.then == "drip" and not self.done.wait(0.05):
                connection.sendall(b"x")
            if self.then == "wait":
                self.done.wait(10)
        except OSError:
            return

    def close(self) -> None:
        self.done.set()
        self.socket.shutdown(
            socket.SHUT_RDWR
        )  # wakes the thread in accept(): close() alone lets it wait
        self.socket.close()
        self.thread.join(5)

    def channel(self, whole_s: float = 1.0) -> HttpConnection:
        target = Target("http", "127.0.0.1", self.socket.getsockname()[1], "/")
        return HttpConnection(target, SystemClock(), is_trusted=True, whole_s=whole_s)


def post(server: Rude, whole_s: float = 1.0):
    """Return the answer and how long it took; a thread breaks the exchange off in time, as the courier does."""
    channel = server.channel(whole_s)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            channel.expire()

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    try:
        return channel.post(b"{}", {}), time.monotonic() - begun
    finally:
        done.set()
        watcher.join()
        channel.close()
        server.close()


UNKNOWN = {
    "nothing": (b"", "close"),
    "no status line": (b"hello\r\n\r\n", "close"),
    "another protocol": (b"HTTP/9.9 200 OK\r\n\r\n", "close"),
    "noise": (bytes(range(256)) * 4, "close"),
    "cut in the headers": (b"HTTP/1.1 200 OK\r\nContent-Le", "wait"),
    "cut in the body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "close"),
    "cut in a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc",
        "close",
    ),
    "no end of headers": (b"HTTP/1.1 200 OK\r\nA: ", "flood"),
    "never an answer": (b"", "wait"),
    "a byte now and then": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "drip"),
    "dripping headers": (b"HTTP/1.1 200 OK\r\nA: ", "drip"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_outcome(case):
    """What is no whole answer is an unknown outcome (to be tried again), within the time given."""
    data, then = UNKNOWN[case]
    reply, seconds = post(Rude(data, then=then))
    assert reply.status == 0
    assert reply.reason
    assert seconds < 5


def test_endless_body():
    """No more than 64 KiB of an answer are read."""
    reply, seconds = post(Rude(b"HTTP/1.1 503 Busy\r\n\r\n", then="flood"))
    assert (reply.status, len(reply.body)) == (503, MOST_ANSWER_BYTES)
    assert seconds < 5


def test_answers_are_shown_harmless():
    """Control characters of an answer do not reach a terminal, and no more than 200 characters do."""
    reply, _ = post(
        Rude(
            b"HTTP/1.1 400 Bad\r\nContent-Length: 600\r\n\r\n\x1b[2J"
            + b"<b>" * 198
            + b"\x07\x00"
        )
    )
    assert reply.excerpt.isprintable()
    assert len(reply.excerpt) == 200


@pytest.mark.parametrize("host", ["hooks.example", "127.0.0.1"])
def test_a_path_that_is_repeated_is_not_shown(host):
    """Many servers say which path they do not know; of a URL elsewhere it may be a secret, in whole or in part."""
    path = "/hooks/c4n4ry-0001?key=c4n4ry-0002"
    told = f"Cannot POST {path}: nobody is called c4n4ry-0002"
    head = f"HTTP/1.1 404 No\r\nLocation: https://other{path}\x1b[2J\r\nContent-Length: {len(told)}\r\n\r\n"
    server = Rude((head + told).encode(), then="wait")
    target = Target("http", host, server.socket.getsockname()[1], path)
    channel = HttpConnection(
        target, SystemClock(), is_trusted=True, resolver=lambda *_: ["127.0.0.1"]
    )
    reply = channel.post(b"{}", {})
    channel.close()
    server.close()
    for shown in (reply.excerpt, reply.fit(reply.headers["location"])):
        assert ("c4n4ry" in shown) == (host == "127.0.0.1")
        assert shown.isprintable()


def test_kept_connection_that_was_closed():
    """A connection that the other side has closed meanwhile is made anew, without counting as a failure."""
    server = Rude(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    channel = server.channel()
    assert [channel.post(b"{}", {}).status for _ in range(3)] == [200, 200, 200]
    channel.close()
    server.close()


def test_refused_connection():
    """A port where nobody listens: the reason says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reply = HttpConnection(
        Target("http", "127.0.0.1", port, "/"), SystemClock(), is_trusted=True
    ).post(b"", {})
    assert (reply.status, reply.reason) == (0, "connection refused")


def post_tls(server: Rude):
    channel = HttpConnection(
        Target("https", "127.0.0.1", server.socket.getsockname()[1], "/"),
        SystemClock(),
        is_trusted=True,
    )
    try:
        return channel.post(b"{}", {})
    finally:
        channel.close()
        server.close()


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"],
    ids=["http", "ssh"],
)
def test_no_tls(data):
    """A port that speaks in plain text will not speak TLS later: that is said, and what to write instead."""
    server = Rude(data)
    port = server.socket.getsockname()[1]
    with pytest.raises(
        PermanentSinkError,
        match=rf"^there is no TLS at 127\.0\.0\.1:{port}\n  hint: .* http instead",
    ):
        post_tls(server)


def test_tls_alert():
    """Another failure of TLS may pass; it is told without the names of our source files."""
    reply = post_tls(Rude(bytes.fromhex("15030300020228")))
    assert reply.status == 0
    assert re.fullmatch(r"no TLS connection: ssl\S* alert handshake failure", reply.reason)
