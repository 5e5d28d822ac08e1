"""Memories of events: kept when one happens, read by expressions."""

from __future__ import annotations

import numpy as np

from footfall.model.emitted_values import EventMemory
from footfall.model.values import Array
from footfall.sim.evaluation_context import EvaluationContext
from footfall.units import DAY_MS


def remember(memory: EventMemory, context: EvaluationContext) -> None:
    """Keep that an event happens to some people now."""
    if memory.last >= 0:
        context.state.columns[memory.last][context.rows] = context.now_ms()
    if memory.last_day >= 0:
        _remember_day(memory, context)


def _remember_day(memory: EventMemory, context: EvaluationContext) -> None:
    columns, rows = context.state.columns, context.rows
    last = columns[memory.last_day].take(rows)
    # A clock that is put back at midnight makes a day begin twice: days never go back here.
    today = np.maximum(local_days(context), last)
    if memory.streak >= 0:
        length = columns[memory.streak].take(rows)
        length = np.where(
            np.equal(today, last + 1), length + 1, np.where(np.equal(today, last), length, 1)
        )
        columns[memory.streak][rows] = length
    for ring in memory.rings:
        counts = columns[ring].take(rows, axis=0)
        counts[_ages(today[:, None], counts.shape[1]) < (today - last)[:, None]] = 0
        counts[np.arange(len(rows)), today % counts.shape[1]] += 1
        columns[ring][rows] = counts
    columns[memory.last_day][rows] = today


def recent_count(counts: Array, last: Array, context: EvaluationContext) -> Array:
    """Return how many events there were on the dates of a ring, today the last of them.

    Args:
        counts: Shape (n, K), int64, as `EventMemory` has it.
        last: Shape (n, 1), int64: the last date that was counted.
    """
    days = counts.shape[1]
    # Dates after the last one had none, and push as many old ones out of the span.
    idle = local_days(context)[:, None] - last
    return (counts * (_ages(last, days) < days - idle)).sum(axis=1)


def streak(length: Array, last: Array, context: EvaluationContext) -> Array:
    """Return how many dates in a row, up to today or yesterday."""
    return np.where(np.greater_equal(last, local_days(context) - 1), length, 0)


def local_days(context: EvaluationContext) -> Array:
    """Return each one's local date, days since 1970: shape (n,), int64."""
    return context.local_ms() // DAY_MS


def _ages(last: Array, days: int) -> Array:
    """Return how many dates before the last one, shape (n, 1), each cell of a ring is: shape (n, K)."""
    return (last - np.arange(days)) % days
