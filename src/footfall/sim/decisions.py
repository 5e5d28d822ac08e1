"""Decisions: chances after effects, the choice, and the count of asked and got.

A chance becomes a threshold in 2**-32, and an option is taken when the first 32 bits of the
draw lie below it. Its probability is then exactly the threshold over 2**32, which is what the
tallies sum: what was asked is held against what came out without an error of rounding, and
declared chances are met to within 2.3e-10.
"""

from __future__ import annotations

import numpy as np

from footfall.model.operations import Op
from footfall.model.program import AffectedChoice, DecisionNode, DecisionOption
from footfall.model.values import Array
from footfall.sim import draws
from footfall.sim.applied_effects import applied_effects, changed_chance, changed_weights
from footfall.sim.decision_log import ONE, DecisionLog, effects_of
from footfall.sim.evaluate import evaluate, holds
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.journal import Journal
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
    applied = applied_effects(effects_of(node), context)
    chance = changed_chance(_weight(node.options[0], context, n, 1.0), applied)
    threshold = (chance * float(ONE)).astype(np.int64)
    taken = np.less(random, threshold)
    _two_ways(scheduler, node, rows, taken)
    if log is not None:
        log.waves.append((threshold, taken, [each.case for each in applied]))


def _options(
    scheduler: Scheduler,
    node: DecisionNode,
    rows: Array,
    random: Array,
    log: DecisionLog | None,
) -> None:
    """Decide among several options with weights of their own for each person."""
    _ways(scheduler, node, rows, _chosen(node, random, scheduler.context(rows), log))


def choose(
    choice: AffectedChoice, random: Array, context: EvaluationContext, journal: Journal | None
) -> Array:
    """Return the number of each one's choice in a draw that effects act on: shape (n,).

    Args:
        random: Shape (n,), uint64: 64 random bits per person.
        journal: Where it is counted.
    """
    log = None if journal is None else journal.choice_log_of(choice)
    return _chosen(choice, (random >> _HALF_WORD).view(np.int64), context, log)


def _chosen(
    node: DecisionNode | AffectedChoice,
    random: Array,
    context: EvaluationContext,
    log: DecisionLog | None,
) -> Array:
    """Return the number of each one's option; as many as there are where none is possible."""
    n = len(context.rows)
    weights = [_weight(option, context, n, np.inf) for option in node.options]
    applied = applied_effects(effects_of(node), context)
    thresholds = _thresholds(changed_weights(weights, applied, node.options, context))
    # The number of thresholds that the draw has passed.
    choice: Array = np.greater_equal(random, thresholds).sum(axis=0)
    if log is not None:
        asked = np.diff(thresholds, axis=0, prepend=0)
        log.waves.append((asked, choice, [each.case for each in applied]))
    return choice


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
