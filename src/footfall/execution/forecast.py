"""The forecast of a large run: events and bytes, from what a few of its people do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from footfall.data.stream import Run
from footfall.execution.engine import Engine
from footfall.sinks.protocol import Sink, capabilities_of
from footfall.units import DAY_MS

LARGE_PERSON_DAYS = 10_000_000
"""Smaller runs take half a minute and write some 100 MB: not worth the second of a forecast."""
SAMPLES, SAMPLE_PEOPLE = 2, 512
"""Measured with three seeds of shipped scenarios: events per person are within 17 %."""


def forecast_lines(engine: Engine, run: Run, sinks: Sequence[Sink]) -> Iterator[str]:
    """Yield the lines of a forecast, and of warnings of full disks; none for a small run.

    Args:
        engine: Of the run; some people are simulated from the start to the end.
        run: That is about to begin.
        sinks: Those that have nothing of it yet.
    """
    days = (run.until_ms - run.stream.start_ms) // DAY_MS
    if not sinks or run.people * days < LARGE_PERSON_DAYS:
        return
    events = expected_events(engine, run)
    files = [file for sink in sinks if (file := _expected_file(sink, events)) is not None]
    sizes = "".join(f", {_gb(file.n_bytes)} in {file.sink}" for file in files)
    yield f"expected: about {_rounded(events):,} events{sizes}"
    for file in files:
        free = _free_bytes(file.path)
        if free < file.n_bytes:
            yield (
                f"warning: {file.sink} will not fit: "
                f"about {_gb(file.n_bytes)} are expected, {_gb(free)} are free\n"
                "  a full disk stops a run; what was committed is kept, and the same command goes on once there is room"
            )


def expected_events(engine: Engine, run: Run) -> int:
    """Return the expected events of a run, by simulating a few of its people throughout."""
    n_events = n_people = 0
    for sample in range(SAMPLES):
        # From the middle of each half of the people: those who come late do less before the
        # end.
        first = run.people * (2 * sample + 1) // (2 * SAMPLES)
        end = min(first + SAMPLE_PEOPLE, run.people)
        n_events += (
            engine.simulation(run.id, first, end, run.until_ms)
            .advance(run.until_ms)
            .events.num_rows
        )
        n_people += end - first
    return n_events * run.people // n_people


@dataclass(frozen=True, slots=True)
class _ExpectedFile:
    """A file or folder that a run will fill."""

    sink: str
    path: Path
    n_bytes: float


def _expected_file(sink: Sink, events: int) -> _ExpectedFile | None:
    can = capabilities_of(sink)
    if can.path is None or can.event_bytes is None or not events:
        return None
    return _ExpectedFile(sink.name, can.path, events * can.event_bytes)


def _free_bytes(path: Path) -> int:
    folders = path.absolute().parents  # the file need not be there, nor the folder it lies in
    return shutil.disk_usage(next(folder for folder in folders if folder.exists())).free


def _rounded(number: int) -> int:
    # Two digits: more would promise what a sample of a thousand people cannot hold.
    return round(number, 2 - len(str(number)))


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.1f} GB"
