"""Sizes of boxes for their texts, without a font: widths of letters, wrapping, padding."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from footfall.diagrams.graph import GraphEdge, GraphNode

TITLE_PX, NOTE_PX, LABEL_PX = 13.0, 11.5, 11.5
LINE = 1.2
"""Height of a line, as a multiple of its letters' size."""
BOLD = 1.07
"""How much wider bold letters are."""
PAD_X, PAD_Y = 10.0, 6.0
MOST_NOTE_PX = 212.0
MOST_LABEL_PX = 146.0
"""Widths at which texts are wrapped.

A label takes its room from the arrows beside it, so it gets less.
"""
MOST_LINES = 4

# Widths of Helvetica and Arial as shares of the letter's size, in classes; other fonts of the list are as wide or
# narrower. No font is read: the boxes would depend on the machine, and the same scenario has to give the same picture.
_NARROW, _MIDDLE, _WIDE = "ijl.,:;|!'`", 'frt()[]{}-/\\" I', "mwMW@%→…"


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in a box."""

    text: str
    px: float
    role: str


@dataclass(frozen=True, slots=True)
class Box:
    """A text block that is measured."""

    lines: tuple[TextLine, ...]
    width: float
    height: float


def text_width(text: str, px: float) -> float:
    """Return how wide a text is drawn, in px, a little on the generous side."""
    # 4 % more, since a text that leaves its box is worse than one with room to spare.
    return sum(map(_letter, text)) * px * 1.04


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 0.27
    if letter in _MIDDLE:
        return 0.36
    if letter in _WIDE:
        return 0.87
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.69 if letter.isupper() else 0.56


def wrap(text: str, px: float, most: float, lines: int = MOST_LINES) -> list[str]:
    """Break a text into lines of at most `most` px.

    What does not fit into `lines` of them ends in an ellipsis.
    """
    found: list[str] = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if text_width(longer, px) <= most or not found[-1]:
            found[-1] = longer
        else:
            found.append(word)
    cut = [_fit(line, px, most) for line in found]
    return (
        cut if len(cut) <= lines else [*cut[: lines - 1], _fit(cut[lines - 1] + " …", px, most)]
    )


def _fit(text: str, px: float, most: float) -> str:
    while text_width(text, px) > most and len(text) > 2:
        text = text[:-2] + "…"
    return text


def node_box(node: GraphNode) -> Box:
    """Return the text of a box and the size that it needs."""
    lines = [TextLine(t, TITLE_PX, "title") for t in _title(node)]
    lines += [
        TextLine(t, NOTE_PX, "enters") for t in ([f"→ {node.enters}"] if node.enters else [])
    ]
    for note in node.notes:
        role = "state" if note.startswith("{") else "note"
        lines += [TextLine(t, NOTE_PX, role) for t in wrap(note, NOTE_PX, MOST_NOTE_PX)]
    names = ", ".join(node.properties)
    lines += [
        TextLine(t, NOTE_PX, "property")
        for t in (wrap(names, NOTE_PX, MOST_NOTE_PX, 8) if names else [])
    ]
    return _sized(tuple(lines), node)


def _title(node: GraphNode) -> list[str]:
    if not node.title:
        return []
    return wrap(node.title, TITLE_PX, MOST_NOTE_PX)


def _sized(lines: tuple[TextLine, ...], node: GraphNode) -> Box:
    # A branch without a name: a small diamond, where arrows part.
    if not lines:
        return Box((), 14, 14)
    width = max(map(_width, lines))
    height = sum(line.px * LINE for line in lines)
    if node.kind == "link":
        return Box(lines, 24, 24)
    # Pointed ends, which text may not enter.
    if node.kind in ("choice", "test"):
        width += 2 * PAD_X
    return Box(
        lines,
        max(width + 2 * PAD_X, 44),
        height + 2 * PAD_Y - (4 if node.kind == "leave" else 0),
    )


def _width(line: TextLine) -> float:
    is_bold = line.role in ("title", "enters", "seen")
    return text_width(line.text, line.px * (BOLD if is_bold else 1))


def edge_box(edge: GraphEdge) -> Box:
    """Return the text on an arrow and the room that it needs."""
    lines = [
        TextLine(t, LABEL_PX, "label")
        for part in edge.label
        for t in wrap(part, LABEL_PX, MOST_LABEL_PX)
    ]
    lines += [TextLine(edge.seen, LABEL_PX, "seen")] if edge.seen else []
    if not lines:
        return Box((), 0, 0)
    width = max(map(_width, lines))
    return Box(tuple(lines), width + 8, sum(line.px * LINE for line in lines) + 4)
