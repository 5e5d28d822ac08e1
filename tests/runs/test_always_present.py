"""What the compiler proves to be always there is there in every event of a run."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.compiler import compile_scenario
from footfall.compiler.always_present import presence_of
from footfall.execution.setup import load_scenario
from footfall.scenario.loading import loads
from tests.docs.examples import ROOT
from tests.generated import scenarios
from tests.thoroughness import n_examples
from tests.unit.compiler.test_always_present import missing


@pytest.mark.parametrize(
    "name",
    ["online-school", "ecommerce", "starter", str(ROOT / "docs/tutorial/food_delivery.yaml")],
)
def test_shipped(name):
    """No property of a shipped scenario is missing where it is said to be always there, and many are said to be."""
    scenario = load_scenario(name)
    assert missing(scenario, people=1500, seed=3) == {}
    assert sum(map(len, presence_of(compile_scenario(scenario)).of_events.values())) >= 10


@settings(
    max_examples=n_examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(scenarios(), st.integers(1, 99))
def test_generated(text, seed):
    """Whatever steps a scenario has: what is said to be always there is never missing."""
    assert missing(loads(text, "generated.yaml"), seed=seed) == {}
