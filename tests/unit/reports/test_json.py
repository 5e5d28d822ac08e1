"""JSON: stable keys, numbers that are numbers."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from footfall.reports import Report, render_json
from tests.unit.reports.examples import HOSTILE, STEPS, example, hostile, only


def test_parts():
    """All keys are always there; a part that was not asked for is null."""
    record = json.loads(render_json(only("stages", "cities")))
    assert list(record) == [
        "footfall_report",
        "run",
        "stages",
        "cities",
        "truth",
        "curves",
        "groups",
        "identity",
        "retention",
        "over_time",
    ]
    assert record["footfall_report"] == 1
    assert record["truth"] is None


def test_nothing_is_left_out():
    """Every part of a report is a key, and the reports by hand that tests render have them all."""
    for made in (example(), hostile()):
        record = json.loads(render_json(made))
        parts = [field.name for field in fields(Report) if field.name != "info"]
        assert [name for name in parts if not record[name]] == []


def test_run():
    """The run's facts."""
    run = json.loads(render_json(example()))["run"]
    assert (run["scenario"], run["seed"], run["is_complete"], run["settings"]) == (
        "tiny",
        1,
        True,
        {"people": "1000"},
    )


def test_stages():
    """A stage with its step, which is null for the last one."""
    stages = json.loads(render_json(example()))["stages"]
    first, *_, last = stages["stages"]
    assert first["step"] == {
        "entered": 900,
        "converted": 300,
        "conversion": 1 / 3,
        "low": STEPS[0].interval.low,
        "high": STEPS[0].interval.high,
        "median_ms": 17000,
        "p90_ms": 259_200_000,
        "still_open": 20,
    }
    assert {key: value for key, value in last.items() if key != "step"} == {
        "stage": "customer",
        "is_goal": True,
        "reached": 90,
        "reached_share": 0.09,
        "reached_low": pytest.approx(0.073419, abs=1e-6),
        "reached_high": pytest.approx(0.108952, abs=1e-6),
        "passed_over": 0,
        "standing": 90,
        "standing_share": 0.09,
    }
    assert last["step"] is None
    assert [group["value"] for group in stages["comparison"]["groups"]] == ["phone", None]
    assert stages["comparison"]["groups"][0]["steps"][1]["next_stage"] == "customer"


def test_cities():
    """Ranks are two integers, or null for few people."""
    cities = json.loads(render_json(example()))["cities"]
    assert cities["currency"] == "EUR"
    ranks = [(city["city"], city["best_rank"], city["worst_rank"]) for city in cities["cities"]]
    assert ranks == [("Санкт-Петербург", 1, 1), ("New York", 2, 2), ("Nice", None, None)]
    assert cities["cities"][0]["revenue_per_person"] == 30.8625


def test_truth_and_curves():
    """What was never reached has no shares; curves are lists per day and hour."""
    record = json.loads(render_json(example()))
    never = record["truth"]["decisions"][2]
    assert (never["reached"], never["asked"], never["as_asked"]) == (0, None, None)
    assert record["truth"]["effects"][1]["with"]["taken"] == 280
    habit, dear = record["truth"]["factors"]
    assert (habit["effect"], habit["kind"], habit["without"]["got"]) == (
        "habit",
        "wait",
        158_400_000,
    )
    assert [(part["value"], part["factor"], part["got"]) for part in habit["by_factor"]] == [
        ("monthly", 0.03, 5_040_000),
        ("yearly", 0.5, 72_900_000),
    ]
    promo = record["truth"]["effects"][0]["by_factor"]
    assert [(part["value"], part["factor"], part["taken"]) for part in promo] == [
        ("Nice", 0.7, 26),
        ("New York", 1.4, 141),
    ]
    assert promo[1]["factor_low"] < promo[1]["got_factor"] < promo[1]["factor_high"]
    assert (habit["with"]["as_asked"], habit["without"]["as_asked"]) == (True, False)
    assert (
        dear["with"]["asked_factor"],
        dear["with"]["factor_low"],
        dear["without"]["got"],
    ) == (1.3, None, None)
    assert record["curves"]["days"] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert len(record["curves"]["hours"][0]["events"]) == 24


def test_names_come_back_as_they_are():
    """JSON is for programs: names are not cleaned, only escaped."""
    assert json.loads(render_json(hostile()))["run"]["title"] == HOSTILE
