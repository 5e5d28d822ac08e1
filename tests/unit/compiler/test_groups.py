"""Groups of people who are simulated together."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.compiler import compile_scenario
from footfall.compiler.groups import MOST, SHARD, groups_of
from footfall.data.part import Groups
from footfall.model.model import PeopleSpec
from footfall.scenario import load_shipped

SHOP = compile_scenario(load_shipped("ecommerce")).people


def people(newcomers: int, already_here: int = 0) -> PeopleSpec:
    return replace(SHOP, newcomers=newcomers, already_here=already_here)


@given(st.integers(1, 3_000_000), st.integers(0, 1_000_000))
def test_everybody_is_in_a_group_of_whole_shards_and_bounded_size(
    newcomers: int, already_here: int
) -> None:
    groups = groups_of(people(newcomers, already_here))
    count = groups.count(newcomers + already_here)
    ranges = [groups.range(n) for n in range(count)]
    assert ranges[0][0] == 0
    assert ranges[-1][0] < newcomers + already_here <= ranges[-1][1]
    assert all(before[1] == after[0] for before, after in pairwise(ranges))
    assert all((end - first) % SHARD == 0 and 0 < end - first <= MOST for first, end in ranges)


def test_two_workers_have_work_from_two_shards_on() -> None:
    assert groups_of(people(SHARD)).count(SHARD) == 1
    assert groups_of(people(SHARD + 1)).count(SHARD + 1) == 2
    assert (
        groups_of(people(60_000, 40_000)).count(100_000) == 3
    )  # the last one is small, and comes late


def test_who_comes_late_counts_less() -> None:
    groups = groups_of(people(40_000))
    first, second = groups.range(0), groups.range(1)
    assert (
        11_000 < first[1] < 16_000
    )  # 1 - sqrt(1/2) of them live half of all lives, to the next whole shard
    assert second == (first[1], 40_000 + -40_000 % SHARD)


@pytest.mark.parametrize(
    ("number", "people"), [(0, (0, 10)), (1, (10, 40)), (2, (40, 70)), (9, (250, 280))]
)
def test_groups_after_the_last_are_as_large_as_the_last(
    number: int, people: tuple[int, int]
) -> None:
    assert Groups((0, 10, 40)).range(number) == people


@pytest.mark.parametrize(
    ("people", "count"), [(0, 0), (1, 1), (10, 1), (11, 2), (40, 2), (41, 3), (70, 3), (71, 4)]
)
def test_the_first_people_are_in_so_many_groups(people: int, count: int) -> None:
    assert Groups((0, 10, 40)).count(people) == count


@pytest.mark.parametrize(
    ("people", "holds"),
    [
        ((0, 10), True),
        ((10, 40), True),
        ((40, 70), True),
        ((0, 40), False),
        ((5, 10), False),
        ((40, 71), False),
    ],
)
def test_it_knows_its_groups(people: tuple[int, int], holds: bool) -> None:
    assert Groups((0, 10, 40)).holds(people) is holds
