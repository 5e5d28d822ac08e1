"""Commands about scenarios and single people."""

import errno
import json
import os
import re
from pathlib import Path

import pytest

from footfall.store import durable, open_store
from tests.commands import footfall


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_scenarios_lists_all():
    """Every shipped scenario with its title, people and days."""
    said = footfall("scenarios")
    assert "ecommerce      Online shop, India: 10,000 people, 30 days" in said.out
    assert "online-school " in said.out


def test_new_writes_a_scenario_that_runs():
    """What `new` writes is right and runs as it stands."""
    assert footfall("new", "shop/mine.yaml").code == 0
    assert footfall("check", "shop/mine.yaml").code == 0
    assert footfall("run", "shop/mine.yaml", "--people", 50, "--days", 3, "-q").code == 0


def test_new_says_where_it_cannot_write():
    """A file where a folder should be: no fault of footfall's, nor of the command."""
    Path("shop").touch()
    said = footfall("new", "shop/mine.yaml")
    assert said.code == 1
    assert "shop/mine.yaml: a file stands where a folder should be" in said.err


def test_new_copies_tables_too():
    """A copy of a shipped scenario brings the CSV files it names, and no others."""
    assert footfall("new", "mine.yaml", "--from", "online-school").code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["mine.yaml", "school_cities.csv"]
    assert footfall("check", "mine.yaml").code == 0


def test_new_overwrites_nothing():
    """A file that is there stays as it is, also a table beside the scenario."""
    Path("school_cities.csv").write_text("mine")
    said = footfall("new", "mine.yaml", "--from", "online-school")
    assert said.code == 2
    assert '"school_cities.csv" exists already' in said.err
    assert [path.name for path in Path().iterdir()] == ["school_cities.csv"]
    assert Path("school_cities.csv").read_text() == "mine"


def test_new_writes_all_or_nothing(monkeypatch):
    """Where the last of several files cannot be named, none is there, and no folder that was made for them."""

    def refused(_, final):
        if Path(final).suffix == ".csv":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), final)
        Path(final).touch()

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(durable, "replace", refused)
    said = footfall("new", "shop/mine.yaml", "--from", "online-school")
    assert (said.code, list(Path().iterdir())) == (1, [])
    assert (
        "shop/school_cities.csv: the disk is full\n  nothing was changed\n  hint: free"
        in said.err
    )


def test_schema_is_json():
    """The schema is one for JSON Schema's current draft."""
    assert (
        json.loads(footfall("schema").out)["$schema"]
        == "https://json-schema.org/draft/2020-12/schema"
    )


def test_check_says_what_it_understood():
    """People, days, events by category, journeys with their chances, effects with the decisions they match."""
    out = footfall("check", "ecommerce").out
    assert "10,000 people in 30 days, 2026-01-01 to 2026-01-30" in out
    assert "stages: visitor → browsing → " in out
    assert "  Visit: Page Viewed\n" in out
    assert "journey visit: " in out
    assert '  go on "stays" ' in out
    assert "pick category where category is favourite\n" in out
    assert re.search(
        r"small_forms: odds .*\n    at checkout/completes address, checkout/completes delivery, ",
        out,
    )
    assert re.search(r"habit: duration by shopper: .*\n    at life/visits\n", out)


def test_check_knows_every_step():
    """Every kind of step has a line of its own in the outline."""
    out = "".join(
        footfall("check", name).out for name in ("ecommerce", "online_school", "starter")
    )
    for start in (
        "maybe",
        "either",
        "repeat",
        "go on",
        "leave visit",
        "later",
        "pick",
        "retry",
        "do ",
        "when ",
        "else:",
    ):
        assert f"  {start}" in out, start


def test_a_condition_stands_before_what_it_is_a_condition_of():
    """A step that holds others ends with a colon, behind its condition."""
    assert "  maybe 70%, when not known:\n" in footfall("check", "starter").out


def test_settings_are_checked_too():
    """`--set` is part of what is checked."""
    assert (
        "5 people in 30 days" in footfall("check", "ecommerce", "--set", "people.count=5").out
    )


def test_one_person_is_the_person_of_the_run():
    """`footfall user` shows exactly the events that the full run has of that person, and simulates nobody else."""
    options = ("--people", 200, "--days", 12, "--seed", 3)
    assert footfall("run", "ecommerce", *options, "-q").code == 0
    with open_store("footfall.duckdb") as store:
        rows = store.query(
            "SELECT person, list(insert_id ORDER BY time) FROM main.events GROUP BY 1 ORDER BY count(*) DESC"
        )
    for person, ids in rows[:3]:
        life = json.loads(
            footfall("user", "ecommerce", person, *options, "--format", "json").out
        )
        assert [event["insert_id"] for event in life["events"]] == ids
        assert life["properties"]["person"] == person


def test_a_timeline_is_aligned_and_local():
    """Times are those of the person's clock; what an event changed stands beside it."""
    options = ("--people", 200, "--days", 12)
    assert footfall("run", "starter", *options, "-q").code == 0
    with open_store("footfall.duckdb") as store:
        ((person,),) = store.query(
            "SELECT person FROM main.changes WHERE property = 'orders' ORDER BY person LIMIT 1"
        )
    said = footfall("user", "starter", person, *options)
    assert "→ orders: 0 → 1" in said.out
    header, *lines = said.out.partition("\n\n")[2].splitlines()
    for start in (header.index("event"), header.index("with")):
        assert {line[start - 2 : start] for line in lines if len(line) > start} == {"  "}
    assert re.search(
        r"^arrived +\w{3} 2026-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$", said.out, re.MULTILINE
    )
    assert "times by the clock of" in said.err
