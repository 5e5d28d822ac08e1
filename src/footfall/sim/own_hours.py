"""Waits in activity time, by the rhythm and the day of each one."""

from __future__ import annotations

import numpy as np

from footfall.model import builtins
from footfall.model.operations import Op
from footfall.model.values import NEVER, Array
from footfall.sim import draws
from footfall.sim.evaluate import evaluate
from footfall.sim.evaluation_context import EvaluationContext
from footfall.units import HOUR_MS

_MOST_HOURS = 12.0
"""A day that is later by more is one that is earlier. The calendar begins two days before anybody comes."""


def activity_after(context: EvaluationContext, clock: Array, waits: Array) -> Array:
    """Return when waits that run in activity time are over: shape (n,), int64, UTC; `NEVER` past the horizon.

    Args:
        clock: Shape (n,), int64, UTC: when they begin.
        waits: Shape (n,), int64: ms at mean activity.
    """
    people, calendar = context.model.people, context.calendar
    rhythms = people.home_rhythms[context.load(builtins.HOME)]
    hours = people.hours
    if hours is None:
        return calendar.after(clock, waits, rhythms)
    if hours.week is not None:
        weeks = evaluate(hours.week, context).astype(np.int32)
        rhythms = rhythms + weeks * np.int32(len(calendar.spec.rhythms))
    if hours.later is None:
        return calendar.after(clock, waits, rhythms)
    # Whose day is later lives by a clock that is late: as others do an hour before, so they do now.
    later = _later_ms(hours.later, context)
    times = calendar.after(clock - later, waits, rhythms)
    return np.where(np.equal(times, NEVER), NEVER, times + later)


def _later_ms(later: Op, context: EvaluationContext) -> Array:
    hours = np.minimum(np.maximum(evaluate(later, context), -_MOST_HOURS), _MOST_HOURS)
    return draws.whole(np.where(np.isnan(hours), 0.0, hours) * HOUR_MS)
