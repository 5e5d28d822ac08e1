"""Every scenario that is made of a plan loads, compiles and runs, and its own data is clean against that plan."""

import pytest
from hypothesis import HealthCheck, given, settings

import footfall
from footfall.errors import UsageError
from footfall.scenario import loads
from footfall.tracking_plan.agreed_types import agreed
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.property_keys import losses
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.validation import validate
from tests.plan_files import WRITERS, plans, written
from tests.thoroughness import IS_THOROUGH

# The same few every day, so that a change is to blame for what fails; many others in a thorough run.
SOME = settings(
    max_examples=200 if IS_THOROUGH else 5,
    derandomize=not IS_THOROUGH,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("form", WRITERS)
@SOME
@given(plan=plans())
def test_data_of_a_plan_is_clean_against_it(form, plan, tmp_path_factory):
    """Whatever names, types and constraints a plan has, in whatever form it comes.

    Where events give a property types that contradict each other, it is the one that the scenario takes, and
    names. Only `list_repeats` is left out: a list may well hold the same element twice.
    """
    folder = tmp_path_factory.mktemp("plan")
    try:
        read = read_plan(written(plan, form, folder))
    except UsageError:
        return  # a name that this form cannot hold
    events = folder / "events.ndjson"
    scenario = loads(scenario_text(read))
    footfall.run(scenario, to=f"ndjson:{events}", people=15, days=3)
    not_agreed = []
    for expected in (of_plan(agreed(read, not_agreed.append)), scenario):
        assert validate(events, expected, ignore=["list_repeats"]).findings == ()
    assert set(not_agreed) <= set(losses(read))
