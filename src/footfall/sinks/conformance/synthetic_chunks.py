"""Chunks without a simulation: random and consistent, the same for the same run and part.

What people are is a closed formula (`synthetic_people.py`), so parts can be made in any order.
In between they do random things. Texts contain everything that tends to break an encoder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.schema import (
    TEXT,
    TIMESTAMP,
    Field,
    StreamSchema,
    arrivals_schema,
    changes_schema,
    events_schema,
)
from footfall.data.stream import Run, Stream
from footfall.data.tallies import EffectKey, FactorSums, OptionCounts, Tallies
from footfall.sinks.conformance.synthetic_people import (
    CHANGE_EVERY_MS,
    CITIES,
    SyntheticPeople,
)
from footfall.sinks.conformance.synthetic_values import (
    START_MS,
    Bools,
    Ints,
    hash_of,
    ids,
    json_text,
    masked,
    money,
    struct,
    text,
    values_of,
)
from footfall.units import DAY_MS, HOUR_MS

SESSION_MS = 6 * HOUR_MS
GROUP = 64
PLATFORMS = (("phone", "Android"), ("phone", "iOS"), ("computer", "Windows"))
LANGUAGES = ("en", "ru", "fr", None)
EVENT_TYPES = tuple(f"Event {i:02d}" for i in range(20))
CATEGORIES = ("Browsing", "Cart", "Checkout", 'Say "hello"')


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of `events` before they become Arrow; `change` numbers a change, -1 is none."""

    person: Ints
    time: Ints
    change: Ints
    stage: Ints
    first: Bools
    code: Ints


def make_stream(schema: StreamSchema, seed: int = 1) -> Stream:
    """Return a stream for a schema; another seed is another stream."""
    identity = f"{abs(hash_of(np.array([seed], dtype=np.int64), schema.scenario)[0]):016x}"
    return Stream(identity, seed, START_MS, schema, identity[::-1])


def make_run(
    schema: StreamSchema, *, days: int = 2, people: int = 2 * GROUP, seed: int = 1
) -> Run:
    """Return a run of some days from 2026-01-01."""
    stream = make_stream(schema, seed)
    return Run(
        id=stream.id,
        stream=stream,
        until_ms=START_MS + days * DAY_MS,
        people=people,
        title=f"A test: {schema.scenario}",
        settings={"people": str(people)},
        scenario_text=f"footfall: 1\nscenario: {schema.scenario}\n",
        versions={"footfall": "0", "output": "1", "tzdata": "0", "store": "1"},
    )


def make_parts(run: Run, *, group: int = GROUP, window_ms: int = DAY_MS) -> list[Part]:
    """Return all parts of a run in plan order: by window, then by group."""
    return [
        Part(first, min(first + group, run.people), start, min(start + window_ms, run.until_ms))
        for start in range(run.stream.start_ms, run.until_ms, window_ms)
        for first in range(0, run.people, group)
    ]


def make_chunks(
    run: Run, *, rows: int = 100, group: int = GROUP, window_ms: int = DAY_MS
) -> Iterator[Chunk]:
    """Yield the chunks of a run in plan order, each with about so many rows."""
    for part in make_parts(run, group=group, window_ms=window_ms):
        yield make_chunk(run, part, rows=rows)


def make_chunk(run: Run, part: Part, *, rows: int = 100) -> Chunk:
    """Return the chunk of a part, which nobody changes: it may be given out again.

    Args:
        run: The run; its stream's id decides all that is random.
        part: Who and when.
        rows: Random events, besides arrivals, changes and stages; 0 gives an empty chunk.
    """
    return _chunk(_ChunkKey(run.stream, run.id, part, rows, run))


@dataclass(frozen=True, slots=True)
class _ChunkKey:
    """All that decides a chunk, and the run, which says more than that."""

    stream: Stream
    run_id: str
    part: Part
    rows: int
    run: Run = field(compare=False)


# Kept, as a suite asks again and again for the same few runs.
@lru_cache(maxsize=128)
def _chunk(key: _ChunkKey) -> Chunk:
    run, part, rows = key.run, key.part, key.rows
    people = np.arange(
        part.first_person, part.end_person if rows else part.first_person, dtype=np.int64
    )
    synthetic = SyntheticPeople(run, part, people)
    happened = _happened(synthetic, rows)
    return Chunk(
        stream=run.stream,
        run=run.id,
        part=part,
        events=_events(synthetic, happened),
        changes=_changes(synthetic, happened),
        arrivals=_arrivals(synthetic),
        tallies=_tallies(synthetic, happened),
    )


def _happened(synthetic: SyntheticPeople, rows: int) -> _Rows:
    """Return what happens, in order of time and person; no person is twice at one time."""
    people = synthetic.numbers
    random = np.random.default_rng(
        [
            int(synthetic.run.id[:8], 16),
            synthetic.part.first_person,
            synthetic.part.from_ms // 1000,
        ]
    )
    who = [random.choice(people, rows) if len(people) else people[:0]]
    when = [random.integers(synthetic.part.from_ms, synthetic.part.until_ms, len(who[0]))]
    first = synthetic.first_event(people)
    marks = [first]
    marks += [
        synthetic.reached(people, stage) for stage in range(1, len(synthetic.schema.stages))
    ]
    if synthetic.schema.user_properties:
        steps = (synthetic.part.until_ms - START_MS) // CHANGE_EVERY_MS + 1
        marks += [first + step * CHANGE_EVERY_MS for step in range(1, int(steps) + 1)]
    who += [people] * len(marks)
    when += marks
    return _in_order(synthetic, np.concatenate(who), np.concatenate(when))


def _in_order(synthetic: SyntheticPeople, person: Ints, time: Ints) -> _Rows:
    first = synthetic.first_event(person)
    inside = (
        (time >= first) & (time >= synthetic.part.from_ms) & (time < synthetic.part.until_ms)
    )
    # `unique` sorts by time, then person, and drops what would happen to somebody twice at one
    # time.
    pairs = np.unique(np.stack([time[inside], person[inside]]), axis=1)
    time, person = pairs[0], pairs[1]
    first = synthetic.first_event(person)
    since = time - first
    regular = (
        (since % CHANGE_EVERY_MS == 0) & (since > 0) & bool(synthetic.schema.user_properties)
    )
    return _Rows(
        person=person,
        time=time,
        change=np.where(regular, since // CHANGE_EVERY_MS, -1),
        stage=synthetic.stage(person, time),
        first=time == first,
        code=hash_of(time * 31 + person, "event"),
    )


def _events(synthetic: SyntheticPeople, rows: _Rows) -> pa.Table:
    schema = events_schema(synthetic.schema)
    made = _common(synthetic, rows)
    kind = rows.code % len(EVENT_TYPES)
    if synthetic.schema.event_properties:
        fields = synthetic.schema.event_properties
        masks = [hash_of(kind * 100 + i, "has") % 8 == 0 for i in range(len(fields))]
        codes = [hash_of(rows.code + i, "value") for i in range(len(fields))]
        made["event_properties"] = struct(fields, codes, masks, synthetic.schema.minor_digits)
    if synthetic.schema.user_properties:
        made["user_properties"], made["changed"] = _changed(synthetic, rows)
    return pa.table([made[name] for name in schema.names], schema=schema)


def _common(synthetic: SyntheticPeople, rows: _Rows) -> dict[str, pa.Array]:
    person, code = rows.person, rows.code
    kind = code % len(EVENT_TYPES)
    people = synthetic.numbers
    who = person - (people[0] if len(people) else 0)
    known = code % 3 > 0
    device = hash_of(person, "device") % len(PLATFORMS)
    paid = kind == 7
    cents = code // 64 % 1_000_000
    empty = np.zeros(len(person), dtype=np.int64)
    return {
        "insert_id": ids(synthetic.run.id[:8], person, rows.time),
        "event_type": text(EVENT_TYPES, kind),
        "category": text(CATEGORIES, kind % len(CATEGORIES)),
        "time": pa.array(rows.time).cast(pa.timestamp("ms")).cast(TIMESTAMP),
        "person": pa.array(person),
        "user_id": masked(text(ids("u", people).to_pylist(), who), known),
        "device_id": text(ids("d", people).to_pylist(), who),
        "session_id": pa.array(rows.time - (rows.time - START_MS) % SESSION_MS),
        "stage": text(synthetic.schema.stages, rows.stage),
        "city": text([c for c, _ in CITIES], synthetic.city(person)),
        "country": text([c for _, c in CITIES], synthetic.city(person)),
        "platform": text([p for p, _ in PLATFORMS], device),
        "os_name": text([o for _, o in PLATFORMS], device),
        "language": text(LANGUAGES, hash_of(person, "language") % len(LANGUAGES)),
        "revenue": masked(money(cents, synthetic.schema.minor_digits), paid),
        "currency": masked(text([synthetic.schema.currency], empty), paid),
        "run": text([synthetic.run.id], empty),
    }


def _changed(synthetic: SyntheticPeople, rows: _Rows) -> tuple[pa.Array, pa.Array]:
    """Return the changed user properties and their names: all at a person's first event."""
    fields = synthetic.schema.user_properties
    masks = [
        rows.first | ((rows.change > 0) & (rows.change % len(fields) == i))
        for i in range(len(fields))
    ]
    counts = np.maximum(rows.change, 0)
    codes = [synthetic.property_code(rows.person, i, counts) for i in range(len(fields))]
    matrix = np.stack(masks, axis=1)
    names = np.broadcast_to(np.arange(len(fields), dtype=np.int64), matrix.shape)[matrix]
    offsets = np.concatenate([[0], np.cumsum(matrix.sum(axis=1))]).astype(np.int32)
    elements = text([f.name for f in fields], names)
    changed = pa.ListArray.from_arrays(pa.array(offsets), elements).cast(pa.list_(TEXT))
    return struct(fields, codes, masks, synthetic.schema.minor_digits), changed


def _changes(synthetic: SyntheticPeople, rows: _Rows) -> pa.Table:
    """Return one row per change; a stage comes behind a property that changes with it."""
    stage_before = synthetic.stage(rows.person, rows.time - 1)
    counts = synthetic.changes_before(rows.person, rows.time)
    properties = _property_changes(synthetic, rows, counts - (rows.stage - stage_before))
    stages = _stage_changes(synthetic, rows, stage_before, counts)
    table = pa.concat_tables([properties, stages])
    return table.sort_by(
        [("time", "ascending"), ("person", "ascending"), ("sequence", "ascending")]
    ).combine_chunks()


def _property_changes(synthetic: SyntheticPeople, rows: _Rows, sequence: Ints) -> pa.Table:
    fields = synthetic.schema.user_properties
    at = np.flatnonzero(rows.change > 0)
    person, count = rows.person[at], rows.change[at]
    which = count % max(len(fields), 1)
    old, new = np.empty(len(at), dtype=object), np.empty(len(at), dtype=object)
    for i, changed in enumerate(fields):
        mine = which == i
        before = np.maximum(count[mine] - len(fields), 0)
        old[mine] = _json_texts(
            synthetic, changed, synthetic.property_code(person[mine], i, before)
        )
        new[mine] = _json_texts(
            synthetic, changed, synthetic.property_code(person[mine], i, count[mine])
        )
    return _change_table(
        synthetic, rows, at, (sequence[at], text([f.name for f in fields], which), old, new)
    )


def _stage_changes(
    synthetic: SyntheticPeople, rows: _Rows, before: Ints, counts: Ints
) -> pa.Table:
    at = np.flatnonzero((rows.stage > before) & ~rows.first)
    texts = np.array(
        [json.dumps(s, ensure_ascii=False) for s in synthetic.schema.stages], dtype=object
    )
    names = text(["stage"], np.zeros(len(at), dtype=np.int64))
    return _change_table(
        synthetic, rows, at, (counts[at], names, texts[before[at]], texts[rows.stage[at]])
    )


def _change_table(
    synthetic: SyntheticPeople, rows: _Rows, at: Ints, what: tuple[Ints, pa.Array, Any, Any]
) -> pa.Table:
    sequence, names, old, new = what
    columns = [
        pa.array(rows.person[at]),
        pa.array(sequence),
        names,
        pa.array(old, pa.string()),
        pa.array(new, pa.string()),
        pa.array(rows.time[at]).cast(pa.timestamp("ms")).cast(TIMESTAMP),
        ids(synthetic.run.id[:8], rows.person[at], rows.time[at]),
        text([synthetic.run.id], np.zeros(len(at), dtype=np.int64)),
    ]
    return pa.table(columns, schema=changes_schema()).unify_dictionaries()


def _json_texts(synthetic: SyntheticPeople, field: Field, codes: Ints) -> list[str]:
    return [
        json_text(v) for v in values_of(field, codes, synthetic.schema.minor_digits).to_pylist()
    ]


def _arrivals(synthetic: SyntheticPeople) -> pa.Table:
    schema = arrivals_schema(synthetic.schema)
    people = synthetic.numbers
    arrived = synthetic.arrived(people)
    since = np.where(
        synthetic.part.from_ms == START_MS, np.iinfo(np.int64).min, synthetic.part.from_ms
    )
    people = people[(arrived >= since) & (arrived < synthetic.part.until_ms)]
    none = np.zeros(len(people), dtype=np.int64)
    city = synthetic.city(people)
    made = {
        "person": pa.array(people),
        "arrived": pa.array(synthetic.arrived(people)).cast(pa.timestamp("ms")).cast(TIMESTAMP),
        "user_id": ids("u", people),
        "city": text([c for c, _ in CITIES], city),
        "country": text([c for _, c in CITIES], city),
        "language": text(LANGUAGES, hash_of(people, "language") % len(LANGUAGES)),
        "time_zone": text(["Asia/Kolkata", "Europe/Paris"], city % 2),
        "stage": text(synthetic.schema.stages, none),
        "run": text([synthetic.run.id], none),
    }
    fields = synthetic.schema.user_properties
    if fields:
        codes = [synthetic.property_code(people, i, none) for i in range(len(fields))]
        made["properties"] = struct(
            fields, codes, [none == 0] * len(fields), synthetic.schema.minor_digits
        )
    home = synthetic.schema.home
    if home:
        codes = [hash_of(city, field.name) % 7 for field in home]
        made["home"] = struct(
            home, codes, [none == 0] * len(home), synthetic.schema.minor_digits
        )
    return pa.table([made[name] for name in schema.names], schema=schema)


def _tallies(synthetic: SyntheticPeople, rows: _Rows) -> Tallies:
    tallies = Tallies.empty()
    count = len(rows.person)
    if not count:
        return tallies
    tallies.decisions["life/buys", "yes"] = OptionCounts(
        count,
        count << 30,
        int((rows.code % 4 == 0).sum()),
        3 * count << 28,
    )
    tallies.decisions["life/buys", "no"] = OptionCounts(
        count,
        3 * count << 30,
        int((rows.code % 4 > 0).sum()),
        3 * count << 28,
    )
    sale = EffectKey("sale", "life/buys", "yes", "with", "Oslo", "1.5")
    tallies.effects[sale] = OptionCounts(count // 2, count << 29, count // 8, count << 28)
    tallies.factors[EffectKey("habit", "life/visits", "wait", "with", "", "0.5")] = FactorSums(
        count,
        count << 62,
        count << 61,
        count << 61,
        count << 80,
    )
    tallies.skipped["full list", "life/cart"] = count % 3
    city = synthetic.city(rows.person)
    for i, (name, _) in enumerate(CITIES):
        tallies.cities[name, "events"] = int((city == i).sum())
        came = int((rows.first & (city == i)).sum())
        tallies.cities[name, "people"] = tallies.stages[synthetic.schema.stages[0], name] = came
    return tallies
