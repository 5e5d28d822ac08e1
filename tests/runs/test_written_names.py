"""Runs of scenarios whose names differ in case alone: told before anything is written, and right afterwards."""

import pytest

import footfall
from footfall.scenario import loads
from footfall.validation import of_scenario, validate
from tests.small_scenarios import scenario_text

ODD = scenario_text(
    people="{count: 20, home: cities, properties: {plan: {pick: [pro], as: Plan}, plan_2: {pick: [b], as: plan}}}",
    properties='{a: {value: plan, as: "Price.1"}, b: {value: plan_2, as: "price.1"}}',
    events="{Buying: {Seen: {properties: [a, b]}, Paid: {as: seen, properties: [b]}}}",
)


@pytest.mark.parametrize("kind", ["duckdb", "parquet"])
def test_a_store_of_such_names_is_told_and_valid(tmp_path, capsys, kind):
    """What becomes of which name is said once; the store's events are clean against their scenario."""
    store = tmp_path / f"a.{kind}"
    footfall.run(loads(ODD), to=f"{kind}:{store}")
    told = capsys.readouterr().err.splitlines()
    why = "since names that differ only in case are one there"
    assert told == [
        f'in {kind}:{store}: event property "price.1" is called "price.1_2", {why}',
        f'in {kind}:{store}: user property "plan" is called "plan_2", {why}',
    ]
    assert not validate(store, of_scenario(loads(ODD))).findings
