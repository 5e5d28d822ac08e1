"""What every page promises: one policy, names that stay text, and no request."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from footfall.diagrams import Drawing, Graph, draw
from footfall.diagrams.graph import GraphEdge, GraphNode
from footfall.html import escape, security_policy
from footfall.receiver import page as receiver_page
from footfall.receiver.event_store import Overview
from footfall.reports import render_html
from footfall.tracking_plan.writers.page import render_page
from tests.browser import visit
from tests.plans import plan_saying
from tests.unit.reports.examples import hostile as hostile_report

HOSTILE = (
    "</style></title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e"
)


def report() -> str:
    return render_html(hostile_report())


def diagrams() -> str:
    nodes = [
        GraphNode(0, "start", HOSTILE, about=HOSTILE),
        GraphNode(1, "event", HOSTILE, (HOSTILE,), (HOSTILE,), stage=0, enters=HOSTILE),
    ]
    graph = Graph(
        HOSTILE, HOSTILE, (HOSTILE,), nodes, [GraphEdge(0, 1, (HOSTILE,), about=HOSTILE)]
    )
    return draw(Drawing([graph], HOSTILE, HOSTILE), "html").decode()


def tracking_plan() -> str:
    return render_page(plan_saying(HOSTILE)).decode()


def receiver() -> str:
    tables = {
        HOSTILE: pa.table({HOSTILE: [HOSTILE], "events": [3]}),
        "senders": pa.table({"sender": [HOSTILE], "library": [HOSTILE], "events": [3]}),
        "latest": pa.table(
            {"time": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], "event": [HOSTILE]}
        ),
    }
    return receiver_page.render(
        Overview(3, 1, tables),
        {HOSTILE: 1},
        [0.0, 3.5, 12.0],
        remarks=[HOSTILE],
        refused=[{"reason": HOSTILE, "path": HOSTILE, "requests": 1}],
        store=HOSTILE,
        trouble=HOSTILE,
        at_ms=0,
        base="http://127.0.0.1:1",
    )


PAGES = {page.__name__: page for page in (report, diagrams, tracking_plan, receiver)}


@pytest.fixture(scope="module", params=list(PAGES))
def page(request):
    return PAGES[request.param]()


class Elements(HTMLParser):
    """The names of a page's elements, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def test_a_name_is_never_an_element(page):
    """Nothing that a hostile name says becomes an element, an attribute, or turns the line around."""
    found = Elements(page)
    assert found.tags.count("script") == page.count("<script>") <= 1
    assert not {"img", "iframe", "object", "embed", "form", "base"} & set(found.tags)
    assert not [
        name for name, _ in found.attributes if name.startswith("on") or name == "style"
    ]
    assert "alert(1)</script>" not in page
    assert "\u202e" not in page


def test_the_policy_is_that_of_its_style_and_script(page):
    """Every page has the one policy: digests of what is in it, before the first of them."""
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    script = "".join(re.findall(r"<script>(.*?)</script>", page, re.DOTALL))
    policy = f'content="{escape(security_policy(style, script))}"'
    assert page.count("Content-Security-Policy") == 1
    assert page.index(policy) < page.index("<style>")


def test_nothing_outside_is_named(page):
    """What a page links to is on the page, and its icon is empty."""
    attributes = Elements(page).attributes
    links = [
        value for name, value in attributes if name in ("href", "src", "action", "xlink:href")
    ]
    assert [link for link in links if not link.startswith("#")] == ["data:,"]
    assert not re.search(r"@import|url\((?!#)", page)


@pytest.mark.browser
def test_nothing_runs_and_nothing_is_asked_for(browser, page, tmp_path):
    """A browser finds nothing to say: no blocked style, no dialog, no request but the page itself."""
    file = tmp_path / "page.html"
    file.write_text(page, "utf-8")
    seen = visit(browser, file)
    assert seen.said == []
    assert set(seen.requests) == {file.as_uri()}
