"""Stages and steps of six people, counted by hand."""

from __future__ import annotations

import pytest

from footfall.data.tallies import Tallies
from footfall.errors import UsageError
from footfall.reports import property_values, report
from footfall.reports.property_values import label_of
from footfall.reports.stages import FunnelStep, stages_of_tallies
from footfall.units import DAY_MS, HOUR_MS
from tests.stores import TINY, Rows, make_run, store_of_rows

H = HOUR_MS
ULM = ("Ulm", "DE", "Europe/Berlin")
PUNE = ("Pune", "IN", "Asia/Kolkata")
LATE = 10 * DAY_MS - H

ROWS = Rows(
    arrivals=[
        (1, 1 * H, *ULM, "visitor", {"plan": "free", "age": 30}),  # goes all the way
        (2, 1 * H, *ULM, "visitor", {"plan": "free", "age": 30}),  # stops at the cart
        (3, 2 * H, *PUNE, "visitor", {"plan": "pro", "age": 41}),  # passes over the cart
        (4, -48 * H, *PUNE, "cart", {"plan": "pro"}),  # was here before, at the cart
        (5, LATE, *ULM, "visitor", {}),  # came an hour before the end
        (6, 1 * H, *ULM, "visitor", {"plan": "free", "age": 41}),  # never did anything
    ],
    changes=[
        (1, "stage", '"visitor"', '"cart"', 2 * H),
        (1, "plan", '"free"', '"pro"', 2 * H),  # at the instant of the cart: counts for it
        (1, "stage", '"cart"', '"customer"', 5 * H),
        (2, "stage", '"visitor"', '"cart"', 4 * H),
        (2, "plan", '"free"', '"pro"', 5 * H),  # after the cart: does not
        (3, "stage", '"visitor"', '"customer"', 3 * H),
        (4, "stage", '"cart"', '"customer"', 10 * H),
    ],
    events=[
        (1, 1 * H, 1 * H, "Ulm", "DE", "phone", None),
        (1, 2 * H, 2 * H, "Ulm", "DE", "computer", None),
        (1, 5 * H, 5 * H, "Ulm", "DE", "phone", 1999),
        (2, 2 * H, 2 * H, "Ulm", "DE", "phone", None),
        (2, 4 * H, 4 * H, "Ulm", "DE", "phone", None),
        (3, 3 * H, None, "Pune", "IN", None, 500),
    ],
)


@pytest.fixture(scope="module")
def store():
    with store_of_rows(make_run(), ROWS) as opened:
        yield opened


@pytest.fixture(scope="module")
def stages(store):
    return report(store).stages


def test_reached_and_standing(stages):
    """People count at every stage up to their furthest, once, those they passed over included."""
    assert stages.people == 6
    assert [(s.name, s.reached, s.standing) for s in stages.stages] == [
        ("visitor", 6, 2),
        ("cart", 4, 1),
        ("customer", 3, 3),
    ]
    assert [s.is_goal for s in stages.stages] == [False, False, True]


def test_who_passed_over_a_stage_is_counted(stages):
    """Person 3 went from visitor to customer without a cart; nobody else passed over anything."""
    assert [stage.passed_over for stage in stages.stages] == [0, 1, 0]


def test_a_share_of_all_has_its_interval(stages):
    """4 of 6: between the shares p with 15p⁴(1-p)²/2 + 6p⁵(1-p) + p⁶ = 0.025 and, of 2 of 6, its mirror image."""
    interval = stages.interval(stages.stages[1])
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2619, 0.9398)


def test_who_was_here_before_is_counted(stages):
    """One of the six had arrived before the start."""
    assert stages.already_here == 1


def test_first_step(stages):
    """Five arrived; three went on after 1, 1 and 3 hours; of the two others one had less than 3 hours left."""
    assert stages.stages[0].step == FunnelStep(
        entered=5, converted=3, median_ms=1 * H, p90_ms=3 * H, still_open=1
    )
    assert stages.stages[0].step.is_provisional


@pytest.mark.parametrize(
    ("entered", "still_open", "is_provisional"),
    [
        (20, 1, False),
        (100, 5, False),
        (100, 6, True),
        (19, 1, True),
        (39, 1, False),
        (39, 2, True),
        (1, 0, False),
        (0, 0, False),
    ],
)
def test_provisional_is_more_than_5_percent(entered, still_open, is_provisional):
    """Exactly one of twenty still open is no provisional step, one of nineteen is."""
    assert FunnelStep(entered, 0, None, None, still_open).is_provisional is is_provisional


def test_provisional_is_exact_for_any_number_of_people():
    """Of every multiple of 20 a twentieth is not marked, and one person more is: no rounding comes between."""
    for entered in (*range(20, 20_000, 20), 10**9, 123_456_789 * 20):
        at_5_percent = entered // 20
        assert not FunnelStep(entered, 0, None, None, at_5_percent).is_provisional
        assert FunnelStep(entered, 0, None, None, at_5_percent + 1).is_provisional


def test_second_step_leaves_out_who_was_not_seen_to_enter(stages):
    """Person 3 passed over the cart and person 4 was there at the start: two entered, one went on."""
    assert stages.stages[1].step == FunnelStep(
        entered=2, converted=1, median_ms=3 * H, p90_ms=3 * H, still_open=0
    )
    assert not stages.stages[1].step.is_provisional
    assert stages.stages[2].step is None


def test_conversion_has_its_interval(stages):
    """3 of 5: from the share p with 5p³(1-p)² + 5p⁴(1-p) + p⁵ = 0.025 to, of 2 of 5, its mirror image."""
    step = stages.stages[0].step
    assert step.conversion == 0.6
    assert (round(step.interval.low, 4), round(step.interval.high, 4)) == (0.1824, 0.9265)


def test_nobody_went_on_means_all_are_open():
    """Where nobody has gone on yet it is not known how long that takes: everybody is still open."""
    rows = Rows(arrivals=[(1, H, *ULM, "visitor", {}), (2, H, *ULM, "visitor", {})])
    with store_of_rows(make_run(), rows) as store:
        stages = report(store).stages
    assert stages.stages[0].step == FunnelStep(2, 0, None, None, 2)
    assert stages.stages[1].step == FunnelStep(0, 0, None, None, 0)


def test_a_run_of_nobody():
    """No people: all counts are 0, no share fails."""
    with store_of_rows(make_run(), Rows()) as store:
        made = report(store, curves=True)
    assert [s.reached for s in made.stages.stages] == [0, 0, 0]
    assert made.stages.share(0) == 0
    assert made.cities.groups == ()


def test_percentiles_are_discrete():
    """Of 1, 2, …, 10 hours the median is the 5th and the 90 % point the 9th; of 11 the 6th and the 10th."""
    for n, median, most in ((10, 5, 9), (11, 6, 10), (1, 1, 1), (2, 1, 2)):
        arrivals = [(i, 0, *ULM, "visitor", {}) for i in range(1, n + 1)]
        changes = [(i, "stage", '"visitor"', '"cart"', i * H) for i in range(1, n + 1)]
        with store_of_rows(make_run(), Rows(arrivals, changes)) as store:
            step = report(store).stages.stages[0].step
        assert (step.median_ms, step.p90_ms) == (median * H, most * H)


def _by(store, name):
    comparison = report(store, by=name).stages.comparison
    assert comparison.by == name
    return {
        group.value: [(s.entered, s.converted) for s in group.steps]
        for group in comparison.groups
    }


def test_by_home(store):
    """Home never changes: four arrived from Ulm, of whom two went on; one from Pune, who did."""
    assert _by(store, "country") == {"DE": [(4, 2), (2, 1)], "IN": [(1, 1), (0, 0)]}


def test_by_property_at_its_value_then(store):
    """Person 1 became `pro` with the cart and counts as that there; person 2 later, and does not."""
    assert _by(store, "plan") == {
        "free": [(3, 2), (1, 0)],
        "pro": [(1, 1), (1, 1)],
        None: [(1, 0), (0, 0)],
    }


def test_by_number(store):
    """Numbers are shown as such, and people without one as a group of their own."""
    assert _by(store, "age") == {
        "30": [(2, 2), (2, 1)],
        "41": [(2, 1), (0, 0)],
        None: [(1, 0), (0, 0)],
    }


def test_by_platform(store):
    """The platform is that of the event that made people enter; on arrival, of their first event, if there is one."""
    assert _by(store, "platform") == {
        "phone": [(2, 2), (1, 0)],
        "computer": [(0, 0), (1, 1)],
        None: [(3, 1), (0, 0)],
    }


def test_groups_use_the_time_of_all_to_tell_who_is_open(store):
    """Only person 5 had less time left than nine in ten of all who went on."""
    groups = report(store, by="plan").stages.comparison.groups
    assert {group.value: group.steps[0].still_open for group in groups} == {
        "free": 0,
        "pro": 0,
        None: 1,
    }


def test_unknown_property_names_those_there_are(store):
    """The error lists what can be compared by."""
    with pytest.raises(
        UsageError,
        match=r'no property "colour"\n  accepted: city, country, .*platform, os_name, plan, age',
    ):
        report(store, by="colour")


def test_too_many_values(store, monkeypatch):
    """A property that splits people into groups of one is refused."""
    monkeypatch.setattr(property_values, "MAX_GROUPS", 1)
    with pytest.raises(UsageError, match='"plan" has more than 1 values'):
        report(store, by="plan")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('"a b"', "a b"),
        ("3", "3"),
        ("3.0", "3"),
        ("12.50", "12.5"),
        ("1e3", "1000"),
        ("true", "true"),
        ("null", None),
    ],
)
def test_labels(text, label):
    """JSON texts are shown as people read them, alike wherever they come from."""
    assert label_of(text) == label


def test_arrow(store):
    """A notebook gets one row per stage, and one per step and value."""
    stages = report(store, by="country").stages
    assert stages.to_arrow().select(["stage", "reached", "entered"]).to_pylist() == [
        {"stage": "visitor", "reached": 6, "entered": 5},
        {"stage": "cart", "reached": 4, "entered": 2},
        {"stage": "customer", "reached": 3, "entered": None},
    ]
    rows = stages.comparison_to_arrow().select(["stage", "value", "entered"]).to_pylist()
    assert rows[0] == {"stage": "visitor", "value": "DE", "entered": 4}
    assert len(rows) == 4


def test_from_tallies():
    """Tallies give the same shares and who passed over a stage, over all cities, but no steps."""
    tallies = {
        ("visitor", "Ulm"): 4,
        ("visitor", "Pune"): 2,
        ("cart", "Ulm"): 2,
        ("cart", "Pune"): 2,
        ("customer", "Ulm"): 3,
    }
    cities = {("Ulm", "passed over cart"): 2, ("Pune", "passed over cart"): 1}
    stages = stages_of_tallies(Tallies({}, {}, {}, tallies, cities), TINY.stages, TINY.goal)
    assert [(s.reached, s.standing, s.step) for s in stages.stages] == [
        (6, 2, None),
        (4, 1, None),
        (3, 3, None),
    ]
    assert [stage.passed_over for stage in stages.stages] == [0, 3, 0]
    assert stages.already_here is None


def test_tallies_of_before_do_not_know_who_passed_over():
    """Where only sums of revenue were counted, nobody knows who passed over a stage: null, and not 0."""
    stages = stages_of_tallies(
        Tallies({}, {}, {}, {("visitor", "Ulm"): 4}, {("Ulm", "revenue"): 7}),
        TINY.stages,
        TINY.goal,
    )
    assert [stage.passed_over for stage in stages.stages] == [None, None, None]
