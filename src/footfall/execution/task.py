"""The work of a run, in this process or a worker: parts are simulated and encoded."""

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
    """The job of all workers, pickled once for each.

    Args:
        engine: The stream.
        run_id: For the column `run`.
        plan: The parts; every worker takes its share of the groups.
        encoders: Per sink, in the order of the run's list: a copy that was never opened, or
            None where the owner encodes.
        keep_chunks: Hand over the chunk itself (`--order time` merges chunks before encoding).
        given_up: Places of sinks that want no more: nothing is encoded for them. The owner
            adds to it on the way, and orders its workers to do the same.
    """

    engine: Engine
    run_id: str
    plan: Schedule
    encoders: tuple[Sink | None, ...]
    keep_chunks: bool = False
    given_up: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PartResult:
    """The result of a part of the plan.

    Args:
        step: The part's place in the plan.
        n_events: Events in the chunk.
        tallies: Of this part alone.
        prepared: Per sink of the step: the prepared part; None where the owner is to encode
            it, or the sink is given up.
        chunk: The chunk, where it is needed still; else None.
    """

    step: PlannedPart
    n_events: int
    tallies: Tallies
    prepared: tuple[Prepared | None, ...]
    chunk: Chunk | None


def live_through(job: Job, share: int = 0, n_shares: int = 1) -> Iterator[PartResult]:
    """Simulate the plan's steps in order, each when asked for, and encode them for the sinks.

    Args:
        job: Of all workers.
        share: Number of this worker: every `n_shares`-th group belongs to it.
        n_shares: Number of workers.
    """
    chunks = _chunks(job, share, n_shares)
    if n_shares >= processors():
        yield from starmap(partial(prepare, job), chunks)
        return
    # A processor is to spare: encode a chunk while the next one is simulated. numpy and Arrow release
    # the interpreter's lock, so a thread suffices. One step behind: at most two chunks are alive.
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
        # Each worker goes through the whole plan and takes its share: nobody has to be asked,
        # and no two can take the same part.
        if step.group % n_shares != share:
            continue
        if step.group not in groups:
            groups[step.group] = _enter(job, step)
        chunk = groups[step.group].advance(step.part.until_ms)
        # The state of its people goes, up to some 60 MB, before the next groups begin.
        if step.is_last:
            del groups[step.group]
        yield step, chunk
        del chunk  # it must be gone before the next one is made


def processors() -> int:
    """Return the number of processors this process may use; a container may allow fewer."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def prepare(job: Job, step: PlannedPart, chunk: Chunk) -> PartResult:
    """Encode a chunk for all sinks that lack it, except those that are given up."""
    wanted = [sink for sink in step.sinks if sink not in job.given_up]
    encoders = {sink: None if job.keep_chunks else job.encoders[sink] for sink in wanted}
    made = {
        sink: encoder.prepare(chunk)
        for sink, encoder in encoders.items()
        if encoder is not None
    }
    # The owner encodes for a sink without an encoder here, and needs the chunk for it.
    kept = chunk if job.keep_chunks or len(made) < len(wanted) else None
    return PartResult(
        step,
        chunk.events.num_rows,
        chunk.tallies,
        tuple(made.get(sink) for sink in step.sinks),
        kept,
    )


def _enter(job: Job, step: PlannedPart) -> GroupSimulation:
    """Return a group at the beginning of its first part.

    If that lies after the start, its past is simulated again without being written: the stream
    is the log, and there is no state to load.
    """
    part = step.part
    group = job.engine.simulation(
        job.run_id, part.first_person, part.end_person, job.plan.until_ms
    )
    if part.from_ms > job.plan.start_ms:
        group.skip(part.from_ms)
    return group
