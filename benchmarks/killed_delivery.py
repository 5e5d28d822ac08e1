"""What kills cost a delivery: requests and events that come again, to a webhook, Amplitude and Kafka.

python benchmarks/killed_delivery.py [--people 24000] [--rate 1000] [--every 10] [--kills N] [--answer 0.3]
    [webhook amplitude kafka]

The same run is delivered twice: undisturbed, and killed (SIGKILL, with its workers) every so many seconds and begun
again by the same command until it is complete. Kafka is the mock cluster that librdkafka brings along, slowed down.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCENARIO = Path(__file__).parent / "frozen" / "0.1.0" / "ecommerce.yaml"
INSERT_ID = re.compile(rb'"insert_id": ?"([^"]+)"')
KAFKA_OPTIONS = "batch.num.messages=150&max.in.flight.requests.per.connection=1&linger.ms=200"


@dataclass
class Counts:
    """What has come in."""

    requests: int = 0
    events: int = 0
    ids: set[bytes] = field(default_factory=set)
    lock: Any = field(default_factory=threading.Lock)

    def add(self, body: bytes) -> None:
        """Take in a request."""
        ids = [name for name in INSERT_ID.findall(body) if not name.endswith(b"-p")]
        with self.lock:
            self.requests += 1
            self.events += len(ids)
            self.ids.update(ids)


@contextmanager
def server(counts: Counts, answer_s: float) -> Iterator[int]:
    """Run a server that counts, and answers after some time; give its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

        def do_POST(self) -> None:
            counts.add(self.rfile.read(int(self.headers["content-length"])))
            time.sleep(answer_s)
            self.send_response(200)
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b'{"code":200}')

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # of a client that was killed
                super().handle()

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield listener.server_address[1]
    listener.shutdown()
    listener.server_close()


@contextmanager
def topic(counts: Counts) -> Iterator[str]:
    """Run a slow cluster; give the address of a new topic, whose messages are counted in the end."""
    import confluent_kafka as kafka

    owner = kafka.Producer({"test.mock.num.brokers": 3, "test.mock.broker.rtt": 100})
    brokers = owner.list_topics(timeout=10).brokers.values()
    addresses, name = (
        ",".join(f"{b.host}:{b.port}" for b in brokers),
        f"t{uuid.uuid4().hex[:8]}",
    )
    yield f"kafka://{addresses}/{name}?{KAFKA_OPTIONS}"
    reader = kafka.Consumer(
        {"bootstrap.servers": addresses, "group.id": "g", "auto.offset.reset": "earliest"}
    )
    reader.subscribe([name])
    silent_since = time.monotonic()
    while time.monotonic() < silent_since + 15:
        for message in reader.consume(10_000, timeout=1.0):
            counts.add(message.value() or b"")
            silent_since = time.monotonic()
    reader.close()


@contextmanager
def destination(kind: str, given: argparse.Namespace, counts: Counts) -> Iterator[str]:
    """Give the address of a destination that counts."""
    if kind == "kafka":
        with topic(counts) as address:
            yield address
        return
    with server(counts, given.answer) as port:
        base = f"http://127.0.0.1:{port}"
        options = f"url={base}&endpoint=batch" if kind == "amplitude" else "batch=100"
        head = "amplitude:us" if kind == "amplitude" else f"webhook+{base}/"
        yield f"{head}#{options}&rate={given.rate}"


def deliver(kind: str, given: argparse.Namespace, most_kills: int) -> tuple[Counts, int, float]:
    """Deliver a run, killed every so often; return what came in, the number of kills, and the seconds."""
    counts, kills, begun = Counts(), 0, time.monotonic()
    environment = {**os.environ, "AMPLITUDE_API_KEY": "benchmark"}
    with tempfile.TemporaryDirectory() as folder, destination(kind, given, counts) as address:
        command = [sys.executable, "-m", "footfall", "run", str(SCENARIO), "--quiet"]
        command += ["--people", str(given.people), "--days", "3", "--to", address]
        while True:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, start_new_session=True
            )
            try:
                code = process.wait(given.every if kills < most_kills else None)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            if code:
                raise SystemExit(f"{kind}: exit code {code}")
            break
    return counts, kills, time.monotonic() - begun


def main() -> None:
    """Print a line per destination."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["webhook", "amplitude", "kafka"])
    parser.add_argument("--people", type=int, default=24_000)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=10**6)
    parser.add_argument("--answer", type=float, default=0.3, help="seconds, of a server")
    given = parser.parse_args()
    for kind in given.kinds:
        calm, _, calm_s = deliver(kind, given, 0)
        rough, kills, rough_s = deliver(kind, given, given.kills)
        again = rough.events - len(rough.ids)
        print(
            json.dumps(
                {
                    "to": kind,
                    "events": calm.events,
                    "seconds": [round(calm_s), round(rough_s)],
                    "kills": kills,
                    "requests": [calm.requests, rough.requests],
                    "ratio": round(rough.requests / calm.requests, 3),
                    "events again": again,
                    "per kill": round(again / max(kills, 1)),
                    "missing": len(calm.ids - rough.ids),
                    "unexpected": len(rough.ids - calm.ids),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
