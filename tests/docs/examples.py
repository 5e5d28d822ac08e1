"""What the documents show: commands, programs, and what they should print. The rules are in tests/README.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.processes import command_folder

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """One command and what it should print."""

    text: str
    expected: list[str]


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language, in order."""
    return [body for kind, body in FENCE.findall(page.read_text()) if kind == language]


def commands(page: Path) -> list[Command]:
    """Return the commands of a page's `console` blocks, in order."""
    found: list[Command] = []
    for block in blocks(page, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:], []))
            elif line.startswith("> "):
                found[-1].text += "\n" + line[2:]
            else:
                found[-1].expected.append(line)
    return found


def lay_out(page: Path, folder: Path) -> None:
    """Put the files of a page (docs/tutorial/ for docs/tutorial.md) into the folder where its commands run."""
    files = page.with_suffix("")
    if files.is_dir():
        shutil.copytree(files, folder, dirs_exist_ok=True)


def printed(command: Command, folder: Path) -> str:
    """Run a command in a folder and return what it printed, blanks at the ends of lines taken off."""
    folders = (command_folder(), Path(sys.executable).parent, os.environ["PATH"])
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(map(str, folders)),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def pattern(expected: list[str]) -> re.Pattern[str]:
    """Return what output must look like: `...` is anything within a line, alone on a line any lines."""
    lines = [
        r"(?:[^\n]*\n)*?"
        if line.strip() == "..."
        else re.escape(line.rstrip()).replace(r"\.\.\.", r"[^\n]*") + "\n"
        for line in expected
    ]
    return re.compile("".join(lines))
