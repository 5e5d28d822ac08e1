"""A scenario of a plan runs at once: everything in the plan happens, and what the plan does not say is marked."""

import re

import pytest

from footfall.errors import UsageError
from footfall.execution.engine import understand
from footfall.scenario import loads
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.to_scenario import scenario_text


def prop(name, kind="text", **more):
    return PlanProperty(name, kind, **more)


def plan(*events, **more):
    categories = dict.fromkeys(event.category for event in events)
    return Plan("shop", categories=tuple((c, "") for c in categories), events=events, **more)


def made(*events, **more):
    text = scenario_text(plan(*events, **more))
    return text, loads(text)


FULL = plan(
    PlanEvent("Opened", "Visit", "Opens the page", (prop("source", values=("ads", "search")), prop("city"))),
    PlanEvent("Viewed", "Browsing", "Looks", (prop("sku"), prop("price", "money"), prop("age", "integer"))),
    PlanEvent("Liked", "Browsing", "", (prop("stars", "integer"), prop("is_new", "boolean")), is_optional=True),
    PlanEvent("Signed Up", "Account", "", (prop("at", "time"), prop("share", "number", examples=("0.25",)))),
    PlanEvent(
        "Order Completed",
        "Paying",
        "Pays",
        (
            prop("order_id", is_required=True),
            prop("total", "money", examples=("9.90",), is_required=True),
            prop("tags", "list", item="text", examples=("[a, b]",)),
            prop("lines", "list", fields=(prop("sku"), prop("n", "integer", values=("1", "2")))),
            prop("free", "any"),
        ),
        changes=("orders + 1", "status = buyer", "score = something else"),
    ),
    user_properties=(
        prop("age", "integer", examples=("29",)),
        prop("status", values=("new", "buyer"), start="new", changes=True),
        prop("orders", "integer", start="0", changes=True),
        prop("since", "time"),
        prop("country"),
        prop("topics", "list", item="text", values=("a", "b"), changes=True),
    ),
    stages=(
        PlanStage("visitor"),
        PlanStage("looking", ("Viewed",)),
        PlanStage("buyer", ("Order Completed",)),
        PlanStage("regular", ("Order Completed",), "orders >= 2"),
        PlanStage("fan", ("Nothing",)),
    ),
    goal="buyer",
)  # fmt: skip


def test_what_the_plan_does_not_say_is_marked():
    """Chances, waits between visits, the number of people and laws are marked as assumptions."""
    text = scenario_text(FULL, "plan.xlsx")
    lines = text.splitlines()
    assert "Made from plan.xlsx: 5 events, 6 user properties." in lines[2]
    for words in (
        "count:",
        "go on:",
        "maybe:",
        "leave:",
        "come back after:",
        "age: {un",
        "calendar:",
    ):
        unmarked = [
            line
            for line in lines
            if line.strip(" -").startswith(words) and "assumption" not in line
        ]
        assert unmarked == []


def test_categories_become_journeys_in_order():
    """Each visit goes through the categories in the plan's order; optional events are in `maybe`."""
    _, scenario = made(*FULL.events)
    assert [journey.name for journey in scenario.journeys] == [
        "life",
        "visit",
        "visit_2",
        "browsing",
        "account",
        "paying",
    ]
    visit = scenario.journeys[1]
    assert [step.journey for step in visit.steps if hasattr(step, "journey")] == [
        "visit_2",
        "browsing",
        "account",
        "paying",
    ]


def test_stages_conditions_and_changes_are_kept():
    """The critical path is that of the plan; what can be said of its conditions and changes is said."""
    text = scenario_text(FULL)
    scenario = loads(text)
    assert [(s.name, s.when.text if s.when else "") for s in scenario.stages] == [
        ("visitor", ""), ("looking", ""), ("buyer", ""), ("regular", "orders >= 2"),
    ]  # fmt: skip
    assert scenario.goal.text == "buyer"
    assert (
        "add: {orders: 1}, set: {status: buyer}" in text
        or "set: {status: buyer}, add: {orders: 1}" in text
    )
    assert "# in the plan: {score = something else}" in text
    assert "# fan: left out, as no event of the plan leads there" in text
    assert "# country: always there" in text


def test_a_condition_that_means_nothing_becomes_a_comment():
    """Types are known only when a scenario is compiled; what is wrong then is told beside its line."""
    text, scenario = made(
        PlanEvent("A", "c", changes=("age = 'old'",)),
        user_properties=(prop("age", "integer"), prop("name", values=("x", "y"))),
        stages=(
            PlanStage("s"),
            PlanStage("t", ("A",), "age > 'x'"),
            PlanStage("u", ("A",), "name == 'x'"),
            PlanStage("v", ("A",), "name == 'z'"),
        ),
    )
    assert [stage.when.text if stage.when else None for stage in scenario.stages] == [
        None,
        None,
        "name == 'x'",
        None,
    ]
    assert "# in the plan only when: age > 'x'" in text
    assert "# in the plan only when: name == 'z'" in text
    assert "# in the plan: {age = 'old'}" in text


def test_without_a_critical_path_categories_are_the_stages():
    """A plan without stages gets one per category, marked."""
    text, scenario = made(PlanEvent("A", "One"), PlanEvent("B", "Two"))
    assert [stage.name for stage in scenario.stages] == ["visitor", "One", "Two"]
    assert "- Two: {on: B}  # assumption" in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Looked", "Login done", "Left"), "Login done"),
        (("Looked", "Регистрация", "Left"), "Регистрация"),
        (("Looked", "Left"), "Looked"),
    ],
)
def test_somebody_becomes_known(names, expected):
    """Where no event is said to identify, the one that is called so does, else the first."""
    text, scenario = made(*(PlanEvent(name, "c") for name in names))
    assert [event.name for event in scenario.events if event.identifies] == [expected]
    assert "identifies: true}  # identifies: assumption" in text


def test_all_that_are_called_so_identify_and_no_click_does():
    """Signing up and signing in make somebody known, the wish to does not."""
    names = ("click_signup_lesson", "Signed Up", "account_created", "Signed In")
    _, scenario = made(*(PlanEvent(name, "c") for name in names))
    assert [event.name for event in scenario.events if event.identifies] == list(names[1:])


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("9,90 €",), "EUR"),
        (("5",), "USD"),
        (("Price in JPY",), "JPY"),
        (("5 €", "6 $"), "USD"),
        (("100 руб.",), "RUB"),
    ],
)
def test_the_currency_is_told_by_what_is_said_of_money(texts, code):
    """Where a plan names no currency, the only one that its money is in counts, marked as assumed."""
    text, scenario = made(PlanEvent("A", "c", "", (prop("price", "money", examples=texts),)))
    assert scenario.currency == code
    assert f"currency: {code}  # assumption" in text


def test_revenue_is_what_an_order_says():
    """A paid order brings what it says in money, a refund takes it back; guesses are marked."""
    total = (prop("shipping", "money"), prop("total", "money"))
    _, scenario = made(
        PlanEvent("Order paid", "c", "", total, has_revenue=True),
        PlanEvent("Refunded", "c", "", total, has_revenue=True),
    )
    assert [event.revenue.text for event in scenario.events] == ["total", "0 - total"]
    text, scenario = made(
        PlanEvent("Viewed", "c", "", total), PlanEvent("Order paid", "c", "", total)
    )
    assert [event.revenue.text if event.revenue else None for event in scenario.events] == [
        None,
        "total",
    ]
    assert "# revenue: assumption" in text
    number = (
        prop("n", "integer"),
        prop("total_cost", "number"),
    )  # most tools have no type for money
    _, scenario = made(PlanEvent("Order paid", "c", "", number))
    understand(scenario)
    assert scenario.events[0].revenue.text == "total_cost"


def test_names_that_the_language_cannot_say_are_aliases():
    """Words of steps, slashes, other alphabets, twins and reserved names get an identifier; the plan's are written."""
    text, scenario = made(
        PlanEvent(
            "set",
            "Группа/1",
            "",
            (prop("Цена"), prop("1st"), prop("not"), prop("true"), prop("a-b"), prop("A b")),
        ),
        PlanEvent("a/b", "Группа/1", "", (prop("day"), prop("user id"), prop("x" * 80))),
        PlanEvent("a-b", "visit"),
        user_properties=(prop("Имя"), prop("day"), prop("Day"), prop("class")),
        stages=(PlanStage("x/y"), PlanStage("z", ("a/b",))),
    )
    assert [event.name for event in scenario.events] == ["set event", "a-b", "a-b 2"]
    assert [event.written for event in scenario.events] == ["set", "a/b", "a-b"]
    assert [event.category for event in scenario.events] == ["Группа/1", "Группа/1", "visit"]
    assert [stage.name for stage in scenario.stages] == ["x/y", "z"]
    names = [
        "Tsena",
        "property_1st",
        "not",
        "true_",
        "a_b",
        "A_b_2",
        "day",
        "user_id",
        "x" * 63,
    ]
    assert [p.name for p in scenario.properties] == names
    assert [p.name for p in scenario.people.properties] == [
        "Imya",
        "its_day",
        "its_Day_2",
        "class_",
    ]
    written = ["Цена", "1st", "", "true", "a-b", "A b", "", "user id", "x" * 80]
    assert [p.alias for p in scenario.properties] == written
    assert [p.written for p in scenario.people.properties] == ["Имя", "day", "Day", "class"]
    assert "in the plan" not in text


def test_names_that_differ_in_case_alone_are_two():
    """`purchase` and `Purchase` are two events, `price` and `Price` two properties of one, as the plan writes them."""
    _, scenario = made(
        PlanEvent("purchase", "c", "", (prop("price"), prop("Price"))),
        PlanEvent("Purchase", "C"),
    )
    assert [event.name for event in scenario.events] == ["purchase", "Purchase"]
    assert [event.category for event in scenario.events] == ["c", "C"]
    assert [(p.name, p.alias) for p in scenario.properties] == [
        ("price", ""),
        ("Price_2", "Price"),
    ]


def test_names_that_nothing_can_hold_are_replaced_and_told():
    """Hidden characters and very long names cannot be written: the plan's name stands in a comment."""
    text, scenario = made(PlanEvent("Seen", "c", "", (prop("a\u202eb"), prop("y" * 300))))
    assert [(p.name, p.alias) for p in scenario.properties] == [("ab", ""), ("y" * 63, "")]
    assert text.count("# in the plan: ") == 2


def test_fields_of_records_keep_their_names():
    """Fields of a list's records, of events and of people, are written as the plan calls them."""
    fields = (prop("Item Id"), prop("qty", "integer"), prop("$price", "money"))
    _, scenario = made(
        PlanEvent("Paid", "c", "", (prop("lines", "list", fields=fields),)),
        user_properties=(prop("cart", "list", fields=fields),),
    )
    aliases = (("Item_Id", "Item Id"), ("price", "$price"))
    carried = [v for journey in scenario.journeys for v in journey.carries if v.list_type]
    assert [v.list_type.aliases for v in carried] == [aliases]
    assert scenario.people.properties[0].list_type.aliases == aliases


def test_a_property_has_one_type():
    """Where events give a property different types, it gets one that all can be; different values stay apart."""
    _, scenario = made(
        PlanEvent(
            "A",
            "c",
            "",
            (prop("n", "integer"), prop("x", "integer"), prop("v", values=("1", "2"))),
        ),
        PlanEvent(
            "B", "c", "", (prop("n", "money"), prop("x", "time"), prop("v", values=("3",)))
        ),
    )
    types = {v.name: v.type for v in scenario.journeys[1].carries}
    assert (types["n"], types["x"], types["v"], types["v_2"]) == (
        "integer",
        "text",
        "text",
        "text",
    )


def test_lists_within_lists_of_records_are_left_out():
    """A list in the records of a list is more than the language has, and named; names of fields are made to fit."""
    fields = (prop("sizes", "list", item="text"), prop("Цена", "money"), prop("not"))
    lines = prop("lines", "list", fields=fields)
    text, scenario = made(
        PlanEvent("A", "c", "", (lines,)),
        user_properties=(prop("cart", "list", fields=fields),),
    )
    understand(scenario)
    assert text.count("# without sizes, as records of lists hold single values") == 2
    expected = (("Tsena", "money"), ("not_", "text"))
    assert scenario.journeys[1].carries[0].list_type.fields == expected
    assert scenario.people.properties[0].list_type.fields == expected


def test_a_constraint_sets_a_property_apart_from_what_is_there():
    """A property called like one that every person has is that one, unless the plan asks more of it."""
    asked = prop("os_name", constraint=Constraint(least=20, most=30))
    _, scenario = made(PlanEvent("Seen", "c", properties=(prop("city"), asked)))
    assert {p.name: p.value.text for p in scenario.properties} == {
        "city": "city",
        "os_name": "its_os_name",
    }
    understand(scenario)


def test_a_user_property_called_stage_is_there_already():
    """Changes tell the stage of a person under that name, so that nothing else can; a comment says so."""
    users = (prop("stage"), prop("Stage"))
    text, scenario = made(PlanEvent("Seen", "c"), user_properties=users)
    assert [p.written for p in scenario.people.properties] == ["Stage"]
    assert "# stage: always there, by the stages" in text


@pytest.mark.parametrize(
    "planned",
    [
        prop("items", "list", fields=(prop("item_id"), prop("quantity", "integer"))),
        prop("order_id", "list", item="text"),
    ],
)
def test_ids_within_lists_are_ids_of_their_own(planned):
    """A text that is called an id, as a field of a record or an element, has an id of its own there too."""
    text, scenario = made(PlanEvent("Cart Viewed", "Events", "", (planned,)))
    assert "id('" in text
    understand(scenario)


def test_no_events_is_refused():
    """A plan without events makes no scenario."""
    with pytest.raises(
        UsageError, match=r"plan.xlsx: the plan has no events, so nothing can happen"
    ):
        scenario_text(Plan("shop"), "plan.xlsx")


def test_comments_stay_in_their_line():
    """A name with line breaks of any alphabet cannot end the comment that tells it."""
    text, _ = made(
        PlanEvent("a/\n\u2028\x85injected: true", "c"), user_properties=(prop("city\nx: 1"),)
    )
    assert not re.search(r"^\s*(injected|x):", text, re.MULTILINE)
