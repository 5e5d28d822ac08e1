"""A plan as an Excel workbook: events, the critical path with the user properties, and the diagrams."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from footfall.diagrams import Drawing, Graph, draw
from footfall.errors import MissingExtraError, UsageError, shown
from footfall.tracking_plan.cells import NO, YES, braced
from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan, PlanEvent
from footfall.tracking_plan.sheet_columns import (
    CATEGORY_COLUMNS,
    CRITICAL_PATH,
    DIAGRAMS,
    EVENT_COLUMNS,
    EVENTS,
    PATH_COLUMNS,
    PLAN_COLUMNS,
    USER_COLUMNS,
    SheetColumn,
)
from footfall.tracking_plan.writers.plan_rows import (
    Row,
    category_rows,
    event_rows,
    path_rows,
    plan_rows,
    user_rows,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Stands for the time at which a workbook was made: the same plan gives the same bytes."""
REPEATED_COLUMNS = 7
"""The first columns of the events' sheet: they say the same in every row of an event."""
HEADER, HEADER_TEXT, RULE, QUIET, SHADE = "1F3A5F", "FFFFFF", "D0D7E2", "9AA3B2", "EEF2F8"
LINE_POINTS = 15.0
MOST_LINES = 12
ROW_PX = 20
WIDEST_PX = 1100
MOST_CHARACTERS = 32_767
"""Of a cell: Excel calls a file with more of them damaged."""
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # in a workbook `_x0041_` is an A
_RISKY = ("=", "+", "-", "@")


def render_workbook(plan: Plan, sections: Sequence[Section] = ()) -> bytes:
    """Return a workbook of three sheets; without diagrams, of two.

    Every cell is a text, never a formula. The same plan gives the same bytes.

    Raises:
        MissingExtraError: openpyxl, or what draws the diagrams, is not installed.
    """
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise MissingExtraError("openpyxl", "taxonomy", "writing an .xlsx file") from None
    book = openpyxl.Workbook()
    book.properties.creator = "footfall"
    book.properties.title = plan.title or plan.name
    book.properties.created = LONG_AGO.replace(tzinfo=None)
    events = book.active
    assert events is not None
    _events(events, plan)
    _critical_path(book.create_sheet(CRITICAL_PATH), plan)
    if sections:
        _diagrams(book.create_sheet(DIAGRAMS), plan, sections)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    """Return a workbook as bytes that do not depend on when it was saved."""
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    made = LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        # openpyxl stamps the clock into each member of the zip, and into one of the parts.
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + made, content)
            entry = zipfile.ZipInfo(name, LONG_AGO.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return fixed.getvalue()


# --- sheets ----------------------------------------------------------------------------------------------------------


def _events(sheet: Worksheet, plan: Plan) -> None:
    sheet.title = EVENTS
    rows = event_rows(plan)
    _table(sheet, 1, EVENT_COLUMNS, rows, "Events")
    sheet.freeze_panes = "C2"
    sheet.sheet_view.zoomScale = 90
    for number, row in enumerate(rows):
        is_first = number == 0 or rows[number - 1][:2] != row[:2]
        for column in range(1, len(EVENT_COLUMNS) + 1):
            cell = sheet.cell(number + 2, column)
            if is_first:
                cell.border = _rule_above()
            elif column <= REPEATED_COLUMNS:
                cell.font = _font(color=QUIET)
        if not is_first:
            _height(sheet, number + 2, row[REPEATED_COLUMNS:], EVENT_COLUMNS[REPEATED_COLUMNS:])
    for column, width in enumerate(_widths(EVENT_COLUMNS), 1):
        _width(sheet, column, width)
    _print_in_width(sheet)
    sheet.print_title_rows = "1:1"


def _critical_path(sheet: Worksheet, plan: Plan) -> None:
    line = 1
    for columns, rows, name in (
        (PATH_COLUMNS, path_rows(plan), "CriticalPath"),
        (USER_COLUMNS, user_rows(plan), "UserProperties"),
        (PLAN_COLUMNS, plan_rows(plan), "AboutThisPlan"),
        (CATEGORY_COLUMNS, category_rows(plan), "Categories"),
    ):
        if rows:
            _table(sheet, line, columns, rows, name)
            line += len(rows) + 3
    widths = [
        max(pair) for pair in zip(_widths(PATH_COLUMNS), _widths(USER_COLUMNS), strict=False)
    ]
    for column, width in enumerate(widths + _widths(PATH_COLUMNS)[len(widths) :], 1):
        _width(sheet, column, width)
    _print_in_width(sheet)


def _diagrams(sheet: Worksheet, plan: Plan, sections: Sequence[Section]) -> None:
    for column, width in enumerate((28, 10, 52, 44), 1):
        _width(sheet, column, width)
    line = 1
    about = dict(plan.categories)
    for section in sections:
        _text(sheet, line, 1, section.title, bold=True, size=16)
        line += 1
        for text in filter(None, (about.get(section.category, ""), *section.references)):
            _text(sheet, line, 1, text, color=QUIET)
            line += 1
        line = _list(
            sheet, line + 1, [e for e in plan.events if e.category == section.category]
        )
        for graph in section.graphs:
            line = _picture(sheet, line, graph)
        line += 1
    sheet.sheet_view.showGridLines = False
    _print_in_width(sheet)


def _list(sheet: Worksheet, line: int, events: Sequence[PlanEvent]) -> int:
    """Write what each event carries; return the line below."""
    if not events:
        return line
    for column, title in enumerate(("Event", "Optional", "Properties", "State changes"), 1):
        _header(sheet, line, column, title)
    for number, event in enumerate(events, line + 1):
        names = ", ".join(p.name for p in event.properties)
        changes = braced(event.changes)
        cells = (event.name, YES if event.is_optional else NO, names, changes)
        for column, text in enumerate(cells, 1):
            _text(sheet, number, column, text, border=True)
        sheet.row_dimensions[number].height = LINE_POINTS * max(
            _lines(names, 52), _lines(changes, 44)
        )
    return line + len(events) + 2


def _picture(sheet: Worksheet, line: int, graph: Graph) -> int:
    """Put a diagram below a line; return the first line below it."""
    from openpyxl.drawing.image import Image

    content = draw(Drawing([graph], graph.name, theme="light"), "png")
    # A PNG's size stands in its first bytes, and it was drawn with two pixels per px.
    width, height = (int.from_bytes(content[at : at + 4]) / 2 for at in (16, 20))
    scale = min(1.0, WIDEST_PX / width)

    class Picture(Image):  # type: ignore[misc]  # openpyxl ships no types
        """A PNG as it is: openpyxl's own class would take it apart with a package that nothing else needs."""

        def __init__(self) -> None:
            self.anchor, self.format = f"A{line}", "png"
            self.width, self.height = round(width * scale), round(height * scale)

        def _data(self) -> bytes:
            return content

    sheet.add_image(Picture())
    return line + round(height * scale) // ROW_PX + 2


# --- tables and cells ------------------------------------------------------------------------------------------------


def _table(
    sheet: Worksheet, line: int, columns: Sequence[SheetColumn], rows: Sequence[Row], name: str
) -> None:
    """Write a table with a filter in its header, which says what each column is when it is pointed at."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table

    for number, column in enumerate(columns, 1):
        _header(sheet, line, number, column.title, column.about)
    for number, row in enumerate(rows, line + 1):
        for column_number, text in enumerate(row, 1):
            _text(sheet, number, column_number, text, border=True)
        _height(sheet, number, row, columns)
    if rows:
        table = Table(
            displayName=name, ref=f"A{line}:{get_column_letter(len(columns))}{line + len(rows)}"
        )
        sheet.add_table(table)


def _height(
    sheet: Worksheet, line: int, row: Sequence[str], columns: Sequence[SheetColumn]
) -> None:
    lines = max(_lines(text, column.width) for text, column in zip(row, columns, strict=True))
    sheet.row_dimensions[line].height = LINE_POINTS * min(lines, MOST_LINES)


def _header(sheet: Worksheet, line: int, column: int, title: str, about: str = "") -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = _text(sheet, line, column, title, bold=True, color=HEADER_TEXT)
    cell.fill = PatternFill("solid", fgColor=HEADER)
    if about:
        cell.comment = Comment(about, "footfall", height=60, width=240)
    sheet.row_dimensions[line].height = 22


def _text(
    sheet: Worksheet, line: int, column: int, text: str, *, border: bool = False, **font: Any
) -> Any:
    """Write a text into a cell, as a text, whatever it begins with."""
    from openpyxl.styles import Alignment

    cell = sheet.cell(line, column)
    cell.font = _font(**font)
    if not font.get("size"):
        cell.alignment = Alignment(vertical="top", wrap_text=border)
    if border:
        cell.border = _rule_below()
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"sheet {sheet.title}, cell {cell.coordinate}: {shown(text)} has "
            f"{len(text):,} characters\n"
            f"  a cell holds {MOST_CHARACTERS:,}\n"
            "  hint: JSON Schema has no such limit: --to plan.json"
        )
    if text:
        # The type is set after the value, from which openpyxl would make a formula out of
        # `=1+1`; the prefix keeps it a text once somebody has edited the cell.
        cell.value = _LIKE_AN_ESCAPE.sub("_x005F_", text)
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_RISKY)
    return cell


def _font(**more: Any) -> Any:
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, **more})


def _rule_below() -> Any:
    from openpyxl.styles import Border, Side

    return Border(bottom=Side("hair", RULE))


def _rule_above() -> Any:
    from openpyxl.styles import Border, Side

    return Border(top=Side("thin", QUIET), bottom=Side("hair", RULE))


def _widths(columns: Sequence[SheetColumn]) -> list[int]:
    return [column.width for column in columns]


def _width(sheet: Worksheet, column: int, characters: int) -> None:
    from openpyxl.utils import get_column_letter

    sheet.column_dimensions[get_column_letter(column)].width = characters


def _lines(text: str, width: int) -> int:
    """Return about how many lines a text takes in a cell of so many characters: words are not cut, so a tenth more."""
    return 1 if len(text) <= width else -(-len(text) * 11 // (width * 10))


def _print_in_width(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
