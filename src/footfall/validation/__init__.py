"""Validation: events of a store, of files or of an export, checked against what a scenario or a plan declares."""

from footfall.validation.expectations import (
    Expectations,
    ExpectedEvent,
    ExpectedProperty,
    ExpectedStage,
    of_scenario,
)
from footfall.validation.findings import CHECKS, REMARKS, Finding, Place, Remark, Validation
from footfall.validation.render import render_json, render_table
from footfall.validation.run_checks import validate

__all__ = [
    "CHECKS",
    "REMARKS",
    "Expectations",
    "ExpectedEvent",
    "ExpectedProperty",
    "ExpectedStage",
    "Finding",
    "Place",
    "Remark",
    "Validation",
    "of_scenario",
    "render_json",
    "render_table",
    "validate",
]
