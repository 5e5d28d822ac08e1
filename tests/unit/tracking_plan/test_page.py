"""The page for the team: complete, escaped, searchable, asking for nothing."""

import re
from html.parser import HTMLParser

import pytest

from footfall.tracking_plan.diagrams import sections_of
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.writers.page import render_page
from tests.plans import lessons, plan_saying

HOSTILE = "<img src=x onerror=alert(1)>\"'</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def page():
    scenario = lessons()
    return render_page(plan_of(scenario), sections_of(scenario)).decode()


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def elements(page):
    found = Elements()
    found.feed(page)
    return found


def test_everything_is_on_the_page(page):
    """Critical path with its example, every event with marks, properties, values, changes, and every diagram."""
    for text in (
        "Opens the page",
        "{status = regular}",
        "Where the visit came from",
        "0.99",
        "taken &gt;= 2",
        "goal",
    ):
        assert text in page
    assert page.count("<article") == 4
    assert page.count("<svg") == 1
    assert re.findall(r'<span class="mark (\w+)"', page) == [
        "goal",
        "revenue",
        "identifies",
        "optional",
        "optional",
    ]


def test_links_lead_somewhere(page):
    """Every anchor that is linked to is on the page, once."""
    attributes = elements(page).attributes
    ids = [value for name, value in attributes if name == "id"]
    linked = {
        value[1:] for name, value in attributes if name == "href" and value.startswith("#")
    }
    assert linked - set(ids) == set()
    assert len(ids) == len(set(ids))


def test_texts_are_escaped():
    """A text of the plan is never an element, nor ends one."""
    plain, hostile = (
        elements(render_page(plan_saying(text)).decode()) for text in ("x", HOSTILE)
    )
    assert hostile.tags == plain.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in plain.attributes]


def test_nothing_is_asked_for(page):
    """No element names a source outside of the page."""
    urls = [
        value for name, value in elements(page).attributes if name in ("src", "href", "action")
    ]
    assert [url for url in urls if not url.startswith(("#", "data:"))] == []
