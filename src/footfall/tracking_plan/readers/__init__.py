"""Readers of tracking plans: workbooks, CSV files, Amplitude Data's CSV, JSON Schemas."""

from footfall.tracking_plan.readers.read import read_plan

__all__ = ["read_plan"]
