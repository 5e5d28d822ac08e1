"""The tables of a store, defined once, as Arrow schemas; a dialect turns them into DDL.

Every scenario has tables of its own for `events`, `changes` and `arrivals` of all its runs
(columns: data/schema.py). The main schema has one set of tables about runs, below. Everything
names its run in the column `run`. What users query are views (views.py).
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from footfall.data.schema import (
    TIMESTAMP,
    StreamSchema,
    arrivals_schema,
    changes_schema,
    events_schema,
)
from footfall.errors import StoreError, UsageError

STORE_FORMAT = 2
# Chances and waits are summed in 2**-32: after 2**31 certain decisions a sum needs more than 63
# bits.
SUM = pa.decimal128(38, 0)
SCENARIO_TABLES = ("events", "changes", "arrivals")
VIEWS = (*SCENARIO_TABLES, "users", "sessions", "stages", "cities")
"""What is there to be queried of a scenario: of its latest run. `ALL` before the name: of all runs."""
ALL = "all_"
RESERVED_SCHEMAS = frozenset(
    {"main", "temp", "system", "information_schema", "pg_catalog", "public", "imported"}
)


CATALOGUE = "catalogue_"
"""Before the name of a catalogue: the view of its rows. No relation of ours begins so but `catalogue_rows`."""


def _columns(**types: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in types.items()])


RUNS = pa.schema(
    [
        *_columns(run=pa.string(), scenario=pa.string(), title=pa.string(), state=pa.string()),
        *_columns(seed=pa.int64(), start=TIMESTAMP, until=TIMESTAMP, people=pa.int64()),
        *_columns(
            currency=pa.string(),
            minor_digits=pa.int64(),
            stages=pa.list_(pa.string()),
            goal=pa.int64(),
        ),
        *_columns(settings=pa.string(), versions=pa.string(), properties=pa.string()),
        *_columns(
            scenario_text=pa.string(),
            scenario_hash=pa.string(),
            store_format=pa.int64(),
            created=TIMESTAMP,
        ),
        pa.field("finished", TIMESTAMP),
        *_columns(asked=TIMESTAMP),
    ]
)
"""One row per run. `state` is `running` or `complete`; `settings`, `versions` and `properties`
(the scenario's event and user properties) are JSON texts; `goal` counts stages from 0. `asked`
is when somebody last asked for the run: the greatest of a scenario is its latest run."""

LEDGER = _columns(
    run=pa.string(),
    first_person=pa.int64(),
    end_person=pa.int64(),
    from_ms=pa.int64(),
    until_ms=pa.int64(),
    events=pa.int64(),
    changes=pa.int64(),
    arrivals=pa.int64(),
    rejected=pa.int64(),
    committed=TIMESTAMP,
)
"""One row per part, in the transaction of its rows. Cursors are greatest `until_ms`."""

CURSORS = """
    SELECT first_person, end_person, max(until_ms) AS until_ms FROM {ledger} WHERE run = ?
    GROUP BY first_person, end_person"""
"""The query of a run's cursors, over a ledger that is still to be named; its parameter is the run's id."""

_COUNTS = {"reached": pa.int64(), "asked": SUM, "taken": pa.int64(), "variance": SUM}
_CASE = ("variant", "value", "factor")
TALLIES: dict[str, tuple[tuple[str, ...], pa.Schema]] = {
    "decisions": (
        ("run", "address", "option"),
        _columns(run=pa.string(), address=pa.string(), option=pa.string(), **_COUNTS),
    ),
    "effects": (
        ("run", "effect", "address", "option", *_CASE),
        _columns(
            **dict.fromkeys(("run", "effect", "address", "option", *_CASE), pa.string()),
            **_COUNTS,
        ),
    ),
    "factors": (
        ("run", "effect", "address", "kind", *_CASE),
        _columns(
            **dict.fromkeys(("run", "effect", "address", "kind", *_CASE), pa.string()),
            reached=pa.int64(),
            **dict.fromkeys(("before", "asked", "got", "variance"), SUM),
        ),
    ),
    "skipped": (
        ("run", "what", "address"),
        _columns(run=pa.string(), what=pa.string(), address=pa.string(), times=pa.int64()),
    ),
    "stage_tallies": (
        ("run", "stage", "city"),
        _columns(run=pa.string(), stage=pa.string(), city=pa.string(), people=pa.int64()),
    ),
    "city_tallies": (
        ("run", "city", "measure"),
        _columns(run=pa.string(), city=pa.string(), measure=pa.string(), total=SUM),
    ),
}
"""Tables of tallies → (key columns, schema); other columns are sums over a run's parts."""

CATALOGUE_ROWS = _columns(
    run=pa.string(), catalogue=pa.string(), position=pa.int64(), content=pa.string()
)
"""One row per row of a catalogue, as a JSON object, in order from 1; views give the columns their types."""

META_TABLES: dict[str, pa.Schema] = {
    "runs": RUNS,
    "ledger": LEDGER,
    "catalogue_rows": CATALOGUE_ROWS,
    **{name: s for name, (_, s) in TALLIES.items()},
}


def scenario_tables(stream: StreamSchema) -> dict[str, pa.Schema]:
    """Return the schemas of a scenario's tables."""
    return {
        "events": events_schema(stream),
        "changes": changes_schema(),
        "arrivals": arrivals_schema(stream),
    }


def check_format(where: str, columns: Collection[str]) -> None:
    """Check that a table of runs is one of this version's.

    Args:
        where: The store, for the error.
        columns: Names of the columns of its table of runs; none where there is no such table.

    Raises:
        StoreError: Somebody else has made it, or an earlier version, with views that mix runs.
    """
    if columns and "store_format" not in columns:
        raise StoreError(
            f"{where} has a table `runs` that footfall did not write: its columns are {', '.join(columns)}\n"
            "  nothing was changed\n  hint: name another store"
        )
    if columns and not {*RUNS.names} <= {*columns}:
        raise StoreError(
            f"{where} was written by an earlier version of footfall, in another format\n"
            "  it was left as it is\n"
            "  hint: run the same scenarios again into another store (the same seed gives the same events)"
        )


def check_names(stream: StreamSchema) -> None:
    """Check that a database can hold the names a scenario uses.

    Raises:
        UsageError: The scenario is called like a schema that every database has.
    """
    if stream.scenario in RESERVED_SCHEMAS or stream.scenario.startswith("pg_"):
        raise UsageError(
            f"scenario {stream.scenario!r} cannot be stored: databases keep this name for themselves\n"
            f"  kept: {', '.join(sorted(RESERVED_SCHEMAS))}, and all that begin with pg_\n"
            "  hint: give the scenario another name"
        )
