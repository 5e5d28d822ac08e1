"""Aliases of a plan's names as YAML: what a scenario calls otherwise is written as the plan calls it."""

from __future__ import annotations

from collections.abc import Iterable

from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.plan_names import alias
from footfall.tracking_plan.yaml_text import Pairs, exactly, mapped


def renamed(written: str, used: str) -> str:
    """Return the note with a plan's name, where a scenario cannot use it, nor write it."""
    return "" if alias(written, used) or written == used else f"in the plan: {written}"


def aliased(written: str, used: str) -> Pairs:
    """Return the key with the plan's name, where a scenario calls it otherwise."""
    name = alias(written, used)
    return (("as", exactly(name) if name else ""),)


def record_type(fields: Iterable[tuple[str, PlanProperty, str]]) -> str:
    """Return what a list of records is a list of, as YAML: each field with its type, and the plan's name if need be.

    Args:
        fields: (the scenario's name, the field, its type).
    """
    kinds = []
    for name, planned, kind in fields:
        written = alias(planned.name, name)
        kinds.append(
            (name, mapped([("type", kind), ("as", exactly(written))]) if written else kind)
        )
    return mapped(kinds)
