"""Sections of a report, made once from its numbers; terminal and page only lay them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from footfall.text import clean

Tone = Literal["", "goal", "sure", "unsure", "wrong", "faint"]
"""Meaning of a cell to the reader.

Each medium has a style for it, and none depends on colour alone.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number or a name as people read it.

    Args:
        text: What stands there; names are cleaned already.
        tone: How it is meant.
        mark: A sign behind it that a note explains; columns stay aligned without it.
    """

    text: str
    tone: Tone = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A share, 0..1, as a bar: where there is no chart."""

    share: float


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column.

    Args:
        title: Its header; a line break says where it breaks in a narrow medium.
        about: What its numbers mean, where the header does not say it.
    """

    title: str
    about: str = ""

    @property
    def name(self) -> str:
        """The header in one line."""
        return " ".join(self.title.split())


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row.

    Args:
        cells: One per column; the first is what the row is about.
        tone: Of all its cells.
        is_part: It tells of a part of what the row above tells of, so it is indented.
    """

    cells: tuple[Cell | Bar, ...]
    tone: Tone = ""
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, for media that have room for one.

    Args:
        describe: Width in px → a Vega-Lite specification.
        title: For those who do not see it.
        name: Unique in a report: ids begin with it.
        captions: How it is to be read, in sentences.
    """

    describe: Callable[[int], dict[str, Any]]
    title: str
    name: str
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section: title, lead, table, notes, and sections within it.

    Args:
        title: What it is about.
        lead: What its table shows: a phrase that goes on after the title, without a full stop.
        columns: Of the table; none where there is no table.
        rows: Of the table.
        notes: What is to be said of these numbers, in sentences.
        parts: Sections within it.
        figure: The chart of its numbers.
    """

    title: str
    lead: str = ""
    columns: tuple[TableColumn, ...] = ()
    rows: tuple[TableRow, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[ReportSection, ...] = field(default=())
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class RowLimits:
    """Numbers of rows that a medium has room for; None for all.

    Args:
        cities: Those with most people.
        groups: Per step of a comparison; those with most people.
    """

    cities: int | None = None
    groups: int | None = None


def name_cell(name: str, tone: Tone = "") -> Cell:
    """Return somebody's name for something, fit to be shown."""
    return Cell(clean(name), tone)
