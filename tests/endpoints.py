"""A webhook's other side for tests, which does as it is told: takes, refuses, hangs; and knows what it took."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[list[dict[str, Any]]], int]


class Endpoint:
    """Answers on a free port of loopback.

    Args:
        answer: Events of a request → status; 0 answers only once `go_on` is set, and never takes.
    """

    def __init__(self, answer: Answer = lambda _: 200) -> None:
        self.answer = answer
        self.ids: list[str] = []
        self.asked = threading.Event()
        self.go_on = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = (
                True  # head and body are two writes: Nagle holds the second for 40 ms
            )

            def do_POST(self) -> None:
                endpoint.handle(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"webhook+http://127.0.0.1:{self.server.server_address[1]}/events"

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        data = json.loads(request.rfile.read(int(request.headers["Content-Length"])))["data"]
        events = data.get("events", [data])
        status = self.answer(events)
        self.asked.set()
        if not status:
            self.go_on.wait(60)
            request.close_connection = True
            return
        if status == 200:
            self.ids += [event["insert_id"] for event in events]
        body = b'{"said": "no"}' if status != 200 else b"{}"
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@contextmanager
def endpoint(answer: Answer = lambda _: 200) -> Iterator[Endpoint]:
    """Run an endpoint."""
    made = Endpoint(answer)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.go_on.set()
        made.server.shutdown()
        made.server.server_close()
        thread.join(10)
