"""Tallies as rows of tables, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from footfall.data.tallies import FactorSums, OptionCounts, Tallies
from footfall.store.runs import Row, rows_to_arrow
from footfall.store.tables import TALLIES


def tally_rows(run: str, tallies: Tallies) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every tallies table, in the order of its columns."""
    return {
        "decisions": [(run, *key, *counts) for key, counts in tallies.decisions.items()],
        "effects": [(run, *key, *counts) for key, counts in tallies.effects.items()],
        "factors": [(run, *key, *sums) for key, sums in tallies.factors.items()],
        "skipped": [(run, *key, count) for key, count in tallies.skipped.items()],
        "stage_tallies": [(run, *key, count) for key, count in tallies.stages.items()],
        "city_tallies": [(run, *key, count) for key, count in tallies.cities.items()],
    }


def tally_tables(run: str, tallies: Tallies) -> dict[str, pa.Table]:
    """Return the tallies tables as Arrow, those without a row left out."""
    return {
        name: rows_to_arrow(
            TALLIES[name][1],
            [dict(zip(TALLIES[name][1].names, row, strict=True)) for row in rows],
        )
        for name, rows in tally_rows(run, tallies).items()
        if rows
    }


def tallies_of(rows_of: Callable[[str], Sequence[Row]]) -> Tallies:
    """Return the tallies of a run.

    Args:
        rows_of: Name of a tallies table → the run's rows of it.
    """
    return Tallies(
        decisions={(r["address"], r["option"]): _counts(r) for r in rows_of("decisions")},
        effects={
            (r["effect"], r["address"], r["option"], r["variant"]): _counts(r)
            for r in rows_of("effects")
        },
        skipped={(r["what"], r["address"]): int(r["times"]) for r in rows_of("skipped")},
        stages={(r["stage"], r["city"]): int(r["people"]) for r in rows_of("stage_tallies")},
        cities={(r["city"], r["measure"]): int(r["total"]) for r in rows_of("city_tallies")},
        factors={
            (r["effect"], r["address"], r["kind"], r["variant"], r["factor"]): _sums(r)
            for r in rows_of("factors")
        },
    )


def tallies_text(tallies: Tallies) -> str:
    """Return tallies as a text that `read_tallies` reads."""
    return json.dumps(
        {name: [row[1:] for row in rows] for name, rows in tally_rows("", tallies).items()}
    )


def read_tallies(text: str) -> Tallies:
    """Return the tallies of a text that `tallies_text` has made."""
    tables = json.loads(text)
    columns = {name: schema.names[1:] for name, (_, schema) in TALLIES.items()}
    return tallies_of(
        lambda name: [
            dict(zip(columns[name], row, strict=True)) for row in tables.get(name, ())
        ]
    )


def _counts(row: Mapping[str, Any]) -> OptionCounts:
    return OptionCounts(int(row["reached"]), int(row["asked"]), int(row["taken"]))


def _sums(row: Mapping[str, Any]) -> FactorSums:
    return FactorSums(
        times=int(row["reached"]),
        before=int(row["before"]),
        asked=int(row["asked"]),
        got=int(row["got"]),
        variance=int(row["variance"]),
    )
