"""The law of a number per person, of one shape for all groups of people and of a size of its own for each."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from footfall.reports.intervals import CONFIDENCE, Interval, normal_quantile

Floats = npt.NDArray[np.float64]

LIKELY_POWER, POWER_SPREAD = 1.0, 0.4
"""How the variance grows with the mean, before anything is seen: as 1, where more or fewer people do the same."""
LEAST_SKEW = 1e-3
_NEAR_1 = np.exp(np.linspace(log(1e-7), log(14.0), 400))
_GRID = np.exp(np.concatenate([-_NEAR_1[::-1], _NEAR_1]))
"""Multiples of the mean of the gamma law at which tails are computed: dense where they are close to 1."""


class PowerSums(NamedTuple):
    """Integer sums over the people of a group.

    Args:
        people: n.
        total: Σx.
        squares: Σx².
        cubes: Σx³.
    """

    people: int
    total: int
    squares: int
    cubes: int

    @property
    def mean(self) -> float:
        """Mean over the people."""
        return self.total / self.people

    @property
    def deviations(self) -> tuple[float, float]:
        """Sums of (x - mean)² and (x - mean)³, as differences of integers."""
        n, t = self.people, self.total
        second = n * self.squares - t * t
        third = n * n * self.cubes - 3 * n * t * self.squares + 2 * t**3
        return second / n, third / n**2


class PooledLaw:
    """The law of numbers per person that are 0 or small for most and large for few.

    A group of n people with mean x̄ tells too little of its own spread: whether the few who count are among them decides
    over its mean and its spread alike. So spread and skew are those of all groups together, about their own means:
    variance V and third moment at the mean m, taken as a gamma law that was shifted. At a mean μ people are like
    (μ/m)^(2-p) of those, each of them (μ/m)^(p-1) times as large: variances grow as μ^p, p = 1 where more or fewer
    people do the same, 2 where all do more or less of it. Tails of the sum of n people are those of the saddlepoint.

    Args:
        groups: Sums of each group.
        power: p; None to estimate it.

    Source:
        Saddlepoint: Barndorff-Nielsen, O. E. (1986), Inference on full or partial parameters, Biometrika 73, 307-322.
        Variances as powers of means: Jørgensen, B. (1987), Exponential dispersion models, JRSS B 49, 127-162. Sums of
        few large numbers as shifted gamma laws: Bowers, N. L. and others (1997), Actuarial Mathematics, 12.6.
    """

    __slots__ = ("_gamma", "_mean", "is_known", "power")

    def __init__(self, groups: Sequence[PowerSums], power: float | None = None) -> None:
        spread = Spread(groups)
        # Without any spread there is no law: of nobody, or where all are alike.
        self.is_known = spread.variance > 0 and bool(np.any(spread.means > 0))
        if not self.is_known:
            return
        self.power = spread.power() if power is None else power
        people, means = spread.people, np.maximum(spread.means, 0.0)
        # Where the variance of all groups together is the one at this mean.
        self._mean = float(np.average(means**self.power, weights=people) ** (1 / self.power))
        self._gamma = ShiftedGamma(self._mean, spread.variance, spread.skew)

    def interval(
        self, people: int, mean: float, confidence: float = CONFIDENCE
    ) -> Interval | None:
        """Return the interval of a group's long-run mean.

        It holds the means under which neither so much nor so little as came out is rarer than (1 - confidence) / 2.
        None of a mean of 0 or less, which says nothing of so skewed a law.
        """
        if not self.is_known or mean <= 0:
            return None
        at = self._gamma.grid
        means = mean * self._mean / at.y
        size = people * self._exposure(means)
        scores = _scores(at, size)
        z = normal_quantile(confidence)
        # Scores rise while means fall, but where so few people remain that nothing is rare any more.
        scores = np.maximum.accumulate(scores)
        return Interval(float(np.interp(z, scores, means)), float(np.interp(-z, scores, means)))

    def log_likelihood(self, people: int, mean: float, idle: float, means: Floats) -> Floats:
        """Return the logarithm of how likely a group's mean is, up to a constant.

        It is that of the shifted gamma law of so many people; of a mean of 0 the probability that all of them have
        nothing.

        Args:
            people: Of the group.
            mean: What came out.
            idle: Share of all people who have nothing.
            means: Shape (G,): long-run means to try.
        """
        exposure = self._exposure(means)
        if mean <= 0:
            return people * exposure * log(max(idle, 1e-9))
        scale = means / self._mean / exposure
        return self._gamma.log_density(people * exposure, people * mean / scale) - np.log(scale)

    def _exposure(self, means: Floats) -> Floats:
        found: Floats = (means / self._mean) ** (2.0 - self.power)
        return found


class Spread:
    """Spread of a number about the means of groups.

    Args:
        groups: Sums of each group; those of one person tell nothing of it.
    """

    def __init__(self, groups: Sequence[PowerSums]) -> None:
        known = [group for group in groups if group.people > 1]
        self.people = np.array([group.people for group in known], dtype=np.float64)
        self.means = np.array([group.mean for group in known], dtype=np.float64)
        second, third = (
            np.array([group.deviations for group in known], dtype=np.float64).reshape(-1, 2).T
        )
        self.variances = second / np.maximum(self.people - 1, 1)
        n = self.people.sum()
        self.variance = float(np.average(self.variances, weights=self.people)) if n else 0.0
        self.skew = float(third.sum() / n / self.variance**1.5) if self.variance > 0 else 0.0

    def power(self) -> float:
        """Return the power of the mean with which variances grow, 1 to 2.

        It is the slope of log variances over log means, weighted by people. In skewed numbers both err alike, which
        alone makes a slope of mean · skew / sd: that is taken off, by the share that chance has in the spread of the
        means. What is left is averaged with `LIKELY_POWER`, by how sure it is: a log variance has the variance
        (κ - 1) / n, with the kurtosis κ of a gamma law.
        """
        is_known = (self.people >= 30) & (self.means > 0) & (self.variances > 0)
        if not is_known.any():
            return LIKELY_POWER
        n = self.people[is_known]
        x, y = np.log(self.means[is_known]), np.log(self.variances[is_known])
        x = x - np.average(x, weights=n)
        mean = float(np.average(self.means, weights=self.people))
        by_chance = len(n) * self.variance / mean**2
        all_spread = float((n * x * x).sum())
        spread = all_spread - by_chance
        if spread <= 0:
            return LIKELY_POWER
        slope = (
            float((n * x * y).sum()) - mean * self.skew / sqrt(self.variance) * by_chance
        ) / spread
        weight = spread**2 / all_spread / (2 + 1.5 * self.skew**2) * POWER_SPREAD**2
        return min(
            max((LIKELY_POWER + min(max(slope, 0.0), 3.0) * weight) / (1 + weight), 1.0), 2.0
        )


class Tilted(NamedTuple):
    """A shifted gamma law that was tilted to other means: each field of shape (G,).

    Args:
        t: By how much.
        y: The means.
        variance: There.
        divergence: t·y - K(t), the exponent of the saddlepoint.
    """

    t: Floats
    y: Floats
    variance: Floats
    divergence: Floats


class ShiftedGamma:
    """The gamma law that was shifted to have a mean above 0, a variance and a skew.

    With scale θ, shape k and shift a: K(t) = a·t - k·log(1 - θ·t). At t its mean is a + k·θ·g and its variance k·θ²·g²,
    with g = 1 / (1 - θ·t).
    """

    def __init__(self, mean: float, variance: float, skew: float) -> None:
        # With more skew the law would begin above 0, and some groups lie below it; with none it is the normal law, from
        # which it does not differ at a thousandth.
        skew = min(max(skew, LEAST_SKEW), 2 * sqrt(variance) / mean)
        self._theta, self._k = skew * sqrt(variance) / 2, 4 / skew**2
        self._shift = mean - self._k * self._theta

    def log_density(self, size: Floats, total: Floats) -> Floats:
        """Return the logarithm of the density of the sum of so many people, up to a constant.

        Args:
            size: Shape (G,): people, who need not be whole.
            total: Shape (G,): above 0.
        """
        shape, above = size * self._k, total - size * self._shift
        found: Floats = (
            (shape - 1) * np.log(above)
            - above / self._theta
            - shape * log(self._theta)
            - log_gamma(shape)
        )
        return found

    @property
    def grid(self) -> Tilted:
        """The law at many means above 0, rising."""
        y = self._shift + self._k * self._theta * _GRID
        return self.at(np.sort(y[y > 0]))

    def at(self, y: Floats) -> Tilted:
        """Return the law as it is tilted to means above 0."""
        g = (y - self._shift) / (self._k * self._theta)
        t = (1 - 1 / g) / self._theta
        divergence = t * y - self._shift * t - self._k * np.log(g)
        variance = self._k * self._theta**2 * g**2
        return Tilted(t, y, variance, np.maximum(divergence, 0.0))


def log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function of numbers above 0.

    Stirling's series at x + 8, eight steps up, where its error is below 1e-11.

    Source:
        Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 6.1.15 and 6.1.41.
    """
    y = x + 8.0
    steps = np.sum([np.log(x + i) for i in range(8)], axis=0)
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    found: Floats = (y - 0.5) * np.log(y) - y + log(2 * pi) / 2 + series - steps
    return found


def _scores(at: Tilted, size: Floats) -> Floats:
    """Return normal scores r* of what came out, under a law that was tilted by -t.

    r* = r + log(v / r) / r with r = ±√(2·n·(t·y - K(t))) and v = t·√(n·K''(t)); close to 0 it is interpolated.
    """
    r = np.sign(at.t) * np.sqrt(2 * size * at.divergence)
    v = at.t * np.sqrt(size * at.variance)
    is_far = np.abs(r) > 0.05
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = r + np.log(v / r) / r
    is_far &= np.isfinite(scores)
    found: Floats = np.interp(at.t, at.t[is_far], scores[is_far]) if is_far.any() else r
    return found
