"""Forecasts of large runs, held against what comes."""

import pytest

from footfall.execution.forecast import expected_events
from footfall.execution.setup import RunParameters, set_up


@pytest.mark.parametrize("name", ["ecommerce", "online-school"])
def test_a_few_people_tell_of_all(name):
    """For the shipped scenarios the forecast lies within a third of what comes."""
    ready = set_up(name, RunParameters(people=4000))
    came = ready.engine.simulation(
        ready.run.id, 0, ready.run.people, ready.run.until_ms
    ).advance(ready.run.until_ms)
    assert 0.67 < expected_events(ready.engine, ready.run) / came.events.num_rows < 1.33
