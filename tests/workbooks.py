"""Shows the sheets of a workbook as pages, so that they can be looked at where there is no spreadsheet program."""

from __future__ import annotations

import base64
import re
import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from footfall.tracking_plan.sheet_columns import DIAGRAMS

CHARACTER_PX, POINT_PX, EMU = 7, 4 / 3, 9525
DRAWING = "xl/drawings/drawing1.xml"
ANCHOR = re.compile(r'<row>(\d+)</row>.*?<ext cx="(\d+)" cy="(\d+)"')
STYLE = """
body{margin:0;background:#fff;font:11pt Carlito,Calibri,'Liberation Sans',Arial,sans-serif}
table{border-collapse:collapse;table-layout:fixed}
td{border:1px solid #e3e6ea;padding:1px 3px;vertical-align:top;overflow:hidden;white-space:pre;height:20px}
td.head{position:relative;overflow:visible;background:#f1f3f5;color:#555;text-align:center;font-size:9pt}
td.wrapped{white-space:normal}
img{position:absolute;left:36px;top:0;z-index:1}table.plain td:not(.head){border-color:transparent}
.name{padding:4px 10px;background:#f1f3f5;border-top:2px solid #217346;display:inline-block;font-weight:600}
"""


@dataclass(frozen=True)
class Picture:
    """A picture on the sheet of diagrams: the row where it begins, from 1, its size in px, and the PNG."""

    row: int
    width: int
    height: int
    content: bytes


def pictures_of(file: Path) -> list[Picture]:
    """Return the pictures of a workbook of ours; openpyxl itself reads them only where Pillow is."""
    with zipfile.ZipFile(file) as book:
        if DRAWING not in book.namelist():
            return []
        anchors = ANCHOR.findall(book.read(DRAWING).decode())
        return [
            Picture(
                int(row) + 1,
                int(cx) // EMU,
                int(cy) // EMU,
                book.read(f"xl/media/image{number}.png"),
            )
            for number, (row, cx, cy) in enumerate(anchors, 1)
        ]


def sheet_page(file: Path, name: str, *, heading: str = "", rows: int = 200) -> str:
    """Return a sheet as HTML: widths, heights, fonts, fills and pictures as the workbook has them.

    Args:
        heading: Text in the first column where to begin.
        rows: How many.
    """
    sheet = openpyxl.load_workbook(file)[name]
    pictures = (
        {picture.row: _image(picture) for picture in pictures_of(file)}
        if name == DIAGRAMS
        else {}
    )
    first = next(
        (
            r
            for r in range(1, sheet.max_row + 1)
            if heading and sheet.cell(r, 1).value == heading
        ),
        1,
    )
    shown = range(first, min(max(sheet.max_row, *pictures, 1), first + rows - 1) + 1)
    columns = range(1, sheet.max_column + 1)
    widths = [
        sheet.column_dimensions[get_column_letter(c)].width * CHARACTER_PX + 5 for c in columns
    ]
    letters = "".join(f"<td class=head>{get_column_letter(c)}</td>" for c in columns)
    lines = [
        f"<tr style='height:{(sheet.row_dimensions[r].height or 15) * POINT_PX}px'>"
        f"<td class=head>{pictures.get(r, '')}{r}</td>{''.join(_cell(sheet.cell(r, c)) for c in columns)}</tr>"
        for r in shown
    ]
    cols = "".join(f"<col style='width:{width}px'>" for width in (36, *widths))
    grid = "" if sheet.sheet_view.showGridLines else " class=plain"
    return (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>"
        f"<table{grid} style='width:{sum(widths) + 36}px'>{cols}<tr><td class=head></td>{letters}</tr>"
        f"{''.join(lines)}</table><div class=name>{escape(name)}</div>"
    )


def _image(picture: Picture) -> str:
    data = base64.b64encode(picture.content).decode()
    return f"<img style='width:{picture.width}px;height:{picture.height}px' src='data:image/png;base64,{data}'>"


def _cell(cell: Any) -> str:
    font, fill = cell.font, cell.fill
    colour = (
        f"color:#{font.color.rgb[-6:]};"
        if font.color is not None and isinstance(font.color.rgb, str)
        else ""
    )
    ground = f"background:#{fill.fgColor.rgb[-6:]};" if fill.fill_type == "solid" else ""
    weight = "font-weight:600;" if font.b else ""
    wrapped = " class=wrapped" if cell.alignment.wrap_text else ""
    overflow = "" if cell.alignment.wrap_text or not cell.value else "overflow:visible;"
    style = f"{colour}{ground}{weight}{overflow}font-size:{font.sz or 11}pt"
    text = str(cell.value or "")
    return f'<td{wrapped} style="{style}"><div>{escape(text)}</div></td>'
