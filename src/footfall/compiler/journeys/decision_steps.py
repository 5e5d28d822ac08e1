"""Steps that decide: `maybe` and `either`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from footfall.compiler.expressions.typed_values import as_number
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.step_context import Here
from footfall.model.operations import Op
from footfall.model.program import DecisionOption
from footfall.scenario.leaf_records import OddsChance, Rest
from footfall.scenario.step_records import EitherOption, EitherStep, MaybeStep
from footfall.scenario.step_traits import default_name, traits


def lower_maybe(lowering: Lowering, step: MaybeStep, here: Here, following: int) -> int:
    """Compile an optional part."""
    name = lowering.name_of(step, step.steps)
    then = lowering.steps(step.steps, here, following)
    otherwise = lowering.steps(step.otherwise, here, following)
    return lowering.chance(name, step.chance, step.at, here, then, otherwise)


def lower_either(lowering: Lowering, step: EitherStep, here: Here, following: int) -> int:
    """Compile a choice among options."""
    name, builder = lowering.name_of(step, ()), lowering.builder
    address = builder.names.take("chance", here.journey, name, step.at)
    options = _with_rest(
        step, tuple(_option(lowering, o, address, here, following) for o in step.options)
    )
    options = tuple(
        _with_odds(lowering, compiled, option, here)
        for compiled, option in zip(options, step.options, strict=True)
    )
    _check_names(lowering, step, [o.name for o in options])
    number = builder.decision(address, tuple(o.name for o in options))
    return builder.decide(number, builder.key(here, "chance", name), options, following)


def _option(
    lowering: Lowering,
    option: EitherOption,
    address: str,
    here: Here,
    following: int,
) -> DecisionOption:
    name = option.named or default_name(option.steps)
    if name is None:
        lowering.problems.add(
            option.at, "this option has no event to be called after", hint="add named:"
        )
        name = f"line {option.at.line}"
    chance = option.chance if option.chance is not None else option.weight
    assert chance is not None
    chance = chance.chance if isinstance(chance, OddsChance) else chance
    weight = lowering.weight(chance, here.scope)
    when = _possible(lowering, option, here)
    target = lowering.steps(option.steps, here, following)
    return DecisionOption(
        name, weight, target, when, lowering.effects.at("chance", f"{address}/{name}")
    )


def _with_odds(
    lowering: Lowering, compiled: DecisionOption, option: EitherOption, here: Here
) -> DecisionOption:
    """Multiply the weight of an option by the factor on its odds: the rest share what is left."""
    if not isinstance(option.chance, OddsChance):
        return compiled
    factor = lowering.typer.factor(option.chance.odds, here.scope)
    if factor is None:
        return compiled
    weights = (as_number(compiled.weight), factor)
    return replace(compiled, weight=Op("multiply", "number", weights, is_nullable=True))


def _possible(lowering: Lowering, option: EitherOption, here: Here) -> Op | None:
    """Compile when an option is possible: its own condition and that of its first journey."""
    # Here too, not in the journey alone: else people would choose it and then be passed over.
    conditions = [lowering.typer.condition(option.when, here.scope)]
    run = traits(option.steps[0]).runs if option.steps else None
    if run is not None and not run.is_later and run.name in lowering.journeys:
        when = lowering.journeys[run.name].when
        conditions.append(lowering.typer.condition(when, here.scope))
    found = [condition for condition in conditions if condition is not None]
    if not found:
        return None
    return found[0] if len(found) == 1 else Op("and", "boolean", tuple(found))


def _with_rest(
    step: EitherStep, options: tuple[DecisionOption, ...]
) -> tuple[DecisionOption, ...]:
    """Give the option that has the rest the chance which the others leave."""
    rest = next((n for n, o in enumerate(step.options) if isinstance(o.chance, Rest)), None)
    if rest is None:
        return options
    left = _left([option.weight for n, option in enumerate(options) if n != rest])
    return (*options[:rest], replace(options[rest], weight=left), *options[rest + 1 :])


def _left(weights: list[float | Op]) -> float | Op:
    constant = [weight for weight in weights if isinstance(weight, float)]
    if len(constant) == len(weights):
        # By the decimals as written: 0.7 and 0.2 leave 0.1, as floats 0.10000000000000009.
        return float(1 - sum(Decimal(repr(weight)) for weight in constant))
    # It falls below 0 where the others exceed 1, and a weight below 0 counts as 0.
    left = Op("const", "number", value=1.0)
    for weight in weights:
        other = as_number(weight)
        left = Op("subtract", "number", (left, other), is_nullable=other.is_nullable)
    return left


def _check_names(lowering: Lowering, step: EitherStep, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            message = f'two options are called "{name}"'
            lowering.problems.add(
                step.options[number].at, message, hint="add named: to one of them"
            )
