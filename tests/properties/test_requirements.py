"""A scenario and its tracking plan ask the same of events, and a run gives what its scenario asks.

Of a catalogue with many rows a plan lists none, so that a scenario alone asks for them.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings

import footfall
from footfall.execution.setup import load_scenario
from footfall.scenario import loads
from footfall.tracking_plan import examples
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.from_scenario import MOST_LISTED, plan_of
from footfall.validation import of_scenario, validate
from tests.docs.examples import ROOT
from tests.generated import scenarios
from tests.thoroughness import n_examples

SHIPPED = [
    "ecommerce",
    "online-school",
    "starter",
    str(ROOT / "docs/tutorial/food_delivery.yaml"),
]
FEW = settings(
    max_examples=n_examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def few_examples(monkeypatch):
    """Simulate few people for the plans' examples: no requirement comes from them."""
    monkeypatch.setattr(examples, "BLOCKS", (30,))


def asked(expected):
    """What is asked of properties: path from the event on ("" for people) → required, texts if few, constraint."""
    found = {}
    for event in expected.events.values():
        for known in event.properties.values():
            found |= asked_of(known, (event.name,))
    for known in expected.user_properties.values():
        found |= asked_of(known, ("",))
    return found


def asked_of(known, path):
    here = (*path, known.name)
    found = {here: (known.is_required, few(known.values), known.constraint, known.length)}
    for field in known.fields.values():
        found |= asked_of(field, here)
    return found


def few(values):
    return values if len(values) <= MOST_LISTED else ()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_asks_what_its_plan_asks(name):
    """Held against a scenario or against the plan of it, the same is missing and the same is outside."""
    scenario = load_scenario(name)
    assert asked(of_scenario(scenario)) == asked(of_plan(plan_of(scenario)))


def test_a_product_that_the_catalogue_lacks(tmp_path):
    """Against its scenario, a text outside a catalogue of 386 products is found."""
    path = tmp_path / "events.ndjson"
    footfall.run("ecommerce", to=f"ndjson:{path}", people=100, days=2)
    lines = path.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if '"Product Viewed"' in line)
    event = json.loads(lines[number])
    event["event_properties"]["name"] = "Flying Carpet"
    path.write_text("\n".join([*lines[:number], json.dumps(event), *lines[number + 1 :]]))
    found = {(f.check, f.count, f.example) for f in validate(path, "ecommerce").findings}
    assert found == {("value_undeclared", 1, '"Flying Carpet"')}


@FEW
@given(text=scenarios())
def test_any_scenario_asks_what_its_plan_asks(text):
    """That holds whatever steps a scenario has."""
    scenario = loads(text)
    assert asked(of_scenario(scenario)) == asked(of_plan(plan_of(scenario)))


@FEW
@given(text=scenarios())
def test_a_run_is_clean_against_its_own_scenario(text, tmp_path_factory):
    """What a scenario asks, its own events fulfil: nothing that is proven is ever missing or outside.

    Only `list_repeats` is left out: it holds lists against good practice, not against the scenario, and
    a scenario may well append the same element twice.
    """
    path = tmp_path_factory.mktemp("run") / "events.ndjson"
    scenario = loads(text)
    footfall.run(scenario, to=f"ndjson:{path}", seed=5)
    assert validate(path, scenario, ignore=["list_repeats"]).findings == ()
    plan = of_plan(plan_of(scenario))
    assert validate(path, plan, ignore=["list_repeats"]).findings == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_run_is_clean_against_the_plan_of_its_scenario(name, tmp_path):
    """The plan of a scenario holds its events to nothing more than it does: stages may be passed over, too."""
    path, scenario = tmp_path / "events.ndjson", load_scenario(name)
    footfall.run(scenario, to=f"ndjson:{path}", people=200, days=20)
    told = [validate(path, plan).findings for plan in (scenario, of_plan(plan_of(scenario)))]
    assert told == [(), ()]


OVER = """\
footfall: 1
scenario: over
calendar: {start: 2026-03-02, length: 9 days}
people: {count: 60, home: cities}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages: [visitor, looked: {on: Seen}, filled: {on: Added}, customer: {on: Bought}]
events: {All: {Seen: {}, Added: {}, Bought: {}}}
journeys:
  life:
    steps:
      - Seen: {after: 5 min}
      - maybe: 50%
        steps: [Added: {after: 1 min}]
      - Bought: {after: 2 min}
"""


def test_a_stage_that_journeys_pass_over(tmp_path):
    """Who may pass over a stage is not out of order; before what nobody passes over, everybody is."""
    scenario, path = loads(OVER, "over.yaml"), tmp_path / "events.ndjson"
    footfall.run(scenario, to=f"ndjson:{path}")
    assert validate(path, scenario).findings == ()
    assert [stage.n_before for stage in of_scenario(scenario).stages] == [0, 1, 2, 2]
    plan = plan_of(scenario)
    assert [stage.is_optional for stage in plan.stages] == [False, False, True, False]
    assert validate(path, of_plan(plan)).findings == ()
    kept = [line for line in path.read_text().splitlines() if '"Seen"' not in line]
    strangers = [
        line.replace('"stage"', '"was"').replace('"person"', '"number"') for line in kept
    ]
    path.write_text("".join(f"{line}\n" for line in strangers))
    found = {(f.check, f.subject) for f in validate(path, scenario).findings}
    assert {("stage_order", "filled"), ("stage_order", "customer")} <= found
    found = {(f.check, f.subject) for f in validate(path, of_plan(plan)).findings}
    assert {("stage_order", "filled"), ("stage_order", "customer")} <= found
