"""What people choose from, and where they live, is in every store, to be queried and to group by."""

from decimal import Decimal
from pathlib import Path

import footfall
from footfall.reports import report
from footfall.reports.json_report import render_json
from footfall.store import open_store

SHOP = """\
footfall: 1
scenario: SCENARIO
calendar: {start: 2026-01-01, length: 5 days}
people: {count: 60, home: towns}
sessions: {properties: {source: {pick: {ads: 1, search: 2}}}}
properties: {bought: {value: what.name}, source: {value: source}}
catalogues:
  towns:
    columns: [city, country, time_zone, region, inhabitants, rent: money]
    rows: [[Oslo, NO, Europe/Oslo, east, 700000, 1500.50], [Bergen, NO, Europe/Oslo, west, 290000, 990]]
    weights: [2, 1]
  product: {columns: [run, name, PRICED, share: number], rows: [[1, Mug, 9.90, 0.25], [2, "Cup; small", 4, null]]}
  size: {rows: [small, large]}
stages: [visitor, viewer: {on: Viewed}, buyer: {on: Paid}]
events:
  Shop:
    Viewed: {properties: [source, bought]}
    Paid: {properties: [bought]}
journeys:
  life:
    carries: {what: product}
    steps:
      - pick: {what: {from: product}}
      - Viewed
      - go on: 60%
      - Paid: {after: about 20 s}
"""


def run(spec, name="shop", priced="price: money", **options):
    Path(f"{name}.yaml").write_text(
        SHOP.replace("SCENARIO", name).replace("PRICED", priced), encoding="utf-8"
    )
    return footfall.run(f"{name}.yaml", to=spec, **options).run.id


def test_catalogues_are_there(spec):
    """Each is a view of its rows, typed, of the latest run; `all_…` of all runs; in the main schema too."""
    first, last = run(spec), run(spec, seed=2)
    with open_store(spec) as store:
        table = store.arrow("SELECT * FROM shop.catalogue_product ORDER BY name DESC")
        # In a file called like its scenario, the main schema's view, with `scenario` first.
        own = [name for name in table.column_names if name != "scenario"]
        assert own == ["run", "run_", "name", "price", "share"]
        assert table.select(own).to_pylist() == [
            {"run": last, "run_": 1, "name": "Mug", "price": Decimal("9.90"), "share": 0.25},
            {"run": last, "run_": 2, "name": "Cup; small", "price": Decimal(4), "share": None},
        ]
        meta = store.meta
        for name in ("shop.all_catalogue_product", f"{meta}.all_catalogue_product"):
            assert {r for (r,) in store.query(f"SELECT run FROM {name}")} == {first, last}
        assert store.query(f"SELECT scenario, size FROM {meta}.catalogue_size ORDER BY 2") == [
            ("shop", "large"),
            ("shop", "small"),
        ]
        # Called like a view of ours, and neither hides the other.
        assert store.query("SELECT region FROM shop.catalogue_towns ORDER BY 1") == [
            ("east",),
            ("west",),
        ]


def test_a_later_version_has_other_catalogues(spec):
    """A column that becomes text is one in both; a catalogue that two scenarios have is in their schemas alone."""
    run(spec)
    run(spec, priced="price: text", seed=3)
    with open_store(spec) as store:
        prices = "SELECT DISTINCT price FROM shop.{0}catalogue_product ORDER BY 1"
        assert store.query(prices.format("")) == [("4",), ("9.90",)]
        assert {text for (text,) in store.query(prices.format("all_"))} >= {"4", "9.90"}
    other = run(spec, name="other")
    with open_store(spec) as store:
        assert store.query("SELECT DISTINCT run FROM other.catalogue_product") == [(other,)]
        assert not store.query(
            "SELECT 1 FROM information_schema.tables WHERE table_name = 'catalogue_product' "
            f"AND table_schema = '{store.meta}'"
        )


def test_homes_are_told_whole(spec):
    """What the home catalogue says of a place is in `users` and `arrivals`, and steps can be compared by it."""
    run(spec)
    with open_store(spec) as store:
        struct = store.dialect.has_structs
        for view in ("users", "arrivals"):
            member = "home.region" if struct else "home ->> 'region'"
            found = store.query(f"SELECT DISTINCT city, {member} FROM shop.{view} ORDER BY 1")
            assert found == [("Bergen", "west"), ("Oslo", "east")]
        if struct:
            kinds = store.query("SELECT DISTINCT typeof(home) FROM shop.users")
            assert kinds == [
                ("STRUCT(region VARCHAR, inhabitants BIGINT, rent DECIMAL(18,2))",)
            ]
        groups = {}
        for by in ("city", "region", "home.inhabitants", "rent"):
            made = report(store, by=by, cities=False).stages.comparison
            assert not made.is_of_visit
            groups[by] = [group.steps for group in made.groups]
        assert groups["city"] == groups["region"] == groups["home.inhabitants"]
        assert groups["city"] == groups["rent"]


def test_what_is_sent_brings_its_catalogues(spec):
    """`footfall send` into another store brings homes and catalogues along."""
    run(spec)
    footfall.send(spec, to="duckdb:copy.duckdb")
    with open_store(spec) as one, open_store("copy.duckdb") as other:
        products = "SELECT run, name, price FROM shop.catalogue_product ORDER BY name"
        assert one.query(products) == other.query(products)
        for by in ("region", "source", "bought"):
            assert render_json(report(one, by=by)) == render_json(report(other, by=by))


def test_a_view_that_users_have_built_stays(postgres):
    """PostgreSQL: a later run, with other columns, neither fails for a view of somebody nor takes it away."""
    url = postgres.create()
    run(url)
    with postgres.connect(url) as connection:
        connection.execute("CREATE VIEW mine AS SELECT name FROM shop.catalogue_product")
    run(url, priced="price: text", seed=3)
    with postgres.connect(url) as connection:
        assert len(connection.execute("SELECT name FROM mine").fetchall()) == 2
