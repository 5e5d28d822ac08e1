"""Names of plans: whatever a plan calls its events and properties, its scenario writes them so, and they come back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.scenario import loads
from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.names import BUILT_IN, BUILT_IN_TYPES
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers import FORMATS
from tests.chunks import ODD_NAMES

WORDS = sorted(
    {*STEP_WORDS, *BUILT_IN, *BUILT_IN_TYPES, "and", "not", "class", "stage", "person"}
)
# Readers of sheets leave out the spaces around a name.
NAMES = (
    st.sampled_from([name for name in ODD_NAMES if name == name.strip()])
    | st.sampled_from(WORDS)
    | st.text("aA1_.$/-~' \"é", min_size=1, max_size=12).filter(lambda t: t == t.strip())
)
SOME = st.lists(NAMES, min_size=1, max_size=5, unique=True)
FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def properties(names: list[str]) -> tuple[PlanProperty, ...]:
    kinds = ("text", "integer", "money", "boolean", "number")
    return tuple(PlanProperty(n, k) for n, k in zip(names, kinds, strict=False))


def plan(events: list[str], of_events: list[str], fields: list[str], people: list[str]) -> Plan:
    listed = PlanProperty("a list", "list", None, properties(fields))
    carried = (*properties(of_events), listed)
    users = tuple(p for p in properties(people) if p.name != "stage")
    return Plan(
        "plan",
        categories=(("Web/App", ""),),
        events=tuple(PlanEvent(name, "Web/App", "", carried) for name in events),
        user_properties=users,
    )


def names_of(plan: Plan) -> tuple[set, set, set]:
    fields = {f.name for e in plan.events for p in e.properties for f in p.fields}
    carried = {(e.name, p.name) for e in plan.events for p in e.properties}
    always = ("city", "country", "language", "time_zone", "platform", "os_name")
    people = {p.name for p in plan.user_properties if p.name.casefold() not in always}
    return carried, fields, people


@FEW
@given(events=SOME, of_events=SOME, fields=SOME, people=SOME)
def test_a_scenario_of_a_plan_has_the_names_of_the_plan(events, of_events, fields, people):
    """Words of the language, signs, other scripts, case alone: the plan of the scenario of a plan has its names."""
    wanted = plan(events, of_events, fields, people)
    found = plan_of(loads(scenario_text(wanted)))
    assert names_of(found) == names_of(wanted)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json-schema"])
def test_names_come_back_from_what_is_written(tmp_path, form):
    """Sheets, CSV and JSON Schemas hold every name of an event, a property, and a field of records."""
    names = [name for name in ODD_NAMES if name == name.strip()]
    listed = PlanProperty("a list", "list", None, tuple(PlanProperty(n, "text") for n in names))
    carried = (*(PlanProperty(name, "text") for name in names), listed)
    wanted = Plan(
        "plan",
        categories=(("Web/App", ""),),
        events=(
            PlanEvent("Seen", "Web/App", "", carried),
            *(PlanEvent(name, "Web/App", "", (listed,)) for name in names),
        ),
    )
    path = tmp_path / f"plan.{form.removesuffix('-schema')}"
    path.write_bytes(FORMATS[form].render(wanted, ()))
    assert names_of(read_plan(path)) == names_of(wanted)
