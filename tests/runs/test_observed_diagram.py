"""What a run has shown stands beside what was asked."""

from collections import UserDict
from pathlib import Path

import pytest

import footfall as package
from footfall.diagrams import journey_graph
from footfall.execution.setup import load_scenario
from footfall.reports.asked_and_got import Tally
from footfall.store import open_store
from tests.commands import footfall

HALF = Tally(200, 200 << 31, 90, 50 << 32)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """One file that holds a run of each shipped scenario, and a folder with one of the shop alone."""
    folder = tmp_path_factory.mktemp("stores")
    both, shop = folder / "both.duckdb", folder / "shop"
    package.run("ecommerce", to=f"parquet:{shop}", people=150)
    for name in ("ecommerce", "online-school"):
        package.run(name, to=f"duckdb:{both}", people=150)
    return both, shop


class Asked(UserDict):
    """Tallies that remember which of them was looked at."""

    def __init__(self, tallies):
        super().__init__(tallies)
        self.found = set()

    def get(self, key, default=None):
        self.found |= {key} & set(self.data)
        return super().get(key, default)


@pytest.mark.parametrize("name", ["ecommerce", "online-school"])
def test_every_decision_is_shown(name, stores):
    """Each decision that a run tells of finds its arrow: addresses mean the same in both."""
    with open_store(stores[0]) as store:
        run = next(info.id for info in store.runs() if info.scenario == name.replace("-", "_"))
        tallies = {
            (address, option): Tally(*counts)
            for (address, option), counts in store.tallies(run).decisions.items()
            # What people are drawn to be stands in no journey.
            if not address.startswith("people/")
        }
    observed, scenario = Asked(tallies), load_scenario(name, {})
    graphs = [
        journey_graph(scenario, journey.name, observed=observed)
        for journey in scenario.journeys
    ]
    assert observed.found == set(tallies)
    assert sum(bool(edge.seen) for graph in graphs for edge in graph.edges) == len(tallies)


def test_asked_and_got():
    """An arrow says the mean chance after effects and the share that took it; the counts are told on pointing at it."""
    scenario = load_scenario("ecommerce", {})
    graph = journey_graph(
        scenario, "checkout", observed={("checkout/completes address", "yes"): HALF}
    )
    (edge,) = [edge for edge in graph.edges if edge.seen]
    assert edge.label == ("completes address", "84%")
    assert edge.seen == "asked 50% · got 45%"
    assert edge.about == "84% · 90 of 200 times"


def test_a_chance_is_not_said_twice():
    """Where what was asked is what the file says, it stands there once."""
    tally = Tally(100, 84 * (1 << 32), 80, 13 * (1 << 32))
    graph = journey_graph(
        load_scenario("ecommerce", {}),
        "checkout",
        observed={("checkout/completes address", "yes"): tally},
    )
    (edge,) = [edge for edge in graph.edges if edge.seen]
    assert (edge.label, edge.seen) == (("completes address",), "asked 84% · got 80%")


def test_never_reached():
    """A decision that nobody came to has no share."""
    scenario = load_scenario("ecommerce", {})
    graph = journey_graph(
        scenario, "checkout", observed={("checkout/payment", "paid"): Tally(0, 0, 0, 0)}
    )
    assert [edge.seen for edge in graph.edges if edge.seen] == ["never reached"]


@pytest.mark.parametrize("form", ["svg", "html", "mmd", "dot"])
def test_every_format_says_it(stores, form, tmp_path):
    """All formats show the shares of a run, from a file and from a folder."""
    target = tmp_path / f"checkout.{form}"
    for store in stores:
        said = footfall(
            "diagram", "ecommerce", "--with", store, "--journey", "visit", "--to", target
        )
        assert (said.code, said.out) == (0, "")
        assert "visit of ecommerce, beside run " in said.err
        assert "got " in target.read_text()


def test_a_scenario_that_has_changed(tmp_path, monkeypatch):
    """Where a decision of the run is called otherwise now, it is told that its share has no place."""
    monkeypatch.chdir(tmp_path)
    footfall("new", "shop.yaml")
    footfall("run", "shop.yaml", "--people", 60, "--quiet", "--to", "duckdb:s.duckdb")
    drawn = footfall("diagram", "shop.yaml", "--with", "s.duckdb", "--to", "x.mmd")
    assert "note:" not in drawn.err
    changed = Path("shop.yaml").read_text().replace("wants it", "wishes it")
    Path("shop.yaml").write_text(changed)
    drawn = footfall("diagram", "shop.yaml", "--with", "s.duckdb", "--to", "x.mmd")
    assert drawn.code == 0
    assert (
        "note: 2 options of the run are not in this scenario: it has changed since\n"
        in drawn.err
    )


def test_a_run_is_chosen(stores, tmp_path):
    """`--run` takes the beginning of an id; of several scenarios in a store, the drawn one's run is taken."""
    with open_store(stores[0]) as store:
        ids = {info.scenario: info.id for info in store.runs()}
    target = str(tmp_path / "x.mmd")
    said = footfall(
        "diagram",
        "ecommerce",
        "--with",
        stores[0],
        "--run",
        ids["ecommerce"][:6],
        "--to",
        target,
    )
    assert (said.code, ids["ecommerce"] in said.err) == (0, True)
    said = footfall(
        "diagram",
        "ecommerce",
        "--with",
        stores[0],
        "--run",
        ids["online_school"],
        "--to",
        target,
    )
    assert said.code == 2
    assert f'holds no run of ecommerce that begins with "{ids["online_school"]}"' in said.err


def test_a_store_without_such_a_run(stores, tmp_path):
    """It is told which runs the store holds; nothing is written."""
    target = tmp_path / "x.svg"
    said = footfall("diagram", "online-school", "--with", stores[1], "--to", target)
    assert (said.code, target.exists()) == (2, False)
    assert "shop holds no run of online_school\n  " in said.err
    assert "  ecommerce, seed 1, complete" in said.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--with", "nowhere.duckdb"], "nowhere.duckdb does not exist"),
        (["--with", Path(__file__)], Path(__file__).name),
        (["--run", "abc"], "hint: --with STORE says where the run is"),
    ],
)
def test_mistakes(args, told, tmp_path):
    """A store that is none, and a run without a store, are the user's mistakes."""
    said = footfall("diagram", "ecommerce", *args, "--to", tmp_path / "x.svg")
    assert said.code in (1, 2)
    assert told in said.err
    assert "should not have happened" not in said.err
