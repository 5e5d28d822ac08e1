"""The work of a run: living through the plan's parts and preparing them for the sinks, in this process or a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from footfall.events.chunk import Chunk, Tallies
from footfall.run.engine import Engine, Simulating
from footfall.run.plan import Plan, Step
from footfall.sinks.sink import Prepared, Sink


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs, pickled once.

    Args:
        encoders: Per sink, in the order of the run's list: one that was never opened, or None where the owner encodes.
        keep_chunks: Hand over the chunk itself (`--order time` merges chunks before they are encoded).
    """

    engine: Engine
    run_id: str
    plan: Plan
    encoders: tuple[Sink | None, ...]
    keep_chunks: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step.

    Args:
        prepared: Per sink of the step: what it prepared, or None where the owner is to do it.
        chunk: The chunk, where somebody needs it still; else None.
    """

    step: Step
    n_events: int
    tallies: Tallies
    prepared: tuple[Prepared | None, ...]
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
        outcome = prepare(job, step, groups[step.group].advance(step.part.until_ms))
        if step.is_last:
            del groups[step.group]
        yield outcome
        del outcome  # a kept chunk must be gone before the next one is made


def prepare(job: Job, step: Step, chunk: Chunk) -> Outcome:
    """Encode a chunk for all sinks that lack it."""
    encoders = [None if job.keep_chunks else job.encoders[sink] for sink in step.sinks]
    prepared = tuple(None if encoder is None else encoder.prepare(chunk) for encoder in encoders)
    kept = chunk if job.keep_chunks or None in prepared else None
    return Outcome(step, chunk.events.num_rows, chunk.tallies, prepared, kept)


def _enter(job: Job, step: Step) -> Simulating:
    """Begin with a group; if its first part lies after the start, its past is lived through without being written."""
    part = step.part
    group = job.engine.simulation(job.run_id, part.first_person, part.end_person, job.plan.until_ms)
    if part.from_ms > job.plan.start_ms:
        group.skip(part.from_ms)
    return group
