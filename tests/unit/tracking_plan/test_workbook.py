"""The workbook: three sheets, laid out, and no formula in them."""

import io
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from footfall.errors import UsageError
from footfall.tracking_plan.diagrams import sections_of
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.sheet_columns import EVENT_COLUMNS, PATH_COLUMNS, USER_COLUMNS
from footfall.tracking_plan.writers.plan_rows import event_rows, path_rows, user_rows
from footfall.tracking_plan.writers.workbook import render_workbook
from tests.plans import lessons, plan_saying
from tests.workbooks import pictures_of


@pytest.fixture(scope="module")
def plan():
    return plan_of(lessons())


@pytest.fixture(scope="module")
def book(plan):
    return openpyxl.load_workbook(io.BytesIO(render_workbook(plan, sections_of(lessons()))))


def texts(sheet, first, last, width):
    return [
        tuple("" if cell.value is None else cell.value for cell in row)
        for row in sheet.iter_rows(first, last, 1, width)
    ]


def titles(columns):
    return tuple(column.title for column in columns)


def test_sheets(book, plan):
    """Three sheets; events and critical path hold the rows of the plan below their titles, user properties below."""
    assert book.sheetnames == ["Events", "Critical path", "Diagrams"]
    events, path = book["Events"], book["Critical path"]
    rows = event_rows(plan)
    assert texts(events, 1, len(rows) + 1, 13) == [titles(EVENT_COLUMNS), *rows]
    n = len(plan.stages)
    assert texts(path, 1, n + 1, 9) == [titles(PATH_COLUMNS), *path_rows(plan)]
    users = user_rows(plan)
    assert texts(path, n + 4, n + 4 + len(users), 7) == [titles(USER_COLUMNS), *users]
    below = [row[:2] for row in texts(path, n + len(users) + 7, path.max_row, 2)]
    assert below == [
        ("About this plan", "Text"),
        ("Name", "lessons"),
        ("Title", "Lessons"),
        ("Description", "People book lessons."),
        ("Currency", "EUR"),
    ]


def test_layout(book):
    """The header is frozen, filtered, and says what each column is; columns are as wide as told."""
    sheet = book["Events"]
    assert sheet.freeze_panes == "C2"
    assert sheet.tables.items() == [("Events", f"A1:M{sheet.max_row}")]
    assert sheet.tables["Events"].autoFilter.ref == f"A1:M{sheet.max_row}"
    assert [sheet.cell(1, n).comment.text for n in range(1, 14)] == [
        column.about for column in EVENT_COLUMNS
    ]
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [
        c.width for c in EVENT_COLUMNS[:3]
    ]
    assert set(book["Critical path"].tables) == {
        "CriticalPath",
        "UserProperties",
        "AboutThisPlan",
    }


def test_diagrams(tmp_path, book, plan):
    """Each category has its events, what they carry and change, and the pictures of its journeys."""
    rows = texts(book["Diagrams"], 1, book["Diagrams"].max_row, 4)
    assert [row[0] for row in rows if row[0] and not any(row[1:])][:1] == ["Booking"]
    assert (
        "Booked",
        "",
        "room, price, bookings",
        "{taken + 1} {status = regular} {last = now}",
    ) in rows
    assert ("Praised", "yes", "stars, note", "") in rows
    file = tmp_path / "plan.xlsx"
    file.write_bytes(render_workbook(plan, sections_of(lessons())))
    drawn = pictures_of(file)
    assert [picture.content[:4] for picture in drawn] == [b"\x89PNG"]
    assert all(0 < picture.width <= 1100 for picture in drawn)
    wide = int.from_bytes(drawn[0].content[16:20]) / int.from_bytes(drawn[0].content[20:24])
    assert wide == pytest.approx(drawn[0].width / drawn[0].height, rel=0.01)


def test_without_diagrams(plan):
    """A plan that is not a scenario's has no pictures, and no sheet for them."""
    assert openpyxl.load_workbook(io.BytesIO(render_workbook(plan))).sheetnames == [
        "Events",
        "Critical path",
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "'x", "#REF!", "5", "TRUE"],
)
def test_no_cell_is_a_formula(text):
    """Whatever a text looks like, it is stored as a text, and stays one when its cell is edited."""
    content = render_workbook(plan_saying(text))
    sheets = openpyxl.load_workbook(io.BytesIO(content))
    cells = [
        cell
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    said = [cell for cell in cells if cell.value == text]
    assert said
    assert {bool(cell.quotePrefix) for cell in said} == {text.startswith(("=", "+", "-", "@"))}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in b"".join(package.read(name) for name in package.namelist())


@pytest.mark.parametrize(
    "text", ["_x0041_", "a_x005F_b", "x_x000D_y_x0041_x0041_", "_x41_", "é ☃ 😀", "a\tb"]
)
def test_texts_are_what_spreadsheets_read(text, tmp_path):
    """What looks like a workbook's way to write a character stays what it looks like, read by another program too."""
    file = tmp_path / "plan.xlsx"
    file.write_bytes(render_workbook(plan_saying(text)))
    assert (
        CalamineWorkbook.from_path(str(file)).get_sheet_by_name("Events").to_python()[1][2]
        == text
    )


def test_cell_that_is_too_long():
    """A text that no cell can hold is refused, not cut."""
    with pytest.raises(
        UsageError,
        match=r'^sheet Events, cell A2: "x+…" has 40,000 characters\n  a cell holds 32,767',
    ):
        render_workbook(plan_saying("x" * 40_000))


def test_no_time_of_making(plan):
    """Every time in the file is the same."""
    with zipfile.ZipFile(io.BytesIO(render_workbook(plan))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert package.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2
