"""Journeys as flow charts: a graph of a scenario, a layout by a library, drawn as SVG, PNG, HTML, Mermaid or DOT."""

from footfall.diagram.build import journey_graph
from footfall.diagram.draw import FORMATS, Drawing, draw
from footfall.diagram.graph import Graph

__all__ = ["FORMATS", "Drawing", "Graph", "draw", "journey_graph"]
