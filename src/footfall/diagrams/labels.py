"""Chances and changes as short texts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from footfall.scenario.leaf_records import Chance, Draw, Expression, Ramp, Rest, Text
from footfall.scenario.step_records import Assignment, EitherOption, PickOne
from footfall.text import short_percent


def chance_text(chance: Chance | None) -> str:
    """Return a chance as a reader says it."""
    if isinstance(chance, Decimal):
        return short_percent(chance)
    if isinstance(chance, Ramp):
        return f"{short_percent(chance.start)} → {short_percent(chance.end)} over {chance.over:f} {chance.of.text}"
    return (
        chance.text
        if isinstance(chance, Expression)
        else "rest"
        if isinstance(chance, Rest)
        else ""
    )


def other_chance(chance: Chance) -> str:
    """Return what a chance leaves."""
    return short_percent(1 - chance) if isinstance(chance, Decimal) else "else"


def option_shares(options: tuple[EitherOption, ...]) -> list[str]:
    """Return the text on each option's arrow: its share if known, else chance or weight."""
    weights = [option.weight for option in options]
    # With a guard shares depend on who comes, so weights are shown as they are written.
    is_fixed = all(isinstance(w, Decimal) for w in weights) and not any(o.when for o in options)
    whole = sum((w for w in weights if isinstance(w, Decimal)), Decimal(0))
    if is_fixed and whole:
        return [short_percent(w / whole) for w in weights if isinstance(w, Decimal)]
    return [_option_share(option, options) for option in options]


def _option_share(option: EitherOption, options: tuple[EitherOption, ...]) -> str:
    if option.weight is not None:
        return f"weight {option.weight.text if isinstance(option.weight, Expression) else f'{option.weight:f}'}"
    others = [o.chance for o in options if o is not option]
    if isinstance(option.chance, Rest) and all(isinstance(c, Decimal) for c in others):
        return short_percent(1 - sum((c for c in others if isinstance(c, Decimal)), Decimal(0)))
    return chance_text(option.chance)


def changes_text(changes: Iterable[Assignment]) -> tuple[str, ...]:
    """Return state changes, each in curly braces."""
    return tuple("{" + _change(change) + "}" for change in changes)


def _change(change: Assignment) -> str:
    value = change.value
    if isinstance(value, Draw):
        return f"{change.name} = {_draw(value)}"
    text = (
        "null"
        if value is not None and value.is_null
        else value.text
        if isinstance(value, Text)
        else ""
    )
    if change.fields:
        text = ", ".join(f"{name}: {field.text}" for name, field in change.fields)
    signs = {"set": "=", "add": "+", "append": "+", "remove": "-"}
    if change.verb == "add":
        return f"{change.name} {_added(text)}"
    return f"{change.name} {signs[change.verb]} {text}"


def _added(text: str) -> str:
    negative = text.removeprefix("0 - ").removeprefix("-")
    sign, amount = ("+", text) if negative == text else ("-", negative)
    return f"{sign} ({text})" if " " in amount else f"{sign} {amount}"


def _draw(draw: Draw) -> str:
    if draw.kind != "pick":
        return f"{draw.kind} draw"
    values = [choice.text or "null" for choice, _ in draw.choices]
    shown = " | ".join(values[:3])
    return shown if len(values) <= 3 else f"{shown} | … {values[-1]}"


def pick_text(pick: PickOne) -> str:
    """Return what a `pick` chooses."""
    source = "" if pick.variable == pick.source else f" from {pick.source}"
    where = " and ".join(f"{column} = {value.text}" for column, value in pick.where)
    return f"pick {pick.variable}{source}" + (f" where {where}" if where else "")
