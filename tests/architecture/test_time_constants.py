"""The lengths of a minute, an hour and a day are written once."""

from __future__ import annotations

import ast
from pathlib import Path

import footfall
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS

SOURCE = Path(footfall.__file__).parent
LENGTHS = {MINUTE_MS, HOUR_MS, DAY_MS, WEEK_MS, DAY_MS // SECOND_MS}


def test_lengths_of_time_are_written_in_no_file_but_that_of_units() -> None:
    """No number of the package is a minute, an hour, a day or a week of milliseconds, or a day of seconds."""
    written = [
        f"{path.relative_to(SOURCE)}:{node.lineno}: {node.value}"
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in LENGTHS
    ]
    assert written == [], (
        "import SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS or WEEK_MS from footfall.units"
    )
