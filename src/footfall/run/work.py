"""The work of a run: living through the plan's parts and preparing them for the sinks, in this process or a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from footfall.events.chunk import Chunk, Tallies
from footfall.run.engine import Engine, Simulating
from footfall.run.plan import Plan, Step


class Preparer(Protocol):
    """The part of a sink that encodes: it runs where the chunk is made."""

    def prepare(self, chunk: Chunk) -> Any:
        """Encode a chunk; what is returned goes to the sink's `commit`, possibly in another process."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs, pickled once.

    Args:
        preparers: One per sink, in the order of the run's list.
        keep_chunks: Hand over the chunk itself, unprepared (`--order time` merges chunks first).
    """

    engine: Engine
    run_id: str
    plan: Plan
    preparers: tuple[Preparer, ...]
    keep_chunks: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step.

    Args:
        prepared: One per sink of the step, empty when the chunk is kept.
        chunk: The chunk, where it is kept; else None.
    """

    step: Step
    n_events: int
    tallies: Tallies
    prepared: tuple[Any, ...]
    chunk: Chunk | None


def live_through(job: Job, share: int = 0, n_shares: int = 1) -> Iterator[Outcome]:
    """Simulate the plan's steps in order, each when it is asked for.

    Args:
        share: Which of the shares: every `n_shares`-th group belongs to it.
    """
    groups: dict[int, Simulating] = {}
    for step in job.plan.steps():
        if step.group % n_shares != share:
            continue
        if step.group not in groups:
            groups[step.group] = _enter(job, step)
        chunk = groups[step.group].advance(step.part.until_ms)
        if step.is_last:
            del groups[step.group]
        yield prepare(job, step, chunk)


def prepare(job: Job, step: Step, chunk: Chunk) -> Outcome:
    """Encode a chunk for all sinks that lack it."""
    kept = chunk if job.keep_chunks else None
    prepared = () if job.keep_chunks else tuple(job.preparers[sink].prepare(chunk) for sink in step.sinks)
    return Outcome(step, chunk.events.num_rows, chunk.tallies, prepared, kept)


def _enter(job: Job, step: Step) -> Simulating:
    """Begin with a group; if its first part lies after the start, its past is lived through without being written."""
    part = step.part
    group = job.engine.simulation(job.run_id, part.first_person, part.end_person, job.plan.until_ms)
    if part.from_ms > job.plan.start_ms:
        group.skip(part.from_ms)
    return group
