"""Destinations of events; `parse` makes one from what a user writes after `--to`."""

from footfall.sinks.protocol import Cursors, Payload, Prepared, Receipt, Sink
from footfall.sinks.registry import parse, parse_all

__all__ = ["Cursors", "Payload", "Prepared", "Receipt", "Sink", "parse", "parse_all"]
