"""A receiver on loopback for tests, and a client that sends exactly what it is told to."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from footfall.receiver.listen import Listener, ListenSettings, serve_in_thread

JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Sends requests to a receiver."""

    listener: Listener

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.listener.port}"

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ):
        connection = http.client.HTTPConnection("127.0.0.1", self.listener.port, timeout=20)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, headers or {})
            answer = connection.getresponse()
            return Answer(
                answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
            )
        finally:
            connection.close()

    def post(self, path: str, value: Any, **headers: str) -> Answer:
        body = value if isinstance(value, bytes | str) else json.dumps(value)
        return self.send("POST", path, body, JSON | headers)

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(
            ("127.0.0.1", self.listener.port), timeout=5
        ) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            pieces = []
            while piece := connection.recv(65_536):
                pieces.append(piece)
        return b"".join(pieces)

    def rows(
        self, sql: str = 'SELECT insert_id, "event" FROM received'
    ) -> list[tuple[Any, ...]]:
        with self.listener.received.event_store.reading() as ask:
            return list(zip(*(column.to_pylist() for column in ask(sql).columns), strict=True))


@contextmanager
def receiver(
    folder: Path, tell: Callable[[str], None] = lambda _: None, **settings: Any
) -> Iterator[Client]:
    """Run a receiver on a free port, storing below a folder."""
    listener, thread = serve_in_thread(
        ListenSettings(**{"store": folder / "received.duckdb", "port": 0} | settings), tell=tell
    )
    try:
        yield Client(listener)
    finally:
        listener.stop()
        thread.join(20)
        assert not thread.is_alive(), "the receiver did not stop"


def stored(
    folder: Path, sql: str = "SELECT insert_id FROM received", file: str = "received.duckdb"
) -> list[tuple[Any, ...]]:
    """Return what a receiver that has ended has stored."""
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        return connection.execute(sql).fetchall()
