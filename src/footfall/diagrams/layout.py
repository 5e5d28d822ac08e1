"""Places of boxes and arrows by Graphviz, which no text of a user reaches.

pygraphviz brings it along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from footfall.diagrams.graph import Graph, GraphEdge, GraphNode
from footfall.diagrams.metrics import Box, edge_box, node_box
from footfall.errors import MissingExtraError

# Graphviz takes sizes in inches and answers in points; a point of its is a px of ours.
_POINTS_PER_INCH = 72.0
_SETTINGS = 'rankdir=TB nodesep="0.2" ranksep="0.2" splines=spline ordering=""'

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A box in its place; x and y are its middle, in px, y downwards."""

    node: GraphNode
    box: Box
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An arrow in its place.

    Args:
        points: Start and control points of cubic Bézier curves: 1 + 3 n points.
        tip: Where the arrow's head ends.
        at: Middle of the label.
    """

    edge: GraphEdge
    box: Box
    points: tuple[Point, ...]
    tip: Point
    at: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph whose boxes and arrows have places."""

    graph: Graph
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    width: float
    height: float


def lay_out(graph: Graph) -> Layout:
    """Place a graph.

    Raises:
        MissingExtraError: The package pygraphviz is not installed.
    """
    boxes = [node_box(node) for node in graph.nodes]
    labels = [edge_box(edge) for edge in graph.edges]
    found = _graphviz(_source(graph, boxes, labels))
    width, height = (float(v) for v in found["bb"].split(",")[2:])
    nodes = [
        _node(node, boxes[n], found["objects"][n], height) for n, node in enumerate(graph.nodes)
    ]
    edges = [
        _edge(edge, labels[n], found["edges"][n], height) for n, edge in enumerate(graph.edges)
    ]
    return Layout(graph, tuple(nodes), tuple(edges), width, height)


def _source(graph: Graph, boxes: list[Box], labels: list[Box]) -> str:
    # Boxes of a size, without their text: what a user wrote never reaches Graphviz, whose language has escapes, HTML
    # labels and file names. Nor do its fonts matter, which differ from machine to machine.
    nodes = [f"n{n} [{_inches(box)}]" for n, box in enumerate(boxes)]
    edges = [_edge_source(edge, box) for edge, box in zip(graph.edges, labels, strict=True)]
    head = f'graph [{_SETTINGS}] node [shape=box fixedsize=true label=""] edge [arrowsize=0.7]'
    return "digraph {" + "\n".join([head, *nodes, *edges]) + "}"


def _inches(box: Box) -> str:
    return f'width="{box.width / _POINTS_PER_INCH:.4f}" height="{box.height / _POINTS_PER_INCH:.4f}"'


def _edge_source(edge: GraphEdge, box: Box) -> str:
    size = f'WIDTH="{box.width:.0f}" HEIGHT="{box.height:.0f}"'
    table = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" {size}><TR><TD></TD></TR></TABLE>>'
    # What has weight is drawn straight: the way that people are meant to go, before the ways around it.
    weight = {"plain": 4, "maybe": 3, "drop": 1, "loop": 1}[edge.kind]
    # A way back is laid out as a way down with its tip at the other end: a cycle would turn the journey upside down.
    label = f" label={table}" if box.lines else ""
    ends = (
        (edge.target, edge.source, " dir=back")
        if edge.kind == "loop"
        else (edge.source, edge.target, "")
    )
    return f"n{ends[0]} -> n{ends[1]} [weight={weight}{label}{ends[2]}]"


def _graphviz(source: str) -> Any:
    try:
        import pygraphviz
    except ModuleNotFoundError:
        raise MissingExtraError("pygraphviz", "diagrams", "laying out a diagram") from None
    drawn = pygraphviz.AGraph(string=source).draw(format="json", prog="dot")
    return json.loads(drawn)


def _node(node: GraphNode, box: Box, found: Any, height: float) -> PlacedNode:
    x, y = (float(v) for v in found["pos"].split(","))
    # Graphviz counts upwards from the bottom, SVG downwards from the top.
    return PlacedNode(node, box, x, height - y)


def _edge(edge: GraphEdge, box: Box, found: Any, height: float) -> PlacedEdge:
    tips: dict[str, Point] = {}
    points: list[Point] = []
    for part in found["pos"].split():
        *which, x, y = part.split(",")
        point = (float(x), height - float(y))
        if which:
            tips[which[0]] = point
        else:
            points.append(point)
    # "s," marks the tip of an arrow that was laid out backwards; from here on it runs as people go.
    if "s" in tips:
        points.reverse()
    tip = tips.get("s") or tips.get("e") or points[-1]
    at = tuple(float(v) for v in found["lp"].split(",")) if "lp" in found else (0.0, 0.0)
    return PlacedEdge(edge, box, tuple(points), tip, (at[0], height - at[1]))
