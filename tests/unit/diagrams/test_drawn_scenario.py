"""Journeys drawn from a program: what is returned, shown in a notebook, and refused."""

import pytest

from footfall.diagrams.drawn_scenario import diagram
from footfall.errors import UsageError


def test_a_scenario_is_drawn():
    """All journeys, or those that are named, once each; the text says how many, and Mermaid has them."""
    assert repr(diagram("starter")) == "<DrawnScenario: 3 journeys of coffee>"
    one = diagram("starter", journeys="visit")
    assert one.outcome == "visit of coffee"
    assert diagram("starter", journeys=["visit", "visit"]).outcome == one.outcome
    assert one.render("mmd").startswith(b"flowchart")


def test_a_notebook_shows_a_picture(monkeypatch):
    """It stands as data in an image, so that its style is not that of the notebook."""
    monkeypatch.setattr("footfall.diagrams.drawn_scenario.draw", lambda *_: b"<svg/>")
    html = diagram("starter", journeys="visit")._repr_html_()
    assert html == '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="visit of coffee">'


def test_a_run_needs_a_store():
    """Which run's shares are to be shown says nothing where no store holds one."""
    with pytest.raises(UsageError, match="without a store"):
        diagram("starter", run="aa")


def test_unknown_formats_and_themes_are_refused():
    """Neither draws something else."""
    with pytest.raises(UsageError, match='"pdf" is no format\n  accepted: svg, png'):
        diagram("starter", journeys="visit").render("pdf")
    with pytest.raises(
        UsageError, match='theme "blue" is unknown\n  accepted: light, dark, None'
    ):
        diagram("starter", theme="blue")
