"""Events as messages: key, JSON, time."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from footfall.sinks.delivery.dead_letters import time_of
from footfall.sinks.encoders.json_rows import json_rows


def encode(events: pa.Table) -> pa.Table:
    """Return keys, values and times of messages.

    The key is the user id, or `person-N` while a person is anonymous: one key's messages are in one partition, and
    keep their order there.
    """
    # Never null: a message without a key would go to any partition, and lose the person's order.
    people = pc.binary_join_element_wise("person-", events["person"].cast(pa.string()), "")
    return pa.table(
        {
            "key": pc.coalesce(events["user_id"].cast(pa.string()), people),
            "value": pa.chunked_array(list(json_rows(events)), pa.string()),
            "timestamp": events["time"].cast(pa.int64()),
        }
    )


def encode_texts(texts: Iterable[str]) -> pa.Table:
    """Return messages of single events that are JSON already."""
    values = list(texts)
    events = [json.loads(text) for text in values]
    keys = [str(event.get("user_id") or f"person-{event.get('person')}") for event in events]
    return pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "value": pa.array(values, pa.string()),
            "timestamp": pa.array([time_of(text) for text in values], pa.int64()),
        }
    )
