"""Assembles what a part left behind into the tables of a chunk."""

from __future__ import annotations

import numpy as np

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.sim import tallying
from footfall.sim.event_table import events_table
from footfall.sim.journal import Journal
from footfall.sim.part_arrays import (
    EventLookup,
    GroupArrays,
    PartArrays,
    PropertyChanges,
    gather,
    tracked,
)
from footfall.sim.people_tables import arrivals_table, arrived_rows, changes_table


def assemble(group: GroupArrays, record: Journal, part: Part, is_first: bool) -> Chunk:
    """Make the chunk of a part.

    Args:
        is_first: The group's first part: people who were there before the start arrive in it.
    """
    flow = gather(group, record)
    lookup = EventLookup(group, flow)
    changes = [
        PropertyChanges(j.columns(), p, lookup)
        for j, p in zip(record.changes, tracked(group.model), strict=True)
    ]
    arrived = arrived_rows(group, part, is_first)
    tallies = tallying.of_part(group, record, flow, changes, arrived, is_first=is_first)
    chunk = Chunk(
        stream=group.model.stream,
        run=group.run,
        part=part,
        events=events_table(group, record, flow, changes, lookup),
        changes=changes_table(group, changes),
        arrivals=arrivals_table(group, arrived),
        tallies=tallies,
    )
    _remember(group, flow)
    return chunk


def _remember(group: GroupArrays, flow: PartArrays) -> None:
    n = len(group.persons)
    group.seen_events += np.bincount(flow.rows, minlength=n)
    group.seen_sessions += np.bincount(
        flow.rows[np.equal(flow.sessions, flow.times)], minlength=n
    )
