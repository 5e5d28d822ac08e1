"""People who arrive per day: random, and in total as many as were asked for.

If the total of a Poisson process is known, its days follow a multinomial law over their masses. It is drawn over a
binary tree of the days, one binomial draw per node, so nothing depends on how many people there are. The tree is
that of the declared length: a run of fewer days has the same ones first. Days after it are Poisson draws, each alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np

from footfall.model.tables import InverseCdf
from footfall.sim import draws, keys
from footfall.sim.counts import binomial, poisson


class KeyedCounts:
    """Numbers of events that are drawn by a key.

    Args:
        key: Of all draws.
        normal: The standard normal law, in 2**-32.
    """

    def __init__(self, key: int, normal: InverseCdf) -> None:
        self._key, self._normal = key, normal

    def poisson(self, name: int, days: Sequence[int], means: Sequence[Fraction]) -> list[int]:
        """Return a count per day, each by its own draw.

        Randomness:
            One draw per day, of the name.
        """
        drawn = zip(means, *self._draws(name, days), strict=True)
        return [poisson(mean, bits, z) if mean else 0 for mean, bits, z in drawn]

    def multinomial(self, name: int, total: int, masses: Sequence[int]) -> list[int]:
        """Return how a total falls on days, in proportion to their masses, at random.

        Randomness:
            One draw per node of a binary tree, of the name; the node is the span of its days.
        """
        nodes = _tree(0, len(masses))
        edges = [0, *accumulate(masses)]
        visits = [low << 20 | high for low, _, high in nodes]
        counts = {(0, len(masses)): total}
        for (low, middle, high), bits, z in zip(nodes, *self._draws(name, visits), strict=True):
            n, whole = counts.pop((low, high)), edges[high] - edges[low]
            chance = Fraction(edges[middle] - edges[low], whole) if whole else Fraction(1, 2)
            counts[low, middle] = left = binomial(n, chance, bits, z)
            counts[middle, high] = n - left
        return [n for _, n in sorted(counts.items())] if masses else []

    def _draws(self, name: int, visits: Sequence[int]) -> tuple[list[int], list[int]]:
        bits = keys.draw(
            np.full(len(visits), self._key, np.uint64), name, np.array(visits, np.int64)
        )
        return bits.tolist(), draws.invert(self._normal, bits).tolist()


def _tree(low: int, high: int) -> list[tuple[int, int, int]]:
    """Return the inner nodes of a tree over days, each before those below it: from, middle, until."""
    nodes, found = [(low, high)], []
    for begin, end in nodes:
        if end - begin > 1:
            middle = (begin + end) // 2
            found.append((begin, middle, end))
            nodes += [(begin, middle), (middle, end)]
    return found
