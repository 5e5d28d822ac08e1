"""`--order time`: the parts of all groups in one span become one chunk, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from footfall.events.chunk import Chunk, Part, Tallies
from footfall.run.plan import Step
from footfall.run.work import Job, Outcome, prepare

_ORDER = {"events": ("time", "person"), "changes": ("time", "person", "sequence"), "arrivals": ("person",)}


def in_time_order(job: Job, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Merge the outcomes of each span into one, prepared for the sinks.

    Args:
        job: One that keeps chunks, planned in time order.
        outcomes: In plan order: span by span, group by group.
    """
    encode = Job(job.engine, job.run_id, job.plan, job.preparers)
    for _, span in groupby(outcomes, key=lambda outcome: outcome.step.part.from_ms):
        parts = list(span)
        if len(parts) < job.plan.n_groups:  # stopped in the middle of a span: it is made again when the run continues
            return
        chunk = merge_chunks([part.chunk for part in parts if part.chunk is not None])
        last = parts[-1].step
        yield prepare(encode, Step(last.number, 0, chunk.part, last.sinks, last.is_last), chunk)


def merge_chunks(chunks: list[Chunk]) -> Chunk:
    """Return one chunk of the people of several, in order of time.

    Args:
        chunks: Of one stream and one span, in order of people, without a gap.
    """
    first, last = chunks[0], chunks[-1]
    tallies = Tallies.empty()
    for chunk in chunks:
        tallies.add(chunk.tallies)
    part = Part(first.part.first_person, last.part.end_person, first.part.from_ms, first.part.until_ms)
    tables = {name: _merge([getattr(chunk, name) for chunk in chunks], keys) for name, keys in _ORDER.items()}
    return Chunk(first.stream, first.run, part, tables["events"], tables["changes"], tables["arrivals"], tallies)


def _merge(tables: list[pa.Table], keys: tuple[str, ...]) -> pa.Table:
    """Return the rows of all tables in the order of some columns; what is equal stays in the order given."""
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return whole.take(pc.sort_indices(whole, sort_keys=[(key, "ascending") for key in keys]))
