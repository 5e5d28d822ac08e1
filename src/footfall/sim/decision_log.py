"""Decision log: the choices of a part, kept wave by wave, summed up once per part.

Summing chances and choices wave by wave cost more than deciding; appending an array to a list
costs next to nothing.
"""

from __future__ import annotations

import numpy as np

from footfall.model.program import CompiledEffect, DecisionNode
from footfall.model.values import Array

ONE = 2**32
"""A chance of 1 in whole numbers."""


def effects_of(node: DecisionNode) -> list[tuple[int, CompiledEffect]]:
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
            per effect where it holds, shape (n,), None for everywhere.
    """

    __slots__ = ("reached", "taken", "waves")

    def __init__(self, n_options: int) -> None:
        self.reached = 0
        self.taken = [0] * n_options
        self.waves: list[tuple[Array, Array, list[Array | None]]] = []

    def sums(self, node: DecisionNode) -> tuple[Array, dict[tuple[int, int], Array]]:
        """Sum up.

        Returns:
            Times reached, chances in 2**-32 and times taken per option: shape (options, 3),
            int64. The same where an effect holds and where not: (effect, option) → shape (2,
            3), int64.
        """
        # Chances are at most 2**32, so int64 holds the sum of 2**31 decisions; a part has some
        # millions.
        sums = np.zeros((len(node.options), 3), np.int64)
        effects: dict[tuple[int, int], Array] = {}
        if node.thresholds is not None:
            sums[:, 0] = self.reached
            # The chances that were drawn with, not those declared: thresholds are rounded to
            # 2**-32.
            sums[:, 1] = self.reached * np.diff(node.thresholds, prepend=0)
            sums[:, 2] = self.taken
        elif self.waves:
            asked, taken = self._asked(node), self._taken(node)
            sums[:, 0] = asked.shape[1]
            sums[:, 1] = asked.sum(axis=1)
            sums[:, 2] = taken.sum(axis=1)
            for place, (option, effect) in enumerate(effects_of(node)):
                inside = self._active(place)
                part = (
                    sums[option]
                    if inside is None
                    else _within(inside, asked[option], taken[option])
                )
                effects[effect.number, option] = np.stack([part, sums[option] - part])
        return sums, effects

    def _asked(self, node: DecisionNode) -> Array:
        asked = np.concatenate([wave[0] for wave in self.waves], axis=-1)
        return np.stack([asked, ONE - asked]) if node.is_chance else asked

    def _taken(self, node: DecisionNode) -> Array:
        taken = np.concatenate([wave[1] for wave in self.waves])
        if node.is_chance:
            return np.stack([taken, ~taken])
        return np.equal(taken, np.arange(len(node.options))[:, None])

    def _active(self, effect: int) -> Array | None:
        masks = [wave[2][effect] for wave in self.waves]
        known = [mask for mask in masks if mask is not None]
        return np.concatenate(known) if known else None


def _within(inside: Array, asked: Array, taken: Array) -> Array:
    return np.array(
        [
            np.count_nonzero(inside),
            asked.compress(inside).sum(),
            np.count_nonzero(taken & inside),
        ],
        np.int64,
    )
