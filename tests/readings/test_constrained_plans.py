"""Constraints and records of a plan in its scenario, and in every form that it is written in again."""

import csv
import io
import json
from dataclasses import replace

import pytest

from footfall.execution.engine import understand
from footfall.scenario import loads
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.plan import Plan, PlanEvent
from footfall.tracking_plan.property_keys import losses
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers import FORMATS
from footfall.tracking_plan.writers.csv_table import not_in_csv
from footfall.tracking_plan.writers.json_schema import event_schema
from footfall.tracking_plan.writers.plan_rows import allowed_text, event_rows
from tests.plans import CONSTRAINED, GEO, PROPERTIES, prop


def test_a_scenario_of_a_plan_says_what_the_plan_says():
    """Each clause stands beside its property, in records and lists too, and the scenario means something."""
    scenario = loads(scenario_text(CONSTRAINED))
    understand(scenario)
    found = {p.alias or p.name: p for p in scenario.properties}
    for planned in PROPERTIES[:5]:
        assert found[planned.name].constraint == planned.constraint
        assert found[planned.name].elements == planned.length
    record = {p.alias or p.name: p for p in found["Shipping To"].fields}
    assert record["post code"].constraint == Constraint(pattern="^[0-9]{5}$")
    assert (record["city"].values, record["city"].required) == (("Paris", "Lyon"), True)
    assert record["geo"].fields[0].constraint == GEO.fields[0].constraint
    (items,) = (v for v in scenario.journeys[1].carries if v.name == "items")
    assert items.list_type.described[0].constraint == Constraint(pattern="^S")


def test_what_no_value_keeps_to_is_named():
    """A length that listed values break, a pattern that looks ahead, a record of people: each is named once."""
    ahead = prop("code", constraint=Constraint(pattern="(?=a)b"))
    listed = prop("currency", values=("EURO",), constraint=Constraint(most=3))
    inner = prop(
        "place",
        "record",
        fields=(prop("kind", values=("long",), constraint=Constraint(most=3)),),
    )
    nested = prop("lines", "list", fields=(prop("sku"), prop("tags", "list", item="text")))
    home = prop("home", "record", fields=(prop("city"),))
    events = (PlanEvent("A", "c", "", (ahead, listed, inner, nested)),)
    plan = Plan("p", categories=(("c", ""),), events=events, user_properties=(home,))
    text = scenario_text(plan)
    understand(loads(text))
    assert "# in the plan: length: at most 3" in text
    assert "# home: left out, as people have no records" in text
    assert list(losses(plan)) == [
        "code: pattern: (?=a)b, which nothing is held against",
        "currency: in the plan: length: at most 3",
        "place: kind: in the plan: length: at most 3",
        "lines: without tags, as records of lists hold single values",
        "home: left out, as people have no records",
    ]
    assert list(losses(CONSTRAINED)) == []


def test_numbers_and_truth_values_are_declared():
    """Allowed values of every type stand in the scenario, and come back from it, wherever they are said."""
    days = prop("days", "integer", values=("7", "14", "30"))
    others = prop("days", "integer", values=("90",))
    sure = prop("sure", "boolean", values=("yes",))
    either = prop("either", "boolean", values=("true", "false"))
    grades = prop("grades", "list", item="number", values=("1.5",))
    fee = prop("fee", "money", values=("1.200,00 €", "49,00 €"))
    inner = (
        prop("floor", "integer", values=("0", "1")),
        prop("lift", "boolean", values=("no",)),
    )
    flat, lines = prop("flat", "record", fields=inner), prop("lines", "list", fields=inner)
    events = (
        PlanEvent("A", "c", "", (days, sure, either, fee)),
        PlanEvent("B", "c", "", (others, grades, flat, lines)),
    )
    level = prop("level", "integer", values=("1", "2"))
    plan = Plan("p", categories=(("c", ""),), events=events, user_properties=(level,))
    assert list(losses(plan)) == []
    again = plan_of(loads(scenario_text(plan)))
    found = [{p.name: p for p in event.properties} for event in again.events]
    assert [found[0]["days"].values, found[1]["days"].values] == [("7", "14", "30"), ("90",)]
    assert [found[0][name].values for name in ("sure", "either", "fee")] == [
        ("true",),
        (),
        ("1200", "49"),
    ]
    assert found[1]["grades"].values == ("1.5",)
    for name in ("flat", "lines"):
        assert [f.values for f in found[1][name].fields] == [("0", "1"), ("false",)]
    assert again.user_properties[0].values == ("1", "2")


def test_allowed_values_that_are_none_of_their_type_are_named():
    """Nothing is held against values of which one is no number, and none of a calendar."""
    size = prop("size", "integer", values=("1", "large"))
    due = prop("due", "time", values=("Monday",))
    events = (PlanEvent("A", "c", "", (size, due)),)
    plan = Plan("p", categories=(("c", ""),), events=events)
    text = scenario_text(plan)
    understand(loads(text))
    assert list(losses(plan)) == [
        "size: in the plan: allowed values: 1, large",
        "due: in the plan: allowed values: Monday",
    ]
    for said in losses(plan):
        assert f"# {said.partition(': ')[2]}" in text


@pytest.mark.parametrize("form", ["xlsx", "csv", "json-schema"])
def test_a_plan_comes_back_with_its_constraints(form, tmp_path):
    """What is written of constraints and records is read again, in each form that holds them."""
    path = tmp_path / f"plan.{form.replace('json-schema', 'json')}"
    path.write_bytes(FORMATS[form].render(CONSTRAINED, ()))
    assert read_plan(path).events[0].properties == PROPERTIES


def test_json_schema_has_the_keywords():
    """Ranges, lengths, patterns, formats and records are what JSON Schema calls them."""
    (schema,) = (
        s
        for s in json.loads(FORMATS["json-schema"].render(CONSTRAINED, ()))["$defs"].values()
        if s["title"] == "Paid"
    )
    found = schema["properties"]["event_properties"]["properties"]
    assert found["age"] == {"type": ["integer", "null"], "minimum": 18, "maximum": 99}
    assert found["share"] == {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1}
    assert found["code"]["pattern"] == "^[A-Z]+$"
    assert (found["code"]["minLength"], found["code"]["maxLength"]) == (3, 3)
    assert found["mail"]["format"] == "email"
    assert (found["grades"]["minItems"], found["grades"]["items"]) == (
        3,
        {"type": "integer", "maximum": 5},
    )
    record = found["Shipping To"]
    assert (record["type"], record["required"], record["additionalProperties"]) == (
        "object",
        ["city"],
        False,
    )
    assert record["properties"]["geo"]["properties"]["lat"]["minimum"] == -90


def test_amplitudes_columns_hold_them():
    """Amplitude has columns of its own for them; an end that does not belong to a range of fractions has none."""
    rows = csv.DictReader(io.StringIO(FORMATS["amplitude"].render(CONSTRAINED, ()).decode()))
    found = {row["Event property name"]: row for row in rows}
    assert (
        found["age"]["Number property value min"],
        found["age"]["Number property value max"],
    ) == ("18", "99")
    assert (
        found["share"]["Number property value min"],
        found["share"]["Number property value max"],
    ) == ("", "1")
    assert found["code"]["Property regex"] == "^[A-Z]+$"
    assert found["code"]["String property value max length"] == "3"
    assert found["grades"]["Array min items"] == "3"


@pytest.mark.parametrize(
    ("planned", "text"),
    [
        (PROPERTIES[0], "18 to 99"),
        (PROPERTIES[1], "above 0 and at most 1"),
        (PROPERTIES[2], "length: 3; pattern: ^[A-Z]+$"),
        (PROPERTIES[3], "format: email"),
        (PROPERTIES[4], "range: at most 5; elements: at least 3"),
        (prop("x", values=("a", "b"), constraint=Constraint(most=1)), "a; b"),
    ],
)
def test_a_cell_says_what_is_allowed(planned, text):
    """Where no values are listed, the cell of allowed values has the constraint."""
    assert allowed_text(planned) == text


def test_what_a_csv_file_has_no_place_for_is_named():
    """User properties, and constraints beside allowed values; nothing where it holds all."""
    size = prop("size", values=("x", "long"), constraint=Constraint(most=4, pattern="^."))
    events = (PlanEvent("A", "c", "", (size,)), PlanEvent("B", "c", "", (size,)))
    plan = Plan("p", events=events, user_properties=(prop("level"), prop("age", "integer")))
    assert list(not_in_csv(plan)) == [
        "2 user properties, as it is the table of events alone; .xlsx holds them",
        "size: length: at most 4; pattern: ^., beside allowed values",
    ]
    assert list(not_in_csv(replace(CONSTRAINED, user_properties=()))) == []


@pytest.mark.parametrize("form", ["xlsx", "markdown", "html"])
def test_what_tables_have_no_place_for_is_named(form):
    """Constraints beside allowed values, of people and of fields too."""
    limited = prop("size", values=("x",), constraint=Constraint(most=4))
    record = prop("box", "record", fields=(limited,))
    events = (PlanEvent("A", "c", "", (record,)),)
    plan = Plan("p", events=events, user_properties=(limited,))
    assert list(FORMATS[form].not_in(plan)) == [
        "box.size: length: at most 4, beside allowed values",
        "size: length: at most 4, beside allowed values",
    ]
    assert list(FORMATS[form].not_in(CONSTRAINED)) == []


def test_allowed_values_that_a_form_cannot_list_are_named():
    """Amplitude lists texts alone, a schema what has one type; numbers stand there as a plan means them."""
    price, size = (
        prop("price", "number", values=("1.200,50",)),
        prop("size", "any", values=("1",)),
    )
    lines = prop("lines", "list", fields=(prop("sku"),))
    events = (PlanEvent("A", "c", "", (price, size, lines)),)
    plan = Plan("p", events=events, user_properties=(size,))
    assert list(FORMATS["amplitude"].not_in(plan)) == [
        "price: allowed values: 1.200,50",
        "size: allowed values: 1",
        "lines: fields: sku",
    ]
    assert list(FORMATS["amplitude-users"].not_in(plan)) == ["size: allowed values: 1"]
    assert list(FORMATS["json-schema"].not_in(plan)) == ["size: allowed values: 1"]
    schema = event_schema(events[0])["properties"]["event_properties"]["properties"]
    assert schema["price"]["enum"] == [1200.5, None]


def test_records_have_rows_for_their_fields():
    """The fields of a record follow it, under its name and theirs."""
    names = [row[7] for row in event_rows(CONSTRAINED)]
    assert names[-6:] == [
        "Shipping To",
        "Shipping To.city",
        "Shipping To.post code",
        "Shipping To.geo",
        "Shipping To.geo.lat",
        "Shipping To.stops",
    ]


def test_listed_numbers_are_numbers():
    """Allowed numbers are held against events, and stand in JSON Schema as what they are."""
    stars = prop("stars", "integer", values=("1", "5"), is_required=True)
    plan = Plan(
        "p",
        events=(PlanEvent("A", properties=(stars, prop("yes", "boolean", values=("true",)))),),
    )
    assert of_plan(plan).events["A"].properties["stars"].numbers == (1, 5)
    schema = json.loads(FORMATS["json-schema"].render(plan, ()))["$defs"]["event:A"]
    found = schema["properties"]["event_properties"]["properties"]
    assert found["stars"] == {"type": "integer", "enum": [1, 5]}
    assert found["yes"]["enum"] == [True, None]
