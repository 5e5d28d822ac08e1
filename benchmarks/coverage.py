"""Measures what the intervals of reports hold: how often the long-run value lies within, and where it is missed.

    python benchmarks/coverage.py [--quick] [--runs 101] [--people 10000] [--cache FOLDER]

Every interval of a kind that is printed is held against the long-run value: that of the people of all other runs. All
runs have the same days, since intervals speak of people given these days. Estimates are held against it too: by how
much they err, against what came out, and how often a verdict is wrong. Runs are counted from what is simulated; of the
first of each scenario a store is reported on as users would, and must say the same. What was counted is kept in the
cache, per stream, so that it goes on where it was stopped, and intervals of another law can be tried on the same runs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from long_run import BY, SAME_DAYS, Counted, LongRun, counted

import footfall
from footfall.data.schema import StreamSchema
from footfall.execution.setup import RunParameters, set_up
from footfall.reports import Report
from footfall.reports.intervals import Interval, mid_p
from footfall.reports.judging import judged_groups
from footfall.reports.people_groups import PeopleGroup, PeopleGroups

SCENARIOS = ("ecommerce", "online_school")
MEASURES = {"engagement": "events", "conversion": "conversion", "revenue": "revenue"}

Found = dict[str, Any]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 runs")
    parser.add_argument("--runs", type=int, default=101)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir(), "footfall-coverage")
    )
    given = parser.parse_args()
    found: list[Found] = []
    for scenario in SCENARIOS:
        one = set_up(scenario, RunParameters(given.people, seed=1, settings=SAME_DAYS)).run
        folder = given.cache / f"{scenario}-{given.people}-{one.stream.id}"
        runs = [
            counted(scenario, given.people, seed, folder)
            for seed in range(1, (8 if given.quick else given.runs) + 1)
        ]
        _check(runs[0], scenario, given.people)
        everybody = LongRun()
        for run in runs:
            everybody.add(run)
        for run in runs:
            found += _held(scenario, _intervals(run, one.stream.schema), everybody.without(run))
    _print_intervals(found)
    _print_estimates(found)


def _check(run: Counted, scenario: str, people: int) -> None:
    """Check that a report on the first run counts the same."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"duckdb:{folder}/run.duckdb"
        footfall.run(scenario, people=people, seed=1, settings=SAME_DAYS, to=store, workers=1)
        for by in BY[scenario]:
            report = footfall.report(store, by=by)
            said = dict(_shares(report))
            assert said == {name: of for name, of in run.shares.items() if name in said}
            for groups in (report.cities, report.groups):
                assert groups is not None
                assert _by_name(groups.groups) == _by_name(run.groups[groups.by])


def _shares(report: Report) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield who did and who could, of every share that has an interval."""
    stages = report.stages
    assert stages is not None
    assert stages.comparison is not None
    for stage in stages.stages:
        yield f"stage/{stage.name}", (stage.reached, stages.people)
        if stage.step:
            yield f"step/{stage.name}", (stage.step.converted, stage.step.entered)
    for group in stages.comparison.groups:
        for stage, step in zip(stages.stages, group.steps, strict=False):
            name = f"step/{stage.name}/{stages.comparison.by}/{group.value}"
            yield name, (step.converted, step.entered)


def _by_name(groups: Sequence[PeopleGroup]) -> dict[str | None, PeopleGroup]:
    """Return groups by name, with nothing but what a run counts."""
    plain = {"events_interval": None, "revenue_interval": None, "estimate": None, "ranks": None}
    return {g.name: replace(g, sessions=0, returned=0, **plain) for g in groups}


def _intervals(run: Counted, schema: StreamSchema) -> Iterator[Found]:
    """Yield the intervals and estimates that a report on a run says."""
    last = f"step/{schema.stages[-1]}"
    for name, (did, could) in run.shares.items():
        # Values have slashes too: Europe/Paris.
        kind = f"{name.split('/')[0]}s" + (" by a value" if name.count("/") > 1 else "")
        is_all = name == f"stage/{schema.stages[0]}"
        if could and not is_all and not name.startswith(last) and "/city/" not in name:
            yield _found(kind, name, mid_p(did, could))
    for by, groups in run.groups.items():
        for rank_by in MEASURES:
            goal = schema.stages[schema.goal]
            yield from _of_groups(
                judged_groups(groups, goal, schema.currency, 0, rank_by, by)  # type: ignore[arg-type]
            )


def _of_groups(groups: PeopleGroups) -> Iterator[Found]:
    measure = MEASURES[groups.rank_by]
    of = "cities" if groups.by == "city" else "values"
    for group in groups.groups:
        value, interval = {
            "events": (group.events_per_person, group.events_interval),
            "conversion": (group.conversion, group.conversion_interval),
            "revenue": (group.revenue_per_person_minor, group.revenue_interval),
        }[measure]
        name, estimate = f"{measure}/{groups.by}/{group.name}", group.estimate
        size = _size(measure, group.people, group.buyers or 0)
        if interval and estimate:
            yield _found(f"{measure} of {of}, {size}", name, interval)
            more = {
                "raw": value,
                "value": estimate.value,
                "verdict": estimate.verdict,
            }
            yield _found(f"estimated {measure} of {of}", name, estimate.interval) | more


def _size(measure: str, people: int, buyers: int) -> str:
    if measure == "revenue":
        return "50 buyers or more" if buyers >= 50 else "fewer buyers"
    return "100 people or more" if people >= 100 else "30 to 99 people"


def _found(kind: str, name: str, interval: Interval | None) -> Found:
    assert interval is not None
    return {"kind": kind, "name": name, "low": interval.low, "high": interval.high}


def _held(scenario: str, intervals: Iterable[Found], truth: LongRun) -> Iterator[Found]:
    for each in intervals:
        if truth.counts[each["name"]]:
            average = (
                truth.value(f"average/{each['name'].split('/')[0]}") if "raw" in each else None
            )
            yield each | {
                "scenario": scenario,
                "truth": truth.value(each["name"]),
                "average": average,
            }


def _print_intervals(found: list[Found]) -> None:
    print(f"{'kind':<44} {'n':>6} {'covered':>8} {'below':>6} {'above':>6}")
    by_kind: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        by_kind[each["kind"]].append(each)
        by_kind[f"{each['kind']} ({each['scenario']})"].append(each)
    for kind, of in sorted(by_kind.items()):
        below, above = (np.mean([_side(each) == side for each in of]) for side in (-1, 1))
        print(f"{kind:<44} {len(of):>6,} {1 - below - above:>8.1%} {below:>6.1%} {above:>6.1%}")


def _side(each: Found) -> int:
    """Return -1 where the long-run value lies below the interval, 1 where above, else 0."""
    return int(each["truth"] > each["high"]) - int(each["truth"] < each["low"])


def _print_estimates(found: list[Found]) -> None:
    print(
        "\nerror of estimates, as a share of that of what came out (root of mean squares, by the average)"
    )
    for measure in MEASURES.values():
        of = [e for e in found if e["kind"] == f"estimated {measure} of cities"]
        shares = {
            name: _error_share([e for e in of if name in ("both", e["scenario"])])
            for name in (*SCENARIOS, "both")
        }
        claims = [e for e in of if e["verdict"] != "unclear"]
        wrong = sum((e["verdict"] == "above") != (e["truth"] > e["average"]) for e in claims)
        told = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
        print(f"{measure}: {told}; {len(claims):,} verdicts, {wrong} wrong")


def _error_share(of: list[Found]) -> float:
    errors = np.array(
        [[(e[which] - e["truth"]) / e["average"] for which in ("value", "raw")] for e in of]
    )
    value, raw = np.sqrt(np.mean(np.square(errors), axis=0))
    return float(value / raw)


if __name__ == "__main__":
    main()
