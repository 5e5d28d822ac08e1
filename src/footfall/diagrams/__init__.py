"""Journeys as flow charts: scenario → graph → layout → SVG, PNG, HTML, Mermaid or DOT."""

from footfall.diagrams.drawing import FORMATS, Drawing, draw
from footfall.diagrams.graph import Graph
from footfall.diagrams.graph_builder import journey_graph
from footfall.diagrams.page import PICTURE_STYLE, picture

__all__ = [
    "FORMATS",
    "PICTURE_STYLE",
    "Drawing",
    "Graph",
    "draw",
    "journey_graph",
    "picture",
]
