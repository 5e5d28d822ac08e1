"""Decisions: chances after effects, the choice, and the count of asked and got.

A chance becomes a threshold in 2**-32, and an option is taken when the first 32 bits of the
draw lie below it. Its probability is then exactly the threshold over 2**32, which is what the
tallies sum: what was asked is held against what came out without an error of rounding, and
declared chances are met to within 2.3e-10.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

import numpy as np

from footfall.model import builtins
from footfall.model.operations import Op
from footfall.model.program import CompiledEffect, DecisionNode, DecisionOption
from footfall.model.values import Array
from footfall.sim import draws
from footfall.sim.decision_log import ONE, DecisionLog, effects_of
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.scheduler import Scheduler

_HALF_WORD = np.uint64(32)


def decide(scheduler: Scheduler, node: DecisionNode, number: int, rows: Array) -> None:
    """Send each person to an option.

    Args:
        node: Its chances become thresholds in 2**-32, by float64 arithmetic that every
            processor does alike.
        number: The node's.
        rows: Shape (n,), people.

    Randomness:
        One draw per person, named after the decision.
    """
    # The compiler has told which of three ways it is: most decisions are the same for all, and
    # need neither a context nor an array of chances.
    random = (draws.bits(scheduler.state, rows, node.key) >> _HALF_WORD).view(np.int64)
    log = None if scheduler.journal is None else scheduler.journal.decision_log_of(number, node)
    if node.thresholds is not None:
        _alike(scheduler, node, rows, random, log)
    elif node.is_chance:
        _chance(scheduler, node, rows, random, log)
    else:
        _options(scheduler, node, rows, random, log)


def _alike(
    scheduler: Scheduler,
    node: DecisionNode,
    rows: Array,
    random: Array,
    log: DecisionLog | None,
) -> None:
    """Decide where chances are the same for all."""
    thresholds = node.thresholds
    assert thresholds is not None
    if len(thresholds) == 2 and thresholds[1] == ONE:
        taken = np.less(random, thresholds[0])
        counts = _two_ways(scheduler, node, rows, taken)
    else:
        counts = _ways(scheduler, node, rows, np.searchsorted(thresholds, random, side="right"))
    if log is not None:
        log.reached += len(rows)
        log.taken = [a + b for a, b in zip(log.taken, counts, strict=True)]


def _two_ways(scheduler: Scheduler, node: DecisionNode, rows: Array, taken: Array) -> list[int]:
    """Send people to the first option or the second, and return how many took each."""
    first, second = rows.compress(taken), rows.compress(~taken)
    scheduler.push(node.options[0].target, first)
    scheduler.push(node.options[1].target, second)
    return [len(first), len(second)]


def _ways(scheduler: Scheduler, node: DecisionNode, rows: Array, choice: Array) -> list[int]:
    """Send people to their options (past the last: otherwise); return how many took each."""
    counts: list[int] = np.bincount(choice, minlength=len(node.options) + 1).tolist()
    targets = [*(option.target for option in node.options), node.otherwise]
    for number, (target, count) in enumerate(zip(targets, counts, strict=True)):
        if count:
            scheduler.push(target, rows.compress(np.equal(choice, number)))
    return counts[:-1]


def _chance(
    scheduler: Scheduler,
    node: DecisionNode,
    rows: Array,
    random: Array,
    log: DecisionLog | None,
) -> None:
    """Decide between the first option and the second."""
    context, n = scheduler.context(rows), len(rows)
    first = node.options[0]
    chance = _weight(first, context, n, 1.0)
    cases = []
    for effect in first.effects:
        case, times = factor(effect, context, n)
        # A factor acts on the odds, p : (1 - p), so that chances stay between 0 and 1 whatever
        # the factor, and factors of several effects multiply.
        changed = chance * times
        changed = changed / (changed + (1.0 - chance))
        chance = changed if case is None else np.where(case, changed, chance)
        cases.append(case)
    threshold = (chance * float(ONE)).astype(np.int64)
    taken = np.less(random, threshold)
    _two_ways(scheduler, node, rows, taken)
    if log is not None:
        log.waves.append((threshold, taken, cases))


def _options(
    scheduler: Scheduler,
    node: DecisionNode,
    rows: Array,
    random: Array,
    log: DecisionLog | None,
) -> None:
    """Decide among several options with weights of their own for each person."""
    context, n = scheduler.context(rows), len(rows)
    weights = [_weight(option, context, n, np.inf) for option in node.options]
    cases = []
    for number, effect in effects_of(node):
        case, times = factor(effect, context, n)
        changed = weights[number] * times
        weights[number] = changed if case is None else np.where(case, changed, weights[number])
        cases.append(case)
    thresholds = _thresholds(weights)
    # The number of thresholds that the draw has passed; as many as there are options means:
    # none is possible.
    choice = np.greater_equal(random, thresholds).sum(axis=0)
    _ways(scheduler, node, rows, choice)
    if log is not None:
        log.waves.append((np.diff(thresholds, axis=0, prepend=0), choice, cases))


def _weight(option: DecisionOption, context: EvaluationContext, n: int, most: float) -> Array:
    """Return weights from 0 to `most`, shape (n,); null and what is not possible count as 0."""
    if isinstance(option.weight, Op):
        value = evaluate(option.weight, context).astype(np.float64)
        weight = np.where(np.greater(value, 0.0), np.minimum(value, most), 0.0)
        weight = weight if weight.ndim else np.full(n, weight)
    else:
        weight = np.full(n, option.weight)
    return (
        weight if option.when is None else np.where(holds(option.when, context, n), weight, 0.0)
    )


def _thresholds(weights: list[Array]) -> Array:
    """Return cumulated chances in 2**-32, shape (options, n); all 0 where every weight is 0."""
    so_far = [weights[0]]
    for weight in weights[1:]:
        so_far.append(so_far[-1] + weight)
    # Added up one after another, and not by `cumsum`: the order of additions of floats is then
    # the same everywhere.
    whole = so_far[-1]
    divisor = np.where(np.greater(whole, 0.0), whole, 1.0)
    return (np.stack(so_far) / divisor * float(ONE)).astype(np.int64)


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
