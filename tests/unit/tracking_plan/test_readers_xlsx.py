"""The cells of workbooks, against another reader's: what both can read, they read alike."""

import datetime as dt

import openpyxl
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.tracking_plan.readers.grid import cell_name, clean
from footfall.tracking_plan.readers.xlsx import read_workbook
from tests.sheets import edited, workbook
from tests.thoroughness import n_examples

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12
).filter(
    lambda text: not text.startswith(("=", "#"))  # openpyxl takes these for formulas and errors
)
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))
MOMENTS = st.datetimes(
    dt.datetime.fromisoformat("1950-01-01"), dt.datetime.fromisoformat("2100-01-01")
)
CELLS = st.one_of(
    st.none(), TEXTS, st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), DATES,
    MOMENTS.map(lambda moment: moment.replace(microsecond=0)),
)  # fmt: skip


def said(value):
    """Return a value of the other reader as ours is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return clean(value.isoformat() if isinstance(value, dt.date) else str(value))


@settings(
    max_examples=n_examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6))
def test_another_reader_reads_the_same(rows, tmp_path_factory):
    """Texts, numbers, truth values, dates and times are those that another reader finds in the same cells."""
    path = workbook(tmp_path_factory.mktemp("books") / "x.xlsx", {"A": rows})
    (grid,) = read_workbook(path).grids
    theirs = (
        python_calamine.load_workbook(str(path))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    expected = {
        (r, c): said(value)
        for r, row in enumerate(theirs)
        for c, value in enumerate(row)
        if said(value)
    }
    found = {(r, c): text for r, row in grid.rows.items() for c, text in row.items()}
    assert found == expected


def test_formats_of_dates_are_told_from_others(tmp_path):
    """Own formats with day, month, year or time show dates; brackets, quotes and currencies do not."""
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    formats = [
        "dd.mm.yyyy",
        "[$-419]d mmm",
        '0.00 "days"',
        "[Red]0.00",
        "#,##0.00 [$₽-419]",
        "General",
        "hh:mm",
    ]
    for number, code in enumerate(formats, 1):
        book.active.cell(1, number, 46024.25).number_format = code
    book.save(path)
    row = read_workbook(path).grids[0].rows[0]
    assert [("T" in row[number]) for number in range(7)] == [
        True,
        True,
        False,
        False,
        False,
        False,
        True,
    ]


def test_formats_of_money_say_the_currency(tmp_path):
    """Signs and codes before or behind the digits do; a third decimal would be read as thousands, and is rounded."""
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    cells = [
        ("€ 0.00", 12.5),
        ('#,##0.00 "€"', 12.5),
        ("_-* #,##0.00 [$€-1]_-;-* 0", -3),
        ("[$kr-41D] #,##0", 1200),
        ('"KWD" 0.000', 1.355),
        ("£0.00", 1.355),
        ('0.00 "days"', 12.5),
        ("0.00", 12.5),
    ]
    for column, (code, number) in enumerate(cells, 1):
        book.active.cell(1, column, number).number_format = code
    book.save(path)
    assert list(read_workbook(path).grids[0].rows[0].values()) == [
        "€ 12.5",
        "€ 12.5",
        "€ -3",
        "kr 1200",
        "KWD 1.355",
        "£ 1.36",
        "12.5",
        "12.5",
    ]


def test_dates_from_1904_on(tmp_path):
    """Workbooks of old Macs count days from 1904."""
    path = workbook(tmp_path / "x.xlsx", {"A": [[dt.date(2026, 1, 2)]]})
    edited(path, {"xl/workbook.xml": ("<workbookPr />", '<workbookPr date1904="1"/>')})
    assert read_workbook(path).grids[0].rows[0][0] == "2030-01-03"


def test_shared_rich_and_escaped_strings(tmp_path):
    """Texts may be shared, in several formats, with hints how to pronounce them, and with escaped characters."""
    strings = (
        '<sst xmlns="x"><si><t>one</t></si><si><r><t>t</t></r><r><t xml:space="preserve">w o</t></r>'
        "<rPh><t>no</t></rPh></si><si><t>a_x000D__x005F_x000D_b</t></si></sst>"
    )
    cells = "".join(f'<c r="{cell_name(0, n)}" t="s"><v>{n}</v></c>' for n in range(4))
    sheet = f'<worksheet xmlns="x"><sheetData><row>{cells}</row></sheetData></worksheet>'
    link = '<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="z"/></Relationships>'
    parts = {
        "xl/sharedStrings.xml": strings.encode(),
        "xl/worksheets/sheet1.xml": sheet.encode(),
    }
    path = edited(
        workbook(tmp_path / "x.xlsx", {"A": [["x"]]}),
        {**parts, "xl/_rels/workbook.xml.rels": ("</Relationships>", link)},
    )
    (grid,) = read_workbook(path).grids
    assert grid.rows[0] == {0: "one", 1: "tw o", 2: "a\n_x000D_b"}
    assert "is not of the kind 's'" in grid.faults[0, 3]


def test_cells_without_references_follow_each_other(tmp_path):
    """Rows and cells need not say where they are."""
    cells = '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row><row r="5"><c/><c t="str"><v>c</v></c></row>'
    path = workbook(tmp_path / "x.xlsx", {"A": [["x"]]})
    edited(
        path,
        {
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()
        },
    )
    assert read_workbook(path).grids[0].rows == {0: {0: "a", 1: "b"}, 4: {1: "c"}}


def test_names_of_cells():
    """Columns count A to Z, AA to ZZ, AAA on."""
    assert [cell_name(0, n) for n in (0, 25, 26, 701, 702, 16_383)] == [
        "A1",
        "Z1",
        "AA1",
        "ZZ1",
        "AAA1",
        "XFD1",
    ]
