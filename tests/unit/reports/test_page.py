"""The page: self-contained, escaped, readable on a desk and a phone, by day and by night."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from footfall.errors import MissingExtraError
from footfall.reports import closing, render_html
from tests.stores import TINY
from tests.unit.reports.examples import TRUTH, example, hostile, info, only

TITLES = [
    "Stages",
    "Steps",
    "Day by day",
    "Steps by platform",
    "People by platform",
    "Cities",
    "Hours of the day",
    "Over time",
    "Retention",
    "Identity",
    "Truth",
]


@pytest.fixture(scope="module")
def html():
    return render_html(example())


@pytest.fixture(scope="module")
def hostile_html():
    return render_html(hostile())


class _Tags(HTMLParser):
    """Collects the names of elements and the values of their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def test_sections(html):
    """Every part that there is has its section, in reading order."""
    assert re.findall("<h2>(.*?)</h2>", html) == TITLES


def test_parts_that_are_missing_leave_no_trace():
    """A report of cities alone is a page of cities alone."""
    html = render_html(only("cities"))
    assert re.findall("<h2>(.*?)</h2>", html) == ["Cities"]


def test_every_chart_is_drawn_for_desk_and_phone(html):
    """Seven charts, twice each, as SVG that is well-formed."""
    charts = re.findall(r"<svg.*?</svg>", html)
    assert [ET.fromstring(chart).get("class") for chart in charts] == ["wide", "narrow"] * 7


def test_nothing_is_asked_for_from_elsewhere(html):
    """No script, no link, no address but those that name a kind of document."""
    tags = _Tags(html)
    assert not tags.tags & {"script", "iframe", "object", "embed", "img", "form", "base", "a"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert [value for name, value in tags.attributes if name == "href"] == ["data:,"]
    assert set(re.findall(r"https?://[^\"']+", html)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_ids_are_unique(html):
    """Two charts never share an id, so none borrows the other's clip."""
    ids = [value for name, value in _Tags(html).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_names_are_text(hostile_html):
    """Whatever a name looks like, it adds no element and no attribute."""
    harmless, tags = _Tags(render_html(example())), _Tags(hostile_html)
    assert tags.tags <= harmless.tags
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert "&lt;script&gt;" in hostile_html
    assert "\u202e" not in hostile_html
    assert "\x1b" not in hostile_html


def test_tooltips(html):
    """Marks say what they stand for."""
    assert "<title>visitor: 380 went further, of 1,000 who reached it</title>" in html
    assert "<title>New York: 14.0, 95 % interval 13.4 to 14.6; 575 people</title>" in html
    assert re.search(r"<title>cart, 2026-01-02: 260 people</title>", html)
    assert "<title>US, 23–00 h: 8.3 % of the day&#39;s events</title>" in html.replace(
        "'", "&#39;"
    )


def test_an_incomplete_run_says_so():
    """A page of half a run is one of half a run."""
    assert "not complete" in render_html(example(info=info(state="running")))


def test_of_tallies_alone():
    """The closing tables make a page too."""
    from footfall.data.tallies import Tallies

    tallies = Tallies(
        {},
        {},
        {},
        {("visitor", "Ulm"): 40, ("cart", "Ulm"): 10},
        {
            ("Ulm", "people"): 40,
            ("Ulm", "events"): 90,
            ("Ulm", "events_squared"): 300,
            ("Ulm", "active"): 30,
        },
    )
    html = render_html(closing(tallies, TINY))
    assert "Still open" not in html
    assert "Ulm" in html


def test_a_run_of_nobody_has_a_page():
    """No people: no chart of cities, no failure."""
    from footfall.data.tallies import Tallies

    assert "Stages" in render_html(closing(Tallies.empty(), TINY))


def test_without_the_charts_package(monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"vl-convert-python\n.*footfall\[charts\]"):
        render_html(example())


def test_truth_marks_what_is_outside(html):
    """What did not come out as asked catches the eye."""
    assert (
        len(re.findall(r'<b class="wrong">[\d.]+!</b>', html)) == TRUTH.outside + 1
    )  # a decision, and one of the waits


def test_a_notebook_shows_the_tables(monkeypatch):
    """All tables of the page stand in it, escaped, without charts: those need a package that may be missing."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    html = hostile()._repr_html_()
    titles = re.findall("<h2>(.*?)</h2>", html)
    assert {"Stages", "Steps", "Cities"} <= set(titles)
    assert "<svg" not in html
    assert "<script" not in html
    assert "<style" not in html
