"""Destinations of events; `parse` makes one from what a user writes after `--to`."""

from footfall.sinks.registry import parse, parse_all
from footfall.sinks.sink import Cursors, Payload, Prepared, Receipt, Sink

__all__ = ["Cursors", "Payload", "Prepared", "Receipt", "Sink", "parse", "parse_all"]
