"""The plan: which parts, in which order, for whom."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import UsageError
from footfall.execution.schedule import GROUPS_AT_ONCE, make_schedule
from footfall.sinks.protocol import EVERYBODY
from footfall.units import DAY_MS
from tests.engines import GROUP, FakeEngine

FIRST, SECOND = (0, GROUP), (GROUP, 2 * GROUP)


def until(engine, days):
    return engine.stream.start_ms + days * DAY_MS


def plan_of(engine, days=3, cursors=({},), **options):
    return make_schedule(engine, until(engine, days), cursors, **options)


def test_parts_of_a_group_follow_each_other_without_a_gap():
    """From the start to the end of the run, each part begins where the one before it ended."""
    engine = FakeEngine(people=3 * GROUP)
    plan = plan_of(engine)
    for group in range(3):
        parts = [step.part for step in plan.steps() if step.group == group]
        assert parts[0].from_ms == engine.stream.start_ms
        assert parts[-1].until_ms == until(engine, 3)
        assert all(a.until_ms == b.from_ms for a, b in pairwise(parts))


def test_groups_depend_on_the_stream_alone():
    """The last group is whole although fewer people come: a longer run must find the same groups."""
    plan = plan_of(FakeEngine(people=GROUP + 1))
    assert {(s.part.first_person, s.part.end_person) for s in plan.steps()} == {
        (0, GROUP),
        (GROUP, 2 * GROUP),
    }


def test_groups_advance_side_by_side():
    """Within a block of groups, all parts of a window come before those of the next; blocks follow each other."""
    engine = FakeEngine(people=(GROUPS_AT_ONCE + 1) * GROUP)
    order = [(step.part.from_ms, step.group) for step in plan_of(engine).steps()]
    block = [place for place in order if place[1] < GROUPS_AT_ONCE]
    assert block == sorted(block)
    assert [group for _, group in order[-3:]] == [GROUPS_AT_ONCE] * 3


def test_time_order_puts_all_groups_side_by_side():
    """With `--order time` a window is done for everybody before the next begins."""
    engine = FakeEngine(people=(GROUPS_AT_ONCE + 1) * GROUP)
    order = [step.part.from_ms for step in plan_of(engine, in_time_order=True).steps()]
    assert order == sorted(order)


def test_numbers_count_the_steps():
    """Every step knows its place in the order of commits."""
    assert [step.number for step in plan_of(FakeEngine()).steps()] == list(range(4 * 3))


def test_what_a_sink_has_is_not_planned_for_it():
    """A step names the sinks that lack it, and begins where the earliest of them stands."""
    engine = FakeEngine(people=GROUP)
    plan = plan_of(engine, 3, ({FIRST: until(engine, 1)}, {FIRST: until(engine, 2)}))
    assert [(s.part.from_ms, s.sinks) for s in plan.steps()] == [
        (until(engine, 1), (0,)),
        (until(engine, 2), (0, 1)),
    ]


def test_a_cursor_off_the_grid_is_an_edge():
    """Where a shorter run ended within a window, the longer one goes on from there, then joins the grid."""
    engine = FakeEngine(people=GROUP, window_ms=2 * DAY_MS)
    plan = plan_of(engine, 5, ({FIRST: until(engine, 3)},))
    edges = [(s.part.from_ms, s.part.until_ms) for s in plan.steps()]
    assert edges == [(until(engine, 3), until(engine, 4)), (until(engine, 4), until(engine, 5))]


@pytest.mark.parametrize(
    ("cursor", "state"),
    [
        ({}, "new"),
        ({FIRST: 1}, "incomplete"),
        ({FIRST: 3}, "incomplete"),
        ({FIRST: 3, SECOND: 3}, "complete"),
    ],
)
def test_state_of_a_sink(cursor, state):
    """Nothing, some, or all groups up to the end."""
    engine = FakeEngine(people=2 * GROUP)
    cursors = {first: until(engine, days) for first, days in cursor.items()}
    assert plan_of(engine, 3, (cursors,)).state_of(0) == state


def test_a_sink_that_has_more_than_asked_is_complete():
    """A stored run that reaches further needs nothing."""
    engine = FakeEngine(people=GROUP)
    plan = plan_of(engine, 3, ({FIRST: until(engine, 9)},))
    assert plan.state_of(0) == "complete"
    assert list(plan.steps()) == []


def test_late_groups_begin_with_one_wide_part():
    """Windows in which nobody of a group has come are part of its first part."""

    class Late(FakeEngine):
        def people_until(self, until_ms):
            return GROUP if until_ms <= self.stream.start_ms + 2 * DAY_MS else 2 * GROUP

    plan = plan_of(Late(), 3)
    parts = [(s.part.until_ms - s.part.from_ms) // DAY_MS for s in plan.steps() if s.group == 1]
    assert parts == [3]


@given(
    days=st.integers(1, 9),
    window=st.integers(1, 4),
    have=st.lists(
        st.dictionaries(
            st.sampled_from([FIRST, SECOND, (2 * GROUP, 3 * GROUP)]), st.integers(0, 12)
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_every_sink_gets_every_hour_once(days, window, have):
    """Whatever the cursors, the parts planned for a sink cover exactly what it lacks, in order, once."""
    engine = FakeEngine(people=3 * GROUP, window_ms=window * DAY_MS)
    cursors = tuple({first: until(engine, at) for first, at in one.items()} for one in have)
    steps = list(plan_of(engine, days, cursors).steps())
    for sink, group in ((s, g) for s in range(len(have)) for g in range(3)):
        spans = [
            (s.part.from_ms, s.part.until_ms)
            for s in steps
            if s.group == group and sink in s.sinks
        ]
        at = cursors[sink].get((group * GROUP, (group + 1) * GROUP), engine.stream.start_ms)
        for begin, end in spans:
            assert begin == at
            at = end
        assert at >= until(engine, days)


def test_everybody_goes_on_where_all_groups_stand():
    """A run that was written by groups up to one time is continued in order of time from there, and back again."""
    engine = FakeEngine(people=2 * GROUP)
    groups = {(0, GROUP): until(engine, 1), (GROUP, 2 * GROUP): until(engine, 1)}
    plan = plan_of(engine, 3, (groups,), in_time_order=True)
    plan.check_layout(0, "duckdb:x")
    assert {step.part.from_ms for step in plan.steps()} == {until(engine, 1), until(engine, 2)}
    plan = plan_of(engine, 3, ({**groups, EVERYBODY: until(engine, 2)},))
    plan.check_layout(0, "duckdb:x")
    assert {step.part.from_ms for step in plan.steps()} == {until(engine, 2)}
    assert (
        plan_of(engine, 2, ({**groups, EVERYBODY: until(engine, 2)},)).state_of(0) == "complete"
    )


@pytest.mark.parametrize(
    "cursors",
    [{(0, GROUP): 1}, {(0, GROUP): 2, (GROUP, 2 * GROUP): 1}, {(0, GROUP): 2, EVERYBODY: 1}],
)
def test_everybody_does_not_go_on_from_groups_that_differ(cursors):
    """Groups that stand at different times, or have not begun, are not continued in order of time."""
    engine = FakeEngine(people=2 * GROUP)
    have = {group: until(engine, days) for group, days in cursors.items()}
    with pytest.raises(UsageError, match=r"written without --order time(.|\n)*--fresh"):
        plan_of(engine, 3, (have,), in_time_order=True).check_layout(0, "duckdb:x")
