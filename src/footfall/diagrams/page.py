"""A page of diagrams: one self-contained HTML file, a journey each, links between them, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from footfall.diagrams.layout import Layout
from footfall.diagrams.svg import render_svg

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
    links = " ".join(
        f'<a href="#j{n}">{escape(x.graph.name)}</a>' for n, x in enumerate(layouts)
    )
    sections = "".join(_section(n, layout) for n, layout in enumerate(layouts))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>{escape(about)}</p><nav>{links}</nav>{sections}</body></html>\n"
    )


def _section(number: int, layout: Layout) -> str:
    """Return a journey; one that is wider than high and than a page is printed across."""
    is_wide = layout.width > max(layout.height, PAGE_PX)
    kind = ' class="wide"' if is_wide else ""
    return f'<section id="j{number}"{kind}>{render_svg([layout], layout.graph.name)}</section>'
