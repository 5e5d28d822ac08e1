"""Assembling: the journal of a part becomes the tables and the tallies of a chunk."""

from __future__ import annotations

import numpy as np

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.sim import tallying
from footfall.sim.event_table import events_table
from footfall.sim.journal import Journal
from footfall.sim.newcomers import log_arrivals
from footfall.sim.part_events import (
    EventLookup,
    GroupArrays,
    PartEvents,
    PropertyChanges,
    collect,
    tracked,
)
from footfall.sim.people_tables import arrivals_table, arrived_rows, changes_table


def assemble(group: GroupArrays, journal: Journal, part: Part, is_first: bool) -> Chunk:
    """Make the chunk of a part.

    Args:
        is_first: The group's first part: people who were there before the start arrive in it.
    """
    emitted = collect(group, journal)
    lookup = EventLookup(group, emitted)
    changes = []
    for arrays, declared in zip(journal.changes, tracked(group.model), strict=True):
        changes.append(PropertyChanges(arrays.columns(), declared, lookup))
    arrived = arrived_rows(group, part, is_first)
    log_arrivals(group, journal, arrived)
    tallies = tallying.of_part(group, journal, emitted, changes, arrived, is_first=is_first)
    chunk = Chunk(
        stream=group.model.stream,
        run=group.run,
        part=part,
        events=events_table(group, journal, emitted, changes, lookup),
        changes=changes_table(group, changes),
        arrivals=arrivals_table(group, arrived),
        tallies=tallies,
    )
    # Last: the tallies ask what somebody had before this part.
    _add_to_seen(group, emitted)
    return chunk


def _add_to_seen(group: GroupArrays, emitted: PartEvents) -> None:
    n = len(group.persons)
    group.seen_events += np.bincount(emitted.rows, minlength=n)
    group.seen_sessions += tallying.sessions_seen_first(group, emitted)
    group.seen_revenue += tallying.revenue_of(group, emitted)
