"""Charts as parts of a page, drawn as SVG that follows the page's colours.

SVG rather than a script: the page then needs none, prints as it looks, and turns dark with the reader's system, since
colours are CSS variables. Each chart is drawn twice, for a wide screen and a phone, so that letters keep their size.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from footfall.errors import MissingExtraError
from footfall.html import Markup, join
from footfall.reports.charts import NARROW, WIDE, Spec
from footfall.reports.section import Figure

_SVG = "http://www.w3.org/2000/svg"
_SHOWN_MARKS = frozenset({"bar", "point", "rule"})
"""Marks whose description becomes a tooltip.

Vega describes lines and areas as a whole, which the chart's title does already.
"""


def drawn(figure: Figure) -> Markup:
    """Return a chart as two SVG elements; the page's style shows the one that fits.

    Raises:
        MissingExtraError: The package that draws is not installed.
    """
    return join(
        *(
            _inline(_svg(figure.describe(width)), figure.title, f"{figure.name}-{kind}", kind)
            for kind, width in (("wide", WIDE), ("narrow", NARROW))
        )
    )


def _svg(spec: Spec) -> str:
    try:
        import vl_convert
    except ModuleNotFoundError:
        raise MissingExtraError("vl-convert-python", "charts", "drawing charts") from None
    # Vega-Lite can load data by an address: none is allowed, whatever a specification says.
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return svg


def _inline(svg: str, title: str, prefix: str, kind: str) -> Markup:
    """Return an SVG document as an element of a page, with tooltips and unique ids."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)  # noqa: S314 - drawn just above, from our own specification
    # The width stays as the largest one; the height follows from it by the page's style.
    root.attrib.pop("height")
    root.set("class", kind)
    for element in root.iter():
        _plain(element, prefix)
    root.set("role", "img")
    root.set("aria-label", title)
    return Markup(ET.tostring(root, encoding="unicode"))


def _plain(element: ET.Element, prefix: str) -> None:
    """Turn a mark's description into a tooltip, drop its roles, and make its id unique."""
    described = element.attrib.pop("aria-label", None)
    kind = element.attrib.pop("aria-roledescription", "")
    element.attrib.pop("role", None)
    element.attrib.pop("aria-hidden", None)
    if described and kind in _SHOWN_MARKS:
        ET.SubElement(element, f"{{{_SVG}}}title").text = described
    # Vega numbers its clips from 0 in every chart; on one page the second chart would borrow the first one's.
    if "id" in element.attrib:
        element.set("id", f"{prefix}-{element.get('id')}")
    for key, value in element.attrib.items():
        if "url(#" in value:
            element.set(key, value.replace("url(#", f"url(#{prefix}-"))
