"""Reports on a run: stages, groups of people and the truth, as numbers and as tables, JSON or a page."""

from footfall.reports.curves import Curves
from footfall.reports.json_report import render_json
from footfall.reports.over_time import OverTime
from footfall.reports.page import render_html
from footfall.reports.people_groups import PeopleGroup, PeopleGroups, RankBy
from footfall.reports.profile_counts import IdentityCounts, ProfileCounts
from footfall.reports.reporting import Report, closing, report
from footfall.reports.retention import Retention
from footfall.reports.stages import FunnelStep, StageCounts, Stages
from footfall.reports.terminal import render_table
from footfall.reports.truth import Truth

__all__ = [
    "Curves",
    "FunnelStep",
    "IdentityCounts",
    "OverTime",
    "PeopleGroup",
    "PeopleGroups",
    "ProfileCounts",
    "RankBy",
    "Report",
    "Retention",
    "StageCounts",
    "Stages",
    "Truth",
    "closing",
    "render_html",
    "render_json",
    "render_table",
    "report",
]
