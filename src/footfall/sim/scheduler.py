"""The people of a group on their way: who waits at which node, and what is due when."""

from __future__ import annotations

import numpy as np

from footfall.model.model import Model
from footfall.model.values import NEVER, Array
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.journal import Journal
from footfall.sim.state import CLOSED, State


class Scheduler:
    """The people of a group, on their way to an instant.

    Args:
        record: Where events and changes go; None to leave no trace (people who are here before the start).
        until_ms: Nobody acts at or after this.

    Attributes:
        counts: How many wait at each node, ready to act.
    """

    def __init__(
        self,
        model: Model,
        calendar: ActivityCalendar,
        state: State,
        record: Journal | None,
        until_ms: int,
    ) -> None:
        self.model = model
        self.calendar = calendar
        self.state = state
        self.record = record
        self.until_ms = until_ms
        self.counts = [0] * len(model.nodes)
        self._waiting: list[list[Array]] = [[] for _ in model.nodes]

    def wake(self) -> None:
        """Let everybody go on who is due before the end."""
        active = np.flatnonzero(
            np.less(np.minimum(self.state.time, self.state.slot_min), self.until_ms)
        )
        self._resume(active)

    def take(self, number: int) -> Array:
        """Return the rows of all who wait at a node, and count them as under way."""
        parts = self._waiting[number]
        self._waiting[number] = []
        self.counts[number] = 0
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def context(self, rows: Array) -> EvaluationContext:
        """Return some people as the context of expressions."""
        return EvaluationContext(self.model, self.calendar, self.state, rows)

    # --- passing people on -------------------------------------------------------------------------------------------

    def push(self, node: int, rows: Array) -> None:
        """Let people wait at a node, ready to act."""
        if len(rows):
            self._waiting[node].append(rows)
            self.counts[node] += len(rows)

    def push_each(self, nodes: Array, rows: Array) -> None:
        """Let each person wait at a node of their own."""
        order = np.argsort(nodes, kind="stable")
        sorted_nodes = nodes[order]
        edges = np.flatnonzero(np.diff(sorted_nodes)) + 1
        for part in np.split(order, edges):
            if len(part):
                self.push(int(nodes[part[0]]), rows[part])

    def pass_time(self, rows: Array, node: int | Array, times: Array) -> None:
        """Let people go on at a node at a time, after what is due earlier."""
        state = self.state
        if self.model.timers:
            due = np.less(state.slot_min.take(rows), times)
            if np.count_nonzero(due) and np.count_nonzero(
                due := due & np.equal(state.in_later.take(rows), 0)
            ):
                nodes = np.broadcast_to(np.asarray(node, np.int32), rows.shape)
                self._interrupt(rows[due], nodes[due], times[due])
                rows, times, node = rows[~due], times[~due], nodes[~due]
        self.go_on(rows, node, times)

    def go_on(self, rows: Array, node: int | Array, times: Array) -> None:
        """Let people go on at a node at a time; those who get there at or after the end wait for the next part."""
        state = self.state
        late = np.greater_equal(times, self.until_ms)
        if np.count_nonzero(late):
            parked = rows[late]
            state.time[parked] = times[late]
            state.node[parked] = node if isinstance(node, int) else node[late]
            rows, times = rows.compress(~late), times.compress(~late)
            node = node if isinstance(node, int) else node[~late]
        state.clock[rows] = times
        if isinstance(node, int):
            self.push(node, rows)
        else:
            self.push_each(node, rows)

    def _resume(self, rows: Array) -> None:
        state = self.state
        self.pass_time(rows, state.node[rows], np.maximum(state.time[rows], state.clock[rows]))

    def _interrupt(self, rows: Array, nodes: Array, times: Array) -> None:
        """Start the earliest pending later journey; the main one waits."""
        state = self.state
        state.main_node[rows] = nodes
        state.main_time[rows] = times
        state.main_live[rows] = np.greater(state.session_last[rows], CLOSED)
        slot = np.argmin(state.slots[rows], axis=1)
        starts = np.maximum(state.slots[rows, slot], state.clock[rows])
        state.slots[rows, slot] = NEVER
        state.slot_min[rows] = state.slots[rows].min(axis=1)
        timer = state.slot_timer[slot]
        state.in_later[rows] = timer + 1
        for number, declared in enumerate(self.model.timers):
            mine = np.equal(timer, number)
            who, which = rows[mine], slot[mine] - state.slot_edges[number]
            for column, pending in zip(declared.payload, state.payloads[number], strict=True):
                state.columns[column][who] = pending[who, which]
            self.go_on(who, declared.entry, starts[mine])
