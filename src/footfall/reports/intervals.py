"""Intervals of shares and means, and what they allow to be said about an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.95
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the long-run value with a stated confidence.

    The people count as a sample of many alike.
    """

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson(count: float, of: float, confidence: float = CONFIDENCE) -> Interval | None:
    """Return Wilson's score interval of a share; None of nothing.

    With p = count / of and z the normal quantile:
    (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    It holds exactly those shares that the score test at that level would not reject, never leaves 0..1, and is of use
    for few people too.

    Args:
        count: People who did, 0..of.
        of: People who could.
        confidence: Of the interval, two-sided, 0..1.

    Source:
        Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212;
        recommended by Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872 (there method 3).
    """
    if of == 0:
        return None
    z2 = normal_quantile(confidence) ** 2
    middle = (count + z2 / 2) / (of + z2)
    arm = sqrt(z2) / (of + z2) * sqrt(count * (of - count) / of + z2 / 4)
    # At the ends middle and arm are equal but for rounding, which would leave -1e-18 or 1.0000000000000002.
    low = 0.0 if count == 0 else middle - arm
    high = 1.0 if count == of else middle + arm
    return Interval(low, high)


def mid_p(count: int, of: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the mid-P interval of a share; None of nothing.

    It holds the shares under which neither so many nor so few as came out are rarer than (1 - confidence) / 2, where
    exactly as many count half. It is missed as often on one side as on the other, where Wilson's lies too close to a
    half (computed for 30 to 1,000 people and shares up to 40 %: 2.4 and 2.1 % against 3.2 and 1.6 %).

    Args:
        count: People who did, 0..of.
        of: People who could.
        confidence: Of the interval, two-sided, 0..1.

    Source:
        Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413, with the mid-P of Lancaster, H. O. (1961),
        Significance tests in discrete distributions, JASA 56, 223-234; compared by Newcombe (1998) as method 6.
    """
    if of == 0:
        return None
    tail = (1 - confidence) / 2
    return Interval(_least_share(count, of, tail), 1 - _least_share(of - count, of, tail))


def _least_share(count: int, of: int, tail: float) -> float:
    """Return the share under which so many or more have this probability, exactly so many counting half."""
    if count == 0:
        return 0.0
    beyond = np.arange(min(of - count, 40 + int(5 * sqrt(of))), dtype=np.float64)
    ratios = (of - count - beyond) / (count + 1 + beyond)
    combinations = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
    # The logarithm of the probability is concave in that of the odds, so Newton's steps end, wherever they begin.
    log_odds = log((count - 0.5) / (of - count + 0.5)) - 1.0
    for _ in range(MOST_STEPS):
        share = 1 / (1 + exp(-log_odds))
        weight = 0.5 + float(np.cumprod(ratios * exp(log_odds)).sum())
        log_prob = (
            combinations + count * log(share) + (of - count) * log1p(-share) + log(weight)
        )
        slope = (count * (1 - share) + (of - count) * share) / (2 * weight)
        step = (log(tail) - log_prob) / slope
        log_odds += step
        if abs(step) < 1e-12:
            break
    return 1 / (1 + exp(-log_odds))


def normal_quantile(confidence: float) -> float:
    """Return z such that a standard normal lies within ±z with this probability."""
    return -NormalDist().inv_cdf((1 - confidence) / 2)


def rank_ranges(
    values: Sequence[float],
    intervals_at: Callable[[float], Sequence[Interval]],
    confidence: float = CONFIDENCE,
) -> list[tuple[int, int]]:
    """Return the best and the worst rank that each value can have, 1 being the greatest.

    The best rank counts those that lie above for sure, the worst those that lie below. Every pair is compared, so among
    30 cities that are all alike some twenty pairs would differ at 95 %. The level of a single comparison is therefore
    lowered until, of the differences found, at most 5 % are expected to be chance: the greatest level a with
    a = 5 % · (pairs that differ at level a) / (pairs).

    Args:
        values: One estimate per city.
        intervals_at: Confidence → one interval per city.
        confidence: 1 - the share of differences that may be chance.

    Returns:
        One (best, worst) per city: one rank where best = worst, overlapping ranges where ranks cannot be told apart.

    Source:
        The level: Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289-300; for pairwise
        comparisons in rankings, Williams, Jones and Tukey (1999), Controlling error in multiple comparisons, with
        examples from state-to-state differences in educational achievement, J. Educ. Behav. Stat. 24, 42-69. Ranges of
        ranks from pairs: Mogstad, Romano, Shaikh and Wilhelm (2024), Inference for ranks, Rev. Econ. Stud. 91, 476-518.
    """
    pairs, level = len(values) * (len(values) - 1) / 2, 1 - confidence
    # The level only falls, since fewer pairs differ at a stricter one, and takes one of pairs + 1 values: so it ends.
    while True:
        is_above = _is_above(values, intervals_at(1 - level))
        allowed = (1 - confidence) * int(is_above.sum()) / max(pairs, 1)
        # At 0 nothing differs, and 0 is no level; where it stays as it is, this is the greatest that fits.
        if allowed in {0, level}:
            break
        level = allowed
    best = 1 + is_above.sum(axis=0)
    worst = len(values) - is_above.sum(axis=1)
    return [(int(b), int(w)) for b, w in zip(best, worst, strict=True)]


def _is_above(values: Sequence[float], intervals: Sequence[Interval]) -> npt.NDArray[np.bool_]:
    """Return which values (rows) lie above which (columns) for sure, shape (N, N).

    The interval of a difference a - b has the arms √((a - low_a)² + (high_b - b)²), from the intervals of both.

    Source:
        Newcombe (1998), Statistics in Medicine 17, 873-890 (method 10); Zou and Donner (2008), Statistics in Medicine
        27, 1693-1702.
    """
    value = np.array(values, dtype=np.float64)
    down = value - np.array([i.low for i in intervals], dtype=np.float64)
    up = np.array([i.high for i in intervals], dtype=np.float64) - value
    # a's lower arm and b's upper one: those that point at each other when a lies above b.
    gap = value[:, None] - value[None, :]
    return (gap > 0) & (gap > np.sqrt(down[:, None] ** 2 + up[None, :] ** 2))
