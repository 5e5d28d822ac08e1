"""Makes the screenshots of the pages: `python -m tests.docs.pictures`, or with names only these.

Each is made of what a command of the pages writes; a test makes them all (tests/docs/test_pictures.py).
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import chromium, visit
from tests.docs.examples import ROOT, Command, lay_out, printed
from tests.workbooks import sheet_page

FOLDER = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Shot:
    """A screenshot.

    Args:
        commands: What is run, in an empty folder or with the files of `page`.
        file: What is looked at then.
        sheet: Of a workbook: which of its sheets.
        heading: Of a sheet: the text in its first column where the picture begins.
        rows: Of a sheet: how many are shown.
        size: Width and height, in px.
        find: What is typed into the page's search.
        to: Anchor that is scrolled to.
    """

    commands: tuple[str, ...]
    file: str
    sheet: str = ""
    heading: str = ""
    rows: int = 40
    size: tuple[int, int] = (1200, 720)
    scheme: str = "light"
    find: str = ""
    to: str = ""
    page: str = ""


SCHOOL = ("footfall taxonomy online-school --to school.xlsx",)
PAGE = ("footfall taxonomy online-school --to school.html",)
COURSES = (
    "footfall taxonomy courses.csv --to courses.yaml",
    "footfall diagram courses.yaml --to courses.svg --theme light",
    "sed -i '/assumption/{N;/goes on to purchase/s/[0-9]*%  # assumption/35%/}' courses.yaml",
    "footfall run courses.yaml --to duckdb:courses.duckdb --quiet",
    "footfall report courses.duckdb --to report.html",
    "footfall taxonomy courses.yaml --to plan.xlsx",
    "footfall taxonomy courses.yaml --to plan.html",
)
ANALYSTS = "analysts"
SHOTS = {
    "courses.svg": Shot(COURSES, "courses.svg", page=ANALYSTS),
    "courses-report.png": Shot(COURSES, "report.html", size=(1000, 820), page=ANALYSTS),
    "courses-path.png": Shot(
        COURSES, "plan.xlsx", "Critical path", size=(1830, 420), page=ANALYSTS
    ),
    "courses-diagrams.png": Shot(
        COURSES, "plan.xlsx", "Diagrams", "Purchase", 30, (1000, 640), page=ANALYSTS
    ),
    "courses-page.png": Shot(
        COURSES, "plan.html", size=(1100, 760), to="category-3", page=ANALYSTS
    ),
    "school-events.png": Shot(SCHOOL, "school.xlsx", "Events", rows=22, size=(2140, 620)),
    "school-path.png": Shot(SCHOOL, "school.xlsx", "Critical path", rows=22, size=(1830, 560)),
    "school-diagrams.png": Shot(SCHOOL, "school.xlsx", "Diagrams", "Lesson", 50, (1130, 1000)),
    "school-page.png": Shot(PAGE, "school.html", size=(1100, 800)),
    "school-search.png": Shot(
        PAGE, "school.html", size=(1100, 640), scheme="dark", find="teacher"
    ),
}


def main(names: list[str], folder: Path = FOLDER) -> None:
    """Make pictures, all or some, into a folder."""
    folder.mkdir(exist_ok=True)
    made: dict[tuple[str, ...], Path] = {}
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        for name in names or SHOTS:
            shot = SHOTS[name]
            place = made.setdefault(shot.commands, Path(scratch) / str(len(made)))
            if not place.exists():
                place.mkdir()
                if shot.page:
                    lay_out(ROOT / "docs" / f"{shot.page}.md", place)
                for command in shot.commands:
                    printed(Command(command, []), place)
            _take(browser, shot, place, folder / name)


def _take(browser: Any, shot: Shot, place: Path, target: Path) -> None:
    file = place / shot.file
    if file.suffix == target.suffix:
        target.write_bytes(file.read_bytes())
        return
    if shot.sheet:
        file = file.with_suffix(f".{shot.sheet.replace(' ', '-')}.html")
        file.write_text(
            sheet_page(place / shot.file, shot.sheet, heading=shot.heading, rows=shot.rows)
        )
    seen = visit(browser, file, width=shot.size[0], height=shot.size[1], scheme=shot.scheme)
    if shot.find:
        seen.page.fill("#find", shot.find)
    if shot.to:
        seen.page.evaluate(f"document.getElementById('{shot.to}').scrollIntoView()")
    seen.page.screenshot(path=target)
    seen.page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
