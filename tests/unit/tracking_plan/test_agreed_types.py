"""Events of a plan that give a property of one name different types."""

from decimal import Decimal

import pytest

from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.agreed_types import agreed
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty

ZERO_TO_TEN = Constraint(Decimal(0), Decimal(10))


def agree(*properties):
    """Properties called x, one per event, after they agreed; and what was said."""
    said = []
    events = [
        PlanEvent(name, properties=(p,)) for name, p in zip("ABCDE", properties, strict=False)
    ]
    found = agreed(Plan("a_plan", events=tuple(events)), said.append)
    return [p for event in found.events for p in event.properties], said


def types(*properties):
    """Their types, and what was said."""
    found, said = agree(*properties)
    return [(p.type, p.item) for p in found], said


def x(kind, item=None, **more):
    return PlanProperty("x", kind, item, **more)


@pytest.mark.parametrize(
    "properties",
    [
        (x("integer"), x("number"), x("money")),
        (x("list", "integer"), x("list", "number")),
        (x("text", values=("a",)), x("text")),
    ],
)
def test_types_that_a_value_can_have_at_once_stay(properties):
    """An integer is a number: nothing is said of these."""
    assert types(*properties) == ([(p.type, p.item) for p in properties], [])


def test_what_may_be_anything_is_what_it_is_elsewhere():
    """An event that names no type leaves those of the others as they are, with their constraints."""
    fields = (PlanProperty("y", "integer", is_required=True),)
    found, said = agree(x("integer", constraint=ZERO_TO_TEN), x("any", about="Anything"))
    assert [(p.type, p.constraint, p.about) for p in found] == [
        ("integer", ZERO_TO_TEN, ""),
        ("integer", FREE, "Anything"),
    ]
    assert said == []
    found, said = agree(x("any"), x("record", fields=fields))
    assert [[(f.name, f.is_required) for f in p.fields] for p in found] == [
        [("y", False)],
        [("y", True)],
    ]
    assert said == []


@pytest.mark.parametrize(
    ("properties", "kind", "words"),
    [
        ((x("text"), x("time")), ("text", None), "text in event A, time in event B; text"),
        ((x("boolean"), x("list", "text")), ("text", None), "boolean in event A, list of text in event B; text"),
        ((x("list", "text"), x("list", "integer")), ("list", "text"), "list of integer in event B; list of text"),
        ((x("record", fields=(x("text"),)), x("text")), ("text", None), "record in event A, text in event B; text"),
    ],
)  # fmt: skip
def test_types_that_contradict_each_other(properties, kind, words):
    """No value is both, so it is what both can be written as, and the first two places are named."""
    found, (said,) = types(*properties)
    assert found == [kind, kind]
    assert words in said.replace('"', "")


def test_fields_of_records_agree_too():
    """What holds of a property holds of the fields of records, to any depth."""
    one = x("list", fields=(PlanProperty("deep", "record", fields=(x("boolean"),)),))
    other = x("list", fields=(PlanProperty("deep", "record", fields=(x("integer"),)),))
    found, (said,) = agree(one, other)
    assert [p.fields[0].fields[0].type for p in found] == ["text", "text"]
    assert said.startswith('x[].deep[].x: boolean in event "A", integer in event "B"')


def test_records_have_the_same_fields_everywhere():
    """A field that another event gives a record may be there too, and is not required of it."""
    one = x("list", fields=(PlanProperty("sku", "text", is_required=True),))
    other = x("list", fields=(PlanProperty("price", "number", is_required=True),))
    found, (said,) = agree(one, other)
    assert [[(f.name, f.is_required) for f in p.fields] for p in found] == [
        [("sku", True), ("price", False)],
        [("price", True), ("sku", False)],
    ]
    assert said.startswith('x: fewer fields in event "A" than elsewhere; "price" may be there')


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ((x("number", constraint=ZERO_TO_TEN), x("text")), "; without range: 0 to 10 in event A"),
        ((x("boolean", values=("true",)), x("text", values=("a",))), "; without allowed values: true in event A"),
        ((x("list", "text", length=Constraint(least=2)), x("text")), "; without elements: at least 2 in event A"),
        ((x("record", fields=(x("text"),)), x("text")), "; without fields: x in event A"),
    ],
)  # fmt: skip
def test_what_the_one_type_leaves_no_room_for_is_named(properties, words):
    """A constraint of one event goes with its type: what it said stands in the sentence, and where."""
    _, (said,) = types(*properties)
    assert said.replace('"', "").endswith(words)


def test_whole_numbers_leave_no_room_for_fractions():
    """Where one event has an integer, the fractions that another allows are named, and whole values stay."""
    found, (said,) = agree(
        x("integer"), x("number", values=("0.5", "1")), x("number", values=("2.0",))
    )
    assert [p.values for p in found] == [(), (), ("2.0",)]
    assert said == 'x: integer in another event; without allowed values: 0.5, 1 in event "B"'


def test_texts_keep_what_is_said_of_them():
    """Where text is taken, the events in which it is a text lose nothing."""
    text = x("text", values=("a", "b"))
    assert agree(x("boolean"), text)[0][1] == text
    short = x("list", "text", constraint=Constraint(most=3), length=Constraint(least=2))
    assert agree(x("list", "integer"), short)[0][1] == short
