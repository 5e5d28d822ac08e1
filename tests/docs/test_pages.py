"""A reader who begins at the README finds every page, and every heading that a link names."""

import re
from pathlib import Path

import pytest

from tests.docs.examples import PAGES, ROOT

LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")


def prose(page: Path) -> str:
    """Return a page without its fenced blocks and comments."""
    return re.sub(
        r"^```.*?^```$|<!--.*?-->", "", page.read_text(), flags=re.MULTILINE | re.DOTALL
    )


def links(page: Path) -> list[tuple[Path, str]]:
    """Return where a page's links lead on this machine: the file, and the heading's anchor or nothing."""
    found = [
        (path, anchor)
        for path, anchor in LINK.findall(prose(page))
        if "://" not in path and ":" not in path
    ]
    return [
        ((page.parent / path).resolve() if path else page, anchor) for path, anchor in found
    ]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in headings
    }


def test_every_page_is_found():
    """Every page can be reached by links from the README, and docs/index.md lists all of docs/."""
    index = ROOT / "docs" / "index.md"
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            todo += [target for target, _ in links(page)]
    assert {page.relative_to(ROOT).as_posix() for page in {*PAGES} - seen} == set(), (
        "not reached from README.md"
    )
    listed = {target for target, _ in links(index)}
    docs = {page for page in PAGES if page.parent == index.parent} - {index}
    assert {page.name for page in docs - listed} == set(), "not listed in docs/index.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_anchors(page):
    """A link to a heading names one that is there."""
    named = [
        (target, anchor) for target, anchor in links(page) if anchor and target.suffix == ".md"
    ]
    assert [
        f"{target.name}#{anchor}" for target, anchor in named if anchor not in anchors(target)
    ] == []
