"""The scenarios on which speed is measured."""

import hashlib
import shutil
from pathlib import Path

import pytest

import footfall
from footfall.compiler import compile_scenario
from footfall.scenario import load

FROZEN = Path(__file__).parents[3] / "benchmarks" / "frozen" / "0.1.0"
BYTES = {
    "ecommerce.yaml": "aeb186e47b4c438810e2f8144582600b",
    "ecommerce_cities.csv": "006fe3d556cb697260201f7cf64a0e4d",
    "online_school.yaml": "e0583c685747d2a6b441bf868c578249",
    "products.csv": "8901ea20f425f8577701f7dfeb31cb1d",
    "school_cities.csv": "fd7587abe2d6837d1c0b6e786854063e",
}


def test_what_is_frozen_stays_as_it_is():
    """The files of version 0.1.0 are, byte for byte, those that were frozen: another scenario is another measure."""
    assert {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest()[:32] for f in FROZEN.iterdir()
    } == BYTES


@pytest.mark.parametrize("name", ["ecommerce", "online_school"])
def test_frozen_scenarios_load_and_run_from_where_they_lie(name, tmp_path):
    """With nothing but its folder, each of them is loaded, compiled and simulated."""
    shutil.copytree(FROZEN, tmp_path / "alone")
    scenario = load(tmp_path / "alone" / f"{name}.yaml")
    assert compile_scenario(scenario).stream.schema.scenario == name
    assert sum(
        chunk.events.num_rows for chunk in footfall.simulate(scenario, people=40, days=20)
    )
