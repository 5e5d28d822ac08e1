"""The long-run values of a scenario: what many people do on average, counted from what is simulated."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import footfall
from footfall.data.chunk import Chunk

BY = {"ecommerce": "tier", "online_school": "country"}
"""A property of homes by which each scenario's people are compared too."""

SAME_DAYS = {"calendar.days.seed": 1}
"""Settings of all runs: what a day does to everybody is the same for each seed."""


@dataclass
class LongRun:
    """Sums over many people.

    Args:
        sums: Figure, and of what → what they did in all: `events/Pune`, `step/cart`.
        counts: The same → how many could.
    """

    sums: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def value(self, figure: str) -> float:
        """Return the long-run value of a figure."""
        return float(self.sums[figure] / self.counts[figure])

    def add(self, figure: str, names: list[str], codes: np.ndarray, values: np.ndarray) -> None:
        """Add one value per person, by the code of the group that the person is in; -1 for none."""
        known = codes >= 0
        n = np.bincount(codes[known], minlength=len(names)).tolist()
        total = np.bincount(codes[known], values[known], minlength=len(names)).tolist()
        self.counts.update(
            {f"{figure}/{name}": count for name, count in zip(names, n, strict=True)}
        )
        self.sums.update(
            {f"{figure}/{name}": each for name, each in zip(names, total, strict=True)}
        )


def long_run(scenario: str, people: int, seeds: range, cache: Path) -> LongRun:
    """Return the long-run values: the sums of all seeds, each of which is counted once and kept in the cache."""
    found = LongRun()
    for seed in seeds:
        kept = cache / f"seed-{seed}.json"
        if not kept.exists():
            _keep(_count(scenario, people, seed), kept)
        counted = json.loads(kept.read_text("utf-8"))
        found.sums.update(counted["sums"])
        found.counts.update(counted["counts"])
    return found


def _keep(counted: LongRun, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    sums = {"sums": counted.sums, "counts": counted.counts}
    kept.write_text(json.dumps(sums, default=float), encoding="utf-8")


def _count(scenario: str, people: int, seed: int) -> LongRun:
    """Return what the people of one seed do."""
    chunks = footfall.simulate(scenario, people=people, seed=seed, settings=SAME_DAYS)
    lives: _Lives | None = None
    for chunk in chunks:
        lives = lives or _Lives(chunk, people, BY[scenario])
        lives.live(chunk)
    assert lives is not None
    found = LongRun()
    lives.add_to(found)
    return found


class _Lives:
    """What each person of a run has done so far: arrays of one entry per person."""

    def __init__(self, first: Chunk, people: int, by: str) -> None:
        self.schema, self.by, n = first.stream.schema, by, 2 * people
        self.cities: list[str] = []
        self.values: list[str] = []
        self.city, self.value = np.full(n, -1), np.full(n, -1)
        self.events, self.revenue = np.zeros(n), np.zeros(n)
        self.stage = np.full(n, -1)
        self.entered = np.zeros((len(self.schema.stages), n), np.bool_)
        self.went_on = np.zeros((len(self.schema.stages), n), np.bool_)

    def live(self, chunk: Chunk) -> None:
        """Take in what happened in a part."""
        events, n = chunk.events, len(self.city)
        self.events += np.bincount(events["person"].to_numpy(), minlength=n)
        earned = events.filter(pc.is_valid(events["revenue"]))
        np.add.at(
            self.revenue,
            earned["person"].to_numpy(),
            earned["revenue"].cast(pa.float64()).to_numpy(),
        )
        self._arrive(chunk)
        moves = chunk.changes.filter(
            pc.equal(chunk.changes["property"].cast(pa.string()), "stage")
        )
        names = [json.dumps(stage, ensure_ascii=False) for stage in self.schema.stages]
        self._move(
            moves["person"].to_numpy(), *(self._codes(moves[c], names) for c in ("old", "new"))
        )

    def _arrive(self, chunk: Chunk) -> None:
        arrivals = chunk.arrivals
        who = arrivals["person"].to_numpy()
        by = (
            arrivals[self.by]
            if self.by in arrivals.column_names
            else pc.struct_field(arrivals["home"], self.by)
        )
        self.city[who] = self._named(arrivals["city"], self.cities)
        self.value[who] = self._named(by, self.values)
        self.stage[who] = self._codes(arrivals["stage"], list(self.schema.stages))
        came = arrivals["arrived"].cast(pa.int64()).to_numpy() >= chunk.stream.start_ms
        self.entered[self.stage[who[came]], who[came]] = True

    def _move(self, who: np.ndarray, old: np.ndarray, new: np.ndarray) -> None:
        # In order of time, so that a later move of the same person stands further down.
        for person, before, after in zip(who.tolist(), old.tolist(), new.tolist(), strict=True):
            self.went_on[before, person] = self.entered[before, person]
            self.entered[after, person] = True
            self.stage[person] = max(self.stage[person], after)

    def _named(self, column: pa.ChunkedArray, names: list[str]) -> np.ndarray:
        texts = column.cast(pa.string())
        names += [name for name in pc.unique(texts).to_pylist() if name not in names]
        return self._codes(texts, names)

    @staticmethod
    def _codes(column: pa.ChunkedArray, names: list[str]) -> np.ndarray:
        return pc.index_in(column.cast(pa.string()), pa.array(names)).to_numpy()

    def add_to(self, into: LongRun) -> None:
        """Add everything to the sums."""
        everybody = np.where(self.city >= 0, 0, -1)
        for number, stage in enumerate(self.schema.stages):
            into.add("stage", [stage], everybody, self.stage >= number)
            into.add(
                "step", [stage], np.where(self.entered[number], 0, -1), self.went_on[number]
            )
            by_step = np.where(self.entered[number], self.value, -1)
            into.add(f"step/{stage}", self.values, by_step, self.went_on[number])
        reached = self.stage >= self.schema.goal
        for names, codes in ((self.cities, self.city), (self.values, self.value)):
            into.add("events", names, codes, self.events)
            into.add("conversion", names, codes, reached)
            into.add("revenue", names, codes, self.revenue)
        into.add("average", ["events"], everybody, self.events)
        into.add("average", ["conversion"], everybody, reached)
        into.add("average", ["revenue"], everybody, self.revenue)
