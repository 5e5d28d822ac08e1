"""The scheduler: the node where most people wait is run for all of them as one vector operation.

People are independent and draws are keyed, so the order of waves changes nothing but speed. Python runs once per wave, never
once per person or event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from footfall.model import builtins
from footfall.model.model import Model
from footfall.model.program import (
    Act,
    BeginSession,
    Decide,
    Emit,
    End,
    Enter,
    Later,
    Node,
    Pause,
    Retry,
    Test,
)
from footfall.model.values import NEVER, NULL_INTEGER, NULLS, Array
from footfall.sim import actions, decisions, draws, keys
from footfall.sim.calendar import Calendar
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.record import Record
from footfall.sim.state import CLOSED, Rows, State

SESSION_GAP_MS = 30 * 60_000
"""A session ends after this long without an event (the convention of web analytics since Urchin)."""
FIRST_DEVICE = (7 << 62) // 10
"""Seven sessions in ten are on the person's first device."""


class Waves:
    """Runs a group of people up to an instant.

    Args:
        record: Where events and changes go; None to leave no trace (people who are here before the start).
        until_ms: Nobody acts at or after this.
    """

    def __init__(self, model: Model, calendar: Calendar, state: State, record: Record | None, until_ms: int) -> None:
        self.model = model
        self.calendar = calendar
        self.state = state
        self.record = record
        self.until_ms = until_ms
        self._waiting: list[list[Array]] = [[] for _ in model.nodes]
        self._counts = [0] * len(model.nodes)

    def run(self) -> None:
        """Run until everybody waits for something at or after the end."""
        active = np.flatnonzero(np.less(np.minimum(self.state.time, self.state.slot_min), self.until_ms))
        self._resume(active)
        while self._sweep():
            pass

    def _sweep(self) -> bool:
        """Go through the program once, in its order, and run each node where enough people wait; false when nobody waits.

        The others wait until a later sweep has brought more people there: with half the mean as the bound there were 13,000
        waves where running the fullest node made 30,000 (16,000 people, shipped ecommerce scenario).
        """
        counts = self._counts
        waiting = [count for count in counts if count]
        if not waiting:
            return False
        enough = min(sum(waiting) // (2 * len(waiting)), max(waiting) - 1)
        for number, node in enumerate(self.model.nodes):
            if counts[number] > enough:
                parts = self._waiting[number]
                rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
                self._waiting[number] = []
                counts[number] = 0
                _RUN[type(node)](self, node, number, rows)
        return True

    def context(self, rows: Array) -> Rows:
        """Return some people as the context of expressions."""
        return Rows(self.model, self.calendar, self.state, rows)

    # --- passing people on -------------------------------------------------------------------------------------------

    def push(self, node: int, rows: Array) -> None:
        """Let people wait at a node, ready to act."""
        if len(rows):
            self._waiting[node].append(rows)
            self._counts[node] += len(rows)

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
            due = np.less(state.slot_min[rows], times) & np.equal(state.in_later[rows], 0)
            if due.any():
                nodes = np.broadcast_to(np.asarray(node, np.int32), rows.shape)
                self._interrupt(rows[due], nodes[due], times[due])
                rows, times, node = rows[~due], times[~due], nodes[~due]
        self._continue(rows, node, times)

    def _continue(self, rows: Array, node: int | Array, times: Array) -> None:
        state = self.state
        late = np.greater_equal(times, self.until_ms)
        if late.any():
            parked = rows[late]
            state.time[parked] = times[late]
            state.node[parked] = node if isinstance(node, int) else node[late]
            rows, times = rows[~late], times[~late]
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
            self._continue(who, declared.entry, starts[mine])

    # --- nodes -------------------------------------------------------------------------------------------------------

    def _act(self, node: Act, number: int, rows: Array) -> None:
        if node.joins_next:
            rows = self._ready(number, rows)
        context = self.context(rows)
        for action in node.actions:
            actions.apply(self, action, context, node.joins_next)
        self.push(node.next, rows)

    def _test(self, node: Test, number: int, rows: Array) -> None:
        is_true = holds(node.condition, self.context(rows), len(rows))
        self.push(node.then, rows[is_true])
        self.push(node.otherwise, rows[~is_true])

    def _decide(self, node: Decide, number: int, rows: Array) -> None:
        decisions.decide(self, node, rows)

    def _pause(self, node: Pause, number: int, rows: Array) -> None:
        state = self.state
        context = self.context(rows)
        waits = draws.invert(node.table, draws.bits(state, rows, node.key))
        waits = np.minimum(actions.affected(node.effects, waits, context), node.limit_ms)
        if node.ends_session:
            state.session_last[rows] = CLOSED
        clock = state.clock[rows]
        if node.is_activity:
            rhythms = self.model.people.home_rhythms[state.columns[builtins.HOME][rows]]
            times = self.calendar.after(clock, waits, rhythms)
        else:
            times = clock + waits
        self.pass_time(rows, node.next, times)

    def _enter(self, node: Enter, number: int, rows: Array) -> None:
        columns = self.state.columns
        for column in node.counters:
            columns[column][rows] += 1
        for column in node.clears:
            columns[column][rows] = NULLS[self.model.columns[column].kind]
        for column in node.zeroes:
            columns[column][rows] = 0
        self.push(node.next, rows)

    def _retry(self, node: Retry, number: int, rows: Array) -> None:
        columns = self.state.columns
        again = np.less(columns[node.tries][rows], node.at_most)
        back = rows[again]
        columns[node.tries][back] += 1
        columns[node.counter][back] += 1
        self.push(node.target, back)
        self.push(node.next, rows[~again])

    def _later(self, node: Later, number: int, rows: Array) -> None:
        state = self.state
        context = self.context(rows)
        timer = self.model.timers[node.timer]
        first = int(state.slot_edges[node.timer])
        mine = state.slots[rows, first : first + timer.slots]
        is_free = np.equal(mine, NEVER)
        slot = np.argmax(is_free, axis=1)
        fits = is_free[np.arange(len(rows)), slot]
        if self.record is not None:
            self.record.skips[node.skip] += int(len(rows) - fits.sum())
        times = self._due(node, rows, context)
        fits &= np.less(times, NEVER)
        who, which = rows[fits], slot[fits]
        state.slots[who, first + which] = times[fits]
        state.slot_min[who] = np.minimum(state.slot_min[who], times[fits])
        for pending, op in zip(state.payloads[node.timer], node.values, strict=True):
            value = evaluate(op, context)
            pending[who, which] = value[fits] if value.ndim else value
        self.push(node.next, rows)

    def _due(self, node: Later, rows: Array, context: Rows) -> Array:
        clock = self.state.clock[rows]
        if node.moment is not None:
            moment = np.broadcast_to(evaluate(node.moment, context), rows.shape)
            return np.where(np.equal(moment, NULL_INTEGER), NEVER, np.maximum(moment, clock + 1))
        assert node.table is not None
        waits = draws.invert(node.table, draws.bits(self.state, rows, node.key))
        waits = np.maximum(actions.affected(node.effects, waits, context), 1)
        if not node.is_activity:
            return clock + waits
        rhythms = self.model.people.home_rhythms[self.state.columns[builtins.HOME][rows]]
        return self.calendar.after(clock, waits, rhythms)

    def _end(self, node: End, number: int, rows: Array) -> None:
        state = self.state
        if not node.is_later:
            state.session_last[rows] = CLOSED
            self.pass_time(rows, number, np.full(len(rows), NEVER, np.int64))
            return
        if node.for_good:
            state.main_time[rows] = NEVER
            state.main_node[rows] = self.model.end
        state.in_later[rows] = 0
        times = np.maximum(state.main_time[rows], state.clock[rows])
        self._renew_sessions(rows, times)
        self.pass_time(rows, state.main_node[rows], times)

    def _renew_sessions(self, rows: Array, times: Array) -> None:
        """Begin a new session for those whom a later journey kept from the main one for too long."""
        stale = self.state.main_live[rows] & np.greater_equal(times - self.state.session_last[rows], SESSION_GAP_MS)
        if stale.any():
            self.begin_sessions(rows[stale], times[stale])

    def _begin_session(self, node: BeginSession, number: int, rows: Array) -> None:
        clock = self.state.clock[rows]
        is_new = np.greater_equal(clock - self.state.session_last[rows], SESSION_GAP_MS)
        if is_new.any():
            self.begin_sessions(rows[is_new], clock[is_new])
        self.push(node.next, rows)

    def begin_sessions(self, rows: Array, times: Array) -> None:
        """Begin a session: a device is taken, session properties are drawn.

        Randomness:
            One draw per session, named "device", and one per session property.
        """
        state = self.state
        visits = state.columns[builtins.VISITS]
        visits[rows] += 1
        state.session_id[rows] = NULL_INTEGER
        state.session_last[rows] = times
        random = keys.draw(state.keys[rows], self.model.devices.session_key, visits[rows])
        state.device_no[rows] = _device(random, state.device_count[rows])
        kinds = state.device_kinds[rows, state.device_no[rows]]
        state.columns[builtins.DEVICE_KIND][rows] = kinds
        context = self.context(rows)
        for initial in self.model.session_initials:
            state.columns[initial.column][rows] = actions.initial_value(initial, context)

    def _ready(self, number: int, rows: Array) -> Array:
        """Set clocks to when the next event can be: strictly after the last; return those who get there before the end."""
        state = self.state
        times = np.maximum(state.clock[rows], state.event_last[rows] + 1)
        late = np.greater_equal(times, self.until_ms)
        state.clock[rows] = times
        if late.any():
            self._continue(rows[late], number, times[late])
            rows = rows[~late]
        return rows

    def _emit(self, node: Emit, number: int, rows: Array) -> None:
        state = self.state
        rows = self._ready(number, rows)
        times = state.clock[rows]
        state.event_last[rows] = times
        state.event_no[rows] += 1
        actions.emit(self, node.site, rows, times)
        self.push(node.next, rows)


def _device(random: Array, count: Array) -> Array:
    """Choose a device: the first one seven times in ten, the others alike."""
    point = (random >> np.uint64(2)).astype(np.int64)
    rest = np.maximum(point - FIRST_DEVICE, 0) >> 30
    width = ((1 << 62) - FIRST_DEVICE) >> 30
    other = np.minimum(1 + rest * (count - 1) // width, np.maximum(count - 1, 0))
    return np.where(np.less(point, FIRST_DEVICE), 0, other)


_RUN: dict[type[Node], Callable[[Waves, Any, int, Array], None]] = {
    Act: Waves._act,
    Test: Waves._test,
    Decide: Waves._decide,
    Pause: Waves._pause,
    Enter: Waves._enter,
    Retry: Waves._retry,
    Later: Waves._later,
    End: Waves._end,
    BeginSession: Waves._begin_session,
    Emit: Waves._emit,
}

