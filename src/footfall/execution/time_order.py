"""`--order time`: the parts of all groups in one window become one chunk, in order of time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.tallies import Tallies
from footfall.execution.schedule import PlannedPart
from footfall.execution.task import Job, PartResult, prepare
from footfall.sinks.protocol import EVERYBODY

_ORDER = {
    "events": ("time", "person"),
    "changes": ("time", "person", "sequence"),
    "arrivals": ("person",),
}


def in_time_order(job: Job, part_results: Iterator[PartResult]) -> Generator[PartResult]:
    """Merge the results of each window into one, encoded for the sinks.

    Memory holds one window of everybody; the schedule makes windows narrower the more groups
    there are, so that this is about as much as two parts of one group.

    Args:
        job: One that keeps chunks, planned in time order.
        part_results: In plan order: window by window, group by group.
    """
    encode = replace(job, keep_chunks=False)
    for _, span in groupby(part_results, key=lambda part_result: part_result.step.part.from_ms):
        parts = list(span)
        # Stopped in the middle of a window: its cursor is one for everybody, so a part of the people
        # cannot be committed. It is made again when the run continues.
        if len(parts) < job.plan.n_groups:
            return
        chunk = merge_chunks([part.chunk for part in parts if part.chunk is not None])
        # The number of the window's last step: by it the owner sees that the plan is done.
        last = parts[-1].step
        yield prepare(
            encode, PlannedPart(last.number, 0, chunk.part, last.sinks, last.is_last), chunk
        )


def merge_chunks(chunks: list[Chunk]) -> Chunk:
    """Return one chunk of everybody, in order of time.

    Args:
        chunks: Of one stream and one window, in order of people, without a gap.
    """
    first = chunks[0]
    tallies = Tallies.empty()
    for chunk in chunks:
        tallies.add(chunk.tallies)
    part = Part(*EVERYBODY, first.part.from_ms, first.part.until_ms)
    tables = {
        name: merge_tables([getattr(chunk, name) for chunk in chunks], keys)
        for name, keys in _ORDER.items()
    }
    return Chunk(
        first.stream,
        first.run,
        part,
        tables["events"],
        tables["changes"],
        tables["arrivals"],
        tallies,
    )


def merge_tables(tables: list[pa.Table], keys: tuple[str, ...]) -> pa.Table:
    """Return the rows of all tables in order of some columns; equal ones as they were given.

    Arrow's sort is stable. Dictionaries of the tables differ, since each chunk has only its own
    values, and are made one before rows can be taken across them.
    """
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return whole.take(pc.sort_indices(whole, sort_keys=[(key, "ascending") for key in keys]))
