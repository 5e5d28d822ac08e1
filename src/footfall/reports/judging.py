"""Judging groups of people: intervals of what each one does, estimates given all of them, and their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from footfall.errors import UsageError
from footfall.reports.intervals import Interval, mid_p, rank_ranges
from footfall.reports.people_groups import Estimate, PeopleGroup, PeopleGroups, RankBy, Verdict
from footfall.reports.pooled_law import Floats, PooledLaw, PowerSums
from footfall.reports.shrinkage import false_discoveries, likely

MIN_PEOPLE = 30
"""Below, a mean of events has no interval, and a group is not judged."""
MIN_BUYERS = 10
"""Revenue per person has an interval, and is judged, where so many are expected to buy by the share of all people.

By those who did buy, the lucky ones of the small groups would be chosen, and their intervals would lie too high.
"""
ENOUGH_BUYERS = 50
"""From so many who did buy on there is an interval in any case."""
MOST_BEST = 5
FALSE_DISCOVERIES = 0.05
"""Of all groups of a table that are called above or below the average, at most this share is expected to be wrong."""
REVENUE_POWER = 1.0
"""Variances of revenue grow as the means: more or fewer people buy, who spend alike."""
FINENESS, MOST_VALUES = 4, 4_000
"""Values to try per standard error, and in all."""


def check_rank_by(text: str) -> RankBy:
    """Return the measure that a user named.

    Raises:
        UsageError: It is none of those that groups can be ranked by.
    """
    for accepted in get_args(RankBy):
        if text == accepted:
            return accepted  # type: ignore[no-any-return]  # an element of RankBy
    raise UsageError(
        f'cities cannot be ranked by "{text}"\n  accepted: {", ".join(get_args(RankBy))}'
    )


def judged(groups: Sequence[PeopleGroup], rank_by: RankBy) -> Judged:
    """Return the groups that have people with intervals, estimates and ranks, best first.

    Those that are too small to be judged come last, the largest first.
    """
    present = sorted((g for g in groups if g.people), key=lambda g: (-g.people, g.sort_key))
    measures = {name: make(present) for name, make in _MEASURES.items()}
    present = [
        replace(
            group,
            events_interval=measures["engagement"].interval_of(group),
            revenue_interval=measures["revenue"].interval_of(group),
        )
        for group in present
    ]
    return _ranked(present, measures[rank_by])


@dataclass(frozen=True, slots=True)
class Judged:
    """Groups that were judged.

    Args:
        groups: Best first, those too small to be judged last.
        average: Estimate of what all people do; None where no group can be judged.
        n_best: How many are called the best.
    """

    groups: tuple[PeopleGroup, ...]
    average: float | None = None
    n_best: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that groups can be ranked by.

    Args:
        value: Group → what came out per person.
        is_judged: Group → whether it has enough people for an interval and an estimate.
        interval: Group, confidence → interval of the long-run value.
        place: Values → the scale on which groups are normal: the logarithm, or that of the odds.
        log_likelihood: Group, values → how likely each makes what came out.
        most: No value is above.
    """

    value: Callable[[PeopleGroup], float]
    is_judged: Callable[[PeopleGroup], bool]
    interval: Callable[[PeopleGroup, float], Interval | None]
    place: Callable[[Floats], Floats]
    log_likelihood: Callable[[PeopleGroup, Floats], Floats]
    most: float = np.inf

    def interval_of(self, group: PeopleGroup) -> Interval | None:
        """Return the 95 % interval of a group that has enough people."""
        return self.interval(group, 0.95) if self.is_judged(group) else None


def _conversion(groups: Sequence[PeopleGroup]) -> Measure:  # noqa: ARG001  # one signature for all
    def log_likelihood(group: PeopleGroup, shares: Floats) -> Floats:
        missed = group.people - group.converted
        found: Floats = group.converted * np.log(shares) + missed * np.log1p(-shares)
        return found

    return Measure(
        value=lambda g: g.conversion,
        is_judged=lambda g: g.people >= MIN_PEOPLE,
        interval=lambda g, level: mid_p(g.converted, g.people, level),
        place=lambda shares: np.log(shares) - np.log1p(-shares),
        log_likelihood=log_likelihood,
        most=1.0,
    )


def _engagement(groups: Sequence[PeopleGroup]) -> Measure:
    def sums(g: PeopleGroup) -> PowerSums:
        return PowerSums(g.people, g.events, g.events_squared, g.events_cubed)

    law = PooledLaw([sums(g) for g in groups])
    idle = _share(groups, lambda g: g.people - g.active)
    return _mean_measure(law, sums, lambda g: g.people >= MIN_PEOPLE, idle)


def _revenue(groups: Sequence[PeopleGroup]) -> Measure:
    def sums(g: PeopleGroup) -> PowerSums:
        return PowerSums(
            g.people, g.revenue_minor, g.revenue_squared or 0, g.revenue_cubed or 0
        )

    # Where only sums are kept, nobody knows how far revenue varies.
    law = PooledLaw([sums(g) for g in groups if g.buyers is not None], REVENUE_POWER)
    buying = _share(groups, lambda g: g.buyers or 0)

    def has_enough(g: PeopleGroup) -> bool:
        return g.people * buying >= MIN_BUYERS or (g.buyers or 0) >= ENOUGH_BUYERS

    return _mean_measure(law, sums, has_enough, 1 - buying)


def _share(groups: Sequence[PeopleGroup], counted: Callable[[PeopleGroup], int]) -> float:
    return sum(counted(g) for g in groups) / max(sum(g.people for g in groups), 1)


_MEASURES: Mapping[RankBy, Callable[[Sequence[PeopleGroup]], Measure]] = {
    "engagement": _engagement,
    "conversion": _conversion,
    "revenue": _revenue,
}
LABELS: Mapping[RankBy, str] = {
    "engagement": "events per person",
    "conversion": "share who reached the goal",
    "revenue": "revenue per person",
}


def _mean_measure(
    law: PooledLaw,
    sums: Callable[[PeopleGroup], PowerSums],
    has_enough: Callable[[PeopleGroup], bool],
    idle: float,
) -> Measure:
    """Return the measure of a mean.

    Args:
        law: Of the number per person.
        sums: Group → its sums of the number.
        has_enough: Group → whether it has enough people.
        idle: Share of all people who have nothing of it.
    """
    return Measure(
        value=lambda g: sums(g).mean,
        is_judged=lambda g: law.is_known and has_enough(g) and sums(g).total > 0,
        interval=lambda g, level: law.interval(g.people, sums(g).mean, level),
        place=np.log,
        log_likelihood=lambda g, means: law.log_likelihood(g.people, sums(g).mean, idle, means),
    )


def _ranked(groups: Sequence[PeopleGroup], measure: Measure) -> Judged:
    large = [group for group in groups if measure.is_judged(group)]
    if not large:
        return Judged(tuple(groups))
    small = [group for group in groups if not measure.is_judged(group)]
    estimates, average = _estimates(large, small, measure)
    best_first = sorted(
        (
            replace(group, estimate=estimate, ranks=ranks)
            for group, estimate, ranks in zip(
                large, estimates, _rank_ranges(large, measure), strict=True
            )
        ),
        key=lambda g: (-g.estimate.value, g.sort_key),  # type: ignore[union-attr]  # it was set above
    )
    return Judged((*best_first, *small), average, n_best_of(len(large)))


def n_best_of(n_judged: int) -> int:
    """Return how many groups are called the best: 5, or a third where there are fewer than 15."""
    return max(1, min(MOST_BEST, n_judged // 3))


def _tried(
    groups: Sequence[PeopleGroup], large: Sequence[PeopleGroup], measure: Measure
) -> tuple[Floats, Floats, Floats]:
    """Return values to try, their places, and how likely they make what came out of each group.

    They are evenly placed, from the lowest end of the large groups' intervals to the highest and beyond, and dense
    enough for the group that is known best.
    """
    intervals = [i for group in large if (i := measure.interval(group, 0.999))]
    tiny = min(1e-9, *(i.high * 1e-3 for i in intervals))
    ends = np.array(
        [
            (max(i.low, i.high * 1e-3, tiny), min(i.high, measure.most * (1 - 1e-9)))
            for i in intervals
        ]
    )
    places = measure.place(ends)
    width = np.maximum((places[:, 1] - places[:, 0]) / 6.6, 1e-9)
    low, high = places[:, 0].min() - 1.0, places[:, 1].max() + 1.0
    n = int(min(max((high - low) / width.min() * FINENESS, 200), MOST_VALUES))
    tried = np.linspace(low, high, n)
    values = np.exp(tried) if measure.most == np.inf else 1 / (1 + np.exp(-tried))
    return values, tried, np.stack([measure.log_likelihood(g, values) for g in groups])


def _estimates(
    large: Sequence[PeopleGroup], small: Sequence[PeopleGroup], measure: Measure
) -> tuple[list[Estimate], float]:
    """Return the estimates of groups that are judged, and the average of all people.

    Those that are too small are among what is likely of all: left out, they would leave those that were lucky enough to
    be large.
    """
    groups, n = [*large, *small], len(large)
    of_each = likely(*_tried(groups, large, measure))
    draws, people = of_each.draws(), np.array([group.people for group in groups])
    above = np.mean(draws[:n] > people @ draws / people.sum(), axis=1)
    claims = false_discoveries(np.minimum(above, 1 - above), FALSE_DISCOVERIES)
    order = np.argsort(-draws[:n], axis=0)[: n_best_of(n)]
    best = np.bincount(order.ravel(), minlength=n) / draws.shape[1]
    values = of_each.medians
    estimates = zip(values[:n], of_each.intervals()[:n], claims, above, best, strict=True)
    return [
        Estimate(float(value), interval, _verdict(bool(claim), float(up)), float(chance))
        for value, interval, claim, up, chance in estimates
    ], float(people @ values / people.sum())


def _verdict(is_claimed: bool, above_prob: float) -> Verdict:
    if not is_claimed:
        return "unclear"
    return "above" if above_prob > 0.5 else "below"


def _rank_ranges(large: Sequence[PeopleGroup], measure: Measure) -> list[tuple[int, int]]:
    def intervals_at(confidence: float) -> list[Interval]:
        return [i for group in large if (i := measure.interval(group, confidence))]

    return rank_ranges([measure.value(group) for group in large], intervals_at)


def judged_groups(
    groups: Sequence[PeopleGroup],
    goal: str,
    currency: str,
    minor_digits: int,
    rank_by: RankBy,
    by: str = "city",
) -> PeopleGroups:
    """Return groups, judged, with what their table is called by."""
    made = judged(groups, rank_by)
    return PeopleGroups(
        made.groups, goal, currency, minor_digits, rank_by, by, made.average, made.n_best
    )
