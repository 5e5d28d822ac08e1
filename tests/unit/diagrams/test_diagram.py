"""Journeys as flow charts: every format, what stands on arrows, names that are markup, mistakes."""

import itertools
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from footfall.diagrams import Drawing, Graph, draw, journey_graph
from footfall.diagrams.graph import GraphEdge, GraphNode
from footfall.diagrams.print_columns import lay_out_for_print
from footfall.execution.setup import load_scenario

HOSTILE = "<img src=x onerror=alert(1)>"
SHIPPED = ["ecommerce", "online-school"]
TUTORIAL = str(Path(__file__).parents[3] / "docs/tutorial/food_delivery.yaml")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def journeys(name: str) -> list[Graph]:
    scenario = load_scenario(name, {})
    return [journey_graph(scenario, journey.name) for journey in scenario.journeys]


def hostile(text: str = HOSTILE) -> Drawing:
    """A drawing in which every text is one that must not be taken for markup."""
    nodes = [
        GraphNode(0, "start", text, about=text),
        GraphNode(
            1,
            "event",
            text,
            (text, "{" + text + "}"),
            (text,),
            stage=0,
            enters=text,
            about=text,
        ),
        GraphNode(2, "test", text),
    ]
    edges = [GraphEdge(0, 1, (text,), about=text), GraphEdge(1, 2, (text,), "maybe", text)]
    return Drawing([Graph(text, text, (text,), nodes, edges)], text, text)


class Tags(HTMLParser):
    """The names of a page's elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.found |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_scenario_gives_the_same_picture(name):
    """A picture that is kept in a repository changes only with its scenario."""
    assert draw(Drawing(journeys(name), "t"), "svg") == draw(
        Drawing(journeys(name), "t"), "svg"
    )


@pytest.mark.parametrize(
    "graph", [g for name in SHIPPED for g in journeys(name)], ids=lambda g: g.name
)
def test_boxes_do_not_overlap(graph):
    """No box covers another, and all are within the picture."""
    layout = lay_out_for_print(graph)
    for one, other in itertools.combinations(layout.nodes, 2):
        apart_x = abs(one.x - other.x) >= (one.box.width + other.box.width) / 2 - 0.5
        apart_y = abs(one.y - other.y) >= (one.box.height + other.box.height) / 2 - 0.5
        assert apart_x or apart_y, (one.node.title, other.node.title)
    assert all(
        n.box.width / 2 - 1 <= n.x <= layout.width - n.box.width / 2 + 1 for n in layout.nodes
    )


def test_chances_stand_on_arrows():
    """Of ecommerce's checkouts 16 in 100 leave at the address, drawn as a drop-off; the rest goes on."""
    checkout = next(g for g in journeys("ecommerce") if g.name == "checkout")
    labels = {(edge.kind, edge.label) for edge in checkout.edges}
    assert ("drop", ("16%",)) in labels
    assert ("plain", ("completes address", "84%")) in labels
    assert ("loop", ("tries again, at most 2 ×", "after about 25 s * pace")) in labels
    assert ("maybe", ("tries coupon", "14%")) in labels
    assert checkout.nodes[checkout.edges[0].target].notes[-1] == "{discount = 0}"


def test_every_box_is_reached():
    """From the start there is a way to each box."""
    for graph in [g for name in SHIPPED for g in journeys(name)]:
        reached = {0}
        for _ in graph.nodes:
            reached |= {edge.target for edge in graph.edges if edge.source in reached}
        assert reached == {node.number for node in graph.nodes}, graph.name


@pytest.mark.parametrize(
    ("name", "journey", "target"),
    [
        ("ecommerce", "checkout", "pays otherwise"),
        ("online-school", "pay", "bank_card_data_entry"),
        (TUTORIAL, "order", "card"),
    ],
)
def test_a_retry_leads_to_its_target(name, journey, target):
    """The arrow back ends at the step that `retry` names, not at what stands before it."""
    graph = next(g for g in journeys(name) if g.name == journey)
    (back,) = [edge for edge in graph.edges if "tries again, at most" in " ".join(edge.label)]
    assert target in (graph.nodes[back.target].title, *graph.nodes[back.target].notes)


def test_svg_escapes_names():
    """A name that is markup is drawn as text: the file holds no element but the shapes it is drawn with."""
    tree = ET.fromstring(draw(hostile(), "svg"))
    known = {"svg", "title", "style", "rect", "g", "text", "path"}
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} == known
    assert any("<img" in (element.text or "") for element in tree.iter())


def test_html_escapes_names():
    """No element and no attribute of the page comes from a name, and it has no script."""
    tags = Tags()
    tags.feed(draw(hostile(), "html").decode())
    assert tags.found.isdisjoint({"img", "script", "onerror", "src"})


def test_mermaid_escapes_names():
    """Mermaid shows the characters and takes none of them for HTML or for its own syntax."""
    text = draw(hostile(), "mmd").decode().replace("<br/>", "")
    assert "<" not in text
    assert "#60;img" in text
    assert '"]' not in draw(hostile('x"]'), "mmd").decode().replace('x#34;#93;"', "").replace(
        '"]', "", 2
    )


def test_dot_escapes_names():
    """Graphviz reads the names as they are; quotes and backslashes do not end them."""
    import pygraphviz

    for text in (HOSTILE, 'a" shape=none b="', "ends in \\", "<b>x</b>"):
        read = pygraphviz.AGraph(string=draw(hostile(text), "dot").decode())
        assert sorted(read.nodes()) == ["g0n0", "g0n1", "g0n2"]
        written = text.replace("\\", "\\\\")
        assert read.get_node("g0n0").attr["label"].replace('\\"', '"') == written
