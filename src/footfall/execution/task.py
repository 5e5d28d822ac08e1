"""The work of a run: living through the plan's parts and preparing them for the sinks, in this process or a worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap

from footfall.data.chunk import Chunk
from footfall.data.tallies import Tallies
from footfall.execution.engine import Engine, GroupSimulation
from footfall.execution.schedule import PlannedPart, Schedule
from footfall.sinks.protocol import Prepared, Sink


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs, pickled once.

    Args:
        encoders: Per sink, in the order of the run's list: one that was never opened, or None where the owner encodes.
        keep_chunks: Hand over the chunk itself (`--order time` merges chunks before they are encoded).
        given_up: Sinks that want no more, by their place: nothing is encoded for them. The owner adds to it on the
            way, and its workers are told.
    """

    engine: Engine
    run_id: str
    plan: Schedule
    encoders: tuple[Sink | None, ...]
    keep_chunks: bool = False
    given_up: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PartResult:
    """What became of a step.

    Args:
        prepared: Per sink of the step: what it prepared, or None where the owner is to do it, or the sink is given up.
        chunk: The chunk, where somebody needs it still; else None.
    """

    step: PlannedPart
    n_events: int
    tallies: Tallies
    prepared: tuple[Prepared | None, ...]
    chunk: Chunk | None


def live_through(job: Job, share: int = 0, n_shares: int = 1) -> Iterator[PartResult]:
    """Simulate the plan's steps in order, each when it is asked for, and prepare them for the sinks.

    Where there are processors to spare, a chunk is encoded in a thread of its own while the next one is simulated.

    Args:
        share: Which of the shares: every `n_shares`-th group belongs to it.
    """
    chunks = _chunks(job, share, n_shares)
    if n_shares >= processors():
        yield from starmap(partial(prepare, job), chunks)
        return
    with ThreadPoolExecutor(1, "encoder") as encoder:
        encoded: Future[PartResult] | None = None
        for step, chunk in chunks:
            following = encoder.submit(prepare, job, step, chunk)
            del chunk
            if encoded is not None:
                yield encoded.result()
            encoded = following
        if encoded is not None:
            yield encoded.result()


def _chunks(job: Job, share: int, n_shares: int) -> Iterator[tuple[PlannedPart, Chunk]]:
    groups: dict[int, GroupSimulation] = {}
    for step in job.plan.steps():
        if step.group % n_shares != share:
            continue
        if step.group not in groups:
            groups[step.group] = _enter(job, step)
        chunk = groups[step.group].advance(step.part.until_ms)
        if step.is_last:
            del groups[step.group]
        yield step, chunk
        del chunk  # it must be gone before the next one is made


def processors() -> int:
    """Return how many processors this process may use."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def prepare(job: Job, step: PlannedPart, chunk: Chunk) -> PartResult:
    """Encode a chunk for all sinks that lack it, but those that are given up."""
    wanted = [sink for sink in step.sinks if sink not in job.given_up]
    encoders = {sink: None if job.keep_chunks else job.encoders[sink] for sink in wanted}
    made = {
        sink: encoder.prepare(chunk)
        for sink, encoder in encoders.items()
        if encoder is not None
    }
    kept = chunk if job.keep_chunks or len(made) < len(wanted) else None
    return PartResult(
        step,
        chunk.events.num_rows,
        chunk.tallies,
        tuple(made.get(sink) for sink in step.sinks),
        kept,
    )


def _enter(job: Job, step: PlannedPart) -> GroupSimulation:
    """Begin with a group; if its first part lies after the start, its past is lived through without being written."""
    part = step.part
    group = job.engine.simulation(
        job.run_id, part.first_person, part.end_person, job.plan.until_ms
    )
    if part.from_ms > job.plan.start_ms:
        group.skip(part.from_ms)
    return group
