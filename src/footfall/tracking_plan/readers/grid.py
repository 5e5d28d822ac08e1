"""Grids: sheets as texts, whatever file they came from.

Sparse, bounded, and every cell with its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from footfall.errors import UsageError, shown
from footfall.tracking_plan.plan import Origin

MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_CELLS = 1_000_000
"""Of a sheet.

The largest plans have some thousand rows; a cell takes about a hundred bytes here.
"""
MOST_CHARACTERS = 32_767
"""Of a cell: what spreadsheets themselves can hold."""

# What no scenario may hold (`scenario.files`): line breaks of other alphabets become plain
# ones, the rest goes.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def cell_name(row: int, column: int) -> str:
    """Return what spreadsheets call a cell: `B7` for row 6 and column 1, counted from 0."""
    # Letters are digits from 1 to 26 without a zero: hence one is taken off before each
    # division.
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def refusal(at: Origin, message: str, *more: str) -> UsageError:
    """Return the error that says what cannot be used, where, what is accepted, and what helps."""
    return UsageError("\n  ".join((f"{at}: {message}", *filter(None, more))))


def clean(text: str) -> str:
    """Return a text without spaces around it and without characters that no scenario may hold."""
    return _HIDDEN.sub("", _BREAKS.sub("\n", text)).replace("\u00a0", " ").strip()


@dataclass(slots=True)
class Grid:
    """The filled cells of a sheet.

    Args:
        name: Of the sheet; "" in a file without sheets.
        rows: Row → column → text, both from 0; no cell is empty.
        faults: (row, column) → why the cell's value cannot be used; raised when somebody needs
            it.
        comments: (row, column) → what somebody has noted on the cell.
        wide: Rows with a cell that is merged across several columns, as headings are.
    """

    file: str
    name: str = ""
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    wide: set[int] = field(default_factory=set)
    n_cells: int = 0

    def origin(self, row: int, column: int) -> Origin:
        """Return the place of a cell, for messages."""
        return Origin(self.file, self.name, cell_name(row, column))

    def put(self, row: int, column: int, text: str) -> None:
        """Fill a cell; nothing is done with a text of spaces.

        Raises:
            UsageError: The cell is too long, too far out, or one too many.
        """
        kept = clean(text)
        if not kept:
            return
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            raise refusal(
                self.origin(row, column),
                "the sheet goes further than a plan can",
                f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns",
            )
        if len(kept) > MOST_CHARACTERS:
            message = f"the cell holds {len(kept):,} characters, beginning {shown(kept[:40])}"
            raise refusal(self.origin(row, column), message, f"at most {MOST_CHARACTERS:,}")
        # Counted as they are put, merged ranges included, which a few bytes may spread over a
        # million cells.
        self.n_cells += 1
        if self.n_cells > MOST_CELLS:
            raise refusal(
                self.origin(row, column), f"the sheet has more than {MOST_CELLS:,} filled cells"
            )
        self.rows.setdefault(row, {})[column] = kept

    def row(self, number: int) -> Mapping[int, str]:
        """Return the filled cells of a row."""
        return self.rows.get(number, {})

    def text(self, row: int, column: int | None) -> str:
        """Return what a cell says, "" when it is empty.

        Raises:
            UsageError: The cell has a value that cannot be used.
        """
        if column is None:
            return ""
        fault = self.faults.get((row, column))
        if fault:
            raise refusal(self.origin(row, column), fault)
        return self.row(row).get(column, "")
