"""Builds the options of `either`, and checks their chances or weights against each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from footfall.scenario.leaf_records import OddsChance, Rest
from footfall.scenario.picks import PERCENT_TOLERANCE, percent
from footfall.scenario.reader import Fields, Reader, builds
from footfall.scenario.step_records import DoStep, EitherOption, EmitStep, Step


def chance_of(fields: Fields, key: str) -> Any:
    """Return the chance below a key, with the factor on its odds if there is one; None without a chance."""
    chance, odds = fields.get(key), fields.get("odds")
    return chance if chance is None or odds is None else OddsChance(chance, odds)


@builds("either")
def _either_fields(reader: Reader, fields: Fields) -> Fields:
    options: list[EitherOption] = fields.get("options")
    reader.refuse_twins(
        ((option.named, option.at) for option in options if option.named),
        "option",
        is_folded=False,
    )
    weighted = [option for option in options if option.weight is not None]
    if weighted and len(weighted) < len(options):
        accepts = "write chances that add up to 1, or weights, for all options"
        reader.note(
            weighted[0].at,
            f"{fields.label} has options with a chance and options with a weight",
            accepts,
        )
    elif weighted:
        _check_option_weights(reader, fields, options)
    else:
        _check_option_chances(reader, fields, options)
    return fields


def _check_option_weights(reader: Reader, fields: Fields, options: list[EitherOption]) -> None:
    if all(isinstance(option.weight, Decimal) and not option.weight for option in options):
        reader.note(
            fields.at,
            f"all weights of {fields.label} are 0",
            "write at least one weight above 0",
        )


def _check_option_chances(reader: Reader, fields: Fields, options: list[EitherOption]) -> None:
    # A factor on the odds lets the others share what is left, whatever it is.
    chances = [
        chance.chance if isinstance(chance := option.chance, OddsChance) else chance
        for option in options
    ]
    # Expressions count as 0: what they add is known in a run alone, but constants above 1 are
    # wrong whatever they add.
    total = sum((chance for chance in chances if isinstance(chance, Decimal)), Decimal(0))
    n_rests = sum(isinstance(chance, Rest) for chance in chances)
    if n_rests > 1:
        second = [chance for chance in chances if isinstance(chance, Rest)][1]
        reader.note(
            second.at,
            f"{fields.label} has {n_rests} options with the `rest`",
            "only one option can have it",
        )
    is_constant = all(isinstance(chance, Decimal) for chance in chances)
    if total > 1 + PERCENT_TOLERANCE or (is_constant and total < 1 - PERCENT_TOLERANCE):
        accepts = f"{_listed(options)}; chances must add up to 100%"
        hint = (
            "write them as weights to have them normalised"
            if is_constant
            else "lower some of them"
        )
        reader.note(
            fields.at,
            f"the chances of {fields.label} add up to {percent(total)}",
            accepts,
            hint,
        )


def _listed(options: list[EitherOption]) -> str:
    chances = [(_option_name(option), option.chance) for option in options]
    return ", ".join(
        f"{name} {percent(chance)}" for name, chance in chances if isinstance(chance, Decimal)
    )


def _option_name(option: EitherOption) -> str:
    first = option.steps[0] if option.steps else None
    if option.named or first is None:
        return option.named or "unnamed"
    return (
        first.journey
        if isinstance(first, DoStep)
        else first.event
        if isinstance(first, EmitStep)
        else "unnamed"
    )


@builds("option")
def _option(reader: Reader, fields: Fields) -> EitherOption:
    chance, weight = chance_of(fields, "chance"), fields.get("weight")
    if isinstance(chance, OddsChance) and isinstance(chance.chance, Rest):
        reader.note(
            fields.place("odds"),
            f"{fields.label} has the `rest` and `odds`",
            "`odds` beside a chance of its own",
        )
    return EitherOption(
        at=fields.at,
        steps=_option_steps(fields),
        named=fields.get("named"),
        chance=chance,
        weight=weight,
        when=fields.get("when"),
    )


def _option_steps(fields: Fields) -> tuple[Step, ...]:
    do, event = fields.get("do"), fields.get("event")
    if do:
        return (DoStep(at=do.at, journey=do.text),)
    if event:
        return (EmitStep(at=event.at, event=event.text),)
    return tuple(fields.get("steps", ()))
