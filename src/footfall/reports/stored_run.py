"""A run in a store, and the few pieces of SQL that every report is put together from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from footfall.data.schema import StreamSchema
from footfall.store import RunInfo, Store
from footfall.store.column_names import with_columns
from footfall.store.dialect import literal
from footfall.units import DAY_MS

# What the two databases call the same: a time in ms since the epoch, and a value as JSON.
_MS = {
    "duckdb": "epoch_ms({0})",
    "postgresql": "CAST(extract(epoch FROM {0}) * 1000 AS BIGINT)",
}
_JSON = {
    "duckdb": "CAST(to_json({0}) AS VARCHAR)",
    "postgresql": "CAST(to_jsonb({0}) AS TEXT)",
}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run in a store.

    Every number that leaves it is an integer: counts, minor units, ms since the epoch. Texts are compared for equality
    only and sorted in Python, by their bytes, so that no collation matters.
    """

    store: Store
    info: RunInfo

    @property
    def schema(self) -> StreamSchema:
        """Stages, goal, currency and properties of the run, with their columns in the store."""
        schema = self.info.run.stream.schema
        return with_columns(schema) if self.store.dialect.ignores_case else schema

    @property
    def start_ms(self) -> int:
        """Start of the run, ms since the epoch, UTC."""
        return self.info.run.stream.start_ms

    @property
    def until_ms(self) -> int:
        """End of the run, ms since the epoch, UTC, exclusive."""
        return self.info.run.until_ms

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query, which must be few."""
        return self.store.query(sql)

    def table(self, name: str) -> str:
        """Return SQL to select from: the rows of this run in one of the scenario's tables."""
        rows = self.store.dialect.rows(self.info.scenario, name)
        return f"(SELECT * FROM {rows} WHERE run = {literal(self.info.id)})"

    def ms(self, column: str) -> str:
        """Return SQL for a time as ms since the epoch."""
        return _MS[self.store.dialect.name].format(column)

    def day(self, ms: str) -> str:
        """Return SQL for the day of a time in ms: 24 hours each, from 0 at the start of the run."""
        since = f"({ms} - {self.start_ms})"
        # The rest is taken off first: what one database divides as integers the other makes a fraction of.
        return f"CAST(({since} - {since} % {DAY_MS}) / {DAY_MS} AS BIGINT)"

    def json(self, expression: str) -> str:
        """Return SQL for a value as JSON text, `null` for none."""
        return f"coalesce({_JSON[self.store.dialect.name].format(expression)}, 'null')"

    def member(self, struct: str, name: str) -> str:
        """Return SQL for a field of a struct."""
        return self.store.dialect.member(struct, name)

    def minor(self, column: str) -> str:
        """Return SQL for an amount as an integer of minor units.

        Amounts are exact decimals, so nothing is rounded.
        """
        return f"CAST({column} * {10**self.schema.minor_digits} AS BIGINT)"

    def entries(self) -> str:
        """Return SQL for entries into stages: person, stage (index), at_ms, is_arrival (0, 1).

        One row per person and stage they stood at: none for a stage passed over, or left before the start. Stages
        rise with time for each person.
        """
        # The stage of a person is a property; its changes hold JSON texts, arrivals the bare name.
        arrival = index_of("stage", self.schema.stages)
        change = index_of(
            "new", [json.dumps(stage, ensure_ascii=False) for stage in self.schema.stages]
        )
        return f"""
            SELECT person, {arrival} AS stage, {self.ms("arrived")} AS at_ms, 1 AS is_arrival
            FROM {self.table("arrivals")} AS a
            UNION ALL
            SELECT person, {change} AS stage, {self.ms("time")} AS at_ms, 0 AS is_arrival
            FROM {self.table("changes")} AS c WHERE property = 'stage'"""


def index_of(column: str, values: Sequence[str]) -> str:
    """Return SQL for the place of a text in a short list, from 0.

    Null where it is not in it.
    """
    cases = " ".join(f"WHEN {literal(value)} THEN {i}" for i, value in enumerate(values))
    return f"CASE {column} {cases} END"
