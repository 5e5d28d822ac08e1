"""Workbooks as analysts leave them, made by openpyxl; and by hand, where it would not write what a sheet can hold."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import openpyxl


def workbook(
    path: Path,
    sheets: Mapping[str, Iterable[Iterable[object]]],
    merged: Mapping[str, list[str]] | None = None,
):
    """Write a workbook: sheet → rows; `merged` says which ranges of a sheet are merged."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def edited(
    path: Path,
    changes: Mapping[str, bytes | tuple[str, str]],
    level: int = zipfile.ZIP_DEFLATED,
):
    """Replace parts of a workbook (or texts in them: (old, new)), as no library would write them."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name, change in changes.items():
        if isinstance(change, bytes):
            parts[name] = change
        else:
            assert change[0].encode() in parts[name], parts[name]
            parts[name] = parts[name].replace(change[0].encode(), change[1].encode())
    with zipfile.ZipFile(path, "w", level) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path
