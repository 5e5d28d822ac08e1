"""Effects applied to some people: for whom they hold, and what becomes of chances.

Effects on one chance act in the order odds, times, chance, wherever they stand in the file:
factors on the odds multiply, then factors on the chance, then a chance takes the place of what
it would have been (the last one that holds). Factors of one kind may so be written in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import numpy as np

from footfall.model import builtins
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.operations import Op
from footfall.model.program import DecisionOption
from footfall.model.values import Array
from footfall.sim.evaluate import evaluate, holds, with_odds
from footfall.sim.evaluation_context import EvaluationContext


@dataclass(frozen=True, slots=True)
class AppliedEffect:
    """An effect on a chance, for some people.

    Args:
        option: Number of the option that it acts on.
        what: `odds`, `times` or `chance`.
        case: Which case of it holds, shape (n,), 0 or false where none does; None where the only
            one holds for all.
        amount: Its factor or chance there, shape (n,) or one for all.
    """

    option: int
    what: str
    case: Array | None
    amount: Array | float

    def chosen(self, there: Array | float, elsewhere: Array | float, n: int) -> Array:
        """Return one value where it holds, and another elsewhere: shape (n,)."""
        if self.case is None:
            return np.broadcast_to(there, n)
        found = np.where(self.case, there, elsewhere)
        return found if found.ndim else np.full(n, found)


def applied_effects(
    effects: list[tuple[int, CompiledEffect]], context: EvaluationContext
) -> list[AppliedEffect]:
    """Return effects on the options of a decision, for some people, in the same order."""
    n = len(context.rows)
    return [
        AppliedEffect(option, effect.what, *factor(effect, context, n))
        for option, effect in effects
    ]


def changed_chance(chance: Array, applied: list[AppliedEffect]) -> Array:
    """Return what effects make of a chance: shape (n,), from 0 to 1."""
    n = len(chance)
    for each in applied:
        if each.what == "odds":
            chance = each.chosen(with_odds(chance, each.amount), chance, n)
    times = _product(applied, n)
    if times is not None:
        chance = np.minimum(chance * times, 1.0)
    for each in applied:
        if each.what == "chance":
            chance = each.chosen(each.amount, chance, n)
    return chance


def changed_weights(
    weights: list[Array],
    applied: list[AppliedEffect],
    options: tuple[DecisionOption, ...],
    context: EvaluationContext,
) -> list[Array]:
    """Return what effects make of the weights of options: each shape (n,), in proportion to chances."""
    n, weights = len(context.rows), list(weights)
    for each in applied:
        if each.what == "odds":
            number = each.option
            weights[number] = each.chosen(weights[number] * each.amount, weights[number], n)
    of_options = [[e for e in applied if e.option == number] for number in range(len(weights))]
    if any(each.what == "times" for each in applied):
        shares = _shares(weights)
        weights = _shared(
            shares, [_risen(s, e) for s, e in zip(shares, of_options, strict=True)]
        )
    if any(each.what == "chance" for each in applied):
        asked = [_asked(o, e, context) for o, e in zip(options, of_options, strict=True)]
        weights = _shared(_shares(weights), asked)
    return weights


def _product(applied: list[AppliedEffect], n: int) -> Array | None:
    """Return the product of the factors on a chance, 1 where none holds; None where there is none."""
    factors = [each.chosen(each.amount, 1.0, n) for each in applied if each.what == "times"]
    return reduce(np.multiply, factors) if factors else None


def _risen(share: Array, applied: list[AppliedEffect]) -> Array | None:
    """Return the share that an option has by factors on it; NaN where none of them holds."""
    times = [each for each in applied if each.what == "times"]
    if not times:
        return None
    product = _product(times, len(share))
    assert product is not None
    is_held = reduce(or_, (each.chosen(True, False, len(share)) for each in times))
    return np.where(is_held, np.minimum(share * product, 1.0), np.nan)


def _asked(
    option: DecisionOption, applied: list[AppliedEffect], context: EvaluationContext
) -> Array | None:
    """Return the chance that effects give an option; NaN where none holds, or it is not possible."""
    found = None
    for each in applied:
        if each.what == "chance":
            before = np.nan if found is None else found
            found = each.chosen(each.amount, before, len(context.rows))
    if found is None or option.when is None:
        return found
    return np.where(holds(option.when, context, len(found)), found, np.nan)


def _shares(weights: list[Array]) -> list[Array]:
    """Return weights as shares of their sum; all 0 where every weight is 0."""
    whole = reduce(np.add, weights)
    divisor = np.where(np.greater(whole, 0.0), whole, 1.0)
    return [weight / divisor for weight in weights]


def _shared(shares: list[Array], asked: list[Array | None]) -> list[Array]:
    """Give options the shares that are asked for; the others share what is left in proportion.

    Args:
        shares: Per option, shape (n,).
        asked: Per option: NaN where nothing is asked for; None for nothing at all.
    """
    free = [
        share if wanted is None else np.where(np.isnan(wanted), share, 0.0)
        for share, wanted in zip(shares, asked, strict=True)
    ]
    held = [
        np.zeros(len(share)) if wanted is None else np.where(np.isnan(wanted), 0.0, wanted)
        for share, wanted in zip(shares, asked, strict=True)
    ]
    left = np.maximum(1.0 - reduce(np.add, held), 0.0)
    whole = reduce(np.add, free)
    scale = np.where(
        np.greater(whole, 0.0), left / np.where(np.greater(whole, 0.0), whole, 1.0), 0.0
    )
    return [one * scale + other for one, other in zip(free, held, strict=True)]


# --- for whom an effect holds ----------------------------------------------------------------------------------------


def factor(
    effect: CompiledEffect, context: EvaluationContext, n: int
) -> tuple[Array | None, Array | float]:
    """Return which case of an effect holds, and its factor there.

    Returns:
        Shape (n,), whole numbers or booleans: the case, 0 where the effect does not hold; None where
        the only one holds for all. And the factors, of no meaning where it does not hold.
    """
    masks = []
    if effect.span is not None:
        now = context.now_ms()
        masks.append(
            np.greater_equal(now, effect.span.from_ms) & np.less(now, effect.span.until_ms)
        )
    if effect.when is not None:
        masks.append(holds(effect.when, context, n))
    is_active = reduce(and_, masks) if masks else None
    if effect.by is None:
        return is_active, effect.factor
    assert effect.factors is not None
    cases = _looked_up(effect, context)
    times = effect.factors.take(cases)
    return (cases if is_active is None else np.where(is_active, cases, 0)), times


def _looked_up(effect: CompiledEffect, context: EvaluationContext) -> Array:
    assert effect.by is not None
    if not _is_lasting(effect.by):
        return _cases_of(effect, context)
    # Most effects by city: looked up once for the whole group instead of at every wave.
    lasting = context.state.lasting_cases.get(effect.number)
    if lasting is None:
        everybody = EvaluationContext(
            context.model, context.calendar, context.state, np.arange(context.state.n)
        )
        lasting = context.state.lasting_cases[effect.number] = _cases_of(effect, everybody)
    return lasting.take(context.rows)


def _cases_of(effect: CompiledEffect, context: EvaluationContext) -> Array:
    assert effect.by is not None
    assert effect.case_of_code is not None
    codes = evaluate(effect.by, context)
    # Null is -1, which `take` counts from the end: the last entry is made for it, and for codes
    # past the table.
    return effect.case_of_code.take(np.minimum(codes, len(effect.case_of_code) - 1))


def _is_lasting(op: Op) -> bool:
    """Tell whether a value follows from the home alone, which never changes."""
    return all(
        o.op in ("field", "const") or (o.op == "load" and o.value == builtins.HOME)
        for o in op.walk()
    )
