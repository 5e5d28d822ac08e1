"""Waits as scenarios write them."""

from __future__ import annotations

import math

from footfall.scenario.leaf_records import Wait
from footfall.text import exact_duration


def mean_ms(wait: Wait) -> float:
    """Return the mean of a wait."""
    if wait.kind == "uniform":
        return (wait.low_ms + wait.high_ms) / 2
    return wait.low_ms * math.exp(float(wait.spread) ** 2 / 2)


def wait_text(wait: Wait) -> str:
    """Return a wait as in the file: `30 min`, `about 10 s`, `5 s to 20 s`."""
    if wait.kind == "uniform":
        return f"{exact_duration(wait.low_ms)} to {exact_duration(wait.high_ms)}"
    return ("about " if wait.kind == "about" else "") + exact_duration(wait.low_ms)
