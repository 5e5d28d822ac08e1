"""Writers of plans: one function per format, from a `Plan` and its diagrams to bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.writers.amplitude import (
    not_in_amplitude_events,
    not_in_amplitude_users,
    render_amplitude_events,
    render_amplitude_users,
)
from footfall.tracking_plan.writers.csv_table import not_in_csv, render_csv
from footfall.tracking_plan.writers.json_schema import (
    json_schema_files,
    not_in_json_schema,
    render_json_schema,
)
from footfall.tracking_plan.writers.markdown import render_markdown
from footfall.tracking_plan.writers.page import render_page
from footfall.tracking_plan.writers.plan_rows import not_in_tables
from footfall.tracking_plan.writers.workbook import render_workbook

Render = Callable[[Plan, Sequence[Section]], bytes]


@dataclass(frozen=True, slots=True)
class PlanFormat:
    """A form of a plan.

    Args:
        ending: Of its files, with the dot.
        about: What it is, for the help.
        render: Makes the content of a file.
        not_in: Yields what of a plan it has no place for.
    """

    ending: str
    about: str
    render: Render
    not_in: Callable[[Plan], Iterator[str]]


FORMATS: Mapping[str, PlanFormat] = {
    "xlsx": PlanFormat(
        ".xlsx", "workbook: events, critical path, diagrams", render_workbook, not_in_tables
    ),
    "csv": PlanFormat(".csv", "the event table", render_csv, not_in_csv),
    "amplitude": PlanFormat(
        ".csv",
        "Amplitude Data's file for events",
        render_amplitude_events,
        not_in_amplitude_events,
    ),
    "amplitude-users": PlanFormat(
        ".csv",
        "Amplitude Data's file for user properties",
        render_amplitude_users,
        not_in_amplitude_users,
    ),
    "json-schema": PlanFormat(
        ".json",
        "JSON Schema; in a folder, one per event",
        render_json_schema,
        not_in_json_schema,
    ),
    "markdown": PlanFormat(".md", "Markdown", render_markdown, not_in_tables),
    "html": PlanFormat(".html", "one page with search", render_page, not_in_tables),
}

__all__ = ["FORMATS", "PlanFormat", "Render", "json_schema_files"]
