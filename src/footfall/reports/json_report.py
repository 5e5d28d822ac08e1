"""Reports as JSON, for programs: plain numbers, nothing rounded."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from footfall.reports.asked_and_got import (
    amount_case_record,
    amount_record,
    case_record,
    tally_record,
)
from footfall.reports.curves import Curves
from footfall.reports.judging import FALSE_DISCOVERIES
from footfall.reports.over_time import OverTime
from footfall.reports.people_groups import PeopleGroups, group_record
from footfall.reports.reporting import Report
from footfall.reports.retention import Cohort, Retention
from footfall.reports.stages import Stages, StepComparison, stage_record, step_record
from footfall.reports.truth import Truth
from footfall.store import RunInfo

JSON_VERSION = 1

Record = dict[str, Any]


def render_json(report: Report) -> str:
    """Return a report as JSON, described key by key in `docs/reports.md`.

    Keys are always the same; a part that was not asked for, and a number that does not exist, is null. Shares are 0..1.
    """
    record = {
        "footfall_report": JSON_VERSION,
        "run": _run(report.info) if report.info else None,
        "stages": _stages(report.stages) if report.stages else None,
        "cities": _groups(report.cities, "cities") if report.cities else None,
        "truth": _truth(report.truth) if report.truth else None,
        "curves": _curves(report.curves) if report.curves else None,
        "groups": _groups(report.groups, "groups") if report.groups else None,
        "identity": asdict(report.identity) if report.identity else None,
        "retention": _retention(report.retention) if report.retention else None,
        "over_time": _over_time(report.over_time) if report.over_time else None,
    }
    # NaN is no JSON: an error here is better than one in the program that reads it.
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def _run(info: RunInfo) -> Record:
    run = info.run
    return {
        "id": info.id,
        "scenario": info.scenario,
        "title": run.title,
        "seed": run.stream.seed,
        "start_ms": run.stream.start_ms,
        "until_ms": run.until_ms,
        "is_complete": info.is_complete,
        "events": info.events,
        "settings": run.settings,
        "versions": run.versions,
    }


def _stages(stages: Stages) -> Record:
    return {
        "people": stages.people,
        "already_here": stages.already_here,
        "stages": [
            stage_record(stages, stage)
            | {"step": step_record(stage.step) if stage.step else None}
            for stage in stages.stages
        ],
        "comparison": _comparison(stages, stages.comparison) if stages.comparison else None,
    }


def _comparison(stages: Stages, comparison: StepComparison) -> Record:
    names = list(pairwise(stage.name for stage in stages.stages))
    return {
        "by": comparison.by,
        "groups": [
            {
                "value": group.value,
                "steps": [
                    {"stage": stage, "next_stage": after, **step_record(step)}
                    for (stage, after), step in zip(names, group.steps, strict=True)
                ],
            }
            for group in comparison.groups
        ],
        "is_of_visit": comparison.is_of_visit,
    }


def _groups(groups: PeopleGroups, name: str) -> Record:
    unit = 10**groups.minor_digits if groups.rank_by == "revenue" else 1
    return {
        "goal": groups.goal,
        "currency": groups.currency,
        "minor_digits": groups.minor_digits,
        "rank_by": groups.rank_by,
        name: [group_record(group, groups) for group in groups.groups],
        "by": groups.by,
        "average": None if groups.average is None else groups.average / unit,
        "n_best": groups.n_best,
        "false_discoveries": FALSE_DISCOVERIES,
    }


def _over_time(over_time: OverTime) -> Record:
    unit = 10**over_time.minor_digits
    days = [
        {"date": over_time.date(day), **asdict(day), "revenue": day.revenue / unit}
        for day in over_time.days
    ]
    return {
        "currency": over_time.currency,
        "is_cut_short": over_time.is_cut_short,
        "days": [{k: v for k, v in day.items() if k not in ("day", "n_days")} for day in days],
    }


def _retention(retention: Retention) -> Record:
    return {
        "rule": retention.rule,
        "brackets": [asdict(bracket) for bracket in retention.brackets],
        "all": _cohort(retention.whole),
        "cohorts": [
            {"date": retention.date(cohort), "days": cohort.n_days, **_cohort(cohort)}
            for cohort in retention.cohorts
        ],
    }


def _cohort(cohort: Cohort) -> Record:
    found = []
    for each in cohort.retained:
        interval = each.interval
        found.append(
            {
                "back": each.people,
                "of": each.of,
                "share": each.share,
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
            }
        )
    return {"people": cohort.people, "retained": found}


def _truth(truth: Truth) -> Record:
    return {
        "decisions": [
            {"address": d.address, "option": d.option, **tally_record(d.tally)}
            for d in truth.decisions
        ],
        "effects": [
            {
                "effect": effect.effect,
                "address": effect.address,
                "option": effect.option,
                "by_factor": [case_record(case) for case in effect.by_value],
                "with": tally_record(effect.affected),
                "without": tally_record(effect.others),
            }
            for effect in truth.effects
        ],
        "factors": [
            {
                "effect": factor.effect,
                "address": factor.address,
                "kind": factor.kind,
                "by_factor": [amount_case_record(case) for case in factor.by_value],
                "with": amount_record(factor.affected),
                "without": amount_record(factor.others),
            }
            for factor in truth.factors
        ],
        "skipped": [
            {"what": s.what, "address": s.address, "times": s.times} for s in truth.skipped
        ],
    }


def _curves(curves: Curves) -> Record:
    days = curves.days
    return {
        "days": [days.date(day) for day in range(len(days.reached[0]))],
        "stages": [
            {"stage": name, "before": before, "reached": list(reached)}
            for name, before, reached in zip(
                days.stages, days.before, days.reached, strict=True
            )
        ],
        "hours_by": curves.hours.by,
        "hours": [
            {"group": line.name, "events": list(line.events)} for line in curves.hours.lines
        ],
    }
