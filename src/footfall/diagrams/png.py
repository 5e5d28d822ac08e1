"""Turns an SVG into a PNG."""

from __future__ import annotations

from footfall.errors import MissingExtraError

SCALE = 2.0
MOST_PIXELS = 12_000.0
"""Per side: 12,000 × 12,000 pixels take 576 MB while they are drawn."""


def render_png(svg: str, size_px: float, scale: float = SCALE) -> bytes:
    """Return a picture of an SVG.

    Args:
        size_px: Its longer side; very large ones are drawn smaller, so that no side has more than 12,000 pixels.
        scale: Pixels of the picture per px of the SVG.

    Raises:
        MissingExtraError: The package vl-convert-python is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError:
        raise MissingExtraError("vl-convert-python", "diagrams", "writing a PNG") from None
    picture: bytes = vl_convert.svg_to_png(
        svg, scale=min(scale, MOST_PIXELS / max(size_px, 1.0))
    )
    return picture
