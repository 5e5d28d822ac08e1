"""Assembles what a part left behind into the tables of a chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from footfall.events.chunk import Chunk, Part
from footfall.events.schema import TIMESTAMP, Field, arrivals_schema, arrow_type, changes_schema, events_schema
from footfall.model import builtins
from footfall.model.model import Model, UserProperty
from footfall.model.ops import Op
from footfall.model.program import Listing, Site
from footfall.model.values import DTYPES, NULL_INTEGER, Array
from footfall.sim import arrow, tally
from footfall.sim.calendar import Calendar
from footfall.sim.evaluate import Context, evaluate
from footfall.sim.record import Record, unmark
from footfall.sim.state import State


@dataclass(slots=True)
class Group:
    """What assembling needs to know of a group of people.

    Args:
        persons: Shape (U,), int64: numbers of the people.
        state: As it is at the end of the part.
        event_no: Shape (U,), int64: number of each one's last event before the part.
        seen_events, seen_sessions: Shape (U,), int64: of earlier parts; raised here.
        first_properties: Per array of the user properties: the values at arrival (at the start for those already here).
        first_stages: Shape (U,), int64: likewise.
    """

    model: Model
    calendar: Calendar
    run: str
    persons: Array
    state: State
    event_no: Array
    seen_events: Array
    seen_sessions: Array
    first_properties: list[Array]
    first_stages: Array


@dataclass(slots=True)
class Flow:
    """Events of a part, unsorted: one entry per event, site after site.

    Args:
        rows: Person's row in the group.
        order: Places of the events in order of (time, person).
        places: Where each event stands in that order.
    """

    rows: Array
    times: Array
    numbers: Array
    sessions: Array
    marks: Array
    revenue: Array
    edges: Array
    contexts: list[Captured]
    order: Array
    places: Array

    def __len__(self) -> int:
        return len(self.rows)


class Captured:
    """Captured columns of one site, as the context of expressions."""

    def __init__(self, group: Group, rows: Array, times: Array, columns: dict[int, Array]) -> None:
        self._group = group
        self.rows = rows
        self._times = times
        self._columns = columns

    def load(self, column: int) -> Array:
        return self._columns[column]

    def table(self, number: int) -> Array:
        return self._group.model.tables[number].values

    def now_ms(self) -> Array:
        return self._times

    def local_ms(self) -> Array:
        homes = self._group.state.columns[builtins.HOME][self.rows]
        return self._group.calendar.local_ms(self._times, self._group.model.people.home_zones[homes])

    def utc_ms(self, local_ms: Array) -> Array:
        homes = self._group.state.columns[builtins.HOME][self.rows]
        return self._group.calendar.utc_ms(local_ms, self._group.model.people.home_zones[homes])

    def arrived_ms(self) -> Array:
        return self._group.state.arrived[self.rows]

    def start_ms(self) -> int:
        return self._group.model.start_ms

    def stage_codes(self) -> Array:
        return self._group.model.stage_codes

    def unique_bits(self, op: Op) -> Array:
        raise AssertionError("an id is drawn into a variable, never while an event is written")


def assemble(group: Group, record: Record, part: Part, is_first: bool) -> Chunk:
    """Make the chunk of a part.

    Args:
        is_first: The group's first part: people who were there before the start arrive in it.
    """
    flow = _flow(group, record)
    lookup = _Lookup(group, flow)
    changes = [_Change(j.columns(), p, lookup) for j, p in zip(record.changes, _tracked(group.model), strict=True)]
    arrived = _arrived(group, part, is_first)
    tallies = tally.of_part(group, record, flow, changes, arrived)
    chunk = Chunk(
        stream=group.model.stream,
        run=group.run,
        part=part,
        events=_events(group, record, flow, changes, lookup),
        changes=_changes(group, changes),
        arrivals=_arrivals(group, arrived),
        tallies=tallies,
    )
    _remember(group, flow)
    return chunk


STAGE = UserProperty("stage", "integer", builtins.STAGE, (), Op("load", "integer", value=builtins.STAGE))


def _tracked(model: Model) -> tuple[UserProperty, ...]:
    return (*model.user_properties, STAGE)


def _flow(group: Group, record: Record) -> Flow:
    sites = [journal.columns() for journal in record.sites]
    common = [np.concatenate([site[i] for site in sites]) for i in range(5)]
    rows, times = common[0], common[1]
    first = int(times.min()) if len(times) else 0
    order = np.argsort((times - first) * np.int64(len(group.persons)) + rows)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    edges = np.cumsum([0, *(len(site[0]) for site in sites)])
    contexts = [
        Captured(group, columns[0], columns[1], dict(zip(site.captures, columns[5:], strict=True)))
        for site, columns in zip(group.model.sites, sites, strict=True)
    ]
    revenue = np.concatenate([_revenue_of(s, c, len(c.rows)) for s, c in zip(group.model.sites, contexts, strict=True)])
    return Flow(*common, revenue=revenue, edges=edges, contexts=contexts, order=order, places=places)


def _revenue_of(site: Site, context: Captured, n: int) -> Array:
    if site.revenue is None or not n:
        return np.full(n, NULL_INTEGER, np.int64)
    return np.broadcast_to(evaluate(site.revenue, context), (n,))


class _Lookup:
    """Finds the event of a person by its number."""

    def __init__(self, group: Group, flow: Flow) -> None:
        n = len(group.persons)
        self.counts = np.bincount(flow.rows, minlength=n)
        self.edges = np.cumsum(self.counts) - self.counts
        self.base = group.event_no
        self.times = flow.times
        self._events = np.empty(len(flow), np.int64)
        self._events[self.edges[flow.rows] + flow.numbers - self.base[flow.rows] - 1] = np.arange(len(flow))

    def find(self, rows: Array, numbers: Array) -> Array:
        """Return the event's place in the flow, -1 where it is not in this part."""
        nth = numbers - self.base[rows] - 1
        there = np.greater_equal(nth, 0) & np.less(nth, self.counts[rows])
        found = np.full(len(rows), -1, np.int64)
        found[there] = self._events[self.edges[rows[there]] + nth[there]]
        return found


class _Change:
    """Changes of one user property: whose, when, by which event."""

    def __init__(self, columns: list[Array], declared: UserProperty, lookup: _Lookup) -> None:
        self.rows, self.sequences, self.times, self.numbers, bound = columns[:5]
        half = (len(columns) - 5) // 2
        self.old, self.new = columns[5 : 5 + half], columns[5 + half :]
        self.property = declared
        self.events = lookup.find(self.rows, self.numbers)
        same = np.greater_equal(self.events, 0)
        same[same] = np.equal(lookup.times[self.events[same]], self.times[same])
        self.is_bound = bound.astype(np.bool_) | same

    def __len__(self) -> int:
        return len(self.rows)


# --- events ----------------------------------------------------------------------------------------------------------


def _events(group: Group, record: Record, flow: Flow, changes: list[_Change], lookup: _Lookup) -> pa.Table:
    model, order = group.model, flow.order
    schema = events_schema(model.stream.schema)
    columns = _common(group, flow, order)
    columns["event_properties"], columns["revenue"], columns["currency"] = _event_properties(group, flow)
    if model.user_properties:
        columns["user_properties"], columns["changed"] = _user_properties(group, record, flow, changes[:-1], lookup)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _common(group: Group, flow: Flow, order: Array) -> dict[str, pa.Array]:
    model, words = group.model, group.model.texts
    rows, n = flow.rows[order], len(flow)
    events = np.repeat(np.array([s.event for s in model.sites], np.int32), np.diff(flow.edges))[order]
    sessions = flow.sessions[order]
    stages, devices, known = unmark(flow.marks[order])
    kinds = np.where(np.less(devices, 0), -1, group.state.device_kinds[rows, devices])
    homes = group.state.columns[builtins.HOME]
    city, country, _, _ = model.home
    return {
        "insert_id": arrow.fixed_texts(insert_ids(model, group.persons, rows, flow.numbers[order])),
        "event_type": arrow.texts(events, [name for name, _ in model.events]),
        "category": arrow.texts(*_categories(model, events)),
        "time": arrow.plain(flow.times[order], TIMESTAMP),
        "person": arrow.plain(group.persons[rows], pa.int64()),
        "user_id": _ids(rows, known, _user_ids(model, group.persons)),
        "device_id": _ids(rows * 3 + devices, np.greater_equal(devices, 0), _device_ids(model, group.persons)),
        "session_id": arrow.plain(sessions, pa.int64(), np.not_equal(sessions, NULL_INTEGER)),
        "stage": arrow.texts(stages, model.stream.schema.stages),
        "city": arrow.texts_of(rows, model.tables[city].values[homes], words),
        "country": arrow.texts_of(rows, model.tables[country].values[homes], words),
        "platform": arrow.texts(model.tables[model.device_tables[0]].values[kinds], words),
        "os_name": arrow.texts(model.tables[model.device_tables[1]].values[kinds], words),
        "language": _languages(group, flow, rows),
        "run": arrow.constant(group.run, n),
    }


def _languages(group: Group, flow: Flow, rows: Array) -> pa.Array:
    """Return languages: of the user property as it was at the event, when there is one; else of the home."""
    model = group.model
    if model.language < 0:
        return arrow.texts_of(rows, languages(group), model.texts)
    codes = np.concatenate([context.load(model.language) for context in flow.contexts])
    return arrow.texts(codes[flow.order], model.texts)


def languages(group: Group) -> Array:
    """Return each person's language as a code: shape (U,)."""
    model = group.model
    if model.language >= 0:
        return group.state.columns[model.language]
    if model.home[2] < 0:
        return np.full(len(group.persons), -1, np.int32)
    return model.tables[model.home[2]].values[group.state.columns[builtins.HOME]]


def _categories(model: Model, events: Array) -> tuple[Array, list[str]]:
    names = list(dict.fromkeys(category for _, category in model.events))
    numbers = np.array([names.index(category) for _, category in model.events], np.int32)
    return numbers[events], names


_INSERT_ID = np.dtype([("stream", "S9"), ("person", "u8"), ("dash", "S1"), ("number", "S6")])
"""24 characters: 8 of the stream, 8 of the person, 6 of the event number, in hexadecimal, with dashes between."""


def insert_ids(model: Model, persons: Array, rows: Array, numbers: Array) -> Array:
    """Return ids of events: unique by construction from stream, person and the person's event number.

    Args:
        persons: Shape (U,): numbers of people, below 2**32.
        rows: Shape (n,): whose event.
        numbers: Shape (n,): event numbers, below 2**24.

    Returns:
        Shape (n, 24), uint8, ASCII.
    """
    out = np.empty(len(rows), _INSERT_ID)
    out["stream"] = (model.stream.id[:8] + "-").encode("ascii")
    out["person"] = arrow.hex_digits(persons, 4).view(np.uint64).ravel()[rows]
    out["dash"] = b"-"
    most = int(numbers.max()) + 1 if len(numbers) else 0
    if most < len(numbers):
        out["number"] = arrow.hex_digits(np.arange(most), 3).view("S6").ravel()[numbers]
    else:
        out["number"] = arrow.hex_digits(numbers, 3).view("S6").ravel()
    return out.view(np.uint8).reshape(len(rows), _INSERT_ID.itemsize)


def _user_ids(model: Model, persons: Array) -> Array:
    return arrow.labelled(model.stream.id[:6] + "-u", persons, 4)


def _device_ids(model: Model, persons: Array) -> Array:
    """Return the ids of three devices of each person, one after another."""
    numbers = np.repeat(persons, 3) * 16 + np.tile(np.arange(3), len(persons))
    return arrow.labelled(model.stream.id[:6] + "-d", numbers, 5)


def _ids(codes: Array, valid: Array, characters: Array) -> pa.Array:
    """Return a dictionary column of ids.

    Args:
        codes: Shape (n,): rows of `characters`.
        valid: Shape (n,): null elsewhere.
        characters: Shape (m, width): all ids there could be.
    """
    occurs = np.zeros(len(characters), np.bool_)
    occurs[codes[valid]] = True
    places = (np.cumsum(occurs) - 1).astype(np.int32)
    dictionary = arrow.fixed_texts(characters[occurs])
    return arrow.Codes(places, dictionary).placed(places[codes], None if valid.all() else valid)


@dataclass(slots=True)
class _Values:
    """Values of one property from several sites: places in order of the table, and arrays."""

    places: list[Array]
    arrays: list[list[Array]]
    example: Op | Listing | None = None

    def merged(self) -> tuple[Array, list[Array]]:
        places = np.concatenate(self.places)
        return places, [np.concatenate(_padded(parts)) for parts in zip(*self.arrays, strict=True)]


def _padded(parts: tuple[Array, ...]) -> list[Array]:
    if parts[0].ndim == 1:
        return list(parts)
    width = max(p.shape[1] for p in parts)
    return [np.pad(p, ((0, 0), (0, width - p.shape[1]))) for p in parts]


def _event_properties(group: Group, flow: Flow) -> tuple[pa.Array, pa.Array, pa.Array]:
    schema = group.model.stream.schema
    values = [_Values([], []) for _ in schema.event_properties]
    for number, site in enumerate(group.model.sites):
        _collect(flow, number, site, values)
    children = [_child(group, len(flow), number, v) for number, v in enumerate(values)]
    kind = events_schema(schema)
    struct = None
    if children:
        struct = pa.StructArray.from_arrays(children, fields=list(kind.field("event_properties").type))
    return struct, *_revenue(group, flow)


def _collect(flow: Flow, number: int, site: Site, values: list[_Values]) -> None:
    context = flow.contexts[number]
    if not len(context.rows):
        return
    places = flow.places[int(flow.edges[number]) : int(flow.edges[number + 1])]
    for property_number, value in site.properties:
        into = values[property_number]
        into.places.append(places)
        into.arrays.append(_evaluated(value, context, len(places)))
        into.example = value


def _evaluated(value: Op | Listing, context: Context, n: int) -> list[Array]:
    if isinstance(value, Op):
        return [np.broadcast_to(evaluate(value, context), (n,))]
    return [context.load(value.length), *(evaluate(item, context) for item in value.items)]


def _child(group: Group, n: int, number: int, values: _Values) -> pa.Array:
    schema = group.model.stream.schema
    field = schema.event_properties[number]
    if values.example is None:
        return pa.nulls(n, arrow_type(field, schema.minor_digits))
    return _column(group.model, n, *values.merged(), values.example, field)


def _column(model: Model, n: int, places: Array, arrays: list[Array], value: Op | Listing, field: Field) -> pa.Array:
    """Return a property as a column of n rows, null but at some places.

    Args:
        places: Shape (m,), each once.
        arrays: Shape (m,) of values; or lengths, then one (m, K) array per field of the elements.
    """
    words = arrow.Words(model.texts, model.stream.schema.minor_digits)
    if isinstance(value, Op):
        return arrow.scattered(n, places, arrays[0], value.kind, words, value.of)
    order = np.argsort(places)
    lengths = arrays[0][order]
    flat = [arrow.elements(lengths, cells[order]) for cells in arrays[1:]]
    items = [arrow.dense(f, item.kind, words, item.of) for f, item in zip(flat, value.items, strict=True)]
    return arrow.listed(field, n, places[order], lengths, items, words)


def _revenue(group: Group, flow: Flow) -> tuple[pa.Array, pa.Array]:
    schema, n = group.model.stream.schema, len(flow)
    words = arrow.Words([schema.currency], schema.minor_digits)
    earns = np.flatnonzero(np.not_equal(flow.revenue, NULL_INTEGER))
    places = flow.places[earns]
    currency = arrow.scattered(n, places, np.zeros(len(places), np.int32), "text", words)
    return arrow.scattered(n, places, flow.revenue[earns], "money", words), currency


# --- user properties -------------------------------------------------------------------------------------------------


def _user_properties(
    group: Group, record: Record, flow: Flow, changes: list[_Change], lookup: _Lookup
) -> tuple[pa.Array, pa.Array]:
    model, n = group.model, len(flow)
    firsts = record.firsts.columns()
    first_places = flow.places[lookup.find(firsts[0], firsts[1])]
    mask = np.zeros(n, np.int64)
    mask[first_places] = (1 << len(model.user_properties)) - 1
    children, at = [], 2
    for number, (declared, change) in enumerate(zip(model.user_properties, changes, strict=True)):
        width = 1 + len(declared.items)
        places, arrays = _carried(flow, change, first_places, firsts[at : at + width])
        mask[places] |= 1 << number
        children.append(user_column(model, n, number, places, arrays))
        at += width
    kind = events_schema(model.stream.schema).field("user_properties").type
    struct = pa.StructArray.from_arrays(children, fields=list(kind), mask=arrow.plain_booleans(np.equal(mask, 0)))
    return struct, _changed_names(model, mask)


def _carried(flow: Flow, change: _Change, first_places: Array, first_values: list[Array]) -> tuple[Array, list[Array]]:
    here = change.is_bound & np.greater_equal(change.events, 0)
    places = np.concatenate([first_places, flow.places[change.events[here]]])
    arrays = [np.concatenate([a, b[here]]) for a, b in zip(first_values, change.new, strict=True)]
    return places, arrays


class _Written:
    """Arrays of a user property, as the context of what is written of it."""

    def __init__(self, model: Model, columns: dict[int, Array]) -> None:
        self._model = model
        self._columns = columns

    def load(self, column: int) -> Array:
        return self._columns[column]

    def table(self, number: int) -> Array:
        return self._model.tables[number].values


def _written(model: Model, declared: UserProperty, arrays: list[Array]) -> list[Array]:
    """Return what is written of a user property: its values, or lengths and elements per field."""
    numbers = (declared.column, *declared.items)
    columns = {c: a.astype(DTYPES[model.columns[c].kind], copy=False) for c, a in zip(numbers, arrays, strict=True)}
    return _evaluated(declared.value, _Written(model, columns), len(arrays[0]))


def user_column(model: Model, n: int, number: int, places: Array, arrays: list[Array]) -> pa.Array:
    """Return a user property as a column of n rows, null but at some places; of several values at a place the last one counts."""
    declared, field = model.user_properties[number], model.stream.schema.user_properties[number]
    last = np.full(n, -1, np.int64)
    last[places] = np.arange(len(places))
    kept = np.flatnonzero(np.equal(last[places], np.arange(len(places))))
    written = _written(model, declared, [a[kept] for a in arrays])
    return _column(model, n, places[kept], written, declared.value, field)


def _changed_names(model: Model, mask: Array) -> pa.Array:
    """Return the lists of names of user properties whose bit is set; null where none is."""
    counts = np.bitwise_count(mask).astype(np.int64)
    starts = np.cumsum(counts) - counts
    codes = np.empty(int(counts.sum()), np.int32)
    for number in range(len(model.user_properties)):
        has = np.flatnonzero(mask & (1 << number))
        before = np.bitwise_count(mask[has] & ((1 << number) - 1))
        codes[starts[has] + before] = number
    names = arrow.texts(codes, [p.name for p in model.user_properties])
    offsets = np.concatenate([starts, [len(codes)]]).astype(np.int32)
    buffers = [arrow.bitmap(np.greater(counts, 0)), pa.py_buffer(offsets)]
    return pa.Array.from_buffers(pa.list_(names.type), len(mask), buffers, children=[names])


# --- changes and arrivals --------------------------------------------------------------------------------------------


def _changes(group: Group, changes: list[_Change]) -> pa.Table:
    model = group.model
    rows = np.concatenate([c.rows for c in changes])
    times = np.concatenate([c.times for c in changes])
    sequences = np.concatenate([c.sequences for c in changes])
    order = np.lexsort((sequences, rows, times))
    rows, persons = rows[order], group.persons[rows[order]]
    numbers = np.concatenate([c.numbers for c in changes])[order]
    bound = np.concatenate([c.is_bound for c in changes])[order]
    names = np.repeat(np.arange(len(changes), dtype=np.int32), [len(c) for c in changes])[order]
    ids = arrow.fixed_texts(insert_ids(model, group.persons, rows[bound], numbers[bound]), bound)
    columns = [
        arrow.plain(persons, pa.int64()),
        arrow.plain(sequences[order], pa.int64()),
        arrow.texts(names, [c.property.name for c in changes]),
        *(_json_column(model, changes, order, side) for side in ("old", "new")),
        arrow.plain(times[order], TIMESTAMP),
        ids,
        arrow.constant(group.run, len(rows)),
    ]
    return pa.Table.from_arrays(columns, schema=changes_schema())


def _json_column(model: Model, changes: list[_Change], order: Array, side: str) -> pa.Array:
    texts = np.concatenate([_json_values(model, c.property, getattr(c, side)) for c in changes])
    return arrow.strings(texts[order].tolist())


def _json_values(model: Model, declared: UserProperty, arrays: list[Array]) -> Array:
    words = arrow.Words(model.texts, model.stream.schema.minor_digits)
    if not len(arrays[0]):
        return np.empty(0, object)
    if declared is STAGE:
        return np.array([f'"{s}"' for s in model.stream.schema.stages], object)[arrays[0]]
    written, value = _written(model, declared, arrays), declared.value
    if isinstance(value, Op):
        return arrow.json_texts(value.kind, written[0], words, value.of)
    flat = [arrow.elements(written[0], cells) for cells in written[1:]]
    items = [arrow.json_texts(item.kind, f, words, item.of) for item, f in zip(value.items, flat, strict=True)]
    field = next(f for f in model.stream.schema.user_properties if f.name == declared.name)
    return arrow.json_lists(written[0], items, [f.name for f in field.fields])


def _arrived(group: Group, part: Part, is_first: bool) -> Array:
    came = np.less(group.state.arrived, part.until_ms)
    if not is_first:
        came &= np.greater_equal(group.state.arrived, part.from_ms)
    return np.flatnonzero(came)


def _arrivals(group: Group, rows: Array) -> pa.Table:
    model, words = group.model, group.model.texts
    city, country, _, zone = model.home
    homes = group.state.columns[builtins.HOME][rows]
    persons = group.persons[rows]
    columns = {
        "person": arrow.plain(persons, pa.int64()),
        "arrived": arrow.plain(group.state.arrived[rows], TIMESTAMP),
        "user_id": arrow.fixed_texts(_user_ids(model, persons)),
        "city": arrow.texts(model.tables[city].values[homes], words),
        "country": arrow.texts(model.tables[country].values[homes], words),
        "language": arrow.texts(languages(group)[rows], words),
        "time_zone": arrow.texts(model.tables[zone].values[homes], words),
        "stage": arrow.texts(group.first_stages[rows], model.stream.schema.stages),
        "run": arrow.constant(group.run, len(rows)),
    }
    schema = arrivals_schema(model.stream.schema)
    if model.user_properties:
        columns["properties"] = _first_properties(group, rows, schema.field("properties").type)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _first_properties(group: Group, rows: Array, kind: pa.DataType) -> pa.Array:
    model, children, at = group.model, [], 0
    places = np.arange(len(rows))
    for number, declared in enumerate(model.user_properties):
        width = 1 + len(declared.items)
        arrays = [a[rows] for a in group.first_properties[at : at + width]]
        children.append(user_column(model, len(rows), number, places, arrays))
        at += width
    return pa.StructArray.from_arrays(children, fields=list(kind))


def _remember(group: Group, flow: Flow) -> None:
    n = len(group.persons)
    group.seen_events += np.bincount(flow.rows, minlength=n)
    group.seen_sessions += np.bincount(flow.rows[np.equal(flow.sessions, flow.times)], minlength=n)
