"""Example values out of a small simulation: the same on every machine, and none of them invented."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from footfall.compiler.requirements import DeclaredProperties
from footfall.execution.chunks import simulate
from footfall.execution.setup import RunParameters, Setup, set_up
from footfall.tracking_plan.plan import ExampleStep

if TYPE_CHECKING:
    import pyarrow as pa

    from footfall.data.chunk import Chunk
    from footfall.scenario.records import Scenario

BLOCKS = (300, 3000)
"""People who are simulated: the larger number where some event has not happened among the smaller one."""
MOST_EVENTS = 100_000
"""Enough for any example; scenarios of a thousand events per person would go on for minutes."""
MOST_EXAMPLES = 3
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Key = tuple[str, str, str]
"""(event, property, path to a field of its records: `geo.lat`).

The event is "" for a property of people, the path mostly "".
"""


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples that a small simulation has given.

    Args:
        values: Key → values as text, the most telling first, at most `MOST_EXAMPLES`.
        walk: One person on the critical path: the one who got furthest in most steps.
    """

    values: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    walk: tuple[ExampleStep, ...] = ()


def simulate_examples(scenario: Scenario) -> Examples:
    """Return example values for all that a scenario declares, as far as they occur within a small simulation.

    Raises:
        ScenarioError: It cannot be compiled.
    """
    declared = {*scenario.event_types.values()}
    for people in BLOCKS:
        seen = _Seen()
        for chunk in simulate(scenario, people=people):
            seen.add(chunk)
            if seen.n_events >= MOST_EVENTS:
                break
        if declared <= seen.events:
            break
    ready = set_up(scenario, RunParameters(people=people))
    values = {key: _telling(counts) for key, counts in seen.counts.items()}
    return Examples(values, _walk(ready, seen))


def value_text(value: Any) -> str:
    """Return a value as text: `2026-02-03T17:00:00.000Z`, `true`, `116.00`, `[a, b]`, `{name: text}` without nulls."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        moment = value.astimezone(dt.UTC).isoformat(timespec="milliseconds")
        return moment.replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, dict):
        members = (f"{name}: {value_text(v)}" for name, v in value.items() if v is not None)
        return f"{{{', '.join(members)}}}"
    return "null" if value is None else str(value)


def _telling(counts: Counter[str]) -> tuple[str, ...]:
    """Return the most frequent texts.

    Of numbers that hardly repeat, one in the middle, a low and a high one.
    """
    frequent = counts.most_common(MOST_EXAMPLES)
    # Prices repeat, measured amounts do not: there the most frequent ones would be three by
    # chance.
    if sum(count for _, count in frequent) * 10 >= counts.total() or not all(
        map(_NUMBER.fullmatch, counts)
    ):
        return tuple(text for text, _ in frequent)
    rising = sorted(counts.elements(), key=Decimal)
    return tuple(dict.fromkeys(rising[len(rising) * tenth // 10] for tenth in (5, 1, 9)))


@dataclass(slots=True)
class _Seen:
    """Values and stages in the chunks so far."""

    n_events: int = 0
    events: set[str] = field(default_factory=set)
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    newcomers: set[int] = field(default_factory=set)
    stages: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Count a chunk's values, and note who reached which stage by which event."""
        self.n_events += chunk.events.num_rows
        self.newcomers.update(_newcomers(chunk))
        for person, stage, insert_id in _stage_changes(chunk.changes):
            self.stages.setdefault(person, []).append((stage, insert_id))
        self._count_events(chunk.events)
        if "user_properties" in chunk.events.column_names:
            for name, column in _members(chunk.events["user_properties"]):
                self._count(("", name, ""), column)

    def _count_events(self, events: pa.Table) -> None:
        import pyarrow.compute as pc

        types = events["event_type"].cast("string")
        for name in pc.unique(types).to_pylist():
            self.events.add(name)
            if "event_properties" in events.column_names:
                there = events.filter(pc.equal(types, name))["event_properties"]
                for property_name, column in _members(there):
                    self._count((name, property_name, ""), column)

    def _count(self, key: Key, column: pa.Array) -> None:
        import pyarrow as pa

        if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
            column = column.flatten()
        if not pa.types.is_struct(column.type):
            for text, count in _texts(column.drop_null()):
                self.counts.setdefault(key, Counter())[text] += count
            return
        # Of records each field is counted: a record as a whole hardly comes twice.
        for name, inner in _members(pa.chunked_array([column])):
            self._count((*key[:2], ".".join(filter(None, (key[2], name)))), inner)


def _texts(values: pa.Array) -> Iterable[tuple[str, int]]:
    """Return how often each text occurs."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_nested(values.type):
        return Counter(map(value_text, values.to_pylist())).items()
    if pa.types.is_decimal(values.type):  # Arrow counts no narrower ones
        values = values.cast(pa.decimal128(values.type.precision, values.type.scale))
    # A text per value that differs, not per event: of a hundred thousand values few do.
    found = pc.value_counts(values)
    texts = map(value_text, found.field("values").to_pylist())
    return zip(texts, found.field("counts").to_pylist(), strict=True)


def _members(struct: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
    import pyarrow.compute as pc

    for number in range(struct.type.num_fields):
        yield struct.type.field(number).name, pc.struct_field(struct, number).combine_chunks()


def _newcomers(chunk: Chunk) -> list[int]:
    """Return the people who came after the start: all that they did is there to be seen."""
    import pyarrow.compute as pc

    arrived = pc.greater_equal(chunk.arrivals["arrived"].cast("int64"), chunk.stream.start_ms)
    return chunk.arrivals.filter(arrived)["person"].to_pylist()  # type: ignore[no-any-return]


def _stage_changes(changes: pa.Table) -> Iterator[tuple[int, str, str]]:
    import pyarrow.compute as pc

    found = changes.filter(pc.equal(changes["property"].cast("string"), "stage"))
    for row in found.select(["person", "new", "insert_id"]).to_pylist():
        if row["insert_id"] is not None:
            yield (
                row["person"],
                row["new"].removeprefix('"').removesuffix('"'),
                row["insert_id"],
            )


def _walk(ready: Setup, seen: _Seen) -> tuple[ExampleStep, ...]:
    """Return the events by which one person reached stage after stage, from the first on."""
    walkers = {
        person: steps for person, steps in seen.stages.items() if person in seen.newcomers
    }
    if not walkers:
        return ()
    # Of those who got as far, the first by number, so that it is the same person on every
    # machine.
    person = min(walkers, key=lambda number: (-len(walkers[number]), number))
    stages = {insert_id: stage for stage, insert_id in walkers[person]}
    # The chunks are gone by now: this one person is simulated again, alone, with the same
    # draws.
    life = ready.engine.simulation(
        ready.run.id, person, person + 1, ready.run.until_ms
    ).advance(ready.run.until_ms)
    user_id = life.arrivals["user_id"][0].as_py()
    rows = life.events.to_pylist()
    stages.setdefault(rows[0]["insert_id"], ready.scenario.stages[0].name)
    properties = DeclaredProperties(ready.scenario.properties)
    declared = {
        event.written: [properties.written(p) for p in event.properties]
        for event in ready.scenario.events
    }
    return tuple(
        _step(user_id, stages[row["insert_id"]], row, declared[row["event_type"]])
        for row in rows
        if row["insert_id"] in stages
    )


def _step(
    user_id: str, stage: str, row: Mapping[str, Any], names: Iterable[str]
) -> ExampleStep:
    values = row.get("event_properties") or {}
    properties = tuple(
        (name, value_text(values[name])) for name in names if values.get(name) is not None
    )
    return ExampleStep(user_id, row["event_type"], value_text(row["time"]), stage, properties)
