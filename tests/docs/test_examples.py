"""What the documents show is what happens: every command is run, every program too, and its output compared.

The rules are in tests/README.md.
"""

import doctest
import re

import pytest

from tests.docs.examples import PAGES, blocks, commands, lay_out, pattern, printed


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands(page, tmp_path):
    """Commands shown in a page, run in order in an empty folder, print what the page says."""
    lay_out(page, tmp_path)
    for command in commands(page):
        output = printed(command, tmp_path)
        shown = "\n".join(command.expected)
        assert pattern(command.expected).fullmatch(output), (
            f"$ {command.text}\n--- printed\n{output}\n--- {page.name} shows\n{shown}"
        )


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if any(">>>" in b for b in blocks(p, "python"))],
    ids=lambda p: p.name,
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
