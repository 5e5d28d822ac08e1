"""Aliases of a plan's names as YAML: what a scenario calls otherwise is written as the plan calls it."""

from __future__ import annotations

from footfall.tracking_plan.plan_names import alias
from footfall.tracking_plan.yaml_text import Pairs, exactly


def renamed(written: str, used: str) -> str:
    """Return the note with a plan's name, where a scenario cannot use it, nor write it."""
    return "" if alias(written, used) or written == used else f"in the plan: {written}"


def aliased(written: str, used: str) -> Pairs:
    """Return the key with the plan's name, where a scenario calls it otherwise."""
    name = alias(written, used)
    return (("as", exactly(name) if name else ""),)
