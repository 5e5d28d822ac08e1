"""Merging only inserts: every line that was there is there, in its order, and the file still means something."""

import difflib

import pytest

from footfall.errors import ScenarioError, UsageError
from footfall.scenario import load
from footfall.tracking_plan.merge import merged
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanStage

SCENARIO = """\
footfall: 1   # first line

# who
scenario: shop
calendar: {start: 2026-01-01, length: 10 days}
people:
  count: 10
  home: cities
  properties:
    age: {uniform: [18, 70], type: integer}   # as they say
    # no gender, on purpose
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages:
  - visitor
  - buyer: {on: Bought}

properties:
  price: {value: price}
  note:
    value: "'a # b'"
    about: Something

events:
  Browsing:      # what they look at
    Viewed: {about: Looks, properties: [price, note]}     # the price
                                                          # and a note
  Paying:
    Bought:
      about: Pays
      identifies: true

    # Refunded: later
journeys:
  life:
    carries: {price: money}
    steps: [{set: {price: 10}}, Viewed, Bought]
"""


def prop(name, kind="text", **more):
    return PlanProperty(name, kind, **more)


def plan(*events, users=(), stages=()):
    categories = dict.fromkeys(event.category for event in events)
    return Plan(
        "shop",
        categories=tuple((c, "") for c in categories),
        events=events,
        user_properties=users,
        stages=stages,
    )


def merge(tmp_path, what, text=SCENARIO):
    path = tmp_path / "shop.yaml"
    path.write_bytes(text.encode())
    result = merged(what, path)
    path.write_bytes(result.content)
    return result, load(path)


def kept(before, after):
    """Tell whether every line is there, in order, and only lines that were added to have become longer."""
    changes = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    gone = [line[2:] for line in changes if line.startswith("- ")]
    return [
        line
        for line in gone
        if not any(_holds(line, new[2:]) for new in changes if new.startswith("+ "))
    ] == []


def _holds(old, new):
    left = iter(new)
    return all(character in left for character in old)


NEW = PlanEvent(
    "Asked",
    "Help",
    "Asks",
    (prop("topic", values=("a", "b"), is_required=True), prop("price", "money")),
)


def test_what_the_scenario_lacks_is_added(tmp_path):
    """Events, properties, people's properties and stages are added where they belong, and nothing else changes."""
    result, scenario = merge(
        tmp_path,
        plan(
            PlanEvent(
                "Searched", "Browsing", "Searches", (prop("query", examples=("x", "y")),)
            ),
            PlanEvent(
                "Viewed",
                "Browsing",
                "Looks",
                (prop("price", "money"), prop("note"), prop("n", "integer")),
            ),
            PlanEvent("Bought", "Paying", "Pays", (prop("order_id"),), identifies=True),
            NEW,
            users=(prop("age", "integer", about="Years"), prop("gender", values=("f", "m"))),
            stages=(
                PlanStage("visitor"),
                PlanStage("seen", ("Viewed",)),
                PlanStage("buyer", ("Bought",)),
            ),
        ),
    )
    assert kept(SCENARIO, result.text)
    assert [(e.category, e.name) for e in scenario.events] == [
        ("Browsing", "Viewed"), ("Browsing", "Searched"), ("Paying", "Bought"), ("Help", "Asked"),
    ]  # fmt: skip
    assert [s.name for s in scenario.stages] == ["visitor", "seen", "buyer"]
    assert [p.name for p in scenario.people.properties] == ["age", "gender"]
    assert scenario.people.properties[0].about == "Years"
    assert {p.name for p in scenario.session_properties} == {"query", "n", "topic", "order_id"}
    assert [p.name for p in scenario.events[2].properties] == ["order_id"]
    assert result.added["events"] == ["Searched", "Asked"]
    assert result.idle == ["Searched", "Asked"]
    assert result.changed == ['user property "age": description filled in']


def test_a_merge_twice_changes_nothing_more(tmp_path):
    """What has been added is there, so the second time there is nothing to add."""
    what = plan(NEW, users=(prop("gender", values=("f", "m")),))
    once, _ = merge(tmp_path, what)
    twice, _ = merge(tmp_path, what, once.text)
    assert twice.text == once.text
    assert twice.added == {}


def test_comments_stay_with_what_they_belong_to(tmp_path):
    """New lines stand behind the comments of the entry before, and before those of what follows."""
    result, _ = merge(
        tmp_path, plan(PlanEvent("Searched", "Browsing"), PlanEvent("Refunded", "Paying"))
    )
    lines = result.text.splitlines()
    assert (
        lines[
            lines.index(
                "                                                          # and a note"
            )
            + 1
        ]
        == "    Searched: {}"
    )
    assert "    Refunded: {}" in lines
    assert lines.index("    Refunded: {}") == lines.index("      identifies: true") + 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_line_ends_and_byte_order_marks_stay(tmp_path, newline, bom, ending):
    """Inserted lines end like the others; the file begins and ends as it did."""
    text = bom + SCENARIO.rstrip("\n").replace("\n", newline) + ending.replace("\n", newline)
    result, scenario = merge(tmp_path, plan(NEW), text)
    assert result.text.startswith(bom + "footfall: 1")
    assert ("\r\n" in result.text) == (newline == "\r\n")
    assert result.text.count("\n") == result.text.count(newline)
    assert "Asked" in {event.name for event in scenario.events}


VIEWED = "    Viewed: {about: Looks, properties: [price, note]}     # the price\n"
STAGES = "stages:\n  - visitor\n  - buyer: {on: Bought}\n"
PEOPLE = "  properties:\n    age: {uniform: [18, 70], type: integer}   # as they say\n    # no gender, on purpose\n"
FORMS = {
    "a trailing comma": (
        VIEWED,
        '    Viewed: {about: "Looks, {and} ]" , properties: [ price, note, ]}\n',
    ),
    "a map in braces": (
        VIEWED,
        "    Viewed: {about: it's, properties: {price: price, note: 5}}\n",
    ),
    "a list on lines": (
        VIEWED,
        "    Viewed:\n      properties:\n      - price\n      - note # x\n      about: |\n        Looks\n        #\n",
    ),
    "a map on lines": (
        VIEWED,
        "    Viewed:\n      about: Looks\n      properties:\n        price: price\n        note: 5\n",
    ),
    "comments inside": (
        VIEWED,
        "    Viewed: {about: Looks, # why {\n      properties: [price, 'note'] # what ]\n      }\n",
    ),
    "an anchor": (VIEWED, "    Viewed: &v {about: Looks}\n"),
    "a quoted key": (VIEWED, '    "Viewed" : {}\n'),
    "nothing": (VIEWED, "    Viewed:\n"),
    "stages in brackets": (STAGES, "stages: [visitor, buyer: {on: Bought}]\n"),
    "stages at the margin": (STAGES, "stages:\n- visitor\n-   buyer:\n      on: [Bought]\n"),
    "no properties": (PEOPLE, "  # nothing\n"),
}


@pytest.mark.parametrize(("old", "new"), FORMS.values(), ids=FORMS)
def test_any_form_of_yaml_is_added_to(tmp_path, old, new):
    """Maps and lists in brackets or on lines, quoted, empty or with comments inside take what is new."""
    assert old in SCENARIO
    text = SCENARIO.replace(old, new)
    viewed = PlanEvent(
        "Viewed",
        "Browsing",
        "Looks",
        (prop("price", "money"), prop("colour", examples=("red", "blue"))),
    )
    stages = (
        PlanStage("visitor"),
        PlanStage("seen", ("Viewed",)),
        PlanStage("buyer", ("Bought",)),
    )
    result, scenario = merge(
        tmp_path,
        plan(viewed, NEW, users=(prop("gender", values=("f", "m")),), stages=stages),
        text,
    )
    assert kept(text, result.text)
    found = next(event for event in scenario.events if event.name == "Viewed")
    assert {"price", "colour"} <= {p.name for p in found.properties}
    assert [stage.name for stage in scenario.stages] == ["visitor", "seen", "buyer"]
    assert "gender" in {p.name for p in scenario.people.properties}


def test_what_differs_is_told_and_kept(tmp_path):
    """Where both say something, the scenario's stays, and both are named."""
    result, scenario = merge(
        tmp_path,
        plan(
            PlanEvent("Viewed", "Other", "Sees", (prop("price", "text"), prop("NOTE"))),
            users=(prop("age"),),
        ),
    )
    assert scenario.events[0].about == "Looks"
    assert result.text == SCENARIO
    assert result.differs == [
        'event "Viewed": category "Browsing" here, "Other" in the plan',
        'event "Viewed": description "Looks" here, "Sees" in the plan',
        'property "Viewed.price": type "number" here, "text" in the plan',
        'user property "age": type "integer" here, "text" in the plan',
    ]
    assert result.only_scenario["events"] == ["Bought"]


def test_what_cannot_be_added_is_told(tmp_path):
    """A property whose value is known elsewhere only, and a stage without events, are named with the reason."""
    text = (
        SCENARIO.replace(
            "  price: {value: price}\n", "  price: {value: price}\n  sum: {value: total}\n"
        )
        .replace(
            "    carries: {price: money}\n    steps: [{set: {price: 10}}, Viewed, Bought]\n",
            "    carries: {price: money}\n    steps: [{set: {price: 10}}, Viewed, do: pay]\n"
            "  pay: {carries: {total: money}, steps: [Bought]}\n",
        )
        .replace("      about: Pays\n", "      properties: [sum]\n      about: Pays\n")
    )
    what = plan(
        PlanEvent("Viewed", "Browsing", "Looks", (prop("sum", "money"),)),
        stages=(PlanStage("x"), PlanStage("y", ("None",))),
    )
    result, _ = merge(tmp_path, what, text)
    assert result.left_out == [
        'stage "x": no event of the plan leads there',
        'stage "y": no event of the plan leads there',
        'property "sum" of event "Viewed": what gives it its value is not known everywhere where the event happens',
    ]
    assert result.text == text


def test_a_new_category_takes_no_events_of_its_neighbour(tmp_path):
    """What is added at one place belongs where it should: to the category that ends there, or behind it."""
    what = plan(NEW, PlanEvent("Refunded", "Paying"), PlanEvent("Searched", "Browsing"))
    _, scenario = merge(
        tmp_path,
        what,
        SCENARIO.replace("stages:\n  - visitor\n  - buyer", "stages:\n- visitor\n- buyer"),
    )
    assert {e.name: e.category for e in scenario.events} == {
        "Viewed": "Browsing", "Searched": "Browsing", "Bought": "Paying", "Refunded": "Paying", "Asked": "Help",
    }  # fmt: skip


def test_sections_that_are_missing_begin_behind_others(tmp_path):
    """A scenario without properties and sessions gets them, with stages added right before."""
    text = SCENARIO.replace(
        "  price: {value: price}\n  note:\n    value: \"'a # b'\"\n    about: Something\n", ""
    )
    text = text.replace("\nproperties:\n", "").replace(
        "properties: [price, note]", "properties: {price: price}"
    )
    for stages in (STAGES, "stages:\n- visitor\n- buyer: {on: Bought}\n"):
        _, scenario = merge(
            tmp_path,
            plan(NEW, stages=(PlanStage("asked", ("Asked",)),)),
            text.replace(STAGES, stages),
        )
        assert {p.name for p in scenario.properties} == {"topic"}
        assert [stage.name for stage in scenario.stages] == ["visitor", "asked", "buyer"]


def test_an_alias_is_left_as_it_is(tmp_path):
    """What an alias names is shared, so nothing is added there."""
    text = SCENARIO.replace("    Viewed: {about", "    Seen: &seen {about").replace(
        "  Paying:\n", "    Viewed: *seen\n  Paying:\n"
    )
    result, _ = merge(
        tmp_path, plan(PlanEvent("Viewed", "Browsing", "", (prop("colour"),))), text
    )
    assert result.left_out == ['property "colour" of event "Viewed": an alias declares it']


def test_a_missing_or_wrong_file_is_refused(tmp_path):
    """There must be a scenario to add to."""
    with pytest.raises(
        UsageError,
        match=r"cannot be read: there is no such file\n  hint: --to .* makes a scenario",
    ):
        merged(plan(NEW), tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="has no `calendar`"):
        merge(tmp_path, plan(NEW), "footfall: 1\nscenario: x\n")
    text = SCENARIO.replace(PEOPLE, "  properties:\n")
    what = plan(NEW, users=(prop("gender", values=("f",)),))
    with pytest.raises(
        UsageError,
        match=r"shop.yaml:9:3: nothing can be added to `properties` here\n  accepted: a map",
    ):
        merge(tmp_path, what, text)


def test_a_scenario_in_one_line_is_added_to(tmp_path):
    """Everything may be in braces; what is new is put before the closing ones."""
    text = (
        "{footfall: 1, scenario: shop, calendar: {start: 2026-01-01, length: 10 days}, "
        "people: {count: 10, home: cities}, "
        "catalogues: {cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}}, "
        "stages: [visitor, {buyer: {on: Bought}}], events: {Paying: {Bought: {about: Pays}}}, "
        "journeys: {life: {steps: [Bought]}}}"
    )
    bought = PlanEvent("Bought", "Paying", "Pays", (prop("total", "money"),))
    stages = (
        PlanStage("visitor"),
        PlanStage("asked", ("Asked",)),
        PlanStage("buyer", ("Bought",)),
    )
    result, scenario = merge(
        tmp_path, plan(bought, NEW, users=(prop("age", "integer"),), stages=stages), text
    )
    assert "\n" not in result.text
    assert [event.name for event in scenario.events] == ["Bought", "Asked"]
    assert {p.name for p in scenario.properties} == {"total", "topic", "price"}
    assert [stage.name for stage in scenario.stages] == ["visitor", "asked", "buyer"]
    assert [p.name for p in scenario.people.properties] == ["age"]


def test_lines_tell_all(tmp_path):
    """What is printed names everything that was added, changed, is different or missing."""
    result, _ = merge(tmp_path, plan(NEW, users=(prop("age", "integer", about="Years"),)))
    assert list(result.lines()) == [
        "added to shop.yaml:",
        "  event properties: topic",
        "  events: Asked",
        "changed:",
        '  user property "age": description filled in',
        "missing in the plan:",
        "  events: Viewed, Bought",
        "in no journey yet: Asked",
    ]


def test_a_property_that_is_there_with_another_type_is_told_once(tmp_path):
    """Where the plan's own events contradict each other, what the scenario has is different, not missing."""
    result, _ = merge(
        tmp_path,
        plan(
            PlanEvent("Viewed", "Browsing", "Looks", (prop("price", "text"), prop("note"))),
            PlanEvent("Bought", "Paying", "Pays", (prop("price", "boolean"),)),
        ),
    )
    assert result.left_out == []
    (told,) = [text for text in result.differs if "price" in text]
    assert (
        told
        == 'property "price": type "money" here, "text" and "boolean" in the plan, by event'
    )


def test_types_that_events_do_not_agree_on_are_named(tmp_path):
    """A new property that two events of the plan give different types has one here, which is said."""
    one, other = prop("size", "integer"), prop("size", "boolean")
    events = [
        PlanEvent("Viewed", "Browsing", properties=(one,)),
        PlanEvent("Bought", "Paying", properties=(other,)),
    ]
    path = tmp_path / "shop.yaml"
    path.write_text(SCENARIO)
    (said,) = merged(plan(*events), path).left_out
    assert said.startswith('size: integer in event "Viewed", boolean in event "Bought"; text')
