"""The sections of a report: complete, and said in the same words wherever they are shown."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from footfall.reports import render_html, render_table
from footfall.reports.contents import heading_of, sections_of
from footfall.reports.section import Bar, RowLimits
from tests.unit.reports.examples import example, info

DOCS = Path(__file__).parents[3] / "docs/reports.md"


def _flat(sections):
    for section in sections:
        yield section
        yield from _flat(section.parts)


SECTIONS = list(_flat(sections_of(example())))


def _words(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def terminal():
    console = Console(file=io.StringIO(), width=400)
    render_table(example(), console)
    return _words(console.file.getvalue())


@pytest.fixture(scope="module")
def page():
    return _words(html.unescape(re.sub(r"<[^>]*>", " ", render_html(example()))))


def test_every_row_has_a_cell_per_column():
    """A section that forgets a cell would push numbers under the wrong header."""
    for section in SECTIONS:
        assert {len(row.cells) for row in section.rows} <= {len(section.columns)}


def test_terminal_and_page_say_the_same(terminal, page):
    """Titles, leads, numbers and notes of every table stand on both, word for word."""
    for section in SECTIONS:
        if not section.rows:
            continue
        cells = [
            cell.text for row in section.rows for cell in row.cells if not isinstance(cell, Bar)
        ]
        for text in (section.title, section.lead, *section.notes, *cells):
            assert _words(text) in terminal
            assert _words(text[:1].upper() + text[1:]) in page or _words(text) in page


def test_meanings_are_those_of_the_documents():
    """What the page says a column means is what docs/reports.md says."""
    said = _words(DOCS.read_text("utf-8").replace("**", ""))
    meanings = {column.about for section in SECTIONS for column in section.columns}
    assert [about for about in meanings if about not in said] == []


def test_rows_are_cut_where_there_is_little_room():
    """A table that is cut says how many rows are missing."""
    sections = {
        s.title: s for s in _flat(sections_of(example(), RowLimits(cities=1, groups=1)))
    }
    assert len(sections["Cities"].rows) == 1
    assert "there are 2 more" in sections["Cities"].notes[0]
    assert sections["visitor → cart"].notes == ("and 1 more; all of them with --format json",)


def test_a_heading_warns_of_half_a_run():
    """A run that goes on is not mistaken for a whole one."""
    assert heading_of(info()).warning == ""
    assert "not complete" in heading_of(info(state="running")).warning
