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
        (
            ("--to", "plan.csv", "--format", "amplitude-users"),
            b"Action,Property type,Property name,",
        ),
        (("--to", "README", "--format", "markdown"), b"# Lessons"),
    ],
)
def test_formats(args, begins, tmp_path):
    """The ending says the format, `--format` comes first; folders are made."""
    said = footfall("taxonomy", "lessons.yaml", *args)
    *notes, last = said.err.splitlines()
    assert (said.code, said.out) == (0, "")
    assert last == f"{args[1]}: 4 events with 6 properties, of lessons"
    # The event table alone has no place for people, and Amplitude's files for the values of a list.
    assert len(notes) == (args[1].lower() == "plan.csv")
    assert (tmp_path / args[1]).read_bytes().startswith(begins)


def test_folder_of_schemas(tmp_path):
    """JSON Schema into a name without an ending is one file per event."""
    assert (
        footfall("taxonomy", "lessons.yaml", "--to", "schemas", "--format", "json-schema").code
        == 0
    )
    names = sorted(file.name for file in (tmp_path / "schemas").iterdir())
    assert names == [
        "Booked.json",
        "Never.json",
        "Opened.json",
        "Praised.json",
        "user_properties.json",
    ]
    assert json.loads((tmp_path / "schemas/Booked.json").read_text())["title"] == "Booked"


def test_plan_into_another_form(tmp_path):
    """A workbook becomes what the scenario itself becomes, as far as a plan holds it."""
    assert footfall("taxonomy", "lessons.yaml", "--to", "plan.xlsx").code == 0
    assert footfall("taxonomy", "plan.xlsx", "--to", "again.csv").code == 0
    assert footfall("taxonomy", "lessons.yaml", "--to", "plan.csv").code == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "plan.csv").read_bytes()


def test_settings():
    """`--set` changes the scenario before it is written; a plan has nothing that could be set."""
    assert (
        footfall("taxonomy", "lessons.yaml", "--to", "a.md", "--set", "title=Other").code == 0
    )
    footfall("taxonomy", "lessons.yaml", "--to", "plan.xlsx")
    said = footfall("taxonomy", "plan.xlsx", "--to", "b.md", "--set", "title=Other")
    assert (said.code, said.err) == (
        2,
        'error: --set "title=Other": plan.xlsx is a plan, not a scenario whose values can be set\n',
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            "plan.hmtl",
            'its ending ".hmtl" is no format\n  accepted: .xlsx, .csv, .json, .md, .markdown, .html, .htm',
        ),
        ("plan.hmtl", "  hint: did you mean .html?"),
        ("plan", "it has no ending that says the format"),
        (
            "plan.docx",
            "hint: or say it: --format xlsx, csv, amplitude, amplitude-users, json-schema, markdown, html",
        ),
    ],
)
def test_targets_that_cannot_be(target, said):
    """The message names the target, what is accepted, and what is near; nothing is simulated before."""
    made = footfall("taxonomy", "lessons.yaml", "--to", target)
    assert made.code == 2
    assert said in made.err
    assert "Traceback" not in made.err


def test_what_the_system_refuses_is_no_mistake_in_the_command():
    """A place that cannot be written, and a device that is full, of which a part may have got there."""
    for target, said in (
        (
            "lessons.yaml/plan.csv",
            "a file stands where a folder should be\n  nothing was changed",
        ),
        ("/dev/full", "the disk is full\n  a part of it may be there"),
    ):
        made = footfall("taxonomy", "lessons.yaml", "--to", target, "--format", "csv")
        assert made.code == 1
        assert f"error: {target}: {said}" in made.err


def test_scenario_that_is_wrong(tmp_path):
    """Problems of the scenario are told with their places."""
    (tmp_path / "bad.yaml").write_text(
        LESSONS.replace("room.price, bookings", "room.cost, bookings")
    )
    said = footfall("taxonomy", "bad.yaml", "--to", "plan.csv")
    assert said.code == 2
    assert "bad.yaml:" in said.err
    assert not (tmp_path / "plan.csv").exists()


def test_a_plan_becomes_a_scenario(tmp_path):
    """`--to my-scenario.yaml` makes a scenario that runs at once; one that is there is never written over."""
    assert footfall("taxonomy", "lessons.yaml", "--to", "plan.xlsx").code == 0
    said = footfall("taxonomy", "plan.xlsx", "--to", "mine.yaml")
    assert (said.code, said.err) == (0, "mine.yaml: 4 events with 6 properties, of lessons\n")
    assert (
        footfall(
            "run", "mine.yaml", "--people", "100", "--to", "ndjson:events.ndjson", "--quiet"
        ).code
        == 0
    )
    assert footfall("validate", "events.ndjson", "--against", "plan.xlsx").code == 0
    before = (tmp_path / "mine.yaml").read_bytes()
    said = footfall("taxonomy", "plan.xlsx", "--to", "mine.yaml")
    assert said.code == 2
    assert (
        "there is such a file already\n  hint: --into mine.yaml adds what it lacks" in said.err
    )
    assert (tmp_path / "mine.yaml").read_bytes() == before


def test_a_plan_is_merged_into_a_scenario(tmp_path):
    """`--into` adds what is missing, prints what it did, keeps the file's mode, and does nothing the second time."""
    (tmp_path / "plan.csv").write_text("Category,Event,Description\nBooking,Asked,Asks\n")
    file = tmp_path / "lessons.yaml"
    file.chmod(0o640)
    said = footfall("taxonomy", "plan.csv", "--into", "lessons.yaml")
    assert said.code == 0
    assert "added to lessons.yaml:\n  events: Asked\n" in said.out
    assert "in no journey yet: Asked" in said.out
    assert "      identifies: true\n    Asked: {about: Asks}\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []
    again = footfall("taxonomy", "plan.csv", "--into", "lessons.yaml")
    assert "lessons.yaml has all that the plan has; it was not changed" in again.out


@pytest.mark.parametrize("args", [(), ("--to", "x.csv", "--into", "lessons.yaml")])
def test_where_to_is_said_once(args):
    """One of `--to` and `--into` is needed."""
    said = footfall("taxonomy", "lessons.yaml", *args)
    assert said.code == 2
    assert "say where to\n  accepted: --to FILE, or --into SCENARIO" in said.err


def test_what_was_guessed_is_said(tmp_path):
    """Remarks go to the error stream, with control characters taken out."""
    (tmp_path / "plan.csv").write_text("Event,Property,Example\nBooked,price,9.90\n")
    said = footfall("taxonomy", "plan.csv", "--to", "mine.yaml")
    assert said.err.startswith("note: plan.csv: type money, guessed from examples: price\n")


def test_one_is_one(tmp_path):
    """One event is told as one."""
    (tmp_path / "plan.csv").write_text("Event,Property,Type\nBooked,price,money\n")
    assert (
        footfall("taxonomy", "plan.csv", "--to", "plan.md").err
        == "plan.md: 1 event with 1 property, of plan\n"
    )


def test_what_is_not_read_is_named_once_and_stands_in_the_scenario(tmp_path):
    """A column that nobody knows is named with its cell, on standard error and in the scenario's head."""
    (tmp_path / "plan.csv").write_text("Event,Owner,Description\nSigned Up,growth,Joins\n")
    said = footfall("taxonomy", "plan.csv", "--to", "out.yaml")
    note = "note: plan.csv, cell B1: column Owner is not read"
    assert (said.code, said.err.splitlines()[0]) == (0, note)
    assert f"# {note}" in (tmp_path / "out.yaml").read_text().splitlines()


def test_strict_refuses_what_is_not_read(tmp_path):
    """`--strict` lists all that is lost, contradictions too, and writes nothing; guesses stay notes."""
    rows = "Event,Owner,Description,Property\nPaid,a,Pays,sum\nPaid,b,Gets,sum\n"
    (tmp_path / "plan.csv").write_text(rows)
    said = footfall("taxonomy", "plan.csv", "--to", "out.yaml", "--strict")
    assert said.code == 2
    assert said.err.splitlines() == [
        "note: plan.csv: type any, as nothing says what it is: sum",
        "error: plan.csv: not all of this plan can be read, and --strict leaves nothing out",
        "  plan.csv, cell B1: column Owner is not read (2 places)",
        '  plan.csv, cell C3: event "Paid" has another description than in C2; "Pays" is kept',
        "  hint: without --strict this is left out, and named",
    ]
    assert not (tmp_path / "out.yaml").exists()
    (tmp_path / "plan.csv").write_text("Event,Property,Type\nPaid,sum,number\n")
    assert footfall("taxonomy", "plan.csv", "--to", "out.yaml", "--strict").code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calls.json", '[{"caller": "ada", "when": "2026-03-02T09:30:00Z", "did": "ring"}]'),
        ("calls.csv", "caller,at which hour,did\nada,9,ring\n"),
        ("header.csv", "caller,at,did\n"),
        ("empty.csv", ""),
    ],
)
def test_what_is_no_plan_may_be_a_log(name, text, tmp_path):
    """A file in which no plan is found is refused with the options by which a log is read."""
    (tmp_path / name).write_text(text)
    said = footfall("taxonomy", name, "--to", "plan.md")
    assert said.code == 2
    assert "a log of events is read with --user COLUMN --time COLUMN --type COLUMN" in said.err
