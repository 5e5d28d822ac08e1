"""A page of diagrams: one HTML file without a script, with links to each journey."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.diagrams.graph import Graph
from footfall.diagrams.layout import Layout
from footfall.diagrams.print_columns import lay_out_for_print
from footfall.diagrams.svg import render_svg, svg_style
from footfall.html import Markup, document, element

_STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1d2330;--muted:#5a6274;--rule:#dfe3ea}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171d;--ink:#eceff4;--muted:#a9b1c0;--rule:#313846}}
body{margin:0 auto;max-width:75rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:16px/1.5 Helvetica,Arial,sans-serif}
h1{margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:var(--muted)}nav a{margin-right:1rem;color:inherit}
section{border-top:1px solid var(--rule);padding-top:1rem;margin-top:1.5rem}
svg{max-width:100%;height:auto;display:block;margin:auto}
@page{margin:10mm}@page wide{size:landscape;margin:10mm}
@media print{body{padding:0;max-width:none}nav{display:none}section{break-before:page;border:0;padding:0;margin:0}
section:first-of-type{break-before:avoid}section.wide{page:wide}svg{max-height:99vh}.wide svg{max-height:68vh}}
"""

PAGE_PX = 690.0
"""Width of an A4 page within its margins, less those of a picture."""


def render_page(layouts: Sequence[Layout], title: str, about: str) -> str:
    """Return a page with one section per journey."""
    links = [
        element("a", layout.graph.name, " ", href=f"#j{n}") for n, layout in enumerate(layouts)
    ]
    return document(
        title,
        element("h1", title),
        element("p", about),
        element("nav", links),
        [_section(n, layout) for n, layout in enumerate(layouts)],
        style=_STYLE + PICTURE_STYLE,
    )


PICTURE_STYLE = svg_style()
"""Belongs into the style of a page with pictures, once for all of them."""


def picture(graph: Graph) -> Markup:
    """Return a graph as an element of a page that has `PICTURE_STYLE`.

    Raises:
        MissingExtraError: The package pygraphviz is not installed.
    """
    return _picture(lay_out_for_print(graph))


def _picture(layout: Layout) -> Markup:
    return render_svg([layout], layout.graph.name, style="")


def _section(number: int, layout: Layout) -> Markup:
    """Return a journey; one that is wider than high and than a page is printed across."""
    is_wide = layout.width > max(layout.height, PAGE_PX)
    return element(
        "section", _picture(layout), id=f"j{number}", class_="wide" if is_wide else ""
    )
