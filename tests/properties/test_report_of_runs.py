"""Reports of what the engine has made: what it counted while it ran is what SQL finds in the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from footfall.execution.batch import run
from footfall.reports import closing, report
from footfall.store import open_store


@pytest.fixture(
    scope="module",
    params=[("ecommerce", "duckdb"), ("online-school", "parquet")],
    ids=lambda p: p[0],
)
def store(request, tmp_path_factory):
    scenario, kind = request.param
    where = f"{kind}:{tmp_path_factory.mktemp('runs') / 'store'}"
    run(scenario, to=where, people=1_000, workers=1)
    with open_store(where) as opened:
        yield opened


@pytest.fixture(scope="module")
def info(store):
    [only] = store.runs()
    return only


def test_stages_and_cities_agree(store, info):
    """The engine's tallies give the same shares, standing, passing over and cities as the stored rows."""
    stored, counted = report(store), closing(store.tallies(info.id), info.run.stream.schema)
    assert [replace(stage, step=None) for stage in stored.stages.stages] == list(
        counted.stages.stages
    )
    assert stored.cities == counted.cities


def test_every_event_is_counted(store, info):
    """Events of all cities, and of all hours of the day, are all events there are."""
    made = report(store, curves=True)
    assert sum(city.events for city in made.cities.groups) == info.events
    assert sum(sum(line.events) for line in made.curves.hours.lines) == info.events


def test_every_property_can_be_compared_by(store, info):
    """Steps by any text property have everybody in one group."""
    names = [
        field.name for field in info.run.stream.schema.user_properties if field.type == "text"
    ]
    for name in [*names, "platform", "country"]:
        stages = report(store, by=name, cities=False).stages
        steps = [group.steps[0] for group in stages.comparison.groups]
        assert sum(step.entered for step in steps) == stages.stages[0].step.entered
