"""Puts a report together, from a store or from tallies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar

from footfall.data.schema import StreamSchema
from footfall.data.tallies import Tallies
from footfall.errors import UsageError, shown
from footfall.reports.curves import Curves, curves_of_store
from footfall.reports.group_queries import cities_of_store, cities_of_tallies, groups_of_store
from footfall.reports.identity_queries import identity_of_store
from footfall.reports.judging import check_rank_by, judged_groups
from footfall.reports.over_time import OverTime
from footfall.reports.over_time_queries import over_time_of_store
from footfall.reports.people_groups import PeopleGroup, PeopleGroups, RankBy
from footfall.reports.profile_counts import IdentityCounts
from footfall.reports.retention import Retention
from footfall.reports.retention_queries import retention_of_store
from footfall.reports.stage_queries import stages_of_store
from footfall.reports.stages import Stages, stages_of_tallies
from footfall.reports.stored_run import StoredRun
from footfall.reports.truth import Truth, truth_of
from footfall.store import RunInfo, Store, open_store
from footfall.store.runs import named

MEMORY = "1GB"
"""Memory limit of a store that `report` opens itself.

Measured, it is enough for 1e8 events of 5e6 people.
"""


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The numbers of a run; a part that was not asked for, or has no numbers, is None.

    Args:
        info: Which run; None where only tallies are at hand.
        stages: How far people have come.
        cities: How each city performs.
        truth: What was asked, and what came out.
        curves: How it went over time, for charts.
        groups: How people perform by the property that was asked for.
        identity: What vendors would make of the ids.
        retention: Who came back after how many days.
        over_time: What happened per day.
    """

    info: RunInfo | None = None
    stages: Stages | None = None
    cities: PeopleGroups | None = None
    truth: Truth | None = None
    curves: Curves | None = None
    groups: PeopleGroups | None = None
    identity: IdentityCounts | None = None
    retention: Retention | None = None
    over_time: OverTime | None = None

    def __repr__(self) -> str:
        of = f" on run {self.info.id} of {self.info.scenario}" if self.info else ""
        parts = [f.name for f in fields(self) if f.name != "info" and getattr(self, f.name)]
        return f"<Report{of}: {', '.join(parts)}>"

    as_html: ClassVar[Callable[[Report], str]]
    """Set by `page.py`, which is made of reports, so that nothing here depends on it."""

    def _repr_html_(self) -> str:
        return Report.as_html(self)


def report(
    store: Store | str | Path,
    *,
    stages: bool = True,
    cities: bool = True,
    truth: bool = False,
    curves: bool = False,
    identity: bool = False,
    retention: str | None = None,
    over_time: bool = False,
    by: str | None = None,
    run: str | None = None,
    rank_by: RankBy = "engagement",
) -> Report:
    """Report on a run in a store.

    Example:
        >>> stages = footfall.report("parquet:shop").stages
        >>> [(stage.name, stage.reached) for stage in stages.stages[:3]]
        [('visitor', 363), ('browsing', 284), ('product interest', 284)]

    Args:
        store: A store, or where one lies.
        stages: How far people have come, and how many took each step.
        cities: How each city performs.
        truth: For every decision and effect, what was asked and what came out.
        curves: How it went over time; `render_html` draws it. None where a store keeps no rows, like a single file.
        identity: What profiles vendors would make of the ids of users and devices, beside who it was. None where a
            store keeps no rows.
        retention: Who came back: `n-day` (on the day so many days after their first), `unbounded` (on it or later),
            or brackets of days such as `0,1-7,8-14`. None where a store keeps no rows.
        over_time: Newcomers, active people, visits, events and revenue per day. None where a store keeps no rows.
        by: Compare people by this property, at its value when they came, and steps by its value when people entered
            the first of the two stages: a user property, `city`, `country`, `language`, `time_zone` or another column
            of home, `platform` or `os_name`; or an event property, at its value in that visit.
        run: Id of the run, or the beginning of it; else the one that was asked for last.
        rank_by: What cities, and people by a property, are judged by: `engagement` (events per person), `conversion`
            or `revenue` (per person).

    Raises:
        UsageError: There is no such run, property or ranking, the property has too many values, or not all of the run
            was counted.
        StoreError: The store cannot be read.
    """
    wanted = _Wanted(
        # Steps by a property stand within the stages, so `by` asks for both.
        stages=stages or by is not None,
        cities=cities,
        truth=truth,
        curves=curves,
        identity=identity,
        retention=retention,
        over_time=over_time,
        by=by,
        rank_by=check_rank_by(rank_by),
    )
    if isinstance(store, Store):
        return _made(store, run, wanted)
    with open_store(store) as opened:
        opened.limit_memory(MEMORY)
        return _made(opened, run, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The parts that are asked for."""

    stages: bool
    cities: bool
    truth: bool
    curves: bool
    identity: bool
    retention: str | None
    over_time: bool
    by: str | None
    rank_by: RankBy


def _made(store: Store, run: str | None, wanted: _Wanted) -> Report:
    info = chosen(store.runs(), run)
    return _of_rows(store, info, wanted) if store.has_rows else _of_counts(store, info, wanted)


def _of_rows(store: Store, info: RunInfo, wanted: _Wanted) -> Report:
    source, rank_by = StoredRun(store, info), wanted.rank_by
    by, schema = wanted.by, source.schema
    return Report(
        info=info,
        stages=stages_of_store(source, by) if wanted.stages else None,
        cities=_judged(cities_of_store(source), schema, rank_by) if wanted.cities else None,
        truth=truth_of(_counted(store, info), schema.minor_digits) if wanted.truth else None,
        curves=curves_of_store(source) if wanted.curves else None,
        groups=_judged(groups_of_store(source, by), schema, rank_by, by)
        if by is not None
        else None,
        identity=identity_of_store(source) if wanted.identity else None,
        retention=retention_of_store(source, wanted.retention)
        if wanted.retention is not None
        else None,
        over_time=over_time_of_store(source) if wanted.over_time else None,
    )


def _of_counts(store: Store, info: RunInfo, wanted: _Wanted) -> Report:
    """Report on a run of which the store keeps no rows, only what was counted.

    Counts know nothing of time and of ids, so there are no curves, no identity, and nothing over time.

    Raises:
        UsageError: A property to compare by needs the rows, or not everything was counted.
    """
    if wanted.by is not None:
        raise UsageError(
            f"{store.name} keeps only counts of run {info.id}, so its people cannot be compared by {shown(wanted.by)}\n"
            "  accepted: a DuckDB file, a folder of Parquet files or a PostgreSQL database"
        )
    tallies = _counted(store, info)
    made = closing(tallies, info.run.stream.schema, truth=wanted.truth, rank_by=wanted.rank_by)
    stages, cities = (
        made.stages if wanted.stages else None,
        made.cities if wanted.cities else None,
    )
    return replace(made, info=info, stages=stages, cities=cities)


def _counted(store: Store, info: RunInfo) -> Tallies:
    """Return what was counted in all parts of a run.

    Raises:
        UsageError: Some parts came without: `footfall send` brings a span without its counts.
    """
    tallies = store.tallies(info.id)
    covered = sum(
        total for (_, measure), total in tallies.cities.items() if measure == "events"
    )
    # Every event is counted at its person's city, so the tallies of all parts add up to the events of the run.
    if covered != info.events:
        raise UsageError(
            f"what was counted of run {info.id} covers {covered:,} of its {info.events:,} events: the others came "
            "with a span that `footfall send` delivered\n  hint: report on the store that they came from"
        )
    return tallies


def chosen(runs: Sequence[RunInfo], run: str | None) -> RunInfo:
    """Return the run that a user means.

    Args:
        runs: Those of the store, the one that was asked for last at the end.
        run: Id or the beginning of one; None for the one that was asked for last.

    Raises:
        UsageError: There is none, or several begin like that.
    """
    if run is not None:
        return named(runs, run)
    if not runs:
        raise UsageError("the store holds no runs\n  hint: `footfall run SCENARIO` makes one")
    return runs[-1]


def closing(
    tallies: Tallies,
    schema: StreamSchema,
    *,
    truth: bool = False,
    rank_by: RankBy = "engagement",
) -> Report:
    """Return the closing tables of a run from its tallies alone.

    They hold neither steps nor their times.

    Args:
        tallies: Of the whole run.
        schema: Of its stream.
        truth: For every decision and effect, what was asked and what came out.
        rank_by: What cities are judged by, as for `report`.
    """
    measure = check_rank_by(rank_by)
    return Report(
        stages=stages_of_tallies(tallies, schema.stages, schema.goal),
        cities=_judged(cities_of_tallies(tallies.cities), schema, measure),
        truth=truth_of(tallies, schema.minor_digits) if truth else None,
    )


def _judged(
    groups: Sequence[PeopleGroup], schema: StreamSchema, rank_by: RankBy, by: str = "city"
) -> PeopleGroups:
    goal = schema.stages[schema.goal]
    return judged_groups(groups, goal, schema.currency, schema.minor_digits, rank_by, by)
