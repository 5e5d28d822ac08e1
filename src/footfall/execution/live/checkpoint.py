"""Checkpoints of a live run, from which a run that was stopped goes on without a replay.

A checkpoint is a copy of what the stream and the time fix anyway, and may be deleted. It holds
arrays and a text about them: reading one runs no code.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from footfall.errors import shown
from footfall.execution.engine import Saved
from footfall.net.clock import Clock
from footfall.store.durable import sync, sync_folder

FOLDER = Path(".footfall-live")
EVERY_S = 60.0
MOST_SHARE = 0.005
"""Largest share of time that writing takes: large checkpoints are written less often."""
WORTH_S = 1.0
"""A past that is replayed in less time needs no checkpoint."""
# All that `np.load` and the text within raise for a file that is cut off or foreign.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True, slots=True)
class PopulationBlock:
    """A block of people who are simulated together, by number, and their arrays."""

    first: int
    end: int
    saved: Saved


@dataclass(frozen=True, slots=True)
class PopulationSnapshot:
    """A snapshot of the population.

    Args:
        at_ms: Its time.
        horizon_ms: Reach of the calendar.
        admitted_ms: People who arrive before this time are in the blocks.
        blocks: All who have been admitted, in order.
    """

    at_ms: int
    horizon_ms: int
    admitted_ms: int
    blocks: Sequence[PopulationBlock]


class Checkpoints:
    """The checkpoint of one run.

    Written beside the last one by the producer, which is ahead of the sinks → put in its place
    once the sinks have got there. A checkpoint ahead of a sink would be of no use: after a
    crash, the sink lacks what lies before.

    Args:
        run: Id of the run, which tells streams apart.
        clock: By which the next one is due.
        folder: Its folder; None is `.footfall-live` here.
    """

    def __init__(self, run: str, clock: Clock, folder: Path | None = None) -> None:
        self._run, self._clock = run, clock
        self.path = (folder or FOLDER) / f"{run}.npz"
        self._next = self.path.with_suffix(".next")
        self._next_ms: int | None = None
        self._due_at = clock.monotonic() + EVERY_S

    def load(self, at_ms: int) -> PopulationSnapshot | None:
        """Return the snapshot, if it leads up to a time; warn of a file that cannot be used."""
        if not self.path.exists():
            return None
        try:
            snapshot = self._read()
        except _UNREADABLE as problem:
            self.warn(problem)
            return None
        return snapshot if snapshot.at_ms <= at_ms < snapshot.horizon_ms else None

    def warn(self, problem: Exception) -> None:
        """Say on standard error why a file is of no use."""
        why = shown(str(problem) or type(problem).__name__)[1:-1]
        sys.stderr.write(f"{self.path} is not used: {why}; living through the past again\n")

    def is_worthwhile(self, past_s: float) -> bool:
        """Return whether a past that took so long to replay should not be replayed again."""
        return past_s > WORTH_S

    @property
    def is_due(self) -> bool:
        """Whether it is time for another one."""
        # Not before the last one counts: slow sinks would see it replaced for ever.
        return self._next_ms is None and self._clock.monotonic() >= self._due_at

    def write(self, snapshot: PopulationSnapshot) -> None:
        """Write a snapshot; it counts once the sinks have got there."""
        begun = self._clock.monotonic()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._next.unlink(missing_ok=True)  # of a run that was killed while it wrote
            # Made anew: `x` follows no link that somebody has put in its place.
            with self._next.open("xb") as file:
                np.savez(file, allow_pickle=False, **self._members(snapshot))
                sync(file)
            self._next_ms = snapshot.at_ms
        except OSError as problem:
            sys.stderr.write(f"{self.path} was not written: {problem.strerror}\n")
        now = self._clock.monotonic()
        self._due_at = now + max(EVERY_S, (now - begun) / MOST_SHARE)

    def settle(self, reached_ms: int) -> None:
        """Let the one that was written last count, if the sinks have got there.

        A rename, so that a crash leaves one of the two, whole.
        """
        if self._next_ms is not None and self._next_ms <= reached_ms:
            with suppress(OSError):
                self._next.replace(self.path)
                sync_folder(self.path.parent)
            self._next_ms = None

    def close(self) -> None:
        """Remove what does not count."""
        with suppress(OSError):
            self._next.unlink(missing_ok=True)

    def _members(self, snapshot: PopulationSnapshot) -> dict[str, Any]:
        about = {
            "run": self._run,
            "footfall": version("footfall"),
            "at_ms": snapshot.at_ms,
            "horizon_ms": snapshot.horizon_ms,
            "known_ms": snapshot.admitted_ms,
            "blocks": [[block.first, block.end] for block in snapshot.blocks],
        }
        arrays = {
            f"{number}/{name}": array
            for number, b in enumerate(snapshot.blocks)
            for name, array in b.saved.items()
        }
        return {"about": np.array(json.dumps(about)), **arrays}

    def _read(self) -> PopulationSnapshot:
        with self.path.open("rb") as file, np.load(file, allow_pickle=False) as members:
            about = json.loads(str(members["about"]))
            for name, mine in (("run", self._run), ("footfall", version("footfall"))):
                if about[name] != mine:
                    raise ValueError(f"it is of {name} {about[name]}, not of {mine}")
            blocks = [
                PopulationBlock(int(first), int(end), _arrays(members, f"{number}/"))
                for number, (first, end) in enumerate(about["blocks"])
            ]
            return PopulationSnapshot(
                int(about["at_ms"]), int(about["horizon_ms"]), int(about["known_ms"]), blocks
            )


def _arrays(members: Mapping[str, Any], prefix: str) -> Saved:
    return {
        name.removeprefix(prefix): members[name] for name in members if name.startswith(prefix)
    }
