"""The tracking plan's page, as a browser shows it."""

import pytest

from footfall.tracking_plan.writers.page import render_page
from tests.browser import visit
from tests.plans import plan_saying
from tests.unit.tracking_plan.test_page import HOSTILE, page

__all__ = ["page"]  # a fixture


SHOWN = "[...document.querySelectorAll('article')].filter(a => a.offsetParent).map(a => a.id)"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_in_a_browser(scheme, browser, page, tmp_path):
    """Nothing is requested or complained about; the search finds events by name, property and description."""
    file = tmp_path / "plan.html"
    file.write_text(page, encoding="utf-8")
    seen = visit(browser, file, scheme=scheme)
    assert seen.page.evaluate(SHOWN) == ["event-1", "event-2", "event-3", "event-4"]
    for words, found in (
        ("ROOM price", ["event-2"]),
        ("likes it", ["event-3"]),
        ("nothing like this", []),
    ):
        seen.page.fill("#find", words)
        assert seen.page.evaluate(SHOWN) == found
        assert seen.page.text_content("#count") == f"{len(found)} of 4 events"
    seen.page.keyboard.press("Escape")
    assert len(seen.page.evaluate(SHOWN)) == 4
    assert seen.said == []
    assert [url for url in seen.requests if not url.startswith("file:")] == []
    narrow = visit(browser, file, width=380, scheme=scheme)
    assert narrow.page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.browser
def test_hostile_plan_in_a_browser(browser, tmp_path):
    """A plan of hostile texts runs nothing."""
    file = tmp_path / "plan.html"
    file.write_bytes(render_page(plan_saying(HOSTILE)))
    seen = visit(browser, file)
    assert seen.said == []
    assert [url for url in seen.requests if not url.startswith("file:")] == []
