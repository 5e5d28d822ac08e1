"""What a run has come to: stages, cities and the truth, as numbers and as tables, JSON or a page."""

from footfall.report.cities import Cities, City, RankBy
from footfall.report.collect import Report, closing, report
from footfall.report.curves import Curves
from footfall.report.render import render_html, render_json, render_table
from footfall.report.stages import Stage, Stages, Step
from footfall.report.truth import Truth

__all__ = [
    "Cities",
    "City",
    "Curves",
    "RankBy",
    "Report",
    "Stage",
    "Stages",
    "Step",
    "Truth",
    "closing",
    "render_html",
    "render_json",
    "render_table",
    "report",
]
