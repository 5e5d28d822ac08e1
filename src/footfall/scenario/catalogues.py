"""Builds catalogues: rows written inline or in a CSV file, typed per column, weighted."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from footfall import units
from footfall.errors import SourceLocation, UnitError, shown
from footfall.scenario.forms import MapEntry
from footfall.scenario.leaf_records import Scalar, Text
from footfall.scenario.names import IDENTIFIER_ACCEPTS, parse_variable
from footfall.scenario.picks import check_weights
from footfall.scenario.popularity import zipf
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.records import Catalogue
from footfall.scenario.scalars import TIME_ZONE
from footfall.scenario.text_files import UnreadableError, nearest_file, read_text, reason

MOST_CSV_BYTES = 20 * 1024**2
# A column of the wrong type is wrong in every row: the first twenty say enough.
MOST_SHOWN = 20
HOME_COLUMNS = ("city", "country", "time_zone")
# Leading zeros and 19 or more digits are left to text: 007 and card numbers are codes.
_PLAIN_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?")


@dataclass(slots=True)
class _Table:
    """Rows before they are typed: each cell a text with its place; `types`: the declared."""

    columns: list[str]
    types: dict[str, str]
    rows: list[list[Text]]
    at: SourceLocation
    is_scalar: bool = False


@builds("catalogue")
def _catalogue(reader: Reader, fields: Fields) -> Catalogue | Invalid:
    if fields.is_bad("columns"):
        return INVALID
    table = _from_file(reader, fields) if fields.has("file") else _from_rows(reader, fields)
    if isinstance(table, Invalid) or not _is_regular(reader, fields, table):
        return INVALID
    types = [
        table.types.get(column) or _inferred(table, index)
        for index, column in enumerate(table.columns)
    ]
    columns = [_typed(reader, table, index, kind) for index, kind in enumerate(types)]
    weights = _weights(reader, fields, table)
    if fields.name and fields.name.text == reader.home:
        _check_home(reader, fields, table)
    return Catalogue(
        name=fields.name.text if fields.name else "devices",
        at=fields.at,
        columns=tuple(table.columns),
        types=tuple(types),
        rows=tuple(zip(*columns, strict=True)),
        weights=weights,
        is_scalar=table.is_scalar,
    )


def _is_regular(reader: Reader, fields: Fields, table: _Table) -> bool:
    n_before = len(reader.problems.found)
    reader.refuse_twins(
        ((column, table.at) for column in table.columns), f"{fields.label}: column"
    )
    width = len(table.columns)
    uneven = [row for row in table.rows if len(row) != width]
    for row in uneven[:MOST_SHOWN]:
        message = f"a row of {fields.label} has {_count(len(row), 'value')}, but there are {width} columns"
        reader.note(row[0].at, message, "columns: " + ", ".join(table.columns))
    return len(reader.problems.found) == n_before


def _check_home(reader: Reader, fields: Fields, table: _Table) -> None:
    for column in HOME_COLUMNS:
        if column not in table.columns:
            message = f"{fields.label} is where people live, but has no column {column}"
            hint = "people live by the clock of their home; add a time_zone such as Europe/Paris to each row"
            accepted = f"its columns are: {', '.join(table.columns)}"
            reader.note(table.at, message, accepted, hint if column == "time_zone" else "")
    if "time_zone" in table.columns:
        index = table.columns.index("time_zone")
        # One problem per unknown zone, at its first row: of equal keys a dict keeps the last.
        for cell in {row[index].text: row[index] for row in reversed(table.rows)}.values():
            reader.read(TIME_ZONE, cell, "column time_zone")


# --- written inline --------------------------------------------------------------------------------------------------


def _from_rows(reader: Reader, fields: Fields) -> _Table | Invalid:
    rows: list[Text | list[Text]] = fields.get("rows")
    declared = _declared(fields.get("columns", []))
    lists = [row for row in rows if isinstance(row, list)]
    at = fields.place("columns")
    if not lists and len(declared) <= 1:
        name = fields.name.text if fields.name else "devices"
        columns = declared or [(name, None)]
        return _table(
            columns,
            [[row] for row in rows if isinstance(row, Text)],
            at,
            is_scalar=not declared,
        )
    if len(lists) < len(rows) or not declared:
        accepts = (
            "write columns: [name, …] and every row as a list, or every row as a single value"
        )
        return reader.note(
            fields.place("rows"), f"the rows of {fields.label} have no columns", accepts
        )
    return _table(declared, lists, at)


def _table(
    columns: Sequence[tuple[str, str | None]],
    rows: list[list[Text]],
    at: SourceLocation,
    is_scalar: bool = False,
) -> _Table:
    types = {name: kind for name, kind in columns if kind}
    return _Table([name for name, _ in columns], types, rows, at, is_scalar)


def _declared(written: Iterable[Any]) -> list[tuple[str, str | None]]:
    declared: list[tuple[str, str | None]] = []
    for item in written:
        if isinstance(item, list):
            declared += _declared(item)
        else:
            declared.append(
                (item.name, item.value) if isinstance(item, MapEntry) else (item, None)
            )
    return declared


# --- from a file -----------------------------------------------------------------------------------------------------


def _from_file(reader: Reader, fields: Fields) -> _Table | Invalid:
    written: str = fields.get("file")
    at = fields.written["file"][1].at
    path = _path(reader, written, at)
    if isinstance(path, Invalid):
        return INVALID
    name = str(PurePath(reader.source).parent / written)
    try:
        text = read_text(path, MOST_CSV_BYTES)
    except OSError as error:
        beside = nearest_file(path)
        return reader.note(
            at,
            f"{shown(written)} cannot be read: {reason(error)}",
            "write the name of a CSV file beside the scenario",
            f"did you mean {PurePath(written).with_name(beside)}?" if beside else "",
        )
    except UnreadableError as problem:
        return reader.note(
            SourceLocation(name, problem.line, problem.column),
            problem.message,
            problem.accepted,
        )
    table = _parsed(reader, text, name)
    return table if isinstance(table, Invalid) else _with_types(reader, fields, table)


def _path(reader: Reader, written: str, at: SourceLocation) -> Path | Invalid:
    if reader.folder is None:
        return reader.note(
            at, f"{shown(written)} cannot be found: this scenario is a text without a folder"
        )
    # By the rules of both systems, wherever this runs: a scenario that loads on one loads on
    # the other.
    parts = {*PurePosixPath(written).parts, *PureWindowsPath(written).parts}
    is_absolute = PurePosixPath(written).is_absolute() or bool(PureWindowsPath(written).anchor)
    path = reader.folder / written
    if ".." in parts or is_absolute or not _is_below(path, reader.folder):
        return reader.note(
            at,
            f"{shown(written)} lies outside of the scenario's folder",
            "write a file in that folder or below",
        )
    return path


def _is_below(path: Path, folder: Path) -> bool:
    try:
        # Links are followed: one that leads out of the folder is refused as well.
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of symbolic links
        return False


def _parsed(reader: Reader, text: str, name: str) -> _Table | Invalid:
    # Strict, or else a quote that is never closed takes the rest of the file into one cell.
    # `splitlines` knows more line breaks than CSV, but `read_text` has refused them all.
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[list[Text]] = []
    try:
        first = 1
        for cells in lines:
            rows += [_placed(cells, SourceLocation(name, first, 1))] if cells else []
            # `line_num` is the last line that was read; a cell with line breaks began above it.
            first = lines.line_num + 1
    except csv.Error as error:
        return reader.note(
            SourceLocation(name, lines.line_num, 1),
            f"this is not CSV: {error}",
            "put a text with a quote or line break into quotes",
        )
    if len(rows) < 2:
        return reader.note(
            SourceLocation(name, 1, 1),
            f"the file has {_count(len(rows), 'line')}",
            "write a header and at least one row",
        )
    return _headed(reader, rows)


def _placed(cells: list[str], at: SourceLocation) -> list[Text]:
    """Return cells with their places.

    In a row that holds quotes or line breaks all have the place of the row: csv keeps no columns.
    """
    placed, column = [], 1
    is_plain = not any(character in cell for cell in cells for character in '",\n')
    for cell in cells:
        placed.append(Text(cell, SourceLocation(at.file, at.line, column if is_plain else 1)))
        column += len(cell) + 1
    return placed


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _headed(reader: Reader, rows: list[list[Text]]) -> _Table | Invalid:
    header = [cell.text.strip() for cell in rows[0]]
    is_valid = True
    for index, cell in enumerate(header):
        try:
            parse_variable(cell)
        except UnitError as error:
            hint = "separate columns by commas" if ";" in cell or "\t" in cell else error.hint
            reader.note(
                rows[0][index].at,
                f"column {error.message}",
                error.accepted or IDENTIFIER_ACCEPTS,
                hint,
            )
            is_valid = False
    return _Table(header, {}, rows[1:], rows[0][0].at) if is_valid else INVALID


def _with_types(reader: Reader, fields: Fields, table: _Table) -> _Table:
    for column, kind in _declared(fields.get("columns", [])):
        if column not in table.columns:
            accepts = f"{table.at.file} has the columns {', '.join(table.columns)}"
            hint = units.nearest_hint(column, table.columns)
            reader.note(
                fields.place("columns"),
                f"{fields.label} has no column {shown(column)}",
                accepts,
                hint,
            )
        elif kind:
            table.types[column] = kind
    return table


# --- types -----------------------------------------------------------------------------------------------------------


def _inferred(table: _Table, index: int) -> str:
    # Empty cells are null in every type. Quotes make a text in YAML; of CSV they are not handed
    # on.
    cells = [row[index] for row in table.rows if not _is_empty(row[index])]
    if not cells or any(cell.is_quoted for cell in cells):
        return "text"
    if all(_PLAIN_INTEGER.fullmatch(cell.text) for cell in cells):
        return "integer"
    return "number" if all(_PLAIN_NUMBER.fullmatch(cell.text) for cell in cells) else "text"


def _is_empty(cell: Text) -> bool:
    return cell.is_null or (not cell.text and not cell.is_quoted)


def _typed(reader: Reader, table: _Table, index: int, kind: str) -> list[Scalar]:
    n_bad, values = 0, []
    for row in table.rows:
        try:
            values.append(_value(row[index], kind, reader.currency))
        except UnitError as error:
            n_bad += 1
            # A cell for each row, right or not: the columns are zipped strictly.
            values.append(None)
            if n_bad <= MOST_SHOWN:
                reader.note(
                    row[index].at,
                    f"column {table.columns[index]}: {error.message}",
                    error.accepted,
                    error.hint,
                )
    return values


def _value(cell: Text, kind: str, currency: str) -> Scalar:
    if _is_empty(cell):
        return None
    match kind:
        case "integer":
            return units.parse_integer(cell.text)
        case "number":
            return units.parse_number(cell.text)
        case "money":
            return units.parse_money(cell.text, currency)
    return cell.text


# --- weights ---------------------------------------------------------------------------------------------------------


def _weights(reader: Reader, fields: Fields, table: _Table) -> tuple[Decimal, ...] | None:
    weights: Sequence[Decimal] | None = fields.get("weights")
    if "popularity" in fields.read:
        return zipf(len(table.rows), fields.get("popularity"))
    if "weight" in fields.read:
        weights = _weight_column(reader, fields, table)
    if weights is None:
        return None
    if len(weights) != len(table.rows):
        message = f"{fields.label} has {len(table.rows)} rows and {len(weights)} weights"
        reader.note(fields.place("weights"), message, "write one weight per row")
    else:
        _check_total(reader, fields, weights)
    return tuple(weights)


def _check_total(reader: Reader, fields: Fields, weights: Sequence[Decimal]) -> None:
    if not any(weights):
        reader.note(
            fields.at,
            f"all weights of {fields.label} are 0",
            "write at least one weight above 0",
        )
    elif fields.has("weights"):
        node: Any = fields.written["weights"][1]
        check_weights(
            reader,
            fields.label,
            [item.text for item in node.items],
            list(zip(node.items, weights, strict=True)),
        )


def _weight_column(reader: Reader, fields: Fields, table: _Table) -> list[Decimal] | None:
    column = fields.get("weight")
    if column not in table.columns:
        accepts = f"its columns are: {', '.join(table.columns)}"
        hint = units.nearest_hint(column, table.columns)
        reader.note(
            fields.written["weight"][1].at,
            f"{fields.label} has no column {shown(column)}",
            accepts,
            hint,
        )
        return None
    index = table.columns.index(column)
    return [_weight(reader, row[index], column) for row in table.rows]


def _weight(reader: Reader, cell: Text, column: str) -> Decimal:
    try:
        return units.parse_weight(cell.text)
    except UnitError as error:
        reader.note(cell.at, f"column {column}: {error.message}", error.accepted, error.hint)
        # The problem is noted; a 0 could make the sum 0, and that a second one.
        return Decimal(1)
