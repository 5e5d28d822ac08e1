"""Long journeys are broken into columns: readable on a page, and nothing is lost."""

import re
from collections import Counter
from pathlib import Path

import pytest

from footfall.diagrams import Drawing, Graph, draw, journey_graph
from footfall.diagrams.graph import GraphEdge, GraphNode
from footfall.diagrams.layout import lay_out
from footfall.diagrams.print_columns import lay_out_for_print, printed_pt
from footfall.execution.setup import load_scenario

TUTORIAL = str(Path(__file__).parents[3] / "docs/tutorial/food_delivery.yaml")
NAMES = ["ecommerce", "online-school", "starter", TUTORIAL]
A4_PT = ((538.6, 785.2), (785.2, 538.6))  # less margins of 10 mm
SMALLEST_PX = 11.5


def graphs(name: str) -> list[Graph]:
    scenario = load_scenario(name, {})
    return [journey_graph(scenario, journey.name) for journey in scenario.journeys]


ALL = [graph for name in NAMES for graph in graphs(name)]


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.name)
def test_readable_on_a_page(graph):
    """Printed on A4, the smallest letters of each journey have 7 points or more; newspapers have 8."""
    box = re.search(rb'viewBox="0 0 (\d+) (\d+)"', draw(Drawing([graph], "t"), "svg"))
    width, height = map(int, box.groups())
    assert SMALLEST_PX * max(min(across / width, down / height) for across, down in A4_PT) >= 7


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.name)
def test_nothing_is_lost(graph):
    """Each box and label stands in the picture once; each number ends arrows in one column and begins in another."""
    layout = lay_out_for_print(graph)
    boxes = [placed.node for placed in layout.nodes if placed.node.kind != "link"]
    assert Counter((n.kind, n.title, n.notes) for n in boxes) == Counter(
        (n.kind, n.title, n.notes) for n in graph.nodes
    )
    labels = Counter(placed.edge.label for placed in layout.edges)
    assert +(labels - Counter([()] * 99)) == +(
        Counter(edge.label for edge in graph.edges) - Counter([()] * 99)
    )
    numbers = Counter(
        placed.node.title for placed in layout.nodes if placed.node.kind == "link"
    )
    assert numbers["1"] == 0 or min(numbers.values()) >= 2


def chain(length: int) -> Graph:
    nodes = [GraphNode(n, "event", f"step {n}", ("after 1 s",)) for n in range(length)]
    edges = [GraphEdge(n, n + 1) for n in range(length - 1)]
    return Graph(
        "long", "", ("all",), nodes, [*edges, GraphEdge(length - 2, 1, ("again",), "loop")]
    )


def test_columns_of_a_chain():
    """A chain goes on in the next column at the number where it ended; so does a way back into another column."""
    graph = chain(60)
    layout = lay_out_for_print(graph)
    links = [placed for placed in layout.nodes if placed.node.kind == "link"]
    assert Counter(placed.node.title for placed in links) == {"1": 2, "2": 2, "3": 2, "4": 2}
    assert printed_pt(layout) > 3 * printed_pt(lay_out(graph))
    (back,) = [placed.edge for placed in layout.edges if placed.edge.label == ("again",)]
    assert back.kind == "maybe"


def test_a_short_journey_stays_in_one_column():
    """What is readable as it is has no numbers."""
    assert {placed.node.kind for placed in lay_out_for_print(chain(5)).nodes} == {"event"}
