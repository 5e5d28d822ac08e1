"""How many events a second the receiver takes, in batches, on loopback; this process sends, another receives.

The second figure is per second of the receiver's processor time: what it would do on a machine that does nothing else.

python benchmarks/receiver.py [EVENTS]
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BATCH = 1000
SENDERS = 4
START = "from footfall.cli.main import main; main()"


def body(kind: str, batch: int) -> bytes:
    """Return a batch of events of about 500 bytes, of 5,000 people."""
    events = [
        {
            "insert_id": f"{batch}-{i}",
            "event_type": "Product Viewed",
            "user_id": f"user-{(batch * BATCH + i) % 5000:05d}",
            "device_id": f"device-{(batch * BATCH + i) % 5000:05d}",
            "time": 1_767_225_600_000 + i,
            "city": f"City {i % 20}",
            "stage": "cart",
            "event_properties": {f"property_{n}": f"a value of {n}" for n in range(9)},
        }
        for i in range(BATCH)
    ]
    whole = {"type": "footfall.events", "data": {"events": events}} if kind == "webhook" else {"api_key": "k"}
    return json.dumps(whole if kind == "webhook" else {**whole, "events": events}).encode()


def send(port: int, path: str, bodies: list[bytes]) -> None:
    """Send bodies one after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for data in bodies:
        connection.request("POST", path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


def measure(kind: str, path: str, n_events: int, folder: Path) -> tuple[float, float]:
    """Return events per second, and per second of the receiver's processor time."""
    command = [sys.executable, "-c", START, "serve", "--port", "0", "--store", str(folder / f"{kind}.duckdb")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    port = int(process.stderr.readline().split("127.0.0.1:")[1].split(",")[0])
    bodies = [body(kind, n) for n in range(n_events // BATCH)]
    threads = [threading.Thread(target=send, args=(port, path, bodies[i::SENDERS])) for i in range(SENDERS)]
    before, begun = os.times(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    process.terminate()
    process.wait()
    process.stderr.close()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return n_events / seconds, n_events / used


def main() -> None:
    """Print one line per endpoint."""
    n_events = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        for kind, path in (("webhook", "/webhook"), ("batch", "/batch")):
            rate, per_cpu = measure(kind, path, n_events, Path(folder))
            print(f"{path:10} {rate:10,.0f} events/s {per_cpu:10,.0f} events per processor second")


if __name__ == "__main__":
    main()
