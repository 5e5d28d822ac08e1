"""Effect log: waits and values that effects act on, kept wave by wave, summed up once per part.

The sums have to be the same however people were divided into groups, windows and workers. Sums
of floats are not: they depend on the order. So every number is split into three integers, which
are added exactly (`_sums`).
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from footfall.data.tallies import FactorSums
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.program import NO_LIMIT_MS
from footfall.model.tables import InverseCdf, Uniform
from footfall.model.values import Array, Kind, is_null
from footfall.sim.cut_moments import moments

AppliedFactor = tuple[Array | None, Array | float]
"""Case of an effect that holds, 0 for none, None for the only one everywhere; its factor there, shape
(n,) or one for all."""

LONGEST_MS = 2**40
"""34 years: waits that would be longer count as this long."""
_WORD = float(2**32)
_MOST = float(2**60)
"""Larger values count as this; a store has room for the sum of ten billion of them."""
_MS2_PER_S2 = 1e6


class EffectLog:
    """Sums of one wait or one value that effects act on, in a part.

    What a wait was to be is the mean of its distribution, times the factors: what was drawn
    differs from it by chance alone, whoever it was drawn for. What a value was to be is the
    value itself, times the factors, before it is rounded.

    Args:
        effects: Those that act on it, in order.
        kind: Of the value; None for a wait.
        distribution: Of the wait, in ms.
        limit_ms: The wait is cut to this.
    """

    __slots__ = (
        "_applied",
        "_base",
        "_distribution",
        "_effects",
        "_kind",
        "_limit_ms",
        "_result",
    )

    def __init__(
        self,
        effects: tuple[CompiledEffect, ...],
        kind: Kind | None = None,
        distribution: InverseCdf | Uniform | None = None,
        limit_ms: int = NO_LIMIT_MS,
    ) -> None:
        self._effects, self._kind, self._distribution, self._limit_ms = (
            effects,
            kind,
            distribution,
            min(limit_ms, LONGEST_MS),
        )
        self._base: list[Array] = []
        self._result: list[Array] = []
        self._applied: list[list[AppliedFactor]] = []

    def append(self, base: Array, result: Array, applied: list[AppliedFactor]) -> None:
        """Append a wave.

        Args:
            base: Shape (n,): what it was before the effects; of a wait what its law is multiplied by.
            result: Shape (n,): what became of it, a wait before it is cut.
            applied: One per effect.
        """
        self._base.append(base)
        self._result.append(result)
        self._applied.append(applied)

    def sums(self) -> dict[tuple[int, int], FactorSums]:
        """Return sums by number of the effect and its case, 0 without it."""
        cases, factors = self._effects_applied()
        got, base = np.concatenate(self._result), np.concatenate(self._base)
        if self._kind is not None:
            known = ~is_null(self._kind, base) & ~is_null(self._kind, got)
            cases, factors, got, base = (
                cases[:, known],
                factors[:, known],
                got[known],
                base[known],
            )
        else:
            got = np.minimum(got, self._limit_ms)
        asked, variance = self._expected(base, list(factors))
        found: dict[tuple[int, int], FactorSums] = {}
        for place, effect in enumerate(self._effects):
            # Without this effect but with all others: people who are under one effect are often
            # under another, and a comparison with everybody else would give this one the credit
            # of those.
            before, _ = self._expected(
                base, [f for other, f in enumerate(factors) if other != place]
            )
            sums = _sums(
                np.stack([before, asked, got.astype(np.float64), variance]),
                cases[place].astype(np.uint16 if len(effect.cases) < 65_535 else np.int64),
            )
            found |= {(effect.number, group): of_group for group, of_group in sums.items()}
        return found

    def _effects_applied(self) -> tuple[Array, Array]:
        """Return cases of the effects, and factors, 1 elsewhere: shape (effects, n) both."""
        cases, factors = [], []
        for result, applied in zip(self._result, self._applied, strict=True):
            everywhere = np.ones(len(result), np.bool_)
            found = np.stack([everywhere if case is None else case for case, _ in applied])
            cases.append(found)
            factors.append(
                np.where(
                    found,
                    np.stack([np.where(everywhere, times, 1.0) for _, times in applied]),
                    1.0,
                )
            )
        return np.concatenate(cases, axis=1), np.concatenate(factors, axis=1)

    def _expected(self, base: Array, factors: list[Array]) -> tuple[Array, Array]:
        """Return expected mean and variance (of waits in s²): shape (n,) both."""
        if self._distribution is None:
            value = reduce(np.multiply, factors, base.astype(np.float64))
            return value, np.zeros(len(value))
        product = reduce(np.multiply, factors, base)
        one, of_one = moments(self._distribution)
        mean, variance = one * product, of_one * product * product
        # A wait that is cut has another mean than factor times the mean. Where factors are those
        # of effects few of them are distinct.
        is_cut = np.greater(product * self._distribution.ends[1], self._limit_ms)
        if is_cut.any():
            distinct, which = np.unique(product[is_cut], return_inverse=True)
            of_cut = moments(self._distribution, distinct, self._limit_ms)
            mean[is_cut], variance[is_cut] = of_cut[0][which], of_cut[1][which]
        return mean, variance / _MS2_PER_S2


def _sums(columns: Array, groups: Array) -> dict[int, FactorSums]:
    """Return sizes of groups, and sums of the columns in 2**-32: the same in any order.

    Args:
        columns: Shape (4, n), float64. Each number is split into whole numbers of 2**32, of 1,
            and of 2**-32.
        groups: Shape (n,), whole numbers: the narrower, the sooner they are sorted.
    """
    # Each split is exact: dividing and multiplying by 2**32 changes the exponent alone, and
    # what `trunc` leaves has the same bits further down. Below 2**60 the high word has 28 bits,
    # the two others 32; what is below 2**-32 is cut off, number by number and therefore alike
    # in any order. So int64 holds the sums of 2**31 rows, and Python's integers put the three
    # words together.
    order = np.argsort(groups, kind="stable")
    present, starts, counts = np.unique(groups[order], return_index=True, return_counts=True)
    columns = np.clip(columns[:, order], -_MOST, _MOST)
    words = np.trunc(columns / _WORD)
    rest = columns - words * _WORD
    ones = np.trunc(rest)
    low, middle, high = (
        np.add.reduceat(part.astype(np.int64), starts, axis=1).T.tolist()
        for part in ((rest - ones) * _WORD, ones, words)
    )
    found = {}
    for group, count, *three in zip(
        present.tolist(), counts.tolist(), low, middle, high, strict=True
    ):
        sums = [f + (o << 32) + (w << 64) for f, o, w in zip(*three, strict=True)]
        found[group] = FactorSums(count, *sums)
    return found
