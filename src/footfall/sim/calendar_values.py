"""Times that expressions make of the calendar: months later, the next day of a name."""

from __future__ import annotations

import numpy as np

from footfall.model.values import NULL_INTEGER, Array
from footfall.sim.civil_days import add_months
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.memory import local_days
from footfall.units import DAY_MS, HOUR_MS, NamedDay


def months_later(times: Array, months: Array, context: EvaluationContext) -> Array:
    """Return times some months away, by each one's own clock; null where either is."""
    missing = np.equal(times, NULL_INTEGER) | np.equal(months, NULL_INTEGER)
    now = context.now_ms()
    local = context.local_ms(np.where(missing, now, times))
    later = context.utc_ms(add_months(local, np.where(missing, 0, months)))
    return np.where(missing, NULL_INTEGER, later)


def next_day(named: NamedDay, hour: Array, context: EvaluationContext) -> Array:
    """Return when the next day of a name is, at an hour; null where that is."""
    missing = np.equal(hour, NULL_INTEGER)
    hours_ms = np.where(missing, 0, hour) * HOUR_MS
    days, today = context.civil_days(), local_days(context)
    found, later = (
        context.utc_ms(days.on_or_after(named, date) * DAY_MS + hours_ms)
        for date in (today, today + 1)
    )
    return np.where(
        missing,
        NULL_INTEGER,
        np.where(np.greater(found, context.now_ms()), found, later),
    )


def is_day(named: NamedDay, context: EvaluationContext) -> Array:
    """Return for whom today is a day of a name: shape (n,), bool."""
    today = local_days(context)
    return np.equal(context.civil_days().on_or_after(named, today), today)
