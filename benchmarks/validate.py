"""How many events per second `footfall validate` checks, from Parquet and from NDJSON.

    python benchmarks/validate.py [--people 80000] [--repeat 3]

Simulates the shop as 0.1.0 shipped it once, then checks it in this process; every figure is the best of the repeats.

Seen, with Python 3.11, DuckDB 2.0, 2 processors that other work used too (load 7 to 9), 2,308,591 events of 60,000
people: Parquet 209,000 events/s, and 354,000 per second of processor time, of which values that a process carries
take a third; NDJSON 19,000 and 37,000. With the processors at hand it would be about twice the latter: checks run on
both. Wanted from Parquet: 300,000.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from frozen_shop import SHOP

import footfall


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=80_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start; best of {asked.repeat}"
    )
    print(
        f"{'from':<10} {'events':>12} {'s':>8} {'events/s':>12} {'of processor':>13} {'wanted':>12}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, people, wanted in (
            ("parquet", asked.people, "300,000"),
            ("ndjson", asked.people // 20, ""),
        ):
            where = Path(folder) / f"shop.{kind}"
            footfall.run(SHOP, to=f"{kind}:{where}", people=people)
            _row(kind, where, asked.repeat, wanted)


def _row(kind: str, where: Path, repeat: int, wanted: str) -> None:
    seconds, busy, events = [], [], 0
    for _ in range(repeat):
        begin, spent = time.perf_counter(), time.process_time()
        found = footfall.validate(where, SHOP)
        seconds.append(time.perf_counter() - begin)
        busy.append(time.process_time() - spent)
        events = found.count
        assert found.is_clean, found.findings
    rate, per_second = events / min(seconds), events / min(busy)
    print(
        f"{kind:<10} {events:>12,} {min(seconds):>8.2f} {rate:>12,.0f} {per_second:>13,.0f} {wanted:>12}"
    )


if __name__ == "__main__":
    main()
