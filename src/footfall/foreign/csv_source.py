"""CSV of others as a typed table: any separator and encoding, ragged rows told with their line."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from footfall.errors import UsageError
from footfall.foreign.encodings import BLOCK_BYTES, as_utf8, encoding_of, encoding_of_file
from footfall.foreign.json_array import LONGEST_LINE_BYTES
from footfall.foreign.lines import unpacked, whole
from footfall.foreign.role_contents import Sampled, is_untimed
from footfall.foreign.role_names import is_like_ids, is_like_versions, plain
from footfall.foreign.roles import Named, recognise
from footfall.store.dialect import literal, quote
from footfall.store.temporary_folders import temporary_folder

if TYPE_CHECKING:
    import duckdb

HEAD_BYTES = 1 << 20
HEAD_LINES = 200
"""Lines by which the separator is found."""
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 20_000
"""Rows by which a column's type is supposed; all rows have to bear it out."""
TABLE = "rows_"
# Ours are JSON texts, whatever stands in them.
_OBJECTS = ("event_properties", "user_properties")


@dataclass(frozen=True, slots=True)
class CsvForm:
    """The form of a CSV file.

    Args:
        path: A copy in UTF-8 where it was in another encoding, else the file.
        is_packed: With gzip.
        delimiter: What separates cells.
        names: Of the columns: empty ones numbered, equal ones told apart.
    """

    path: Path
    is_packed: bool
    delimiter: str
    names: tuple[str, ...]


def csv_form(path: Path) -> CsvForm:
    """Return the form of a CSV file; a copy in UTF-8 is made where it is in another encoding.

    Raises:
        UsageError: It is empty, no text, or cannot be read to its end.
    """
    readable = path
    with whole(path, path.name):
        with path.open("rb") as raw, unpacked(raw) as file:
            is_packed, limited = file is not raw, _LimitedLines(path, file)
            encoding = encoding_of_file(limited)  # type: ignore[arg-type]  # all that is asked of it is to read
            # DuckDB reads a packed file that is cut off as if it were whole.
            while limited.read(BLOCK_BYTES):
                pass
        if encoding not in ("utf-8", "utf-8-sig"):
            readable, is_packed = _copied(path, encoding), False
    with readable.open("rb") as raw, unpacked(raw) as file:
        head = file.read(HEAD_BYTES).decode("utf-8-sig", "replace")
    if "\0" in head:
        raise UsageError(
            f"{path} is no text: it holds zero bytes\n"
            "  accepted: CSV in UTF-8, UTF-16 or a code page of Windows"
        )
    lines = head.splitlines(keepends=True)[:HEAD_LINES]
    delimiter = max(DELIMITERS, key=lambda sign: _rate(lines, sign))
    header = _header(path, lines, delimiter)
    return CsvForm(readable, is_packed, delimiter, _unlike(header))


class _LimitedLines:
    """A file whose lines are refused beyond a length: DuckDB passes over a row that is larger than its buffer."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file
        self._line, self._length = 1, 0

    def read(self, size: int) -> bytes:
        block = self._file.read(size)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if self._length + (len(block) if last < 0 else block.find(b"\n")) > LONGEST_LINE_BYTES:
            raise UsageError(
                f"{self._path}:{self._line}: this line is longer than {LONGEST_LINE_BYTES >> 20} MB, "
                "the most that a line may have\n  accepted: CSV, with a row per event\n  hint: take the line out"
            )
        self._line += block.count(b"\n")
        self._length = len(block) - 1 - last if last >= 0 else self._length + len(block)
        return block


def _header(path: Path, lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
        header = next(rows, [])
        with suppress(csv.Error):  # told as a bad line, further on
            if header and not any(rows):
                raise UsageError(
                    f"{path} holds no events: it has a header and no rows\n"
                    "  accepted: a row per event below the header"
                )
    except csv.Error as error:
        raise UsageError(
            f"{path}:1: its header cannot be read: {error}\n"
            "  accepted: CSV whose first line names the columns"
        ) from None
    if not header:
        raise UsageError(f"{path} holds no events: it is empty")
    return header


def _copied(path: Path, encoding: str) -> Path:
    copy = temporary_folder() / f"{secrets.token_hex(8)}.csv"
    try:
        with path.open("rb") as raw, unpacked(raw) as file, copy.open("xb") as target:
            for block in as_utf8(file, encoding):
                target.write(block)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _rate(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """Return how well a sign separates: rows that have as many cells as the header, and how many these are."""
    rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    widths: list[int] = []
    # A cell without an end says nothing of the rows before it.
    with suppress(csv.Error):
        widths.extend(len(row) for row in rows if row)
    if not widths or widths[0] < 2:
        return 0, 0
    return Counter(widths)[widths[0]], widths[0]


def is_table(text: str) -> bool:
    """Return whether nearly all lines of a text have as many cells as the first one, and several."""
    lines = text.splitlines(keepends=True)[:HEAD_LINES]
    n_like, _ = max(_rate(lines, sign) for sign in DELIMITERS)
    return n_like >= max(2, 0.9 * sum(bool(line.strip()) for line in lines))


def holds_roles(path: Path, plan_titles: Collection[str]) -> bool:
    """Return whether the columns of a CSV file show a person, a time and an event type.

    Args:
        path: The file.
        plan_titles: What only a plan's columns are called, in lower case: without any of them, also a time
            that cannot be read makes a log.

    Raises:
        UsageError: Its beginning cannot be read.
    """
    with whole(path, path.name), path.open("rb") as raw, unpacked(raw) as file:
        content = file.read(HEAD_BYTES)
    text = content.decode(encoding_of(content), "replace")
    lines = text.splitlines(keepends=True)[:HEAD_LINES]
    delimiter = max(DELIMITERS, key=lambda sign: _rate(lines, sign))
    rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    try:
        header, *cells = [row for row in rows if row]
        sampled = {
            name: _sampled([row[i] for row in cells if len(row) == len(header)], delimiter)
            for i, name in enumerate(header)
        }
        recognise(str(path), sampled, Named())
    except UsageError:
        # A log may have a column `properties` of JSON.
        titles = {
            name.strip().lower().replace("_", " ")
            for name, one in sampled.items()
            if not all(text.startswith("{") for text in one.values)
        }
        return not titles & set(plan_titles) and is_untimed(sampled)
    except (ValueError, csv.Error):
        return False
    return True


def _sampled(texts: list[str | None], delimiter: str) -> Sampled:
    """Return a column by its texts: among semicolons, days that come first are times."""
    values = [text for text in texts if text]
    is_day = delimiter == ";" and bool(values) and all(map(_DAY.fullmatch, values))
    return Sampled("TIMESTAMP" if is_day else "VARCHAR", texts)


_DAY = re.compile(r"\d{1,2}[.]\d{1,2}[.]\d{4}( \d{1,2}:\d\d(:\d\d)?)?")


def _unlike(header: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for name in header:
        # pandas leaves the header of its row numbers empty.
        unlike, n = name, 1
        while unlike.lower() in {one.lower() for one in names}:
            n += 1
            unlike = f"{name}_{n}"
        names.append(unlike)
    return tuple(names)


# --- reading ---------------------------------------------------------------------------------------------------------


def load_csv(connection: duckdb.DuckDBPyConnection, form: CsvForm, named: Named) -> str:
    """Fill the table `rows_` with typed columns, and `bad` with lines that are no rows.

    Args:
        connection: An empty database in memory that may read the file.
        form: Of the file.
        named: Columns that somebody named.

    Returns:
        What is to be said of numbers that can be read in two ways.
    """
    cells = [f"c{i}" for i in range(len(form.names))]
    listed = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    # One cell too many or too few is no reason to refuse a file: such rows are put aside, with
    # their lines.
    options = (
        f"auto_detect = false, header = true, columns = {{{listed}}}, delim = {literal(form.delimiter)}, "
        "quote = '\"', escape = '\"', store_rejects = true, rejects_limit = 0, "
        f"compression = '{'gzip' if form.is_packed else 'none'}'"
    )
    connection.execute(
        "CREATE TABLE cells_ AS SELECT row_number() OVER () - 1 AS row_n_, * "
        f"FROM read_csv({literal(str(form.path))}, {options})"
    )
    _take_rejects(connection, len(form.names))
    types = _types(connection, cells, form, named)
    said = _two_ways(connection, types, form)
    columns = ", ".join(
        f"{_typed(cell, kind)} AS {quote(name or 'column0')}"
        for (cell, kind), name in zip(types.items(), form.names, strict=True)
    )
    # Joining sorts all rows: only where lines and rows are not in step.
    (n_bad,) = connection.execute("SELECT count(*) FROM bad").fetchone() or (0,)
    line, of = ("row_n_ + 2", "cells_") if not n_bad else _IN_STEP
    connection.execute(
        f"CREATE TABLE {TABLE} AS SELECT row_n_, {line} AS row_line_, {columns} FROM {of}"
    )
    connection.execute("DROP TABLE cells_")
    return said


_IN_STEP = (
    "row_n_ + 2 + coalesce(n_before, 0)",
    "cells_ ASOF LEFT JOIN rejected_ ON cells_.row_n_ >= rejected_.from_row ORDER BY row_n_",
)


def _take_rejects(connection: duckdb.DuckDBPyConnection, n_columns: int) -> None:
    connection.execute(
        "CREATE TABLE bad AS SELECT row_number() OVER (ORDER BY line) - 1 AS n, 0 AS part, line, text, reason FROM ("
        "SELECT CAST(line AS BIGINT) AS line, any_value(trim(csv_line, chr(10) || chr(13))) AS text, any_value("
        "CASE error_type WHEN 'MISSING COLUMNS' THEN concat('fewer cells than the header, which has ', "
        f"{n_columns}) WHEN 'TOO MANY COLUMNS' THEN concat('more cells than the header, which has ', {n_columns}) "
        "WHEN 'UNQUOTED VALUE' THEN 'a quote is not closed' ELSE lower(error_message) END) AS reason "
        "FROM reject_errors GROUP BY 1)"
    )
    # The k-th bad line at line L stands before row L - 2 - k of those that were read.
    connection.execute(
        "CREATE TABLE rejected_ AS SELECT line - 2 - n AS from_row, max(n) + 1 AS n_before FROM bad GROUP BY 1"
    )


def _types(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[str], form: CsvForm, named: Named
) -> dict[str, str]:
    """Return the kind of each column: what the first rows have, if all others bear it out."""
    supposed: dict[str, str] = {}
    for cell, name in zip(cells, form.names, strict=True):
        kinds = _kinds(name, form, named)
        counts = ", ".join(_count(cell, kind) for kind in kinds) or "0"
        of_sample = f"(SELECT {cell} FROM cells_ LIMIT {SAMPLE_ROWS})"
        n, *found = connection.execute(
            f"SELECT count({cell}), {counts} FROM {of_sample}"
        ).fetchone() or (0,)
        supposed[cell] = next(
            (kind for kind, count in zip(kinds, found, strict=False) if n and count == n),
            "VARCHAR",
        )
    typed = {cell: kind for cell, kind in supposed.items() if kind != "VARCHAR"}
    if typed:
        tests = ", ".join(
            f"count({cell}) - {_count(cell, kind)}" for cell, kind in typed.items()
        )
        wrong = connection.execute(f"SELECT {tests} FROM cells_").fetchone() or ()
        for cell, n_wrong in zip(typed, wrong, strict=True):
            if n_wrong:
                name = form.names[cells.index(cell)]
                can_widen = supposed[cell] == "BIGINT" and "DOUBLE" in _kinds(name, form, named)
                supposed[cell] = _wider(connection, cell) if can_widen else "VARCHAR"
    return supposed


def _kinds(name: str, form: CsvForm, named: Named) -> Sequence[str]:
    """Return the kinds that a column can be of: ids stay as they are written, but for the point of pandas."""
    if name in _OBJECTS:
        return ()
    ids = {plain(column) for column in (named.user, named.session, named.id) if column}
    if is_like_ids(name) or plain(name) in ids:
        return ("BIGINT", "FLOATED")
    none = ("FLOATED", *(("DOUBLE", "COMMA") if is_like_versions(name) else ()))
    return [
        kind
        for kind in _TESTS
        if kind not in none and (kind not in ("COMMA", "DAY") or form.delimiter == ";")
    ]


_CASTS = {
    # Whole numbers of a column with gaps, as pandas writes them.
    "FLOATED": "TRY_CAST({0} AS DOUBLE)",
    # Only where cells are separated by semicolons: there a comma is a decimal one, and days come first.
    "COMMA": "TRY_CAST(replace(replace({0}, '.', ''), ',', '.') AS DOUBLE)",
    "DAY": "try_strptime({0}, ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S'])",
}
# Numbers only where they give back what is written: 007, +49 and 1e5 are names of something, as likely as not, and
# of more than 15 digits a float may lose some.
_TESTS = {
    "BIGINT": "CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR) = {0}",
    "DOUBLE": "TRY_CAST({0} AS DOUBLE) IS NOT NULL AND NOT regexp_matches({0}, "
    "'^[+]|^-?0[0-9]|^-?[0-9]{{17}}|^[0-9]+[eE][0-9]+$|^\\s|\\s$') "
    "AND NOT (regexp_matches({0}, '^-?[0-9]{{16}}') AND abs(TRY_CAST({0} AS DOUBLE)) >= 9007199254740992)",
    "BOOLEAN": "lower({0}) IN ('true', 'false')",
    "JSON": "left({0}, 1) IN ('{{', '[') AND TRY_CAST({0} AS JSON) IS NOT NULL",
    "FLOATED": "regexp_full_match(lower({0}), '-?(0|[1-9][0-9]{{0,14}})[.]0|nan')",
    "COMMA": "regexp_full_match({0}, '-?(0|[1-9][0-9]{{0,14}}|[1-9][0-9]{{0,2}}([.][0-9]{{3}}){{1,4}})(,[0-9]+)?')",
    "DAY": "regexp_full_match({0}, '[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{4}}( [0-9:]+)?') "
    f"AND {_CASTS['DAY']} IS NOT NULL",
}


def _count(cell: str, kind: str) -> str:
    count = f"count(*) FILTER ({_TESTS[kind].format(cell)})"
    # Without any comma, 1.234.567 may as well be a version.
    return (
        f"{count} * CAST(bool_or(contains({cell}, ',')) AS INT)" if kind == "COMMA" else count
    )


def _two_ways(
    connection: duckdb.DuckDBPyConnection, types: dict[str, str], form: CsvForm
) -> str:
    """Return what is said of columns whose points could separate thousands, as all stand before three digits."""
    if form.delimiter != ";":
        return ""
    said = []
    for (cell, kind), name in zip(types.items(), form.names, strict=True):
        is_thousands = f"regexp_full_match({cell}, '-?[1-9][0-9]{{0,2}}[.][0-9]{{3}}')"
        found = (
            kind == "DOUBLE"
            and connection.execute(
                f"SELECT any_value({cell}) FILTER ({is_thousands}) FROM cells_ "
                f"HAVING bool_and({is_thousands} OR NOT contains({cell}, '.'))"
            ).fetchone()
        )
        if found and found[0]:
            thousands = found[0].replace(".", "")
            said.append(
                f"the point of {name or 'column0'} as a decimal one: {found[0]} is not {thousands}"
            )
    return "; ".join(said)


def _wider(connection: duckdb.DuckDBPyConnection, cell: str) -> str:
    """Return the type of a column whose first rows are whole numbers and later ones are not: a number, or a text."""
    found = connection.execute(
        f"SELECT count({cell}) = {_count(cell, 'DOUBLE')} FROM cells_"
    ).fetchone()
    return "DOUBLE" if found and found[0] else "VARCHAR"


def _typed(cell: str, kind: str) -> str:
    if kind in _CASTS:
        return _CASTS[kind].format(cell)
    return cell if kind == "VARCHAR" else f"TRY_CAST({cell} AS {kind})"
