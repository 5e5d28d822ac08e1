"""Draws graphs in the format that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from footfall.diagrams.colours import Theme
from footfall.diagrams.graph import Graph
from footfall.diagrams.page import render_page
from footfall.diagrams.png import render_png
from footfall.diagrams.print_columns import lay_out_for_print
from footfall.diagrams.svg import render_svg, svg_style
from footfall.diagrams.text_formats import render_dot, render_mermaid
from footfall.errors import UsageError, shown

FORMATS = ("svg", "png", "html", "mmd", "dot")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Graphs to draw, and how.

    Args:
        graphs: At least one.
        title, about: For people.
        theme: Colours of SVG and PNG; None follows the reader in SVG and is light in PNG.
    """

    graphs: Sequence[Graph]
    title: str
    about: str = ""
    theme: Theme | None = None


def draw(drawing: Drawing, form: str) -> bytes:
    """Return a drawing as the content of a file.

    Args:
        form: One of `FORMATS`.

    Raises:
        UsageError: There is no such format.
        MissingExtraError: A package that the format needs is not installed.
    """
    if form not in FORMATS:
        raise UsageError(f"{shown(form)} is no format\n  accepted: {', '.join(FORMATS)}")
    if form == "mmd":
        return render_mermaid(drawing.graphs).encode()
    if form == "dot":
        return render_dot(drawing.graphs).encode()
    layouts = [lay_out_for_print(graph) for graph in drawing.graphs]
    if form == "html":
        return render_page(layouts, drawing.title, drawing.about).encode()
    if form == "svg":
        return render_svg(layouts, drawing.title, svg_style(drawing.theme)).encode()
    svg = render_svg(layouts, drawing.title, svg_style(drawing.theme or "light"))
    # The size stands in the picture itself; asking for it again would lay it out a second time.
    sides = [float(v) for v in svg.partition('viewBox="0 0 ')[2].partition('"')[0].split()]
    return render_png(svg, max(sides))
