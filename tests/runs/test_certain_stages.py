"""The stages that a diagram holds to be certain are entered in every run."""

import duckdb
import pytest

import footfall
from footfall.execution.setup import load_scenario
from tests.unit.diagrams.test_certain_stages import stages


@pytest.mark.parametrize(
    ("name", "schema"), [("ecommerce", "ecommerce"), ("online-school", "online_school")]
)
def test_runs_confirm_it(name, schema, tmp_path):
    """No person of a run is at an event with a lower stage than the lowest that its boxes claim."""
    footfall.run(name, to=f"duckdb:{tmp_path / 's.duckdb'}", people=400)
    order = [stage.name for stage in load_scenario(name, {}).stages]
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as store:
        seen = store.sql(f'SELECT DISTINCT event_type, stage FROM "{schema}".events').fetchall()
    claimed: dict[str, int] = {}
    for titles in stages(name).values():
        for title, stage in titles.items():
            claimed[title] = min(claimed.get(title, 99), order.index(stage))
    assert [
        (event, stage) for event, stage in seen if order.index(stage) < claimed[event]
    ] == []
