"""Reports in the terminal: tables that fit 80 columns and stay readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from footfall.reports.contents import ReportHeading, heading_of, sections_of
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Bar,
    Cell,
    ReportSection,
    RowLimits,
    TableRow,
    Tone,
)
from footfall.text import ascii_only, width

MOST_GROUPS = 12
LEAST_BAR, MOST_BAR = 8, 30
LEAST_NAME = 12
"""A name is never cut to less; numbers never are cut at all."""
NARROW = 90
"""Width below which a table of more than `FEW_COLUMNS` has one cell between columns."""
FEW_COLUMNS = 6
STYLES: dict[Tone, str] = {
    "": "",
    "goal": "bold green",
    "sure": "bold",
    "unsure": "yellow",
    "wrong": "bold red",
    "faint": "dim",
}
BAR = "cyan"


def render_table(
    report: Report, console: Console | None = None, *, most_cities: int | None = None
) -> None:
    """Print a report as tables.

    Args:
        report: What to print; parts that are None are left out.
        console: Where to, without colours if it has none; None is standard output.
        most_cities: Cut the table of cities to so many rows, and say so.
    """
    heading = heading_of(report.info) if report.info else None
    limits = RowLimits(cities=most_cities, groups=MOST_GROUPS)
    print_sections(heading, sections_of(report, limits), console or Console(highlight=False))


def print_sections(
    heading: ReportHeading | None, sections: Iterable[ReportSection], console: Console
) -> None:
    """Print sections below their heading."""
    paper = _Paper(console)
    parts = list(_heading(heading, paper)) if heading else []
    for section in sections:
        parts += _section(section, paper)
    for part in parts:
        console.print(part)


@dataclass(frozen=True, slots=True)
class _Paper:
    """The terminal that is written on: its width, and the characters it can show."""

    console: Console

    @property
    def overflow(self) -> Literal["crop", "ellipsis"]:
        """Way in which texts are cut: not every encoding has the ellipsis that rich uses."""
        return "crop" if self.console.options.ascii_only else "ellipsis"

    def text(self, text: str, style: str = "") -> Text:
        """Return a text without markup, in one line, in characters that the encoding has."""
        shown = ascii_only(text) if self.console.options.ascii_only else text
        return Text(shown, style, overflow=self.overflow, no_wrap=True)

    def sentence(self, text: str, style: str = "") -> Text:
        """Return a text that may go on in the next line."""
        sentence = self.text(text, style)
        sentence.no_wrap = False
        return sentence

    def gap(self, n_columns: int) -> int:
        """Return how many cells there are between the columns of a table."""
        return 1 if self.console.width < NARROW and n_columns > FEW_COLUMNS else 2


def _heading(heading: ReportHeading, paper: _Paper) -> Iterator[RenderableType]:
    yield paper.text(heading.title, "bold")
    yield paper.text(f"{heading.identity}; {heading.span}", STYLES["faint"])
    if heading.warning:
        yield paper.text(heading.warning, STYLES["unsure"])


def _section(section: ReportSection, paper: _Paper) -> Iterator[RenderableType]:
    """Yield a section; one that is nothing but a chart has no place in a terminal."""
    if not section.columns and not section.parts:
        return
    title = f"{section.title}: {section.lead}" if section.lead else section.title
    yield Text()
    yield paper.sentence(title, "bold")
    if section.columns:
        yield Text()
        yield _table(section, paper)
    for note in section.notes:
        yield paper.sentence(f"\n{note}", STYLES["faint"])
    for part in section.parts:
        yield from _section(part, paper)


@dataclass(frozen=True, slots=True)
class _PrintedColumn:
    """A column as it is printed: its header's lines, and what its cells are."""

    header: tuple[str, ...]
    cells: tuple[Cell | Bar, ...]

    @property
    def has_bars(self) -> bool:
        return any(isinstance(cell, Bar) for cell in self.cells)

    @property
    def has_marks(self) -> bool:
        return any(isinstance(cell, Cell) and cell.mark for cell in self.cells)

    def text(self, cell: Cell) -> str:
        """Return a cell's text; where some cells have a mark, the others leave room for one."""
        return cell.text + (cell.mark or " ") if self.has_marks else cell.text

    @property
    def width(self) -> int:
        texts = [self.text(cell) for cell in self.cells if isinstance(cell, Cell)]
        return max(map(width, (*self.header, *texts)), default=0)


def _table(section: ReportSection, paper: _Paper) -> Table:
    """Return a table: names to the left, cut where it is narrow; numbers to the right."""
    gap = paper.gap(len(section.columns))
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, gap - 1, 0, 0), pad_edge=False, show_edge=False
    )
    columns = _columns(section)
    names, *numbers = columns
    table.add_column(
        _header(names, paper), overflow=paper.overflow, vertical="bottom", min_width=LEAST_NAME
    )
    for column in numbers:
        table.add_column(
            _header(column, paper),
            justify="left" if column.has_bars else "right",
            no_wrap=True,
            vertical="bottom",
        )
    room = paper.console.width - sum(column.width + gap for column in columns)
    # Bars get the width that is left, and a few cells at least: rich cuts names for them.
    bar_width = min(max(room, LEAST_BAR), MOST_BAR)
    for row in section.rows:
        table.add_row(*_cells(row, columns, bar_width, paper), style=STYLES[row.tone])
    return table


def _columns(section: ReportSection) -> list[_PrintedColumn]:
    return [
        _PrintedColumn(
            tuple(column.title.split("\n")), tuple(row.cells[n] for row in section.rows)
        )
        for n, column in enumerate(section.columns)
    ]


def _header(column: _PrintedColumn, paper: _Paper) -> Text:
    return Text("\n").join(map(paper.text, column.header))


def _cells(
    row: TableRow, columns: list[_PrintedColumn], bar_width: int, paper: _Paper
) -> Iterator[Text]:
    for n, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        if isinstance(cell, Bar):
            yield paper.text(_bar(cell.share, bar_width), BAR)
        else:
            indent = "  " if row.is_part and n == 0 else ""
            yield paper.text(indent + column.text(cell), STYLES[cell.tone])


def _bar(share: float, width: int) -> str:
    """Return a bar of so many characters; a share above 0 shows at least a sliver."""
    # Unicode has eighths of a block, so a bar of 8 cells still tells 1 % apart from 3 %.
    eighths = max(round(share * width * 8), int(share > 0))
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
