"""`footfall taxonomy`: formats by ending and by name, plans in place of scenarios, mistakes."""

import json

import pytest

from tests.commands import footfall
from tests.plans import LESSONS


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lessons.yaml").write_text(LESSONS)


@pytest.mark.parametrize(
    ("args", "begins"),
    [
        (("--to", "plan.xlsx"), b"PK"),
        (("--to", "plan.CSV"), b"\xef\xbb\xbfCategory,Event,"),
        (("--to", "deep/er/plan.json"), b"{"),
        (("--to", "plan.md"), b"# Lessons"),
        (("--to", "plan.htm"), b"<!DOCTYPE html>"),
        (("--to", "plan.csv", "--format", "amplitude"), b"Action,Object type,"),
        (("--to", "plan.csv", "--format", "amplitude-users"), b"Action,Property type,Property name,"),
        (("--to", "README", "--format", "markdown"), b"# Lessons"),
    ],
)
def test_formats(args, begins, tmp_path):
    """The ending says the format, `--format` comes first; folders are made."""
    said = footfall("taxonomy", "lessons.yaml", *args)
    assert (said.code, said.out, said.err) == (0, "", f"{args[1]}: 4 events with 6 properties, of lessons\n")
    assert (tmp_path / args[1]).read_bytes().startswith(begins)


def test_folder_of_schemas(tmp_path):
    """JSON Schema into a name without an ending is one file per event."""
    assert footfall("taxonomy", "lessons.yaml", "--to", "schemas", "--format", "json-schema").code == 0
    names = sorted(file.name for file in (tmp_path / "schemas").iterdir())
    assert names == ["Booked.json", "Never.json", "Opened.json", "Praised.json", "user_properties.json"]
    assert json.loads((tmp_path / "schemas/Booked.json").read_text())["title"] == "Booked"


def test_plan_into_another_form(tmp_path):
    """A workbook becomes what the scenario itself becomes, as far as a plan holds it."""
    assert footfall("taxonomy", "lessons.yaml", "--to", "plan.xlsx").code == 0
    assert footfall("taxonomy", "plan.xlsx", "--to", "again.csv").code == 0
    assert footfall("taxonomy", "lessons.yaml", "--to", "plan.csv").code == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "plan.csv").read_bytes()


def test_settings():
    """`--set` changes the scenario before it is written; a plan has nothing that could be set."""
    assert footfall("taxonomy", "lessons.yaml", "--to", "a.md", "--set", "title=Other").code == 0
    footfall("taxonomy", "lessons.yaml", "--to", "plan.xlsx")
    said = footfall("taxonomy", "plan.xlsx", "--to", "b.md", "--set", "title=Other")
    assert (said.code, said.err) == (
        2,
        'error: --set "title=Other": plan.xlsx is a plan, not a scenario whose values can be set\n',
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("plan.hmtl", 'its ending ".hmtl" is no format\n  accepted: .xlsx, .csv, .json, .md, .markdown, .html, .htm'),
        ("plan.hmtl", "  hint: did you mean .html?"),
        ("plan", "it has no ending that says the format"),
        ("plan.docx", "hint: or say it: --format xlsx, csv, amplitude, amplitude-users, json-schema, markdown, html"),
        ("lessons.yaml/plan.csv", "lessons.yaml/plan.csv cannot be written: "),
    ],
)
def test_targets_that_cannot_be(target, said):
    """The message names the target, what is accepted, and what is near; nothing is simulated before."""
    made = footfall("taxonomy", "lessons.yaml", "--to", target)
    assert made.code == 2
    assert said in made.err
    assert "Traceback" not in made.err


def test_scenario_that_is_wrong(tmp_path):
    """Problems of the scenario are told with their places."""
    (tmp_path / "bad.yaml").write_text(LESSONS.replace("room.price, bookings", "room.cost, bookings"))
    said = footfall("taxonomy", "bad.yaml", "--to", "plan.csv")
    assert said.code == 2
    assert "bad.yaml:" in said.err
    assert not (tmp_path / "plan.csv").exists()
