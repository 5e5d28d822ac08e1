"""Decisions: chances after effects, the choice, and the count of asked and got."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footfall.model.ops import Op
from footfall.model.program import Decide, Effect, Option
from footfall.model.values import Array
from footfall.sim import draws
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.state import Rows

if TYPE_CHECKING:
    from footfall.sim.waves import Waves

ONE = 2**32
_HALF_WORD = np.uint64(32)


def decide(waves: Waves, node: Decide, rows: Array) -> None:
    """Send each person to an option.

    Args:
        node: The decision. Its chances become thresholds in 2**-32, by float64 arithmetic that every processor does alike.
        rows: Shape (n,), people.

    Randomness:
        One draw per person, named after the decision.
    """
    random = (draws.bits(waves.state, rows, node.key) >> _HALF_WORD).astype(np.int64)
    if all(isinstance(o.weight, float) and o.when is None and not o.effects for o in node.options):
        thresholds = [np.asarray(t) for t in _constant_thresholds(node.options)]
        actives: list[tuple[int, Effect, Array]] = []
    else:
        context = waves.context(rows)
        weights, actives = _weights(node, context, len(rows))
        thresholds = _thresholds(weights)
    _send(waves, node, rows, random, thresholds, actives)


def _constant_thresholds(options: tuple[Option, ...]) -> list[int]:
    weights = [o.weight for o in options]
    whole = float(sum(weights))  # type: ignore[arg-type]
    so_far, thresholds = 0.0, []
    for weight in weights:
        so_far += weight  # type: ignore[operator]
        thresholds.append(int(so_far / whole * ONE) if whole else 0)
    return thresholds


def _weights(node: Decide, context: Rows, n: int) -> tuple[list[Array], list[tuple[int, Effect, Array]]]:
    weights: list[Array] = []
    actives = []
    for number, option in enumerate(node.options):
        weight = _base(node, number, option, weights, context, n)
        if option.when is not None:
            weight = np.where(holds(option.when, context, n), weight, 0.0)
        weights.append(weight)
    for number, option in enumerate(node.options):
        for effect in option.effects:
            is_active = active(effect, context, n)
            weights[number] = weights[number] * np.where(is_active, factor(effect, context), 1.0)
            actives.append((number, effect, is_active))
    return weights, actives


def _base(node: Decide, number: int, option: Option, before: list[Array], context: Rows, n: int) -> Array:
    if node.is_chance and number == 1:
        return 1.0 - before[0]
    if isinstance(option.weight, Op):
        value = np.broadcast_to(evaluate(option.weight, context).astype(np.float64), (n,))
        value = np.where(np.greater(value, 0.0), value, 0.0)
        return np.minimum(value, 1.0) if node.is_chance else value
    return np.full(n, option.weight)


def _thresholds(weights: list[Array]) -> list[Array]:
    whole = weights[0]
    for weight in weights[1:]:
        whole = whole + weight
    divisor = np.where(np.greater(whole, 0.0), whole, 1.0)
    so_far, thresholds = np.zeros(len(whole)), []
    for weight in weights:
        so_far = so_far + weight
        thresholds.append((so_far / divisor * ONE).astype(np.int64))
    return thresholds


def _send(
    waves: Waves,
    node: Decide,
    rows: Array,
    random: Array,
    thresholds: list[Array],
    actives: list[tuple[int, Effect, Array]],
) -> None:
    left = np.ones(len(rows), np.bool_)
    below = np.zeros((), np.int64)
    takens = []
    for option, threshold in zip(node.options, thresholds, strict=True):
        taken = left & np.less(random, threshold)
        left &= ~taken
        takens.append(taken)
        waves.push(option.target, rows[taken])
    waves.push(node.otherwise, rows[left])
    if waves.record is None:
        return
    asked = []
    for threshold in thresholds:
        asked.append(np.broadcast_to(threshold - below, rows.shape))
        below = threshold
    for number in range(len(node.options)):
        waves.record.decisions[node.number][number] += _triple(asked[number], takens[number])
    for number, effect, is_active in actives:
        _tally_effect(waves, node, number, effect, is_active, asked[number], takens[number])


def _triple(asked: Array, taken: Array) -> Array:
    return np.array([len(asked), asked.sum(), taken.sum()], np.int64)


def _tally_effect(
    waves: Waves, node: Decide, option: int, effect: Effect, is_active: Array, asked: Array, taken: Array
) -> None:
    assert waves.record is not None
    key = (effect.number, node.number, option)
    sums = waves.record.effects.setdefault(key, np.zeros((2, 3), np.int64))
    sums[0] += _triple(asked[is_active], taken[is_active])
    sums[1] += _triple(asked[~is_active], taken[~is_active])


def active(effect: Effect, context: Rows, n: int) -> Array:
    """Tell for whom an effect holds now: shape (n,), bool."""
    now = context.now_ms()
    result = np.greater_equal(now, effect.span.from_ms) & np.less(now, effect.span.until_ms)
    if effect.when is not None:
        result &= holds(effect.when, context, n)
    if effect.by is not None:
        codes = evaluate(effect.by, context)
        named = np.zeros(n, np.bool_)
        for code, _ in effect.factors:
            named |= np.equal(codes, code)
        result &= named
    return result


def factor(effect: Effect, context: Rows) -> Array:
    """Return an effect's factor for each person where it is active: shape (n,) or (), float64."""
    if effect.by is None:
        return np.asarray(effect.factor)
    codes = evaluate(effect.by, context)
    result = np.ones(len(codes))
    for code, value in effect.factors:
        result = np.where(np.equal(codes, code), value, result)
    return result
