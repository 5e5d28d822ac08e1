"""How much a large run will write, told before it begins: from what a few of its people do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from footfall.data.chunk import Run
from footfall.execution.engine import Engine
from footfall.units import DAY_MS

LARGE_PERSON_DAYS = 10_000_000
"""Smaller runs take half a minute and write some hundred MB; they are not worth the second that a forecast takes."""
SAMPLES, SAMPLE_PEOPLE = 2, 512
"""Measured with three seeds of the shipped scenarios: events per person of these people are within 17 % of all's."""
EVENT_BYTES = {"duckdb": 90, "parquet": 25, "ndjson": 485, "json": 485, "csv": 315}
"""Bytes per event in a file of a kind, measured with the shipped scenarios; .gz takes a twelfth."""
GZIP = 12


def forecast_lines(engine: Engine, run: Run, sinks: Sequence[str]) -> Iterator[str]:
    """Yield what to expect of a large run, and what its files lack room for; nothing for a small one.

    Args:
        engine: Of the run; some people are simulated from the start to the end.
        run: That is about to begin.
        sinks: Names of those that have nothing of it yet.
    """
    days = (run.until_ms - run.stream.start_ms) // DAY_MS
    if not sinks or run.people * days < LARGE_PERSON_DAYS:
        return
    events = expected_events(engine, run)
    sizes = {sink: n_bytes for sink in sinks if (n_bytes := events * _event_bytes(sink))}
    files = "".join(f", {_gb(n_bytes)} in {sink}" for sink, n_bytes in sizes.items())
    yield f"expected: about {_rounded(events):,} events{files}"
    for sink, n_bytes in sizes.items():
        free = _free_bytes(sink)
        if free < n_bytes:
            yield (
                f"warning: {sink} will not fit: about {_gb(n_bytes)} are expected, {_gb(free)} are free\n"
                "  a full disk stops a run; what was committed is kept, and the same command goes on once there is room"
            )


def expected_events(engine: Engine, run: Run) -> int:
    """Return how many events to expect of a run, by simulating a few of its people throughout."""
    n_events = n_people = 0
    for sample in range(SAMPLES):
        first = run.people * (2 * sample + 1) // (2 * SAMPLES)
        end = min(first + SAMPLE_PEOPLE, run.people)
        n_events += (
            engine.simulation(run.id, first, end, run.until_ms)
            .advance(run.until_ms)
            .events.num_rows
        )
        n_people += end - first
    return n_events * run.people // n_people


def _event_bytes(sink: str) -> float:
    kind, _, target = sink.partition(":")
    return EVENT_BYTES.get(kind, 0) / (GZIP if target.endswith(".gz") else 1)


def _free_bytes(sink: str) -> int:
    target = Path(sink.partition(":")[2]).absolute()
    return shutil.disk_usage(next(folder for folder in target.parents if folder.exists())).free


def _rounded(number: int) -> int:
    return round(number, 2 - len(str(number)))


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.1f} GB"
