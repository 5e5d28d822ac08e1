"""The page of a scenario's diagrams, as a browser shows it."""

import re

import pytest

from footfall.diagrams import Drawing, draw
from tests.browser import visit
from tests.unit.diagrams.test_print_columns import graphs


@pytest.mark.browser
@pytest.mark.parametrize("name", ["ecommerce", "online-school"])
def test_page_in_a_browser(name, browser, tmp_path):
    """The page asks for nothing and says nothing, fits its window, and prints each journey on one page."""
    page = tmp_path / "all.html"
    page.write_bytes(draw(Drawing(graphs(name), "t"), "html"))
    seen = visit(browser, page)
    fits = seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    printed = seen.page.pdf(format="A4")
    assert (fits, seen.said, seen.requests) == (True, [], [page.as_uri()])
    assert len(re.findall(rb"/Type /Page\b", printed)) == len(graphs(name))
