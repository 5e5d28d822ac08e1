"""`--order time`: the parts of all groups in one span become one chunk, in order of time."""

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


def in_time_order(job: Job, outcomes: Iterator[PartResult]) -> Generator[PartResult]:
    """Merge the outcomes of each span into one, prepared for the sinks.

    Args:
        job: One that keeps chunks, planned in time order.
        outcomes: In plan order: span by span, group by group.
    """
    encode = replace(job, keep_chunks=False)
    for _, span in groupby(outcomes, key=lambda outcome: outcome.step.part.from_ms):
        parts = list(span)
        if (
            len(parts) < job.plan.n_groups
        ):  # stopped in the middle of a span: it is made again when the run continues
            return
        chunk = merge_chunks([part.chunk for part in parts if part.chunk is not None])
        last = parts[-1].step
        yield prepare(
            encode, PlannedPart(last.number, 0, chunk.part, last.sinks, last.is_last), chunk
        )


def merge_chunks(chunks: list[Chunk]) -> Chunk:
    """Return one chunk of everybody, in order of time.

    Args:
        chunks: Of one stream and one span, in order of people, without a gap.
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
    """Return the rows of all tables in the order of some columns; what is equal stays in the order given."""
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return whole.take(pc.sort_indices(whole, sort_keys=[(key, "ascending") for key in keys]))
