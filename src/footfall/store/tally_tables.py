"""Tallies as rows of tables, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from footfall.data.tallies import EffectKey, FactorSums, OptionCounts, Tallies
from footfall.store.runs import Row, rows_to_arrow
from footfall.store.tables import TALLIES


@dataclass(frozen=True, slots=True)
class TallyChange:
    """A change that a part's tallies make to one table; each backend does just this.

    Args:
        table: Name of the table.
        run: Id of the run, whose rows alone are touched.
        replaces: All rows of the run in this table are deleted first.
        rows: Then these are added, columns as in the table: to the row that has the same keys,
            column by column, or as a row of their own where there is none.
    """

    table: str
    run: str
    replaces: bool
    rows: Sequence[tuple[Any, ...]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell a row from all others."""
        return TALLIES[self.table][0]

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns that are added up."""
        return tuple(name for name in TALLIES[self.table][1].names if name not in self.keys)

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        schema = TALLIES[self.table][1]
        return rows_to_arrow(
            schema, [dict(zip(schema.names, row, strict=True)) for row in self.rows]
        )


def tally_changes(run: str, tallies: Tallies) -> list[TallyChange]:
    """Return the changes that a part's tallies make to the tables: `Tallies.add`, as rows.

    Tables and rows come in one order for all writers, so that in a database no two of them wait
    for each other's row locks in a circle.

    Args:
        run: Id of the run.
        tallies: Of the part; or of the whole run, which then take the place of all that was
            counted before.
    """
    # Of whole tallies a table without rows is a change too: what was counted in it before goes.
    changes = [
        TallyChange(table, run, tallies.is_whole, sorted(rows))
        for table, rows in _rows(run, tallies).items()
    ]
    return [change for change in changes if change.replaces or change.rows]


def _rows(run: str, tallies: Tallies) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table of tallies, in the order of its columns."""
    return {
        "decisions": [(run, *key, *counts) for key, counts in tallies.decisions.items()],
        "effects": [(run, *key, *counts) for key, counts in tallies.effects.items()],
        "factors": [(run, *key, *sums) for key, sums in tallies.factors.items()],
        "skipped": [(run, *key, count) for key, count in tallies.skipped.items()],
        "stage_tallies": [(run, *key, count) for key, count in tallies.stages.items()],
        "city_tallies": [(run, *key, count) for key, count in tallies.cities.items()],
    }


def tallies_of(rows_of: Callable[[str], Sequence[Row]]) -> Tallies:
    """Return the tallies of a run.

    Args:
        rows_of: Name of a tallies table → the run's rows of it.
    """
    return Tallies(
        decisions={(r["address"], r["option"]): _counts(r) for r in rows_of("decisions")},
        effects={_effect_key(r, "option"): _counts(r) for r in rows_of("effects")},
        skipped={(r["what"], r["address"]): int(r["times"]) for r in rows_of("skipped")},
        stages={(r["stage"], r["city"]): int(r["people"]) for r in rows_of("stage_tallies")},
        cities={(r["city"], r["measure"]): int(r["total"]) for r in rows_of("city_tallies")},
        factors={_effect_key(r, "kind"): _sums(r) for r in rows_of("factors")},
    )


def tallies_text(tallies: Tallies) -> str:
    """Return tallies as a text that `read_tallies` reads."""
    return json.dumps(
        {name: [row[1:] for row in rows] for name, rows in _rows("", tallies).items()}
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


def _effect_key(row: Mapping[str, Any], what: str) -> EffectKey:
    names = ("effect", "address", what, "variant", "value", "factor")
    return EffectKey(*(row[name] for name in names))


def _counts(row: Mapping[str, Any]) -> OptionCounts:
    names = ("reached", "asked", "taken", "variance")
    return OptionCounts(*(int(row[name]) for name in names))


def _sums(row: Mapping[str, Any]) -> FactorSums:
    return FactorSums(
        times=int(row["reached"]),
        before=int(row["before"]),
        asked=int(row["asked"]),
        got=int(row["got"]),
        variance=int(row["variance"]),
    )
