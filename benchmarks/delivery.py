"""What sending costs the sender: events per second, and per second of its processor time, to a server that only counts.

python benchmarks/delivery.py [EVENTS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from footfall.net.target import Target
from footfall.sinks.amplitude.settings import AmplitudeSettings
from footfall.sinks.amplitude.sink import AmplitudeSink
from footfall.sinks.conformance.schemas import SHOP
from footfall.sinks.conformance.synthetic_chunks import make_chunk, make_run
from footfall.sinks.protocol import Sink
from footfall.sinks.webhook.settings import WebhookSettings
from footfall.sinks.webhook.sink import WebhookSink
from footfall.units import DAY_MS

SERVER = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200); self.send_header("Content-Length", "12"); self.end_headers()
        self.wfile.write(b'{"code":200}')
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
PEOPLE = 2000


def sinks(port: int, folder: Path) -> dict[str, Sink]:
    """Return what is measured, by name."""
    webhook, base = (
        Target("http", "127.0.0.1", port, "/"),
        Target("http", "127.0.0.1", port, "/"),
    )
    return {
        "webhook": WebhookSink(
            webhook, WebhookSettings(batch=1000), is_trusted=True, folder=folder / "ledger"
        ),
        "amplitude": AmplitudeSink(
            AmplitudeSettings(base=base, endpoint="batch", rate=0), folder=folder / "ledger"
        ),
    }


def measure(sink: Sink, n_events: int) -> tuple[float, float]:
    """Return events per second, and per second of this process's time, encoding included."""
    run = make_run(SHOP, days=1, people=PEOPLE)
    from footfall.data.part import Part

    chunk = make_chunk(
        run, Part(0, PEOPLE, run.stream.start_ms, run.stream.start_ms + DAY_MS), rows=n_events
    )
    sink.open(run, fresh=False)
    begun, used = time.perf_counter(), sum(os.times()[:2])
    receipt = sink.commit(sink.prepare(chunk))
    seconds, used = time.perf_counter() - begun, sum(os.times()[:2]) - used
    sink.close(complete=False)
    return receipt.accepted / seconds, receipt.accepted / used


def main() -> None:
    """Print one line per sink."""
    os.environ.setdefault("AMPLITUDE_API_KEY", "benchmark")
    n_events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, sink in sinks(port, Path(folder)).items():
                rate, per_cpu = measure(sink, n_events)
                print(
                    f"{name:10} {rate:10,.0f} events/s {per_cpu:10,.0f} events per processor second"
                )
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


if __name__ == "__main__":
    main()
