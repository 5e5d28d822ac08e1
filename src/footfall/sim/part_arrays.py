"""What a part left behind, brought together: events still unsorted, and where each of them will stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.model import builtins
from footfall.model.model import Model, UserProperty
from footfall.model.operations import Op
from footfall.model.program import Emission
from footfall.model.values import NULL_INTEGER, Array
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.evaluate import evaluate
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.journal import Journal
from footfall.sim.state import State

STAGE = UserProperty(
    "stage", "integer", builtins.STAGE, (), Op("load", "integer", value=builtins.STAGE)
)
"""The furthest stage is tracked like a user property."""


@dataclass(slots=True)
class GroupArrays:
    """What assembling needs to know of a group of people.

    Args:
        persons: Shape (U,), int64: numbers of the people.
        state: As it is at the end of the part.
        event_no: Shape (U,), int64: number of each one's last event before the part.
        seen_events, seen_sessions: Shape (U,), int64: of earlier parts; raised here.
        first_properties: Per array of the user properties: the values at arrival (at the start for those already here).
        first_stages: Shape (U,), int64: likewise.
    """

    model: Model
    calendar: ActivityCalendar
    run: str
    persons: Array
    state: State
    event_no: Array
    seen_events: Array
    seen_sessions: Array
    first_properties: list[Array]
    first_stages: Array


@dataclass(slots=True)
class PartArrays:
    """Events of a part, unsorted: one entry per event, site after site.

    Args:
        rows: Person's row in the group.
        order: Places of the events in order of (time, person).
        places: Where each event stands in that order.
    """

    rows: Array
    times: Array
    numbers: Array
    sessions: Array
    marks: Array
    revenue: Array
    edges: Array
    contexts: list[EvaluationContext]
    order: Array
    places: Array

    def __len__(self) -> int:
        return len(self.rows)


def tracked(model: Model) -> tuple[UserProperty, ...]:
    """Return everything whose changes are noted: the user properties, then the stage."""
    return (*model.user_properties, STAGE)


def gather(group: GroupArrays, record: Journal) -> PartArrays:
    """Bring the events of a part together and find their order."""
    emissions = [journal.columns() for journal in record.emissions]
    common = [np.concatenate([emission[i] for emission in emissions]) for i in range(5)]
    rows, times = common[0], common[1]
    first = int(times.min()) if len(times) else 0
    order = np.argsort((times - first) * np.int64(len(group.persons)) + rows)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    edges = np.cumsum([0, *(len(emission[0]) for emission in emissions)])
    contexts = [
        _context(group, emission, columns)
        for emission, columns in zip(group.model.emissions, emissions, strict=True)
    ]
    revenue = np.concatenate(
        [
            _revenue_of(s, c, len(c.rows))
            for s, c in zip(group.model.emissions, contexts, strict=True)
        ]
    )
    numbers, sessions, marks = common[2:]
    return PartArrays(
        rows, times, numbers, sessions, marks, revenue, edges, contexts, order, places
    )


def _context(group: GroupArrays, emission: Emission, columns: list[Array]) -> EvaluationContext:
    captured = dict(zip(emission.captures, columns[5:], strict=True))
    return EvaluationContext(
        group.model, group.calendar, group.state, columns[0], columns[1], captured
    )


def _revenue_of(emission: Emission, context: EvaluationContext, n: int) -> Array:
    if emission.revenue is None or not n:
        return np.full(n, NULL_INTEGER, np.int64)
    return np.broadcast_to(evaluate(emission.revenue, context), (n,))


class EventLookup:
    """Finds the event of a person by its number."""

    def __init__(self, group: GroupArrays, flow: PartArrays) -> None:
        n = len(group.persons)
        self.counts = np.bincount(flow.rows, minlength=n)
        self.edges = np.cumsum(self.counts) - self.counts
        self.base = group.event_no
        self.times = flow.times
        self._events = np.empty(len(flow), np.int64)
        self._events[self.edges[flow.rows] + flow.numbers - self.base[flow.rows] - 1] = (
            np.arange(len(flow))
        )

    def find(self, rows: Array, numbers: Array) -> Array:
        """Return the event's place in the flow, -1 where it is not in this part."""
        nth = numbers - self.base[rows] - 1
        there = np.greater_equal(nth, 0) & np.less(nth, self.counts[rows])
        found = np.full(len(rows), -1, np.int64)
        found[there] = self._events[self.edges[rows[there]] + nth[there]]
        return found


class PropertyChanges:
    """Changes of one user property: whose, when, by which event."""

    def __init__(
        self, columns: list[Array], declared: UserProperty, lookup: EventLookup
    ) -> None:
        self.rows, self.sequences, self.times, self.numbers, bound = columns[:5]
        half = (len(columns) - 5) // 2
        self.old, self.new = columns[5 : 5 + half], columns[5 + half :]
        self.property = declared
        self.events = lookup.find(self.rows, self.numbers)
        same = np.greater_equal(self.events, 0)
        same[same] = np.equal(lookup.times[self.events[same]], self.times[same])
        self.is_bound = bound.astype(np.bool_) | same

    def __len__(self) -> int:
        return len(self.rows)
