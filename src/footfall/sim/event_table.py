"""The table of events: common columns for all, then structs of the properties that some have.

Columns that follow from the person (city, country, language) are renumbered per person and
looked up per event; those of an emission are made for its events alone, and put in their
places.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from footfall.data.schema import TIMESTAMP, arrow_type, events_schema
from footfall.model import builtins
from footfall.model.emitted_values import Emission, EmittedValue
from footfall.model.model import Model
from footfall.model.values import NULL_INTEGER, Array
from footfall.sim import arrow_columns
from footfall.sim.arrow_columns import RowPlaces, fixed_texts
from footfall.sim.event_flags import unpack_flags
from footfall.sim.ids import account_ids, device_ids, id_column, insert_ids
from footfall.sim.journal import Journal
from footfall.sim.part_events import EventLookup, GroupArrays, PartEvents, PropertyChanges
from footfall.sim.people_tables import languages, user_properties
from footfall.sim.property_columns import evaluated, property_column


def events_table(
    group: GroupArrays,
    journal: Journal,
    emitted: PartEvents,
    changes: list[PropertyChanges],
    lookup: EventLookup,
) -> pa.Table:
    """Return the events of a part in order of (time, person, event number)."""
    model, order = group.model, emitted.order
    schema = events_schema(model.stream.schema)
    columns = _common(group, emitted, order)
    columns["event_properties"], columns["revenue"], columns["currency"] = _event_properties(
        group, emitted
    )
    if model.user_properties:
        columns["user_properties"], columns["changed"] = user_properties(
            group, journal, emitted, changes[:-1], lookup
        )
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _common(group: GroupArrays, emitted: PartEvents, order: Array) -> dict[str, pa.Array]:
    model, words = group.model, group.model.texts
    rows, n = emitted.rows.take(order), len(emitted)
    events = np.repeat(
        np.array([s.event for s in model.emissions], np.int32), np.diff(emitted.edges)
    ).take(order)
    sessions = emitted.sessions.take(order)
    stages, devices, accounts = unpack_flags(emitted.flags.take(order))
    in_session = np.not_equal(sessions, NULL_INTEGER)
    # What happens outside sessions happens on no platform, even if a device says whose it is. Row -1
    # of a catalogue is null (`CatalogueColumn`), so no mask is needed here.
    kinds = np.where(in_session, group.state.device_kinds[rows, devices], -1)
    homes = group.state.columns[builtins.HOME]
    city, country, _, _ = model.home
    return {
        "insert_id": arrow_columns.fixed_texts(
            insert_ids(model, group.state.identities, rows, emitted.numbers.take(order))
        ),
        "event_type": arrow_columns.texts(events, [name for name, _ in model.events]),
        "category": arrow_columns.texts(*_categories(model, events)),
        "time": arrow_columns.plain(emitted.times.take(order), TIMESTAMP),
        "person": arrow_columns.plain(group.persons.take(rows), pa.int64()),
        "user_id": _user_ids(group, rows, accounts),
        "device_id": _device_ids(group, rows, devices),
        "session_id": arrow_columns.plain(sessions, pa.int64(), in_session),
        "stage": arrow_columns.texts(stages, model.stream.schema.stages),
        "city": arrow_columns.texts_of(rows, model.tables[city].values[homes], words),
        "country": arrow_columns.texts_of(rows, model.tables[country].values[homes], words),
        "platform": arrow_columns.texts(
            model.tables[model.device_tables[0]].values[kinds], words
        ),
        "os_name": arrow_columns.texts(
            model.tables[model.device_tables[1]].values[kinds], words
        ),
        "language": _languages(group, emitted, rows),
        "run": arrow_columns.constant(group.run, n),
    }


def _user_ids(group: GroupArrays, rows: Array, accounts: Array) -> pa.Array:
    """Return ids of users: of each person's accounts, person after person."""
    model, who, most = group.model, group.state.identities, group.model.most_accounts
    return id_column(
        rows * most + accounts - 1,
        np.greater(accounts, 0),
        most * len(who),
        lambda of: account_ids(model, who.take(of // most), of % most),
    )


def _device_ids(group: GroupArrays, rows: Array, devices: Array) -> pa.Array:
    """Return ids of devices: of each person's, person after person, then of each household's."""
    model, state, spec = group.model, group.state, group.model.devices
    who, most = state.identities, spec.most
    codes = rows * most + devices
    if spec.shared is not None:
        shared = np.unique(group.households[state.shares_device])
        nth = np.searchsorted(shared, group.households[rows])
        codes = np.where(state.are_shared(rows, devices), len(who) * most + nth, codes)
        who = np.append(who, shared)
    n_own = state.n * most

    def characters(of: Array) -> pa.Array:
        is_own = np.less(of, n_own)
        whose = np.where(is_own, of // most, state.n + of - n_own)
        return fixed_texts(
            device_ids(model, who.take(whose), np.where(is_own, of % most, spec.own))
        )

    return id_column(
        codes, np.greater_equal(devices, 0), n_own + len(who) - state.n, characters
    )


def _languages(group: GroupArrays, emitted: PartEvents, rows: Array) -> pa.Array:
    """Return languages: the user property at the event, where there is one; else the home's."""
    model = group.model
    if model.language < 0:
        return arrow_columns.texts_of(rows, languages(group), model.texts)
    codes = np.concatenate([context.load(model.language) for context in emitted.contexts])
    return arrow_columns.texts(codes.take(emitted.order), model.texts)


def _categories(model: Model, events: Array) -> tuple[Array, list[str]]:
    names = list(dict.fromkeys(category for _, category in model.events))
    numbers = np.array([names.index(category) for _, category in model.events], np.int32)
    return numbers[events], names


@dataclass(slots=True)
class _Values:
    """Values of one property from several emissions: their numbers, and the arrays of each."""

    emissions: list[int] = field(default_factory=list)
    arrays: list[list[Array]] = field(default_factory=list)
    example: EmittedValue | None = None

    def merged(self) -> list[Array]:
        return [np.concatenate(_padded(parts)) for parts in zip(*self.arrays, strict=True)]


def _padded(parts: tuple[Array, ...]) -> list[Array]:
    # Lists of one property may come from state arrays of different room.
    if parts[0].ndim == 1:
        return list(parts)
    width = max(p.shape[1] for p in parts)
    return [np.pad(p, ((0, 0), (0, width - p.shape[1]))) for p in parts]


def _event_properties(
    group: GroupArrays, emitted: PartEvents
) -> tuple[pa.Array, pa.Array, pa.Array]:
    schema = group.model.stream.schema
    values = [_Values() for _ in schema.event_properties]
    for number, emission in enumerate(group.model.emissions):
        _collect(emitted, number, emission, values)
    places: dict[tuple[int, ...], RowPlaces] = {}
    children = [_child(group, emitted, number, v, places) for number, v in enumerate(values)]
    kind = events_schema(schema)
    struct = None
    if children:
        struct = pa.StructArray.from_arrays(
            children, fields=list(kind.field("event_properties").type)
        )
    return struct, *_revenue(group, emitted)


def _collect(
    emitted: PartEvents, number: int, emission: Emission, values: list[_Values]
) -> None:
    context = emitted.contexts[number]
    if not len(context.rows):
        return
    for property_number, value in emission.properties:
        into = values[property_number]
        into.emissions.append(number)
        into.arrays.append(evaluated(value, context))
        into.example = value


def _child(
    group: GroupArrays,
    emitted: PartEvents,
    number: int,
    values: _Values,
    places: dict[tuple[int, ...], RowPlaces],
) -> pa.Array:
    """Return the column of a property; those of the same emissions share their places."""
    schema = group.model.stream.schema
    declared = schema.event_properties[number]
    if values.example is None:
        return pa.nulls(len(emitted), arrow_type(declared, schema.minor_digits))
    # The places' order and their bitmap of nulls are computed once per set of emissions: the
    # shop has 37 properties, most of them on the same few events.
    emissions = tuple(values.emissions)
    if emissions not in places:
        spans = []
        for emission in emissions:
            first, end = emitted.edges[emission : emission + 2].tolist()
            spans.append(emitted.places[first:end])
        places[emissions] = RowPlaces(len(emitted), np.concatenate(spans))
    return property_column(
        group.model, places[emissions], values.merged(), values.example, declared
    )


def _revenue(group: GroupArrays, emitted: PartEvents) -> tuple[pa.Array, pa.Array]:
    schema, n = group.model.stream.schema, len(emitted)
    words = arrow_columns.TextTable([schema.currency], schema.minor_digits)
    earns = np.flatnonzero(np.not_equal(emitted.revenue, NULL_INTEGER))
    places = RowPlaces(n, emitted.places[earns])
    currency = arrow_columns.scattered(places, np.zeros(len(earns), np.int32), "text", words)
    return arrow_columns.scattered(places, emitted.revenue[earns], "money", words), currency
