"""Writes what commands print and queries give now into pages: `python -m tests.docs.refresh docs/tutorial.md …`.

For use after the output version was raised: read the difference before you commit it, and the prose around it.
What a page leaves out stays left out: `...` within a line stays where the new line still fits, and of the parts between
lines `...` the first keeps to the beginning, the last to the end, others to where a line of the same words stands.
Nothing is written while the pinned streams (`tests/golden/`) are not what was recorded: pages would hide the change.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.docs import queries
from tests.docs.examples import Command, commands, lay_out, pattern, printed
from tests.golden import streams

REST = "..."


def renewed(command: Command, output: str) -> list[str]:
    """Return what a page should show for a command: as before where that fits, else what was printed."""
    lines = output.splitlines()
    if pattern(command.expected).fullmatch(output):
        return command.expected
    parts = _parts(command.expected)
    if len(parts) == 1:
        return _keep(parts[0], lines)
    shown = _keep(parts[0], lines[: len(parts[0])])
    for part in parts[1:-1]:
        at = next((i for i, line in enumerate(lines) if _words(line) == _words(part[0])), 0)
        shown += [REST, *_keep(part, lines[at : at + len(part)])]
    return [*shown, REST, *_keep(parts[-1], lines[len(lines) - len(parts[-1]) :])]


def _parts(expected: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in expected:
        if line.strip() == REST:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _keep(before: list[str], lines: list[str]) -> list[str]:
    partly = [line for line in before if REST in line]
    return [
        next((old for old in partly if pattern([old]).fullmatch(line + "\n")), line)
        for line in lines
    ]


def _words(line: str) -> list[str]:
    return re.findall(r"[^\W\d]+", line)


def commands_renewed(page: Path, text: str, folder: Path) -> str:
    """Run a page's commands in order and return its text with what they print."""
    lay_out(page, folder)
    at = 0
    for command in commands(page):
        call = "$ " + command.text.replace("\n", "\n> ")
        old = "\n".join([call, *command.expected])
        new = "\n".join([call, *renewed(command, printed(command, folder))])
        at = text.index(old, at)
        text = text[:at] + new + text[at + len(old) :]
        at += len(new)
    return text


def queries_renewed(text: str, folder: Path) -> str:
    """Return the text of the page on tables with what its queries give."""
    with queries.store(folder) as connection:
        return queries.QUERY.sub(
            lambda found: found[1] + found[2] + queries.table(connection, found[1]), text
        )


def main(pages: list[Path]) -> int:
    """Write pages anew, or say why not."""
    changed = streams.differences()
    if changed:
        print(f"No page was written.\n{streams.advice(changed)}", file=sys.stderr)  # noqa: T201
        return 1
    for page in pages:
        rewrite(page)
    return 0


def rewrite(page: Path) -> None:
    """Write a page anew."""
    with tempfile.TemporaryDirectory() as folder:
        text = commands_renewed(page, page.read_text(), Path(folder))
        if page.resolve() == queries.PAGE:
            text = queries_renewed(text, Path(folder))
    page.write_text(text)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
