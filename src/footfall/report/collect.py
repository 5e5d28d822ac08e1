"""Puts a report together, from a store or from tallies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.events.chunk import Tallies
from footfall.events.schema import StreamSchema
from footfall.report.cities import (
    Cities,
    City,
    RankBy,
    check_rank_by,
    cities_of_store,
    cities_of_tallies,
    ranked,
)
from footfall.report.curves import Curves, curves_of_store
from footfall.report.source import Source
from footfall.report.stages import Stages, stages_of_tallies
from footfall.report.steps import stages_of_store
from footfall.report.truth import Truth, truth_of
from footfall.store import RunInfo, Store, open_store


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a run; a part that was not asked for is None.

    Args:
        info: Which run; None where only tallies are at hand.
        stages: How far people have come.
        cities: How each city performs.
        truth: What was asked, and what came out.
        curves: How it went over time, for charts.
    """

    info: RunInfo | None
    stages: Stages | None
    cities: Cities | None
    truth: Truth | None
    curves: Curves | None


def report(
    store: Store | str | Path,
    *,
    stages: bool = True,
    cities: bool = True,
    truth: bool = False,
    curves: bool = False,
    by: str | None = None,
    run: str | None = None,
    rank_by: RankBy = "engagement",
) -> Report:
    """Report on a run in a store.

    Args:
        store: A store, or where one lies.
        stages: How far people have come, and how many took each step.
        cities: How each city performs.
        truth: For every decision and effect, what was asked and what came out.
        curves: How it went over time; `render_html` draws it.
        by: Compare steps by this property, at its value when people entered the first of the two stages: a user
            property, `city`, `country`, `language`, `time_zone`, `platform` or `os_name`.
        run: Id of the run, or the beginning of it; else the one that was begun last.
        rank_by: What the ranks of cities compare: `engagement` (events per person), `conversion` or `revenue` (per
            person).

    Raises:
        UsageError: There is no such run, property or ranking, or the property has too many values.
        StoreError: The store cannot be read.
    """
    measure = check_rank_by(rank_by)
    if not isinstance(store, Store):
        with open_store(store) as opened:
            return report(
                opened, stages=stages, cities=cities, truth=truth, curves=curves, by=by, run=run, rank_by=measure
            )
    source = Source(store, chosen(store.runs(), run))
    return Report(
        info=source.info,
        stages=stages_of_store(source, by) if stages or by else None,
        cities=_cities(ranked(cities_of_store(source), measure), source.schema, measure) if cities else None,
        truth=_truth(store.tallies(source.info.id)) if truth else None,
        curves=curves_of_store(source) if curves else None,
    )


def chosen(runs: Sequence[RunInfo], run: str | None) -> RunInfo:
    """Return the run that a user means.

    Args:
        runs: Those of the store, oldest first.
        run: Id or the beginning of one; None for the one that was begun last.

    Raises:
        UsageError: There is none, or several begin like that.
    """
    found = [info for info in runs if info.id.startswith(run or "")]
    if found and (run is None or len(found) == 1):
        return found[-1]
    if not runs:
        raise UsageError("the store holds no runs\n  hint: `footfall run SCENARIO` makes one")
    have = "\n".join(f"  {info.id}  {info.scenario}, seed {info.run.stream.seed}, {info.state}" for info in runs)
    raise UsageError(f"{'several runs begin' if found else 'no run begins'} with {shown(str(run))}\n{have}")


def closing(tallies: Tallies, schema: StreamSchema, *, truth: bool = False, rank_by: RankBy = "engagement") -> Report:
    """Return the closing tables of a run from its tallies alone; they hold neither steps nor their times.

    Args:
        tallies: Of the whole run.
        schema: Of its stream.
        truth: For every decision and effect, what was asked and what came out.
        rank_by: `engagement` or `conversion`; tallies do not know how far revenue varies, so it has no ranks here.
    """
    measure = check_rank_by(rank_by)
    return Report(
        info=None,
        stages=stages_of_tallies(tallies.stages, schema.stages, schema.goal),
        cities=_cities(ranked(cities_of_tallies(tallies.cities), measure), schema, measure),
        truth=_truth(tallies) if truth else None,
        curves=None,
    )


def _cities(cities: tuple[City, ...], schema: StreamSchema, rank_by: RankBy) -> Cities:
    return Cities(cities, schema.stages[schema.goal], schema.currency, schema.minor_digits, rank_by)


def _truth(tallies: Tallies) -> Truth:
    return truth_of(tallies.decisions, tallies.effects, tallies.skipped)
