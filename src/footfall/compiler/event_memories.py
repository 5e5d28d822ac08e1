"""Memories of events: columns that are kept because an expression asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from footfall.compiler.symbols import Columns
from footfall.model.emitted_values import NEVER_DAY, EventMemory
from footfall.model.operations import Op

VISIT = ""
"""Any event in a session; no event is called so."""
MOST_DAYS = 92
"""A quarter of a year. A number of 8 bytes per day and person is kept, at most 36 MB for a group of 49,152 people."""


class EventMemories:
    """Allocates what is remembered of events, where it is first asked for.

    Args:
        columns: Where columns are allocated.
        events: Names of the taxonomy's events.
    """

    def __init__(self, columns: Columns, events: Sequence[str]) -> None:
        self.events = events
        self._columns = columns
        self._found: dict[str, EventMemory] = {}
        self._rings: dict[tuple[str, int], int] = {}
        self._settled: dict[Op, int] = {}

    def last(self, event: str) -> Op:
        """Return the time of somebody's last event of a name, or of the last one of a visit."""
        memory = self._found.get(event, EventMemory())
        if memory.last < 0:
            what = f"last {event or 'in a visit'}"
            memory = replace(memory, last=self._columns.add(what, "time"))
            self._found[event] = memory
        return Op("load", "time", value=memory.last, is_nullable=True)

    def recent(self, event: str, days: int) -> Op:
        """Return how many there were on so many local dates, today the last of them."""
        memory = self._dated(event)
        if (event, days) not in self._rings:
            ring = self._columns.add(f"{event} by day ({days})", "integer", days, 0)
            self._rings[event, days] = ring
            self._found[event] = replace(memory, rings=(*memory.rings, ring))
        ring = self._rings[event, days]
        counts = Op("load", "integer", value=ring, is_list=True)
        return Op("recent_count", "integer", (counts, _last_day(memory)))

    def streak(self, event: str) -> Op:
        """Return on how many local dates in a row there was one, up to today or yesterday."""
        memory = self._dated(event)
        if memory.streak < 0:
            streak = self._columns.add(f"{event} days in a row", "integer", 0, 0)
            memory = self._found[event] = replace(memory, streak=streak)
        length = Op("load", "integer", value=memory.streak)
        return Op("streak", "integer", (length, _last_day(memory)))

    def settled(self, op: Op, counted: dict[int, Op]) -> Op:
        """Return an operation that reads counts of days as they are at an event, from columns of their own.

        An event that is written later would else keep the counts of each day.

        Args:
            counted: Filled with these columns, each with what is put into it.
        """
        if op.op == "recent_count":
            if op not in self._settled:
                self._settled[op] = self._columns.counter("count of days at an event")
            counted[self._settled[op]] = op
            return Op("load", "integer", value=self._settled[op])
        return replace(op, args=tuple(self.settled(arg, counted) for arg in op.args))

    def _dated(self, event: str) -> EventMemory:
        memory = self._found.get(event, EventMemory())
        if memory.last_day < 0:
            column = self._columns.add(f"day of last {event}", "integer", 0, NEVER_DAY)
            memory = self._found[event] = replace(memory, last_day=column)
        return memory

    def of(self, event: str, *, in_session: bool) -> tuple[EventMemory, ...]:
        """Return what is remembered where an event is emitted."""
        asked = (event, VISIT) if in_session else (event,)
        return tuple(self._found[name] for name in asked if name in self._found)


def _last_day(memory: EventMemory) -> Op:
    return Op("load", "integer", value=memory.last_day)
