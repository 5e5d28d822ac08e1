"""How fast each sink takes data that are there already: encoding (in workers, per core) and committing (in the owner).

    python benchmarks/sinks.py [--rows 1000000] [--parts 4] [--repeat 3] [SINK ...]

The table has the shape of the shop: 17 common columns, a struct of 34 mostly null properties with a list of records, a
struct of 8 user properties, mostly null. It is synthetic; a run's own share is measured elsewhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.sinks import Sink, parse
from footfall.sinks.conformance.schemas import SHOP
from footfall.sinks.conformance.synthetic_chunks import make_chunk, make_run
from footfall.sinks.conformance.synthetic_values import START_MS
from footfall.units import DAY_MS

TARGETS = {
    "duckdb": "duckdb:{folder}/events.duckdb",
    "parquet": "parquet:{folder}/events",
    "ndjson": "ndjson:{folder}/events.ndjson",
    "ndjson.gz": "ndjson:{folder}/events.ndjson.gz",
    "csv": "csv:{folder}/events.csv",
    "json": "json:{folder}/events.json",
}
PEOPLE = 4096
DAYS = 14


@dataclass
class Timing:
    """Seconds one sink took, wall-clock and CPU of this process, to encode and to commit."""

    encode_s: float
    encode_cpu_s: float
    commit_s: float
    commit_cpu_s: float
    size_bytes: int


def main() -> None:
    """Print a row per sink."""
    asked = _arguments()
    run = make_run(SHOP, days=DAYS, people=PEOPLE * asked.parts)
    spans = [(PEOPLE * i, PEOPLE * (i + 1)) for i in range(asked.parts)]
    parts = [Part(first, end, START_MS, START_MS + DAYS * DAY_MS) for first, end in spans]
    chunks = [make_chunk(run, part, rows=asked.rows // asked.parts) for part in parts]
    rows = sum(chunk.events.num_rows for chunk in chunks)
    print(
        f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors"
    )
    print(
        f"{rows:,} events in {asked.parts} parts; medians of {asked.repeat}; load {os.getloadavg()[0]:.1f} before"
    )
    print(
        f"{'sink':<10} {'encode/core':>12} {'commit':>12} {'commit CPU':>12} {'both, 1 core':>12} {'bytes/row':>10}"
    )
    for name in asked.sinks or TARGETS:
        timings = [_measure(TARGETS[name], run, chunks) for _ in range(asked.repeat)]
        print(_line(name, rows, timings), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sinks", nargs="*", choices=[*TARGETS, []], metavar="SINK", help=", ".join(TARGETS)
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def _measure(target: str, run: Run, chunks: list[Chunk]) -> Timing:
    folder = tempfile.mkdtemp(dir=Path.cwd(), prefix=".benchmark-")
    try:
        return _timed(parse(target.format(folder=folder)), run, chunks)
    finally:
        shutil.rmtree(folder)


def _timed(sink: Sink, run: Run, chunks: list[Chunk]) -> Timing:
    total = Timing(0, 0, 0, 0, 0)
    sink.open(run, fresh=False)
    for chunk in chunks:
        wall, cpu = time.perf_counter(), time.process_time()
        prepared = sink.prepare(chunk)
        total.encode_s += time.perf_counter() - wall
        total.encode_cpu_s += time.process_time() - cpu
        wall, cpu = time.perf_counter(), time.process_time()
        total.size_bytes += sink.commit(prepared).size_bytes
        total.commit_s += time.perf_counter() - wall
        total.commit_cpu_s += time.process_time() - cpu
    wall, cpu = time.perf_counter(), time.process_time()
    sink.close(complete=True)
    total.commit_s += time.perf_counter() - wall
    total.commit_cpu_s += time.process_time() - cpu
    return total


def _line(name: str, rows: int, timings: list[Timing]) -> str:
    def per_second(seconds: list[float]) -> str:
        return f"{rows / statistics.median(seconds) / 1e6:9.2f} M/s"

    columns = [
        per_second([t.encode_cpu_s for t in timings]),
        per_second([t.commit_s for t in timings]),
        per_second([t.commit_cpu_s for t in timings]),
        per_second([t.encode_cpu_s + t.commit_cpu_s for t in timings]),
    ]
    return f"{name:<10} {' '.join(f'{c:>12}' for c in columns)} {timings[0].size_bytes / rows:>10.0f}"


if __name__ == "__main__":
    main()
