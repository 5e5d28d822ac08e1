"""Chunks for tests without a simulation; part of the package, because other people's sinks are tested with them."""

from footfall.sinks.conformance.schemas import AWKWARD, BARE, NAMES, ODD_NAMES, SCHOOL, SHOP
from footfall.sinks.conformance.synthetic_chunks import (
    make_chunk,
    make_chunks,
    make_parts,
    make_run,
    make_stream,
)

__all__ = [
    "AWKWARD",
    "BARE",
    "NAMES",
    "ODD_NAMES",
    "SCHOOL",
    "SHOP",
    "make_chunk",
    "make_chunks",
    "make_parts",
    "make_run",
    "make_stream",
]
