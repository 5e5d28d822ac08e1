"""The report's page, as a browser shows it."""

from __future__ import annotations

import pytest

from tests.browser import visit
from tests.unit.reports.test_page import hostile_html, html

__all__ = ["hostile_html", "html"]  # fixtures


@pytest.mark.browser
@pytest.mark.parametrize("which", ["harmless", "hostile"])
def test_in_a_browser(which, browser, html, hostile_html, tmp_path):
    """No console message, no request but the page itself, nothing wider than the screen, and the right charts."""
    file = tmp_path / "report.html"
    file.write_text(html if which == "harmless" else hostile_html, "utf-8")
    for width, scheme, shown in (
        (1200, "light", "wide"),
        (1200, "dark", "wide"),
        (390, "light", "narrow"),
    ):
        seen = visit(browser, file, width=width, scheme=scheme)
        assert (seen.said, seen.requests) == ([], [file.as_uri()])
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        hidden = "narrow" if shown == "wide" else "wide"
        assert seen.page.locator(f"svg.{shown}").first.is_visible()
        assert not seen.page.locator(f"svg.{hidden}").first.is_visible()


@pytest.mark.browser
def test_dark_mode_recolours_page_and_charts(browser, html, tmp_path):
    """By night the page is darker than its letters, and bars have another blue."""
    file = tmp_path / "report.html"
    file.write_text(html, "utf-8")
    colours = {}
    for scheme in ("light", "dark"):
        page = visit(browser, file, scheme=scheme).page
        colours[scheme] = (
            page.evaluate("getComputedStyle(document.body).backgroundColor"),
            page.evaluate(
                """getComputedStyle(document.querySelector('svg path[fill="var(--accent)"]')).fill"""
            ),
        )
    assert colours == {
        "light": ("rgb(244, 246, 248)", "rgb(33, 102, 172)"),
        "dark": ("rgb(18, 22, 28)", "rgb(109, 179, 242)"),
    }
