"""Chances, changes and picks as short texts, close to how they stand in the file."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from footfall.scenario.leaf_records import (
    Chance,
    Expression,
    OddsChance,
    Ramp,
    Rest,
    Survival,
    Text,
    Wait,
)
from footfall.scenario.step_records import Assignment, EitherOption, PickOne
from footfall.scenario.waits import after_wait
from footfall.text import exact_duration


def chance_text(chance: Chance | None) -> str:
    """Return a chance as in the file; nothing for none."""
    match chance:
        case None:
            return ""
        case Decimal():
            return f"{(chance * 100).normalize():f}%"
        case Ramp():
            ends = f"{chance_text(chance.start)} to {chance_text(chance.end)}"
            return f"{ends} over {chance.over} of {chance.of.text}"
        case Expression():
            return chance.text
        case Rest():
            return "the rest"
        case OddsChance():
            return f"{chance_text(chance.chance)} with odds times {chance.odds.text}"
    assert_never(chance)


def option_text(option: EitherOption) -> str:
    """Return the chance or weight of an option of `either`."""
    if option.weight is None:
        return chance_text(option.chance)
    if isinstance(option.weight, Expression):
        return option.weight.text
    return f"weight {option.weight}"


def changes_text(changes: Iterable[Assignment]) -> str:
    """Return changes of state in one pair of braces; nothing for none."""
    texts = ", ".join(map(_change_text, changes))
    return f"{{{texts}}}" if texts else ""


def _change_text(change: Assignment) -> str:
    value = change.value
    if not isinstance(value, Text):
        is_draw = change.verb == "set"
        return f"{change.name} drawn" if is_draw else f"{change.verb} {change.name}"
    match change.verb:
        case "set":
            return f"{change.name} = {value.text or 'null'}"
        case "add":
            return f"{change.name} + {value.text}"
        case "append" | "remove":
            return f"{change.verb} {change.name} {value.text}"
    assert_never(change.verb)


def pick_text(pick: PickOne) -> str:
    """Return what one target of `pick` is filled from."""
    source = "" if pick.variable == pick.source else f" from {pick.source}"
    where = " and ".join(f"{column} is {value.text}" for column, value in pick.where)
    return f"{pick.variable}{source}" + (f" where {where}" if where else "")


def survival_text(survival: Survival | None) -> str:
    """Return how many are still there after some time; nothing for none."""
    if survival is None:
        return ""
    points = (
        f"{chance_text(share)} after {exact_duration(ms)}" for ms, share in survival.points
    )
    return "still there: " + ", ".join(points)


def names_text(names: Iterable[Text]) -> str:
    """Return names between commas."""
    return ", ".join(name.text for name in names)


def after_text(wait: Wait | None) -> str:
    """Return a wait as what stands behind a step; nothing for none."""
    return f", {after_wait(wait)}" if wait else ""
