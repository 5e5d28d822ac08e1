"""Plans in the words of other tools: what names the events there, whose a property is, and what is refused."""

import json

import pytest

from footfall.errors import UsageError
from footfall.tracking_plan.plan_formats import is_plan
from footfall.tracking_plan.readers import read_plan


def read(tmp_path, text, name="plan.csv"):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return read_plan(path)


def owned(plan):
    return {event.name: [(p.name, p.type) for p in event.properties] for event in plan.events}


def said(plan):
    return [str(remark) for remark in plan.remarks]


@pytest.mark.parametrize("title", ["GTM Event", "GA4 event name", "dataLayer event"])
def test_titles_of_tag_managers(tmp_path, title):
    """A tool before the word event is still the event's name, and variables of a data layer are properties."""
    plan = read(
        tmp_path, f'{title},dataLayer variables\nlend,"shelf (string)\ndays (int, 1-20)"\n'
    )
    assert owned(plan) == {"lend": [("shelf", "text"), ("days", "integer")]}
    assert plan.events[0].properties[1].constraint.maximum == 20


def test_scopes(tmp_path):
    """A property of user scope is of people; of a scope that is neither theirs nor an event's the cell is named."""
    rows = 'lend,shelf,event\n,days,hit\n,guild,"User\n(of the library)"\n,copy,item\n'
    plan = read(tmp_path, f"Event,Parameter,Scope\n{rows}")
    assert [name for name, _ in owned(plan)["lend"]] == ["shelf", "days", "copy"]
    assert [p.name for p in plan.user_properties] == ["guild"]
    (remark, *_) = said(plan)
    assert remark == 'plan.csv, cell C5: "item" in column Scope is not read'


def test_names_beside_actions(tmp_path):
    """Beside category and action, as Matomo has them, the name of an event is a label: the action is sent."""
    head = "Event Category;Event Action;Event Name"
    plan = read(
        tmp_path, f"{head}\nBook;Lend;Title of the book\nBook;Renew;Title of the book\n"
    )
    assert [(event.category, event.name) for event in plan.events] == [
        ("Book", "Lend"),
        ("Book", "Renew"),
    ]
    assert "plan.csv, cell C1: column Event Name is not read (2 places)" in said(plan)


def test_interactions_name_no_events(tmp_path):
    """How something was touched names no event, unless rows of properties stand beside it."""
    with pytest.raises(UsageError, match="no table of events was found"):
        read(tmp_path, "Feature,Event Type,Owner\nExport,Click,Ann\nInvite,Click,Bob\n")
    plan = read(tmp_path, "Event Type,Property\nClick,shelf\nClick,days\nView,shelf\n")
    assert {name: len(of) for name, of in owned(plan).items()} == {"Click": 2, "View": 1}


def test_bullets_before_options(tmp_path):
    """The sign before a line of a list is no part of the name, whatever stands behind it."""
    plan = read(tmp_path, 'Event,Properties\nlend,"• kind: a|b\n- form = c | d\n• days: int"\n')
    assert [name for name, _ in owned(plan)["lend"]] == ["kind", "form", "days"]
    assert plan.events[0].properties[0].values == ("a", "b")


def test_custom_events(tmp_path):
    """Custom events and attributes, as Braze calls them, are events and user properties."""
    event = {"name": "lend", "properties": [{"name": "days", "data_type": "integer", "min": 1}]}
    people = [{"name": "tier", "data_type": "string"}]
    plan = read(tmp_path, {"custom_events": [event], "custom_attributes": people}, "plan.json")
    assert owned(plan) == {"lend": [("days", "integer")]}
    assert [(p.name, p.type) for p in plan.user_properties] == [("tier", "text")]
    assert said(plan) == []


def test_lists_of_schemas(tmp_path):
    """Schemas that say in `self` whose they are may stand in one list."""
    schemas = [
        {"self": {"name": name}, "type": "object", "properties": {"days": {"type": "integer"}}}
        for name in ("lend", "renew")
    ]
    plan = read(tmp_path, schemas, "plan.json")
    assert owned(plan) == {name: [("days", "integer")] for name in ("lend", "renew")}


@pytest.mark.parametrize("ending", ["md", "html", "xls", "ods", "pdf"])
def test_forms_that_are_not_read(tmp_path, ending):
    """A plan in a form that is only written, or of older sheets, is refused as a plan, not read as a scenario."""
    path = tmp_path / f"plan.{ending}"
    path.write_bytes(b"# Plan\n\xd0\xcf | Event |\n")
    assert is_plan(str(path))
    with pytest.raises(
        UsageError, match=r"no plan that can be read\n.*\n.*save a sheet as \.xlsx"
    ):
        read_plan(path)
