"""Measures what the intervals of reports hold: how often the long-run value lies within, and where it is missed.

    python benchmarks/coverage.py [--quick] [--runs 50] [--people 10000] [--reference 100] [--cache FOLDER]

Runs of both shipped scenarios are reported on as users would (`footfall.report` of a DuckDB file), and every interval
of a kind that is printed is held against the long-run value: that of as many people as in `--reference` runs of other
seeds. All runs have the same days, since intervals speak of people given these days. Estimates are held against it
too: by how much they err, against what came out, and how often a verdict is wrong. What was counted is kept in the
cache, per stream, so that it goes on where it was stopped, and intervals of another law can be tried on the same runs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from long_run import BY, SAME_DAYS, LongRun, long_run

import footfall
from footfall.execution.setup import RunParameters, set_up
from footfall.reports import Report
from footfall.reports.intervals import mid_p
from footfall.reports.judging import judged_groups
from footfall.reports.people_groups import PeopleGroup, PeopleGroups

FIRST_REFERENCE = 1_000_000
"""Seeds of the reference begin here; those of the runs with 1."""
SCENARIOS = ("ecommerce", "online_school")
MEASURES = {"engagement": "events", "conversion": "conversion", "revenue": "revenue"}

Found = dict[str, Any]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4 runs against 8")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--reference", type=int, default=100)
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir(), "footfall-coverage")
    )
    given = parser.parse_args()
    runs, reference = (4, 8) if given.quick else (given.runs, given.reference)
    found: list[Found] = []
    for scenario in SCENARIOS:
        stream = set_up(
            scenario, RunParameters(given.people, seed=1, settings=SAME_DAYS)
        ).run.stream.id
        folder = given.cache / f"{scenario}-{given.people}-{stream}"
        seeds = range(FIRST_REFERENCE, FIRST_REFERENCE + reference)
        truth = long_run(scenario, given.people, seeds, folder / "long-run")
        for seed in range(1, runs + 1):
            found += _held(scenario, _intervals(scenario, given.people, seed, folder), truth)
    _print_intervals(found)
    _print_estimates(found)


def _intervals(scenario: str, people: int, seed: int, folder: Path) -> Iterator[Found]:
    """Yield the intervals and estimates that a report on a run says, of what was counted."""
    kept = folder / f"run-{seed}.json"
    if not kept.exists():
        kept.write_text(json.dumps(_counted(scenario, people, seed, folder)), encoding="utf-8")
    counted = json.loads(kept.read_text("utf-8"))
    for kind, name, count, of in counted["shares"]:
        interval = mid_p(count, of)
        assert interval is not None
        yield _found(kind, name, interval)
    for table in counted["tables"]:
        groups = [PeopleGroup(**group) for group in table.pop("groups")]
        for rank_by in MEASURES:
            yield from _of_groups(judged_groups(groups, rank_by=rank_by, **table))  # type: ignore[arg-type]


def _counted(scenario: str, people: int, seed: int, folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        store = f"duckdb:{temporary}/run.duckdb"
        footfall.run(
            scenario, people=people, seed=seed, settings=SAME_DAYS, to=store, workers=1
        )
        report = footfall.report(store, by=BY[scenario])
    return {
        "shares": list(_shares(report)),
        "tables": [_table(each) for each in (report.cities, report.groups) if each],
    }


def _table(of: PeopleGroups) -> dict[str, Any]:
    """Return a table as it was counted: what is judged is left out."""
    counts = [field.name for field in fields(PeopleGroup) if not field.kw_only]
    return {
        "groups": [{name: getattr(group, name) for name in counts} for group in of.groups],
        **{name: getattr(of, name) for name in ("goal", "currency", "minor_digits", "by")},
    }


def _shares(report: Report) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, name, who did and who could, of every share that has an interval."""
    stages = report.stages
    assert stages is not None
    assert stages.comparison is not None
    for stage in stages.stages:
        if stage.reached < stages.people:
            yield "stages", f"stage/{stage.name}", stage.reached, stages.people
        if stage.step and stage.step.entered:
            yield "steps", f"step/{stage.name}", stage.step.converted, stage.step.entered
    for group in stages.comparison.groups:
        for stage, step in zip(stages.stages, group.steps, strict=False):
            if step.entered:
                name = f"step/{stage.name}/{group.value}"
                yield "steps by value", name, step.converted, step.entered


def _of_groups(groups: PeopleGroups) -> Iterator[Found]:
    measure = MEASURES[groups.rank_by]
    unit = 10**groups.minor_digits if measure == "revenue" else 1
    of = "cities" if groups.by == "city" else "values"
    for group in groups.groups:
        value, interval = {
            "events": (group.events_per_person, group.events_interval),
            "conversion": (group.conversion, group.conversion_interval),
            "revenue": (group.revenue_per_person_minor, group.revenue_interval),
        }[measure]
        name, estimate = f"{measure}/{group.name}", group.estimate
        size = _size(measure, group.people, group.buyers or 0)
        if interval and estimate:
            yield _found(f"{measure} of {of}, {size}", name, interval, unit)
            more = {
                "raw": value / unit,
                "value": estimate.value / unit,
                "verdict": estimate.verdict,
                "of": of,
            }
            yield _found(f"estimated {measure} of {of}", name, estimate.interval, unit) | more


def _size(measure: str, people: int, buyers: int) -> str:
    if measure == "revenue":
        return "50 buyers or more" if buyers >= 50 else "fewer buyers"
    return "100 people or more" if people >= 100 else "30 to 99 people"


def _found(kind: str, name: str, interval: Any, unit: int = 1) -> Found:
    return {
        "kind": kind,
        "name": name,
        "low": interval.low / unit,
        "high": interval.high / unit,
    }


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
