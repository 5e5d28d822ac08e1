"""The scenario language: file → checked records, each with its place in the file."""

from footfall.scenario.load import load, load_shipped, loads, shipped

__all__ = ["load", "load_shipped", "loads", "shipped"]
