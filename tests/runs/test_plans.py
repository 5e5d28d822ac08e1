"""Scenarios made of plans, as wholes: large ones, and what happens in them."""

import pytest

import footfall
from footfall.execution.engine import understand
from footfall.scenario import loads
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.plan import PlanEvent
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.validation import validate
from tests.unit.tracking_plan.test_to_scenario import FULL, plan, prop


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the folder of a run of the full plan's scenario."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "shop.yaml").write_text(scenario_text(FULL, "plan.xlsx"))
    footfall.run(folder / "shop.yaml", to=[f"ndjson:{folder / 'shop.ndjson'}"])
    return folder


def test_everything_in_the_plan_happens(run):
    """Every event and every property is seen, every stage reached, and all of it is as the plan says."""
    found = validate(run / "shop.ndjson", of_plan(FULL))
    assert [(each.check, each.subject) for each in found.findings] == []
    assert [remark for remark in found.remarks if remark.check == "never_seen"] == []


def test_the_scenario_says_the_same_as_itself(run):
    """What is simulated is what the made scenario declares."""
    assert validate(run / "shop.ndjson", run / "shop.yaml").is_clean


def test_a_large_plan_is_still_quick_to_make():
    """A plan of a thousand events makes a scenario that loads and compiles."""
    events = [
        PlanEvent(f"event {n}", f"c{n % 20}", "", (prop(f"p{n % 300}"),)) for n in range(1000)
    ]
    understood = understand(loads(scenario_text(plan(*events))))
    assert understood.warnings == []
