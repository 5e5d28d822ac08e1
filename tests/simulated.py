"""Simulates small scenarios for tests: chunks of chosen groups and windows, brought together in one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from footfall.compiler import compile_scenario
from footfall.data.chunk import Chunk
from footfall.data.tallies import Tallies
from footfall.model.model import Model
from footfall.scenario.records import Scenario
from footfall.sim import Simulation, numbers_until
from footfall.units import DAY_MS


@dataclass
class Simulated:
    """Tables of a run, in canonical order, text columns decoded; and its tallies."""

    model: Model
    events: pa.Table
    changes: pa.Table
    arrivals: pa.Table
    tallies: Tallies


def chunks(
    model: Model, days: float, cuts: Iterable[float] = (), group: int = 10**9
) -> list[Chunk]:
    """Simulate some days in windows that end at `cuts` (days), in groups of some people."""
    end = model.start_ms + round(days * DAY_MS)
    n = numbers_until(model, end)
    made = []
    for first in range(0, max(n, 1), group):
        simulation = Simulation(model, "run", first, min(first + group, 10**12), end)
        made += [
            simulation.advance(model.start_ms + round(cut * DAY_MS)) for cut in (*cuts, days)
        ]
    return made


def simulated(
    scenario: Scenario | Model,
    days: float | None = None,
    cuts: Iterable[float] = (),
    group: int = 10**9,
    **options: object,
) -> Simulated:
    """Simulate a scenario and bring its chunks together."""
    model = scenario if isinstance(scenario, Model) else compile_scenario(scenario, **options)
    made = chunks(model, days or model.length_days, cuts, group)
    tallies = Tallies.empty()
    for chunk in made:
        tallies.add(chunk.tallies)
    return Simulated(
        model,
        together([c.events for c in made], ("time", "person")),
        together([c.changes for c in made], ("time", "person", "sequence")),
        together([c.arrivals for c in made], ("person",)),
        tallies,
    )


def together(tables: list[pa.Table], order: tuple[str, ...]) -> pa.Table:
    """Concatenate tables in the order of some columns."""
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return whole.sort_by([(column, "ascending") for column in order])


def rows(table: pa.Table) -> list[dict[str, object]]:
    """Return a table's rows as dictionaries."""
    return table.to_pylist()


def same(one: Simulated, other: Simulated) -> None:
    """Assert that two runs are the same in every value of every table."""
    for name in ("events", "changes", "arrivals"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.num_rows == right.num_rows, name
        for column in left.column_names:
            assert left[column].to_pylist() == right[column].to_pylist(), f"{name}.{column}"
