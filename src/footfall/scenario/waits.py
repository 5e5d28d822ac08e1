"""Waits as scenarios write them."""

from __future__ import annotations

import math
import re

from footfall.scenario.leaf_records import Wait
from footfall.text import exact_duration

_MONTHS = re.compile(r"now \+ [0-9_.]+ ?(month|year)s?")
"""How a wait of months is kept."""


def mean_ms(wait: Wait) -> float:
    """Return the mean of a wait, but for its factor."""
    if wait.kind == "uniform":
        return (wait.low_ms + wait.high_ms) / 2
    return wait.low_ms * math.exp(float(wait.spread) ** 2 / 2)


def wait_text(wait: Wait) -> str:
    """Return a wait as in the file: `30 min`, `about 10 s * pace`, `5 s to 20 s`, `1 month`, `until next('25th')`."""
    if wait.until is not None:
        text = wait.until.text
        return text.removeprefix("now + ") if _MONTHS.fullmatch(text) else f"until {text}"
    times = "" if wait.factor is None else f" * {wait.factor.text}"
    if wait.kind == "uniform":
        return f"{exact_duration(wait.low_ms)} to {exact_duration(wait.high_ms)}{times}"
    about = "about " if wait.kind == "about" else ""
    return about + exact_duration(wait.low_ms) + times


def after_wait(wait: Wait) -> str:
    """Return when it is over, as a sentence says it: `after about 2 days`, `at next('friday')`."""
    text = wait_text(wait)
    return text.replace("until ", "at ", 1) if text.startswith("until ") else f"after {text}"
