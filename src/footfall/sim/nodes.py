"""Nodes: the function of each kind, which takes all people who are there through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from footfall.model import builtins
from footfall.model.operations import Op
from footfall.model.program import (
    NO_LIMIT_MS,
    ActNode,
    BeginSessionNode,
    CancelNode,
    ConditionNode,
    DecisionNode,
    EmitNode,
    EndNode,
    EnterNode,
    LaterNode,
    Node,
    RetryNode,
    UntilNode,
    WaitEnd,
    WaitNode,
)
from footfall.model.tables import InverseCdf, Uniform
from footfall.model.values import MOST_WHOLE, NEVER, NULL_INTEGER, NULLS, Array
from footfall.sim import actions, decisions, draws, keys
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.event_flags import pack_flags
from footfall.sim.own_hours import activity_after
from footfall.sim.scheduler import Scheduler
from footfall.sim.sign_in import accounts_on
from footfall.sim.state import CLOSED
from footfall.units import MINUTE_MS

SESSION_GAP_MS = 30 * MINUTE_MS
"""A session ends after this long without an event: the convention since Urchin.

Waits within a session are cut to 29 minutes (`compiler/journeys/lowering.py`), so that no
single wait ends one; `come back after` does.
"""
FIRST_DEVICE = (7 << 62) // 10
"""Seven sessions in ten are on the person's first device."""


def _act(scheduler: Scheduler, node: ActNode, number: int, rows: Array) -> None:
    """Change the state."""
    if node.joins_next:
        rows, _ = _ready(scheduler, number, rows)
    context = scheduler.context(rows)
    for action in node.actions:
        actions.apply(scheduler, action, context, node.joins_next)
    scheduler.push(node.next, rows)


def _test(scheduler: Scheduler, node: ConditionNode, _number: int, rows: Array) -> None:
    """Send people by a condition."""
    is_true = holds(node.condition, scheduler.context(rows), len(rows))
    scheduler.push(node.then, rows.compress(is_true))
    scheduler.push(node.otherwise, rows.compress(~is_true))


def _decide(scheduler: Scheduler, node: DecisionNode, number: int, rows: Array) -> None:
    """Send people by a decision."""
    decisions.decide(scheduler, node, number, rows)


def _pause(scheduler: Scheduler, node: WaitNode, _number: int, rows: Array) -> None:
    """Let time pass."""
    state = scheduler.state
    context = scheduler.context(rows)
    waits = np.minimum(
        _waits(scheduler, node, node.table, context, node.limit_ms), node.limit_ms
    )
    if node.ends_session:
        state.session_last[rows] = CLOSED
    clock = state.clock.take(rows)
    times = activity_after(context, clock, waits) if node.is_activity else clock + waits
    rows, times = _without_ended(scheduler, node.deadline, rows, times)
    scheduler.pass_time(rows, node.next, times)


def _pause_until(scheduler: Scheduler, node: UntilNode, _number: int, rows: Array) -> None:
    """Let time pass until a moment."""
    state, context = scheduler.state, scheduler.context(rows)
    moment = np.broadcast_to(evaluate(node.moment, context), rows.shape)
    if node.ends_session:
        state.session_last[rows] = CLOSED
    # Null is the least number, so that it is past.
    times = np.maximum(moment, context.now_ms())
    rows, times = _without_ended(scheduler, node.deadline, rows, times)
    scheduler.pass_time(rows, node.next, times)


def _without_ended(
    scheduler: Scheduler, deadline: WaitEnd | None, rows: Array, times: Array
) -> tuple[Array, Array]:
    """Send those on at their deadline who would wait for longer; return the others, with their times."""
    if deadline is None:
        return rows, times
    # At the deadline and not at once: whether a wait ends past the horizon depends on how long
    # the run is, and nothing that happens may.
    ends = scheduler.state.columns[deadline.column].take(rows)
    is_over = np.greater_equal(times, ends)
    ended = rows[is_over]
    ends = np.maximum(ends[is_over], scheduler.state.clock.take(ended))
    scheduler.pass_time(ended, deadline.over, ends)
    return rows[~is_over], times[~is_over]


def _waits(
    scheduler: Scheduler,
    node: WaitNode | LaterNode,
    distribution: InverseCdf | Uniform,
    context: EvaluationContext,
    limit_ms: int = NO_LIMIT_MS,
) -> Array:
    """Draw each one's wait before it is cut, and log effects on it: shape (n,), int64, ms."""
    base = draws.invert(distribution, draws.bits(scheduler.state, context.rows, node.key))
    own = None
    if node.factor is not None:
        own = _own_factor(scheduler, node, node.factor, context)
        base = _scaled(base, own)
    if not node.effects:
        return base
    waits, applied = actions.apply_effects(node.effects, base, context)
    if scheduler.journal is not None:
        scheduler.journal.effect_log_of(
            node.affected, node.effects, distribution=distribution, limit_ms=limit_ms
        ).append(np.ones(len(base)) if own is None else own, waits, applied)
    return waits


def _own_factor(
    scheduler: Scheduler, node: WaitNode | LaterNode, factor: Op, context: EvaluationContext
) -> Array:
    """Return what each one's wait is multiplied by; 1, and counted, where it is null or below 0."""
    found = evaluate(factor, context)
    if not found.ndim:
        found = np.full(len(context.rows), found)
    is_known = np.greater_equal(found, 0.0)
    n_unknown = len(found) - np.count_nonzero(is_known)
    if not n_unknown:
        return found
    if scheduler.journal is not None:
        scheduler.journal.skips[node.no_factor] += n_unknown
    return np.where(is_known, found, 1.0)


def _scaled(waits: Array, factors: Array) -> Array:
    """Return waits times factors, rounded halves up; where time passes at all, some is left."""
    scaled = waits * factors
    scaled += 0.5
    np.minimum(scaled, MOST_WHOLE, out=scaled)
    return np.maximum(scaled.astype(np.int64), np.minimum(waits, 1))


def _enter(scheduler: Scheduler, node: EnterNode, _number: int, rows: Array) -> None:
    """Begin a journey or a round."""
    columns = scheduler.state.columns
    for column in node.counters:
        columns[column][rows] += 1
    for column in node.clears:
        columns[column][rows] = NULLS[scheduler.model.columns[column].kind]
    for column in node.zeroes:
        columns[column][rows] = 0
    scheduler.push(node.next, rows)


def _retry(scheduler: Scheduler, node: RetryNode, _number: int, rows: Array) -> None:
    """Send back those who may try again."""
    columns = scheduler.state.columns
    again = np.less(columns[node.tries][rows], node.at_most)
    back = rows[again]
    columns[node.tries][back] += 1
    columns[node.counter][back] += 1
    scheduler.push(node.target, back)
    scheduler.push(node.next, rows[~again])


def _later(scheduler: Scheduler, node: LaterNode, _number: int, rows: Array) -> None:
    """Fill a timer slot."""
    state = scheduler.state
    context = scheduler.context(rows)
    timer = scheduler.model.timers[node.timer]
    first = int(state.slot_edges[node.timer])
    mine = state.slots[rows, first : first + timer.slots]
    is_free = np.equal(mine, NEVER)
    slot = np.argmax(is_free, axis=1)
    # `argmax` of a row without a free slot is 0 as well, so what it found is looked at again.
    fits = is_free[np.arange(len(rows)), slot]
    if scheduler.journal is not None:
        scheduler.journal.skips[node.skip] += int(len(rows) - fits.sum())
    times = _start_times(scheduler, node, rows, context)
    fits &= np.less(times, NEVER)
    who, which = rows[fits], slot[fits]
    state.slots[who, first + which] = times[fits]
    state.slot_min[who] = np.minimum(state.slot_min[who], times[fits])
    for pending, op in zip(state.payloads[node.timer], node.values, strict=True):
        value = evaluate(op, context)
        pending[who, which] = value[fits] if value.ndim else value
    scheduler.push(node.next, rows)


def _start_times(
    scheduler: Scheduler, node: LaterNode, rows: Array, context: EvaluationContext
) -> Array:
    # A moment that is past starts the journey at once: a ms later, since the person's clock
    # never stands still.
    clock = scheduler.state.clock[rows]
    if node.moment is not None:
        moment = np.broadcast_to(evaluate(node.moment, context), rows.shape)
        return np.where(np.equal(moment, NULL_INTEGER), NEVER, np.maximum(moment, clock + 1))
    assert node.table is not None
    waits = np.maximum(_waits(scheduler, node, node.table, context), 1)
    if not node.is_activity:
        return clock + waits
    return activity_after(context, clock, waits)


def _cancel(scheduler: Scheduler, node: CancelNode, _number: int, rows: Array) -> None:
    """Empty timer slots."""
    scheduler.cancel(node.timers, rows)
    scheduler.push(node.next, rows)


def _end(scheduler: Scheduler, node: EndNode, number: int, rows: Array) -> None:
    """End a life, or a later journey."""
    state = scheduler.state
    if node.cancels:
        scheduler.cancel(node.cancels, rows)
    if not node.is_later:
        state.session_last[rows] = CLOSED
        scheduler.pass_time(rows, number, np.full(len(rows), NEVER, np.int64))
        return
    if node.for_good:
        state.main_time[rows] = NEVER
        state.main_node[rows] = scheduler.model.end
    state.in_later[rows] = 0
    times = np.maximum(state.main_time[rows], state.clock[rows])
    _renew_sessions(scheduler, rows, times)
    scheduler.pass_time(rows, state.main_node[rows], times)


def _renew_sessions(scheduler: Scheduler, rows: Array, times: Array) -> None:
    """Begin a new session where a later journey kept people from theirs for too long."""
    stale = scheduler.state.main_in_session[rows] & np.greater_equal(
        times - scheduler.state.session_last[rows], SESSION_GAP_MS
    )
    if np.count_nonzero(stale):
        begin_sessions(scheduler, rows[stale], times[stale])


def _begin_session(
    scheduler: Scheduler, node: BeginSessionNode, _number: int, rows: Array
) -> None:
    """Begin a session for those who are in none."""
    clock = scheduler.state.clock[rows]
    is_new = np.greater_equal(clock - scheduler.state.session_last[rows], SESSION_GAP_MS)
    if np.count_nonzero(is_new):
        begin_sessions(scheduler, rows[is_new], clock[is_new])
    scheduler.push(node.next, rows)


def begin_sessions(scheduler: Scheduler, rows: Array, times: Array) -> None:
    """Begin a session: a device is taken, session properties are drawn.

    Randomness:
        One draw per session, named "device", and one per session property.
    """
    state = scheduler.state
    visits = state.columns[builtins.VISITS]
    visits[rows] += 1
    state.session_id[rows] = NULL_INTEGER
    # The session has no id before its first event, whose time it is; `session_last` begins the
    # 30 minutes meanwhile.
    state.session_last[rows] = times
    random = keys.draw(state.keys[rows], scheduler.model.devices.session_key, visits[rows])
    devices = _device(random, state.device_count[rows])
    state.columns[builtins.DEVICE_KIND][rows] = state.device_kinds[rows, devices]
    state.event_flags[rows] = pack_flags(
        state.columns[builtins.STAGE][rows],
        devices,
        accounts_on(scheduler.model, state, rows, devices),
    )
    context = EvaluationContext(scheduler.model, scheduler.calendar, state, rows, times)
    for initial in scheduler.model.session_initials:
        value = actions.initial_value(initial, context, scheduler.journal)
        state.columns[initial.column][rows] = value


def _ready(scheduler: Scheduler, number: int, rows: Array) -> tuple[Array, Array]:
    """Set clocks to after the last event, and return those who get there before the end.

    A person's events thus have different times, which makes (time, person) a total order of
    events.
    """
    state = scheduler.state
    times = np.maximum(state.clock.take(rows), state.event_last.take(rows) + 1)
    late = np.greater_equal(times, scheduler.until_ms)
    state.clock[rows] = times
    if np.count_nonzero(late):
        scheduler.go_on(rows[late], number, times[late])
        rows, times = rows[~late], times[~late]
    return rows, times


def _emit(scheduler: Scheduler, node: EmitNode, number: int, rows: Array) -> None:
    """Let an event happen."""
    state = scheduler.state
    rows, times = _ready(scheduler, number, rows)
    numbers = state.event_no.take(rows) + 1
    state.event_last[rows] = times
    state.event_no[rows] = numbers
    actions.emit(scheduler, node.emission, rows, times, numbers)
    scheduler.push(node.next, rows)


def _device(random: Array, count: Array) -> Array:
    """Choose a device: the first one seven times in ten, the others alike."""
    # 62 bits, so that the point is not negative as int64. For the others 32 bits are enough:
    # `rest` is below 2**32, and times the number of other devices it stays far within 63.
    point = (random >> np.uint64(2)).astype(np.int64)
    rest = np.maximum(point - FIRST_DEVICE, 0) >> 30
    width = ((1 << 62) - FIRST_DEVICE) >> 30
    other = np.minimum(1 + rest * (count - 1) // width, np.maximum(count - 1, 0))
    return np.where(np.less(point, FIRST_DEVICE), 0, other)


RUN: dict[type[Node], Callable[[Scheduler, Any, int, Array], None]] = {
    ActNode: _act,
    ConditionNode: _test,
    DecisionNode: _decide,
    WaitNode: _pause,
    UntilNode: _pause_until,
    EnterNode: _enter,
    RetryNode: _retry,
    LaterNode: _later,
    CancelNode: _cancel,
    EndNode: _end,
    BeginSessionNode: _begin_session,
    EmitNode: _emit,
}
"""Kind of node → function of the scheduler, the node, its number, and people's rows."""
