"""Groups that are judged: who is above and who below the average, who among the best, who too small."""

from __future__ import annotations

import pytest

from footfall.errors import UsageError
from footfall.reports.judging import check_rank_by, judged, judged_groups, n_best_of
from footfall.reports.people_groups import PeopleGroup


def _group(name, people, each, *, spread=1, **more):
    """Return a group in which half of the people have `each` - `spread` events and half that much more."""
    powers = [
        people // 2 * sum((each + sign * spread) ** power for sign in (-1, 1))
        for power in (2, 3)
    ]
    counted = {"converted": 0, "revenue_minor": 0, **more}
    return PeopleGroup(name, people, people, 0, people, people * each, *powers, **counted)


def _names(made):
    return [group.name for group in made.groups]


def test_by_engagement():
    """Two that are alike share ranks 2-3 and the average; who is above and below is sure, and stands first and last."""
    made = judged(
        [_group(n, 1000, e) for n, e in (("c", 5), ("a", 9), ("d", 2), ("b", 5))], "engagement"
    )
    assert _names(made) == ["a", "b", "c", "d"]
    assert [g.ranks for g in made.groups] == [(1, 1), (2, 3), (2, 3), (4, 4)]
    verdicts = [g.estimate.verdict for g in made.groups]
    assert (verdicts[0], verdicts[-1]) == ("above", "below")
    assert made.average == pytest.approx(5.25, abs=0.05)
    assert [round(g.estimate.best_prob, 2) for g in made.groups] == [1, 0, 0, 0]


def test_by_conversion():
    """900 of 1,000 lies above 100 of 1,000 whatever the events say; estimates lie between the shares."""
    made = judged(
        [_group("a", 1000, 9, converted=100), _group("b", 1000, 2, converted=900)], "conversion"
    )
    assert [(g.name, g.ranks, g.estimate.verdict) for g in made.groups] == [
        ("b", (1, 1), "above"),
        ("a", (2, 2), "below"),
    ]
    for group in made.groups:
        low, high = group.estimate.interval.low, group.estimate.interval.high
        assert low < group.estimate.value < high
        assert group.conversion == pytest.approx(group.estimate.value, abs=0.01)


def test_the_less_is_known_the_closer_to_the_others():
    """Of two with 20 % where the others have 10 %, the one of 40 people is drawn closer to them than that of 4,000."""
    others = [_group(f"o{i}", 1000, 5, converted=70 + 6 * i) for i in range(10)]
    made = judged(
        [*others, _group("few", 40, 5, converted=8), _group("many", 4000, 5, converted=800)],
        "conversion",
    )
    found = {g.name: g for g in made.groups}
    assert found["many"].estimate.value == pytest.approx(0.2, abs=0.005)
    assert 0.1 < found["few"].estimate.value < 0.17
    assert found["many"].estimate.verdict == "above"
    assert found["few"].estimate.verdict == "unclear"
    assert found["many"].estimate.best_prob == 1


def test_by_revenue():
    """Revenue is judged where ten are expected to buy by the share of all: of 40 people of whom 12 happened to, not."""
    rich, poor = (
        _group(
            name,
            1000,
            5,
            revenue_minor=100 * each,
            buyers=100,
            revenue_squared=200 * each**2,
            revenue_cubed=600 * each**3,
        )
        for name, each in (("rich", 9000), ("poor", 1000))
    )
    few = _group(
        "few",
        40,
        5,
        revenue_minor=300_000,
        buyers=12,
        revenue_squared=10**10,
        revenue_cubed=10**15,
    )
    made = judged([poor, few, rich], "revenue")
    assert _names(made) == ["rich", "poor", "few"]
    assert made.groups[0].revenue_interval.low < 900 < made.groups[0].revenue_interval.high
    assert (made.groups[2].estimate, made.groups[2].revenue_interval) == (None, None)


def test_revenue_without_rows_is_not_judged():
    """Tallies hold sums of revenue alone: groups stand by size, and nothing is said of their order."""
    made = judged(
        [_group("a", 10, 5, revenue_minor=9), _group("b", 90, 5, revenue_minor=1)], "revenue"
    )
    assert (_names(made), made.average, made.n_best) == (["b", "a"], None, 0)


def test_small_groups_stand_last():
    """A group of fewer than 30 people is listed, the largest first, but neither judged nor given an interval."""
    made = judged(
        [_group("x", 20, 9), _group("large", 1000, 5), _group("y", 29, 2), _group("b", 30, 5)],
        "engagement",
    )
    assert _names(made)[2:] == ["y", "x"]
    assert [g.estimate is None for g in made.groups] == [False, False, True, True]
    assert [g.events_interval is None for g in made.groups] == [False, False, True, True]


def test_groups_without_people_are_left_out():
    """A city that nobody has come from yet performs neither well nor badly."""
    assert judged([_group("a", 0, 5)], "engagement").groups == ()


@pytest.mark.parametrize("rank_by", ["engagement", "conversion", "revenue"])
@pytest.mark.parametrize(
    "groups",
    [
        [_group("a", 1000, 0, spread=0)],
        [_group("a", 1000, 5, spread=0), _group("b", 1000, 5, spread=0)],
        [_group("a", 1000, 5, converted=1000), _group("b", 50, 5, converted=50)],
        [
            _group(
                "a",
                1000,
                5,
                revenue_minor=-500,
                buyers=50,
                revenue_squared=9000,
                revenue_cubed=-90_000,
            )
        ],
        [_group("a", 10**7, 5), _group("b", 10**7, 5), _group("c", 30, 90)],
    ],
)
def test_odd_groups_do_not_fail(groups, rank_by):
    """Nobody does anything, all do the same, everybody buys, more is refunded than paid: judged, or too few."""
    made = judged(groups, rank_by)
    assert len(made.groups) == len(groups)
    for group in made.groups:
        if group.estimate:
            assert (
                group.estimate.interval.low
                <= group.estimate.value
                <= group.estimate.interval.high
            )


def test_equal_groups_are_sorted_by_bytes():
    """Names are sorted by their bytes, not by a language's rules; no name comes last."""
    made = judged([_group(name, 100, 5) for name in (None, "é", "z", "Z", "a")], "engagement")
    assert _names(made) == ["Z", "a", "z", "é", None]


@pytest.mark.parametrize(("n", "best"), [(1, 1), (5, 1), (6, 2), (14, 4), (15, 5), (200, 5)])
def test_how_many_are_the_best(n, best):
    """Five; a third where there are fewer than fifteen."""
    assert n_best_of(n) == best


def test_groups_that_are_all_alike_say_so():
    """Where none differs from the average, a sentence says it."""
    alike = judged_groups(
        [_group(n, 100, 5) for n in "abc"], "customer", "EUR", 2, "engagement"
    )
    apart = judged_groups(
        [_group("a", 100, 5), _group("b", 100, 9)], "customer", "EUR", 2, "engagement"
    )
    assert (alike.are_alike, apart.are_alike) == (True, False)


def test_the_largest_keep_their_order():
    """A table that is cut keeps the groups with most people, best first."""
    made = judged_groups(
        [_group("a", 40, 9), _group("b", 1000, 5), _group("c", 500, 7)],
        "customer",
        "EUR",
        2,
        "engagement",
    )
    assert [g.name for g in made.largest(2)] == ["c", "b"]
    assert [g.name for g in made.largest(None)] == ["a", "c", "b"]


def test_unknown_ranking():
    """The error lists what groups can be ranked by."""
    with pytest.raises(
        UsageError, match=r'by "size"\n  accepted: engagement, conversion, revenue'
    ):
        check_rank_by("size")
