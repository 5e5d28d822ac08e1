"""The scenario language: file → checked records, each with its place in the file."""

from footfall.scenario.json_schema_export import json_schema
from footfall.scenario.loading import load, load_shipped, loads, shipped, shipped_names
from footfall.scenario.overrides import apply_settings

__all__ = [
    "apply_settings",
    "json_schema",
    "load",
    "load_shipped",
    "loads",
    "shipped",
    "shipped_names",
]
