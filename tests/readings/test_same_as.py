"""Cells that say `same as Order Paid` or `see above`: they name no property and no value, and are followed."""

import json

import pytest

from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers import read_plan


def read(tmp_path, text, name="plan.csv"):
    path = tmp_path / name
    path.write_text(text)
    return read_plan(path)


def names(plan, event):
    return [p.name for each in plan.events if each.name == event for p in each.properties]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("same as Lent", ["shelf", "days"]),
        ("Same properties as 'Lent'.", ["shelf", "days"]),
        ("see Lent", ["shelf", "days"]),
        ("wie Lent", ["shelf", "days"]),
        ("igual que Lent", ["shelf", "days"]),
        ("mesmo que Lent", ["shelf", "days"]),
        ("all properties of Lent", ["shelf", "days"]),
        ("as Renewed", ["days", "reason"]),
        ("see above", ["days", "reason"]),
        ("wie oben", ["days", "reason"]),
        ("ditto", ["days", "reason"]),
        ("как выше", ["days", "reason"]),
        ("same as above + fee", ["days", "reason", "fee"]),
        ("same as Lent, fee", ["fee", "shelf", "days"]),
        ("same as Lent without days", ["shelf"]),
        ("same as Lent, except for shelf", ["days"]),
        ("wie Lent ohne shelf und days", []),
        ("all properties of Renewed minus days", ["reason"]),
        ("see above except reason", ["days"]),
    ],
)
def test_properties(tmp_path, cell, expected):
    """An event gets the properties of the one that its cell names, or of the one above, and a note says so."""
    rows = f'Lent,"shelf, days",\nRenewed,"days, reason",\nReturned,"{cell}",Brings it back\n'
    plan = read(tmp_path, f"Event,Properties,Description\n{rows}")
    assert names(plan, "Returned") == expected
    assert plan.events[2].about == "Brings it back" or "," in cell
    note = 'plan.csv, cell B4: event "Returned" has the properties of '
    assert any(str(remark).startswith(note) for remark in plan.remarks)


def test_what_is_typed_there(tmp_path):
    """Properties come with their types; an event below may be named, and one that refers further."""
    rows = "A,same as B,\nB,same as C,\nC,n,integer\n"
    plan = read(tmp_path, f"Event,Property,Type\n{rows}")
    assert [(e.name, p.name, p.type) for e in plan.events for p in e.properties] == [
        (event, "n", "integer") for event in "ABC"
    ]


@pytest.mark.parametrize(
    "cell", ["same as Burnt", "see sheet 4", "see above", "Common properties", "without days"]
)
def test_what_leads_nowhere(tmp_path, cell):
    """A cell that leads to no event is named as not read, and is no property."""
    plan = read(tmp_path, f"Event,Property,Type,Description\nLent,{cell},text,x\n")
    assert names(plan, "Lent") == []
    (remark, *_) = (
        str(one) for one in plan.remarks if one.kind == "not read" and "known" in str(one)
    )
    assert (
        remark
        == f'plan.csv, cell B2: "{cell}", which leads to no event that is known, is not read'
    )
    assert any("type beside" in str(one) for one in plan.remarks)


@pytest.mark.parametrize("head", ["Event,Property", "User property"])
def test_a_name_that_only_begins_so(tmp_path, head):
    """A property whose name looks like a reference keeps all that its row says, where no event is called so."""
    pad = "" if head == "User property" else "Lent,"
    rows = "".join(
        f"{pad}{row}\n" for row in ("like count,number,How many", "as seen on,text,")
    )
    about = "Description" if head == "User property" else "Property description"
    above = "" if pad else "Event,Category\nLent,Books\n\n"
    plan = read(tmp_path, f"{above}{head},Type,{about}\n{rows}")
    found = plan.events[0].properties if pad else plan.user_properties
    assert [(p.name, p.type, p.about) for p in found] == [
        ("like count", "number", "How many"),
        ("as seen on", "text", ""),
    ]
    assert plan.remarks == ()
    assert {type(p) for p in found} == {PlanProperty}


def test_many_that_refer_to_the_next(tmp_path):
    """However many events refer further, the last one's properties are given to all."""
    rows = "".join(f"E{n},see E{n + 1}\n" for n in range(1500))
    plan = read(tmp_path, f"Event,Property\n{rows}E1500,days\n")
    assert names(plan, "E0") == ["days"]


def test_a_circle(tmp_path):
    """Events that refer to each other have what each of them names besides."""
    plan = read(tmp_path, "Event,Property\nA,see B\nA,n\nB,see A\nB,m\n")
    assert [sorted(names(plan, event)) for event in "AB"] == [["m", "n"], ["m", "n"]]


def test_values(tmp_path):
    """Values and examples that stand elsewhere are named, and are no values."""
    rows = "Lent,shelf,text,a; b,a\nReturned,shelf,text,same as Lent,see above\n"
    plan = read(tmp_path, f"Event,Property,Type,Allowed values,Example\n{rows}")
    (found,) = plan.events[1].properties
    assert (found.values, found.examples) == ((), ())
    assert [str(one) for one in plan.remarks] == [
        'plan.csv, cell D3: "same as Lent" in column Allowed values, as it names no value, is not read',
        'plan.csv, cell E3: "see above" in column Example, as it names no value, is not read',
    ]


@pytest.mark.parametrize("said", ["same as Lent", ["same as Lent"]])
def test_json(tmp_path, said):
    """A plan in JSON may say it too."""
    events = {"Lent": {"properties": {"days": "integer"}}, "Renewed": {"properties": said}}
    plan = read(tmp_path, json.dumps({"events": events}), "plan.json")
    assert names(plan, "Renewed") == ["days"]


def test_json_names_that_only_begin_so(tmp_path):
    """A name in a list, with a type behind it, is a property's."""
    plan = read(
        tmp_path,
        json.dumps({"events": [{"name": "Lent", "properties": ["like count: integer"]}]}),
        "plan.json",
    )
    (found,) = plan.events[0].properties
    assert (found.name, found.type) == ("like count", "integer")


def test_without_what_is_not_there(tmp_path):
    """A property that is taken away and that the other event has not is named."""
    plan = read(tmp_path, "Event,Property\nLent,shelf\nBack,same as Lent without days\n")
    assert names(plan, "Back") == ["shelf"]
    note = 'plan.csv, cell B3: "days", which is no property of "Lent", is not read'
    assert note in map(str, plan.remarks)


def test_names_that_only_begin_so_with_more_behind(tmp_path):
    """A name that looks like a reference has its range, its type and its values like others."""
    cell = "like count: 0..9; as seen on = web|app; like rate (number)"
    plan = read(tmp_path, f'Event,Parameters\nLent,"{cell}"\n')
    assert names(plan, "Lent") == ["like count", "as seen on", "like rate"]
    count, seen, rate = plan.events[0].properties
    assert (count.constraint.maximum, seen.values, rate.type) == (9, ("web", "app"), "number")
