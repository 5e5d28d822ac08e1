"""Decisions: chances after effects, the choice, and the count of asked and got."""

from __future__ import annotations

import numpy as np

from footfall.model import builtins
from footfall.model.ops import Op
from footfall.model.program import Decide, Effect, Option
from footfall.model.values import Array
from footfall.sim import draws
from footfall.sim.context import Context
from footfall.sim.crowd import Crowd
from footfall.sim.evaluate import evaluate, holds

ONE = 2**32
_HALF_WORD = np.uint64(32)


def decide(crowd: Crowd, node: Decide, rows: Array) -> None:
    """Send each person to an option.

    Args:
        node: Its chances become thresholds in 2**-32, by float64 arithmetic that every processor does alike.
        rows: Shape (n,), people.

    Randomness:
        One draw per person, named after the decision.
    """
    random = (draws.bits(crowd.state, rows, node.key) >> _HALF_WORD).view(np.int64)
    if node.thresholds is not None:
        _alike(crowd, node, rows, random, node.thresholds)
    elif node.is_chance:
        _chance(crowd, node, rows, random)
    else:
        _options(crowd, node, rows, random)


def _alike(crowd: Crowd, node: Decide, rows: Array, random: Array, thresholds: Array) -> None:
    """Decide where chances are the same for all."""
    if len(thresholds) == 2 and thresholds[1] == ONE:
        _alike_two(crowd, node, rows, random, int(thresholds[0]))
        return
    choice = np.searchsorted(thresholds, random, side="right")
    taken = np.bincount(choice, minlength=len(thresholds) + 1)
    for number, option in enumerate(node.options):
        if taken[number]:
            crowd.push(option.target, rows.compress(np.equal(choice, number)))
    if taken[-1]:
        crowd.push(node.otherwise, rows.compress(np.equal(choice, len(thresholds))))
    if crowd.record is not None:
        sums = crowd.record.decisions[node.number]
        sums[:, 0] += len(rows)
        sums[0, 1] += len(rows) * thresholds[0]
        sums[1:, 1] += len(rows) * (thresholds[1:] - thresholds[:-1])
        sums[:, 2] += taken[:-1]


def _alike_two(crowd: Crowd, node: Decide, rows: Array, random: Array, threshold: int) -> None:
    """Decide between two options with the same chance for all."""
    taken = np.less(random, threshold)
    crowd.push(node.options[0].target, rows.compress(taken))
    crowd.push(node.options[1].target, rows.compress(~taken))
    if crowd.record is not None:
        n, got = len(rows), int(np.count_nonzero(taken))
        asked = n * threshold
        crowd.record.decisions[node.number] += np.array([[n, asked, got], [n, n * ONE - asked, n - got]])


def _chance(crowd: Crowd, node: Decide, rows: Array, random: Array) -> None:
    """Decide between the first option and the second."""
    context = crowd.context(rows)
    first = node.options[0]
    chance = _weight(first, context, len(rows), 1.0)
    actives = [(effect, active(effect, context, len(rows))) for effect in first.effects]
    for effect, is_active in actives:
        chance = _with_odds(chance, effect, is_active, context)
    threshold = (chance * float(ONE)).astype(np.int64)
    taken = np.less(random, threshold)
    crowd.push(first.target, rows.compress(taken))
    crowd.push(node.options[1].target, rows.compress(~taken))
    if crowd.record is not None:
        _tally_chance(crowd.record.decisions[node.number], threshold, taken)
        for effect, is_active in actives:
            _tally_effect(crowd, node, 0, effect, is_active, threshold, taken)


def _with_odds(chance: Array, effect: Effect, is_active: Array | None, context: Context) -> Array:
    times = chance * factor(effect, context)
    changed = times / (times + (1.0 - chance))
    return changed if is_active is None else np.where(is_active, changed, chance)


def _tally_chance(sums: Array, threshold: Array, taken: Array) -> None:
    n, asked, got = len(taken), int(threshold.sum()), int(np.count_nonzero(taken))
    sums += np.array([[n, asked, got], [n, n * ONE - asked, n - got]], np.int64)


def _options(crowd: Crowd, node: Decide, rows: Array, random: Array) -> None:
    """Decide among several options with weights of their own for each person."""
    context = crowd.context(rows)
    n = len(rows)
    weights = [_weight(option, context, n, np.inf) for option in node.options]
    actives = []
    for number, option in enumerate(node.options):
        for effect in option.effects:
            is_active = active(effect, context, n)
            times = weights[number] * factor(effect, context)
            weights[number] = times if is_active is None else np.where(is_active, times, weights[number])
            actives.append((number, effect, is_active))
    thresholds = _thresholds(weights)
    choice = np.greater_equal(random, thresholds).sum(axis=0)
    taken = np.bincount(choice, minlength=len(weights) + 1)
    for number, option in enumerate(node.options):
        if taken[number]:
            crowd.push(option.target, rows.compress(np.equal(choice, number)))
    crowd.push(node.otherwise, rows.compress(np.equal(choice, len(weights))))
    if crowd.record is not None:
        asked = np.diff(thresholds, axis=0, prepend=0)
        crowd.record.decisions[node.number] += np.stack(
            [np.full(len(weights), n), asked.sum(axis=1), taken[:-1]], axis=1
        )
        for number, effect, is_active in actives:
            _tally_effect(crowd, node, number, effect, is_active, asked[number], np.equal(choice, number))


def _weight(option: Option, context: Context, n: int, most: float) -> Array:
    """Return weights between 0 and `most`, shape (n,); null and what is not possible count as 0."""
    if isinstance(option.weight, Op):
        value = evaluate(option.weight, context).astype(np.float64)
        weight = np.where(np.greater(value, 0.0), np.minimum(value, most), 0.0)
        weight = weight if weight.ndim else np.full(n, weight)
    else:
        weight = np.full(n, option.weight)
    return weight if option.when is None else np.where(holds(option.when, context, n), weight, 0.0)


def _thresholds(weights: list[Array]) -> Array:
    """Return cumulated chances in 2**-32, shape (options, n); all 0 where every weight is 0."""
    so_far = [weights[0]]
    for weight in weights[1:]:
        so_far.append(so_far[-1] + weight)
    whole = so_far[-1]
    divisor = np.where(np.greater(whole, 0.0), whole, 1.0)
    return (np.stack(so_far) / divisor * float(ONE)).astype(np.int64)


def _tally_effect(
    crowd: Crowd, node: Decide, option: int, effect: Effect, is_active: Array | None, asked: Array, taken: Array
) -> None:
    assert crowd.record is not None
    key = (effect.number, node.number, option)
    sums = crowd.record.effects.get(key)
    if sums is None:
        sums = crowd.record.effects[key] = np.zeros((2, 3), np.int64)
    whole = (len(taken), int(asked.sum()), int(np.count_nonzero(taken)))
    if is_active is None:
        sums[0] += whole
        return
    inside = (
        int(np.count_nonzero(is_active)),
        int(asked.compress(is_active).sum()),
        int(np.count_nonzero(taken & is_active)),
    )
    sums[0] += inside
    sums[1] += [a - b for a, b in zip(whole, inside, strict=True)]


def active(effect: Effect, context: Context, n: int) -> Array | None:
    """Tell for whom an effect holds now: shape (n,), bool; None for all."""
    result = None
    if effect.span is not None:
        now = context.now_ms()
        result = np.greater_equal(now, effect.span.from_ms) & np.less(now, effect.span.until_ms)
    if effect.when is not None:
        meant = holds(effect.when, context, n)
        result = meant if result is None else result & meant
    if effect.by is not None:
        named = ~np.isnan(_looked_up(effect, context))
        result = named if result is None else result & named
    return result


def factor(effect: Effect, context: Context) -> Array | float:
    """Return an effect's factor for each person where it is active."""
    return effect.factor if effect.by is None else _looked_up(effect, context)


def _looked_up(effect: Effect, context: Context) -> Array:
    assert effect.by is not None
    if not _is_lasting(effect.by):
        return _factors_of(effect, context)
    lasting = context.state.lasting_factors.get(effect.number)
    if lasting is None:
        everybody = Context(context.model, context.calendar, context.state, np.arange(context.state.n))
        lasting = context.state.lasting_factors[effect.number] = _factors_of(effect, everybody)
    return lasting.take(context.rows)


def _factors_of(effect: Effect, context: Context) -> Array:
    assert effect.by is not None
    assert effect.factors is not None
    codes = evaluate(effect.by, context)
    return effect.factors.take(np.minimum(codes, len(effect.factors) - 1))


def _is_lasting(op: Op) -> bool:
    """Tell whether a value follows from the home alone, which never changes."""
    return all(o.op in ("field", "const") or (o.op == "load" and o.value == builtins.HOME) for o in op.walk())
