"""Reader of CSV as a grid: UTF-8, UTF-16 or a code page of Windows.

Separated by commas, semicolons, tabs or bars.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from footfall.foreign.encodings import encoding_of
from footfall.tracking_plan.cells import unguarded
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.grid import MOST_CHARACTERS, Grid, refusal

MOST_FILE_BYTES = 64 << 20
SAMPLE_LINES = 100
"""Rows that each separator is tried on: a plan's header stands within them."""
DELIMITERS = (",", ";", "\t", "|")


def read_text(path: Path) -> tuple[str, str]:
    """Return a file's text, and the encoding that it was in.

    Raises:
        UsageError: The file is too large, or no text.
    """
    size = path.stat().st_size
    if size > MOST_FILE_BYTES:
        at = Origin(path.name)
        raise refusal(
            at, f"the file has {size >> 20:,} MiB", f"at most {MOST_FILE_BYTES >> 20} MiB"
        )
    content = path.read_bytes()
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        message = f"this is no text in {encoding}: {error}"
        raise refusal(Origin(path.name), message, "save it in UTF-8") from None
    if "\0" in text:
        raise refusal(
            Origin(path.name), "this is no text: it holds zero bytes", "save it in UTF-8"
        )
    return text, encoding


def read_grid(path: Path, rate: Callable[[Grid], int]) -> tuple[Grid, str]:
    """Return the grid of a CSV, and the encoding that it was in.

    Args:
        rate: How well the first rows are understood; the sign that gives the best separates the
            cells.

    Raises:
        UsageError: No text, or more of it than a plan can be.
    """
    text, encoding = read_text(path)
    # A description may hold more semicolons than a row has commas: so signs are not counted,
    # but tried.
    sample = "".join(text.splitlines(keepends=True)[:SAMPLE_LINES])
    rated = [
        (rate(_grid(path.name, sample, delimiter)), delimiter)
        for delimiter in DELIMITERS
        if delimiter in text
    ]
    best = max(rated, key=lambda one: one[0], default=(0, DELIMITERS[0]))
    return _grid(path.name, text, best[1]), encoding


def _grid(file: str, text: str, delimiter: str) -> Grid:
    grid = Grid(file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader):
            for column, cell in enumerate(row):
                grid.put(number, column, unguarded(cell))
    except csv.Error as error:
        at = Origin(file, cell=f"line {reader.line_num}")
        raise refusal(
            at, f"the row cannot be read: {error}", f"cells of at most {MOST_CHARACTERS:,}"
        ) from None
    return grid
