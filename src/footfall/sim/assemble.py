"""Assembles what a part left behind into the tables of a chunk."""

from __future__ import annotations

import numpy as np

from footfall.events.chunk import Chunk, Part
from footfall.sim import tally
from footfall.sim.event_table import events_table
from footfall.sim.flow import Change, EventLookup, Flow, Group, gather, tracked
from footfall.sim.people_tables import arrivals_table, arrived_rows, changes_table
from footfall.sim.record import Record


def assemble(group: Group, record: Record, part: Part, is_first: bool) -> Chunk:
    """Make the chunk of a part.

    Args:
        is_first: The group's first part: people who were there before the start arrive in it.
    """
    flow = gather(group, record)
    lookup = EventLookup(group, flow)
    changes = [Change(j.columns(), p, lookup) for j, p in zip(record.changes, tracked(group.model), strict=True)]
    arrived = arrived_rows(group, part, is_first)
    tallies = tally.of_part(group, record, flow, changes, arrived, is_first=is_first)
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


def _remember(group: Group, flow: Flow) -> None:
    n = len(group.persons)
    group.seen_events += np.bincount(flow.rows, minlength=n)
    group.seen_sessions += np.bincount(flow.rows[np.equal(flow.sessions, flow.times)], minlength=n)
