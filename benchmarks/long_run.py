"""What people do on average, counted from what is simulated: of one run as a report counts it, and of many together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import footfall
from footfall.data.chunk import Chunk
from footfall.reports.people_groups import PeopleGroup

BY = {
    "ecommerce": ("tier", "language", "age_band", "gender"),
    "online_school": ("country", "time_zone", "gender", "type_of_employment"),
}
"""What each scenario's people are compared by too: what does not change while they are there."""

SAME_DAYS = {"calendar.days.seed": 1}
"""Settings of all runs: what a day does to everybody is the same for each seed."""


@dataclass
class Counted:
    """What was counted in a run.

    Args:
        shares: Share → who did and who could: `stage/cart`, `step/cart`, `step/cart/tier/tier 1`.
        groups: Property → the people with each value of it, without sessions, which nothing is judged by.
    """

    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    groups: dict[str, list[PeopleGroup]] = field(default_factory=dict)


@dataclass
class LongRun:
    """Sums over many people.

    Args:
        sums: Figure → what they did in all: `events/city/Pune`, `step/cart`.
        counts: The same → how many could.
    """

    sums: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def value(self, figure: str) -> float:
        """Return the long-run value of a figure."""
        return float(self.sums[figure] / self.counts[figure])

    def add(self, run: Counted, times: int = 1) -> None:
        """Add what was counted in a run; with -1, take it off again."""
        for figure, did, could in _figures(run):
            self.sums[figure] += times * did
            self.counts[figure] += times * could

    def without(self, run: Counted) -> LongRun:
        """Return the sums of all other runs."""
        others = LongRun(Counter(self.sums), Counter(self.counts))
        others.add(run, -1)
        return others


def _figures(run: Counted) -> Iterator[tuple[str, int, int]]:
    for share, (did, could) in run.shares.items():
        yield share, did, could
    for by, groups in run.groups.items():
        for group in groups:
            totals = (group.events, group.converted, group.revenue_minor)
            for measure, total in zip(("events", "conversion", "revenue"), totals, strict=True):
                yield f"{measure}/{by}/{group.name}", total, group.people
                if by == "city":
                    yield f"average/{measure}", total, group.people


def counted(scenario: str, people: int, seed: int, cache: Path) -> Counted:
    """Return what was counted in a run, which is kept in the cache."""
    kept = cache / f"run-{seed}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(_count(scenario, people, seed))), encoding="utf-8")
    read = json.loads(kept.read_text("utf-8"))
    groups = {by: [PeopleGroup(**group) for group in of] for by, of in read["groups"].items()}
    return Counted({share: tuple(of) for share, of in read["shares"].items()}, groups)


def _count(scenario: str, people: int, seed: int) -> Counted:
    chunks = footfall.simulate(scenario, people=people, seed=seed, settings=SAME_DAYS)
    lives: _Lives | None = None
    for chunk in chunks:
        lives = lives or _Lives(chunk, people, BY[scenario])
        lives.live(chunk)
    assert lives is not None
    return lives.counted()


class _Lives:
    """What each person of a run has done so far: arrays of one entry per person."""

    def __init__(self, first: Chunk, people: int, by: tuple[str, ...]) -> None:
        self.schema, n = first.stream.schema, 2 * people
        self.names: dict[str, list[str]] = {by: [] for by in ("city", *by)}
        self.codes = {by: np.full(n, -1) for by in self.names}
        self.events, self.revenue = np.zeros(n, np.int64), np.zeros(n)
        self.stage = np.full(n, -1)
        self.entered = np.zeros((len(self.schema.stages), n), np.bool_)
        self.went_on = np.zeros((len(self.schema.stages), n), np.bool_)

    def live(self, chunk: Chunk) -> None:
        """Take in what happened in a part."""
        events, n = chunk.events, len(self.stage)
        self.events += np.bincount(events["person"].to_numpy(), minlength=n)
        earned = events.filter(pc.is_valid(events["revenue"]))
        np.add.at(
            self.revenue,
            earned["person"].to_numpy(),
            earned["revenue"].cast(pa.float64()).to_numpy() * 10**self.schema.minor_digits,
        )
        self._arrive(chunk)
        moves = chunk.changes.filter(
            pc.equal(chunk.changes["property"].cast(pa.string()), "stage")
        )
        names = [json.dumps(stage, ensure_ascii=False) for stage in self.schema.stages]
        self._move(
            moves["person"].to_numpy(), *(_codes(moves[c], names) for c in ("old", "new"))
        )

    def _arrive(self, chunk: Chunk) -> None:
        arrivals = chunk.arrivals
        who = arrivals["person"].to_numpy()
        for by, names in self.names.items():
            values = _column(arrivals, by).cast(pa.string())
            names += [name for name in pc.unique(values).to_pylist() if name not in names]
            self.codes[by][who] = _codes(values, names)
        self.stage[who] = _codes(arrivals["stage"], list(self.schema.stages))
        came = arrivals["arrived"].cast(pa.int64()).to_numpy() >= chunk.stream.start_ms
        self.entered[self.stage[who[came]], who[came]] = True

    def _move(self, who: np.ndarray, old: np.ndarray, new: np.ndarray) -> None:
        # In order of time, so that a later move of the same person stands further down.
        for person, before, after in zip(who.tolist(), old.tolist(), new.tolist(), strict=True):
            self.went_on[before, person] = self.entered[before, person]
            self.entered[after, person] = True
            self.stage[person] = max(self.stage[person], after)

    def counted(self) -> Counted:
        """Return what was counted."""
        groups = {by: list(self._groups(by)) for by in self.names}
        return Counted(dict(self._shares()), groups)

    def _shares(self) -> Iterator[tuple[str, tuple[int, int]]]:
        everybody = self.stage >= 0
        for number, stage in enumerate(self.schema.stages):
            yield f"stage/{stage}", _share(self.stage >= number, everybody)
            entered, went_on = self.entered[number], self.went_on[number]
            yield f"step/{stage}", _share(went_on, entered)
            for by, names in self.names.items():
                for code, name in enumerate(names):
                    share = _share(went_on, entered & (self.codes[by] == code))
                    yield f"step/{stage}/{by}/{name}", share

    def _groups(self, by: str) -> Iterator[PeopleGroup]:
        revenue = np.rint(self.revenue).astype(np.int64)
        for code, name in enumerate(self.names[by]):
            is_in = self.codes[by] == code
            # As Python's integers, since cubes of cents leave 64 bits.
            events, minor = (each[is_in].astype(object) for each in (self.events, revenue))
            yield PeopleGroup(
                name,
                people=int(is_in.sum()),
                active=int((events > 0).sum()),
                returned=0,
                sessions=0,
                **{f"events{power}": int((events**n).sum()) for n, power in _POWERS.items()},
                converted=int((self.stage[is_in] >= self.schema.goal).sum()),
                revenue_minor=int(minor.sum()),
                buyers=int((minor != 0).sum()),
                revenue_squared=int((minor**2).sum()),
                revenue_cubed=int((minor**3).sum()),
            )


_POWERS = {1: "", 2: "_squared", 3: "_cubed"}


def _share(did: np.ndarray, could: np.ndarray) -> tuple[int, int]:
    return int((did & could).sum()), int(could.sum())


def _codes(column: pa.ChunkedArray, names: list[str]) -> np.ndarray:
    return pc.index_in(column.cast(pa.string()), pa.array(names)).to_numpy()


def _column(arrivals: pa.Table, name: str) -> pa.ChunkedArray:
    """Return a column of arrivals, of their homes or of their properties."""
    if name in arrivals.column_names:
        return arrivals[name]
    homes = [field.name for field in arrivals.schema.field("home").type]
    return pc.struct_field(arrivals["home" if name in homes else "properties"], name)
