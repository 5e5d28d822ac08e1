"""Chunks for tests without a simulation; part of the package, because other people's sinks are tested with them."""

import pyarrow as pa

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
    "anonymous_first",
    "make_chunk",
    "make_chunks",
    "make_parts",
    "make_run",
    "make_stream",
]


def anonymous_first(chunks):
    """Return chunks with longer ids, in which people never become anonymous again, as in simulated ones."""
    known: set[int] = set()
    made = []
    for chunk in chunks:
        users, devices = [], []
        for row in chunk.events.select(["person", "user_id", "device_id"]).to_pylist():
            if row["user_id"]:
                known.add(row["person"])
            users.append(f"user-{row['person']:05d}" if row["person"] in known else None)
            devices.append(f"device-{row['person']:05d}-{len(users) % 2}")
        events = chunk.events
        for name, values in (("user_id", users), ("device_id", devices)):
            place = events.schema.get_field_index(name)
            column = pa.array(values, pa.string()).dictionary_encode()
            events = events.set_column(place, events.schema.field(place), column)
        made.append(
            type(chunk)(
                chunk.stream,
                chunk.run,
                chunk.part,
                events,
                chunk.changes,
                chunk.arrivals,
                chunk.tallies,
            )
        )
    return made
