"""How workbooks are read: by this package, by openpyxl in read-only mode and by calamine, each in a process of its own.

    python benchmarks/workbooks.py [--memory 4] [--seconds 200]

A plan as people write them (10,000 rows of 8 columns), then files that were not made in good faith, or that
spreadsheets open and libraries refuse. Prints processor time, the memory that reading added, and what came of it.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.sheets import edited, workbook

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
READERS = ("footfall", "openpyxl", "calamine")
N_ROWS = 10_000
MOST_OUT = 100_000


def main() -> None:
    """Print a table: file, its size, reader, seconds, MB, what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--memory", type=int, default=4, help="GiB that a reader may take")
    options.add_argument("--seconds", type=int, default=200, help="how long it may take")
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        resource.setrlimit(resource.RLIMIT_AS, (given.memory << 30, given.memory << 30))
        print(read(*given.one))
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in files(Path(folder)):
            for reader in READERS:
                came = in_a_process(reader, path, given)
                size = f"{path.stat().st_size:>11,} B"
                print(f"{path.stem:<22} {size}  {reader:<9} {came}", flush=True)


def files(folder: Path) -> list[Path]:
    """Write the workbooks, and return them."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    corners = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    empty = '<row r="2">' + "<c/>" * 4_000_000 + "</row>"
    wide = "".join(
        f'<row><c r="A{n}"><v>1</v></c><c r="XFD{n}"/></row>' for n in range(1, 100_001)
    )
    contents = {
        "two far corners": rows + corners.format(1_048_576, "XFD"),
        "two corners of a plan": rows + corners.format(100_000, "ALL"),
        "empty cells in a row": rows + empty,
        "rows as wide as can be": wide,
        "no number": rows + '<row r="9"><c r="Z9"><v>nan</v></c></row>',
        "formula without value": rows + '<row r="9"><c r="Z9"><f>1+1</f></c></row>',
    }
    made = [_plan(folder / "a plan.xlsx")]
    made += [
        _edited(folder, name, {SHEET: _sheet(content)}) for name, content in contents.items()
    ]
    padding = random.Random(1).randbytes(700_000)  # so that the file does not look like a bomb
    many = {SHEET: _sheet(empty.replace("<c/>", "<c/>" * 15)), "xl/media/x.bin": padding}
    made.append(_edited(folder, "sixty million cells", many))
    made.append(
        _edited(
            folder, "unknown underline", {"xl/styles.xml": ("<sz val", '<u val="1"/><sz val')}
        )
    )
    strict = _sheet(rows).replace(
        NAMESPACE.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )
    made.append(_edited(folder, "strict", {SHEET: strict}))
    return made


def _plan(path: Path) -> Path:
    header = [
        "Event",
        "Category",
        "Description",
        "Property",
        "Type",
        "Meaning",
        "Example",
        "Required",
    ]
    rows = [
        [f"Event {n // 6}", f"cat {n // 200}", f"What happens at {n // 6}", f"property_{n % 6}"]
        for n in range(N_ROWS)
    ]
    for n, row in enumerate(rows):
        row += ["string", f"Says what property {n} means to the business", str(n * 1.5), "yes"]
    return workbook(path, {"Events": [header, *rows]})


def _edited(folder: Path, name: str, changes: dict[str, bytes | tuple[str, str]]) -> Path:
    return edited(workbook(folder / f"{name}.xlsx", {"Events": [["Event"]]}), changes)


def _sheet(rows: str) -> bytes:
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def in_a_process(reader: str, path: Path, given: argparse.Namespace) -> str:
    """Return what came of reading a file."""
    command = [
        sys.executable,
        __file__,
        "--memory",
        str(given.memory),
        "--one",
        reader,
        str(path),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=given.seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"still at it after {given.seconds} s"
    return (
        done.stdout.strip()
        if done.returncode == 0
        else f"the process ended with {done.returncode}"
    )


def read(reader: str, path: str) -> str:
    """Read a file; return seconds, MB and how many cells have a value, or why there are none."""
    warnings.simplefilter("ignore")
    readers: dict[str, Callable[[], Callable[[str], int]]] = {
        "footfall": _footfall, "openpyxl": _openpyxl, "calamine": _calamine,
    }  # fmt: skip
    count = readers[reader]()
    before_mb, begun = most_mb(), time.process_time()
    try:
        said = f"{count(path):,} cells"
    except Exception as error:  # noqa: BLE001 - whatever a library raises is what is shown
        said = f"{type(error).__name__}: {error}".splitlines()[0][:90]
    seconds = time.process_time() - begun
    return f"{seconds:7.2f} s {most_mb() - before_mb:6,} MB  {said}"


def most_mb() -> int:
    """Return how much memory this process has had at most; `getrusage` would count its parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _footfall() -> Callable[[str], int]:
    from footfall.tracking_plan.readers.xlsx import read_workbook

    return lambda path: sum(grid.n_cells for grid in read_workbook(Path(path)).grids)


def _openpyxl() -> Callable[[str], int]:
    import openpyxl

    def count(path: str) -> int:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        n_cells = 0
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size is not to be trusted
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                if number > MOST_OUT:
                    raise ValueError("too many rows")
                n_cells += sum(value is not None for value in row)
        return n_cells

    return count


def _calamine() -> Callable[[str], int]:
    import python_calamine

    def count(path: str) -> int:
        book = python_calamine.load_workbook(path)
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        return sum(
            value != "" for sheet in sheets for row in sheet.iter_rows() for value in row
        )

    return count


if __name__ == "__main__":
    main()
