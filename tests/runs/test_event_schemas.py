"""Simulated events match the JSON Schemas of their own plan."""

import json

import pytest

from footfall.execution.chunks import events
from footfall.execution.setup import load_scenario
from footfall.sinks.encoders.json_rows import json_rows
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.writers.json_schema import event_schema
from tests.json_schemas import errors
from tests.unit.tracking_plan.test_writers import rendered


@pytest.mark.parametrize("name", ["online-school", "ecommerce"])
def test_simulated_events_match_their_schema(name):
    """Events of another seed than the examples' match the schema of their type, and the one for all."""
    scenario = load_scenario(name)
    plan = plan_of(scenario)
    bundle = json.loads(rendered("json-schema", plan))
    table = events(scenario, people=60, seed=7)
    lines = [line.as_py() for rows in json_rows(table) for line in rows]
    schemas = {event.name: event_schema(event) for event in plan.events}
    for written in map(json.loads, lines):
        assert list(errors(written, schemas[written["event_type"]], {})) == []
    for written in map(json.loads, lines[::50]):
        assert list(errors(written, bundle, bundle)) == []
