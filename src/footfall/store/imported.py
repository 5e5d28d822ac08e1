"""Events of others in a store: one table, `imported.events`, alike in every store."""

from __future__ import annotations

import pyarrow as pa

from footfall.data.schema import TIMESTAMP

SCHEMA = "imported"
COLUMNS = pa.schema(
    [
        pa.field("insert_id", pa.string(), nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        pa.field("time", TIMESTAMP, nullable=False),
        pa.field("user_id", pa.string()),
        pa.field("device_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("log", pa.string()),
        pa.field("event_properties", pa.string()),
        pa.field("event", pa.string(), nullable=False),
    ]
)
"""Columns of `imported.events`; `log` is the file's name, the last two are JSON, `event` the whole event as it came."""
