"""Live runs: how late events come, how many per second keep up, and how memory stays.

    python benchmarks/live.py [--people 20000] [--seconds 30] [--webhook]

Starts its own PostgreSQL (tests/postgres.py) or receiver on loopback. For each wanted rate, the speed is chosen by how
many events a simulated hour has at noon. The promise is for ten minutes: --seconds 600.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from footfall.run.live import Standing, live
from footfall.run.setup import set_up
from tests.postgres import free_port, server

HOUR_MS = 3_600_000
RATES = {"postgresql": (5_000, 50_000), "webhook": (5_000, 20_000)}
START = "2026-03-02"


def main() -> None:
    """Print a table per sink."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--webhook", action="store_true")
    given = options.parse_args()
    kind = "webhook" if given.webhook else "postgresql"
    per_hour = events_per_hour(given.people)
    print(f"{given.people:,} people make about {per_hour:,.0f} events in a simulated hour")
    for seed, rate in enumerate(RATES[kind], start=1):
        with webhook() if given.webhook else postgresql() as url:
            measure(url, given.people, rate, rate * 3600 / per_hour, given.seconds, seed)


def measure(url: str, people: int, rate: int, speed: float, seconds: float, seed: int) -> None:
    """Run live for some seconds, and print what came of it."""
    seen: list[tuple[int, int]] = []

    def watch(standing: Standing) -> None:
        if standing.replayed >= 1:
            seen.append((standing.events, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))

    begun = time.process_time()
    result = live("ecommerce", to=url, people=people, speed=speed, for_s=seconds, start=START, seed=seed, watch=watch)
    half, most = result.lags.quantile_ms(0.5), result.lags.quantile_ms(0.99)
    name = url.partition(":")[0]
    got = result.events / max(result.seconds, 1e-3)
    print(
        f"{name}: wanted {rate:,}/s at speed {speed:,.0f}; delivered {result.events:,} in {result.seconds:.1f} s "
        f"({got:,.0f}/s), lag median {half} ms, p99 {most} ms, memory {seen[0][1]} to {seen[-1][1]} MB, "
        f"{time.process_time() - begun:.1f} s of processor here",
        flush=True,
    )


def events_per_hour(people: int) -> float:
    """Return how many events a simulated hour has, on average over two days after the start."""
    ready = set_up("ecommerce", people=people, start=START)
    at_ms = ready.run.stream.start_ms
    until_ms = at_ms + 48 * HOUR_MS
    end = ready.engine.people_until(until_ms)
    group = ready.engine.simulation(ready.run.id, 0, end, until_ms)
    return sum(group.advance(at_ms + hour * HOUR_MS).events.num_rows for hour in range(4, 49, 4)) / 48


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server, with its usual care for what is committed."""
    with server(fsync="on", max_wal_size="4GB", shared_buffers="256MB") as running:
        yield running.create()


@contextmanager
def webhook() -> Iterator[str]:
    """Run `footfall serve` as a process of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        code = "from footfall.cli.main import main; main()"
        command = [sys.executable, "-c", code, "serve", "--port", str(port), "--store", f"{folder}/received.duckdb"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        threading.Event().wait(4)
        try:
            yield f"webhook+http://127.0.0.1:{port}/webhook"
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
