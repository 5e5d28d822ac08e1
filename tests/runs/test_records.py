"""Records and constraints in whole runs: into every form, and clean against scenario and plan."""

import json

import pytest

import footfall
from footfall.scenario import loads
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.validation import validate
from tests.plans import CONSTRAINED

SCENARIO = """\
footfall: 1
scenario: records
calendar: {start: 2026-01-01, length: 5 days}
people:
  count: 200
  home: cities
  properties:
    cart: {of: {sku: {type: text, pattern: '^S', required: true, about: Of it}, n: integer}, at_most: 3, start: []}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages: [visitor, buyer: {on: Paid}]
properties:
  shipping:
    about: Where it goes
    fields:
      city: city
      cost: {value: cost, range: 0 to 10, as: The Cost}
      geo:
        fields:
          lat: {value: lat, type: number, range: -90 to 90}
          tags: {value: tags, elements: at least 1, length: 1}
          deep: {fields: {id: {value: own_id, required: true, about: Its id}}}
  maybe: {fields: {note: {value: note, values: [a]}}}
events:
  Buying: {Paid: {properties: [shipping, maybe, lines: cart], identifies: true}}
journeys:
  life:
    carries: {cost: money, lat: number, tags: {of: text, at_most: 2}, note: text, own_id: id}
    steps:
      - set: {cost: {uniform: [1, 5]}, lat: {uniform: [-90, 90]}, own_id: "id('own')"}
      - append: {tags: "'a'"}
      - append: {cart: {sku: "'S1'", n: 2}}
      - {maybe: 50%, named: noted, steps: [set: {note: "'a'"}]}
      - Paid
"""
FORMS = {
    "ndjson": "r.ndjson",
    "duckdb": "r.duckdb",
    "parquet": "r",
    "csv": "r.csv",
    "json": "r.json",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A run of it in every form."""
    folder = tmp_path_factory.mktemp("records")
    footfall.run(
        loads(SCENARIO), to=[f"{kind}:{folder / name}" for kind, name in FORMS.items()]
    )
    return folder


@pytest.mark.parametrize("kind", FORMS)
def test_a_run_with_records_is_clean(written, kind):
    """Held against the scenario, and against the plan of it, nothing is wrong in any form."""
    scenario = loads(SCENARIO)
    assert validate(written / FORMS[kind], scenario).findings == ()
    assert validate(written / FORMS[kind], of_plan(plan_of(scenario))).findings == ()


def test_a_record_is_an_object_and_null_where_its_fields_are(written):
    """Fields have the names that they are written under; a record of nothing is left out."""
    lines = (written / "r.ndjson").read_text().splitlines()
    rows = [json.loads(line)["event_properties"] for line in lines]
    first = rows[0]["shipping"]
    assert list(first) == ["city", "The Cost", "geo"]
    assert list(first["geo"]) == ["lat", "tags", "deep"]
    assert first["geo"]["deep"]["id"].startswith("own-")
    assert {row.get("maybe", {}).get("note") for row in rows} == {"a", None}
    assert all("maybe" not in row or row["maybe"] == {"note": "a"} for row in rows)


def test_views_and_queries_see_structs(written):
    """In a database a record is a struct."""
    import duckdb

    with duckdb.connect(str(written / "r.duckdb"), read_only=True) as store:
        ((low, high),) = store.execute(
            "SELECT min(event_properties.shipping.geo.lat), max(event_properties.shipping.geo.lat) "
            "FROM records.events"
        ).fetchall()
    assert -90 <= low < high <= 90


def test_a_run_of_a_plan_is_clean_against_the_plan(tmp_path):
    """A scenario made of a plan with constraints and records gives events that keep to it."""
    footfall.run(
        loads(scenario_text(CONSTRAINED)), to=f"ndjson:{tmp_path / 'p.ndjson'}", people=100
    )
    found = validate(tmp_path / "p.ndjson", of_plan(CONSTRAINED))
    assert found.findings == ()
    assert found.count
