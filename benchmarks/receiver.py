"""What the receiver takes, on loopback; this process sends, another receives.

First, events per second in batches of 1,000 over four connections; "per processor second" is per second of the
receiver's own processor time, its start left out: what it would do on a machine that does nothing else. Then, what one
request costs that is sent alone, by how many events it has; requests that come at once share a commit and cost less.

python benchmarks/receiver.py [EVENTS] [STORE]    STORE: duckdb (default) or postgresql (needs the test extra)
"""

from __future__ import annotations

import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BATCH = 1000
SENDERS = 4
SIZES = (1, 100, 500, 2_000)
REPEAT = 15
PATHS = {"webhook": "/webhook", "batch": "/batch"}
START = "from footfall.cli.main import main; main()"
JSON = {"Content-Type": "application/json"}


def body(kind: str, batch: int, size: int = BATCH) -> bytes:
    """Return a batch of events of about 500 bytes, of 5,000 people."""
    events = [
        {
            "insert_id": f"{size}-{batch}-{i}",
            "event_type": "Product Viewed",
            "user_id": f"user-{(batch * size + i) % 5000:05d}",
            "device_id": f"device-{(batch * size + i) % 5000:05d}",
            "time": 1_767_225_600_000 + i,
            "city": f"City {i % 20}",
            "stage": "cart",
            "event_properties": {f"property_{n}": f"a value of {n}" for n in range(9)},
        }
        for i in range(size)
    ]
    whole = (
        {"type": "footfall.events", "data": {"events": events}}
        if kind == "webhook"
        else {"api_key": "k"}
    )
    return json.dumps(whole if kind == "webhook" else {**whole, "events": events}).encode()


@dataclass
class Receiver:
    """A receiver in a process of its own."""

    port: int

    def send(self, path: str, bodies: list[bytes]) -> list[float]:
        """Send bodies one after the other over one connection; return how long each took, seconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        took = []
        for data in bodies:
            begun = time.perf_counter()
            connection.request("POST", path, data, JSON)
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - begun)
            assert answer.status == 200, answer.status
        connection.close()
        return took

    def used_s(self) -> float:
        """Return the processor time it has used so far, as it says itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.search(r"^process_cpu_seconds_total (\S+)", text, re.MULTILINE)
        assert found is not None
        return float(found[1])


@contextmanager
def receiver(store: str) -> Iterator[Receiver]:
    """Run a receiver."""
    command = [sys.executable, "-c", START, "serve", "--port", "0", "--to", store]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield Receiver(int(process.stderr.readline().split("//127.0.0.1:")[1].split(",")[0]))
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def rates(running: Receiver, kind: str, n_events: int) -> tuple[float, float]:
    """Return events per second, and per second of the receiver's processor time."""
    bodies = [body(kind, n) for n in range(n_events // BATCH)]
    threads = [
        threading.Thread(target=running.send, args=(PATHS[kind], bodies[i::SENDERS]))
        for i in range(SENDERS)
    ]
    before, begun = running.used_s(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    return n_events / seconds, n_events / (running.used_s() - before)


def cost(running: Receiver, kind: str, size: int) -> tuple[float, float]:
    """Return how long one request takes (median) and what processor time it costs (mean), milliseconds."""
    bodies = [body(kind, n, size) for n in range(REPEAT)]
    before = running.used_s()
    took = statistics.median(running.send(PATHS[kind], bodies))
    return 1000 * took, 1000 * (running.used_s() - before) / REPEAT


@contextmanager
def store_of(kind: str) -> Iterator[str]:
    """Give an empty store."""
    with ExitStack() as stack:
        if kind == "postgresql":
            sys.path.insert(0, str(Path(__file__).parents[1]))
            from tests.postgres import server

            yield stack.enter_context(server(fsync="on")).create()
        else:
            yield str(
                Path(stack.enter_context(tempfile.TemporaryDirectory())) / "received.duckdb"
            )


def main() -> None:
    """Print one line per endpoint, and one per endpoint and size."""
    n_events = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    where = sys.argv[2] if len(sys.argv) > 2 else "duckdb"
    for kind, path in PATHS.items():
        with store_of(where) as store, receiver(store) as running:
            rate, per_cpu = rates(running, kind, n_events)
            print(
                f"{where} {path:10} {rate:10,.0f} events/s {per_cpu:10,.0f} events per processor second"
            )
            for size in SIZES:
                wall, used = cost(running, kind, size)
                print(
                    f"  a request of {size:5,} events: {wall:7.1f} ms, of the receiver's processor {used:7.1f} ms"
                )


if __name__ == "__main__":
    main()
