"""Writers of plans: one function per format, from a `Plan` and its diagrams to bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.writers.amplitude import (
    render_amplitude_events,
    render_amplitude_users,
)
from footfall.tracking_plan.writers.csv_table import render_csv
from footfall.tracking_plan.writers.json_schema import json_schema_files, render_json_schema
from footfall.tracking_plan.writers.markdown import render_markdown
from footfall.tracking_plan.writers.page import render_page
from footfall.tracking_plan.writers.workbook import render_workbook

Render = Callable[[Plan, Sequence[Section]], bytes]


@dataclass(frozen=True, slots=True)
class PlanFormat:
    """A form of a plan.

    Args:
        ending: Of its files, with the dot.
        about: What it is, for the help.
        render: Makes the content of a file.
    """

    ending: str
    about: str
    render: Render


FORMATS: Mapping[str, PlanFormat] = {
    "xlsx": PlanFormat(".xlsx", "workbook: events, critical path, diagrams", render_workbook),
    "csv": PlanFormat(".csv", "the event table", render_csv),
    "amplitude": PlanFormat(
        ".csv", "Amplitude Data's file for events", render_amplitude_events
    ),
    "amplitude-users": PlanFormat(
        ".csv", "Amplitude Data's file for user properties", render_amplitude_users
    ),
    "json-schema": PlanFormat(
        ".json", "JSON Schema; in a folder, one per event", render_json_schema
    ),
    "markdown": PlanFormat(".md", "Markdown", render_markdown),
    "html": PlanFormat(".html", "one page with search", render_page),
}

__all__ = ["FORMATS", "PlanFormat", "Render", "json_schema_files"]
