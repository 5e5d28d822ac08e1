"""Changes of state, and the emission of events."""

from __future__ import annotations

import numpy as np

from footfall.model import builtins
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.emitted_values import Emission
from footfall.model.model import InitialValue, UserProperty
from footfall.model.operations import Op
from footfall.model.program import (
    Action,
    Append,
    Assign,
    PickElement,
    PickRow,
    RandomValue,
    Remove,
)
from footfall.model.tables import Categorical
from footfall.model.values import DTYPES, NULL_CODE, NULL_INTEGER, NULLS, Array, differ, is_null
from footfall.sim import draws
from footfall.sim.applied_effects import factor
from footfall.sim.decisions import choose
from footfall.sim.effect_log import AppliedFactor
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.event_flags import ONE_STAGE, outside_sessions
from footfall.sim.journal import Journal
from footfall.sim.memory import remember
from footfall.sim.scheduler import Scheduler
from footfall.sim.sign_in import sign_in, sign_out


def apply(
    scheduler: Scheduler, action: Action, context: EvaluationContext, joins_next: bool
) -> None:
    """Change the state of some people, and record what changed.

    Args:
        joins_next: The change belongs to the event that follows at once.
    """
    number = getattr(action, "property", -1)
    if number < 0:
        _change(scheduler, action, context)
        return
    declared = scheduler.model.user_properties[number]
    # Before and after are compared, since most assignments of a property leave it as it was (a
    # status that is set again), and a change that changes nothing is no change.
    before = _snapshot(declared, context)
    _change(scheduler, action, context)
    _record_changes(scheduler, number, declared, before, context, joins_next)


def _snapshot(declared: UserProperty, context: EvaluationContext) -> list[Array]:
    return [context.load(column) for column in (declared.column, *declared.items)]


def _changed(declared: UserProperty, before: list[Array], after: list[Array]) -> Array:
    if not declared.items:
        return differ(declared.kind, before[0], after[0])
    changed = np.not_equal(before[0], after[0])
    for old, new in zip(before[1:], after[1:], strict=True):
        changed |= np.not_equal(old, new).any(axis=1)
    return changed


def _record_changes(
    scheduler: Scheduler,
    number: int,
    declared: UserProperty,
    before: list[Array],
    context: EvaluationContext,
    joins_next: bool,
) -> None:
    after = _snapshot(declared, context)
    changed = _changed(declared, before, after)
    if np.count_nonzero(changed):
        rows = context.rows[changed]
        values = [v[changed] for v in before] + [v[changed] for v in after]
        record_change(scheduler, number, rows, scheduler.state.clock[rows], joins_next, values)


def record_change(
    scheduler: Scheduler,
    number: int,
    rows: Array,
    times: Array,
    joins_next: bool,
    values: list[Array],
) -> None:
    """Record changes of a user property, bound to the event of the same instant.

    A change belongs to the event just emitted if that has the same time, else to the person's
    next one. Whether that one will have the same time is known only then: `bound` is for what
    is certain already.
    """
    state = scheduler.state
    state.change_no[rows] += 1
    if scheduler.journal is None:
        return
    has_event = np.equal(state.event_last[rows], times) & (not joins_next)
    event = state.event_no[rows] + np.where(has_event, 0, 1)
    bound = has_event | joins_next
    scheduler.journal.changes[number].append(
        rows, state.change_no[rows], times, event, bound, *values
    )


def _change(scheduler: Scheduler, action: Action, context: EvaluationContext) -> None:
    if isinstance(action, Assign):
        _assign(scheduler, action, context)
    elif isinstance(action, Append):
        _append(scheduler, action, context)
    elif isinstance(action, Remove):
        _remove(scheduler, action, context)
    elif isinstance(action, PickRow):
        _pick_row(scheduler, action, context)
    else:
        _pick_element(scheduler, action, context)


def _assign(scheduler: Scheduler, action: Assign, context: EvaluationContext) -> None:
    column = scheduler.state.columns[action.column]
    value = _value(action.value, context, scheduler.journal)
    if action.effects:
        value = _with_effects(action, value, context, scheduler.journal)
    if action.adds:
        value = _added(action, column[context.rows], value)
    column[context.rows] = value


def _with_effects(
    action: Assign | InitialValue,
    base: Array,
    context: EvaluationContext,
    journal: Journal | None,
) -> Array:
    value, applied = apply_effects(action.effects, base, context)
    if journal is not None:
        n = len(context.rows)
        found = journal.effect_log_of(action.affected, action.effects, action.kind)
        found.append(np.broadcast_to(base, n), np.broadcast_to(value, n), applied)
    return value


def _added(action: Assign, old: Array, more: Array) -> Array:
    old = np.where(is_null(action.kind, old), 0, old)
    value_kind = action.kind
    return old + np.where(is_null(value_kind, np.asarray(more)), 0, more)


def _value(
    value: Op | RandomValue, context: EvaluationContext, journal: Journal | None
) -> Array:
    if not isinstance(value, RandomValue):
        return evaluate(value, context)
    random = draws.bits(context.state, context.rows, value.key)
    if value.centre is not None:
        return draws.about(value, random, evaluate(value.centre, context))
    if value.choice is None:
        return draws.value(value, random)
    chosen = choose(value.choice, random, context, journal)
    # Where effects leave no value possible, it is drawn as declared: a property has its value.
    is_one = np.less(chosen, len(value.codes))
    codes = np.array(value.codes, DTYPES[value.kind])
    return np.where(is_one, codes.take(chosen, mode="clip"), draws.value(value, random))


def initial_value(
    initial: InitialValue, context: EvaluationContext, journal: Journal | None
) -> Array:
    """Return what a column begins with: shape (n,) or ()."""
    value = _value(initial.value, context, journal)
    return _with_effects(initial, value, context, journal) if initial.effects else value


def apply_effects(
    effects: tuple[CompiledEffect, ...], value: Array, context: EvaluationContext
) -> tuple[Array, list[AppliedFactor]]:
    """Multiply values by the factors of effects; whole numbers are rounded half up.

    Returns:
        What becomes of them, and per effect which case holds and its factor.
    """
    # Rounded after each effect, not once at the end: an amount is whole minor units between two
    # effects too.
    applied = [factor(effect, context, len(context.rows)) for effect in effects]
    for case, times in applied:
        scaled = value * times
        if value.dtype != np.float64:
            missing = np.equal(value, NULL_INTEGER) | np.isnan(scaled)
            scaled = np.where(
                missing, value, np.floor(np.where(missing, 0.0, scaled) + 0.5).astype(np.int64)
            )
        value = scaled if case is None else np.where(case, scaled, value)
    return value, applied


def _append(scheduler: Scheduler, action: Append, context: EvaluationContext) -> None:
    columns, rows = scheduler.state.columns, context.rows
    values = [evaluate(op, context) for op in action.values]
    length = columns[action.length][rows]
    width = columns[action.columns[0]].shape[1]
    fits = np.less(length, width)
    if scheduler.journal is not None:
        scheduler.journal.skips[action.skip] += int(len(rows) - fits.sum())
    who, place = rows[fits], length[fits]
    for column, value in zip(action.columns, values, strict=True):
        columns[column][who, place] = value[fits] if value.ndim else value
    columns[action.length][who] = place + 1


def _remove(scheduler: Scheduler, action: Remove, context: EvaluationContext) -> None:
    columns, rows = scheduler.state.columns, context.rows
    width = columns[action.columns[0]].shape[1]
    length = columns[action.length][rows]
    place = _place(action, context, length)
    if place is None:
        for column in action.columns:
            columns[column][rows] = NULLS[scheduler.model.columns[column].kind]
        columns[action.length][rows] = 0
        return
    there = np.greater_equal(place, 0) & np.less(place, length)
    # Elements after the one that goes move up by one: column j comes from j, or from j + 1 at
    # and after that place. A column of nulls is put behind, for the last cell to come from.
    source = np.arange(width) + np.greater_equal(
        np.arange(width), np.where(there, place, width)[:, None]
    )
    for column in action.columns:
        null = np.full(
            (len(rows), 1), NULLS[scheduler.model.columns[column].kind], columns[column].dtype
        )
        padded = np.concatenate([columns[column][rows], null], axis=1)
        columns[column][rows] = np.take_along_axis(padded, np.minimum(source, width), axis=1)
    columns[action.length][rows] = length - there


def _place(action: Remove, context: EvaluationContext, length: Array) -> Array | None:
    if action.at is not None:
        return evaluate(action.at, context)
    if action.equal is None:
        return None
    elements = context.load(action.columns[0])
    found = np.equal(elements, np.asarray(evaluate(action.equal, context)).reshape(-1, 1))
    # Cells beyond the length may hold what was there before, and must not be found.
    found &= np.less(np.arange(elements.shape[1]), length[:, None])
    return np.where(found.any(axis=1), np.argmax(found, axis=1), -1)


def _pick_row(scheduler: Scheduler, action: PickRow, context: EvaluationContext) -> None:
    random = draws.bits(scheduler.state, context.rows, action.key)
    if isinstance(action.table, Categorical):
        row = draws.choose(action.table, random)
    else:
        assert action.equal is not None
        row = draws.choose_among(
            action.table, np.asarray(evaluate(action.equal, context)), random
        )
        if scheduler.journal is not None:
            missing = np.broadcast_to(np.equal(row, NULL_CODE), len(random))
            scheduler.journal.skips[action.skip] += int(np.count_nonzero(missing))
    scheduler.state.columns[action.column][context.rows] = row


def _pick_element(
    scheduler: Scheduler, action: PickElement, context: EvaluationContext
) -> None:
    columns, rows = scheduler.state.columns, context.rows
    length = columns[action.length][rows]
    random = (draws.bits(scheduler.state, rows, action.key) >> np.uint64(32)).view(np.int64)
    place = random * length >> 32
    has = np.greater(length, 0)
    if scheduler.journal is not None:
        scheduler.journal.skips[action.skip] += int(len(rows) - np.count_nonzero(has))
    columns[action.place][rows] = np.where(has, place, NULL_INTEGER)
    for source, column in zip(action.sources, action.columns, strict=True):
        null = NULLS[scheduler.model.columns[column].kind]
        columns[column][rows] = np.where(has, columns[source][rows, place], null)


def emit(scheduler: Scheduler, number: int, rows: Array, times: Array, numbers: Array) -> None:
    """Emit an event: session, stage and identity first, then the journal."""
    emission = scheduler.model.emissions[number]
    state = scheduler.state
    session = (
        _session(scheduler, rows, times)
        if emission.in_session
        else np.full(len(rows), NULL_INTEGER, np.int64)
    )
    if emission.sign in ("in", "new"):
        sign_in(scheduler.model, state, rows, opens=emission.sign == "new")
    for memory in emission.memories:
        remember(memory, scheduler.context(rows))
    _advance_stage(scheduler, emission, rows, times)
    if scheduler.journal is not None:
        _log_event(scheduler, number, rows, times, numbers, session)
    if emission.sign == "out":
        sign_out(scheduler.model, state, rows)


def _log_event(
    scheduler: Scheduler, number: int, rows: Array, times: Array, numbers: Array, session: Array
) -> None:
    state, emission = scheduler.state, scheduler.model.emissions[number]
    assert scheduler.journal is not None
    is_first = state.is_silent.take(rows)
    if np.count_nonzero(is_first):
        _first_events(scheduler, rows[is_first])
    flags = state.event_flags.take(rows)
    if not emission.in_session:
        flags = outside_sessions(flags, state.accounts.take(rows))
    for column, count in emission.counted:
        state.columns[column][rows] = evaluate(count, scheduler.context(rows))
    captures = [state.columns[c].take(rows, axis=0) for c in emission.captures]
    scheduler.journal.emissions[number].append(rows, times, numbers, session, flags, *captures)


def _session(scheduler: Scheduler, rows: Array, times: Array) -> Array:
    """Return the sessions' ids: each one's is the time of its first event."""
    state = scheduler.state
    session = state.session_id.take(rows)
    is_new = np.equal(session, NULL_INTEGER)
    if np.count_nonzero(is_new):
        session = np.where(is_new, times, session)
        state.session_id[rows] = session
    state.session_last[rows] = times
    return session


def _advance_stage(scheduler: Scheduler, emission: Emission, rows: Array, times: Array) -> None:
    if not emission.stages:
        return
    state, context = scheduler.state, scheduler.context(rows)
    old = context.load(builtins.STAGE)
    new = old
    for rule in emission.stages:
        reached = (
            np.full(len(rows), rule.stage)
            if rule.when is None
            else np.where(holds(rule.when, context, len(rows)), rule.stage, 0)
        )
        new = np.maximum(new, reached)
    risen = np.greater(new, old)
    if np.count_nonzero(risen):
        who = rows[risen]
        state.columns[builtins.STAGE][who] = new[risen]
        state.event_flags[who] += (new[risen] - old[risen]) * ONE_STAGE
        record_change(
            scheduler,
            len(scheduler.model.user_properties),
            who,
            times[risen],
            False,
            [old[risen], new[risen]],
        )


def _first_events(scheduler: Scheduler, rows: Array) -> None:
    state = scheduler.state
    state.is_silent[rows] = False
    assert scheduler.journal is not None
    columns = [c for p in scheduler.model.user_properties for c in (p.column, *p.items)]
    scheduler.journal.firsts.append(
        rows, state.event_no[rows], *(state.columns[c][rows] for c in columns)
    )
