"""What the terminal shows, as whole texts, kept in `golden/`.

`FOOTFALL_REWRITE_SNAPSHOTS=1 pytest tests/unit/reports` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from footfall.reports import render_table
from tests.unit.reports.examples import CITIES, STAGES, example, hostile, info

GOLDEN = Path(__file__).with_name("golden")
REWRITES = bool(os.environ.get("FOOTFALL_REWRITE_SNAPSHOTS"))


def _shown(report, width=80, *, encoding="utf-8", colour=False, **more):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
    )
    render_table(report, console, **more)
    return file.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [80, 120])
def test_whole_report(width):
    """Everything, at the width of a terminal: the text in `golden/`."""
    lines = [line.rstrip() for line in _shown(example(), width).splitlines()]
    golden = GOLDEN / f"report-{width}.txt"
    if REWRITES:
        golden.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == golden.read_text("utf-8").splitlines()


def test_closing_tables():
    """Without a store there are no steps; the table of cities is cut and says so."""
    stages = replace(
        STAGES, stages=tuple(replace(s, step=None) for s in STAGES.stages), already_here=None
    )
    text = _shown(
        example(info=None, truth=None, stages=replace(stages, comparison=None)), most_cities=1
    )
    assert "Steps" not in text
    assert "Nice" not in text
    assert "there are 2 more" in text


def test_nothing_is_wider_than_the_terminal():
    """Long names are cut, numbers never."""
    stages = tuple(replace(s, name=s.name * 9) for s in STAGES.stages)
    cities = tuple(replace(c, name=c.name * 9) for c in CITIES.groups)
    text = _shown(
        example(stages=replace(STAGES, stages=stages), cities=replace(CITIES, groups=cities))
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "Санкт-Петерб" in text
    assert "1,000" in text


def test_no_colour_where_there_is_none():
    """A pipe or NO_COLOR gets plain text: no escape sequences."""
    assert "\x1b" not in _shown(example())
    assert "\x1b[" in _shown(example(), colour=True)


def test_no_color_is_respected(monkeypatch):
    """With NO_COLOR the terminal gets no colours, whatever it can do."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = _shown(example(), colour=True)
    assert "\x1b[36m" not in text
    assert "38;" not in text


def test_a_terminal_of_another_encoding():
    """Where only ASCII can be shown, bars and names are written in it."""
    text = _shown(example(), encoding="ascii")
    assert "###" in text
    assert "\\u0421" in text


def test_names_cannot_move_the_cursor():
    """Control and direction characters in names are shown as such, and rich's markup is no markup."""
    text = _shown(hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\ufffd" in text
    assert "[red]x" in _shown(example(info=info(title="[red]x")))


def test_an_incomplete_run_says_so():
    """A report of half a run is one of half a run."""
    assert "not complete" in _shown(example(info=info(state="running")))


def test_without_a_console_it_is_printed(capsys, monkeypatch):
    """A program that has none gets the tables on standard output, as wide as it is."""
    monkeypatch.setenv("COLUMNS", "80")
    render_table(replace(example(), truth=None))
    assert "\nStages: how far" in capsys.readouterr().out
