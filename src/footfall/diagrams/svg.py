"""Placed graphs as SVG, which follows the reader's light or dark and runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footfall.diagrams.colours import PALETTES, Theme, rules, stage_class
from footfall.diagrams.layout import Layout, PlacedEdge, PlacedNode
from footfall.diagrams.metrics import LABEL_PX, LINE, NOTE_PX, TITLE_PX, Box, text_width, wrap
from footfall.html import Markup, escape

FONT = (
    "Helvetica, Arial, 'Liberation Sans', Arimo, 'Nimbus Sans', FreeSans, "
    "'DejaVu Sans Condensed', sans-serif"
)
"""Fonts as wide as texts are measured; the last but one is what a plain Linux has, whose DejaVu Sans is too wide."""
MARGIN, GAP = 14.0, 40.0
HEAD_PX, HEAD_ROOM = 17.0, 30.0
_SHAPES = (
    f"text{{font-family:{FONT};text-anchor:middle;dominant-baseline:auto}}"
    f".ff-title{{font-size:{TITLE_PX}px;font-weight:600}}.ff-label,.ff-seen{{font-size:{LABEL_PX}px}}"
    f".ff-note,.ff-state,.ff-property,.ff-enters{{font-size:{NOTE_PX}px}}"
    ".ff-seen,.ff-enters{font-weight:600}.ff-property{font-style:italic}"
    f".ff-head{{font-size:{HEAD_PX}px;font-weight:700;text-anchor:start}}"
    f".ff-about{{font-size:{NOTE_PX}px;text-anchor:start}}"
    ".ff-box{stroke-width:1.3}.ff-box.enters{stroke-width:2.6}.ff-box.dashed{stroke-dasharray:5 3}"
    ".ff-box.state,.ff-box.wait{stroke-dasharray:1.5 2.5}"
    ".ff-edge{fill:none;stroke-width:1.3}.ff-edge.maybe,.ff-edge.loop{stroke-dasharray:5 3}"
    ".ff-halo{fill-opacity:.82}"
)


def render_svg(layouts: Sequence[Layout], title: str, style: str) -> Markup:
    """Return one or several graphs as one SVG document.

    Args:
        style: What `svg_style` returns; empty where the page that the picture stands on has it.
    """
    places, width, height = _shelves(layouts)
    legend, room = _legend(layouts, width)
    below = f'<g transform="translate(0 {height:.1f})">'
    height += room
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(title)}</title>" + (f"<style>{style}</style>" if style else ""),
        f'<rect class="ff-paper" width="{width:.0f}" height="{height:.0f}"/>',
        *(_placed(layout, x, y) for layout, (x, y) in zip(layouts, places, strict=True)),
        below,
        *legend,
        "</g>",
        "</svg>\n",
    ]
    return Markup("\n".join(parts))


def picture_size(layout: Layout) -> tuple[float, float]:
    """Return width and height of the picture of one graph, with its title and legend, in px."""
    _, width, height = _shelves([layout])
    return width, height + _legend([layout], width)[1]


def svg_style(theme: Theme | None = None) -> str:
    """Return the style of pictures.

    Args:
        theme: Which colours; None follows the reader's system (`prefers-color-scheme`).
    """
    if theme is not None:
        return _SHAPES + rules(PALETTES[theme])
    dark = rules(PALETTES["dark"])
    # On paper the light colours stay: `screen` alone turns dark.
    colours = (
        f"{rules(PALETTES['light'])}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    )
    return _SHAPES + colours


def _size(layout: Layout) -> tuple[float, float]:
    head = text_width(layout.graph.name, HEAD_PX) * 1.1
    about = max((text_width(line, NOTE_PX) for line in _about(layout)), default=0)
    return max(layout.width, head, about), layout.height + _head_room(layout)


def _about(layout: Layout) -> list[str]:
    return (
        wrap(layout.graph.about, NOTE_PX, max(layout.width, 260), 3)
        if layout.graph.about
        else []
    )


def _head_room(layout: Layout) -> float:
    return HEAD_ROOM + len(_about(layout)) * NOTE_PX * LINE


def _shelves(layouts: Sequence[Layout]) -> tuple[list[tuple[float, float]], float, float]:
    """Put pictures side by side in rows of one width, as many as fit."""
    sizes = [_size(layout) for layout in layouts]
    # A row as wide as gives a whole of about 4:3, but never narrower than the widest picture.
    area = sum((w + GAP) * (h + GAP) for w, h in sizes)
    row_width = max(*(w for w, _ in sizes), (area * 1.35) ** 0.5)
    x, y, row, right = MARGIN, MARGIN, 0.0, 0.0
    places = []
    for w, h in sizes:
        if x > MARGIN and x + w > MARGIN + row_width:
            x, y, row = MARGIN, y + row + GAP, 0.0
        places.append((x, y))
        x, row, right = x + w + GAP, max(row, h), max(right, x + w)
    return places, max(right + MARGIN, 330.0), y + row + MARGIN


def _placed(layout: Layout, x: float, y: float) -> str:
    about = _about(layout)
    top = _head_room(layout)
    lines = [f'<text class="ff-head" y="{HEAD_PX:.0f}">{escape(layout.graph.name)}</text>']
    lines += [
        f'<text class="ff-about" y="{HEAD_PX + 3 + (n + 1) * NOTE_PX * LINE:.1f}">{escape(line)}</text>'
        for n, line in enumerate(about)
    ]
    indent = (_size(layout)[0] - layout.width) / 2 if layout.width < 260 else 0.0
    return "\n".join(
        [
            f'<g transform="translate({x:.1f} {y:.1f})">',
            *lines,
            f'<g transform="translate({min(indent, 60.0):.1f} {top:.1f})">',
            # What comes later lies above: boxes over the ends of arrows, labels over both.
            *map(_path, layout.edges),
            *map(_node, layout.nodes),
            *map(_label, layout.edges),
            "</g></g>",
        ]
    )


# --- arrows ----------------------------------------------------------------------------------------------------------


def _path(placed: PlacedEdge) -> str:
    points = placed.points
    curve = f"M{_xy(points[0])}C" + " ".join(_xy(p) for p in points[1:])
    end, tip = points[-1], placed.tip
    dx, dy = tip[0] - end[0], tip[1] - end[1]
    # A tip of 6.4 px at its base; no length where Graphviz gave an arrow none.
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    side = (-dy / length * 3.2, dx / length * 3.2)
    head = f"M{_xy(tip)}L{end[0] + side[0]:.1f} {end[1] + side[1]:.1f}L{end[0] - side[0]:.1f} {end[1] - side[1]:.1f}Z"
    kind = placed.edge.kind
    return f'<path class="ff-edge {kind}" d="{curve}"/><path class="ff-tip {kind}" d="{head}"/>'


def _xy(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _label(placed: PlacedEdge) -> str:
    box = placed.box
    if not box.lines:
        return ""
    x, y = placed.at
    top, left = y - box.height / 2, x - box.width / 2 + 4
    about = f"<title>{escape(placed.edge.about)}</title>" if placed.edge.about else ""
    size = f'width="{box.width - 8:.1f}" height="{box.height:.1f}"'
    halo = f'<rect class="ff-halo" x="{left:.1f}" y="{top:.1f}" {size} rx="3"/>'
    return f"<g>{about}{halo}{''.join(_texts(box, x, top + 2, placed.edge.kind))}</g>"


def _texts(box: Box, x: float, top: float, extra: str) -> Iterator[str]:
    y = top
    for line in box.lines:
        y += line.px * LINE
        yield f'<text class="ff-{line.role} {extra}" x="{x:.1f}" y="{y - line.px * 0.3:.1f}">{escape(line.text)}</text>'


# --- boxes -----------------------------------------------------------------------------------------------------------


def _node(placed: PlacedNode) -> str:
    node, box = placed.node, placed.box
    stage = stage_class(node.stage) if node.stage is not None else ""
    classes = [
        "ff-box",
        node.kind,
        stage,
        "enters" if node.enters else "",
        "dashed" if _is_dashed(placed) else "",
    ]
    shape = _outline(placed, " ".join(filter(None, classes)))
    about = f"<title>{escape(node.about)}</title>" if node.about else ""
    height = sum(line.px * LINE for line in box.lines)
    texts = _texts(box, placed.x, placed.y - height / 2, f"{node.kind} {stage}".strip())
    return f"<g>{about}{shape}{''.join(texts)}</g>"


def _is_dashed(placed: PlacedNode) -> bool:
    return placed.node.is_optional and placed.node.kind in ("event", "journey", "later")


def _outline(placed: PlacedNode, classes: str) -> str:
    kind, box, x, y = placed.node.kind, placed.box, placed.x, placed.y
    w, h = box.width, box.height
    left, top = x - w / 2, y - h / 2
    if kind in ("choice", "test"):
        cut = min(9.0, w / 2) if placed.node.title else w / 2
        points = [
            (left, y),
            (left + cut, top),
            (x + w / 2 - cut, top),
            (x + w / 2, y),
            (x + w / 2 - cut, top + h),
            (left + cut, top + h),
        ]
        return f'<path class="{classes}" d="M{"L".join(_xy(p) for p in points)}Z"/>'
    radius = {
        "start": h / 2,
        "end": h / 2,
        "leave": h / 2,
        "wait": 9.0,
        "loop": h / 2,
        "link": h / 2,
    }.get(kind, 5.0)
    rect = f'<rect class="{classes}" x="{left:.1f}" y="{top:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{radius:.1f}"/>'
    if kind in ("journey", "later"):
        bars = f"M{left + 5:.1f} {top:.1f}v{h:.1f}M{left + w - 5:.1f} {top:.1f}v{h:.1f}"
        return f'{rect}<path class="{classes}" d="{bars}"/>'
    return rect


# --- the legend ------------------------------------------------------------------------------------------------------


def _legend(layouts: Sequence[Layout], width: float) -> tuple[list[str], float]:
    """Return the legend of colours and lines, from y = 0 downwards, and its height."""
    x, y, parts = MARGIN, 6.0, []
    for number, stage in enumerate(layouts[0].graph.stages):
        size = text_width(stage, NOTE_PX) + 30
        if x > MARGIN and x + size > width - MARGIN:
            x, y = MARGIN, y + 18
        parts.append(_swatch(x, y, stage_class(number), stage))
        x += size
    note = "colour: stage reached there at least · bold: takes people to it · dashed: optional · red: leaves"
    note += " · {…}: state changes"
    if any(placed.node.kind == "link" for layout in layouts for placed in layout.nodes):
        note += " · number: goes on at the same one"
    if any(layout.graph.has_observed for layout in layouts):
        note += " · green: what a run has shown"
    for line in wrap(note, NOTE_PX, width - 2 * MARGIN):
        parts.append(
            f'<text class="ff-about" x="{MARGIN}" y="{y + 27:.1f}">{escape(line)}</text>'
        )
        y += NOTE_PX * LINE
    return parts, y + 30


def _swatch(x: float, y: float, name: str, text: str) -> str:
    box = f'<rect class="ff-box {name}" x="{x:.1f}" y="{y:.1f}" width="14" height="11" rx="3"/>'
    return (
        f'{box}<text class="ff-about" x="{x + 19:.1f}" y="{y + 9.5:.1f}">{escape(text)}</text>'
    )
