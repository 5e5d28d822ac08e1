"""A soak test: whether memory and open handles of a live run and of the receiver that it sends to stay as they are.

    python benchmarks/soak.py [--minutes 60] [--rate 1000] [--people 20000] [--scenario FILE] [--store STORE]

Starts `footfall serve` and `footfall live` as processes of their own, looks at both every ten seconds, and fits a line
to what each holds after the first five minutes: what rises by more than `FLAT_SHARE` of itself in an hour is not flat.
Handles are flat if no more are open at the end than after five minutes, but for `MORE_HANDLES`.

The speed is chosen so that as many events happen per second on average. They follow the hours of the day. The scenario
(`steady.yaml`) has as many people every day; in a shop whose customers stay there are seven times as many events per
second at the end of the hour as at its beginning, and what is held rises with them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import linear_regression, mean

from live import START, speed_for

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import free_port

STEADY = Path(__file__).parent / "steady.yaml"
EVERY_S = 10.0
SETTLED_S = 300.0
"""Until then imports, pools and caches fill."""
FLAT_SHARE = 0.02
MORE_HANDLES = 4
"""What a checkpoint, a page and a new connection open for a moment."""
START_S = 60.0
COLUMNS = "{:>7} {:>11} {:>9} {:>9} {:>8} {:>9} {:>8}"
RUN = (sys.executable, "-c", "from footfall.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at a moment: resident memory in MB and open handles, of the live run and of the receiver."""

    at_s: float
    events: int
    memory: tuple[float, float]
    handles: tuple[int, int]


def main() -> None:
    """Print a table while it runs, and the verdict."""
    given = arguments()
    seconds = given.minutes * 60
    speed = speed_for(given.rate, given.people, seconds, given.scenario)
    print(
        f"{given.rate:,} events/s on average for {given.minutes:g} minutes: {given.people:,} people, "
        f"{speed:,.0f} times faster, {speed * seconds / 86_400:,.0f} days",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder, receiver(folder, given.store) as (serve, url):
        command = (
            *("live", str(given.scenario), "--to", f"webhook+{url}/webhook#batch=500"),
            *("--people", str(given.people), "--start", START, "--no-catch-up", "--quiet"),
            *("--speed", f"{speed:.3f}", "--for", f"{seconds:.0f}s"),
        )
        sender = subprocess.Popen([*RUN, *command], cwd=folder)
        try:
            samples = list(watched(sender, serve, url))
        finally:
            sender.terminate()
            sender.wait()
    sys.exit(verdict(samples))


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--rate", type=int, default=1_000, help="events per second")
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--scenario", type=Path, default=STEADY)
    options.add_argument(
        "--store", default="received.duckdb", help="as for footfall serve --to"
    )
    return options.parse_args()


@contextmanager
def receiver(folder: str, store: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a receiver, and give its process and its address."""
    port = free_port()
    command = (*RUN, "serve", "--port", str(port), "--to", store)
    serve = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + START_S
    try:
        while events_at(url) is None:
            if serve.poll() is not None or time.monotonic() > until:
                sys.exit("the receiver does not answer")
            time.sleep(0.2)
        yield serve, url
    finally:
        serve.terminate()
        serve.wait()


def events_at(url: str) -> int | None:
    """Return how many events the receiver has stored since its start; None where it does not answer now."""
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=EVERY_S) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return next(
        int(line.split()[1])
        for line in lines
        if line.startswith("footfall_received_events_total ")
    )


def watched(
    sender: subprocess.Popen[bytes], serve: subprocess.Popen[bytes], url: str
) -> Iterator[Sample]:
    """Yield a sample every ten seconds until the live run has ended, and print it."""
    print(
        COLUMNS.format("second", "events", "events/s", "live", "handles", "receiver", "handles")
    )
    begun, last = time.monotonic(), Sample(0.0, 0, (0.0, 0.0), (0, 0))
    next_at = begun
    while sender.poll() is None:
        memory = resident_mb(sender.pid), resident_mb(serve.pid)
        handles = n_handles(sender.pid), n_handles(serve.pid)
        if min(memory) > 0:
            at_s, events = time.monotonic() - begun, events_at(url)
            sample = Sample(at_s, last.events if events is None else events, memory, handles)
            shown(sample, (sample.events - last.events) / max(at_s - last.at_s, EVERY_S))
            last = sample
            yield sample
        next_at += EVERY_S
        time.sleep(max(next_at - time.monotonic(), 0.0))
    if sender.returncode:
        sys.exit(f"the live run ended with {sender.returncode}")


def shown(sample: Sample, rate: float) -> None:
    """Print a sample."""
    (live, receiver), (live_handles, receiver_handles) = sample.memory, sample.handles
    print(
        COLUMNS.format(
            f"{sample.at_s:,.0f}",
            f"{sample.events:,}",
            f"{rate:,.0f}",
            f"{live:.1f} MB",
            live_handles,
            f"{receiver:.1f} MB",
            receiver_handles,
        ),
        flush=True,
    )


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0
    )


def n_handles(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def verdict(samples: Sequence[Sample]) -> int:
    """Print what becomes of memory and handles once all has settled; 1 where something rises."""
    settled = [sample for sample in samples if sample.at_s >= SETTLED_S]
    if len(settled) < 3:
        print(f"no verdict: it takes more than {SETTLED_S / 60:.0f} minutes")
        return 1
    is_flat = True
    for place, name in enumerate(("live", "receiver")):
        memory = [sample.memory[place] for sample in settled]
        slope, error = rise([sample.at_s / 3600 for sample in settled], memory)
        share = slope / mean(memory)
        more = settled[-1].handles[place] - settled[0].handles[place]
        is_own_flat = share <= FLAT_SHARE and more <= MORE_HANDLES
        is_flat &= is_own_flat
        print(
            f"{name}: {'flat' if is_own_flat else 'rises'}: {slope:+.1f} ± {error:.1f} MB an hour ({share:+.1%}) "
            f"after the first {SETTLED_S / 60:.0f} minutes, "
            f"from {memory[0]:.1f} to {memory[-1]:.1f} MB, at most {max(memory):.1f}; "
            f"handles {more:+d}"
        )
    return 0 if is_flat else 1


def rise(hours: Sequence[float], memory: Sequence[float]) -> tuple[float, float]:
    """Return the slope of a line, and its standard error as if samples did not depend on the one before."""
    line, middle = linear_regression(hours, memory), mean(hours)
    off = sum(
        (y - line.intercept - line.slope * x) ** 2 for x, y in zip(hours, memory, strict=True)
    )
    return line.slope, sqrt(off / (len(hours) - 2) / sum((x - middle) ** 2 for x in hours))


if __name__ == "__main__":
    main()
