"""Reader of workbooks as grids: the visible sheets, merged cells filled, formulas as the values saved with them.

No library reads the cells: none tells an uncomputed formula or a wrong cell from an empty one
with its place, merged cells included, in bounded memory (`docs/decisions.md`,
`benchmarks/workbooks.py`).

Source: ECMA-376 part 1, 18.2 (workbook), 18.3 (worksheets), 18.4 (shared strings), 18.8
(styles).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from footfall.tracking_plan.readers.cell_comments import CellComments
from footfall.tracking_plan.readers.grid import MOST_CHARACTERS, Grid, clean
from footfall.tracking_plan.readers.number_formats import NumberFormats, amount_text
from footfall.tracking_plan.readers.zip_package import Package, target_of, unescaped
from footfall.units import DAY_MS, SECOND_MS

MOST_SHEETS = 500
_DAY_S = DAY_MS // SECOND_MS
MOST_STRINGS = 2_000_000
WORKBOOK = "xl/workbook.xml"
# Excel has 1900 as a leap year. Counted from here, its numbers are right from March 1900 on.
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - cells have no zone
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_LARGEST_EXACT = 10**15
"""Below it every integer has a float of its own, and spreadsheets keep 15 digits."""
_NO_VALUE = "the formula has no saved value\n  hint: save the file in a spreadsheet program, or write the value"


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a workbook, and the names of those that are hidden."""

    grids: list[Grid]
    hidden: tuple[str, ...]


def read_workbook(path: Path) -> Workbook:
    """Return a workbook's visible sheets.

    Raises:
        UsageError: It is no workbook, unsafe, or larger than a plan can be; names sheet and
            cell where there is one.
    """
    package = Package(path)
    try:
        if not package.has(WORKBOOK):
            what = (
                "a binary workbook (.xlsb)"
                if package.has("xl/workbook.bin")
                else "a zip, but no workbook"
            )
            raise package.refused(f"this is {what}", "save it as .xlsx")
        return _read(package)
    finally:
        package.close()


def _read(package: Package) -> Workbook:
    book = _Book()
    package.parse(WORKBOOK, (book.start, _ignore, _ignore))
    if len(book.sheets) > MOST_SHEETS:
        raise package.refused(
            f"the workbook has {len(book.sheets):,} sheets", f"at most {MOST_SHEETS}"
        )
    links = _links_of(package, WORKBOOK)
    strings, formats = _Strings(package), NumberFormats()
    for target in links.of("sharedStrings"):
        package.parse(target, (strings.start, strings.end, strings.text))
    for target in links.of("styles"):
        package.parse(target, (formats.start, formats.end, _ignore))
    values = _Values(strings.found, formats, _EPOCH_1904 if book.is_1904 else _EPOCH)
    sheets = [
        (name, links.targets[link][1])
        for name, link, is_hidden in book.sheets
        if not is_hidden and link in links
    ]
    grids = [_grid(package, name, target, values) for name, target in sheets]
    return Workbook(grids, tuple(name for name, _, is_hidden in book.sheets if is_hidden))


def _grid(package: Package, name: str, target: str, values: _Values) -> Grid:
    grid = Grid(package.file, name)
    cells = _Cells(grid, values)
    package.parse(target, (cells.start, cells.end, cells.text))
    cells.fill_merged()
    for part in _links_of(package, target).of("comments"):
        if package.has(part):
            comments = CellComments()
            package.parse(part, (comments.start, comments.end, comments.text))
            places = {_place(cell): text for cell, text in comments.found.items()}
            grid.comments |= {place: text for place, text in places.items() if place and text}
    return grid


def _links_of(package: Package, part: str) -> _Links:
    """Return the relations of a part, none where it has none."""
    folder, _, name = part.rpartition("/")
    links = _Links(folder)
    if part == WORKBOOK or package.has(f"{folder}/_rels/{name}.rels"):
        package.parse(f"{folder}/_rels/{name}.rels", (links.start, _ignore, _ignore))
    return links


def _ignore(*_: object) -> None:
    """Take what nobody needs."""


class _Book:
    """Takes `workbook.xml`: (name, relation, is hidden) of each sheet, and from when dates count."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.is_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            self.sheets.append(
                (
                    attributes.get("name", ""),
                    link,
                    attributes.get("state", "visible") != "visible",
                )
            )
        elif tag == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")


class _Links:
    """Takes the relations: id → (what it is, name of the part).

    Only worksheets are sheets; charts hold no cells.

    Args:
        folder: Where the part lies that they are of.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (
                kind,
                target_of(self.folder, attributes.get("Target", "")),
            )

    def __contains__(self, link: str) -> bool:
        return self.targets.get(link, ("", ""))[0] == "worksheet"

    def of(self, kind: str) -> Iterator[str]:
        return (target for found, target in self.targets.values() if found == kind)


class _Strings:
    """Takes the shared strings: the text of each, without what only helps to pronounce it."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        self._is_text = tag == "t" and not self._is_phonetic
        self._is_phonetic |= tag == "rPh"

    def text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        self._is_text = False
        self._is_phonetic &= tag != "rPh"
        if tag == "si":
            # Cleaned once, however many cells share it.
            self.found.append(clean(unescaped("".join(self._pieces))))
            self._pieces = []
            if len(self.found) > MOST_STRINGS:
                raise self.package.refused(f"the workbook has more than {MOST_STRINGS:,} texts")


@dataclass(frozen=True, slots=True)
class _Values:
    """The texts of stored values."""

    strings: list[str]
    formats: NumberFormats
    epoch: dt.datetime

    def text(self, kind: str, style: str, value: str) -> str:
        """Return a value as a person would type it.

        Raises:
            ValueError: It is no value of its kind.
        """
        match kind:
            case "s":
                return self.strings[int(value)]
            case "str" | "inlineStr":
                return unescaped(value)
            case "b":
                return "true" if value.strip() in ("1", "true") else "false"
            case "d":
                return value
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        cell_style = int(style) if style.isdecimal() else -1
        if cell_style in self.formats.dates:
            return self._moment(number)
        is_whole = number.is_integer() and abs(number) < _LARGEST_EXACT
        text = str(int(number)) if is_whole else repr(number)
        currency = self.formats.currencies.get(cell_style)
        return amount_text(currency, text) if currency else text

    def _moment(self, days: float) -> str:
        """Return a day, a time of day, or both; the fraction is rounded to seconds."""
        seconds = round(days * _DAY_S)
        moment = self.epoch + dt.timedelta(seconds=seconds)
        if 0 <= days < 1:
            return moment.time().isoformat()
        return moment.date().isoformat() if seconds % _DAY_S == 0 else moment.isoformat()


@dataclass(slots=True)
class _Cells:
    """Takes a worksheet: puts its cells into a grid."""

    grid: Grid
    values: _Values
    row: int = -1
    column: int = -1
    kind: str = ""
    style: str = ""
    pieces: list[str] = field(default_factory=list)
    n_characters: int = 0
    is_value: bool = False
    has_value: bool = False
    formula: bool = False
    is_phonetic: bool = False
    merged: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.is_value = False
        if tag == "row":
            # Numbers of rows and cells may be left out: each then follows the one before it.
            written = attributes.get("r", "")
            is_number = written.isdecimal() and len(written) < 9
            self.row = int(written) - 1 if is_number else self.row + 1
            self.column = -1
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag in ("v", "t") and not self.is_phonetic:
            self.is_value = self.has_value = True
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.is_phonetic = True
        elif tag == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _place(attributes.get("r", ""))
        self.row, self.column = place or (self.row, self.column + 1)
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.pieces, self.n_characters = [], 0
        self.has_value = self.formula = self.is_phonetic = False

    def text(self, piece: str) -> None:
        # One piece more than fits is kept, so that the cell is refused for its length, and the
        # rest costs nothing.
        if self.is_value and self.n_characters <= MOST_CHARACTERS:
            self.pieces.append(piece)
            self.n_characters += len(piece)

    def end(self, tag: str) -> None:
        self.is_value = False
        if tag == "rPh":
            self.is_phonetic = False
        elif tag == "c":
            self._end_cell("".join(self.pieces))

    def _end_cell(self, value: str) -> None:
        # A cell that cannot be used is an error only when somebody needs it: a plan's sheet may
        # hold other tables.
        at = max(self.row, 0), self.column
        if self.formula and not value.strip() and self.kind != "str":
            self.grid.faults[at] = _NO_VALUE
        elif self.kind == "e":
            self.grid.faults[at] = (
                f"the cell holds the error {value[:20] or '#?'}\n"
                "  hint: write the value, or empty the cell"
            )
        elif self.has_value and value:
            try:
                text = self.values.text(self.kind, self.style, value)
            except (ValueError, IndexError, OverflowError):
                self.grid.faults[at] = (
                    f"the value {value[:20]!r} is not of the kind {self.kind!r} "
                    "that the cell has"
                )
                return
            self.grid.put(*at, text)

    def fill_merged(self) -> None:
        """Give each cell of a merged range the text of its first one, as far as the sheet is filled."""
        # A range of ten characters may span a whole sheet, of 17 billion cells.
        last_row = max(self.grid.rows, default=-1)
        last_column = max(
            (column for row in self.grid.rows.values() for column in row), default=-1
        )
        for reference in self.merged:
            first, _, last = reference.partition(":")
            start, end = _place(first), _place(last or first)
            text = self.grid.row(start[0]).get(start[1], "") if start else ""
            if start and end and text:
                self._fill(start, (min(end[0], last_row), min(end[1], last_column)), text)

    def _fill(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        if start[1] < end[1]:
            self.grid.wide.update(range(start[0], end[0] + 1))
        for row in range(start[0], end[0] + 1):
            for column in range(start[1], end[1] + 1):
                self.grid.put(row, column, text)


def _place(reference: str) -> tuple[int, int] | None:
    """Return row and column, from 0, of a reference such as B7."""
    found = _REFERENCE.fullmatch(reference.upper())
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return max(int(found[2]) - 1, 0), column - 1
