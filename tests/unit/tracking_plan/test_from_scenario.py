"""A scenario as a plan."""

import pytest

from footfall.execution.chunks import events, simulate_person
from footfall.execution.setup import RunParameters, load_scenario
from footfall.tracking_plan import examples
from footfall.tracking_plan.diagrams import sections_of
from footfall.tracking_plan.from_scenario import plan_of
from tests.plans import lessons


@pytest.fixture(scope="module")
def plan():
    return plan_of(lessons())


def event(plan, name):
    return next(each for each in plan.events if each.name == name)


def known(properties, name):
    return next(each for each in properties if each.name == name)


def test_plan_says_what_the_scenario_says(plan):
    """Names, descriptions, order of categories and events, the critical path and its goal."""
    assert (plan.name, plan.title, plan.about, plan.currency) == (
        "lessons",
        "Lessons",
        "People book lessons.",
        "EUR",
    )
    assert plan.categories == (("Booking", ""), ("Feedback", ""))
    assert [(e.category, e.name, e.about) for e in plan.events] == [
        ("Booking", "Opened", "Opens the page"),
        ("Booking", "Booked", "Books a room"),
        ("Feedback", "Praised", "Likes it: a lot"),
        ("Feedback", "Never", "Does not happen"),
    ]
    assert [(s.name, s.events, s.condition) for s in plan.stages] == [
        ("visitor", (), ""),
        ("booked", ("Booked",), ""),
        ("regular", ("Booked", "Praised"), "taken >= 2"),
    ]
    assert plan.goal == "booked"
    assert [e.name for e in plan.events if e.has_revenue] == ["Booked"]
    assert [e.name for e in plan.events if e.identifies] == ["Booked"]


def test_optional_is_what_stands_within_maybe(plan):
    """An event is optional when each of its places is within `maybe`."""
    assert [e.name for e in plan.events if e.is_optional] == ["Praised", "Never"]


def test_changes_are_those_of_people(plan):
    """An event's own changes and those right behind it, of people's properties only."""
    assert event(plan, "Booked").changes == ("taken + 1", "status = regular", "last = now")


def test_types_required_and_fields(plan):
    """Types are those of the events; required is what is declared so, or proven; records have their fields."""
    booked = event(plan, "Booked").properties
    assert [(p.name, p.type, p.item) for p in booked] == [
        ("room", "text", None),
        ("price", "money", None),
        ("bookings", "list", None),
    ]
    assert [(f.name, f.type) for f in known(booked, "bookings").fields] == [
        ("room", "text"),
        ("price", "money"),
        ("hours", "integer"),
    ]
    assert known(event(plan, "Praised").properties, "stars").is_required
    assert known(booked, "room").is_required
    assert not known(event(plan, "Praised").properties, "note").is_required


def test_user_properties(plan):
    """What they begin with, whether they change, and what they may be."""
    assert [
        (p.name, p.type, p.item, p.start, p.changes, p.values) for p in plan.user_properties
    ] == [
        ("plan", "text", None, "", False, ("free", "paid")),
        ("score", "integer", None, "", False, ()),
        ("status", "text", None, "null", True, ("new", "regular")),
        ("taken", "integer", None, "0", True, ()),
        ("topics", "list", "text", "[]", False, ("music", "chess")),
        ("last", "time", None, "null", True, ()),
    ]


def test_values_of_what_is_drawn(plan):
    """A property that carries what is drawn for the visit may have what is drawn from."""
    assert event(plan, "Opened").properties[0].values == ("search", "ads")


def test_examples_are_simulated(plan):
    """Examples are values that occur in the simulation, the most frequent first; none is taken from `example:`."""
    happened = events(lessons(), people=examples.BLOCKS[1])
    seen = [row["source"] for row in happened["event_properties"].to_pylist() if row["source"]]
    asked = sorted(set(seen), key=lambda text: -seen.count(text))
    assert event(plan, "Opened").properties[0].examples == tuple(asked) == ("search", "ads")
    assert known(event(plan, "Booked").properties, "price").examples in {
        ("10.50", "0.99"),
        ("0.99", "10.50"),
    }
    assert known(
        known(event(plan, "Booked").properties, "bookings").fields, "hours"
    ).examples == ("2",)
    assert known(event(plan, "Praised").properties, "note").examples == ()
    assert known(plan.user_properties, "taken").examples == ("0", "1", "2")


def test_example_person_walks_the_path(plan):
    """The example is one person's own events, in order, one for each stage reached."""
    user_ids = {step.user_id for step in plan.example}
    assert len(user_ids) == 1
    assert [(step.stage, step.event) for step in plan.example] == [
        ("visitor", "Opened"),
        ("booked", "Booked"),
        ("regular", "Booked"),
    ] or plan.example[-1].event == "Praised"
    timeline = simulate_person(
        lessons(), user_ids.pop(), RunParameters(people=examples.BLOCKS[1])
    ).events.to_pylist()
    lived = [(row["event_type"], examples.value_text(row["time"])) for row in timeline]
    assert [
        step for step in ((s.event, s.time) for s in plan.example) if step not in lived
    ] == []


def test_plan_is_the_same_each_time(plan):
    """Nothing but the scenario decides about it."""
    assert plan_of(lessons()) == plan


def test_value_text():
    """Values are written as in the data."""
    assert examples.value_text([{"a": True, "b": None}, 1.5, None]) == "[{a: true}, 1.5, null]"


def test_each_journey_is_drawn_once():
    """Every journey has one picture, under the category of most of its events; those that begin others come first."""
    scenario = load_scenario("online-school")
    sections = sections_of(scenario)
    drawn = [graph.name for section in sections for graph in section.graphs]
    assert sorted(drawn) == sorted(journey.name for journey in scenario.journeys)
    found = {section.category: [graph.name for graph in section.graphs] for section in sections}
    assert found[""] == ["visit", "study"]
    assert found["Payment for lessons"] == ["pay"]
    assert sections[0].category == ""
    outcome = next(section for section in sections if section.category == "Payment outcome")
    assert outcome.references == ["Also in the journey pay, under Payment for lessons."]
