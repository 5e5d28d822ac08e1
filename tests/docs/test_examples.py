"""What the documents show is what happens: every command is run, every program too, and its output compared.

The rules are in tests/README.md.
"""

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """One command and what it should print."""

    text: str
    expected: list[str]


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(page.read_text()) if kind == language]


def commands(page: Path) -> list[Command]:
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


def pattern(expected: list[str]) -> re.Pattern[str]:
    """Return what output must look like: `...` is anything within a line, alone on a line any lines."""
    lines = [
        r"(?:[^\n]*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", r"[^\n]*") + "\n"
        for line in expected
    ]
    return re.compile("".join(lines))


def normal(output: str) -> str:
    return "".join(line.rstrip() + "\n" for line in output.splitlines())


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands(page, tmp_path):
    """Commands shown in a page, run in order in an empty folder, print what the page says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    for command in commands(page):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command.text],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        expected = pattern(command.expected).fullmatch(normal(done.stdout))
        shown = "\n".join(command.expected)
        assert expected, f"$ {command.text}\n--- printed\n{done.stdout}\n--- {page.name} shows\n{shown}"


@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(">>>" in b for b in blocks(p, "python"))], ids=lambda p: p.name
)
def test_programs(page, tmp_path, monkeypatch):
    """Programs shown in a page give what the page says."""
    monkeypatch.chdir(tmp_path)
    text = "\n".join(body for body in blocks(page, "python") if ">>>" in body)
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links(page):
    """Links between pages lead somewhere."""
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (page.parent / link).exists()] == []
