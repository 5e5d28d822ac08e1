"""A plan in the form that is asked for: one function per format, from a `Plan` and its diagrams to bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from footfall.taxonomy.pictures import Section
from footfall.taxonomy.plan import Plan
from footfall.taxonomy.writers.amplitude import render_amplitude_events, render_amplitude_users
from footfall.taxonomy.writers.csv_table import render_csv
from footfall.taxonomy.writers.json_schema import json_schema_files, render_json_schema
from footfall.taxonomy.writers.markdown import render_markdown
from footfall.taxonomy.writers.page import render_page
from footfall.taxonomy.writers.workbook import render_workbook

Render = Callable[[Plan, Sequence[Section]], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A form of a plan.

    Args:
        ending: Of its files, with the dot.
        about: What it is, for the help.
        render: Makes the content of a file.
    """

    ending: str
    about: str
    render: Render


FORMATS: Mapping[str, Format] = {
    "xlsx": Format(".xlsx", "workbook: events, critical path, diagrams", render_workbook),
    "csv": Format(".csv", "the event table", render_csv),
    "amplitude": Format(".csv", "Amplitude Data's file for events", render_amplitude_events),
    "amplitude-users": Format(".csv", "Amplitude Data's file for user properties", render_amplitude_users),
    "json-schema": Format(".json", "JSON Schema; in a folder, one per event", render_json_schema),
    "markdown": Format(".md", "Markdown", render_markdown),
    "html": Format(".html", "one page with search", render_page),
}

__all__ = ["FORMATS", "Format", "Render", "json_schema_files"]
