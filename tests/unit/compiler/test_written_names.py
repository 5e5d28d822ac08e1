"""Aliases in what is compiled: identifiers in expressions, the written names in all that comes out."""

import pytest

from footfall.compiler import compile_scenario
from footfall.compiler.requirements import requirements_of
from footfall.compiler.stream_id import scenario_hash
from footfall.data.schema import Field, field_called
from footfall.errors import ScenarioError
from footfall.validation.expectations import of_scenario
from tests.simulated import simulated
from tests.small_scenarios import small

ODD = {
    "people": """
  count: 20
  home: cities
  properties:
    plan: {pick: [pro, free], as: Plan Type}
    cart: {start: [], of: {sku: {type: text, as: item-id}, n: integer}, at_most: 3, as: cart.of}
""",
    "stages": "[visitor, buyer: {on: Paid_2}]",
    "properties": """
  plan: {value: plan, as: $plan}
  lines: {value: cart, as: Lines/1}
""",
    "events": """
  Buying:
    Seen: {properties: [plan]}
    Paid_2: {as: "seen", properties: [lines, {plan: {as: plan~type, required: true}}]}
""",
    "journeys": """
  life:
    steps:
      - Seen
      - {append: {cart: {sku: "'x'", n: 1}}, set: {plan: "'free'"}}
      - Paid_2
""",
}


@pytest.fixture(scope="module")
def odd():
    return simulated(small(**ODD), days=30)


def test_everything_is_written_under_its_alias(odd):
    """Events, their properties, properties of people, fields of records, changes and arrivals have the alias."""
    assert set(odd.events["event_type"].to_pylist()) == {"Seen", "seen"}
    assert odd.events.schema.field("event_properties").type.names == [
        "$plan",
        "Lines/1",
        "plan~type",
    ]
    row = next(r for r in odd.events.to_pylist() if r["event_type"] == "seen")
    assert row["event_properties"]["Lines/1"] == [{"item-id": "x", "n": 1}]
    assert row["event_properties"]["plan~type"] == "free"
    assert set(odd.changes["property"].to_pylist()) == {"Plan Type", "cart.of", "stage"}
    assert odd.arrivals.schema.field("properties").type.names == ["Plan Type", "cart.of"]
    assert {name for names in odd.events["changed"].to_pylist() for name in names or ()} == {
        "Plan Type",
        "cart.of",
    }
    cart = odd.changes.to_pylist()
    assert any(change["new"] == '[{"item-id":"x","n":1}]' for change in cart)


def test_fields_know_what_expressions_call_them(odd):
    """A field has its identifier beside its name; a user may mean it by either."""
    fields = odd.model.stream.schema.user_properties
    assert field_called(fields, "Plan Type").name == "Plan Type"
    assert field_called(fields, "plan").name == "Plan Type"
    assert field_called(fields, "cart_of") is None
    assert fields[1].fields[0].identifier == "sku"
    assert Field("a", "text", identifier="b") == Field("a", "text")


def test_what_is_demanded_is_told_by_the_alias(odd):
    """Requirements and expectations, of events and people, speak of what is written."""
    scenario = small(**ODD)
    required = requirements_of(scenario, odd.model)
    assert required.events["seen"]["plan~type"].is_required
    assert required.events["Seen"]["$plan"].is_required
    assert required.people.keys() == {"Plan Type", "cart.of"}
    expected = of_scenario(scenario)
    assert expected.events.keys() == {"Seen", "seen"}
    assert expected.stages[1].events == ("seen",)
    assert list(expected.events["seen"].properties["Lines/1"].fields) == ["item-id", "n"]
    assert {(one.event, one.property) for one in expected.carried} == set()


def test_one_name_written_by_two_identifiers_has_one_type():
    """Two events may write two things under one name, of one type."""
    seen = "{properties: [{a: {value: person, as: X}}]}"
    paid = "{properties: [{b: {value: VALUE, as: X}}]}"
    events = f"{{B: {{Seen: {seen}, Paid: {paid}}}}}"
    model = compile_scenario(small(events=events.replace("VALUE", "day")))
    assert [f.name for f in model.stream.schema.event_properties] == ["X"]
    with pytest.raises(ScenarioError, match='property "X" is text here and integer in'):
        compile_scenario(small(events=events.replace("VALUE", "city")))


def test_an_alias_of_rows_is_refused():
    """The columns of a catalogue's row are written under their own names, so the row has no alias."""
    parts = {
        "people": "{count: 9, home: cities, properties: {l: {of: {c: {type: bean, as: X}}, at_most: 2}}}",
        "catalogues": "{cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}, "
        "bean: {columns: [name, price], rows: [[Mild, 1]]}}",
    }
    with pytest.raises(ScenarioError, match="is a row of bean, and has `as`"):
        compile_scenario(small(**parts))


def test_an_alias_is_part_of_the_streams_identity():
    """Other names are other events; without aliases a scenario is the stream that it was."""
    plain = small()
    assert scenario_hash(plain) != scenario_hash(
        small(events="{Buying: {Seen: {as: X}, Paid: {}}}")
    )
