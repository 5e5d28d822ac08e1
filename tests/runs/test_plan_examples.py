"""Examples in a plan, of a shipped scenario that is simulated for them."""

from footfall.execution.setup import load_scenario
from footfall.tracking_plan.from_scenario import plan_of
from tests.unit.tracking_plan.test_from_scenario import event, known


def test_examples_of_numbers_that_hardly_repeat():
    """Where no value is frequent, examples tell how large numbers are: in the middle, low, high."""
    scenario = load_scenario("ecommerce")
    total = known(event(plan_of(scenario), "Order Completed").properties, "total").examples
    middle, low, high = map(float, total)
    assert low < middle < high
