"""`footfall validate`: exit codes, both forms, and mistakes of the user."""

import json
from pathlib import Path

import pytest

from tests.commands import footfall
from tests.unit.validation.defects import FILE


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    path = tmp_path_factory.mktemp("clean") / "school.duckdb"
    assert (
        footfall(
            "run", "online-school", "--people", 200, "--to", f"duckdb:{path}", "--quiet"
        ).code
        == 0
    )
    return path


def test_clean_is_0(clean):
    """What footfall wrote is clean: exit code 0 and one sentence."""
    said = footfall("validate", clean, "--against", "online-school")
    assert said.code == 0
    assert said.out.splitlines()[-1].endswith("events: nothing is wrong, against online_school")


def test_findings_are_1():
    """With findings the exit code is 1; a table in plain text names them, and the line of the first."""
    said = footfall("validate", FILE, "--against", "online-school")
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "unknown event type" in said.out
    assert "did you" in said.out
    assert "line 302, event-02001" in said.out


def test_json():
    """The JSON has the same keys for every finding, and nothing else on standard output."""
    said = footfall("validate", FILE, "--against", "online-school", "--format", "json")
    record = json.loads(said.out)
    assert list(record) == [
        *(
            "footfall_validation",
            "events",
            "against",
            "count",
            "is_clean",
            "findings",
            "remarks",
            "skipped",
            "taken",
            "no_events",
        ),
    ]
    assert {tuple(found) for found in record["findings"]} == {
        (
            "check",
            "what",
            "subject",
            "count",
            "share",
            "detail",
            "example",
            "insert_id",
            "file",
            "line",
        )
    }
    assert (said.code, record["is_clean"], record["count"]) == (1, False, 340)


def test_ignore():
    """A check that is ignored does not count, and is listed as not made."""
    said = footfall(
        "validate",
        FILE,
        "--against",
        "online-school",
        "--format",
        "json",
        "--ignore",
        "id_banned",
    )
    record = json.loads(said.out)
    assert "id_banned" not in {found["check"] for found in record["findings"]}
    assert record["skipped"] == [{"check": "id_banned", "why": "not asked for"}]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["nowhere.ndjson", "--against", "ecommerce"], "nowhere.ndjson does not exist"),
        (["mysql://u@h/d", "--against", "ecommerce"], "accepted: a DuckDB store"),
        ([FILE, "--against", "ecomerce"], "did you mean ecommerce?"),
        ([FILE], "--against"),
        ([FILE, "--against", "ecommerce", "--ignore", "ids_short"], "did you mean id_short?"),
        ([FILE, "--against", "ecommerce", "--run", "1"], "has no runs"),
        ([Path(__file__).parent, "--against", "ecommerce"], "holds no Parquet files"),
        ([__file__, "--against", "ecommerce"], "holds no events"),
    ],
)
def test_mistakes_are_2(args, told):
    """A mistake of the user's is told with what is accepted; the exit code is 2, and there is no traceback."""
    said = footfall("validate", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "should not have happened" not in said.err


def test_run_of_a_store(clean):
    """A run is found by the beginning of its id; another one is not there."""
    assert footfall("validate", clean, "--against", "online-school", "--run", "zzz").code == 2
    runs = json.loads(footfall("report", clean, "--format", "json").out)
    assert (
        footfall(
            "validate", clean, "--against", "online-school", "--run", runs["run"]["id"][:6]
        ).code
        == 0
    )


def test_hostile_text(tmp_path):
    """Control characters and markup of a stranger's file do not reach the terminal."""
    path = tmp_path / "hostile.ndjson"
    event = {
        "event_type": "[red]\u001b[31m\u202ex[/red]",
        "time": 1767301200000,
        "insert_id": "\u0007bell-1",
    }
    path.write_text(
        json.dumps({**event, "user_id": "person-1"})
        + '\n{"event_type": "\\ud800", "user_id": "person-2"}\n'
    )
    said = footfall("validate", path, "--against", "online-school")
    assert said.code == 1
    assert not any(sign in said.out for sign in "\x1b\x07\u202e")
    assert "[red]" in said.out


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    plan = folder / "school.json"
    assert footfall("taxonomy", "online-school", "--to", plan).code == 0
    for args in (
        ("school.xlsx",),
        ("school.csv",),
        ("schemas", "--format", "json-schema"),
        ("amplitude.csv", "--format", "amplitude"),
    ):
        # From the plan, not from the scenario: people would be simulated for each of them.
        assert footfall("taxonomy", plan, "--to", folder / args[0], *args[1:]).code == 0
    return folder


@pytest.mark.parametrize(
    "plan", ["school.xlsx", "school.csv", "school.json", "schemas", "amplitude.csv"]
)
def test_a_plan_in_place_of_a_scenario(clean, plans, plan):
    """Events can be held against a tracking plan in any form that is read."""
    said = footfall("validate", clean, "--against", plans / plan)
    assert (said.code, said.err) == (0, "")
    assert "nothing is wrong" in said.out


def test_a_plan_finds_what_is_wrong(clean, tmp_path):
    """What a plan does not have, has otherwise, or asks for, is found."""
    (tmp_path / "plan.csv").write_text(
        "Category,Event,Property,Type,Required,Allowed values\n"
        "Lead,lead_created,source,number,,\n"
        "Register,login,token,string,yes,\n"
        "Signup for a lesson,choose_direction,direction,,,design; history\n"
    )
    said = footfall("validate", clean, "--against", tmp_path / "plan.csv", "--format", "json")
    assert said.code == 1
    found = {(each["check"], each["subject"]) for each in json.loads(said.out)["findings"]}
    assert {
        ("property_type", "lead_created.source"),
        ("property_missing", "login.token"),
        ("value_undeclared", "choose_direction.direction"),
        ("event_unknown", "rate_lesson"),
    } <= found


def test_a_plan_that_cannot_be_read_is_2(clean, tmp_path):
    """A mistake in the plan is the user's: its place is named, and the exit code is 2."""
    (tmp_path / "plan.csv").write_text("a,b\n1,2\n")
    said = footfall("validate", clean, "--against", tmp_path / "plan.csv")
    assert said.code == 2
    assert "plan.csv: no table of events was found" in said.err
