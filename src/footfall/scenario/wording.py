"""Waits as short texts."""

from __future__ import annotations

from decimal import Decimal

from footfall.scenario.leaf_records import Wait
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_UNITS_MS = (
    ("days", DAY_MS),
    ("h", HOUR_MS),
    ("min", MINUTE_MS),
    ("s", SECOND_MS),
    ("ms", 1),
)


def wait_text(wait: Wait) -> str:
    """Return a wait as in the file."""
    if wait.kind == "uniform":
        return f"{duration_text(wait.low_ms)} to {duration_text(wait.high_ms)}"
    return ("about " if wait.kind == "about" else "") + duration_text(wait.low_ms)


def duration_text(ms: int) -> str:
    """Return a duration in the largest unit in which it has at most one digit after the point."""
    unit, width = (
        next((u, w) for u, w in _UNITS_MS if ms >= w and ms * 10 % w == 0)
        if ms
        else ("s", SECOND_MS)
    )
    amount = f"{Decimal(ms) / width:.1f}".removesuffix(".0")
    return f"{amount} {'day' if (amount, unit) == ('1', 'days') else unit}"
