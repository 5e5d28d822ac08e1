"""Printing: plain aligned columns that are read by people and by `awk` alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click


def print_table(columns: Mapping[str, Sequence[Any]], *, err: bool = False) -> None:
    """Print columns under their names, numbers to the right, texts to the left."""
    texts = {name: [name, *map(_text, values)] for name, values in columns.items()}
    widths = {name: max(map(width, column)) for name, column in texts.items()}
    for row in range(max(map(len, texts.values()))):
        cells = (
            _padded(texts[name][row], widths[name], is_number(values))
            for name, values in columns.items()
        )
        click.echo("  ".join(cells).rstrip(), err=err)


def is_number(values: Sequence[Any]) -> bool:
    """Tell whether a column is one of numbers."""
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def _padded(text: str, cells: int, is_right: bool) -> str:
    gap = " " * (cells - width(text))
    return gap + text if is_right else text + gap


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return clean(str(value))


def size(n_bytes: int) -> str:
    """Return a size as people read it."""
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def clean(text: str) -> str:
    """Return a text without characters that would move the cursor or hide others."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
