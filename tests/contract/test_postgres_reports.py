"""`report` says the same of PostgreSQL as of DuckDB, to the digit."""

import pytest

import footfall
from footfall.execution.previous import stored_run
from footfall.execution.setup import RunParameters
from footfall.reports import report
from footfall.reports.json_report import render_json
from footfall.sinks import parse
from footfall.store import open_store
from tests.postgres import server


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """One run of the shipped shop in both."""
    file = tmp_path_factory.mktemp("reports") / "shop.duckdb"
    with server() as running:
        url = running.create()
        footfall.run("ecommerce", people=400, days=12, to=[f"duckdb:{file}", url], workers=1)
        with open_store(file) as duckdb, open_store(url) as postgresql:
            yield duckdb, postgresql


def test_reports_are_equal_byte_for_byte(stores):
    """Stages, steps, cities, truth, curves, identity and what happened over time, as JSON."""
    one, other = (
        render_json(report(store, truth=True, curves=True, identity=True, over_time=True))
        for store in stores
    )
    assert one == other


def test_a_sink_is_looked_into_with_the_password_that_its_url_has(stores):
    """A balance's name, without the password, opens the store again; and `live` finds the run that is there."""
    _, store = stores
    assert store.name != store.address.url
    assert render_json(report(store.name)) == render_json(report(store))
    found = stored_run("ecommerce", [parse(store.address.url)], RunParameters())
    assert found.run.id == store.runs()[0].id


@pytest.mark.parametrize("rule", ["n-day", "unbounded", "0,1-3,4-9"])
def test_retention_is_equal(stores, rule):
    """Cohorts and who came back, by each rule."""
    one, other = (
        render_json(report(store, stages=False, cities=False, retention=rule))
        for store in stores
    )
    assert one == other


@pytest.mark.parametrize("rank_by", ["conversion", "revenue"])
def test_ranks_are_equal(stores, rank_by):
    """Cities ranked by what is a fraction or an amount of money."""
    one, other = (render_json(report(store, stages=False, rank_by=rank_by)) for store in stores)
    assert one == other


def test_comparisons_are_equal_for_every_property(stores):
    """Steps by every user property, column of home, platform and system."""
    (info,) = stores[0].runs()
    properties = [field.name for field in info.run.stream.schema.user_properties]
    schema = info.run.stream.schema
    properties += [field.name for field in schema.home]
    properties += ["source", "campaign", "event_properties.quantity", "event_properties.price"]
    for by in ("city", "country", "language", "time_zone", "platform", "os_name", *properties):
        one, other = (render_json(report(store, cities=False, by=by)) for store in stores)
        assert one == other, by


def test_views_are_equal(stores):
    """The views of people, sessions, stages and cities have the same rows."""
    (info,) = stores[0].runs()
    for view, columns in _VIEWS.items():
        sql = f'SELECT {columns} FROM "{info.scenario}".{view} ORDER BY {columns}'
        one, other = (_texts(store.query(sql)) for store in stores)
        assert sorted(one) == sorted(other), view


_VIEWS = {
    "users": "person, user_id, stage",
    "sessions": "person, session_id, events, platform, revenue",
    "stages": "person, position, at_start",
    "cities": "city, people, active, sessions, events, converted, revenue",
}


def _texts(rows):
    return [tuple(str(value) for value in row) for row in rows]
