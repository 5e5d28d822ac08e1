"""Events of a plan that give a property of one name different types."""

from decimal import Decimal

import pytest

from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import PlanEvent, PlanProperty
from footfall.tracking_plan.readers.agreed_types import agreed

ZERO_TO_TEN = Constraint(Decimal(0), Decimal(10))


def types(*properties):
    """The types of properties called x, one per event, after they agreed; and what was said."""
    said = []
    events = [
        PlanEvent(name, properties=(p,)) for name, p in zip("ABCDE", properties, strict=False)
    ]
    found = agreed(events, said.append)
    return [(p.type, p.item) for event in found for p in event.properties], said


def x(kind, item=None, **more):
    return PlanProperty("x", kind, item, **more)


@pytest.mark.parametrize(
    "properties",
    [
        (x("integer"), x("number"), x("money")),
        (x("any"), x("text")),
        (x("list", "integer"), x("list", "number")),
        (x("text", values=("a",)), x("text")),
    ],
)
def test_types_that_a_value_can_have_at_once_stay(properties):
    """An integer is a number, any is what the other is: nothing is said of these."""
    assert types(*properties) == ([(p.type, p.item) for p in properties], [])


@pytest.mark.parametrize(
    ("properties", "kind", "words"),
    [
        ((x("text"), x("time")), ("text", None), "text in event A, time in event B; text"),
        ((x("boolean"), x("list", "text")), ("any", None), "boolean in event A, list of text in event B; any"),
        ((x("list", "text"), x("list", "integer")), ("list", "any"), "list of integer in event B; list of any"),
        ((x("record", fields=(x("text"),)), x("text")), ("any", None), "record in event A, text in event B; any"),
    ],
)  # fmt: skip
def test_types_that_contradict_each_other(properties, kind, words):
    """No value is both, so it is what holds both, and the first two places are named."""
    found, (said,) = types(*properties)
    assert found == [kind, kind]
    assert words in said.replace('"', "")


def test_fields_of_records_agree_too():
    """What holds of a property holds of the fields of records, to any depth."""
    one = x("list", fields=(PlanProperty("deep", "record", fields=(x("boolean"),)),))
    other = x("list", fields=(PlanProperty("deep", "record", fields=(x("integer"),)),))
    said = []
    events = [PlanEvent("A", properties=(one,)), PlanEvent("B", properties=(other,))]
    found = agreed(events, said.append)
    assert [event.properties[0].fields[0].fields[0].type for event in found] == ["any", "any"]
    assert said[0].startswith(
        'property "x[].deep[].x" is boolean in event "A", integer in event "B"'
    )


def test_records_have_the_same_fields_everywhere():
    """A field that another event gives a record may be there too, and is not required of it."""
    one = x("list", fields=(PlanProperty("sku", "text", is_required=True),))
    other = x("list", fields=(PlanProperty("price", "number", is_required=True),))
    said = []
    events = [PlanEvent("A", properties=(one,)), PlanEvent("B", properties=(other,))]
    found = [event.properties[0].fields for event in agreed(events, said.append)]
    assert [[(f.name, f.is_required) for f in fields] for fields in found] == [
        [("sku", True), ("price", False)],
        [("price", True), ("sku", False)],
    ]
    assert said[0].startswith(
        'property "x" has in event "A" fewer fields than elsewhere; "price" may be there too'
    )


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ((x("number", constraint=ZERO_TO_TEN), x("text")), "range: 0 to 10 in event A"),
        ((x("boolean"), x("text", values=("a", "b"))), "not kept: allowed values: a, b in event B"),
        ((x("integer", values=("1",)), x("text", values=("a",))), "values: 1 in event A; allowed values: a in event B"),
        ((x("list", "text", length=Constraint(least=2)), x("text")), "not kept: elements: at least 2 in event A"),
        ((x("record", fields=(x("text"),)), x("text")), "not kept: fields: x in event A"),
    ],
)  # fmt: skip
def test_what_the_one_type_leaves_no_room_for_is_named(properties, words):
    """A constraint of one event goes with its type: what it said stands in the sentence, and where."""
    _, (said,) = types(*properties)
    assert said.replace('"', "").endswith(words)
