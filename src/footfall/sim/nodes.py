"""What happens at each kind of node, for all who are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from footfall.model import builtins
from footfall.model.program import (
    NO_LIMIT_MS,
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
from footfall.model.tables import InverseCdf
from footfall.model.values import NEVER, NULL_INTEGER, NULLS, Array
from footfall.sim import actions, decisions, draws, keys
from footfall.sim.context import Context
from footfall.sim.crowd import Crowd
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.marks import mark
from footfall.sim.state import CLOSED

SESSION_GAP_MS = 30 * 60_000
"""A session ends after this long without an event (the convention of web analytics since Urchin)."""
FIRST_DEVICE = (7 << 62) // 10
"""Seven sessions in ten are on the person's first device."""


def _act(crowd: Crowd, node: Act, number: int, rows: Array) -> None:
    """Change the state."""
    if node.joins_next:
        rows, _ = _ready(crowd, number, rows)
    context = crowd.context(rows)
    for action in node.actions:
        actions.apply(crowd, action, context, node.joins_next)
    crowd.push(node.next, rows)


def _test(crowd: Crowd, node: Test, _number: int, rows: Array) -> None:
    """Send people by a condition."""
    is_true = holds(node.condition, crowd.context(rows), len(rows))
    crowd.push(node.then, rows.compress(is_true))
    crowd.push(node.otherwise, rows.compress(~is_true))


def _decide(crowd: Crowd, node: Decide, number: int, rows: Array) -> None:
    """Send people by a decision."""
    decisions.decide(crowd, node, number, rows)


def _pause(crowd: Crowd, node: Pause, _number: int, rows: Array) -> None:
    """Let time pass."""
    state = crowd.state
    context = crowd.context(rows)
    waits = np.minimum(_waits(crowd, node, node.table, context, node.limit_ms), node.limit_ms)
    if node.ends_session:
        state.session_last[rows] = CLOSED
    clock = state.clock.take(rows)
    if node.is_activity:
        rhythms = crowd.model.people.home_rhythms[state.columns[builtins.HOME].take(rows)]
        times = crowd.calendar.after(clock, waits, rhythms)
    else:
        times = clock + waits
    crowd.pass_time(rows, node.next, times)


def _waits(crowd: Crowd, node: Pause | Later, law: InverseCdf, context: Context, limit_ms: int = NO_LIMIT_MS) -> Array:
    """Draw how long each one waits, before it is cut, and note what effects do to it: shape (n,), int64, ms."""
    base = draws.invert(law, draws.bits(crowd.state, context.rows, node.key))
    if not node.effects:
        return base
    waits, held = actions.affected(node.effects, base, context)
    if crowd.record is not None:
        crowd.record.factored_of(node.factored, node.effects, law=law, limit_ms=limit_ms).note(base, waits, held)
    return waits


def _enter(crowd: Crowd, node: Enter, _number: int, rows: Array) -> None:
    """Begin a journey or a round."""
    columns = crowd.state.columns
    for column in node.counters:
        columns[column][rows] += 1
    for column in node.clears:
        columns[column][rows] = NULLS[crowd.model.columns[column].kind]
    for column in node.zeroes:
        columns[column][rows] = 0
    crowd.push(node.next, rows)


def _retry(crowd: Crowd, node: Retry, _number: int, rows: Array) -> None:
    """Send back those who may try again."""
    columns = crowd.state.columns
    again = np.less(columns[node.tries][rows], node.at_most)
    back = rows[again]
    columns[node.tries][back] += 1
    columns[node.counter][back] += 1
    crowd.push(node.target, back)
    crowd.push(node.next, rows[~again])


def _later(crowd: Crowd, node: Later, _number: int, rows: Array) -> None:
    """Fill a timer slot."""
    state = crowd.state
    context = crowd.context(rows)
    timer = crowd.model.timers[node.timer]
    first = int(state.slot_edges[node.timer])
    mine = state.slots[rows, first : first + timer.slots]
    is_free = np.equal(mine, NEVER)
    slot = np.argmax(is_free, axis=1)
    fits = is_free[np.arange(len(rows)), slot]
    if crowd.record is not None:
        crowd.record.skips[node.skip] += int(len(rows) - fits.sum())
    times = _due(crowd, node, rows, context)
    fits &= np.less(times, NEVER)
    who, which = rows[fits], slot[fits]
    state.slots[who, first + which] = times[fits]
    state.slot_min[who] = np.minimum(state.slot_min[who], times[fits])
    for pending, op in zip(state.payloads[node.timer], node.values, strict=True):
        value = evaluate(op, context)
        pending[who, which] = value[fits] if value.ndim else value
    crowd.push(node.next, rows)


def _due(crowd: Crowd, node: Later, rows: Array, context: Context) -> Array:
    clock = crowd.state.clock[rows]
    if node.moment is not None:
        moment = np.broadcast_to(evaluate(node.moment, context), rows.shape)
        return np.where(np.equal(moment, NULL_INTEGER), NEVER, np.maximum(moment, clock + 1))
    assert node.table is not None
    waits = np.maximum(_waits(crowd, node, node.table, context), 1)
    if not node.is_activity:
        return clock + waits
    rhythms = crowd.model.people.home_rhythms[crowd.state.columns[builtins.HOME].take(rows)]
    return crowd.calendar.after(clock, waits, rhythms)


def _end(crowd: Crowd, node: End, number: int, rows: Array) -> None:
    """End a life, or a later journey."""
    state = crowd.state
    if not node.is_later:
        state.session_last[rows] = CLOSED
        crowd.pass_time(rows, number, np.full(len(rows), NEVER, np.int64))
        return
    if node.for_good:
        state.main_time[rows] = NEVER
        state.main_node[rows] = crowd.model.end
    state.in_later[rows] = 0
    times = np.maximum(state.main_time[rows], state.clock[rows])
    _renew_sessions(crowd, rows, times)
    crowd.pass_time(rows, state.main_node[rows], times)


def _renew_sessions(crowd: Crowd, rows: Array, times: Array) -> None:
    """Begin a new session for those whom a later journey kept from the main one for too long."""
    stale = crowd.state.main_live[rows] & np.greater_equal(times - crowd.state.session_last[rows], SESSION_GAP_MS)
    if np.count_nonzero(stale):
        begin_sessions(crowd, rows[stale], times[stale])


def _begin_session(crowd: Crowd, node: BeginSession, _number: int, rows: Array) -> None:
    """Begin a session for those who are in none."""
    clock = crowd.state.clock[rows]
    is_new = np.greater_equal(clock - crowd.state.session_last[rows], SESSION_GAP_MS)
    if np.count_nonzero(is_new):
        begin_sessions(crowd, rows[is_new], clock[is_new])
    crowd.push(node.next, rows)


def begin_sessions(crowd: Crowd, rows: Array, times: Array) -> None:
    """Begin a session: a device is taken, session properties are drawn.

    Randomness:
        One draw per session, named "device", and one per session property.
    """
    state = crowd.state
    visits = state.columns[builtins.VISITS]
    visits[rows] += 1
    state.session_id[rows] = NULL_INTEGER
    state.session_last[rows] = times
    random = keys.draw(state.keys[rows], crowd.model.devices.session_key, visits[rows])
    devices = _device(random, state.device_count[rows])
    state.columns[builtins.DEVICE_KIND][rows] = state.device_kinds[rows, devices]
    state.marks[rows] = mark(state.columns[builtins.STAGE][rows], devices, state.columns[builtins.KNOWN][rows])
    context = crowd.context(rows)
    for initial in crowd.model.session_initials:
        state.columns[initial.column][rows] = actions.initial_value(initial, context)


def _ready(crowd: Crowd, number: int, rows: Array) -> tuple[Array, Array]:
    """Set clocks to when the next event can be: strictly after the last; return those who get there before the end."""
    state = crowd.state
    times = np.maximum(state.clock.take(rows), state.event_last.take(rows) + 1)
    late = np.greater_equal(times, crowd.until_ms)
    state.clock[rows] = times
    if np.count_nonzero(late):
        crowd.go_on(rows[late], number, times[late])
        rows, times = rows[~late], times[~late]
    return rows, times


def _emit(crowd: Crowd, node: Emit, number: int, rows: Array) -> None:
    """Let an event happen."""
    state = crowd.state
    rows, times = _ready(crowd, number, rows)
    numbers = state.event_no.take(rows) + 1
    state.event_last[rows] = times
    state.event_no[rows] = numbers
    actions.emit(crowd, node.site, rows, times, numbers)
    crowd.push(node.next, rows)


def _device(random: Array, count: Array) -> Array:
    """Choose a device: the first one seven times in ten, the others alike."""
    point = (random >> np.uint64(2)).astype(np.int64)
    rest = np.maximum(point - FIRST_DEVICE, 0) >> 30
    width = ((1 << 62) - FIRST_DEVICE) >> 30
    other = np.minimum(1 + rest * (count - 1) // width, np.maximum(count - 1, 0))
    return np.where(np.less(point, FIRST_DEVICE), 0, other)


RUN: dict[type[Node], Callable[[Crowd, Any, int, Array], None]] = {
    Act: _act,
    Test: _test,
    Decide: _decide,
    Pause: _pause,
    Enter: _enter,
    Retry: _retry,
    Later: _later,
    End: _end,
    BeginSession: _begin_session,
    Emit: _emit,
}
"""What to run, by the kind of node: a function of the crowd, the node, its number, and the rows of the people there."""
