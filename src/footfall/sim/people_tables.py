"""Tables of people: the user properties that events carry, changes, and arrivals.

An event carries the user properties that changed with it, and a person's first event carries
all of them: what a store of people needs to be up to date after every event, and no more.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.data.part import Part
from footfall.data.schema import TIMESTAMP, arrivals_schema, changes_schema, events_schema
from footfall.model import builtins
from footfall.model.model import Model, UserProperty
from footfall.model.operations import Op
from footfall.model.values import Array
from footfall.sim import arrow_columns
from footfall.sim.arrow_columns import RowPlaces
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.ids import insert_ids, user_ids
from footfall.sim.journal import Journal
from footfall.sim.part_events import (
    STAGE,
    EventLookup,
    GroupArrays,
    PartEvents,
    PropertyChanges,
)
from footfall.sim.property_columns import evaluated, property_column

WORD_BITS = 63
"""Bits of an int64 that are no sign."""


def user_properties(
    group: GroupArrays,
    journal: Journal,
    emitted: PartEvents,
    changes: list[PropertyChanges],
    lookup: EventLookup,
) -> tuple[pa.Array, pa.Array]:
    """Return what events carry of their person: the struct of values, and the list of names."""
    model, n = group.model, len(emitted)
    firsts = journal.firsts.columns()
    first_places = emitted.places[lookup.find(firsts[0], firsts[1])]
    # A bit per property and event, in words: which of them the event carries.
    masks = np.zeros((-(-len(model.user_properties) // WORD_BITS), n), np.int64)
    children, at = [], 2
    for number, (declared, change) in enumerate(
        zip(model.user_properties, changes, strict=True)
    ):
        width = 1 + len(declared.items)
        places, arrays = _carried(emitted, change, first_places, firsts[at : at + width])
        word, bit = divmod(number, WORD_BITS)
        masks[word, places] |= 1 << bit
        children.append(_user_column(group, n, number, places, arrays))
        at += width
    kind = events_schema(model.stream.schema).field("user_properties").type
    counts = np.bitwise_count(masks).sum(axis=0, dtype=np.int32)
    struct = pa.StructArray.from_arrays(
        children, fields=list(kind), mask=arrow_columns.plain_booleans(np.equal(counts, 0))
    )
    return struct, _changed_names(model, masks, counts)


def _carried(
    emitted: PartEvents, change: PropertyChanges, first_places: Array, first_values: list[Array]
) -> tuple[Array, list[Array]]:
    here = change.is_bound & np.greater_equal(change.events, 0)
    places = np.concatenate([first_places, emitted.places[change.events[here]]])
    arrays = [
        np.concatenate([a, b[here]]) for a, b in zip(first_values, change.new, strict=True)
    ]
    return places, arrays


def _written(group: GroupArrays, declared: UserProperty, arrays: list[Array]) -> list[Array]:
    """Return a user property as written: its values, or lengths and elements per field."""
    numbers = (declared.column, *declared.items)
    columns = dict(zip(numbers, arrays, strict=True))
    rows = np.empty(len(arrays[0]), np.int64)
    return evaluated(
        declared.value,
        EvaluationContext(group.model, group.calendar, group.state, rows, rows, columns),
    )


def _user_column(
    group: GroupArrays, n: int, number: int, places: Array, arrays: list[Array]
) -> pa.Array:
    """Return a user property as a column of n rows, null but at some places.

    Args:
        places: Shape (m,); where one stands several times, the last value counts.
        arrays: One or, for a list, several of length m.
    """
    model = group.model
    declared, field = model.user_properties[number], model.stream.schema.user_properties[number]
    # Of several assignments to one index NumPy keeps the last: so `last` holds the latest value
    # of each place (changes come in order, after the first event's values).
    last = np.full(n, -1, np.int64)
    last[places] = np.arange(len(places))
    kept = np.flatnonzero(np.equal(last[places], np.arange(len(places))))
    written = _written(group, declared, [a[kept] for a in arrays])
    return property_column(model, RowPlaces(n, places[kept]), written, declared.value, field)


def _changed_names(model: Model, masks: Array, counts: Array) -> pa.Array:
    """Return the lists of names of user properties whose bit is set; null where none is."""
    # All names of all lists in one array: the place of a name is its list's offset plus how
    # many lower bits are set.
    offsets = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    changed = np.flatnonzero(counts)
    starts = offsets.take(changed)
    codes = np.empty(offsets[-1], np.int32)
    for word, mask in enumerate(masks):
        bits = mask.take(changed)
        for bit in range(min(WORD_BITS, len(model.user_properties) - word * WORD_BITS)):
            has = np.flatnonzero(bits & (1 << bit))
            before = np.bitwise_count(bits.take(has) & ((1 << bit) - 1))
            codes[starts.take(has) + before] = word * WORD_BITS + bit
        starts = starts + np.bitwise_count(bits)
    names = arrow_columns.texts(codes, [p.name for p in model.user_properties])
    buffers = [arrow_columns.bitmap(np.greater(counts, 0)), pa.py_buffer(offsets)]
    return pa.Array.from_buffers(pa.list_(names.type), len(counts), buffers, children=[names])


def changes_table(group: GroupArrays, changes: list[PropertyChanges]) -> pa.Table:
    """Return the changes of a part in order of (time, person, sequence)."""
    model = group.model
    rows = np.concatenate([c.rows for c in changes])
    times = np.concatenate([c.times for c in changes])
    sequences = np.concatenate([c.sequences for c in changes])
    # Several changes of a person may have one time; their sequence tells which came first.
    order = np.lexsort((sequences, rows, times))
    rows, persons = rows[order], group.persons[rows[order]]
    numbers = np.concatenate([c.numbers for c in changes])[order]
    bound = np.concatenate([c.is_bound for c in changes])[order]
    names = np.repeat(np.arange(len(changes), dtype=np.int32), [len(c) for c in changes])[order]
    ids = arrow_columns.fixed_texts(
        insert_ids(model, group.state.identities, rows[bound], numbers[bound]), bound
    )
    columns = [
        arrow_columns.plain(persons, pa.int64()),
        arrow_columns.plain(sequences[order], pa.int64()),
        arrow_columns.texts(names, [c.property.name for c in changes]),
        *(_json_column(group, changes, order, side) for side in ("old", "new")),
        arrow_columns.plain(times[order], TIMESTAMP),
        ids,
        arrow_columns.constant(group.run, len(rows)),
    ]
    return pa.Table.from_arrays(columns, schema=changes_schema())


def _json_column(
    group: GroupArrays, changes: list[PropertyChanges], order: Array, side: str
) -> pa.Array:
    texts = np.concatenate([_json_values(group, c.property, getattr(c, side)) for c in changes])
    return arrow_columns.strings(texts[order].tolist())


def _json_values(group: GroupArrays, declared: UserProperty, arrays: list[Array]) -> Array:
    model = group.model
    words = arrow_columns.TextTable(model.texts, model.stream.schema.minor_digits)
    if not len(arrays[0]):
        return np.empty(0, object)
    if declared is STAGE:
        return np.array([f'"{s}"' for s in model.stream.schema.stages], object)[arrays[0]]
    written, value = _written(group, declared, arrays), declared.value
    if isinstance(value, Op):
        return arrow_columns.json_texts(value.kind, written[0], words, value.of)
    flat = [arrow_columns.elements(written[0], cells) for cells in written[1:]]
    items = [
        arrow_columns.json_texts(item.kind, f, words, item.of)
        for item, f in zip(value.items, flat, strict=True)
    ]
    field = next(f for f in model.stream.schema.user_properties if f.name == declared.name)
    return arrow_columns.json_lists(written[0], items, [f.name for f in field.fields])


def arrived_rows(group: GroupArrays, part: Part, is_first: bool) -> Array:
    """Return the rows of people who are first seen in a part."""
    came = np.less(group.state.arrived, part.until_ms)
    if not is_first:
        came &= np.greater_equal(group.state.arrived, part.from_ms)
    return np.flatnonzero(came)


def arrivals_table(group: GroupArrays, rows: Array) -> pa.Table:
    """Return people in order of number, as they were when they came (or at the start)."""
    model, words = group.model, group.model.texts
    city, country, _, zone = model.home
    homes = group.state.columns[builtins.HOME][rows]
    persons = group.persons[rows]
    columns = {
        "person": arrow_columns.plain(persons, pa.int64()),
        "arrived": arrow_columns.plain(group.state.arrived[rows], TIMESTAMP),
        "user_id": arrow_columns.fixed_texts(user_ids(model, group.state.identities[rows])),
        "city": arrow_columns.texts(model.tables[city].values[homes], words),
        "country": arrow_columns.texts(model.tables[country].values[homes], words),
        "language": arrow_columns.texts(languages(group)[rows], words),
        "time_zone": arrow_columns.texts(model.tables[zone].values[homes], words),
        "stage": arrow_columns.texts(group.first_stages[rows], model.stream.schema.stages),
        "run": arrow_columns.constant(group.run, len(rows)),
    }
    schema = arrivals_schema(model.stream.schema)
    if model.user_properties:
        columns["properties"] = _first_properties(group, rows, schema.field("properties").type)
    if model.stream.schema.home:
        columns["home"] = _homes(model, homes, schema.field("home").type)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _homes(model: Model, homes: Array, kind: pa.DataType) -> pa.Array:
    """Return what the home catalogue says besides the columns that every home has."""
    words = arrow_columns.TextTable(model.texts, model.stream.schema.minor_digits)
    tables = {(table.catalogue, table.name): table for table in model.tables}
    catalogue = model.tables[model.home[0]].catalogue
    children = [
        arrow_columns.dense(
            tables[catalogue, field.name].values[homes],
            field.type,  # type: ignore[arg-type]  # one of four: catalogues have scalars
            words,
        )
        for field in model.stream.schema.home
    ]
    return pa.StructArray.from_arrays(children, fields=list(kind))


def _first_properties(group: GroupArrays, rows: Array, kind: pa.DataType) -> pa.Array:
    model, children, at = group.model, [], 0
    places = np.arange(len(rows))
    for number, declared in enumerate(model.user_properties):
        width = 1 + len(declared.items)
        arrays = [a[rows] for a in group.first_properties[at : at + width]]
        children.append(_user_column(group, len(rows), number, places, arrays))
        at += width
    return pa.StructArray.from_arrays(children, fields=list(kind))


def languages(group: GroupArrays) -> Array:
    """Return each person's language as a code: shape (U,)."""
    model = group.model
    if model.language >= 0:
        return group.state.columns[model.language]
    if model.home[2] < 0:
        return np.full(len(group.persons), -1, np.int32)
    return model.tables[model.home[2]].values[group.state.columns[builtins.HOME]]
