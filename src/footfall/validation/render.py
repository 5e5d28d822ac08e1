"""The two forms of a validation: a table in the terminal, and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footfall.text import ascii_only, clean, percent, plural
from footfall.validation.findings import CHECKS, REMARKS, Finding, Place, Validation

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

JSON_VERSION = 1
MOST_ROWS = 200


def render_json(validation: Validation) -> str:
    """Return a validation as JSON, described key by key in `docs/validate.md`.

    Keys are always the same.
    """
    record = {
        "footfall_validation": JSON_VERSION,
        "events": validation.events,
        "against": validation.against,
        "count": validation.count,
        "is_clean": validation.is_clean,
        "findings": [_finding(found) for found in validation.findings],
        "remarks": [
            {
                "check": remark.check,
                "what": REMARKS[remark.check],
                "subject": remark.subject,
                "detail": remark.detail,
            }
            for remark in validation.remarks
        ],
        "skipped": [{"check": check, "why": why} for check, why in validation.skipped.items()],
        "taken": validation.taken,
        "no_events": validation.no_events,
    }
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def _finding(found: Finding) -> dict[str, Any]:
    at = found.at
    return {
        "check": found.check,
        "what": CHECKS[found.check],
        "subject": found.subject,
        "count": found.count,
        "share": found.share,
        "detail": found.detail,
        "example": found.example,
        "insert_id": at.insert_id if at else None,
        "file": (at.file or None) if at else None,
        "line": at.line if at else None,
    }


def render_table(validation: Validation, console: Console) -> None:
    """Print a validation: a table of what is wrong, then what looks odd, then a sentence.

    Args:
        validation: What to print.
        console: Where to; without colours if it has none.
    """
    if validation.findings:
        console.print(_table(validation, console))
    hidden = len(validation.findings) - MOST_ROWS
    if hidden > 0:
        console.print(
            _text(console, f"… and {hidden:,} more; --format json has them all", "dim")
        )
    for remark in validation.remarks:
        line = f"odd: {REMARKS[remark.check]}: {remark.subject}: {remark.detail}"
        console.print(_text(console, line, "yellow"), soft_wrap=True)
    for check, why in validation.skipped.items():
        console.print(
            _text(console, f"not checked: {CHECKS.get(check) or REMARKS[check]}: {why}", "dim"),
            soft_wrap=True,
        )
    console.print(
        _text(
            console, _sentence(validation), "bold green" if validation.is_clean else "bold red"
        ),
        soft_wrap=True,
    )


def _sentence(validation: Validation) -> str:
    events = plural(validation.count, "event")
    if validation.no_events:
        are = "is" if validation.no_events == 1 else "are"
        events += f" and {plural(validation.no_events, 'line')} that {are} none"
    if validation.is_clean:
        return f"{events}: nothing is wrong, against {validation.against}"
    kinds = len({found.check for found in validation.findings})
    things = len(validation.findings)
    failed = f"{plural(kinds, 'check')} failed, {plural(things, 'finding')}"
    return f"{events}: {failed}, against {validation.against}"


def _table(validation: Validation, console: Console) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for header, side in (
        ("What, where", "left"),
        ("Events", "right"),
        ("%", "right"),
        ("First", "left"),
    ):
        table.add_column(_text(console, header), justify=side)  # type: ignore[arg-type]  # rich's literal
    last = ""
    for found in validation.findings[:MOST_ROWS]:
        if found.check != last:
            table.add_row(_text(console, CHECKS[found.check], "bold red"))
        last = found.check
        cells = (f"  {found.subject}", f"{found.count:,}", percent(found.share), _first(found))
        table.add_row(*(_text(console, cell) for cell in cells))
    return table


def _first(found: Finding) -> str:
    """Return where the first one is, what stands there, and what is wrong with it."""
    value = (
        found.example and f"{place(found.at)}: {found.example}"
        if place(found.at)
        else found.example
    )
    return "; ".join(filter(None, (value or place(found.at), found.detail)))


def place(at: Place | None) -> str:
    """Return where an event is: its line, and its id where it has one."""
    if at is None:
        return ""
    where = f"line {at.line}" if at.line is not None else ""
    if at.file.count("/"):
        where = f"{Path(at.file).name} {where}".strip()
    return ", ".join(filter(None, (where, at.insert_id)))


def _text(console: Console, text: str, style: str = "") -> Text:
    """Return a text without markup and hidden characters, as the encoding can show it."""
    from rich.text import Text

    shown = clean(text)
    if console.options.ascii_only:
        shown = ascii_only(shown)
    return Text(shown, style, overflow="fold")
