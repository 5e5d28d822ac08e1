"""Tables beside each other, with empty columns between: rows are joined only where they show that they go on."""

import pytest

from footfall.tracking_plan.readers import read_plan
from tests.sheets import workbook

APART = "empty columns separate this table from the one left of it"


def read(folder, rows):
    return read_plan(workbook(folder / "plan.xlsx", {"Plan": rows}))


def owned(plan):
    return {event.name: [p.name for p in event.properties] for event in plan.events}


def said(plan):
    return "\n".join(map(str, plan.remarks))


@pytest.mark.parametrize("gap", [[None], [None, None]])
def test_a_matrix_beside_a_list_of_events(tmp_path, gap):
    """Columns that are called as the events of the other table say which of them has which property."""
    rows = [
        ["Property", "Type", "Room booked", "Stay ended", *gap, "Event", "Description"],
        ["nights", "integer", "R", "O", *gap, "Room Booked", "A guest books"],
        ["late", "boolean", None, "R", *gap, "Stay Ended", "A guest leaves"],
        ["rate", "number", "O", None, *gap, None, None],
    ]
    plan = read(tmp_path, rows)
    assert owned(plan) == {"Room Booked": ["nights", "rate"], "Stay Ended": ["nights", "late"]}
    assert [event.about for event in plan.events] == ["A guest books", "A guest leaves"]
    assert [p.is_required for p in plan.events[1].properties] == [False, True]
    assert APART in said(plan)
    assert "not read" not in said(plan)


def test_a_list_of_events_beside_its_matrix(tmp_path):
    """It does not matter which of the two stands on the left."""
    rows = [
        ["Event", "Description", None, "Property", "Type", "Booked", "Left"],
        ["Booked", "A guest books", None, "nights", "integer", "x", None],
        ["Left", "A guest leaves", None, "late", "boolean", None, "x"],
    ]
    assert owned(read(tmp_path, rows)) == {"Booked": ["nights"], "Left": ["late"]}


def test_notes_on_properties_beside_events(tmp_path):
    """A second description of the properties is theirs, also where they have a table by a title that is guessed."""
    rows = [
        ["Event", "Description", None, "Field", "Type", "Description", "Comments"],
        ["Booked", "A guest books", None, "nights", "integer", "How many", "never null"],
        ["Left", "A guest leaves", None, "late", "boolean", "After noon", None],
    ]
    plan = read(tmp_path, rows)
    assert [event.name for event in plan.events] == ["Booked", "Left"]
    assert "Comments is not read" not in said(plan)


def test_a_matrix_on_a_sheet_of_its_own(tmp_path):
    """Its columns are known by the events of another sheet too."""
    sheets = {
        "Events": [["Event", "Description"], ["Booked", "A guest books"], ["Left", "Leaves"]],
        "Fields": [["Property", "Type", "Booked", "Left"], ["late", "boolean", None, "x"]],
    }
    plan = read_plan(workbook(tmp_path / "plan.xlsx", sheets))
    assert owned(plan) == {"Booked": [], "Left": ["late"]}
    assert plan.user_properties == ()


@pytest.mark.parametrize("title", ["Property", "Parameter", "Name", "Key", "Field"])
@pytest.mark.parametrize("is_left", [True, False])
def test_properties_that_no_event_has_are_named(tmp_path, title, is_left):
    """A table of properties across empty columns gives none to the events of its rows, whatever it calls them."""
    events = [["Event", "Description"], ["Booked", "A guest books"], ["Left", "A guest leaves"]]
    properties = [[title, "Type"], ["nights", "integer"], ["late", "boolean"]]
    sides = (properties, events) if is_left else (events, properties)
    plan = read(
        tmp_path, [[*left, None, None, *right] for left, right in zip(*sides, strict=True)]
    )
    assert owned(plan) == {"Booked": [], "Left": []}
    assert APART in said(plan)
    assert "property nights, which no event has, is not read" in said(plan)
    assert plan.user_properties == ()


@pytest.mark.parametrize(
    "events",
    [
        ["Booked", None, "Left"],
        ["Booked", "Booked", "Left"],
    ],
)
def test_rows_that_go_on_across_an_empty_column(tmp_path, events):
    """An event that stands over several properties shows that the column between is only space."""
    names = [("nights", "integer"), ("rate", "number"), ("late", "boolean")]
    body = [[event, None, *name] for event, name in zip(events, names, strict=True)]
    plan = read(tmp_path, [["Event", None, "Property", "Type"], *body])
    assert owned(plan) == {"Booked": ["nights", "rate"], "Left": ["late"]}
    assert plan.remarks == ()


def test_space_before_columns_that_are_no_table(tmp_path):
    """What is no table by itself belongs to the table on its left, however wide the space."""
    rows = [
        ["Event", "Property", None, None, "Type", "Required"],
        ["Left", "late", None, None, "boolean", "yes"],
    ]
    (event,) = read(tmp_path, rows).events
    assert [(p.name, p.type, p.is_required) for p in event.properties] == [
        ("late", "boolean", True)
    ]
