"""How long events in many small files take: a zip or a folder of Amplitude's hourly files, a folder of Parquet.

    python benchmarks/many_files.py [--files 2190 --files 8760] [--events 20]

Makes the files, and gives them to `validate`, `report`, `send` and `taxonomy`, each as a process of its own. Where
cost is linear, the last column stays as it is from one number of files to the next. A line and an array of 100 MB
come last: what they take of memory beyond a file of one event.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SCENARIO = "online-school"
COMMANDS = {
    "validate": ("--against", SCENARIO),
    "report": (),
    "send": ("--to", "duckdb:{to}.duckdb"),
    "taxonomy": ("--to", "{to}.csv"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: seconds by the clock and of processor time, and its greatest memory."""

    seconds: float
    busy: float
    memory_mb: float
    code: int


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, action="append")
    parser.add_argument("--events", type=int, default=20, help="in each file")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start")
    print(
        f"{'of':<8} {'files':>7} {'command':<10} {'s':>7} {'processor s':>12} {'MB':>6} {'ms per file':>12}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in {
            "zip": make_zip,
            "folder": make_folder,
            "parquet": make_parquet,
        }.items():
            for n_files in asked.files or (2190, 8760):
                where = Path(folder) / f"{kind}{n_files}{'.zip' * (kind == 'zip')}"
                make(where, n_files, asked.events)
                for command in COMMANDS:
                    _row(kind, n_files, command, _taken(command, where))
        print()
        _long(Path(folder))


def _row(kind: str, n_files: int, command: str, taken: Taken) -> None:
    assert taken.code == (command == "validate"), f"{command}: exit code {taken.code}"
    print(
        f"{kind:<8} {n_files:>7,} {command:<10} {taken.seconds:>7.1f} {taken.busy:>12.1f} {taken.memory_mb:>6.0f} "
        f"{1000 * taken.busy / n_files:>12.2f}"
    )


def _taken(command: str, where: Path) -> Taken:
    """Run a command as a process of its own."""
    options = [option.format(to=f"{where}.{command}") for option in COMMANDS[command]]
    line = [sys.executable, "-m", "footfall", command, str(where), *options]
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(line, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(
        seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode
    )


# --- files -----------------------------------------------------------------------------------------------------------


def _events(n_files: int, n_events: int) -> Iterator[list[dict[str, object]]]:
    """Yield the events of each hour, as Amplitude exports them."""
    for hour in range(n_files):
        begun = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        yield [
            {
                "event_type": "rate_lesson",
                "event_time": f"{begun:%Y-%m-%d %H}:{i % 60:02}:00.000000",
                "user_id": f"user-{(hour * 7 + i) % 500:05}",
                "$insert_id": f"event-{hour}-{i}",
                "event_properties": {"rating": i % 5 + 1},
            }
            for i in range(n_events)
        ]


def _packed(events: list[dict[str, object]]) -> bytes:
    return gzip.compress("".join(f"{json.dumps(event)}\n" for event in events).encode(), 1)


def make_zip(where: Path, n_files: int, n_events: int) -> None:
    """Write a zip as Amplitude's export is one."""
    with zipfile.ZipFile(where, "w") as archive:
        for hour, events in enumerate(_events(n_files, n_events)):
            archive.writestr(f"1/1_{hour:05}#0.json.gz", _packed(events))


def make_folder(where: Path, n_files: int, n_events: int) -> None:
    """Write the same, unpacked."""
    where.mkdir()
    for hour, events in enumerate(_events(n_files, n_events)):
        (where / f"1_{hour:05}#0.json.gz").write_bytes(_packed(events))


def make_parquet(where: Path, n_files: int, n_events: int) -> None:
    """Write a folder of Parquet files, each with the events of an hour."""
    where.mkdir()
    for hour, events in enumerate(_events(n_files, n_events)):
        rows = [
            {name.removeprefix("$"): value for name, value in event.items()} for event in events
        ]
        pq.write_table(pa.Table.from_pylist(rows), where / f"part-{hour:05}.parquet")


# --- a line without an end -------------------------------------------------------------------------------------------


def _long(folder: Path) -> None:
    event = json.dumps(next(_events(1, 1))[0])
    n = 100_000_000 // len(event)
    contents = {
        "one event": [event],
        "a line of 100 MB beside it": [f"{event}\n", *[event[:-1]] * n, "}"],
        "an array of 100 MB in one line": ["[", *[f"{event}, "] * n, f"{event}]"],
    }
    for name, texts in contents.items():
        path = folder / "long.json"
        path.write_text("".join(texts))
        taken = _taken("validate", path)
        print(
            f"{name:<32} {taken.seconds:>6.1f} s {taken.busy:>6.1f} s of processor {taken.memory_mb:>6.0f} MB"
        )


if __name__ == "__main__":
    # Files that are open at once must not be what passes by luck.
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    main()
