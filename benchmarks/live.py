"""Live runs: how late events come, how many per second keep up, and how memory stays.

    python benchmarks/live.py [webhook | postgresql] [--rate 20000] [--minutes 10] [--people 200000] [--receiver serve]

Starts its own PostgreSQL (tests/postgres.py) or receiver on loopback: `plain` reads, counts and answers 200, and is
what a sender can be measured by; `serve` is `footfall serve`, which checks and stores. The speed is chosen so that as
many events happen per second on average; they follow the hours of the day, so that there are twice as many at noon and
hardly any at night, some seconds later. Memory is the proportional set size of this process and all its children; more
people come while time passes, and each who may act again takes about a kilobyte.
"""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from frozen_shop import SHOP

from footfall.units import DAY_MS, HOUR_MS

sys.path.insert(0, str(Path(__file__).parents[1]))

from footfall.execution.live.live_run import live
from footfall.execution.live.stats import LiveStatus
from footfall.execution.setup import RunParameters, set_up
from tests.postgres import free_port, server

RATES = {"webhook": (5_000, 20_000), "postgresql": (5_000, 50_000)}
START = "2026-03-02"
SAMPLE = 4_000
LONGEST_DAYS = 400
LINES = 10
COLUMNS = "{:>8} {:>10} {:>12} {:>10} {:>9} {:>9} {:>11} {:>12}"


def main() -> None:
    """Print a table per sink and rate."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("sink", nargs="?", choices=sorted(RATES), default="webhook")
    options.add_argument(
        "--rate", type=int, action="append", help="events per second; repeatable"
    )
    options.add_argument("--minutes", type=float, default=1)
    options.add_argument("--people", type=int, default=200_000)
    options.add_argument("--receiver", choices=["plain", "serve"], default="serve")
    options.add_argument("--batch", type=int, default=500, help="events per request")
    given = options.parse_args()
    for rate in given.rate or RATES[given.sink]:
        speed = speed_for(rate, given.people, given.minutes * 60)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            with (
                postgresql()
                if given.sink == "postgresql"
                else webhook(given.receiver, given.batch) as (url, other)
            ):
                measure(url, other, given.people, rate, speed, given.minutes * 60)
            os.chdir("/")


def measure(url: str, other: int, people: int, rate: int, speed: float, seconds: float) -> None:
    """Run live for some seconds, and print what came of it.

    Args:
        url: The sink.
        other: Process that takes the events.
        people: As for `--people`.
        rate: Events per second that are wanted.
        speed: Which gives them.
        seconds: How long.
    """
    kind, load = url.partition(":")[0], os.getloadavg()[0]
    print(
        f"\n{kind}: {rate:,} events/s wanted; {people:,} people, {speed:,.0f} times faster; load before {load:.1f}"
    )
    print(
        COLUMNS.format(
            "second", "events/s", "queue", "lag 50 %", "99 %", "people", "memory", "other's"
        )
    )
    table = Table(seconds, other, people)
    result = live(
        SHOP,
        to=url,
        people=people,
        speed=speed,
        for_s=seconds,
        start=START,
        watch=table.add,
    )
    used, others = (
        total - before for total, before in zip(table.cpu(), table.cpu_before, strict=True)
    )
    print(
        f"in all: {result.events:,} events in {result.seconds:.0f} s, {result.events / result.seconds:,.0f}/s, "
        f"lag: median {result.lags[0].quantile_ms(0.5)} ms, 99 % within {result.lags[0].quantile_ms(0.99)} ms; "
        f"processor: {used / result.events * 1e6:.1f} µs per event here, {others / result.events * 1e6:.1f} µs there, "
        f"{(used + others) / result.seconds:.2f} of {os.cpu_count()} together",
        flush=True,
    )


class Table:
    """Prints ten lines in all, of what was seen since the last: the median of each second's median, the worst 99 %."""

    def __init__(self, seconds: float, other: int, people: int) -> None:
        self._every_s, self._other = seconds / LINES, other
        self._engine = set_up(SHOP, RunParameters(people=people, start=START)).engine
        self._begun: float | None = None
        self._printed_at = 0.0
        self._events = 0
        self._lags: list[tuple[int, int]] = []
        self.cpu_before = self.cpu()

    def add(self, standing: LiveStatus) -> None:
        """Take in how things stand, about once a second."""
        if standing.replayed < 1:
            return
        now = time.monotonic()
        self._begun = self._begun or now - 1
        (sink,) = standing.sinks
        if sink.lag_ms is not None:
            self._lags.append(sink.lag_ms)
        seconds = now - self._begun
        if seconds - self._printed_at >= self._every_s:
            rate = (standing.events - self._events) / (seconds - self._printed_at)
            self._printed_at, self._events = seconds, standing.events
            self._print(seconds, rate, standing)

    def cpu(self) -> tuple[float, float]:
        """Return the processor time of this process, and of the other with its children, in seconds."""
        return time.process_time(), sum(map(_cpu_of, tree(self._other)))

    def _print(self, seconds: float, rate: float, standing: LiveStatus) -> None:
        (sink,) = standing.sinks
        halves, mosts = zip(*self._lags, strict=True) if self._lags else ((0,), (0,))
        self._lags.clear()
        memory = sum(map(pss_mb, {os.getpid(), *tree(os.getpid())} - set(tree(self._other))))
        people = self._engine.people_until(standing.at_ms)
        others = sum(map(pss_mb, tree(self._other)))
        cells = (
            f"{seconds:,.0f}",
            f"{rate:,.0f}",
            f"{sink.queued:,}",
            f"{median(halves):.0f} ms",
            f"{max(mosts)} ms",
        )
        print(
            COLUMNS.format(*cells, f"{people:,}", f"{memory:,.0f} MB", f"{others:,.0f} MB"),
            flush=True,
        )


def speed_for(rate: int, people: int, seconds: float, scenario: Path = SHOP) -> float:
    """Return how much faster time must pass for so many events per second, on average.

    Counted with fewer people, whose events are as many per person.
    """
    ready = set_up(scenario, RunParameters(people=SAMPLE, start=START))
    start_ms = ready.run.stream.start_ms
    until_ms = start_ms + LONGEST_DAYS * DAY_MS
    group = ready.engine.simulation(
        ready.run.id, 0, ready.engine.people_until(until_ms), until_ms
    )
    wanted, at_ms, events = rate * seconds * SAMPLE / people, start_ms, 0
    while events < wanted and at_ms < until_ms:
        before, at_ms = events, at_ms + HOUR_MS
        events += group.advance(at_ms).events.num_rows
    share = (wanted - before) / max(events - before, 1)
    return (at_ms - HOUR_MS * (1 - share) - start_ms) / 1000 / seconds


def tree(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _cpu_of(pid: int) -> float:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _fields(stat: Path) -> list[str]:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return []


@contextmanager
def postgresql() -> Iterator[tuple[str, int]]:
    """Run a server, with its usual care for what is committed."""
    with server(fsync="on", max_wal_size="4GB", shared_buffers="256MB") as running:
        assert running.process is not None
        yield running.create(), running.process.pid


@contextmanager
def webhook(kind: str, batch: int) -> Iterator[tuple[str, int]]:
    """Run a receiver as a process of its own."""
    port = free_port()
    url = f"webhook+http://127.0.0.1:{port}/webhook#batch={batch}&batch-bytes={1000 * batch}"
    if kind == "plain":
        process = multiprocessing.get_context("spawn").Process(
            target=receive, args=(port,), daemon=True
        )
        process.start()
        threading.Event().wait(2)
        yield url, process.pid or 0
        process.terminate()
        process.join()
        return
    code = "from footfall.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "serve",
        "--port",
        str(port),
        "--store",
        "received.duckdb",
    ]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    threading.Event().wait(4)
    try:
        yield url, started.pid
    finally:
        started.terminate()
        started.wait()


def receive(port: int) -> None:
    """Read requests, count their events, and answer."""
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Counting).serve_forever()


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers with how many events a request has."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"accepted":%d}' % body.count(b'"insert_id":')
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
