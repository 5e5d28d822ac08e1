"""Files that were not made in good faith, or not well: each is read sensibly, or refused with sheet and cell."""

import io
import json
import resource
import zipfile

import pytest

from footfall.errors import UsageError
from footfall.tracking_plan.readers import grid, read_plan, zip_package
from tests.sheets import edited, workbook

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["Event", "Description", "Property"], ["Viewed", "Looks", "sku"]]


def plain(tmp_path, rows=ROWS):
    return workbook(tmp_path / "plan.xlsx", {"Events": rows})


def sheet(cells, more=""):
    header = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Event</t></is></c><c r="B1" '
        't="str"><v>Description</v></c></row>'
    )
    return f'<worksheet xmlns="http://x"><sheetData>{header}{cells}</sheetData>{more}</worksheet>'.encode()


def with_cells(tmp_path, cells, more=""):
    return edited(plain(tmp_path), {SHEET: sheet(cells, more)})


def said_of(path):
    """Return the message that refuses a file, or its name when it is read."""
    try:
        return path.name if read_plan(path).events else ""
    except UsageError as error:
        return str(error)


def test_a_formula_gives_the_value_that_was_saved_with_it(tmp_path):
    """Formulas are never computed: the value that the spreadsheet program saved is read."""
    cells = '<row r="2"><c r="A2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    plan = read_plan(with_cells(tmp_path, cells))
    assert [(e.name, e.about) for e in plan.events] == [("ab", "2")]


def test_a_formula_without_value_is_refused(tmp_path):
    """A formula that nobody has computed is refused with its cell, one that would start a program too."""
    for formula in ("=1+1", "=cmd|'/c calc'!A1"):
        path = plain(tmp_path, [*ROWS, ["Bought", formula]])
        with pytest.raises(
            UsageError,
            match=r"plan.xlsx, sheet Events, cell B3: the formula has no saved value\n  hint: save",
        ):
            read_plan(path)


def test_errors_in_cells_are_refused(tmp_path):
    """A cell that shows #REF! says nothing that could be read."""
    cells = '<row r="2"><c r="A2" t="e"><f>x</f><v>#REF!</v></c><c r="B2" t="str"><v>x</v></c></row>'
    with pytest.raises(
        UsageError, match="sheet Events, cell A2: the cell holds the error #REF!"
    ):
        read_plan(with_cells(tmp_path, cells))


def test_a_fault_beside_the_tables_does_not_matter(tmp_path):
    """What no table needs is not read, so it cannot be wrong."""
    cells = '<row r="2"><c r="A2" t="str"><v>Viewed</v></c><c r="B2" t="str"><v>x</v></c><c r="Z9"><f>1+1</f></c></row>'
    assert len(read_plan(with_cells(tmp_path, cells)).events) == 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "@x", "-x", '=HYPERLINK("http://x")', "'=x", "{=x}"]
)
def test_text_that_looks_like_a_formula_is_text(tmp_path, text):
    """What stands in a cell as text is text, whatever it begins with."""
    cells = f'<row r="2"><c r="A2" t="str"><v>Viewed</v></c><c r="B2" t="inlineStr"><is><t>{text}</t></is></c></row>'
    assert read_plan(with_cells(tmp_path, cells)).events[0].about == text


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """A workbook that unpacks to far more than it is, is refused by its directory."""
    path = edited(plain(tmp_path), {"xl/media/image1.png": b"\0" * (40 << 20)})
    with pytest.raises(
        UsageError,
        match=r"plan.xlsx: [\d,]+ bytes of this workbook unpack to 41,9[\d,]+\n  at most 256 MiB",
    ):
        read_plan(path)


def test_a_directory_that_lies_about_sizes_is_refused(tmp_path):
    """What unpacks to more, or other, than the zip's directory says is refused."""
    path = plain(tmp_path)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    content = bytearray(path.read_bytes())
    at = (
        content.rfind(SHEET.encode()) - 22
    )  # uncompressed size, 22 bytes before the name in the central directory
    assert int.from_bytes(content[at : at + 4], "little") == size
    content[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"part {SHEET}: it (cannot be unpacked|is no XML)"):
        read_plan(path)


def test_very_many_parts_are_refused(tmp_path):
    """A zip of very many members is refused."""
    path = edited(
        plain(tmp_path), {f"xl/x{n}.xml": b"" for n in range(zip_package.MOST_MEMBERS)}
    )
    with pytest.raises(UsageError, match=r"the workbook has 4,0[0-9]+ parts\n  at most 4,000"):
        read_plan(path)


def test_very_many_empty_cells_are_refused(tmp_path, monkeypatch):
    """Cells that hold nothing cost time all the same, so that their number is bounded too."""
    monkeypatch.setattr(zip_package, "MOST_TAGS", 1_000)
    path = with_cells(tmp_path, f"<row>{'<c/>' * 1_000}</row>")
    with pytest.raises(
        UsageError, match=f"part {SHEET}: it has more than 1,000 tags\n  hint: delete rows"
    ):
        read_plan(path)


def test_far_corners_cost_nothing(tmp_path):
    """Two cells at far corners are refused by their place, not laid out in memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = with_cells(tmp_path, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(
        UsageError,
        match="cell XFD1048576: the sheet goes further than a plan can\n  at most 100,000 rows",
    ):
        read_plan(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_a_merged_range_over_the_whole_sheet_reaches_as_far_as_the_sheet_is_filled(tmp_path):
    """Merged ranges are cut to what is there."""
    cells = '<row r="2"><c r="A2" t="str"><v>Viewed</v></c><c r="B2" t="str"><v>x</v></c></row>'
    path = with_cells(
        tmp_path, cells, '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>'
    )
    assert [e.name for e in read_plan(path).events] == ["Viewed"]


def test_very_many_cells_are_refused(tmp_path, monkeypatch):
    """More cells than a plan can have are refused where the limit is passed, merged ones counted."""
    monkeypatch.setattr(grid, "MOST_CELLS", 100)
    with pytest.raises(
        UsageError,
        match=r"sheet Events, cell [A-C][0-9]+: the sheet has more than 100 filled cells",
    ):
        read_plan(plain(tmp_path, [*ROWS, *(["Viewed", "x", str(n)] for n in range(100))]))


def test_a_long_cell_is_refused(tmp_path):
    """No cell holds more than a spreadsheet could show."""
    cells = f'<row r="2"><c r="A2" t="str"><v>{"x" * 40_000}</v></c></row>'
    with pytest.raises(
        UsageError,
        match=r"sheet Events, cell A2: the cell holds 40,000 characters|more than 32,767",
    ):
        read_plan(with_cells(tmp_path, cells))


def test_entities_are_refused(tmp_path):
    """Neither a billion laughs nor a file of the system comes in by an entity."""
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet(
        '<row r="2"><c r="A2"><v>&a;</v></c></row>'
    )
    path = edited(plain(tmp_path), {SHEET: bomb})
    with pytest.raises(UsageError, match=f"part {SHEET}: it declares a document type"):
        read_plan(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no workbook that can be read"),
        (b"PK\x03\x04 and then nothing", "no workbook that can be read"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
            r"an old workbook \(.xls\), or one with a password",
        ),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, said):
    """Other files, old and locked ones are refused with what helps."""
    (tmp_path / "plan.xlsx").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_plan(tmp_path / "plan.xlsx")


def test_another_zip_is_refused(tmp_path):
    """A zip without a workbook in it is no workbook, and a binary one is another."""
    for name, said in (
        ("x.txt", "a zip, but no workbook"),
        ("xl/workbook.bin", r"a binary workbook \(.xlsb\)"),
    ):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(name, b"x")
        (tmp_path / "plan.xlsx").write_bytes(content.getvalue())
        with pytest.raises(UsageError, match=said):
            read_plan(tmp_path / "plan.xlsx")


@pytest.mark.parametrize("cut", [200, 2000, 4000])
def test_a_cut_workbook_is_refused(tmp_path, cut):
    """Half a file is refused, wherever it ends."""
    path = plain(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(UsageError, match=r"plan\.xlsx"):
        read_plan(path)


@pytest.mark.parametrize("position", range(0, 6000, 250))
def test_a_damaged_workbook_never_ends_in_a_traceback(tmp_path, position):
    """A byte that changed on the way gives a plan or a refusal, and nothing else."""
    path = plain(tmp_path)
    content = bytearray(path.read_bytes())
    content[position % len(content)] ^= 0xFF
    path.write_bytes(content)
    assert "plan.xlsx" in said_of(path)


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "x", ""])
def test_numbers_that_are_none_are_refused_with_their_cell(tmp_path, value):
    """A cell whose value is not of its kind is refused where it is needed."""
    path = with_cells(
        tmp_path, f'<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2"><v>{value}</v></c></row>'
    )
    if value:
        with pytest.raises(
            UsageError, match=r"sheet Events, cell B2: the value .* is not of the kind 'n'"
        ):
            read_plan(path)
    else:
        assert read_plan(path).events[0].about == ""


def test_csv_with_a_formula_keeps_it_as_text(tmp_path):
    """In a CSV nothing is a formula; a guard that footfall wrote before one is taken off."""
    path = tmp_path / "plan.csv"
    path.write_text("Event,Description\nViewed,=1+1\nBought,'=1+1\n")
    assert [e.about for e in read_plan(path).events] == ["=1+1", "=1+1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Event\0,Description\n", "zero bytes"),
        (b"\xff\xfeE\0v", "no text in utf-16|no table of events"),
        (b"Event,Description\n" + b"x" * 200_000 + b",y\n", "cell A2|line 2"),
        (b'Event,Description\n"never closed,y\n' + b"a,b\n" * 50_000, "line [0-9]+|characters"),
    ],
)
def test_csv_that_cannot_be_read_is_refused(tmp_path, content, said):
    """What is no text, or no table, is refused with its place."""
    (tmp_path / "plan.csv").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_plan(tmp_path / "plan.csv")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[" * 100_000,
        '"text"',
        "[1, null, {}]",
        '{"events": {"a": 1}}',
        '{"rules": [{"key": 1}]}',
        '{"$defs": {"event:a": {"$ref": "#/$defs/event:a"}}}',
        json.dumps({"title": "a", "properties": {"x": {"$ref": "#/properties/x"}}}),
        json.dumps(
            {
                "title": "a",
                "properties": {"x": {"type": "array", "items": {"type": "array"}}},
                "required": 1,
            }
        ),
        json.dumps({"title": 3, "properties": {"x": [], "\ud800": {"enum": [None, {}, 1.5]}}}),
    ],
)
def test_odd_json_never_ends_in_a_traceback(tmp_path, content):
    """JSON of any shape gives a plan or a refusal that names the file."""
    (tmp_path / "plan.json").write_text(content)
    assert "plan.json" in said_of(tmp_path / "plan.json")


def test_a_folder_reads_no_links(tmp_path):
    """A link in a folder does not bring in a file from elsewhere."""
    folder = tmp_path / "schemas"
    folder.mkdir()
    (tmp_path / "secret.json").write_text('{"title": "Secret", "properties": {"x": {}}}')
    (folder / "a.json").symlink_to(tmp_path / "secret.json")
    (folder / "b.json").write_text('{"title": "Bought", "properties": {"x": {}}}')
    assert [e.name for e in read_plan(folder).events] == ["Bought"]
