"""Boxes have the colour of the stage that is reached there at least, as runs of the scenarios confirm."""

from footfall.diagrams import journey_graph
from footfall.execution.setup import load_scenario


def stages(name: str) -> dict[str, dict[str, str]]:
    """Return journey → title of a box → its stage."""
    scenario = load_scenario(name, {})
    made = [journey_graph(scenario, journey.name) for journey in scenario.journeys]
    return {
        g.name: {n.title: g.stages[n.stage] for n in g.nodes if n.stage is not None}
        for g in made
    }


def test_certain_along_a_journey():
    """After an event that takes people to a stage they have it, in the journeys that it calls as well."""
    found = stages("ecommerce")
    assert found["checkout"]["Payment Info Entered"] == "checkout"
    assert found["checkout"]["after_order"] == "customer"
    assert found["enter_coupon"]["Coupon Entered"] == "checkout"
    assert found["review"]["Product Viewed"] == "customer"
    assert found["account"]["Signed In"] == "visitor"


def test_certain_by_a_guard():
    """`status == 'studying'` holds for students only, as only `payment_succeeded` sets it."""
    found = stages("online-school")
    assert found["study"]["change_teacher"] == "student"
    assert found["visit"]["pay"] == "trial held"
    assert found["lesson"]["click_start_lesson"] == "trial booked"


def test_past_stages_are_not_entered():
    """Where a person surely has a later stage, an event does not take to an earlier one."""
    scenario = load_scenario("ecommerce", {})
    review, look = (journey_graph(scenario, name) for name in ("review", "look"))
    enters = [
        node.enters
        for graph in (review, look)
        for node in graph.nodes
        if node.title == "Product Viewed"
    ]
    assert enters == ["", "product interest"]
