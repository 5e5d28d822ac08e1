"""Decision log: the choices of a part, kept wave by wave, summed up once per part.

Summing chances and choices wave by wave cost more than deciding; appending an array to a list
costs next to nothing.
"""

from __future__ import annotations

import numpy as np

from footfall.model.compiled_effects import CompiledEffect
from footfall.model.program import AffectedChoice, DecisionNode
from footfall.model.values import Array

ONE = 2**32
"""A chance of 1 in whole numbers."""


def effects_of(node: DecisionNode | AffectedChoice) -> list[tuple[int, CompiledEffect]]:
    """Return the effects on a decision: number of the option, and the effect, in order."""
    return [
        (number, effect)
        for number, option in enumerate(node.options)
        for effect in option.effects
    ]


class DecisionLog:
    """Counts of one decision in a part: reached, asked for and taken.

    Attributes:
        reached: People for whom chances were alike.
        taken: Per option: how many of them took it.
        waves: Where chances differ, per wave: chances in 2**-32, of shape (n,) for a chance and
            (options, n) for weights; the option taken, shape (n,), with booleans for a chance;
            per effect which case holds, shape (n,), None where the only one holds for all.
    """

    __slots__ = ("reached", "taken", "waves")

    def __init__(self, n_options: int) -> None:
        self.reached = 0
        self.taken = [0] * n_options
        self.waves: list[tuple[Array, Array, list[Array | None]]] = []

    def sums(
        self, node: DecisionNode | AffectedChoice
    ) -> tuple[Array, dict[tuple[int, int], Array]]:
        """Sum up.

        Returns:
            Times reached, chances in 2**-32, times taken and variances in 2**-32 per option:
            shape (options, 4), int64. The same per case of an effect, the first where it does
            not hold: (effect, option) → shape (1 + cases, 4), int64.
        """
        # Chances are at most 2**32, so int64 holds the sum of 2**31 decisions; a part has some
        # millions.
        sums = np.zeros((len(node.options), 4), np.int64)
        effects: dict[tuple[int, int], Array] = {}
        if node.thresholds is not None:
            # The chances that were drawn with, not those declared: thresholds are rounded to
            # 2**-32.
            chances = np.diff(node.thresholds, prepend=0)
            sums[:, 0] = self.reached
            sums[:, 1] = self.reached * chances
            sums[:, 2] = self.taken
            sums[:, 3] = self.reached * _variances(chances)
        elif self.waves:
            asked, taken = self._asked(node), self._taken(node)
            counts = np.stack(
                [
                    np.ones(asked.shape, np.int64),
                    asked,
                    taken.astype(np.int64),
                    _variances(asked),
                ],
                axis=1,
            )
            sums[:] = counts.sum(axis=2)
            for place, (option, effect) in enumerate(effects_of(node)):
                effects[effect.number, option] = _by_case(
                    counts[option], self._cases(place), len(effect.cases)
                )
        return sums, effects

    def _asked(self, node: DecisionNode | AffectedChoice) -> Array:
        asked = np.concatenate([wave[0] for wave in self.waves], axis=-1)
        return np.stack([asked, ONE - asked]) if node.is_chance else asked

    def _taken(self, node: DecisionNode | AffectedChoice) -> Array:
        taken = np.concatenate([wave[1] for wave in self.waves])
        if node.is_chance:
            return np.stack([taken, ~taken])
        return np.equal(taken, np.arange(len(node.options))[:, None])

    def _cases(self, effect: int) -> Array | None:
        cases = [wave[2][effect] for wave in self.waves]
        known = [case for case in cases if case is not None]
        return np.concatenate(known) if known else None


def _variances(chances: Array) -> Array:
    """Return p (1 - p) of chances p, all in 2**-32: the variance of being taken or not."""
    return (chances * (ONE - chances)) >> 32


def _by_case(counts: Array, cases: Array | None, n_cases: int) -> Array:
    """Return sums of counts, shape (4, n), per case: shape (1 + n_cases, 4)."""
    sums = np.zeros((1 + n_cases, 4), np.int64)
    if cases is None:
        sums[1] = counts.sum(axis=1)
        return sums
    # Where the effect does not hold is what the cases leave: most people, who are summed already.
    for case in range(1, 1 + n_cases):
        sums[case] = counts.compress(np.equal(cases, case), axis=1).sum(axis=1)
    sums[0] = counts.sum(axis=1) - sums[1:].sum(axis=0)
    return sums
