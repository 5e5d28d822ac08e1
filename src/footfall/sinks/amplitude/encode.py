"""Chunks as Amplitude takes them: events as JSON objects, and the user properties that each event changes."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.chunk import Chunk
from footfall.data.schema import StreamSchema
from footfall.sinks.amplitude.limits import LONGEST_TEXT, OPERATIONS
from footfall.sinks.delivery.row_texts import row_payloads
from footfall.sinks.encoders.json_rows import json_rows, json_texts
from footfall.sinks.protocol import Payload
from footfall.sinks.scratch import Scratch
from footfall.store.column_names import RenamedField

Properties = dict[str, Any]
"""User property → value; None where the property is taken away."""

_PLAIN = (
    "session_id",
    "insert_id",
    "platform",
    "os_name",
    "language",
    "country",
    "city",
    "revenue",
    "currency",
)
_TOO_LONG = re.compile(rf'"(?:[^"\\]|\\.){{{LONGEST_TEXT + 1},}}"')


def encode(
    chunk: Chunk, library: str, scratch: Scratch, *, skips_properties: bool
) -> dict[str, tuple[Payload, ...]]:
    """Return a chunk as payloads: rows of events, their lengths, whose they are, which user properties they change.

    Args:
        library: Marks events as synthetic.
        skips_properties: Events leave Amplitude's user properties alone.
    """
    if not (chunk.events.num_rows or chunk.changes.num_rows or chunk.arrivals.num_rows):
        return {}
    changed = {} if skips_properties else changed_properties(chunk)
    texts = list(_events(chunk.events, library, skips_properties=skips_properties))
    data = json.dumps(changed, ensure_ascii=False).encode()
    who = chunk.events.select(["person", "user_id", "device_id", "time"])
    return {
        **row_payloads(texts, scratch),
        "who": (scratch.write_arrow("who", who, 65_536),),
        "changed": (scratch.write("changed", 1, lambda file: file.write(data)),),
    }


def _events(events: pa.Table, library: str, *, skips_properties: bool) -> Iterator[pa.Array]:
    """Yield events as JSON objects with a comma behind each. Source: http-v2, "Keys for the event argument"."""
    events = events.combine_chunks()
    columns = {name: events[name] for name in ("user_id", "device_id", "event_type")}
    columns["time"] = events["time"].cast(pa.int64())
    columns["event_properties"] = _properties(events)
    columns |= {name: events[name] for name in _PLAIN}
    columns["revenue"] = _with_a_point(events["revenue"])
    # A dictionary of one text: it is turned into JSON once, not once per event.
    columns["library"] = (
        pa.array([library])
        .dictionary_encode()
        .take(pa.array([0] * events.num_rows, pa.int32()))
    )
    if skips_properties:
        columns["$skip_user_properties_sync"] = pa.array([True] * events.num_rows)
    for texts in json_rows(pa.table(columns), end=","):
        yield _cut(texts)


def _properties(events: pa.Table) -> pa.ChunkedArray | pa.Array:
    """Return the events' properties, with the category among them unless the scenario has one of that name."""
    category = pa.field("category", events.schema.field("category").type)
    if "event_properties" not in events.column_names:
        return pa.StructArray.from_arrays([_whole(events["category"])], fields=[category])
    struct = _whole(events["event_properties"])
    fields = list(struct.type)
    if any(field.name == "category" for field in fields):
        return struct
    return pa.StructArray.from_arrays(
        [_whole(events["category"]), *struct.flatten()], fields=[category, *fields]
    )


def _with_a_point(money: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return amounts that are written with digits after the point, whatever the currency.

    Source: http-v2, `revenue` is a float; Amplitude's SDK drops whole numbers, and what reads JSON may tell them apart.
    """
    return money if money.type.scale else money.cast(pa.decimal128(money.type.precision + 1, 1))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return (
        column.unify_dictionaries().combine_chunks()
        if column.num_chunks
        else pa.array([], column.type)
    )


def _cut(texts: pa.Array) -> pa.Array:
    """Cut texts that are longer than Amplitude keeps. Source: http-v2, "String character limit"; the SDK cuts too."""
    # A whole event rarely has 1,024 bytes, and then none of its texts has: no event is looked into.
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest <= LONGEST_TEXT:
        return texts
    return pa.array(
        [_cut_row(text) if len(text) > LONGEST_TEXT else text for text in texts.to_pylist()],
        pa.string(),
    )


def _cut_row(text: str) -> str:
    """Return a row with its longest texts cut; only texts of properties can be so long."""
    return _TOO_LONG.sub(
        lambda found: json.dumps(json.loads(found[0])[:LONGEST_TEXT], ensure_ascii=False), text
    )


def changed_properties(chunk: Chunk) -> dict[str, dict[str, Properties]]:
    """Return the user properties that change in a chunk, in absolute values.

    Returns:
        `rows`: place of an event → what it changes; `later`: person → what no event of this chunk can carry.
    """
    held = {one.path[-1]: one.becomes for one in renamed(chunk.stream.schema)}
    events = _EventFinder(chunk.events)
    rows: defaultdict[str, Properties] = defaultdict(dict)
    later: defaultdict[str, Properties] = defaultdict(dict)
    changes = (
        *_arrived(chunk.arrivals),
        *_changed(chunk.changes),
        *_told_of_accounts(chunk.events),
    )
    for person, insert_id, time_ms, properties in changes:
        row = events.find(person, insert_id, time_ms)
        target = later[str(person)] if row is None else rows[str(row)]
        target.update({held.get(name, name): value for name, value in properties.items()})
    return {"rows": rows, "later": later}


def renamed(schema: StreamSchema) -> list[RenamedField]:
    """Return the user properties that are called otherwise there: by their names they are operations."""
    names = {field.name for field in schema.user_properties}
    found = []
    for name in sorted(names & OPERATIONS):
        others = (f"{name}_{number}" for number in count(2))
        becomes = next(other for other in others if other not in names)
        found.append(RenamedField(("user", name), becomes, "that is an operation there"))
    return found


class _EventFinder:
    """Finds the event that a change goes with."""

    def __init__(self, events: pa.Table) -> None:
        self._ids = {
            insert_id: row for row, insert_id in enumerate(events["insert_id"].to_pylist())
        }
        self._times: defaultdict[int, list[int]] = defaultdict(list)
        self._rows: defaultdict[int, list[int]] = defaultdict(list)
        times = events["time"].cast(pa.int64()).to_pylist()
        for row, (person, time) in enumerate(
            zip(events["person"].to_pylist(), times, strict=True)
        ):
            self._times[person].append(time)
            self._rows[person].append(row)

    def find(self, person: int, insert_id: str | None, time_ms: int) -> int | None:
        """Return the row of the event of that id, or of the person's first one that is not earlier."""
        if insert_id is not None:
            return self._ids.get(insert_id)
        # Without an id the change came with the person: it must be there before their first event counts.
        place = bisect_left(self._times[person], time_ms)
        return self._rows[person][place] if place < len(self._rows[person]) else None


_FURTHER_ACCOUNT = r"-u-[0-9a-f]{16}-\d$"
"""User ids of all but somebody's first account (`sim/ids.py`)."""

_Change = tuple[int, str | None, int, Properties]
_BEFORE_ALL_MS = -(2**62)


def _arrived(arrivals: pa.Table) -> Iterator[_Change]:
    """Yield what is true of people when they are first seen."""
    for person, properties in zip(
        arrivals["person"].to_pylist(), _all_properties(arrivals, "properties"), strict=True
    ):
        yield person, None, _BEFORE_ALL_MS, properties


def _told_of_accounts(events: pa.Table) -> Iterator[_Change]:
    """Yield all properties with the events that open a further account: its profile knows none of them."""
    if "changed" not in events.column_names:
        return
    users = _whole(events["user_id"])
    is_further = pc.match_substring_regex(users.dictionary, _FURTHER_ACCOUNT)
    if not pc.any(is_further).as_py():
        return
    is_theirs = is_further.take(users.indices)
    told = events.filter(pc.and_(is_theirs, pc.is_valid(events["changed"])))
    people, ids = told["person"].to_pylist(), told["insert_id"].to_pylist()
    for row, properties in enumerate(_all_properties(told, "user_properties")):
        yield people[row], ids[row], _BEFORE_ALL_MS, properties


def _all_properties(table: pa.Table, name: str) -> Iterator[Properties]:
    """Yield the stage and the properties of each row, without those that are null."""
    columns = {"stage": table["stage"].to_pylist()}
    if name in table.column_names and table.num_rows:
        struct = _whole(table[name])
        for field, child in zip(struct.type, struct.flatten(), strict=True):
            columns[field.name] = [
                None if text is None else json.loads(text)
                for text in json_texts(child).to_pylist()
            ]
    for row in range(table.num_rows):
        values = {key: column[row] for key, column in columns.items()}
        yield {key: value for key, value in values.items() if value is not None}


def _changed(changes: pa.Table) -> Iterator[_Change]:
    """Yield what changes, by the event that changed it, in the order of the changes."""
    columns = [changes[name].to_pylist() for name in ("person", "insert_id", "property", "new")]
    times = changes["time"].cast(pa.int64()).to_pylist()
    for person, insert_id, name, new, time in zip(*columns, times, strict=True):
        yield person, insert_id, time, {name: json.loads(new)}
