"""The contract of sinks, kept by the webhook: what a receiver has that knows ids again."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from footfall.net.target import Target
from footfall.sinks.conformance.row_comparison import from_json
from footfall.sinks.conformance.suite import SinkContract
from footfall.sinks.webhook.settings import WebhookSettings
from footfall.sinks.webhook.sink import WebhookSink


class Handler(BaseHTTPRequestHandler):
    """Keeps the events of every message, in the order in which they came, each id once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        rows = body.split('"events":[', 1)[1].removesuffix("]}}")
        decoder, place = json.JSONDecoder(), 0
        while place < len(rows):
            value, end = decoder.raw_decode(rows, place)
            self.server.events.setdefault(value["insert_id"], rows[place:end])
            place = end + 1
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


class TestWebhook(SinkContract):
    takes_back = False

    @pytest.fixture(autouse=True)
    def _server(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.events = {}
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        yield
        self.server.shutdown()
        self.server.server_close()
        thread.join()

    def make(self, folder):
        target = Target("http", "127.0.0.1", self.server.server_address[1], "/")
        return WebhookSink(
            target, WebhookSettings(batch=1000), is_trusted=True, folder=folder / "ledger"
        )

    def read(self, folder, run):
        rows = [from_json(text) for text in self.server.events.values()]
        return {"events": [row for row in rows if row["run"] == run.id]}
