"""Waits as short texts."""

from __future__ import annotations

from decimal import Decimal

from footfall.scenario.records import Wait

_UNITS_MS = (("days", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1))


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
        else ("s", 1000)
    )
    amount = f"{Decimal(ms) / width:.1f}".removesuffix(".0")
    return f"{amount} {'day' if (amount, unit) == ('1', 'days') else unit}"
