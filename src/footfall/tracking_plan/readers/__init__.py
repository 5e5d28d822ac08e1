"""Readers of tracking plans: workbooks, CSV files, Amplitude Data's CSV, JSON Schemas, plans in JSON and YAML."""

from footfall.tracking_plan.readers.read import holds_plan, read_plan

__all__ = ["holds_plan", "read_plan"]
