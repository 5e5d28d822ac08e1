"""The chunk: what the simulation hands to the sinks, for one part."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from footfall.data.part import Part
from footfall.data.stream import Stream
from footfall.data.tallies import Tallies


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Chunk: all that happened to the people of a part in its span.

    Args:
        events: Schema `events_schema`; rows in order of (time, person, event number).
        changes: Schema `changes_schema`; rows in order of (time, person, sequence).
        arrivals: Schema `arrivals_schema`; people first seen in this part, in order of person.
        tallies: Of this part alone.
    """

    stream: Stream
    run: str
    part: Part
    events: pa.Table
    changes: pa.Table
    arrivals: pa.Table
    tallies: Tallies

    def __repr__(self) -> str:
        rows = f"{self.events.num_rows:,} events, {self.arrivals.num_rows:,} arrivals"
        return f"<Chunk of run {self.run}, {self.part}: {rows}>"
