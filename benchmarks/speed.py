"""Start-up, speed, what of it is the sink's own, and memory: the figures of the shop as version 0.1.0 shipped it.

    python benchmarks/speed.py [--people 200000] [--repeat 5] [--memory] [--large] [--scenario ecommerce]

The frozen copy (`frozen/0.1.0/`) keeps figures of different years comparable; `--scenario` takes another file, or the
name of a scenario as it is shipped now. What is wanted is wanted of the shop.

Prints one table. Every row is a whole process (`python -m footfall.cli.main …`), medians of the repeats. The ratios set
the time to simulate and write against the time to write the same data, simulated before: as one worker does it (set-up
included; it encodes in a thread while it simulates on, where processors are idle), and one after the other.
`--memory` adds the peaks of all processes together at 100,000 and 1,000,000 people (and, with `--large`, 10,000,000).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from frozen_shop import SHOP

from footfall.units import DAY_MS

FOOTFALL = [
    sys.executable,
    "-c",
    "import sys; from footfall.cli.main import main; sys.exit(main())",
]
SINKS = {
    "parquet": "parquet:{}/out",
    "duckdb": "duckdb:{}/out.duckdb",
    "ndjson": "ndjson:{}/out.ndjson",
}
WANTED = {
    "help": "below 0.3 s",
    "100 people": "below 1.5 s",
    "parquet, 2 workers": "1,000,000",
    "parquet, 1 worker": "550,000",
    "duckdb, 2 workers": "300,000",
    "ndjson, 2 workers": "250,000",
    "parquet ratio": "at most 2.0",
    "duckdb ratio": "at most 1.6",
    "ndjson ratio": "at most 1.6",
}


def main() -> None:
    """Print the table."""
    asked = _arguments()
    versions = f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors"
    print(f"{versions}; medians of {asked.repeat}; load {os.getloadavg()[0]:.1f} at the start")
    print(f"{'what':<24} {'got':>14} {'wanted':>14}")
    _startup(asked.scenario, asked.repeat)
    _throughput(asked.scenario, asked.people, asked.repeat)
    for sink in SINKS:
        as_run, in_turn = _ratios(asked.scenario, sink, asked.repeat)
        _row(f"{sink} ratio", as_run, "{:.2f}")
        _row(f"{sink} ratio, in turn", in_turn, "{:.2f}")
    _naive(asked.repeat)
    if asked.memory:
        for people in (100_000, 1_000_000, *([10_000_000] if asked.large else [])):
            _memory(asked.scenario, people)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--scenario",
        type=_scenario,
        default=str(SHOP),
        help="a file, or the name of a shipped one",
    )
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--large", action="store_true")
    return parser.parse_args()


def _scenario(text: str) -> str:
    """Return a file as its whole path, since runs are made in a folder of their own, and a name as it is."""
    return str(Path(text).resolve()) if Path(text).is_file() else text


def _row(what: str, got: float, form: str = "{:,.0f}") -> None:
    print(f"{what:<24} {form.format(got):>14} {WANTED.get(what, ''):>14}", flush=True)


def _timed(*arguments: str) -> tuple[float, str]:
    """Run footfall in an empty folder; return seconds and what it printed."""
    folder = tempfile.mkdtemp(prefix="footfall-benchmark-")
    try:
        started = time.perf_counter()
        words = [*FOOTFALL, *(a.format(folder) for a in arguments)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
        return time.perf_counter() - started, done.stdout + done.stderr
    finally:
        shutil.rmtree(folder)


def _median(repeat: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(repeat))


def _startup(scenario: str, repeat: int) -> None:
    _row("help", _median(repeat, lambda: _timed("--help")[0]), "{:.2f} s")
    for people in (100, 10_000):
        options = ["run", scenario, "--people", str(people)]
        _row(
            f"{people:,} people",
            _median(repeat, lambda options=options: _timed(*options)[0]),
            "{:.2f} s",
        )


def _throughput(scenario: str, people: int, repeat: int) -> None:
    for sink, workers in (("parquet", 2), ("parquet", 1), ("duckdb", 2), ("ndjson", 2)):
        options = ["--people", str(people), "--workers", str(workers), "--to", SINKS[sink]]
        rate = _median(
            repeat, lambda options=options: _rate(*_timed("run", scenario, *options))
        )
        _row(f"{sink}, {workers} worker{'s' if workers > 1 else ''}", rate)


def _rate(seconds: float, printed: str) -> float:
    """Return events per second of a whole process, start-up and reports included."""
    found = re.search(r"([\d,]+) events in", printed)
    assert found is not None, printed
    return int(found[1].replace(",", "")) / seconds


def _ratios(scenario: str, kind: str, repeat: int) -> tuple[float, float]:
    """Return the time to simulate and write over the time to write: as one worker does it, and in turn."""
    import footfall
    from footfall.compiler import compile_scenario
    from footfall.sim import Simulation, people_until, window_ms

    model = compile_scenario(footfall.load(scenario), people=100_000)
    until_ms = model.start_ms + model.length_days * DAY_MS
    ends = [*range(model.start_ms + window_ms(model), until_ms, window_ms(model)), until_ms]

    groups = [
        model.groups.range(n) for n in range(model.groups.count(people_until(model, until_ms)))
    ]
    as_run, in_turn = [], []
    for _ in range(repeat):
        simulating = writing = 0.0
        for people in groups:
            started = time.perf_counter()
            group = Simulation(model, model.stream.id, *people, until_ms)
            chunks = [group.advance(end) for end in ends]
            simulating += time.perf_counter() - started
            writing += _write(kind, model, chunks, until_ms)
            del chunks
        in_turn.append((simulating + writing) / writing)
        folder = tempfile.mkdtemp(prefix="footfall-benchmark-")
        started = time.perf_counter()
        footfall.run(scenario, people=100_000, to=[SINKS[kind].format(folder)], workers=1)
        as_run.append((time.perf_counter() - started) / writing)
        shutil.rmtree(folder)
    return statistics.median(as_run), statistics.median(in_turn)


def _write(kind: str, model: object, chunks: list[object], until_ms: int) -> float:
    from footfall.data.stream import Run
    from footfall.sinks import parse

    folder = tempfile.mkdtemp(prefix="footfall-benchmark-")
    stream = model.stream  # type: ignore[attr-defined]
    run = Run(stream.id, stream, until_ms, 49152, "benchmark", {}, "", {})
    try:
        sink = parse(SINKS[kind].format(folder))
        sink.open(run, fresh=False)
        started = time.perf_counter()
        for chunk in chunks:
            sink.commit(sink.prepare(chunk))  # type: ignore[arg-type]
        seconds = time.perf_counter() - started
        sink.close(complete=True)
        return seconds
    finally:
        shutil.rmtree(folder)


def _naive(repeat: int) -> None:
    script = str(Path(__file__).with_name("naive.py"))

    def rate() -> float:
        done = subprocess.run(
            [sys.executable, script], capture_output=True, text=True, check=True
        )
        return float(done.stdout.split()[1])

    _row("the naive way", _median(repeat, rate))


def _memory(scenario: str, people: int) -> None:
    """Print time and peak memory of all processes of a run to Parquet together."""
    folder = tempfile.mkdtemp(prefix="footfall-benchmark-")
    options = [
        "run",
        scenario,
        "--people",
        str(people),
        "--workers",
        "2",
        "--to",
        f"parquet:{folder}/out",
        "--quiet",
    ]
    started = time.perf_counter()
    process = subprocess.Popen([*FOOTFALL, *options], cwd=folder, stdout=subprocess.DEVNULL)
    peak = _Peak(process.pid)
    peak.start()
    process.wait()
    peak.stop()
    seconds = time.perf_counter() - started
    shutil.rmtree(folder)
    name = f"{people:,} people"
    print(
        f"{name:<24} {peak.bytes_ / 2**30:>10.2f} GiB {'below 1.5 GiB':>14}   {seconds:,.1f} s",
        flush=True,
    )


class _Peak(threading.Thread):
    """Watches the proportional memory of a process and its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.bytes_, self._stop_asked = pid, 0, threading.Event()

    def run(self) -> None:
        while not self._stop_asked.wait(0.2):
            self.bytes_ = max(self.bytes_, sum(_pss(pid) for pid in _family(self.pid)))

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in children for p in _family(int(child)))]


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main()
